"""One arm of the retrieval, measured over questions whose relevant passages are known.

Both kinds of benchmark use it: questions about an index, and SQuAD-format files.
"""

from collections.abc import Mapping
from statistics import median
from time import perf_counter
from typing import get_args

from rag.bench.metrics import evaluate
from rag.embedding import Progress
from rag.index import Index
from rag.types import Arm

ARMS: tuple[Arm, ...] = get_args(Arm)
MEASURES = ("nDCG@10", "Recall@1", "Recall@5", "Recall@10", "Recall@100", "RR@10")
DEPTH = 100
_TICK = 50  # questions between two progress reports


def measure_arm(
    index: Index, arm: Arm, relevant: Mapping[str, set[int]], report: Progress
) -> dict[str, float]:
    """Return the arm's figures over questions → the rows of their relevant passages."""
    qrels, run, seconds = {}, {}, []
    for i, (question, rows) in enumerate(relevant.items()):
        if i % _TICK == 0:
            report(f"{arm} questions", i, len(relevant))
        begin = perf_counter()
        ranked = index.rank(question, depth=DEPTH, arm=arm)[:DEPTH]
        seconds.append(perf_counter() - begin)
        qrels[str(i)] = {str(row): 1 for row in rows}
        # The negative rank for a score: trec_eval breaks ties by passage id, backwards, and
        # what is to be measured is the order in which `search` returns the passages.
        run[str(i)] = {str(found.passage): -float(rank) for rank, found in enumerate(ranked, 1)}
    return evaluate(qrels, run, MEASURES) | {"rank_ms": 1000 * median(seconds)}


def arms_header() -> str:
    """Return the line of a table that names the measures."""
    return f"{'':<16}" + "".join(f"{name:>11}" for name in (*MEASURES, "rank_ms"))


def arm_lines(heading: str, arms: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return a heading and a line for each arm, as a table's block."""
    lines = [heading]
    for arm, row in arms.items():
        figures = "".join(f"{row[name]:>11.4f}" for name in MEASURES)
        lines.append(f"  {arm:<14}{figures}{row['rank_ms']:>11.1f}")
    return lines
