"""Judgements that readers leave in the chat page ↔ candidate qrels.

A feedback file is JSON Lines, one judgement a line, in the order in which they were made:

    question   the question as it was asked
    verdict    "right": the span answers it; "wrong": it does not; "should-have-answered": the
               page said that the articles do not answer, but they do, in the span if one is
               given
    article    the article's id, or null
    start, end, quote   the span that was judged, and its text; null where `article` is
    index      the fingerprint of the index that answered
    time       ISO 8601, UTC
    lang       of the question, ISO 639-1; may be left out

They become judgements of the passages that the spans lie in: grade 1 where right or where it
should have been answered, else 0. A judgement counts only where the article holds the quote
at its place still, whichever index answered, and where no later one says otherwise.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from rag.bench.collection import AskedQuestion
from rag.bench.lines import clean_text, json_lines
from rag.bench.places import Places
from rag.errors import BenchmarkError, CorpusError
from rag.index import Index

Verdict = Literal["right", "wrong", "should-have-answered"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of a feedback file."""

    question: str
    verdict: Verdict
    article: str | None
    start: int | None
    end: int | None
    quote: str | None
    index: str
    time: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Judged questions, and what became of every judgement."""

    questions: tuple[AskedQuestion, ...]  # those with at least one relevant passage
    used: int
    ignored: dict[str, int]  # why → how many


def read_feedback(path: Path) -> list[Judgement]:
    """Read a feedback file. Raises BenchmarkError with the line."""
    judgements = []
    for at, line in json_lines(path):
        missing = sorted({"question", "verdict", "article", "index", "time"} - line.keys())
        if missing:
            raise BenchmarkError(f"{at}: there is no {missing[0]!r}")
        if line["verdict"] not in get_args(Verdict):
            raise BenchmarkError(
                f"{at}: the verdict is {line['verdict']!r}, not one of "
                f"{', '.join(get_args(Verdict))}"
            )
        span = [line.get(name) for name in ("start", "end", "quote")]
        given = [isinstance(one, kind) for one, kind in zip(span, (int, int, str), strict=True)]
        if line["article"] is not None and not (isinstance(line["article"], str) and all(given)):
            raise BenchmarkError(f"{at}: an article needs its start, end and quote")
        if line["article"] is None and line["verdict"] != "should-have-answered":
            raise BenchmarkError(f"{at}: {line['verdict']!r} needs the article that was judged")
        question = clean_text(line["question"], "question", at)
        try:
            datetime.fromisoformat(str(line["time"]))
        except ValueError as error:
            raise BenchmarkError(f"{at}: the time {line['time']!r} is not ISO 8601") from error
        judgements.append(
            Judgement(
                question=question,
                verdict=line["verdict"],
                article=line["article"],
                start=line.get("start"),
                end=line.get("end"),
                quote=line.get("quote"),
                index=str(line["index"]),
                time=str(line["time"]),
                lang=line.get("lang"),
            )
        )
    if not judgements:
        raise BenchmarkError(f"{path} holds no judgement")
    return judgements


def candidate_qrels(judgements: Sequence[Judgement], index: Index, places: Places) -> Candidates:
    """Return the questions with the passages that were judged, in this index."""
    grades: dict[str, dict[str, tuple[int, int]]] = {}  # question → passage → grade, judgement
    languages = {one.question: one.lang for one in judgements if one.lang}
    why: dict[int, str] = {}
    ordered = sorted(range(len(judgements)), key=lambda i: judgements[i].time)  # stable
    for i in ordered:
        one = judgements[i]
        reason = _unusable(one, index)
        if reason:
            why[i] = reason
            continue
        grade = 0 if one.verdict == "wrong" else 1
        span = (int(one.start or 0), int(one.end or 0))
        for passage in places.overlapping(str(one.article), [span]):
            row = grades.setdefault(one.question, {})
            if passage in row and row[passage][0] != grade:
                why[row[passage][1]] = "a later judgement says otherwise"
            row[passage] = (grade, i)
    questions: list[AskedQuestion] = []
    for question, row in grades.items():
        relevant = {passage: grade for passage, (grade, _) in row.items()}
        if max(relevant.values()) > 0:
            name = f"feedback-{len(questions) + 1}"
            questions.append(AskedQuestion(name, question, languages.get(question), relevant))
        else:
            unused = "nothing is known that answers the question"
            why |= {i: unused for _, i in row.values() if i not in why}
    return Candidates(tuple(questions), len(judgements) - len(why), dict(Counter(why.values())))


def _unusable(one: Judgement, index: Index) -> str | None:
    """Tell why a judgement cannot become one of a passage, None where it can."""
    if one.article is None:
        return "no span is given"
    try:
        text = index.article(one.article).text
    except CorpusError:
        return "the article is not in the index"
    if text[one.start : one.end] != one.quote or not one.quote:
        return "the article does not hold the quote at its place any more"
    return None
