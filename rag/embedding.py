"""Texts → vectors, encoding each distinct text once, and none whose vector is known."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rag.encoders import Encoder, Vectors
from rag.generation import Generation, Table
from rag.manifest import digest

_GROUP = 512  # texts embedded between two progress reports

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class Counter:
    """Counts embedded texts towards a total."""

    def __init__(self, report: Progress, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def add(self, count: int) -> None:
        """Count and report `count` more."""
        self._done += count
        self._report("embedding", self._done, self._total)


def vectors_by_digest(
    generation: Generation | None, table: str
) -> dict[bytes, np.ndarray[Any, Any]]:
    """Return what the generation knows: the digest of a text → its vector."""
    if generation is None:
        return {}
    rows: Table
    vectors: np.ndarray[Any, Any]
    if table == "passages":
        rows, vectors = generation.passages, generation.dense.vectors()
    else:
        rows, vectors = generation.sentences, generation.sentence_vectors
    return {row["digest"].tobytes(): vector for row, vector in zip(rows, vectors, strict=True)}


def embed(
    texts: list[str],
    encoder: Encoder,
    known: dict[bytes, np.ndarray[Any, Any]],
    tick: Counter,
) -> Vectors:
    """Return the vectors of `texts` (n, d); equal texts and known ones are encoded once."""
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    rows_of: dict[bytes, list[int]] = {}
    for row, text in enumerate(texts):
        key = digest(text)
        if key in known:
            vectors[row] = known[key]
        else:
            rows_of.setdefault(key, []).append(row)
    # Similar lengths together: padding is wasted work.
    fresh = sorted(rows_of.values(), key=lambda rows: len(texts[rows[0]]))
    for low in range(0, len(fresh), _GROUP):
        group = fresh[low : low + _GROUP]
        encoded = encoder.encode_document([texts[rows[0]] for rows in group])
        for rows, vector in zip(group, encoded, strict=True):
            vectors[rows] = vector
        tick.add(len(group))
    return vectors
