"""Risk, coverage and the areas, computed by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from rag.bench.abstention import Judged, measure_abstention, risk_coverage

FOUR = [
    Judged(0.9, abstained=False, answerable=True, right=True),
    Judged(0.8, abstained=False, answerable=False, right=False),
    Judged(0.7, abstained=False, answerable=True, right=False),
    Judged(0.1, abstained=True, answerable=False, right=False),
]


def test_risk_is_the_share_of_errors_among_the_answers_given() -> None:
    points = [(0.25, 0.0), (0.5, 0.5), (0.75, 2 / 3), (1.0, 0.75)]
    assert risk_coverage(FOUR) == tuple((c, pytest.approx(r)) for c, r in points)


def test_questions_of_one_confidence_are_answered_together() -> None:
    tied = [Judged(0.5, False, True, right) for right in (True, False)]
    assert risk_coverage(tied) == ((1.0, 0.5),)
    assert measure_abstention(tied)["aurc"] == pytest.approx(0.5)


def test_the_figures_at_the_threshold_are_those_counted_by_hand() -> None:
    found = measure_abstention(FOUR)
    assert found["coverage"] == 0.75
    assert found["risk"] == pytest.approx(2 / 3)
    assert (found["precision"], found["recall"]) == (1.0, 0.5)
    assert found["f1"] == pytest.approx(2 / 3)
    assert found["right"] == 0.5  # the first and the last
    assert found["aurc"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4) / 4)
    assert found["auroc"] == pytest.approx(3 / 4)  # .9 > .8, .9 > .1, .7 > .1 of four


def test_what_cannot_be_known_is_none() -> None:
    found = measure_abstention(FOUR[:1])
    assert found["auroc"] is found["f1"] is found["recall"] is found["precision"] is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=2))
def test_auroc_and_f1_are_those_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    judged = [Judged(c, c < 0.5, answerable, True) for c, answerable in pairs]
    labels = np.array([answerable for _, answerable in pairs])
    if labels.all() or not labels.any():
        return
    found = measure_abstention(judged)
    scores = np.array([c for c, _ in pairs])
    assert found["auroc"] == pytest.approx(roc_auc_score(labels, scores))
    assert found["f1"] == pytest.approx(f1_score(~labels, scores < 0.5))


def test_a_long_curve_is_thinned_and_ends_at_full_coverage() -> None:
    many = [Judged(i / 5000, False, True, i % 2 == 0) for i in range(5000)]
    curve = risk_coverage(many)
    assert 150 < len(curve) <= 202
    assert curve[-1] == (1.0, 0.5)
