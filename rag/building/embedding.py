"""Texts → vectors, encoding each distinct text once, and none whose vector is known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress

import numpy as np

from rag.building.vectors import Digests, Rows, VectorCache, Vectors
from rag.encoders import Encoder
from rag.store.generation import Generation
from rag.store.tables import Table

_GROUP = 128  # texts embedded between two progress reports, and lost at most when it is killed
_WINDOW = 4096  # texts in memory, among which those of similar length are encoded together
_BATCH = 4096  # vectors in memory on their way to a file

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class Lookup:
    """Vectors that are known, found by the digests of their texts."""

    def __init__(self, digests: Digests, fetch: Callable[[Rows], Vectors]) -> None:
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]
        self._fetch = fetch

    def find(self, digests: Digests) -> Rows:
        """Return where the vector of each text is, (n,); -1 where it is unknown."""
        if not len(self._sorted):
            return np.full(len(digests), -1)
        places = np.minimum(np.searchsorted(self._sorted, digests), len(self._sorted) - 1)
        found: Rows = np.where(self._sorted[places] == digests, self._order[places], -1)
        return found

    def fetch(self, rows: Rows) -> Vectors:
        """Return the vectors in `rows`, (n, d)."""
        return self._fetch(rows)


def digests_of(table: Table) -> Digests:
    """Return the digest of each row's text, comparable."""
    return np.ascontiguousarray(table["digest"]).view("S16")


def known_vectors(generation: Generation | None) -> tuple[Lookup, Lookup]:
    """Return what the generation knows of passages, and of sentences (in half precision)."""
    if generation is None:
        nothing = Lookup(np.zeros(0, "S16"), lambda _: np.zeros((0, 0), np.float32))
        return nothing, nothing
    dense, halves = generation.dense, generation.sentence_vectors
    return (
        Lookup(digests_of(generation.passages), dense.vectors),
        Lookup(digests_of(generation.sentences), lambda rows: halves[rows].astype(np.float32)),
    )


def cached_vectors(cache: VectorCache) -> Lookup:
    """Return what the cache knows."""
    return Lookup(cache.digests(), cache.fetch)


def unknown(digests: Digests, known: Sequence[Lookup]) -> Digests:
    """Return those of `digests`, each once, that none of `known` knows."""
    left = np.unique(digests)
    for lookup in known:
        left = left[lookup.find(left) < 0]
    return left


def embed(
    texts: Iterable[str],
    digests: Digests,
    wanted: Digests,
    encoder: Encoder,
    cache: VectorCache,
    report: Progress,
) -> None:
    """Encode those `texts` whose digests are `wanted` (sorted, distinct), into the cache."""
    if not len(wanted):
        return
    places = np.minimum(np.searchsorted(wanted, digests), len(wanted) - 1)
    rows = np.flatnonzero(wanted[places] == digests)
    firsts = np.zeros(len(wanted), np.int64)
    firsts[places[rows[::-1]]] = rows[::-1]  # the first of each text is written last
    chosen = np.zeros(len(digests), bool)
    chosen[firsts] = True
    done = 0
    report("embedding", done, len(wanted))
    for window in _windows(
        zip(np.flatnonzero(chosen).tolist(), compress(texts, chosen), strict=True)
    ):
        window.sort(key=lambda row_text: len(row_text[1]))  # padding is wasted work
        for low in range(0, len(window), _GROUP):
            group = window[low : low + _GROUP]
            vectors = encoder.encode_document([text for _, text in group])
            cache.append(digests[[row for row, _ in group]], vectors)
            done += len(group)
            report("embedding", done, len(wanted))


def _windows(texts: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    window: list[tuple[int, str]] = []
    for text in texts:
        window.append(text)
        if len(window) == _WINDOW:
            yield window
            window = []
    if window:
        yield window


def gather(digests: Digests, known: Sequence[Lookup], dimension: int) -> Iterator[Vectors]:
    """Yield the vectors of texts in order, batch by batch, each from the first that knows it."""
    for low in range(0, len(digests), _BATCH):
        batch = digests[low : low + _BATCH]
        vectors = np.empty((len(batch), dimension), np.float32)
        left = np.arange(len(batch))
        for lookup in known:
            places = lookup.find(batch[left])
            if len(found := places[places >= 0]):
                vectors[left[places >= 0]] = lookup.fetch(found)
            left = left[places < 0]
        if len(left):
            raise ValueError(f"{len(left)} texts have no vector")
        yield vectors
