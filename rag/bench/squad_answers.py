"""The answers of a SQuAD-format question → exact spans of its stripped context.

Two shapes are read: a list of `{text, answer_start}`, and `{text: [...], answer_start: [...]}`,
which KazQAD writes as a Python literal. An `answer_start` may be a number or a string of
digits, and counts in the context as it stands in the file. Nothing is matched approximately.
"""

from ast import literal_eval
from typing import Any

from rag.types import AnswerSpan


def answer_spans(asked: dict[str, Any], context: str) -> tuple[tuple[AnswerSpan, ...] | None, int]:
    """Return the spans that answer, and how many of the file's answers are not in the context.

    () where the file says that nothing answers; None where it says nothing that can be used.
    An answer that is not at its offset, but stands exactly once in the context, is taken there.
    """
    if asked.get("is_impossible") is True:
        return (), 0
    told = _pairs(asked.get("answers"))
    if told is None:
        return None, 0
    spans, misplaced = [], 0
    for text, start in told:
        span = _place(text, start, context)
        if span is None:
            misplaced += 1
        else:
            spans.append(span)
    if told and not spans:
        return None, misplaced
    return tuple(dict.fromkeys(spans)), misplaced


def _pairs(answers: Any) -> list[tuple[Any, Any]] | None:
    """Return (text, answer_start) of each answer, or None where there is no such list."""
    if isinstance(answers, str):
        try:
            answers = literal_eval(answers)
        except (ValueError, SyntaxError):
            return None
    if isinstance(answers, list):
        return [(a.get("text"), a.get("answer_start")) for a in answers if isinstance(a, dict)]
    if isinstance(answers, dict) and isinstance(answers.get("text"), list):
        texts, starts = answers["text"], answers.get("answer_start")
        if not isinstance(starts, list) or len(starts) != len(texts):
            starts = [None] * len(texts)
        return list(zip(texts, starts, strict=True))
    return None


def _place(text: Any, start: Any, context: str) -> AnswerSpan | None:
    if not isinstance(text, str) or not text.strip():
        return None
    stripped, kept = text.strip(), context.strip()
    margin = len(context) - len(context.lstrip())
    known = isinstance(start, int | str) and str(start).isascii() and str(start).isdigit()
    if known:
        place = int(start) - margin + len(text) - len(text.lstrip())
        if place >= 0 and kept.startswith(stripped, place):
            return AnswerSpan(place, place + len(stripped), stripped)
    place = kept.find(stripped)
    if place < 0 or kept.find(stripped, place + 1) >= 0:
        return None
    return AnswerSpan(place, place + len(stripped), stripped)
