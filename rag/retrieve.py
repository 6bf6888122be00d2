"""A question + a generation → ranked passages, with the parts of their scores.

Candidates are the union of the best of FAISS and the best of BM25; the sentences of the
candidates alone are rescored, straight from the memory-mapped array. `fuse` is the whole
formula.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.store.dense import products
from rag.store.generation import SENTENCE, Generation
from rag.types import Arm, Hit, Scores, Sentence

CANDIDATES = 100  # passages from each of FAISS and BM25 whose sentences are looked at
LEXICAL_WEIGHT = 0.15

Vector = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage under consideration: row numbers and scores, no text yet."""

    passage: int
    score: float
    scores: Scores
    sentences: npt.NDArray[np.int64]  # (s,) rows
    cosines: Vector  # (s,) the question and each of these sentences
    also: tuple[int, ...] = ()  # other articles that say (nearly) the same


def fuse(scores: Scores, arm: Arm = "hybrid") -> float:
    """Return a passage's score from its two cosines and its share of the perfect BM25 score."""
    match arm:
        case "dense":
            return scores.dense
        case "sparse":
            return scores.sparse
        case "dense+sentence":
            return (scores.dense + scores.sentence) / 2
        case "hybrid" | "read":
            return (scores.dense + scores.sentence) / 2 + LEXICAL_WEIGHT * scores.sparse


def shares(scores: Scores) -> Scores:
    """Return what share of the hybrid score each part makes up; they sum to 1."""
    total = fuse(scores) or 1.0
    return Scores(
        dense=scores.dense / 2 / total,
        sentence=scores.sentence / 2 / total,
        sparse=LEXICAL_WEIGHT * scores.sparse / total,
    )


def rank_passages(
    generation: Generation,
    question: str,
    query: Vector,
    *,
    depth: int = CANDIDATES,
    arm: Arm = "hybrid",
    among: Mask | None = None,
) -> list[Candidate]:
    """Return the passages that fit the question best, best first; `query` (d,) is its vector.

    `among` (passages,) tells which passages may come back. Equal scores are ordered by
    passage row, so that runs repeat exactly.
    """
    lexical = generation.sparse.shares(question)  # (passages,)
    rows = _candidates(generation, query, lexical, depth=depth, arm=arm, among=among)
    if not len(rows):
        return []
    firsts, lasts = (generation.passages[name][rows].astype(np.int64) for name in ("first", "last"))
    ends = np.cumsum(lasts - firsts)
    begins = ends - (lasts - firsts)
    sentences = np.arange(ends[-1]) + np.repeat(firsts - begins, lasts - firsts)  # (s,) rows
    cosines = products(generation.sentence_vectors[sentences].astype(np.float32), query)  # (s,)
    parts = zip(
        generation.dense.cosines(query, rows).tolist(),
        np.maximum.reduceat(cosines, begins).tolist(),
        lexical[rows].tolist(),
        strict=True,
    )
    candidates = []
    for row, own, begin, end in zip(rows.tolist(), parts, begins, ends, strict=True):
        scores = Scores(*own)
        span = slice(begin, end)
        score = fuse(scores, arm)
        candidates.append(Candidate(row, score, scores, sentences[span], cosines[span]))
    return sorted(candidates, key=lambda c: (-c.score, c.passage))


def _candidates(
    generation: Generation,
    query: Vector,
    lexical: Vector,
    *,
    depth: int,
    arm: Arm,
    among: Mask | None,
) -> npt.NDArray[np.int64]:
    near = generation.dense.search(query, depth, among=among)
    if arm in ("dense", "dense+sentence"):
        return near
    matching = lexical if among is None else np.where(among, lexical, 0.0)
    best = best_matching(matching, depth)
    return best if arm == "sparse" else np.union1d(near, best)


def best_matching(lexical: Vector, depth: int) -> npt.NDArray[np.int64]:
    """Return the rows of the `depth` best shares above 0, in no order."""
    best = np.flatnonzero(lexical)
    if depth < len(best):
        best = best[np.argpartition(-lexical[best], depth - 1)[:depth]]
    return best


def citable(generation: Generation, candidate: Candidate) -> Mask:
    """Tell which sentences of the candidate state something, (s,)."""
    kinds = generation.sentences["kind"][candidate.sentences]
    return np.asarray(kinds == SENTENCE)


def closest_sentence(generation: Generation, candidate: Candidate) -> int:
    """Return the row of the sentence nearest to the question, a citable one if there is any."""
    may = citable(generation, candidate)
    cosines = np.where(may, candidate.cosines, -2.0) if may.any() else candidate.cosines
    return int(candidate.sentences[cosines.argmax()])


def to_hit(
    generation: Generation, candidate: Candidate, *, rank: int, matched: tuple[str, ...]
) -> Hit:
    """Give a candidate its texts, its rank and the question's words that it holds."""
    passage = generation.passages[candidate.passage]
    article = int(passage["article"])
    start, end = int(passage["start"]), int(passage["end"])
    text = generation.text(article)
    row = generation.sentences[closest_sentence(generation, candidate)]
    low, high = int(row["start"]), int(row["end"])
    about = generation.metadata(article)
    place = generation.place(article, low)
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
        shares=shares(candidate.scores),
        matched=matched,
        also_in=tuple(generation.article_id(other) for other in candidate.also),
        page=place.page,
        heading=place.heading,
    )
