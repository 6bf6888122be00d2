"""A question's vector + a generation → ranked passages, with the parts of their scores.

Candidates are the nearest passages of FAISS; the sentences of the candidates alone are
rescored, straight from the memory-mapped array. `fuse` is the whole formula.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.generation import KINDS, Generation
from rag.types import Hit, Scores, Sentence

CANDIDATES = 100  # passages whose sentences are looked at
LEXICAL_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage under consideration: row numbers and scores, no text yet."""

    passage: int
    score: float
    scores: Scores
    sentences: npt.NDArray[np.int64]  # (s,) rows
    cosines: npt.NDArray[np.float32]  # (s,) the question and each of these sentences


def fuse(dense: float, sentence: float, sparse: float) -> float:
    """Return a passage's score from its two cosines and its share of the perfect BM25 score."""
    return (dense + sentence) / 2 + LEXICAL_WEIGHT * sparse


def rank_passages(
    generation: Generation, query: npt.NDArray[np.float32], *, depth: int = CANDIDATES
) -> list[Candidate]:
    """Return the passages nearest to the unit vector `query` (d,), best first.

    At most `depth`; equal scores are ordered by passage row, so that runs repeat exactly.
    """
    cosines, rows = generation.dense.search(query[None, :], depth)
    candidates = []
    for dense, row in zip(cosines[0].tolist(), rows[0].tolist(), strict=True):
        first, last = map(int, generation.passages[["first", "last"]][row])
        vectors = generation.sentence_vectors[first:last].astype(np.float32)  # (s, d)
        nearness: npt.NDArray[np.float32] = vectors @ query
        scores = Scores(dense=dense, sentence=float(nearness.max()), sparse=0.0)
        score = fuse(scores.dense, scores.sentence, scores.sparse)
        candidates.append(Candidate(row, score, scores, np.arange(first, last), nearness))
    return sorted(candidates, key=lambda c: (-c.score, c.passage))


def citable(generation: Generation, candidate: Candidate) -> npt.NDArray[np.bool_]:
    """Tell which sentences of the candidate state something, (s,)."""
    kinds = generation.sentences["kind"][candidate.sentences]
    return np.asarray(kinds == KINDS.index("sentence"))


def closest_sentence(generation: Generation, candidate: Candidate) -> int:
    """Return the row of the sentence nearest to the question, a citable one if there is any."""
    may = citable(generation, candidate)
    cosines = np.where(may, candidate.cosines, -2.0) if may.any() else candidate.cosines
    return int(candidate.sentences[cosines.argmax()])


def to_hit(generation: Generation, candidate: Candidate, *, rank: int) -> Hit:
    """Give a candidate its texts."""
    passage = generation.passages[candidate.passage]
    article = int(passage["article"])
    start, end = int(passage["start"]), int(passage["end"])
    text = generation.text(article)
    row = generation.sentences[closest_sentence(generation, candidate)]
    low, high = int(row["start"]), int(row["end"])
    about = generation.metadata(article)
    return Hit(
        rank=rank,
        score=candidate.score,
        article=generation.article_id(article),
        title=about.title,
        source=about.source,
        published=about.published,
        language=about.language,
        start=start,
        end=end,
        text=text[start:end],
        sentence=Sentence(low, high, text[low:high]),
        scores=candidate.scores,
    )
