"""Tests and intervals, against values known by hand, by scipy or by their definition."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from rag.bench.significance import (
    detectable_difference,
    holm,
    intervals,
    randomisation_test,
    resample_means,
)


def column(*values: float) -> np.ndarray:
    return np.array(values, float)[:, None]


def test_p_is_the_share_of_sign_flips_that_are_as_extreme() -> None:
    differences = [0.5, 0.25, 0.25, -0.125, 1.0]
    sums = [sum(s * d for s, d in zip(signs, differences, strict=True))
            for signs in product((1, -1), repeat=5)]  # fmt: skip
    exact = np.mean([abs(total) >= sum(differences) for total in sums])
    (p,) = randomisation_test(column(*differences), flips=200_000)
    assert p == pytest.approx(exact, abs=0.003)


def test_p_agrees_with_scipys_permutation_test() -> None:
    values = np.random.default_rng(1).normal(0.2, 1, 60)
    reference = stats.permutation_test(
        (values, np.zeros(60)), lambda x, y: np.mean(x - y), permutation_type="samples",
        n_resamples=20_000, rng=np.random.default_rng(2), vectorized=False,
    ).pvalue  # fmt: skip
    (p,) = randomisation_test(values[:, None])
    assert p == pytest.approx(reference, abs=0.015)


def test_without_any_difference_p_is_one_and_it_is_never_zero() -> None:
    assert randomisation_test(np.zeros((5, 2))).tolist() == [1.0, 1.0]
    (p,) = randomisation_test(np.full((100, 1), 0.1), flips=999)
    assert p == pytest.approx(1 / 1000)


def test_the_test_is_calibrated_where_there_is_no_difference() -> None:
    """500 pairs of runs whose questions differ by chance alone, as retrieval's figures do."""
    random = np.random.default_rng(7)
    difficulty = random.random((200, 1))
    runs = [(random.random((200, 500)) < difficulty) / random.integers(1, 4, (200, 500))
            for _ in range(2)]  # fmt: skip
    p = randomisation_test(runs[0] - runs[1], flips=2000)
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.02)


def test_a_known_difference_is_found_as_often_as_its_size_promises() -> None:
    random = np.random.default_rng(8)
    noise = random.normal(0, 0.3, (200, 500))
    (least,) = {round(float(np.median(detectable_difference(noise))), 3)}
    assert least == pytest.approx(2.80 * 0.3 / np.sqrt(200), abs=0.002)
    p = randomisation_test(noise + least, flips=2000)
    assert np.mean(p < 0.05) == pytest.approx(0.8, abs=0.05)
    assert randomisation_test(noise[:, :1] + 0.2)[0] < 0.001


def test_intervals_hold_the_mean_as_often_as_they_promise() -> None:
    random = np.random.default_rng(9)
    samples = (random.random((150, 400)) < 0.7).astype(float)
    held = [low <= 0.7 <= high for low, high in intervals(resample_means(samples, resamples=500))]
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


def test_the_interval_of_a_binary_figure_is_that_of_its_normal_approximation() -> None:
    values = column(*[1.0] * 300, *[0.0] * 100)
    ((low, high),) = intervals(resample_means(values))
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert (low, high) == pytest.approx((0.75 - half, 0.75 + half), abs=0.004)


def test_draws_repeat() -> None:
    values = np.random.default_rng(3).random((50, 2))
    assert (resample_means(values) == resample_means(values)).all()
    assert (randomisation_test(values - 0.5) == randomisation_test(values - 0.5)).all()


def test_holms_correction_is_that_of_the_textbook() -> None:
    # sorted: .005·4, .01·3, .03·2, .04·1, each at least the one before
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


def test_one_question_detects_nothing() -> None:
    assert detectable_difference(np.ones((1, 2))) == [None, None]
