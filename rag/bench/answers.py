"""Questions with known answers → what `Index.ask` says to them, and how right that is.

The figures of an answer, whether or not it was confident enough to be given:

    exact_match, f1      its text against the gold answers, see `answer_scores`
    sentence@1, @3       the first citation, or one of three, holds a gold span whole
    span_precision@1 …   the characters of the first citation, or of three, see `spans`

Spans count in the text of the article, which a gold span names as its `passage`.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

import numpy as np

from rag.bench.abstention import Judged, measure_abstention, risk_coverage
from rag.bench.answer_scores import exact_match, token_f1
from rag.bench.collection import AskedQuestion
from rag.bench.records import AnswerOutcome, AnswerResult, CitedSpan, GoldSpan
from rag.bench.significance import intervals, resample_means
from rag.bench.spans import holds, overlap
from rag.building.embedding import Progress
from rag.types import Answer

RIGHT = "sentence@1"  # what counts as a right answer where risk is measured
DEPTHS = (1, 3)  # citations
_TICK = 20  # questions between two progress reports


def answer_questions(
    ask: Callable[[str], Answer],
    questions: Sequence[AskedQuestion],
    report: Progress,
    *,
    languages: Mapping[str, str | None],
    texts: Mapping[str, Sequence[str]],
) -> dict[str, AnswerOutcome]:
    """Ask every question of which it is known what answers it, or that nothing does.

    By question: `languages` are those of the articles, whose grammatical articles do not
    count; `texts` are the gold answers, where they are other than the gold spans' texts.
    """
    outcomes = {}
    for i, asked in enumerate(questions):
        if i % _TICK == 0:
            report("answers", i, len(questions))
        if asked.gold is not None:
            gold_texts = texts.get(asked.id) or [span.text for span in asked.gold]
            answer = ask(asked.text)
            outcomes[asked.id] = _judge(answer, asked.gold, gold_texts, languages.get(asked.id))
    return outcomes


def scored_text(answer: Answer) -> str:
    """Return the text that exact match and F1 look at."""
    first = next(iter(answer.citations), None)
    if first is None:
        return ""
    return first.answer_span.text if first.answer_span else first.quote


def summarise_answers(
    pair: str, outcomes: Mapping[str, AnswerOutcome], *, passages: int, held_out_half: bool
) -> AnswerResult:
    """Return the means over the answerable questions, and how well abstaining goes."""
    answerable = [outcome for outcome in outcomes.values() if outcome.answerable]
    names = list(answerable[0].figures) if answerable else []
    figures = {name: fmean(one.figures[name] for one in answerable) for name in names}
    sure = []
    if answerable:
        values = np.array([[one.figures[name] for name in names] for one in answerable])
        sure = intervals(resample_means(values))
    judged = [
        Judged(one.confidence, one.abstained, one.answerable, one.figures.get(RIGHT) == 1.0)
        for one in outcomes.values()
    ]
    return AnswerResult(
        pair=pair,
        held_out_half=held_out_half,
        passages=passages,
        questions=len(outcomes),
        answerable=len(answerable),
        figures=figures,
        intervals=dict(zip(names, sure, strict=True)),
        abstention=measure_abstention(judged),
        risk_coverage=risk_coverage(judged),
    )


def _judge(
    answer: Answer, gold: Sequence[GoldSpan], texts: Sequence[str], language: str | None
) -> AnswerOutcome:
    cited = tuple(CitedSpan(c.article, c.start, c.end, c.quote) for c in answer.citations)
    scored = scored_text(answer)
    figures: dict[str, float] = {}
    if gold:
        figures["exact_match"] = exact_match(scored, texts, language)
        figures["f1"] = token_f1(scored, texts, language)
        for k in DEPTHS:
            figures[f"sentence@{k}"] = float(holds(cited[:k], gold))
        for k in DEPTHS:
            shared = overlap(cited[:k], gold)
            figures[f"span_precision@{k}"] = shared.precision
            figures[f"span_recall@{k}"] = shared.recall
            figures[f"span_f1@{k}"] = shared.f1
    return AnswerOutcome(
        answerable=bool(gold),
        abstained=answer.abstained,
        confidence=answer.confidence,
        answer=answer.answer,
        scored=scored or None,
        citations=cited,
        figures=figures,
        ms=answer.timings_ms["total"],
    )
