"""One arm of the retrieval: the rankings it gives, and what they are worth question by question.

Every kind of benchmark uses it: questions about an index, collections, and run files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from rag.bench.collection import AskedQuestion
from rag.bench.metrics import score_questions
from rag.bench.records import ArmOutcome
from rag.building.embedding import Progress
from rag.index import Index
from rag.types import Arm

ARMS: tuple[Arm, ...] = ("dense", "sparse", "dense+sentence", "hybrid")  # "read" takes minutes
MEASURES = ("nDCG@10", "Recall@1", "Recall@5", "Recall@10", "Recall@100", "RR@10")
JUDGED = "Judged@10"  # measured always: it says how far the others can be believed
DEPTH = 100
TOP = 10  # passages that an outcome names
_TICK = 50  # questions between two progress reports

Scored = tuple[str, float]  # a passage's id and score


@dataclass(frozen=True, slots=True)
class ArmRun:
    """What one arm ranked: question id → passages, best first; and how long that took."""

    rankings: Mapping[str, Sequence[Scored]]
    ms: Mapping[str, float]  # {} where not known


def rank_questions(
    index: Index,
    arm: Arm,
    questions: Sequence[AskedQuestion],
    passage_ids: Sequence[str],
    report: Progress,
) -> ArmRun:
    """Rank the passages for each question; row i of the index is `passage_ids[i]`."""
    rankings, ms = {}, {}
    for i, question in enumerate(questions):
        if i % _TICK == 0:
            report(f"{arm} questions", i, len(questions))
        begin = perf_counter()
        ranked = index.rank(question.text, depth=DEPTH, arm=arm)[:DEPTH]
        ms[question.id] = 1000 * (perf_counter() - begin)
        rankings[question.id] = [(passage_ids[found.passage], found.score) for found in ranked]
    return ArmRun(rankings, ms)


def judge(
    questions: Sequence[AskedQuestion], run: ArmRun, measures: Sequence[str]
) -> dict[str, ArmOutcome]:
    """Return what the arm's rankings are worth, by question."""
    qrels = {question.id: question.relevant for question in questions}
    rankings = {name: [p for p, _ in run.rankings.get(name, ())] for name in qrels}
    figures = score_questions(qrels, rankings, measures)
    return {
        name: outcome_of(figures[name], rankings[name], qrels[name], run.ms.get(name))
        for name in qrels
    }


def outcome_of(
    figures: dict[str, float], ranking: Sequence[str], relevant: Mapping[str, int], ms: float | None
) -> ArmOutcome:
    """Return one question's figures, the first of its ranking, and where relevant ones stood."""
    ranks = (rank for rank, passage in enumerate(ranking, 1) if relevant.get(passage, 0) > 0)
    return ArmOutcome(figures, tuple(ranking[:TOP]), tuple(ranks), ms)


def median_ms(outcomes: Mapping[str, ArmOutcome]) -> dict[str, float]:
    """Return `rank_ms`, where the times are known."""
    known = [outcome.ms for outcome in outcomes.values() if outcome.ms is not None]
    return {"rank_ms": median(known)} if known else {}
