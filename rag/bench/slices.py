"""Questions' records → the slices they fall into, by rules simple enough to be told.

language    of the question → of the passages, where there is more than one pair
asks for    the question word, see `rag.answering.question_words`; other languages have none
answer      the first gold span: a date (a year at its end, or 3.10.1990), a number (any
            digit), a name (its longer words, in capitals), or other; at most six words,
            longer ones are other. Scripts without capitals have no names.
length      thirds of the questions of a language, by characters
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from rag.answering.question_words import asks_for
from rag.bench.records import QuestionOutcome

AnswerType = Literal["date", "number", "name", "other"]
Slice = tuple[str, str]  # what it is by, and the value

LANGUAGE, ASKS, ANSWER, LENGTH = "language", "asks for", "answer", "length"
THIRDS = ("shortest third", "middle third", "longest third")
_MOST_WORDS = 6
_LONG = 3  # letters, above which a name's word has a capital
_YEAR = re.compile(
    r"(?<![\d.,])(1\d{3}|20\d{2})(?!\d)(\s*(г|год|жыл|yıl|il|年)\w*)?\W*$", re.IGNORECASE
)
_NUMERIC_DATE = re.compile(r"(?<!\d)\d{1,4}([./-])\d{1,2}\1\d{1,4}(?!\d)")


def answer_type(text: str) -> AnswerType:
    """Return what kind of thing an answer is."""
    plain = "".join(
        str(unicodedata.digit(char)) if char.isdecimal() else char for char in text
    )  # digits of any script
    words = re.findall(r"\w+", plain)
    if not 1 <= len(words) <= _MOST_WORDS:
        return "other"
    if _YEAR.search(plain) or _NUMERIC_DATE.search(plain):
        return "date"
    if re.search(r"\d", plain):
        return "number"
    capitals = [word for word in words if word[0].isupper() or word[0].istitle()]
    small = [word for word in words if len(word) > _LONG and word not in capitals]
    return "name" if not small and 2 * len(capitals) >= len(words) else "other"


def slices_of(outcomes: Sequence[QuestionOutcome]) -> list[tuple[Slice, ...]]:
    """Return the slices of each question, in the same order."""
    bounds = _bounds(outcomes)
    several = len({outcome.languages for outcome in outcomes}) > 1
    return [tuple(_slices(outcome, bounds, several=several)) for outcome in outcomes]


def in_order(slices: Iterable[Slice]) -> list[Slice]:
    """Return the slices in the order of the list above, thirds from short to long."""
    kinds = (LANGUAGE, ASKS, ANSWER, LENGTH)

    def key(of: Slice) -> tuple[int, int, str]:
        by, value = of
        return kinds.index(by), THIRDS.index(value) if value in THIRDS else 0, value

    return sorted(slices, key=key)


def _slices(
    outcome: QuestionOutcome, bounds: dict[str | None, tuple[int, int]], *, several: bool
) -> list[Slice]:
    found = []
    if several:
        found.append((LANGUAGE, " → ".join(name or "?" for name in outcome.languages)))
    if outcome.text:
        asked = asks_for(outcome.text, outcome.languages[0])
        if asked:
            found.append((ASKS, asked))
    if outcome.gold:
        found.append((ANSWER, answer_type(outcome.gold[0].text)))
    if outcome.text:
        low, high = bounds[outcome.languages[0]]
        longer = (len(outcome.text) > low) + (len(outcome.text) > high)
        found.append((LENGTH, THIRDS[longer]))
    return found


def _bounds(outcomes: Sequence[QuestionOutcome]) -> dict[str | None, tuple[int, int]]:
    """Return the lengths that end the first and the second third, by language."""
    lengths: dict[str | None, list[int]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.text:
            lengths[outcome.languages[0]].append(len(outcome.text))
    ordered = {language: sorted(found) for language, found in lengths.items()}
    return {
        language: (found[(len(found) - 1) // 3], found[2 * (len(found) - 1) // 3])
        for language, found in ordered.items()
    }
