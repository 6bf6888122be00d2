"""What an index said to questions about it → figures, over all and by language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from rag.bench.arms import median_ms
from rag.bench.metrics import evaluate
from rag.bench.questions import Question
from rag.bench.records import QuestionOutcome
from rag.index import Index
from rag.types import Answer, Hit

MEASURES = ("Success@1", "Success@5", "RR@10", "nDCG@10")  # of what `search` returns


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, and what the index said to it."""

    question: Question
    gold: tuple[tuple[int, int], ...]  # where the quote stands in the article
    hits: tuple[Hit, ...]
    answer: Answer


def arms_by_language(
    outcomes: Sequence[QuestionOutcome],
) -> dict[str, dict[str, dict[str, float]]]:
    """Return "all" and each "question language → article language" → arm → figures."""
    asked = [outcome for outcome in outcomes if outcome.arms]
    groups = {"all": asked} if asked else {}
    for pair in dict.fromkeys(map(_pair, asked)):
        groups[pair] = [one for one in asked if _pair(one) == pair]
    return {group: _means(ones) for group, ones in groups.items()}


def _pair(outcome: QuestionOutcome) -> str:
    return f"{outcome.languages[0] or '?'} → {outcome.languages[1] or '?'}"


def _means(outcomes: Sequence[QuestionOutcome]) -> dict[str, dict[str, float]]:
    """Return arm → figures over some of the questions."""
    found = {}
    for arm in outcomes[0].arms:
        rows = {outcome.id: outcome.arms[arm] for outcome in outcomes}
        means = {
            name: fmean(row.figures[name] for row in rows.values())
            for name in outcomes[0].arms[arm].figures
        }
        found[arm] = means | median_ms(rows)
    return found


def index_figures(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """Return the figures of `search` and `ask` over some of the questions; None where none can be.

    Right is here what overlaps the quote.
    """
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


def _relevant(outcome: Outcome) -> dict[str, int]:
    return {
        _passage_id(hit): 1
        for hit in outcome.hits
        if hit.article == outcome.question.article
        and any(start < hit.end and hit.start < end for start, end in outcome.gold)
    }


def _cites_gold(outcome: Outcome, k: int) -> bool:
    return any(
        citation.article == outcome.question.article
        and any(start < citation.end and citation.start < end for start, end in outcome.gold)
        for citation in outcome.answer.citations[:k]
    )


def check_citations(index: Index, outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Compare every citation with its article."""
    citations = [citation for o in outcomes for citation in o.answer.citations]
    wrong = sum(index.article(c.article).text[c.start : c.end] != c.quote for c in citations)
    return {"checked": len(citations), "wrong": wrong}


def _passage_id(hit: Hit) -> str:
    return f"{hit.article}:{hit.start}-{hit.end}"


def _share(facts: Iterable[bool]) -> float | None:
    known = list(facts)
    return sum(known) / len(known) if known else None
