"""TREC files: topics, qrels and runs, read with their places and written for any evaluator.

    qrels   question  0   passage  grade
    run     question  Q0  passage  rank  score  tag

Columns are separated by white space. As in trec_eval, a run's scores count and its ranks do
not. A run is read question by question, so that its size does not matter; its lines for one
question must therefore stand together.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

from rag.bench.lines import numbered_lines
from rag.errors import BenchmarkError

_SPACE = re.compile(r"[\s%]")


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a run holds for one question."""

    question: str
    place: str  # of its first line
    scores: dict[str, float]  # passage id → score
    ranks_agree: bool  # with the scores


def read_grade(text: str, at: str) -> int:
    """Return a relevance grade. Raises BenchmarkError where it is not a whole number."""
    try:
        return int(text)
    except ValueError as error:
        raise BenchmarkError(f"{at}: the grade {text!r} is not a whole number") from error


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read a qrels file. Raises BenchmarkError with the line."""
    judged: dict[str, dict[str, int]] = {}
    for number, line in numbered_lines(path):
        at, cells = f"{path}, line {number}", line.split()
        if len(cells) != 4:
            raise BenchmarkError(f"{at}: expected 4 columns (question 0 passage grade), found "
                                 f"{len(cells)}")  # fmt: skip
        question, _, passage, grade = cells
        row = judged.setdefault(question, {})
        if passage in row:
            raise BenchmarkError(f"{at}: {passage!r} is judged twice for question {question!r}")
        row[passage] = read_grade(grade, at)
    if not judged:
        raise BenchmarkError(f"{path} holds no judgement")
    return judged


def read_run(path: Path) -> Iterator[Ranking]:
    """Yield a run question by question. Raises BenchmarkError with the line."""
    seen: set[str] = set()
    question, begin = "", ""
    rows: dict[str, tuple[float, int]] = {}
    for number, line in numbered_lines(path):
        at, cells = f"{path}, line {number}", line.split()
        if len(cells) != 6:
            raise BenchmarkError(
                f"{at}: expected 6 columns (question Q0 passage rank score tag), found {len(cells)}"
            )
        if cells[0] != question or not seen:
            if rows:
                yield _ranking(question, begin, rows)
            question, begin, rows = cells[0], at, {}
            if question in seen:
                raise BenchmarkError(
                    f"{at}: question {question!r} comes back after others; put its lines "
                    f"together with: sort -s -k1,1 {path}"
                )
            seen.add(question)
        if cells[2] in rows:
            raise BenchmarkError(f"{at}: {cells[2]!r} stands twice for question {question!r}")
        rows[cells[2]] = (_score(cells[4], at), _rank(cells[3], at))
    if not seen:
        raise BenchmarkError(f"{path} is empty: the run did not run")
    yield _ranking(question, begin, rows)


def read_topics(path: Path) -> dict[str, str]:
    """Read topics: lines of id, tab, text; or TREC's <top> with <num> and <title>."""
    first = next(numbered_lines(path), (0, ""))[1]
    topics = dict[str, str]()
    found = _tagged_topics(path) if first.lstrip().startswith("<top>") else _tabbed_topics(path)
    for at, name, text in found:
        if name in topics:
            raise BenchmarkError(f"{at}: the question id {name!r} stands twice")
        if not text:
            raise BenchmarkError(f"{at}: question {name!r} has no text")
        topics[name] = text
    if not topics:
        raise BenchmarkError(f"{path} holds no topic")
    return topics


def write_qrels(path: Path, judged: Iterable[tuple[str, Mapping[str, int]]]) -> None:
    """Write the judgements of each question; see `column` for ids that hold white space."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for question, grades in judged:
            file.writelines(
                f"{column(question)} 0 {column(passage)} {grade}\n"
                for passage, grade in grades.items()
            )


def write_run(
    path: Path, rankings: Iterable[tuple[str, Sequence[tuple[str, float]]]], *, tag: str
) -> None:
    """Write rankings of (passage, score), best first, under a tag.

    Where a score does not fall in single precision, it is the next number below the one
    before: evaluators read it so, and order equal ones in their own way.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for question, ranking in rankings:
            before = np.float32(np.inf)
            for rank, (passage, score) in enumerate(ranking, start=1):
                before = min(np.float32(score), np.nextafter(before, np.float32(-np.inf)))
                file.write(f"{column(question)} Q0 {column(passage)} {rank} {before} {tag}\n")


def column(name: str) -> str:
    """Return an id as one column: white space and % are percent-encoded."""
    return _SPACE.sub(lambda found: quote(found.group(), safe=""), name)


def from_column(cell: str) -> str:
    """Return the id that `column` wrote."""
    return unquote(cell)


def _ranking(question: str, place: str, rows: Mapping[str, tuple[float, int]]) -> Ranking:
    by_rank = sorted(rows.values(), key=lambda row: row[1])
    agree = all(one[0] >= other[0] for one, other in pairwise(by_rank))
    return Ranking(question, place, {name: row[0] for name, row in rows.items()}, agree)


def _score(text: str, at: str) -> float:
    try:
        score = float(text)
    except ValueError as error:
        raise BenchmarkError(f"{at}: the score {text!r} is not a number") from error
    if not math.isfinite(score):
        raise BenchmarkError(f"{at}: the score {text!r} is not finite")
    return score


def _rank(text: str, at: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise BenchmarkError(f"{at}: the rank {text!r} is not a whole number") from error


def _tabbed_topics(path: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in numbered_lines(path):
        name, tab, text = line.partition("\t")
        if not tab or not name.strip():
            raise BenchmarkError(
                f"{path}, line {number}: expected an id, a tab and the question's text, or <top>"
            )
        yield f"{path}, line {number}", name.strip(), text.strip()


def _tagged_topics(path: Path) -> Iterator[tuple[str, str, str]]:
    lines = list(numbered_lines(path))
    begins = [i for i, (_, line) in enumerate(lines) if line.lstrip().startswith("<top>")]
    for low, high in zip(begins, [*begins[1:], len(lines)], strict=True):
        at = f"{path}, line {lines[low][0]}"
        text = "\n".join(line for _, line in lines[low:high])
        number = re.search(r"<num>\s*(?:Number:)?\s*([^\s<]+)", text)
        title = re.search(r"<title>\s*(?:Topic:)?\s*([^<]*)", text)
        if not number or not title:
            raise BenchmarkError(f"{at}: the topic has no <num> or no <title>")
        yield at, number.group(1), " ".join(title.group(1).split())
