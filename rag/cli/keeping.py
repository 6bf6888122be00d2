"""What brings an index up to date, and keeps it well: `index`, `doctor`, `model`."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.cli.output import complain, print_json
from rag.terminal import Progress, plan_lines, problem_line, report_lines

if TYPE_CHECKING:
    from rag.building.build import BuildReport
    from rag.corpus.articles import Problem


def index(args: argparse.Namespace) -> int:
    """Bring the index up to date with a folder."""
    from rag.building.build import build_index, plan_index

    if args.dry_run:
        plan = plan_index(args.folder, args.index, model=args.model)
        return print_json(plan) if args.json else _say(plan_lines(plan), plan.problems)

    def build() -> "BuildReport":
        with Progress(complain) as progress:
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
            print_json(report)
        else:
            _say(report_lines(report), report.problems)

    if args.watch:
        from rag.building.watch import watch_folder

        with suppress(KeyboardInterrupt):
            watch_folder(args.folder, args.index, build=build, on_report=tell, tell=complain)
    else:
        tell(build())
    return 0


def _say(lines: str, problems: Sequence["Problem"]) -> int:
    for line in map(problem_line, problems):
        complain(line)
    print(lines, flush=True)
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Say whether everything is as it should be; mend it where asked."""
    from rag.doctor import examine
    from rag.repair import repair

    checks = repair(args.index) if args.repair else []
    checks += examine(args.index)
    healthy = all(check.ok for check in checks)
    if args.json:
        print_json({"ok": healthy, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            print(f"{'ok' if check.ok else 'WRONG':<6}{check.name}: {check.detail}")
            if check.mend:
                print(f"      mend it with: {check.mend}")
    return 0 if healthy else 1


def model(args: argparse.Namespace) -> int:
    """Export the bundled model."""
    from rag.bundled.export import export_sentence_transformer

    export_sentence_transformer(args.directory)
    if args.json:
        return print_json({"directory": str(args.directory)})
    print(f"wrote a sentence-transformers model to {args.directory}")
    return 0
