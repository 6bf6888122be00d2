"""A SQuAD-format file → contexts and questions, as retrieval benchmarks use them.

Two shapes are read: `data[].paragraphs[].{context, qas[].{id, question}}` (SQuAD, FQuAD,
PIAF, XQuAD, TQuAD …), and JSON Lines of `{id, context, question}` (KazQAD). Texts are
stripped and equal ones are one, as MTEB does it. The answers are not read: a question's
relevant passage is its own context. Nothing here knows of indexes or scores.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.errors import BenchmarkError
from rag.metadata import detect_language

Format = Literal["questions", "squad"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a file; `context` is the row of its passage."""

    id: str
    text: str
    context: int


@dataclass(frozen=True, slots=True)
class SquadFile:
    """The unique contexts of a file, in order, and all of its questions, in order."""

    path: Path
    language: str  # ISO 639-1; where the contexts do not tell, the file's stem
    contexts: tuple[str, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    """A context as it stands in the file, alone or with one of its questions."""

    place: str
    context: Any
    asked: dict[str, Any] | None = None  # id, question


def find_format(path: Path) -> Format:
    """Tell a SQuAD-format file from a question file by what it holds.

    Raises BenchmarkError for anything else.
    """
    parsed = _parse(path)
    first = parsed if isinstance(parsed, dict) else parsed[0][1]
    if "data" in first or "context" in first:
        return "squad"
    if "article" in first:
        return "questions"
    raise BenchmarkError(
        f"{path} is no benchmark: expected SQuAD-format JSON ('data'), or JSON Lines with "
        f"'context' or 'article', found {sorted(first)[:5]}"
    )


def read_squad(path: Path) -> SquadFile:
    """Read a SQuAD-format file. Raises BenchmarkError with the file and the place in it."""
    parsed = _parse(path)
    records = _nested(path, parsed) if isinstance(parsed, dict) else _flat(parsed)
    rows: dict[str, int] = {}
    questions: dict[str, Asked] = {}
    for record in records:
        at = f"{path}, {record.place}"
        context = rows.setdefault(_text(record.context, "context", at), len(rows))
        if record.asked is None:
            continue
        name = record.asked.get("id")
        if not isinstance(name, str | int):
            raise BenchmarkError(f"{at}: the id is {name!r}, not a string or a number")
        if str(name) in questions:
            raise BenchmarkError(f"{at}: the question id {str(name)!r} stands twice")
        text = _text(record.asked.get("question"), "question", at)
        questions[str(name)] = Asked(str(name), text, context)
    if not rows:
        raise BenchmarkError(f"{path} holds no paragraph")
    if not questions:
        raise BenchmarkError(f"{path} holds no question")
    language = detect_language("\n".join(rows)) or path.stem
    return SquadFile(path, language, tuple(rows), tuple(questions.values()))


def relevant_rows(
    asked: SquadFile, corpus: SquadFile, *, every: int = 1, offset: int = 0
) -> dict[str, set[int]]:
    """Return each unique question of `asked` with the rows of its contexts in `corpus`.

    The two files are one, or hold the same question ids. Of the questions only those whose
    running index in the file is `offset` modulo `every`; their relevance is that of the
    whole file, where a text may stand with several contexts.
    """
    context_of = {question.id: question.context for question in corpus.questions}
    chosen = {question.text: set[int]() for question in asked.questions[offset::every]}
    for question in asked.questions:
        if question.text in chosen:
            chosen[question.text].add(context_of[question.id])
    return chosen


def _parse(path: Path) -> dict[str, Any] | list[tuple[int, dict[str, Any]]]:
    """Return the object that holds `data`, or the numbered objects of the lines, at least one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path} cannot be read: {error}") from error
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict) and "data" in whole:
        return whole
    lines: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except ValueError as error:
            raise BenchmarkError(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(raw, dict):
            raise BenchmarkError(f"{path}, line {number}: not a JSON object")
        lines.append((number, raw))
    if not lines:
        raise BenchmarkError(f"{path} holds no question")
    return lines


def _nested(path: Path, whole: dict[str, Any]) -> Iterator[_Record]:
    for i, article in enumerate(_list(whole, "data", str(path))):
        for j, paragraph in enumerate(_list(article, "paragraphs", f"{path}, data[{i}]")):
            place = f"data[{i}].paragraphs[{j}]"
            qas = _list(paragraph, "qas", f"{path}, {place}")
            yield _Record(place, paragraph.get("context"))
            for n, asked in enumerate(qas):
                if not isinstance(asked, dict):
                    raise BenchmarkError(f"{path}, {place}.qas[{n}]: not a JSON object")
                yield _Record(f"{place}.qas[{n}]", paragraph["context"], asked)


def _flat(lines: list[tuple[int, dict[str, Any]]]) -> Iterator[_Record]:
    for number, line in lines:
        yield _Record(f"line {number}", line.get("context"), line)


def _list(holder: Any, key: str, at: str) -> list[Any]:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, list):
        raise BenchmarkError(f"{at}: there is no list {key!r}")
    return value


def _text(value: Any, what: str, at: str) -> str:
    if not isinstance(value, str) or not value.strip():
        found = "missing" if value is None else "empty" if isinstance(value, str) else repr(value)
        raise BenchmarkError(f"{at}: the {what} is {found}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BenchmarkError(f"{at}: the {what} is not Unicode ({error.reason})") from error
    return value.strip()
