"""Arms measured on the same questions → intervals, and comparisons of every two arms.

What the arms are is not known here, only their figures for each question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from rag.bench.metrics import Figures, aggregate, is_mean
from rag.bench.records import Comparison, Interval
from rag.bench.significance import (
    ALPHA,
    Matrix,
    detectable_difference,
    holm,
    intervals,
    randomisation_test,
    resample_means,
)
from rag.errors import BenchmarkError

ArmFigures = Mapping[str, Mapping[str, Figures]]  # arm → question id → measure → value


@dataclass(frozen=True, slots=True)
class Compared:
    """The means of all arms, how sure they are, and how each two differ."""

    means: dict[str, Figures]
    intervals: dict[str, dict[str, Interval]]
    comparisons: tuple[Comparison, ...]


def compare(arms: ArmFigures, measures: Sequence[str]) -> Compared:
    """Return every arm's means and every difference, tested.

    Holm's correction is over all measures and pairs of arms. Raises BenchmarkError where
    an arm did not run, or ran on other questions than the first.
    """
    questions = _same_questions(arms)
    means = {
        arm: {name: aggregate(name, [rows[q][name] for q in questions]) for name in measures}
        for arm, rows in arms.items()
    }
    tested = [name for name in measures if is_mean(name)]
    if not tested:
        return Compared(means, {arm: {} for arm in arms}, ())
    # (questions, arms · measures), the measures of one arm side by side
    values = np.array([[rows[q][m] for rows in arms.values() for m in tested] for q in questions])
    resampled = resample_means(values)
    width = len(tested)
    sure = intervals(resampled)
    spans = {
        arm: dict(zip(tested, sure[i * width : (i + 1) * width], strict=True))
        for i, arm in enumerate(arms)
    }
    return Compared(means, spans, _compare_pairs(list(arms), tested, values, resampled))


def _same_questions(arms: ArmFigures) -> list[str]:
    """Return the questions, which every arm must have been asked."""
    if not arms:
        raise BenchmarkError("there is no arm to compare")
    first, *others = arms
    questions = list(arms[first])
    if not questions:
        raise BenchmarkError(f"{first} did not run: it has no question")
    for other in others:
        different = arms[other].keys() ^ arms[first].keys()
        if different:
            raise BenchmarkError(
                f"{other} ran on {len(arms[other])} questions and {first} on {len(questions)}; "
                f"{len(different)} are not the same (first: {min(different)!r}): they cannot be "
                "compared"
            )
    return questions


def _compare_pairs(
    arms: Sequence[str], measures: Sequence[str], values: Matrix, resampled: Matrix
) -> tuple[Comparison, ...]:
    """Compare each arm with each one before it."""
    pairs = [(other, one) for one, other in combinations(range(len(arms)), 2)]
    if not pairs:
        return ()
    width = len(measures)

    def differences(of: Matrix) -> Matrix:
        blocks = [
            of[:, one * width : (one + 1) * width] - of[:, other * width : (other + 1) * width]
            for one, other in pairs
        ]
        return np.hstack(blocks)

    paired = differences(values)
    means = paired.mean(axis=0).tolist()
    sure, detectable = intervals(differences(resampled)), detectable_difference(paired)
    p = randomisation_test(paired).tolist()
    comparisons = []
    columns = [(one, other, measure) for one, other in pairs for measure in measures]
    for (one, other, measure), mean, span, alone, corrected, least in zip(
        columns, means, sure, p, holm(p), detectable, strict=True
    ):
        compared = Comparison(
            measure=measure,
            one=arms[one],
            other=arms[other],
            difference=mean,
            interval=span,
            p=alone,
            p_holm=corrected,
            detectable=least,
            questions=len(values),
            sentence="",
        )
        comparisons.append(replace(compared, sentence=in_words(compared)))
    return tuple(comparisons)


def in_words(compared: Comparison) -> str:
    """Return the comparison as a sentence, with the p-value after Holm's correction."""
    one, other = compared.one, compared.other
    low, high = compared.interval
    sure = f"p {_p(compared.p_holm)}, {compared.questions:,} questions"
    if compared.p_holm < ALPHA:
        if compared.difference < 0:
            one, other, low, high = other, one, -high, -low
        points = _points(abs(compared.difference))
        return (
            f"{one} is better than {other} by {points} points of {compared.measure} "
            f"(95% CI {_points(low)}–{_points(high)}, {sure})"
        )
    told = (
        f"no difference between {one} and {other} is shown in {compared.measure}: "
        f"{_points(compared.difference, sign=True)} points "
        f"(95% CI {_points(low, sign=True)} to {_points(high, sign=True)}, {sure})"
    )
    if compared.detectable is None:
        return told
    return f"{told}; this set can show one from about {_points(compared.detectable)} points"


def _p(value: float) -> str:
    if value < 0.001:
        return "< .001"
    digits = 3 if value < 0.1 else 2
    return f"= {value:.{digits}f}".replace("0.", ".", 1)


def _points(value: float, *, sign: bool = False) -> str:
    text = f"{100 * value:{'+' if sign else ''}.1f}"
    return text.replace("-", "−")
