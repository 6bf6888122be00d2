"""Choose the integers of the int8 graph: factors of activations, and weights as int8.

Knows arrays only; the graph that they go into is `graph`'s.

SmoothQuant (Xiao et al. 2023): an activation gets one static factor per channel, part of which
moves into the weights, so that no vector depends on its neighbours in the batch.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_SMALLEST = np.float32(1e-3)  # of a channel's range and of its weights


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest value of each channel of an activation, both (channels,)."""

    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Steps:
    """An activation is about ``steps * (integer - zero)``, integers 0..255."""

    steps: Array  # (channels,)
    zero: int


def widen(known: Range | None, rows: Array) -> Range:
    """Return the range that also holds ``rows`` (tokens, channels)."""
    low, high = rows.min(0), rows.max(0)
    if known is None:
        return Range(low, high)
    return Range(np.minimum(known.low, low), np.maximum(known.high, high))


def choose_steps(values: Range, matrix: Array, *, share: float, margin: float) -> Steps:
    """Return the steps for an activation that multiplies ``matrix`` (channels, outputs).

    ``share`` (0..1) of the spread of the channels' ranges moves into the weights; ranges are
    taken ``margin`` times as wide as was seen.
    """
    widest = np.maximum(np.maximum(-values.low, values.high), _SMALLEST)
    widest = np.maximum(widest, np.median(widest))  # a channel that slept may yet wake up
    strongest = np.maximum(np.abs(matrix).max(1), _SMALLEST)
    factors = widest**share / strongest ** (1 - share)
    low = float((values.low / factors).min()) * margin
    high = float((values.high / factors).max()) * margin
    if low < -0.3 * high:
        step, zero = max(-low, high) / 127, 128
    else:
        step = (high - low) / 255
        zero = round(-low / step)
    return Steps(steps=_coarse(factors * step), zero=zero)


def quantise_columns(matrix: Array) -> tuple[NDArray[np.int8], Array]:
    """Return (integers (inputs, outputs), scales (outputs,)) of a matrix (inputs, outputs).

    AVX2 without VNNI adds the products of two neighbouring inputs in 16 bits and saturates, so
    255 * (|a| + |b|) is kept within them: every processor then gives the same integers.
    """
    sizes = np.abs(matrix)
    pairs = sizes[0::2] + sizes[1::2]
    # 127 and not 128 for the rounding of the two; one large weight alone may reach 127.
    scales = np.maximum(pairs.max(0) / 127, 1e-12).astype(np.float32)
    return np.rint(matrix / scales).astype(np.int8), scales


def _coarse(values: Array) -> Array:
    """Round to sixteenths of an octave, so that two machines' last bits give the same graph."""
    rounded: Array = np.exp2(np.ceil(np.log2(values) * 16) / 16).astype(np.float32)
    return rounded
