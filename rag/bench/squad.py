"""A SQuAD-format file → contexts and questions, as retrieval benchmarks use them.

Two shapes are read: `data[].paragraphs[].{context, qas[].{id, question}}` (SQuAD, FQuAD,
PIAF, XQuAD, TQuAD …), and JSON Lines of `{id, context, question}` (KazQAD). Texts are
stripped and equal ones are one, as MTEB does it. A question's relevant passage is its own
context; its answers are exact spans of it. Nothing here knows of indexes or scores.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.bench.collection import Collection, Query
from rag.bench.lines import clean_text
from rag.bench.records import GoldSpan, Warned
from rag.bench.squad_answers import answer_spans
from rag.corpus.metadata import detect_language
from rag.errors import BenchmarkError
from rag.types import AnswerSpan

FileFormat = Literal["questions", "feedback", "squad"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a file; `context` is the row of its passage."""

    id: str
    text: str
    context: int
    answers: tuple[AnswerSpan, ...] | None = None  # () where nothing answers, None: unknown


@dataclass(frozen=True, slots=True)
class SquadFile:
    """The unique contexts of a file, in order, and all of its questions, in order."""

    path: Path
    language: str  # ISO 639-1; where the contexts do not tell, the file's stem
    contexts: tuple[str, ...]
    questions: tuple[Asked, ...]
    groups: tuple[int, ...] = ()  # of each context: which article it is from
    misplaced: int = 0  # answers that do not stand where the file says, nor once elsewhere


@dataclass(frozen=True, slots=True)
class _Record:
    """A context as it stands in the file, alone or with one of its questions."""

    place: str
    group: str
    context: Any
    asked: dict[str, Any] | None = None  # id, question


def find_format(path: Path) -> FileFormat:
    """Tell a SQuAD-format file, a question file and a feedback file by what they hold.

    Raises BenchmarkError for anything else.
    """
    parsed = _parse(path)
    first = parsed if isinstance(parsed, dict) else parsed[0][1]
    if "data" in first or "context" in first:
        return "squad"
    if "verdict" in first:
        return "feedback"
    if "article" in first:
        return "questions"
    raise BenchmarkError(
        f"{path} is no benchmark: expected SQuAD-format JSON ('data'), or JSON Lines with "
        f"'context', 'article' or 'verdict', found {sorted(first)[:5]}"
    )


def read_squad(path: Path) -> SquadFile:
    """Read a SQuAD-format file. Raises BenchmarkError with the file and the place in it."""
    parsed = _parse(path)
    records = _nested(path, parsed) if isinstance(parsed, dict) else _flat(parsed)
    rows: dict[str, int] = {}
    groups: dict[int, str] = {}
    questions: dict[str, Asked] = {}
    misplaced = 0
    for record in records:
        at = f"{path}, {record.place}"
        context = rows.setdefault(clean_text(record.context, "context", at), len(rows))
        groups.setdefault(context, record.group)
        if record.asked is None:
            continue
        name = record.asked.get("id")
        if not isinstance(name, str | int):
            raise BenchmarkError(f"{at}: the id is {name!r}, not a string or a number")
        if str(name) in questions:
            raise BenchmarkError(f"{at}: the question id {str(name)!r} stands twice")
        text = clean_text(record.asked.get("question"), "question", at)
        answers, wrong = answer_spans(record.asked, record.context)
        misplaced += wrong
        questions[str(name)] = Asked(str(name), text, context, answers)
    if not rows:
        raise BenchmarkError(f"{path} holds no paragraph")
    if not questions:
        raise BenchmarkError(f"{path} holds no question")
    language = detect_language("\n".join(rows)) or path.stem
    numbers = {name: number for number, name in enumerate(dict.fromkeys(groups.values()))}
    return SquadFile(
        path,
        language,
        tuple(rows),
        tuple(questions.values()),
        tuple(numbers[name] for name in groups.values()),
        misplaced,
    )


def squad_collection(file: SquadFile) -> Collection:
    """Return the file as a collection; a passage's id is its row."""
    ids = tuple(f"{row:07d}" for row in range(len(file.contexts)))
    warnings = []
    if file.misplaced:
        warnings.append(Warned(file.misplaced, f"answers of {file.path.name} not in their context"))
    return Collection(
        path=file.path,
        language=file.language,
        passage_ids=ids,
        contexts=file.contexts,
        groups=file.groups,
        queries=tuple(Query(asked.id, asked.text) for asked in file.questions),
        judged={asked.id: {ids[asked.context]: 1} for asked in file.questions},
        gold={
            asked.id: tuple(
                GoldSpan(ids[asked.context], span.start, span.end, span.text)
                for span in asked.answers
            )
            for asked in file.questions
            if asked.answers is not None
        },
        equal_texts_are_one=True,
        warnings=tuple(warnings),
    )


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
            yield _Record(place, str(i), paragraph.get("context"))
            for n, asked in enumerate(qas):
                if not isinstance(asked, dict):
                    raise BenchmarkError(f"{path}, {place}.qas[{n}]: not a JSON object")
                yield _Record(f"{place}.qas[{n}]", str(i), paragraph["context"], asked)


def _flat(lines: list[tuple[int, dict[str, Any]]]) -> Iterator[_Record]:
    for number, line in lines:
        context = line.get("context")
        group = line.get("title") or context  # an article's title, else each context is its own
        yield _Record(f"line {number}", str(group), context, line)


def _list(holder: Any, key: str, at: str) -> list[Any]:
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, list):
        raise BenchmarkError(f"{at}: there is no list {key!r}")
    return value
