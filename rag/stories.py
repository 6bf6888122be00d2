"""Ranked passages → one slot per story, and not all slots for one article.

Two passages of different articles tell the same story where most of their words are the
same, and all numbers in their sentences, as in syndicated copies; the better-ranked one
stands for both. So does a passage for those of its article's copies, however they are cut,
where its article holds what they say. A copy with a corrected number is another story.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.corpus.shingles import shingles
from rag.figures import figures
from rag.retrieve import Candidate
from rag.store.generation import SENTENCE, Generation
from rag.terms import tokenize

SAME_STORY = 0.8  # Jaccard similarity of the passages' words from which they are copies
SAME_VECTOR = 0.95  # cosine below which their words are not even compared
PER_ARTICLE = 5
LOOKED_AT = 50  # candidates among which copies are looked for
NAMED = 50  # copies of an article that are named at most


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
    held = _Held(generation)
    copies |= _of_copied_articles(generation, candidates, copies, held)
    kept: list[Candidate] = []
    over: list[Candidate] = []
    count: Counter[int] = Counter()
    for place, candidate in enumerate(candidates):
        if place in copies or len(kept) == k:
            continue
        article = _article(generation, candidate)
        also = {
            _article(generation, candidates[c]) for c, first in copies.items() if first == place
        }
        twins = generation.copies(article)[:NAMED]
        also |= {twin for twin in twins if held.holds(twin, candidate)}
        candidate = replace(candidate, also=tuple(sorted(also - {article})))
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


def _of_copied_articles(
    generation: Generation, candidates: Sequence[Candidate], copies: dict[int, int], held: "_Held"
) -> dict[int, int]:
    """Return the places of passages that a copied article, ranked better, says as well."""
    found: dict[int, int] = {}
    places: dict[int, int] = {}  # of an article's best passage
    for place, candidate in enumerate(candidates[:LOOKED_AT]):
        article = _article(generation, candidate)
        if place in copies:
            continue
        better = [places[twin] for twin in generation.copies(article) if twin in places]
        first = next(
            (b for b in better if held.holds(_article(generation, candidates[b]), candidate)), None
        )
        if first is None:
            places.setdefault(article, place)
        else:
            found[place] = first
    return found


class _Held:
    """What articles say, for comparing passages with it."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._read: dict[int, tuple[frozenset[str], frozenset[float]]] = {}

    def holds(self, article: int, candidate: Candidate) -> bool:
        """Tell whether an article says what a passage of another says, with its numbers."""
        own = self._generation.passages[candidate.passage]
        text = self._generation.text(int(own["article"]))[int(own["start"]) : int(own["end"])]
        runs, numbers = shingles([text]), _numbers(self._generation, candidate)
        said, figured = self._said(article)
        return len(runs & said) >= SAME_STORY * len(runs) > 0 and numbers <= figured

    def _said(self, article: int) -> tuple[frozenset[str], frozenset[float]]:
        if article not in self._read:
            text = self._generation.text(article)
            numbers = frozenset(figure.value for figure in figures(text))
            self._read[article] = shingles([text]), numbers
        return self._read[article]


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
