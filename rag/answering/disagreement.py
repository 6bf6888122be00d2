"""Which of the sentences that answer say something else than the first one.

Precision before recall: what is reported is a different number of the same unit, another
date, or another person, in another article, for a question that asks for just that, by a
sentence that the reader takes for an answer too and that speaks of everything the question
names. Two sentences about different years, and bounds that both hold ("more than 60",
"63"), do not disagree. No verdict is given: who is right, the articles do not say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from rag.answering.question_words import LANGUAGES, all_asked
from rag.figures import Figure, figures, same
from rag.terms import levels, tokenize

ROUGHLY = 0.15  # how far a rough number may be off
_OF_DATES = ("year", "month", "day")  # units
_NAMED = regex.compile(r"\b\p{Lu}[\p{L}\p{M}]*(?:-\p{L}+)*")
_CODE = regex.compile(r"\b\p{L}+\d+\w*\b")
_FULL_NAME = regex.compile(
    r"\p{Lu}[\p{L}\p{M}’'-]+(?:\s+(?:\p{Ll}{2,3}\s+)?\p{Lu}[\p{L}\p{M}’'-]+)+"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that answers, the words in it that do, and all that its passage says."""

    article: str
    text: str
    answer: str
    around: str
    language: str | None


def disagreeing(question: str, statements: Sequence[Statement]) -> list[int]:
    """Return the places of the statements that contradict the first one."""
    if len(statements) < 2:
        return []
    first, *others = statements
    if not _names_all(question, first):
        return []
    return [
        place
        for place, other in enumerate(others, start=1)
        if other.article != first.article
        and _names_all(question, other)
        and _differ(question, first, other)
    ]


def _differ(question: str, one: Statement, other: Statement) -> bool:
    asked = all_asked(question)
    mine, theirs = figures(one.answer), figures(other.answer)
    dated = mine and theirs and all(f.unit in _OF_DATES for f in (*mine, *theirs))
    if "when" in asked or (dated and asked & {"what", "which"}):  # "In which year …?"
        return _dates_differ(mine, theirs)
    if _years(one) and _years(other) and not _years(one) & _years(other):
        return False  # each may be right about its own year
    numbers = [_counted(figures(own.answer, years="how many" not in asked)) for own in (one, other)]
    if numbers[0] and numbers[1] and asked & {"how many", "how", "what", "which"}:
        return _numbers_differ(numbers[0], numbers[1])
    if "who" in asked and not mine and not theirs:
        return _persons_differ(one, other)
    return False


def _dates_differ(one: Sequence[Figure], other: Sequence[Figure]) -> bool:
    """Tell whether the parts of two dates that both name are not the same."""
    parts = [{f.unit: f.value for f in own if f.unit in _OF_DATES}
             for own in (one, other)]  # fmt: skip
    shared = parts[0].keys() & parts[1].keys()
    if "year" not in shared and not {"month", "day"} <= shared:
        return False
    return any(parts[0][unit] != parts[1][unit] for unit in shared)


def _counted(found: Sequence[Figure]) -> Figure | None:
    """Return the only number that counts something."""
    counting = [figure for figure in found if figure.unit not in _OF_DATES]
    return counting[0] if len(counting) == 1 else None


def _numbers_differ(one: Figure, other: Figure) -> bool:
    if same(one, other) or not _same_unit(one.unit, other.unit):
        return False
    if one.loose or other.loose:
        return abs(one.value - other.value) > ROUGHLY * max(abs(one.value), abs(other.value))
    return True


def _same_unit(one: str, other: str) -> bool:
    if not one or not other:
        return False
    if one == other:
        return True
    if one.isupper() or other.isupper() or "%" in (one, other):  # currencies
        return False
    sounds = [
        {term for level in levels(unit, LANGUAGES) for term in level} for unit in (one, other)
    ]
    return bool(sounds[0] & sounds[1])


def _persons_differ(one: Statement, other: Statement) -> bool:
    """Tell whether two full names, one on each side, share no part."""
    names = [_FULL_NAME.findall(own.answer) for own in (one, other)]
    if len(names[0]) != 1 or len(names[1]) != 1:
        return False
    return not _terms(names[0][0]) & _terms(names[1][0])


def _years(statement: Statement) -> set[float]:
    return {figure.value for figure in figures(statement.text) if figure.unit == "year"}


def _names_all(question: str, statement: Statement) -> bool:
    """Tell whether a statement's passage has every name, code and year of the question."""
    names = [n for n in _NAMED.findall(question) if not all_asked(n) and len(n) > 2]
    wanted = [*names, *_CODE.findall(question)]
    held = _terms(statement.around)
    years = {f.value for f in figures(question) if f.unit == "year"}
    if years and not years <= {f.value for f in figures(statement.around) if f.unit == "year"}:
        return False
    return all(_terms(name) & held for name in wanted)


def _terms(text: str) -> set[str]:
    """Return the words in all forms under which they are matched across languages."""
    return {term for token in tokenize(text) for level in levels(token, ()) for term in level}
