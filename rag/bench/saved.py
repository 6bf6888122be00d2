"""A measurement as a folder: written by `rag bench … --save DIR`, read back as records.

    DIR/
      result.json         `format`, and the fields of `records.Measurement`; the same object
                          that `--json` prints, so it may hold further keys
      questions.jsonl     a `records.QuestionOutcome` a line, pair by pair, in the order asked
      passages.jsonl      a `records.PassageText` a line: every passage that an outcome names
                          in `relevant`, `gold`, `top` or `citations`, where its text is known
      pairs/<pair>/
        qrels.txt         TREC qrels: question 0 passage grade
        <arm>.run         TREC run: question Q0 passage rank score tag; ranks from 1, scores
                          falling strictly, also in single precision, so that every evaluator
                          sees the order that was measured
        <arm>.ms.json     {question: milliseconds}; an arm with both files is complete
        answers.json      {question: `records.AnswerOutcome`}, in answer mode

Runs that were given (`rag bench --qrels … --run …`) are not copied: the manifest has their
paths and hashes. `result.json` is there from the start with `complete: false`;
`questions.jsonl` and `passages.jsonl` come at the end. Nothing here knows how anything was
measured.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag.bench.records import Measurement, PassageText, QuestionOutcome
from rag.errors import BenchmarkError

FORMAT = 1
RESULT, QUESTIONS, PASSAGES = "result.json", "questions.jsonl", "passages.jsonl"

_MEASUREMENT = TypeAdapter(Measurement)
_QUESTION = TypeAdapter(QuestionOutcome)
_PASSAGE = TypeAdapter(PassageText)


def as_json(measurement: Measurement, further: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the object that `result.json` holds; `further` keys come first."""
    return {"format": FORMAT, **(further or {}), **asdict(measurement)}


def write_result(folder: Path, result: dict[str, Any]) -> None:
    """Write `result.json`, whole or not at all."""
    replace_text(folder / RESULT, json.dumps(result, ensure_ascii=False, indent=1) + "\n")


def write_questions(folder: Path, outcomes: Iterable[QuestionOutcome]) -> None:
    """Write `questions.jsonl`, whole or not at all."""
    _write_lines(folder / QUESTIONS, (_QUESTION.dump_json(outcome) for outcome in outcomes))


def write_passages(folder: Path, passages: Iterable[PassageText]) -> None:
    """Write `passages.jsonl`, whole or not at all."""
    _write_lines(folder / PASSAGES, (_PASSAGE.dump_json(passage) for passage in passages))


def read_measurement(folder: Path) -> Measurement:
    """Read `result.json`. Raises BenchmarkError where it is missing, damaged or newer."""
    path = folder / RESULT
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BenchmarkError(
            f"{folder} holds no measurement ({error.strerror or error}); make one with: "
            f"rag bench FILE --save {folder}"
        ) from error
    try:
        version = json.loads(content)["format"]
        if version != FORMAT:
            raise BenchmarkError(
                f"{path} has format {version!r}, this version of rag reads {FORMAT}; measure again"
            )
        return _MEASUREMENT.validate_json(content)
    except (ValueError, KeyError, TypeError) as error:  # a ValidationError is a ValueError
        raise BenchmarkError(f"{path} is damaged ({_told(error)}); measure again") from error


def read_questions(folder: Path) -> Iterator[QuestionOutcome]:
    """Yield the outcomes, one line at a time. Raises BenchmarkError with the line."""
    for at, line in _lines(folder / QUESTIONS):
        try:
            yield _QUESTION.validate_json(line)
        except ValidationError as error:
            raise BenchmarkError(f"{at} is damaged ({_told(error)}); measure again") from error


def read_passages(folder: Path) -> dict[tuple[str, str], PassageText]:
    """Return the passages by (`passages_of`, id). Raises BenchmarkError with the line."""
    passages = {}
    for at, line in _lines(folder / PASSAGES):
        try:
            passage = _PASSAGE.validate_json(line)
        except ValidationError as error:
            raise BenchmarkError(f"{at} is damaged ({_told(error)}); measure again") from error
        passages[passage.passages_of, passage.id] = passage
    return passages


def replace_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    _write_lines(path, [text.removesuffix("\n").encode()])


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.writelines(line + b"\n" for line in lines)
    partial.replace(path)


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield f"{path}, line {number}", line
    except OSError as error:
        raise BenchmarkError(
            f"{path} cannot be read ({error.strerror or error}); the measurement is not "
            "complete: repeat its command with --resume"
        ) from error


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return repr(error)
