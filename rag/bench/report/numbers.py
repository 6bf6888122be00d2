"""Questions' records → the points that charts show. Knows no colours."""

from collections.abc import Iterable, Sequence

import numpy as np

from rag.bench.records import QuestionOutcome

DEPTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)
_QUANTILES = 100

Points = list[tuple[float, float]]


def recall_curve(outcomes: Sequence[QuestionOutcome], arm: str) -> Points:
    """Return (k, Recall@k): the mean share of relevant passages among the first k.

    A question without a relevant passage counts as 0, as it does in ir-measures.
    """
    found = np.zeros(len(DEPTHS))
    for outcome in outcomes:
        relevant = sum(grade > 0 for grade in outcome.relevant.values())
        if relevant:
            ranks = np.asarray(outcome.arms[arm].ranks, dtype=np.int64)
            found += np.searchsorted(ranks, DEPTHS, side="right") / relevant
    means = (found / len(outcomes)).tolist()
    return list(zip(map(float, DEPTHS), means, strict=True))


def times(outcomes: Iterable[QuestionOutcome]) -> dict[str, list[float]]:
    """Return the milliseconds of every arm, and of the answers, where they are known."""
    found: dict[str, list[float]] = {}
    for outcome in outcomes:
        for arm, done in outcome.arms.items():
            if done.ms is not None:
                found.setdefault(arm, []).append(done.ms)
        if outcome.answer:
            found.setdefault(ANSWERING, []).append(outcome.answer.ms)
    return found


ANSWERING = "answering"


def distribution(values: Sequence[float]) -> Points:
    """Return (milliseconds, share of the questions that took no longer), rising."""
    shares = np.linspace(0, 1, _QUANTILES + 1)
    return list(zip(np.quantile(values, shares).tolist(), shares.tolist(), strict=True))


def quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, and what 95 and 99 of 100 questions took at most."""
    half, most, nearly_all = np.quantile(values, (0.5, 0.95, 0.99)).tolist()
    return half, most, nearly_all
