"""The records that the stages pass to each other.

All are immutable and without behaviour. Their field names are the names in the
JSON that the command line prints. Spans are offsets in characters (Python string
indices) into the article's text, end exclusive: `article.text[start:end]`.
"""

from dataclasses import dataclass
from typing import Literal

SentenceKind = Literal["sentence", "furniture"]
"""What may be cited as an answer, and what may not: headings, bylines, menus, questions."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an article's file says about the article itself; None where it says nothing."""

    title: str | None = None
    published: str | None = None  # ISO 8601 date, "2025-10-09"
    author: str | None = None
    source: str | None = None
    language: str | None = None  # ISO 639-1
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """From `start` on, up to the next mark, the text stands on this page, under this heading."""

    start: int
    page: int | None = None  # from 1
    heading: str | None = None  # the nearest above


@dataclass(frozen=True, slots=True)
class Article:
    """One file of the folder, or one part of a file that holds many.

    `id` is the file's path relative to the folder, with forward slashes; in an archive it goes
    on with the path inside ("archive.zip/a.html"), in a file of records with the record's
    number from 1 ("news.jsonl#3").
    """

    id: str
    text: str
    sha256: str  # of the bytes that it was read from: a file's, or a part's
    metadata: Metadata
    marks: tuple[Mark, ...] = ()  # in order; none where the format knows no pages or headings
    file: str | None = None  # the file that holds it among others; None where that is `id`
    file_sha256: str | None = None  # of that file's bytes
    own: Metadata | None = None  # what it says itself, where metadata.csv says otherwise


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """Where a sentence lies in its article's text."""

    start: int
    end: int
    kind: SentenceKind


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one article, and the sentences that lie in it, in order."""

    start: int
    end: int
    sentences: tuple[SentenceSpan, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit: `text == article_text[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Scores:
    """The parts of a hit's score. Cosines lie in [-1, 1], the lexical part in [0, 1]."""

    dense: float  # the question and the passage
    sentence: float  # the question and the passage's best sentence
    sparse: float  # BM25, as a share of what a perfect passage would get


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation, complete; the words that answered it, and in which article."""

    question: str
    answer: str | None = None
    article: str | None = None


UNSURE = 0.5
"""Below this confidence an answer is more likely wrong than right, and is shown so."""


Arm = Literal["dense", "sparse", "dense+sentence", "hybrid", "read"]
"""Which parts of the score count. "hybrid" serves, and "read" where it is asked for: there the
reader orders the first passages. The others are for measuring."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles to look at. An empty tuple or None lets all pass.

    `since` and `until` are ISO dates, or years or months ("2025", "2025-04"), both inclusive;
    an article that carries no date passes neither.
    """

    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()  # ISO 639-1
    articles: tuple[str, ...] = ()  # ids


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. Ranks start at 1; a higher score is better."""

    rank: int
    score: float
    article: str
    title: str | None
    source: str | None
    published: str | None
    language: str | None
    start: int
    end: int
    text: str
    sentence: Sentence  # the passage's closest sentence that can be cited
    scores: Scores
    shares: Scores  # of the score that each part makes up; they sum to 1
    matched: tuple[str, ...]  # the question's words that stand in the passage, in any form
    also_in: tuple[str, ...]  # other articles with (nearly) the same passage
    page: int | None = None  # on which its sentence stands, where the format knows pages
    heading: str | None = None  # under which its sentence stands, where the format knows them


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """The words of a cited sentence that would answer: `text == article_text[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A proof: `quote == article_text[start:end]`, checked when the answer is made."""

    number: int  # from 1, as shown in the answer
    article: str
    title: str | None
    source: str | None
    published: str | None
    start: int
    end: int
    quote: str
    answer_span: AnswerSpan | None = None  # None where the sentence was not read
    context: Sentence | None = None  # the sentence before it, where the quote refers back to it
    page: int | None = None  # from 1, where the format knows pages
    heading: str | None = None  # the nearest above, where the format knows headings
    confidence: float | None = None  # in [0, 1], that it answers; None where it was not weighed
    changed: bool | None = None  # the file, since it was indexed; None where that is not known


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or that they do not answer it.

    `answer` is the quotes of the first `parts` citations, a line each, or None when
    `abstained`; `answer_span` is the first one's, None when `abstained` and where no reader is
    installed. The citations numbered in `differing` say something else than the answer.
    `completed` is the question that was asked instead of a follow-up, with what it left out;
    `unanswered` are those of two questions in one that nothing answers. `hits` are the
    passages that were looked at, best first; `index` is the fingerprint of the index
    that was asked.
    """

    question: str
    answer: str | None
    answer_span: AnswerSpan | None
    abstained: bool
    confidence: float  # in [0, 1]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    index: str
    timings_ms: dict[str, float]
    parts: int = 1
    differing: tuple[int, ...] = ()
    completed: str | None = None
    unanswered: tuple[str, ...] = ()
