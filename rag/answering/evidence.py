"""A question + ranked passages → what speaks for each of their sentences.

Cosines and shared words come with the ranking; the reader, where there is one, reads the
windows around the best sentences. Weighing the evidence is `answer`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.reader import Reader, Tokens
from rag.answering.windows import Window, choose_windows
from rag.retrieve import Candidate, citable
from rag.store.generation import Generation
from rag.store.sparse import coverages

CONSIDERED = 10  # passages among which the answer is looked for
AT_ONCE, READ = 6, 18  # windows that are read at a time, and at most


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one sentence; `span` and `has` are None where no reader has read it."""

    candidate: Candidate  # its passage
    row: int  # of the sentence
    cosine: float
    covered: float  # the share of the question's words that it holds, among these sentences
    span: float | None = None  # log-probability that an answer begins and ends in it
    has: float | None = None  # log-odds that its window answers
    answer: tuple[int, int] | None = None  # the span, in characters of the sentence


@dataclass(frozen=True, slots=True)
class _Sentence:
    row: int
    text: str
    citable: bool
    cosine: float


def gather(
    generation: Generation, question: str, candidates: Sequence[Candidate], reader: Reader | None
) -> list[Evidence]:
    """Return the evidence for each citable sentence of the first passages, in their order.

    With a reader only the sentences that it has read.
    """
    considered = candidates[:CONSIDERED]
    passages = [_sentences(generation, candidate) for candidate in considered]
    readings = {} if reader is None else _read(reader, question, considered, passages)
    found = [
        (candidate, sentence)
        for candidate, own in zip(considered, passages, strict=True)
        for sentence in own
        if sentence.citable and (reader is None or sentence.row in readings)
    ]
    texts = [sentence.text for _, sentence in found]
    languages = [_language(generation, candidate) for candidate, _ in found]
    return [
        Evidence(candidate, sentence.row, sentence.cosine, covered, *readings.get(sentence.row, ()))
        for (candidate, sentence), covered in zip(
            found, coverages(question, texts, languages), strict=True
        )
    ]


def _read(
    reader: Reader,
    question: str,
    candidates: Sequence[Candidate],
    passages: Sequence[Sequence[_Sentence]],
) -> dict[int, tuple[float, float, tuple[int, int]]]:
    """Return (span, has, answer) of each sentence that was read, by its row."""
    tokens = iter(reader.tokenize([sentence.text for own in passages for sentence in own]))
    tokenized: list[list[Tokens]] = [[next(tokens) for _ in own] for own in passages]
    scores = [
        [s.cosine + candidate.score if s.citable else float("-inf") for s in own]
        for candidate, own in zip(candidates, passages, strict=True)
    ]
    lengths = [[len(sentence.ids) for sentence in own] for own in tokenized]
    windows = choose_windows(scores, lengths, count=READ)
    texts = [tokenized[w.passage][w.first : w.last] for w in windows]
    found = {}
    readings = reader.read(question, texts, at_once=AT_ONCE)
    for window, reading in zip(windows, readings, strict=False):  # not all need to be read
        for sentence, span in zip(_within(passages, window), reading.spans, strict=True):
            if span is not None:
                found[sentence.row] = (span.score, reading.has, (span.start, span.end))
    return found


def _within(passages: Sequence[Sequence[_Sentence]], window: Window) -> Sequence[_Sentence]:
    return passages[window.passage][window.first : window.last]


def _sentences(generation: Generation, candidate: Candidate) -> list[_Sentence]:
    text = generation.text(int(generation.passages[candidate.passage]["article"]))
    found = []
    for row, may, cosine in zip(
        candidate.sentences.tolist(),
        citable(generation, candidate).tolist(),
        candidate.cosines.tolist(),
        strict=True,
    ):
        start, end = (int(generation.sentences[row][name]) for name in ("start", "end"))
        found.append(_Sentence(row, text[start:end], may, cosine))
    return found


def _language(generation: Generation, candidate: Candidate) -> str | None:
    article = int(generation.passages[candidate.passage]["article"])
    return generation.metadata(article).language
