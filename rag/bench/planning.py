"""Collections and their indexes → which questions are put to which passages.

The first plans are each collection's questions over its own passages, in their order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rag.answering.reader import Reader
from rag.bench.collection import AskedQuestion, Collection, are_translations, choose_questions
from rag.bench.corpora import open_corpus
from rag.bench.formats import pair_names
from rag.bench.halves import every_second_article, without_missing
from rag.bench.measuring import Answering, Plan
from rag.bench.pairs import questions_hash
from rag.building.embedding import Progress
from rag.encoders import Encoder
from rag.errors import BenchmarkError
from rag.index import Index
from rag.types import Answer, Filter


def plan_pairs(
    collections: Sequence[Collection], indexes: Sequence[Index], *, every: int, offset: int
) -> list[Plan]:
    """Return the pairs to measure, the own passages of each collection first."""
    names = pair_names([one.path for one in collections])
    plans = []
    for corpus, index, held in zip(collections, indexes, names, strict=True):
        for asked, name in zip(collections, names, strict=True):
            if are_translations(asked, corpus):
                questions = choose_questions(asked, corpus, every=every, offset=offset)
                plans.append(
                    Plan(
                        name=name if asked is corpus else f"{name}--{held}",
                        questions_of=str(asked.path),
                        passages_of=str(corpus.path),
                        languages=(asked.language, corpus.language),
                        index=index,
                        passage_ids=corpus.passage_ids,
                        questions=questions,
                        questions_sha256=questions_hash(questions),
                    )
                )
    return sorted(plans, key=lambda plan: plan.questions_of != plan.passages_of)  # stable


@dataclass(frozen=True, slots=True)
class AnswerModels:
    """What answers need besides an index: the encoder, the reader, and the cache's folder."""

    encoder: Encoder
    reader: Callable[[], Reader | None]
    cache: Path


def plan_answers(
    plans: Sequence[Plan],
    collections: Sequence[Collection],
    models: AnswerModels,
    report: Progress,
    *,
    half: bool,
    given: bool = False,
) -> list[Plan]:
    """Return the plans with what is needed to answer their questions.

    With `half` from every second article; with `given` from the question's own passage. Raises
    BenchmarkError where a collection does not tell what answers its questions.
    """
    answering: dict[str, tuple[Index, list[int]]] = {}
    by_path = {str(one.path): one for one in collections}
    planned = []
    for plan in plans:
        corpus = by_path[plan.passages_of]
        if not any(asked.gold is not None for asked in plan.questions):
            raise BenchmarkError(f"{plan.passages_of} does not tell what answers its questions")
        if plan.passages_of not in answering:
            rows = every_second_article(corpus) if half else list(range(len(corpus.contexts)))
            index = open_corpus(
                corpus,
                models.encoder,
                models.cache,
                rows=rows,
                reader=models.reader,
                progress=report,
            )
            answering[plan.passages_of] = index, rows
        index, rows = answering[plan.passages_of]
        kept = {corpus.passage_ids[row] for row in rows}
        how = Answering(
            ask=partial(_ask_given, index, plan.questions) if given else index.ask,
            questions=without_missing(plan.questions, kept),
            languages=dict.fromkeys((asked.id for asked in plan.questions), corpus.language),
            passages=len(rows),
            held_out_half=half,
        )
        planned.append(replace(plan, answering=how))
    return planned


def _ask_given(index: Index, questions: Sequence[AskedQuestion], text: str) -> Answer:
    own = {passage for asked in questions if asked.text == text for passage in asked.relevant}
    return index.ask(text, where=Filter(articles=tuple(sorted(own))))
