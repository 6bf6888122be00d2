"""Questions' records → how two arms differ in every slice of the questions, tested.

A question that was asked in several languages counts once in a slice, as the mean of its
differences: its translations are no independent sample. Won, lost and even count each.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.bench.comparing import in_words
from rag.bench.records import Comparison, QuestionOutcome
from rag.bench.significance import (
    Matrix,
    detectable_difference,
    holm,
    intervals,
    randomisation_test,
    resample_means,
)
from rag.bench.slices import Slice, in_order, slices_of

LEAST = 10  # questions that a slice must have to be tested
EVEN = 1e-9  # a difference that rounding makes

Figures = dict[str, tuple[float, float]]  # question id → the two arms' figures


@dataclass(frozen=True, slots=True)
class SliceDifference:
    """The two arms on the questions of one slice."""

    by: str
    value: str
    one: float  # mean
    other: float
    won: int  # of the questions, by `one`
    lost: int
    even: int
    compared: Comparison  # `p_holm`: corrected over all slices


@dataclass(frozen=True, slots=True)
class SliceDifferences:
    """The two arms on all questions, and in each slice that is large enough to be tested."""

    whole: SliceDifference  # its `p_holm` is `p`
    slices: tuple[SliceDifference, ...]
    too_small: tuple[tuple[str, str, int], ...]  # what they are by, the value, questions


def compare_slices(
    outcomes: Sequence[QuestionOutcome], runs: tuple[str, str], measure: str
) -> SliceDifferences:
    """Compare two arms over all questions and in every slice."""
    grouped: dict[Slice, list[QuestionOutcome]] = defaultdict(list)
    for outcome, found in zip(outcomes, slices_of(outcomes), strict=True):
        for of in found:
            grouped[of].append(outcome)
    tested: dict[Slice, Figures] = {("all", ""): _figures(outcomes, runs, measure)}
    small = []
    for of in in_order(grouped):
        rows = _figures(grouped[of], runs, measure)
        if len(rows) < LEAST:
            small.append((*of, len(rows)))
        else:
            tested[of] = rows
    p = randomisation_test(_columns(list(tested.values()))).tolist()
    corrected = [p[0], *holm(p[1:])] if p[1:] else p
    whole, *slices = (
        _difference(of, grouped.get(of, outcomes), rows, runs, measure, alone, together)
        for (of, rows), alone, together in zip(tested.items(), p, corrected, strict=True)
    )
    return SliceDifferences(whole, tuple(slices), tuple(small))


def _columns(groups: Sequence[Figures]) -> Matrix:
    """Return the differences, a column a group; 0, which has no sign, where a row is not in it."""
    rows = {name: row for row, name in enumerate(groups[0])}
    paired = np.zeros((len(rows), len(groups)))
    for column, group in enumerate(groups):
        for name, (first, second) in group.items():
            paired[rows[name], column] = first - second
    return paired


def _difference(
    of: Slice,
    outcomes: Sequence[QuestionOutcome],
    rows: Figures,
    runs: tuple[str, str],
    measure: str,
    p: float,
    p_holm: float,
) -> SliceDifference:
    first, second = np.array(list(rows.values())).mean(axis=0).tolist()
    counted = _count(outcomes, runs, measure)
    return SliceDifference(
        *of, first, second, *counted, _comparison(rows, runs, measure, p, p_holm)
    )


def _figures(outcomes: Sequence[QuestionOutcome], runs: tuple[str, str], measure: str) -> Figures:
    """Return the two arms' figures by question id, the mean over its languages."""
    rows: dict[str, list[list[float]]] = defaultdict(list)
    for outcome in outcomes:
        rows[outcome.id].append([outcome.arms[run].figures[measure] for run in runs])
    found = {name: np.array(figures).mean(axis=0).tolist() for name, figures in rows.items()}
    return {name: (first, second) for name, (first, second) in found.items()}


def _comparison(
    rows: Figures,
    runs: tuple[str, str],
    measure: str,
    p: float,
    p_holm: float,
) -> Comparison:
    pairs = np.array(list(rows.values()))
    paired: Matrix = pairs[:, :1] - pairs[:, 1:]
    compared = Comparison(
        measure=measure,
        one=runs[0],
        other=runs[1],
        difference=float(paired.mean()),
        interval=intervals(resample_means(paired))[0],
        p=p,
        p_holm=p_holm,
        detectable=detectable_difference(paired)[0],
        questions=len(rows),
        sentence="",
    )
    return replace(compared, sentence=in_words(compared))


def _count(
    outcomes: Sequence[QuestionOutcome], runs: tuple[str, str], measure: str
) -> tuple[int, int, int]:
    """Return how many were won, lost and even."""
    one, other = runs
    gains = [o.arms[one].figures[measure] - o.arms[other].figures[measure] for o in outcomes]
    won, lost = sum(gain > EVEN for gain in gains), sum(gain < -EVEN for gain in gains)
    return won, lost, len(gains) - won - lost
