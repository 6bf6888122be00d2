"""Ranked passages → the runs of sentences that the reader reads.

A window is a run of whole sentences of one passage around one that fits the question
well, short enough for the reader. Knows lengths and scores; knows neither tokens nor texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BUDGET = 120  # tokens of sentences in a window; a longer single sentence stands alone, cut


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences `first` to `last`, exclusive, of a passage, by their places in it."""

    passage: int  # its place among the passages
    first: int
    last: int


def choose_windows(
    scores: Sequence[Sequence[float]],
    lengths: Sequence[Sequence[int]],
    *,
    count: int,
    budget: int = BUDGET,
) -> list[Window]:
    """Return at most `count` windows that share no sentence, the best sentence's first.

    `scores` and `lengths` (in tokens) are given for each sentence of each passage; a score
    of -inf marks what may stand in a window but not start one.
    """
    order = sorted(
        (-score, passage, place)
        for passage, own in enumerate(scores)
        for place, score in enumerate(own)
        if score != float("-inf")
    )
    taken: set[tuple[int, int]] = set()
    windows: list[Window] = []
    for _, passage, place in order:
        if len(windows) == count:
            break
        if (passage, place) not in taken:
            window = _grow(passage, place, scores[passage], lengths[passage], taken, budget)
            taken |= {(passage, held) for held in range(window.first, window.last)}
            windows.append(window)
    return windows


def _grow(
    passage: int,
    place: int,
    scores: Sequence[float],
    lengths: Sequence[int],
    taken: set[tuple[int, int]],
    budget: int,
) -> Window:
    """Add neighbours while they fit, the better one first."""
    first, last = place, place + 1
    left = budget - lengths[place]
    while True:
        fitting = [
            side
            for side in (first - 1, last)
            if 0 <= side < len(lengths) and lengths[side] <= left and (passage, side) not in taken
        ]
        if not fitting:
            return Window(passage, first, last)
        best = max(fitting, key=lambda side: scores[side])
        left -= lengths[best]
        first, last = min(first, best), max(last, best + 1)
