"""Ranked passages → one slot per story, and not all slots for one article.

Two passages of different articles tell the same story where most of their words are the
same, and all numbers in their sentences, as in syndicated copies; the better-ranked one
stands for both. A copy with a corrected number is another story.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.figures import figures
from rag.generation import SENTENCE, Generation
from rag.retrieve import Candidate
from rag.terms import tokenize

SAME_STORY = 0.8  # Jaccard similarity of the passages' words from which they are copies
SAME_VECTOR = 0.95  # cosine below which their words are not even compared
PER_ARTICLE = 5
LOOKED_AT = 50  # candidates among which copies are looked for


def one_slot_per_story(
    generation: Generation,
    candidates: Sequence[Candidate],
    *,
    k: int,
    per_article: int | None = PER_ARTICLE,
) -> list[Candidate]:
    """Return the best k candidates, each naming its copies in `also`, best first.

    At most `per_article` come from one article while others are left; None for no limit.
    """
    copies = _copies(generation, candidates)
    kept: list[Candidate] = []
    over: list[Candidate] = []
    count: Counter[int] = Counter()
    for place, candidate in enumerate(candidates):
        if place in copies or len(kept) == k:
            continue
        also = tuple(candidates[c].passage for c, first in copies.items() if first == place)
        candidate = replace(candidate, also=also)
        article = _article(generation, candidate)
        count[article] += 1
        full = per_article is not None and count[article] > per_article
        (over if full else kept).append(candidate)
    filled = kept + over[: k - len(kept)]
    return sorted(filled, key=lambda c: (-c.score, c.passage))


def _copies(generation: Generation, candidates: Sequence[Candidate]) -> dict[int, int]:
    """Return the places of copies → the place of the better-ranked passage that each copies."""
    candidates = candidates[:LOOKED_AT]
    vectors = generation.dense.vectors(np.array([c.passage for c in candidates], np.int64))
    near = np.triu(np.einsum("id,jd->ij", vectors, vectors) >= SAME_VECTOR, 1)
    copies: dict[int, int] = {}
    for first, place in np.argwhere(near).tolist():
        if first in copies or place in copies:
            continue
        one, other = candidates[first], candidates[place]
        if _article(generation, one) != _article(generation, other):
            words, others = _words(generation, one), _words(generation, other)
            alike = len(words & others) >= SAME_STORY * len(words | others)
            if alike and _numbers(generation, one) == _numbers(generation, other):
                copies[place] = first
    return copies


def _article(generation: Generation, candidate: Candidate) -> int:
    return int(generation.passages[candidate.passage]["article"])


def _numbers(generation: Generation, candidate: Candidate) -> frozenset[float]:
    """Return the numbers in what may be cited: a byline's date and hour may differ."""
    text = generation.text(_article(generation, candidate))
    rows = generation.sentences[candidate.sentences]
    said = [text[int(r["start"]) : int(r["end"])] for r in rows if r["kind"] == SENTENCE]
    return frozenset(figure.value for one in said for figure in figures(one))


def _words(generation: Generation, candidate: Candidate) -> frozenset[str]:
    passage = generation.passages[candidate.passage]
    text = generation.text(int(passage["article"]))
    return frozenset(tokenize(text[int(passage["start"]) : int(passage["end"])]))
