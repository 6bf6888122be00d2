"""The command line: `rag index | search | ask | article | chat | bench | doctor | model`.

Results go to stdout, progress and complaints to stderr. Exit codes: 0; 1 for an error
that the user can mend, in one line; 2 for wrong usage. Each command imports what it
needs inside, so that `rag --help` is instant and `rag ask` never imports torch or gradio.
This is the only module that prints or reads the environment.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from rag.arguments import parser
from rag.errors import BenchmarkError, RagError
from rag.terminal import answer_text, hit_lines, safe

if TYPE_CHECKING:
    from rag.index import Index
    from rag.types import Filter


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return _execute(parser().parse_args(argv))


def run() -> NoReturn:
    """Run one command as a process of its own."""
    args = parser().parse_args()
    code = _execute(args)
    # At once, while `args` holds the opened index: freeing a tokenizer's quarter of a
    # million pieces one by one takes 0.3 s.
    os._exit(code)


def _execute(args: argparse.Namespace) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = _COMMANDS[args.command](args)
        sys.stdout.flush()
    except RagError as error:
        _complain(f"rag: {error}")
        return 1
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _complain("rag: interrupted; what was indexed before still serves")
        return 130
    return code


def _index(args: argparse.Namespace) -> int:
    from rag.build import build_index

    with _Progress() as progress:
        report = build_index(args.folder, args.index, model=args.model, progress=progress)
    for problem in report.problems:
        verb = "skipped" if problem.skipped else "warning"
        _complain(safe(f"rag: {verb}: {problem.path} {problem.reason}"))
    if args.json:
        return _print_json(report)
    held = f"{report.articles} articles, {report.passages} passages, {report.sentences} sentences"
    if report.unchanged:
        print(f"{report.index} is up to date: nothing to do ({held})")
    else:
        print(f"+{report.added} ~{report.changed} -{report.removed}  {report.index} holds {held}")
        print(f"embedded {report.embedded}, reused {report.reused}; index {report.fingerprint}")
    return 0


def _search(args: argparse.Namespace) -> int:
    from time import perf_counter

    from rag.stories import PER_ARTICLE

    index = _open(args)
    begin = perf_counter()
    hits = index.search(
        args.question, k=args.k, where=_filter(args), per_article=args.per_article or PER_ARTICLE
    )
    if args.json:
        took = {"total": 1000 * (perf_counter() - begin)}
        found = {"question": args.question, "hits": [asdict(hit) for hit in hits]}
        return _print_json({**found, "index": index.fingerprint, "timings_ms": took})
    print(hit_lines(hits))
    return 0


def _ask(args: argparse.Namespace) -> int:
    answer = _open(args).ask(args.question, where=_filter(args))
    if args.json:
        return _print_json(answer)
    print(answer_text(answer))
    return 0


def _article(args: argparse.Namespace) -> int:
    from rag.generation import Generation
    from rag.manifest import live_generation

    article = Generation(live_generation(args.index)).article(args.id)
    if args.json:
        return _print_json({**asdict(article), **asdict(article.metadata)}, leave_out="metadata")
    if sys.stdout.isatty():
        print(safe(article.text))
    else:  # not one character more or less: spans count in this text
        sys.stdout.buffer.write(article.text.encode())
        sys.stdout.buffer.flush()
    return 0


def _chat(args: argparse.Namespace) -> int:
    from rag.bench.questions import example_questions

    index = _open(args)
    examples = example_questions(Path(index.generation.manifest.folder))
    from rag.app import serve

    def ready(url: str) -> None:
        if args.json:
            _print_json({"url": url, "index": index.fingerprint})
        else:
            print(f"Ask your articles at {url}  (Ctrl-C stops)", flush=True)

    serve(index, port=args.port, examples=examples, on_ready=ready)
    return 0


def _bench(args: argparse.Namespace) -> int:
    from rag.bench.squad import find_format

    formats = {find_format(path) for path in args.files}
    if len(formats) > 1:
        raise BenchmarkError("question files and SQuAD-format files are measured in separate runs")
    options = {name: getattr(args, name) for name in ("arms", "every", "offset", "model")}
    given = {name: value for name, value in options.items() if value is not None}
    if formats == {"questions"}:
        if given:
            _complain(f"rag bench: --{next(iter(given))} is for SQuAD-format files")
            return 2
        from rag.bench.questions import measure, table

        result = measure(_open(args), args.files)
    else:
        from rag.bench.retrieval import measure_retrieval
        from rag.bench.retrieval import retrieval_table as table

        if given.get("offset", 0) >= given.get("every", 1):
            _complain("rag bench: --every must be at least 1, and --offset below it")
            return 2
        with _Progress() as progress:
            result = measure_retrieval(args.files, progress=progress, **given)
    if args.json:
        return _print_json(result)
    print(table(result))
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from rag.doctor import examine

    checks = examine(args.index)
    healthy = all(check.ok for check in checks)
    if args.json:
        _print_json({"ok": healthy, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            print(f"{'ok' if check.ok else 'WRONG':<6}{check.name}: {check.detail}")
            if check.mend:
                print(f"      mend it with: {check.mend}")
    return 0 if healthy else 1


def _model(args: argparse.Namespace) -> int:
    from rag.bundled.export import export_sentence_transformer

    export_sentence_transformer(args.directory)
    if args.json:
        return _print_json({"directory": str(args.directory)})
    print(f"wrote a sentence-transformers model to {args.directory}")
    return 0


def _open(args: argparse.Namespace) -> "Index":
    from rag.index import open_index

    args.opened = open_index(args.index, progress=_complain)
    return cast("Index", args.opened)


class _Progress:
    """Shows a bar on a terminal; elsewhere only the lines that stand for long waits."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, what: str, done: int, total: int) -> None:
        if total and sys.stderr.isatty():
            from tqdm import tqdm

            if what != self._what:
                self.__exit__()
                self._bar = tqdm(total=total, desc=what, leave=False)
                self._what = what
            self._bar.update(done - self._bar.n)
        elif not total and " " in what and not what.startswith("reading"):
            _complain(what)


def _print_json(value: Any, *, leave_out: str | None = None) -> int:
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    plain = {key: part for key, part in plain.items() if key != leave_out}
    print(json.dumps(plain, ensure_ascii=False), flush=True)
    return 0


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _filter(args: argparse.Namespace) -> "Filter | None":
    from rag.types import Filter

    chosen = (tuple(args.source), tuple(args.language), tuple(args.article))
    where = Filter(args.since, args.until, *chosen)
    return None if where == Filter() else where


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "index": _index,
    "search": _search,
    "ask": _ask,
    "article": _article,
    "chat": _chat,
    "bench": _bench,
    "doctor": _doctor,
    "model": _model,
}
