"""Terms of documents, one after the other → a sparse matrix of BM25 scores, by columns.

Made for corpora whose terms do not fit into lists: while documents come in, a term takes six
bytes for each document that holds it, and then eight in the matrix. The scores are those of
bm25s, which wants all documents at once, as lists of Python objects.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log

import numpy as np
import numpy.typing as npt

_BLOCK = 1 << 20  # terms of documents that are put into their columns at once

Matrix = tuple[
    dict[str, int],  # term → its column; in the order of the terms
    npt.NDArray[np.float32],  # scores, column by column
    npt.NDArray[np.int32],  # the document of each score; they rise within a column
    npt.NDArray[np.int64],  # where each column starts, and where the last one ends
]
_Block = tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16], npt.NDArray[np.int64]]


class Columns:
    """Collects documents, and then computes BM25 (Lucene's variant) for all of them."""

    def __init__(self, *, k1: float, b: float) -> None:
        self._k1, self._b = k1, b
        self.count = 0
        self._ids: dict[str, int] = {}  # term → its number, in the order in which they came
        self._lengths = array("I")  # terms of each document, repeated ones too
        self._blocks: list[_Block] = []
        self._open()

    def _open(self) -> None:
        self._terms, self._times, self._distinct = array("i"), array("H"), array("q")

    def add(self, terms: Sequence[str]) -> None:
        """Take the next document's terms, repeated as often as they occur."""
        times = Counter(terms)
        for term, n in times.items():
            self._terms.append(self._ids.setdefault(term, len(self._ids)))
            self._times.append(min(n, 0xFFFF))
        self._distinct.append(len(times))
        self._lengths.append(len(terms))
        self.count += 1
        if len(self._terms) >= _BLOCK:
            self._close()

    def _close(self) -> None:
        terms, times = np.frombuffer(self._terms, np.int32), np.frombuffer(self._times, np.uint16)
        self._blocks.append((terms, times, np.frombuffer(self._distinct, np.int64)))
        self._open()

    def finish(self) -> Matrix:
        """Return the matrix. The documents are forgotten meanwhile."""
        self._close()
        names = sorted(self._ids)
        column_of = np.zeros(len(names), np.int32)  # by a term's number
        column_of[[self._ids[name] for name in names]] = np.arange(len(names))
        self._ids = {}
        held = np.zeros(len(names), np.int64)  # documents that hold each term
        for terms, _, _ in self._blocks:
            held += np.bincount(column_of[terms], minlength=len(names))
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(held)])
        scores = np.empty(starts[-1], np.float32)
        rows = np.empty(starts[-1], np.int32)
        free = starts[:-1].copy()  # the next place in each column
        weights = np.array([log(1 + (self.count - n + 0.5) / (n + 0.5)) for n in held.tolist()])
        for columns, documents, saturated in self._scored(column_of):
            order = np.argsort(columns, kind="stable")
            own, firsts, counts = np.unique(columns[order], return_index=True, return_counts=True)
            places = np.repeat(free[own] - firsts, counts) + np.arange(len(columns))
            rows[places] = documents[order]
            scores[places] = (weights[columns] * saturated)[order]
            free[own] += counts
        return {name: column for column, name in enumerate(names)}, scores, rows, starts

    def _scored(
        self, column_of: npt.NDArray[np.int32]
    ) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
        """Yield, block by block: column, document, and how much the term's count is worth."""
        lengths = np.frombuffer(self._lengths, np.uint32)
        average = lengths.mean() if self.count else 1.0
        first = 0
        self._blocks.reverse()
        while self._blocks:
            terms, times, distinct = self._blocks.pop()
            documents = np.repeat(np.arange(first, first + len(distinct)), distinct)
            norm = self._k1 * (1 - self._b + self._b * lengths[documents] / (average or 1.0))
            yield column_of[terms], documents, times / (norm + times)
            first += len(distinct)
