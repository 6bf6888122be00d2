"""Confidences → how well abstaining goes with being wrong.

An answer is an error where it is wrong, and always where nothing answers the question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

_POINTS = 200  # of the curve


@dataclass(frozen=True, slots=True)
class Judged:
    """One question: what was said about it, and what would have been right."""

    confidence: float
    abstained: bool
    answerable: bool
    right: bool  # the answer, had it been given


def measure_abstention(judged: Sequence[Judged]) -> dict[str, float | None]:
    """Return figures of the confidence and of the threshold that is shipped.

    `auroc`: the chance that an answerable question has the higher confidence of two; `aurc`:
    the mean risk over all coverages, lower is better. The others are at the threshold:
    precision, recall and F1 of abstaining where nothing answers; the share answered, the
    share of these that is wrong; and the share of all questions that is dealt with rightly.
    """
    nothing = [one for one in judged if not one.answerable]
    abstained = [one for one in judged if one.abstained]
    given = [one for one in judged if not one.abstained]
    rightly = sum(not one.answerable for one in abstained)
    precision, recall = _share(rightly, len(abstained)), _share(rightly, len(nothing))
    errors = sum(not (one.right and one.answerable) for one in given)
    return {
        "auroc": _auroc(judged),
        "aurc": _aurc(judged),
        "precision": precision,
        "recall": recall,
        "f1": _share(2 * rightly, len(abstained) + len(nothing)) if nothing else None,
        "coverage": _share(len(given), len(judged)),
        "risk": _share(errors, len(given)),
        "right": _share(len(given) - errors + rightly, len(judged)),
    }


def risk_coverage(judged: Sequence[Judged]) -> tuple[tuple[float, float], ...]:
    """Return (coverage, risk) for falling thresholds, at most about 200 points.

    Questions of one confidence are answered together or not at all.
    """
    points, errors, given = [], 0, 0
    shown = 0.0
    for size, wrong in _levels(judged):
        given, errors = given + size, errors + wrong
        coverage = given / len(judged)
        if coverage >= shown or given == len(judged):
            points.append((coverage, errors / given))
            shown = coverage + 1 / _POINTS
    return tuple(points)


def _levels(judged: Sequence[Judged]) -> list[tuple[int, int]]:
    """Return how many questions, and how many errors, each confidence has; highest first."""
    ordered = sorted(judged, key=lambda one: -one.confidence)
    levels = []
    for _, level in groupby(ordered, key=lambda one: one.confidence):
        ones = list(level)
        levels.append((len(ones), sum(not (one.right and one.answerable) for one in ones)))
    return levels


def _aurc(judged: Sequence[Judged]) -> float | None:
    """Return the mean risk over all coverages; within one confidence, over all orders."""
    total, errors, given = 0.0, 0.0, 0
    for size, wrong in _levels(judged):
        for _ in range(size):
            given, errors = given + 1, errors + wrong / size
            total += errors / given
    return total / given if given else None


def _auroc(judged: Sequence[Judged]) -> float | None:
    """Return the area under the ROC curve; equal confidences count half (Mann-Whitney)."""
    ordered = sorted(judged, key=lambda one: one.confidence)
    below, won, positives = 0, 0.0, 0
    for _, level in groupby(ordered, key=lambda one: one.confidence):
        answerable = [one.answerable for one in level]
        yes, no = sum(answerable), len(answerable) - sum(answerable)
        won += yes * (below + no / 2)
        below, positives = below + no, positives + yes
    return won / (positives * below) if positives and below else None


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
