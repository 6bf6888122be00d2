"""Paired figures of questions → how sure a mean or a difference is.

Questions are the sample: each row is one question, each column one quantity. Nothing here
knows what the numbers measure. All draws come from one seed, so that figures repeat.
"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]  # (questions, quantities)
Vector = npt.NDArray[np.float64]  # (quantities,)

SEED = 20240229
ALPHA, POWER = 0.05, 0.8
RESAMPLES = 10_000  # of the bootstrap
FLIPS = 100_000  # of the randomisation test: Holm's correction needs small p-values
LEAST_FLIPS = 10_000
_SIGNS = 300_000_000  # above which fewer flips are drawn: seconds, and 37 MB of random bits
_CHUNK = 500_000  # numbers in memory at once


def resample_means(values: Matrix, *, resamples: int = RESAMPLES, seed: int = SEED) -> Matrix:
    """Return the means of bootstrap samples of the questions, (resamples, quantities)."""
    questions = len(values)
    random = np.random.default_rng(seed)
    step = max(1, _CHUNK // questions)
    means = np.empty((resamples, values.shape[1]))
    for low in range(0, resamples, step):
        rows = min(step, resamples - low)
        drawn = random.integers(0, questions, (rows, questions))
        drawn += np.arange(rows)[:, None] * questions
        counts = np.bincount(drawn.ravel(), minlength=rows * questions)
        means[low : low + rows] = counts.reshape(rows, questions) @ values / questions
    return means


def intervals(means: Matrix) -> list[tuple[float, float]]:
    """Return the 95% percentile interval of each quantity's resampled means."""
    lows, highs = np.quantile(means, [ALPHA / 2, 1 - ALPHA / 2], axis=0)
    return list(zip(lows.tolist(), highs.tolist(), strict=True))


def randomisation_test(
    differences: Matrix, *, flips: int | None = None, seed: int = SEED
) -> Vector:
    """Return the two-sided p-value of each quantity's mean difference.

    Under the null hypothesis the sign of each question's difference is a coin's throw. The
    same throws serve all quantities. The observed signs count as one throw (Phipson & Smyth
    2010), so p is never 0.
    """
    moving = differences[np.any(differences != 0, axis=1)]  # a zero has no sign to flip
    if not len(moving):
        return np.ones(differences.shape[1])
    throws = flips or max(LEAST_FLIPS, min(FLIPS, _SIGNS // len(moving)))
    random = np.random.default_rng(seed)
    observed = np.abs(moving.sum(axis=0))
    # Sums of the same numbers in another order differ by rounding: those are ties.
    threshold = (observed - 1e-5 * np.abs(moving).sum(axis=0)).astype(np.float32)
    single = moving.astype(np.float32)
    total = single.sum(axis=0)
    extreme = np.zeros(differences.shape[1], np.int64)
    width = -(-len(moving) // 8)
    step = max(1, _CHUNK // (8 * width))
    for low in range(0, throws, step):
        rows = min(step, throws - low)
        bits = np.frombuffer(random.bytes(rows * width), np.uint8).reshape(rows, width)
        heads = np.unpackbits(bits, axis=1, count=len(moving)).astype(np.float32)
        sums = 2 * (heads @ single) - total  # heads keep the sign, tails flip it
        extreme += (np.abs(sums) >= threshold).sum(axis=0)
    p: Vector = (extreme + 1) / (throws + 1)
    return p


def holm(p: Sequence[float]) -> list[float]:
    """Return the p-values after Holm's step-down correction, in the same order (Holm 1979)."""
    order = np.argsort(np.asarray(p), kind="stable")
    scaled = np.asarray(p)[order] * np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(value) for value in corrected]


def detectable_difference(differences: Matrix) -> list[float | None]:
    """Return the least true mean difference that a set like this finds, for each quantity.

    With power .8 at alpha .05, two-sided: (z of 1 - α/2 + z of the power) · s / √n. None for
    fewer than two questions.
    """
    if len(differences) < 2:
        return [None] * differences.shape[1]
    factor = NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER)
    spread = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    return [float(factor * one) for one in spread]
