"""The evaluator on the command line: `bench`, `bench why`, `bench report`."""

import argparse

from rag.cli.output import complain, open_index_of, print_json
from rag.terminal import Progress, safe


def bench(args: argparse.Namespace) -> int:
    """Measure retrieval and answers."""
    from dataclasses import fields

    from rag.bench.command import Request, WrongUsage, run_bench
    from rag.bench.tables import table, terminal_table

    request = Request(**{field.name: getattr(args, field.name) for field in fields(Request)})
    try:
        with Progress(complain) as progress:
            done = run_bench(
                request, open_index=lambda: open_index_of(args, follow=False), progress=progress
            )
    except WrongUsage as error:
        complain(f"rag bench: {error}")
        return 2
    if args.json:
        print_json(done.result)
    elif request.export_beir:
        print(f"wrote {done.result['passages']} passages and {done.result['questions']} questions "
              f"to {request.export_beir}")  # fmt: skip
    else:
        shown = table(done.result, request.table) if request.table else terminal_table(done.result)
        print(safe(shown))
    for reason in done.failures:
        complain(f"rag bench: {reason}")
    return 1 if done.failures else 0


def why(args: argparse.Namespace) -> int:
    """Print on which questions one of two runs is better."""
    from rag.bench.why import explain
    from rag.bench.why_lines import why_lines

    found = explain(args.directory, args.runs, measure=args.measure, pair=args.pair)
    if args.json:
        return print_json(found)
    print(why_lines(found, most=args.k))
    return 0


def report(args: argparse.Namespace) -> int:
    """Write saved measurements as a page."""
    from rag.bench.report.page import write_report

    written = write_report(args.directories, args.output, title=args.title)
    if args.json:
        return print_json(written)
    print(f"{written['file']}: {written['questions']:,} questions, {written['bytes']:,} bytes")
    return 0
