"""Files of questions about an index, and the examples that the chat page takes from one.

A question file is JSON Lines: `id`, `lang`, `question`, `article` (null where the articles
do not answer), `answers`, and `quote`, a span of the article that a right citation overlaps.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import BenchmarkError

_NEVER_NULL = ("id", "lang", "question")

NAME = "questions.jsonl"
"""The file beside the articles that holds questions about them."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file; `article` and `quote` are None where nothing answers."""

    id: str
    lang: str
    question: str
    article: str | None
    quote: str | None
    answers: tuple[str, ...] = ()  # the texts that answer, most often parts of the quote


def read_questions(path: Path) -> list[Question]:
    """Read a question file. Raises BenchmarkError with file and line."""
    questions: dict[str, Question] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            raise BenchmarkError(f"{path}, line {number}: {error!r}") from error
        if question.id in questions:
            raise BenchmarkError(f"{path}, line {number}: the id {question.id!r} stands twice")
        if (question.article is None) != (question.quote is None):
            raise BenchmarkError(f"{path}, line {number}: article and quote go together")
        questions[question.id] = question
    if not questions:
        raise BenchmarkError(f"{path} holds no question")
    return list(questions.values())


def example_questions(folder: Path) -> list[str]:
    """Return the first answerable question of each language in the folder's `NAME`.

    None where there is no such file, or one that holds something else.
    """
    path = folder / NAME
    try:
        questions = read_questions(path) if path.is_file() else []
    except BenchmarkError:
        return []
    examples: dict[str, str] = {}
    for question in questions:
        if question.article is not None:
            examples.setdefault(question.lang, question.question)
    return list(examples.values())


def _question(raw: Any) -> Question:
    """Raise ValueError, TypeError or KeyError where the line is no question."""
    if not isinstance(raw, dict):
        raise TypeError("not a JSON object")
    answers = raw.get("answers") or []
    if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        raise TypeError("the answers are not a list of texts")
    for name in ("id", "lang", "question", "article", "quote"):
        if not isinstance(raw[name], str) and (raw[name] is not None or name in _NEVER_NULL):
            raise TypeError(f"the {name} is {raw[name]!r}, not a text")
    if not raw["question"].strip():
        raise ValueError("the question is empty")
    return Question(
        raw["id"], raw["lang"], raw["question"], raw["article"], raw["quote"], tuple(answers)
    )
