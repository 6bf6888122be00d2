"""A collection with every second article held out, so that half of the questions have no answer.

Whole articles are held out, not passages, since the others of an article often answer too.
"""

from collections.abc import Sequence
from dataclasses import replace

from rag.bench.collection import AskedQuestion, Collection


def every_second_article(collection: Collection) -> list[int]:
    """Return the rows of the passages that stay: those of the first, third … article."""
    return [row for row, group in enumerate(collection.groups) if group % 2 == 0]


def without_missing(
    questions: Sequence[AskedQuestion], kept: set[str]
) -> tuple[AskedQuestion, ...]:
    """Return the questions with only those gold spans whose passages were kept."""
    return tuple(
        replace(asked, gold=tuple(span for span in asked.gold if span.passage in kept))
        if asked.gold is not None
        else asked
        for asked in questions
    )
