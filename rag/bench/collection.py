"""What a benchmark holds, whatever its format: passages, questions, judgements, gold spans.

The formats' readers make it; what is asked and measured comes from `choose_questions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.bench.records import GoldSpan, Warned


@dataclass(frozen=True, slots=True)
class Query:
    """A question as its file has it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """The passages and the judged questions of one file or folder."""

    path: Path
    language: str  # ISO 639-1; where the contexts do not tell, the file's stem
    passage_ids: tuple[str, ...]
    contexts: tuple[str, ...]  # the passages' texts, in the order of their ids
    groups: tuple[int, ...]  # of each passage: which article it is from
    queries: tuple[Query, ...]
    judged: Mapping[str, Mapping[str, int]]  # question id → passage id → grade
    gold: Mapping[str, tuple[GoldSpan, ...]] = field(default_factory=dict)
    """Question id → the spans that answer it; () where nothing does; no key where unknown."""
    equal_texts_are_one: bool = False  # of questions; SQuAD-format files, as MTEB has it
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that is put to passages, and what is right about them."""

    id: str
    text: str
    language: str | None
    relevant: Mapping[str, int]  # passage id → grade
    gold: tuple[GoldSpan, ...] | None = None  # None where nobody has said


def choose_questions(
    asked: Collection, corpus: Collection, *, every: int = 1, offset: int = 0
) -> tuple[AskedQuestion, ...]:
    """Return the questions of `asked` with what is right about the passages of `corpus`.

    The two are one, or hold the same question ids. Of the questions only those whose
    running index is `offset` modulo `every`; where equal texts are one question, its
    relevance is that of the whole file, where a text may stand with several contexts.
    """
    chosen = asked.queries[offset::every]
    ids: dict[str, list[str]] = {query.id: [query.id] for query in chosen}
    if asked.equal_texts_are_one:
        first = {query.text: query.id for query in reversed(chosen)}
        chosen = tuple(query for query in chosen if first[query.text] == query.id)
        ids = {query.id: [] for query in chosen}
        for query in asked.queries:
            if query.text in first:
                ids[first[query.text]].append(query.id)
    return tuple(
        AskedQuestion(
            id=query.id,
            text=query.text,
            language=asked.language,
            relevant={p: grade for i in ids[query.id] for p, grade in corpus.judged[i].items()},
            gold=_gold(corpus, ids[query.id]),
        )
        for query in chosen
    )


def are_translations(one: Collection, other: Collection) -> bool:
    """Tell whether two collections ask the same questions, by id."""
    return {query.id for query in one.queries} == {query.id for query in other.queries}


def _gold(corpus: Collection, ids: list[str]) -> tuple[GoldSpan, ...] | None:
    known = [corpus.gold[i] for i in ids if i in corpus.gold]
    return tuple(dict.fromkeys(span for spans in known for span in spans)) if known else None
