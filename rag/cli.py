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
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Any, NoReturn, cast

from rag.errors import RagError

if TYPE_CHECKING:
    from rag.index import Index
    from rag.types import Answer, Citation

DESCRIPTION = "Cited answers from a folder of articles: offline, in any language."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return _execute(_parser().parse_args(argv))


def run() -> NoReturn:
    """Run one command as a process of its own."""
    args = _parser().parse_args()
    code = _execute(args)
    # At once, while `args` holds the opened index: freeing a tokenizer's quarter of a
    # million pieces one by one takes 0.3 s.
    os._exit(code)


def _execute(args: argparse.Namespace) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        command: Callable[[argparse.Namespace], int] = args.run
        code = command(args)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rag", description=DESCRIPTION)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str) -> Any:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
        if name != "model":
            sub.add_argument(
                "--index", type=Path, default=Path("index"), metavar="DIR", help="default: index"
            )
        return sub

    index = command("index", _index, "Bring the index up to date with a folder of articles.")
    index.add_argument("folder", type=Path, metavar="FOLDER")
    index.add_argument(
        "--model", metavar="NAME", help="any sentence-transformers model (default: as it was)"
    )
    search = command("search", _search, "Find the passages that fit a question best.")
    search.add_argument("question", type=_question, metavar="QUESTION")
    search.add_argument("-k", type=_positive, default=5, help="how many (default: 5)")
    ask = command("ask", _ask, "Answer a question with a sentence of the articles, cited.")
    ask.add_argument("question", type=_question, metavar="QUESTION")
    article = command("article", _article, "Print an article's text as it was indexed.")
    article.add_argument("id", metavar="ID", help="its path relative to the indexed folder")
    chat = command("chat", _chat, "Serve the chat page on this machine.")
    chat.add_argument("--port", type=_positive, default=7860, help="default: 7860")
    bench = command("bench", _bench, "Measure retrieval and answers on files of questions.")
    bench.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command("doctor", _doctor, "Check the index, the model and the environment.")
    model = command("model", _model, "Export the bundled model as a sentence-transformers folder.")
    model.add_argument("action", choices=["export"])
    model.add_argument("directory", type=Path, metavar="DIR")
    return parser


def _index(args: argparse.Namespace) -> int:
    from rag.build import build_index

    with _Progress() as progress:
        report = build_index(args.folder, args.index, model=args.model, progress=progress)
    for problem in report.problems:
        verb = "skipped" if problem.skipped else "warning"
        _complain(_safe(f"rag: {verb}: {problem.path} {problem.reason}"))
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

    index = _open(args)
    begin = perf_counter()
    hits = index.search(args.question, k=args.k)
    if args.json:
        took = {"total": 1000 * (perf_counter() - begin)}
        found = {"question": args.question, "hits": [asdict(hit) for hit in hits]}
        return _print_json({**found, "index": index.fingerprint, "timings_ms": took})
    for hit in hits:
        print(f"{hit.rank:>3}. {hit.score:.3f}  {_safe(_where(hit.title, hit.article))}")
        print(_wrapped(hit.sentence.text, indent="     "))
    return 0


def _ask(args: argparse.Namespace) -> int:
    answer = _open(args).ask(args.question)
    if args.json:
        return _print_json(answer)
    print(_answer_text(answer))
    return 0


def _article(args: argparse.Namespace) -> int:
    from rag.generation import Generation
    from rag.manifest import live_generation

    article = Generation(live_generation(args.index)).article(args.id)
    if args.json:
        return _print_json({**asdict(article), **asdict(article.metadata)}, leave_out="metadata")
    if sys.stdout.isatty():
        print(_safe(article.text))
    else:  # not one character more or less: spans count in this text
        sys.stdout.buffer.write(article.text.encode())
        sys.stdout.buffer.flush()
    return 0


def _chat(args: argparse.Namespace) -> int:
    from rag.bench import example_questions

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
    from rag.bench import measure, table

    result = measure(_open(args), args.files)
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
    from rag.bundled_export import export_sentence_transformer

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

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, what: str, done: int, total: int) -> None:
        if total and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = self._bar or tqdm(total=total, desc=what, unit=" texts", leave=False)
            self._bar.update(done - self._bar.n if what == "embedding" else 0)
        elif not total and " " in what and not what.startswith("reading"):
            _complain(what)


def _answer_text(answer: "Answer") -> str:
    first, *others = answer.citations or (None,)
    lines = []
    if answer.abstained:
        lines.append("The articles do not seem to answer this. The nearest passages:")
        others = list(answer.citations)
    elif first:
        lines += [_wrapped(f"{first.quote} [1]", indent=""), "", _source_line(first)]
    if others and not answer.abstained:
        lines += ["", "See also:"]
    for citation in others:
        lines.append(_wrapped(f"[{citation.number}] {citation.quote}", indent="  "))
        lines.append(f"      {_source_line(citation, number=False)}")
    lines += ["", f"confidence {answer.confidence:.2f}, {answer.timings_ms['total']:.0f} ms"]
    return "\n".join(lines)


def _source_line(citation: "Citation", *, number: bool = True) -> str:
    parts = [_where(citation.title, citation.article), citation.source, citation.published]
    told = " · ".join(part for part in parts if part)
    span = f"{citation.article}:{citation.start}-{citation.end}"
    return _safe((f"[{citation.number}] " if number else "") + f"{told} ({span})")


def _where(title: str | None, article: str) -> str:
    return title or article


def _wrapped(text: str, *, indent: str) -> str:
    hanging = indent + "    " if text.startswith("[") else indent
    wrapper = TextWrapper(width=88, initial_indent=indent, subsequent_indent=hanging)
    return wrapper.fill(" ".join(_safe(text).split()))


def _safe(text: str) -> str:
    """Show control characters as U+FFFD: an article must not steer the terminal."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in text
    )


def _print_json(value: Any, *, leave_out: str | None = None) -> int:
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    plain = {key: part for key, part in plain.items() if key != leave_out}
    print(json.dumps(plain, ensure_ascii=False), flush=True)
    return 0


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _question(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("the question is empty")
    return text


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
