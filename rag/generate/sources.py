"""An extractive answer → the sentences that a model may use, cited.

The passages of the answer's own sentences come first, then the other hits, each in reading
order, up to a length that fits a small model. What may not be cited is not given.
"""

from dataclasses import dataclass

import numpy as np

from rag.answering.answer import cite
from rag.answering.evidence import Evidence
from rag.retrieve import Candidate
from rag.store.generation import SENTENCE, Generation
from rag.types import Answer, Citation, Hit

GIVEN = 40  # sentences at most
LENGTH = 6000  # characters of them: some 2,000 tokens, as the smallest common context is 4,096


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence that is given to the model. Its citation's number is its number there."""

    citation: Citation
    row: int  # among the index's sentences
    passage: str  # all of the passage that it stands in


def gather_sources(generation: Generation, answer: Answer) -> list[Source]:
    """Return the sentences to give to a model. Raises IndexCorrupt where one does not hold."""
    rows = {article: row for row, article in enumerate(generation.article_ids)}
    cited = {(rows[c.article], c.start) for c in answer.citations}
    sources: list[Source] = []
    left = LENGTH
    for hit in sorted(answer.hits, key=lambda h: not _holds(h, answer)):  # stable
        for evidence in _sentences(generation, rows[hit.article], hit, cited):
            citation = cite(generation, evidence, number=len(sources) + 1)
            left -= len(citation.quote)
            if left < 0 or len(sources) == GIVEN:
                return sources
            sources.append(Source(citation, evidence.row, hit.text))
    return sources


def _holds(hit: Hit, answer: Answer) -> bool:
    return any(
        c.article == hit.article and hit.start <= c.start < hit.end for c in answer.citations
    )


def _sentences(
    generation: Generation, article: int, hit: Hit, cited: set[tuple[int, int]]
) -> list[Evidence]:
    """Return the sentences of a hit that state something, and those that the answer cites."""
    own = (generation.passages["article"] == article) & (generation.passages["start"] == hit.start)
    (passage,) = np.flatnonzero(own).tolist()
    first, last = (int(generation.passages[passage][name]) for name in ("first", "last"))
    rows = np.arange(first, last)
    candidate = Candidate(passage, hit.score, hit.scores, rows, np.zeros(len(rows), np.float32))
    return [
        Evidence(candidate, row, 0.0, 0.0)
        for row in rows.tolist()
        if generation.sentences[row]["kind"] == SENTENCE
        or (article, int(generation.sentences[row]["start"])) in cited
    ]
