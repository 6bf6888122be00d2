"""The options of `rag bench`."""

from pathlib import Path
from typing import Any

from rag.cli import values


def add_bench(bench: Any) -> None:
    """Add what `rag bench` can be told."""
    bench.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="questions about --index or feedback on it (JSON Lines); or SQuAD-format files or "
        "BEIR-format folders, each with passages of its own: those with the same question ids "
        "are measured across languages too",
    )
    bench.add_argument("--format", choices=["questions", "feedback", "squad", "beir"])
    bench.add_argument(
        "--measures", metavar="NAMES", help='of ir-measures, such as "nDCG@10 R@100 RR@10 AP"'
    )
    bench.add_argument(
        "--arms",
        type=values.arms,
        metavar="ARM,…",
        help="dense,sparse,dense+sentence,hybrid (default)",
    )
    bench.add_argument("--table", choices=["csv", "markdown", "latex"], help="print only a table")
    kept = bench.add_argument_group("keeping it")
    kept.add_argument("--save", type=Path, metavar="DIR", help="runs, qrels, figures, questions")
    kept.add_argument("--resume", action="store_true", help="go on with what --save DIR holds")
    kept.add_argument("--run-tag", type=values.tag, metavar="TAG", help="of the TREC runs (rag)")
    gate = bench.add_argument_group("as a gate")
    gate.add_argument("--compare", type=Path, metavar="BASELINE")
    gate.add_argument(
        "--fail-if",
        action="append",
        metavar="CONDITION",
        default=[],
        help='exit 1 if the difference to BASELINE is such: "nDCG@10 < -0.01", of every arm, or '
        '"hybrid R@1 < -0.02"',
    )
    gate.add_argument("--write-baseline", type=Path, metavar="BASELINE")
    own = bench.add_argument_group("for SQuAD-format files and BEIR-format folders")
    own.add_argument(
        "--every", type=values.natural, metavar="N", help="ask every Nth question (PIAF's test: 3)"
    )
    own.add_argument(
        "--offset",
        type=values.natural,
        metavar="K",
        help="with --every: those whose running index in the file, from 0, is K modulo N "
        "(default: 0; PIAF's tuning: 1 and 2)",
    )
    own.add_argument("--model", metavar="NAME", help="any sentence-transformers model")
    own.add_argument("--answers", action="store_true", help="SQuAD: measure the answers too")
    own.add_argument(
        "--held-out-half",
        action="store_true",
        help="SQuAD: measure the answers with every second article left out of the index, so "
        "that half of the questions have none",
    )
    own.add_argument(
        "--given-passage",
        action="store_true",
        help="SQuAD: measure the answers with each question asked of its own passage alone",
    )
    own.add_argument("--split", metavar="NAME", help="BEIR: which of the qrels")
    own.add_argument(
        "--export-beir", type=Path, metavar="DIR", help="write a BEIR-format folder, and no more"
    )
    runs = bench.add_argument_group("for runs that you have, instead of FILE")
    runs.add_argument("--qrels", type=Path, metavar="FILE", help="TREC qrels")
    runs.add_argument(
        "--run", type=Path, metavar="FILE", action="append", default=[], help="a TREC run; repeat"
    )
    runs.add_argument("--topics", type=Path, metavar="FILE", help="TREC topics, or id, tab, text")
    runs.add_argument(
        "--missing-as-zero",
        action="store_true",
        help="a judged question that a run lacks counts as 0 (default: an error)",
    )
