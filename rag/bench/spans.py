"""Cited characters against gold spans: scores that do not depend on how text is split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Span(Protocol):
    """Some characters of one passage or article."""

    @property
    def passage(self) -> str:
        """Where: spans of different ones share nothing."""

    @property
    def start(self) -> int:
        """The first character."""

    @property
    def end(self) -> int:
        """The one after the last."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many of the cited characters are gold, and how many of the gold ones are cited."""

    precision: float
    recall: float
    f1: float


def overlap(cited: Sequence[Span], gold: Sequence[Span]) -> Overlap:
    """Return the best overlap over the gold spans, each of which is a whole answer.

    Characters that several citations share count once.
    """
    characters = {(span.passage, i) for span in cited for i in range(span.start, span.end)}
    found = [_overlap(characters, one) for one in gold]
    return max(found, key=lambda one: (one.f1, one.recall), default=Overlap(0.0, 0.0, 0.0))


def holds(cited: Iterable[Span], gold: Sequence[Span]) -> bool:
    """Tell whether one of the cited spans holds a whole gold span."""
    return any(
        span.passage == one.passage and span.start <= one.start and one.end <= span.end
        for span in cited
        for one in gold
    )


def _overlap(characters: set[tuple[str, int]], gold: Span) -> Overlap:
    shared = sum((gold.passage, i) in characters for i in range(gold.start, gold.end))
    if not shared:
        return Overlap(0.0, 0.0, 0.0)
    length = gold.end - gold.start
    return Overlap(
        shared / len(characters), shared / length, 2 * shared / (len(characters) + length)
    )
