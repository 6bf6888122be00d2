"""The records of a measurement: what was measured, on what, and what came out of it.

All are immutable and without behaviour. Their field names are the keys of the JSON that
`rag bench --json` prints and `rag bench --save` writes. A *result* is one set of questions
put to one set of passages; an *arm* is one way to rank them: a part of the retrieval, or
a run file. Differences are in the measure's own unit, so .083 of nDCG@10 is 8.3 points.
"""

from dataclasses import dataclass
from typing import Any

Interval = tuple[float, float]
"""The 95% confidence interval of a mean: bootstrap over the questions, percentiles."""


@dataclass(frozen=True, slots=True)
class RunManifest:
    """What a measurement depends on. Two with the same `identity` measured the same thing."""

    created: str  # ISO 8601, UTC
    identity: dict[str, Any]  # rag, commit, encoder, inputs, corpora, qrels, settings
    versions: dict[str, str]  # of python and of the libraries
    machine: dict[str, Any]  # cpu, cores, platform


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms on the same questions; `difference` is `one` less `other` in the mean."""

    measure: str
    one: str
    other: str
    difference: float
    interval: Interval  # of the difference
    p: float  # two-sided paired randomisation test
    p_holm: float  # the same after Holm's correction over all comparisons of the result
    detectable: float | None  # the least difference found with power .8 at alpha .05
    questions: int
    sentence: str  # the same in words


@dataclass(frozen=True, slots=True)
class PairResult:
    """The figures of every arm for the questions of one file over the passages of one."""

    name: str  # unique in the measurement; the name of its folder under `pairs/`
    questions_of: str
    passages_of: str
    languages: tuple[str | None, str | None]  # of the questions, of the passages
    questions: int
    passages: int | None  # None where only qrels and runs were given
    questions_sha256: str  # over the ids and judgements of the questions that were asked
    arms: dict[str, dict[str, float]]  # arm → measure → mean; `rank_ms` is a median
    intervals: dict[str, dict[str, Interval]]  # arm → measure → interval of the mean
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """How well the questions of a pair were answered. Means are over answerable questions."""

    pair: str
    held_out_half: bool  # only every second article was indexed, so that half has no answer
    passages: int  # that were indexed
    questions: int
    answerable: int
    figures: dict[str, float]  # see `rag.bench.answers`
    intervals: dict[str, Interval]
    abstention: dict[str, float | None]  # see `rag.bench.abstention`
    risk_coverage: tuple[tuple[float, float], ...]  # (coverage, risk), coverage rising


@dataclass(frozen=True, slots=True)
class LanguageCell:
    """One cell of the matrix: questions in one language over passages in another."""

    question_language: str
    passage_language: str
    arm: str
    questions: int
    figures: dict[str, float]
    gaps: dict[str, float]  # to the questions in the passages' own language; {} where none


@dataclass(frozen=True, slots=True)
class LanguageOverlap:
    """How much the first ten agree when a question is asked in two languages of one corpus."""

    passages_of: str
    arm: str
    one: str
    other: str
    questions: int
    overlap: float  # mean share of the first ten that both have, in [0, 1]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that is counted and reported, and did not stop the measurement."""

    count: int
    what: str
    first: str | None = None  # where, or which


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that was measured in one run of `rag bench`."""

    complete: bool  # False while it runs, and where it was interrupted
    manifest: RunManifest
    measures: tuple[str, ...]  # the first is the one that the summary is about
    results: tuple[PairResult, ...] = ()
    answers: tuple[AnswerResult, ...] = ()
    languages: tuple[LanguageCell, ...] = ()
    overlaps: tuple[LanguageOverlap, ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A span that answers: `text == passage_text[start:end]`, offsets in characters."""

    passage: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ArmOutcome:
    """What one arm did with one question."""

    figures: dict[str, float]  # measure → value
    top: tuple[str, ...]  # the ids of the first ten passages, best first
    ranks: tuple[int, ...]  # where relevant passages stood, from 1, as deep as was ranked
    ms: float | None = None


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """A citation of an answer: `quote == passage_text[start:end]`."""

    passage: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """What `Index.ask` said to one question, and how right it was."""

    answerable: bool
    abstained: bool
    confidence: float
    answer: str | None
    scored: str | None  # the text that exact match and F1 were computed on
    citations: tuple[CitedSpan, ...]
    figures: dict[str, float]  # as in `AnswerResult`; {} where nothing answers
    ms: float


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """One question of one pair: a line of `questions.jsonl`."""

    pair: str
    id: str
    text: str | None  # None where only qrels and runs were given
    languages: tuple[str | None, str | None]  # of the question, of the passages
    relevant: dict[str, int]  # passage id → grade
    gold: tuple[GoldSpan, ...]
    arms: dict[str, ArmOutcome]
    answer: AnswerOutcome | None = None


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage that an outcome names: a line of `passages.jsonl`."""

    passages_of: str  # as in `PairResult`; ids are unique within it
    id: str
    text: str
    title: str | None = None
    language: str | None = None
