"""The command line: `rag index | search | ask | article | articles | chat | bench | …`.

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
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from rag.arguments import REPORT, WHY, parse
from rag.errors import GenerationError, RagError
from rag.terminal import (
    Progress,
    answer_text,
    hit_lines,
    plan_lines,
    problem_line,
    report_lines,
    safe,
)  # fmt: skip

if TYPE_CHECKING:
    from rag.articles import Problem
    from rag.build import BuildReport
    from rag.generate import LanguageModel
    from rag.index import Index
    from rag.network import Exposure
    from rag.types import Answer, Filter


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return _execute(parse(sys.argv[1:] if argv is None else argv))


def run() -> NoReturn:
    """Run one command as a process of its own."""
    args = parse(sys.argv[1:])
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
        kept = getattr(args, "save", None)
        told = (
            f"go on with --resume --save {kept}"
            if kept
            else "what was indexed before still serves, and what was embedded is kept"
        )
        _complain(f"rag: interrupted; {told}")
        return 130
    return code


def _index(args: argparse.Namespace) -> int:
    from rag.build import build_index, plan_index

    if args.dry_run:
        plan = plan_index(args.folder, args.index, model=args.model)
        return _print_json(plan) if args.json else _say(plan_lines(plan), plan.problems)

    def build() -> "BuildReport":
        with Progress(_complain) as progress:
            return build_index(
                args.folder,
                args.index,
                model=args.model,
                rebuild=args.rebuild,
                progress=progress,
                on_plan=lambda plan: None if plan.settled else progress.say(f"rag: {plan}"),
            )

    def tell(report: "BuildReport") -> None:
        if args.json:
            _print_json(report)
        else:
            _say(report_lines(report), report.problems)

    if args.watch:
        from rag.watch import watch_folder

        with suppress(KeyboardInterrupt):
            watch_folder(args.folder, args.index, build=build, on_report=tell, tell=_complain)
    else:
        tell(build())
    return 0


def _say(lines: str, problems: Sequence["Problem"]) -> int:
    for line in map(problem_line, problems):
        _complain(line)
    print(lines, flush=True)
    return 0


def _search(args: argparse.Namespace) -> int:
    from time import perf_counter

    from rag.stories import PER_ARTICLE

    index = _open(args)
    begin = perf_counter()
    hits = index.search(
        args.question,
        k=args.k,
        where=_filter(args),
        per_article=args.per_article or PER_ARTICLE,
        read=args.read,
    )
    if args.json:
        took = {"total": 1000 * (perf_counter() - begin)}
        found = {"question": args.question, "hits": [asdict(hit) for hit in hits]}
        return _print_json({**found, "index": index.fingerprint, "timings_ms": took})
    print(hit_lines(hits))
    return 0


def _ask(args: argparse.Namespace) -> int:
    model = _language_model(args)
    index, where = _open(args), _filter(args)
    before = None
    for earlier in args.after:
        before = index.ask(earlier, where=where, answer_from=args.answer_from, after=before)
    answer = index.ask(args.question, where=where, answer_from=args.answer_from, after=before)
    if model is not None:
        return _write(args, index, answer, model)
    if args.json:
        return _print_json({**asdict(answer), "generated": None})
    print(answer_text(answer))
    return 0


def _write(
    args: argparse.Namespace, index: "Index", answer: "Answer", model: "LanguageModel"
) -> int:
    """Print what a language model writes: as it arrives on a terminal, else verified."""
    from rag.generate import Generated, GeneratedAnswer, write_answer
    from rag.generate.lines import checked_text, written_text

    shown = False
    for piece in write_answer(index, answer, model):
        if isinstance(piece, Generated):
            written = GeneratedAnswer(answer, piece)
        elif not args.json and sys.stdout.isatty():
            print(safe(piece), end="", flush=True)
            shown = True
    if args.json:
        return _print_json({**asdict(answer), "generated": asdict(written.generated)})
    print(f"\n\n{checked_text(written)}" if shown else written_text(written))
    return 0


def _article(args: argparse.Namespace) -> int:
    from rag.generation import open_generation

    article = open_generation(args.index).article(args.id)
    if args.json:
        return _print_json({**asdict(article), **asdict(article.metadata)}, leave_out="metadata")
    if sys.stdout.isatty():
        print(safe(article.text))
    else:  # not one character more or less: spans count in this text
        sys.stdout.buffer.write(article.text.encode())
        sys.stdout.buffer.flush()
    return 0


def _articles(args: argparse.Namespace) -> int:
    from rag.generation import Generation
    from rag.listing import list_articles
    from rag.manifest import live_generation
    from rag.terminal import article_lines

    listed = list_articles(Generation(live_generation(args.index)))
    if args.json:
        return _print_json({"articles": listed})
    print(article_lines(listed))
    return 0


def _chat(args: argparse.Namespace) -> int:
    from rag.bench.questions import example_questions

    exposure, model = _exposure(args), _language_model(args)
    index = _open(args)
    index.prepare()  # whoever asks first should not wait for it
    examples = example_questions(Path(index.generation.manifest.folder))
    from rag.server import serve

    def ready(url: str) -> None:
        if args.json:
            _print_json({"url": url, "index": index.fingerprint})
        else:
            print(f"Ask your articles at {url}  (Ctrl-C stops)", flush=True)

    serve(index, port=args.port, examples=examples, exposure=exposure, model=model, on_ready=ready)
    return 0


def _exposure(args: argparse.Namespace) -> "Exposure":
    """Return who can reach the page; on a network, not without a word on who may use it."""
    from rag.accounts import read_accounts
    from rag.network import Exposure

    log = _access_log(args)
    accounts = read_accounts(args.auth) if args.auth else None
    exposure = Exposure(
        host=args.host,
        names=tuple(args.name),
        accounts=accounts,
        log=log,
        log_questions=args.log_questions,
        uploads=args.uploads,
    )
    if not exposure.local and not accounts and not args.no_auth:
        raise RagError(
            f"--host {args.host} lets others reach the page: say who may use it with --auth FILE "
            "(make one with: rag password FILE NAME), or that everyone may with --no-auth"
        )
    return exposure


def _access_log(args: argparse.Namespace) -> Callable[[str], None] | None:
    if args.access_log:
        file = args.access_log.open("a", encoding="utf-8", buffering=1)
        return lambda line: print(line, file=file)
    from rag.network import Exposure

    return None if Exposure(args.host).local else _complain


def _password(args: argparse.Namespace) -> int:
    from getpass import getpass

    from rag.accounts import write_account

    asked = "Password: "
    password = getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    write_account(args.file, args.name, password)
    if args.json:
        return _print_json({"file": str(args.file), "name": args.name})
    print(f"{args.name} may now use the page of: rag chat --auth {args.file}")
    return 0


def _feedback(args: argparse.Namespace) -> int:
    from rag.feedback import FILE, exported

    lines = exported(args.index / FILE)
    if args.json:
        return _print_json({"judgements": [json.loads(line) for line in lines]})
    for line in lines:
        print(line)
    return 0


def _bench(args: argparse.Namespace) -> int:
    from dataclasses import fields

    from rag.bench.command import Request, WrongUsage, run_bench
    from rag.bench.tables import table, terminal_table

    request = Request(**{field.name: getattr(args, field.name) for field in fields(Request)})
    try:
        with Progress(_complain) as progress:
            done = run_bench(
                request, open_index=lambda: _open(args, follow=False), progress=progress
            )
    except WrongUsage as error:
        _complain(f"rag bench: {error}")
        return 2
    if args.json:
        _print_json(done.result)
    elif request.export_beir:
        print(f"wrote {done.result['passages']} passages and {done.result['questions']} questions "
              f"to {request.export_beir}")  # fmt: skip
    else:
        shown = table(done.result, request.table) if request.table else terminal_table(done.result)
        print(safe(shown))
    for reason in done.failures:
        _complain(f"rag bench: {reason}")
    return 1 if done.failures else 0


def _why(args: argparse.Namespace) -> int:
    from rag.bench.why import explain
    from rag.bench.why_lines import why_lines

    found = explain(args.directory, args.runs, measure=args.measure, pair=args.pair)
    if args.json:
        return _print_json(found)
    print(why_lines(found, most=args.k))
    return 0


def _report(args: argparse.Namespace) -> int:
    from rag.bench.report.page import write_report

    written = write_report(args.directories, args.output, title=args.title)
    if args.json:
        return _print_json(written)
    print(f"{written['file']}: {written['questions']:,} questions, {written['bytes']:,} bytes")
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from rag.doctor import examine
    from rag.repair import repair

    checks = repair(args.index) if args.repair else []
    checks += examine(args.index)
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


def _open(args: argparse.Namespace, *, follow: bool = True) -> "Index":
    from rag.index import open_index

    args.opened = open_index(args.index, progress=_complain, follow=follow)
    return cast("Index", args.opened)


def _print_json(value: Any, *, leave_out: str | None = None) -> int:
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    plain = {key: part for key, part in plain.items() if key != leave_out}
    print(json.dumps(plain, ensure_ascii=False), flush=True)
    return 0


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _language_model(args: argparse.Namespace) -> "LanguageModel | None":
    if args.llm_url is None:
        return None
    from rag.generate.client import TIMEOUT, LanguageModel

    key = os.environ.get("RAG_LLM_KEY") or os.environ.get("OPENAI_API_KEY")
    try:
        return LanguageModel(
            args.llm_url,
            args.llm_model,
            key=key.strip() if key else None,
            timeout=args.llm_timeout or TIMEOUT,
        )
    except ValueError as error:
        raise GenerationError(f"the language model cannot be asked: {error}") from error


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
    "articles": _articles,
    "chat": _chat,
    "password": _password,
    "feedback": _feedback,
    "bench": _bench,
    WHY: _why,
    REPORT: _report,
    "doctor": _doctor,
    "model": _model,
}
