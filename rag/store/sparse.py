"""Passages ↔ BM25, as a share of what a perfect passage would get.

The scores are computed when an index is built and kept as a sparse matrix by term; a
question adds up the columns of its terms. The share's denominator is the
coverage idea: a term that the corpus does not hold counts with the highest idf, so a
question in another language has a small share, whatever happens to match.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.store import files
from rag.store.columns import Columns
from rag.terms import analyse, levels, tokenize

# A passage is short: that a word stands there counts for more than how often. Chosen with
# LEXICAL_WEIGHT on PIAF's tuning questions; see the README.
K1, B = 0.5, 0.75
FILES = ("terms.utf8", "bm25_scores.npy", "bm25_rows.npy", "bm25_starts.npy")

Shares = npt.NDArray[np.float32]  # (n,), in [0, 1]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Lookup:
    """A term of the question: its column, or None where the corpus does not hold it."""

    token: str
    column: int | None
    weight: float
    idf: float


class SparseIndex:
    """BM25 (Lucene's variant) over the terms of passages; row i is passage i."""

    def __init__(
        self,
        terms: dict[str, int],
        scores: npt.NDArray[np.float32],
        rows: npt.NDArray[np.int32],
        starts: npt.NDArray[np.int64],
        *,
        count: int,
        languages: Sequence[str],
    ) -> None:
        self._terms, self._scores, self._rows, self._starts = terms, scores, rows, starts
        self.count = count
        self._languages = tuple(languages)

    @classmethod
    def of(cls, texts: Iterable[str], languages: Iterable[str | None]) -> "SparseIndex":
        """Index `texts` as they come, each analysed for its own language (ISO 639-1)."""
        columns, spoken = Columns(k1=K1, b=B), set()
        for text, language in zip(texts, languages, strict=True):
            columns.add(analyse(text, language))
            spoken.add(language)
        return cls(
            *columns.finish(),
            count=columns.count,
            languages=sorted(language for language in spoken if language),
        )

    @classmethod
    def read(cls, folder: Path, *, count: int, languages: Sequence[str]) -> "SparseIndex":
        """Read files whose hashes have been checked. Raises ValueError where they disagree."""
        held = (folder / FILES[0]).read_text(encoding="utf-8")
        terms = held.split("\n") if held else []
        scores, rows, starts = (
            np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False))
            for name in FILES[1:]
        )
        if len(starts) != len(terms) + 1 or not len(scores) == len(rows) == starts[-1]:
            raise ValueError("the BM25 files do not have a column for each term")
        columns = {term: column for column, term in enumerate(terms)}
        return cls(columns, scores, rows, starts, count=count, languages=languages)

    def write(self, folder: Path) -> None:
        """Write the files named in `FILES`."""
        files.write_text(folder / FILES[0], "\n".join(self._terms))
        files.write_array(folder / FILES[1], self._scores)
        files.write_array(folder / FILES[2], self._rows)
        files.write_array(folder / FILES[3], self._starts)

    def shares(self, question: str) -> Shares:
        """Return each passage's BM25 score as a share of a perfect passage's, (n,)."""
        total = np.zeros(self.count, np.float32)
        perfect = 0.0
        for lookup in self._lookups(question):
            perfect += lookup.weight * lookup.idf
            if lookup.column is not None:
                rows, scores = self._column(lookup.column)
                total[rows] += np.float32(lookup.weight) * scores
        return total / np.float32(perfect) if perfect else total

    def matched(self, question: str, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """Return, for each passage, the question's words that it holds in any form, in order."""
        words: list[list[str]] = [[] for _ in rows]
        for lookup in self._lookups(question):
            if lookup.column is not None:
                held, _ = self._column(lookup.column)
                places = np.searchsorted(held, rows)
                for own, place, row in zip(words, places.tolist(), rows, strict=True):
                    if place < len(held) and held[place] == row and lookup.token not in own:
                        own.append(lookup.token)
        return [tuple(own) for own in words]

    def _lookups(self, question: str) -> list[_Lookup]:
        """The question's distinct terms; those of one token share a weight of 1."""
        lookups = []
        for token in dict.fromkeys(tokenize(question)):
            split = levels(token, self._languages)
            for level in split:
                known = [self._terms[term] for term in level if term in self._terms]
                columns: list[int | None] = [*known] or [None]
                for column in columns:
                    weight = 1 / len(split) / len(columns)
                    lookups.append(_Lookup(token, column, weight, self._idf(column)))
        return lookups

    def _idf(self, column: int | None) -> float:
        held = 0 if column is None else int(self._starts[column + 1] - self._starts[column])
        return _idf(held, self.count)

    def _column(self, column: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        span = slice(self._starts[column], self._starts[column + 1])
        return self._rows[span], self._scores[span]


def coverages(
    question: str, texts: Sequence[str], text_languages: Sequence[str | None]
) -> list[float]:
    """Return the share of the question that each text's words cover, each in [0, 1].

    A word counts by how few of these texts hold it: among sentences of the same passages,
    the word that they all share says nothing about which of them answers.
    """
    held = [set(analyse(text, own)) for text, own in zip(texts, text_languages, strict=True)]
    languages = tuple(sorted({language for language in text_languages if language}))
    covered = np.zeros(len(held))
    perfect = 0.0
    for token in dict.fromkeys(tokenize(question)):
        split = levels(token, languages)
        for level in split:
            found = np.array([not terms.isdisjoint(level) for terms in held], bool)
            weight = _idf(int(found.sum()), len(held)) / len(split)
            covered += weight * found
            perfect += weight
    shares: list[float] = (covered / (perfect or 1.0)).tolist()
    return shares


def _idf(held: int, count: int) -> float:
    return log(1 + (count - held + 0.5) / (held + 0.5))
