"""Files of questions + an index → how well it retrieves, answers and abstains.

The questions go through `Index.search` and `Index.ask`, the path that serves everybody.
A question file is JSON Lines: `id`, `lang`, `question`, `article` (null where the articles
do not answer), `answers`, and `quote`, a span of the article that a right citation overlaps.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rag.bench.arms import ARMS, arm_lines, arms_header, measure_arm
from rag.bench.metrics import evaluate
from rag.errors import BenchmarkError, CorpusError
from rag.index import Index
from rag.types import Answer, Hit

MEASURES = ("Success@1", "Success@5", "RR@10", "nDCG@10")
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file; `article` and `quote` are None where nothing answers."""

    id: str
    lang: str
    question: str
    article: str | None
    quote: str | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    question: Question
    gold: tuple[tuple[int, int], ...]  # where the quote stands in the article
    hits: tuple[Hit, ...]
    answer: Answer


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
            raw = json.loads(line)
            question = Question(*(raw[name] for name in Question.__slots__))
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
    """Return the first answerable question of each language in the folder's `questions.jsonl`.

    None where there is no such file, or one that holds something else.
    """
    path = folder / "questions.jsonl"
    try:
        questions = read_questions(path) if path.is_file() else []
    except BenchmarkError:
        return []
    examples: dict[str, str] = {}
    for question in questions:
        if question.article is not None:
            examples.setdefault(question.lang, question.question)
    return list(examples.values())


def measure(index: Index, files: Sequence[Path]) -> dict[str, Any]:
    """Ask the index all questions and return the figures, over all and by language."""
    outcomes = [_ask(index, question, path) for path in files for question in read_questions(path)]
    languages = sorted({outcome.question.lang for outcome in outcomes})
    return {
        "files": [str(path) for path in files],
        "index": index.fingerprint,
        "encoder": index.encoder.name,
        "all": _figures(outcomes),
        "by_language": {
            lang: _figures([o for o in outcomes if o.question.lang == lang]) for lang in languages
        },
        "arms": _measure_arms(index, outcomes),
        "citations": _check_citations(index, outcomes),
        "median_ask_ms": median(o.answer.timings_ms["total"] for o in outcomes),
    }


def table(result: dict[str, Any]) -> str:
    """Return the figures of `measure` as lines for a terminal."""
    columns = [*MEASURES, "answer@1", "answer@3", "abstained", "answered"]
    lines = ["      asked " + "".join(f"{name:>11}" for name in columns)]
    for name, row in [("all", result["all"]), *result["by_language"].items()]:
        cells = "".join(f"{'-' if row[c] is None else format(row[c], '.3f'):>11}" for c in columns)
        lines.append(f"{name:<5} {row['questions']:>5} {cells}")
    checked = result["citations"]
    return "\n".join(
        [
            *lines,
            "",
            "Success@k: a passage that holds the gold quote is among the first k.",
            "answer@k: a sentence that overlaps it is among the first k citations.",
            "abstained: of the questions that the articles do not answer; answered: of the others.",
            "",
            arms_header(),
            *(line for pair, arms in result["arms"].items() for line in arm_lines(pair, arms)),
            "rank_ms: median of Index.rank, encoding included.",
            "",
            f"{checked['checked']} citations checked against their articles, "
            f"{checked['wrong']} wrong; median {result['median_ask_ms']:.1f} ms a question.",
        ]
    )


def _ask(index: Index, question: Question, path: Path) -> _Outcome:
    gold: tuple[tuple[int, int], ...] = ()
    if question.article is not None and question.quote is not None:
        try:
            text = index.article(question.article).text
        except CorpusError as error:
            raise BenchmarkError(f"{path}, question {question.id}: {error}") from error
        gold = tuple(_occurrences(text, question.quote))
        if not gold:
            raise BenchmarkError(
                f"{path}, question {question.id}: {question.article} does not hold its quote"
            )
    hits = tuple(index.search(question.question, k=DEPTH))
    return _Outcome(question, gold, hits, index.ask(question.question))


def _figures(outcomes: Sequence[_Outcome]) -> dict[str, float | int | None]:
    answerable = [o for o in outcomes if o.gold]
    unanswerable = [o for o in outcomes if not o.gold]
    figures: dict[str, float | int | None] = dict.fromkeys(MEASURES)
    if answerable:
        qrels = {o.question.id: _relevant(o) or {"none of the hits": 1} for o in answerable}
        run = {o.question.id: {_passage_id(h): h.score for h in o.hits} for o in answerable}
        figures |= evaluate(qrels, run, MEASURES)
    return figures | {
        "questions": len(outcomes),
        "answer@1": _share(_cites_gold(o, 1) for o in answerable),
        "answer@3": _share(_cites_gold(o, 3) for o in answerable),
        "abstained": _share(o.answer.abstained for o in unanswerable),
        "answered": _share(not o.answer.abstained for o in answerable),
    }


def _measure_arms(
    index: Index, outcomes: Sequence[_Outcome]
) -> dict[str, dict[str, dict[str, float]]]:
    """Return "all" and each "question language → article language" → arm → figures."""
    relevant: dict[str, dict[str, set[int]]] = {}
    for outcome in outcomes:
        asked = outcome.question
        if asked.article is not None:
            article = index.article(asked.article)
            rows = _relevant_rows(index, outcome)
            pair = f"{asked.lang} → {article.metadata.language or '?'}"
            for group in ("all", pair):
                relevant.setdefault(group, {}).setdefault(asked.question, set()).update(rows)
    return {
        group: {arm: measure_arm(index, arm, asked, _silent) for arm in ARMS}
        for group, asked in relevant.items()
    }


def _relevant_rows(index: Index, outcome: _Outcome) -> set[int]:
    """The passages of the question's article that overlap its quote."""
    generation = index.generation
    return {
        row
        for row, passage in enumerate(generation.passages)
        if generation.article_id(int(passage["article"])) == outcome.question.article
        and any(start < passage["end"] and passage["start"] < end for start, end in outcome.gold)
    }


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


def _relevant(outcome: _Outcome) -> dict[str, int]:
    return {
        _passage_id(hit): 1
        for hit in outcome.hits
        if hit.article == outcome.question.article
        and any(start < hit.end and hit.start < end for start, end in outcome.gold)
    }


def _cites_gold(outcome: _Outcome, k: int) -> bool:
    return any(
        citation.article == outcome.question.article
        and any(start < citation.end and citation.start < end for start, end in outcome.gold)
        for citation in outcome.answer.citations[:k]
    )


def _check_citations(index: Index, outcomes: Sequence[_Outcome]) -> dict[str, int]:
    citations = [citation for o in outcomes for citation in o.answer.citations]
    wrong = sum(index.article(c.article).text[c.start : c.end] != c.quote for c in citations)
    return {"checked": len(citations), "wrong": wrong}


def _passage_id(hit: Hit) -> str:
    return f"{hit.article}:{hit.start}-{hit.end}"


def _occurrences(text: str, quote: str) -> Iterable[tuple[int, int]]:
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + 1)


def _share(facts: Iterable[bool]) -> float | None:
    known = list(facts)
    return sum(known) / len(known) if known else None
