"""Articles → the tables of their passages and sentences, and the texts of both by row.

A row says where its text lies, and carries the digest by which the text's vector is found.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.store.manifest import digest
from rag.types import Article, Passage

KINDS = ("sentence", "furniture")
SENTENCE = KINDS.index("sentence")
PASSAGE_DTYPE = np.dtype(
    [("article", "<u4"), ("start", "<u4"), ("end", "<u4"), ("first", "<u4"), ("last", "<u4"),
     ("digest", "V16")]
)  # fmt: skip
SENTENCE_DTYPE = np.dtype([("start", "<u4"), ("end", "<u4"), ("kind", "u1"), ("digest", "V16")])

Table = npt.NDArray[np.void]

_ROWS = 1 << 14  # rows that are Python objects before they become an array


@dataclass(frozen=True, slots=True)
class Tables:
    """All passages and all sentences of a corpus, in order."""

    passages: Table
    sentences: Table


def split_articles(
    articles: Iterable[Article], split: Callable[[Article], list[Passage]]
) -> Tables:
    """Return the tables of `articles`, each split by `split`."""
    passages, sentences = _Rows(PASSAGE_DTYPE), _Rows(SENTENCE_DTYPE)
    for row, article in enumerate(articles):
        for passage in split(article):
            first = sentences.count
            for s in passage.sentences:
                text = article.text[s.start : s.end]
                sentences.add((s.start, s.end, KINDS.index(s.kind), digest(text)))
            text = article.text[passage.start : passage.end]
            span = (passage.start, passage.end, first, sentences.count)
            passages.add((row, *span, digest(text)))
    return Tables(passages.array(), sentences.array())


def passage_texts(articles: Iterable[Article], tables: Tables) -> Iterator[tuple[Article, str]]:
    """Yield the text of every passage, in the order of rows, with its article."""
    for article, own in _by_article(articles, tables.passages):
        for row in own:
            yield article, article.text[int(row["start"]) : int(row["end"])]


def sentence_texts(articles: Iterable[Article], tables: Tables) -> Iterator[str]:
    """Yield the text of every sentence, in the order of rows."""
    for article, own in _by_article(articles, tables.passages):
        for passage in own:
            for row in tables.sentences[int(passage["first"]) : int(passage["last"])]:
                yield article.text[int(row["start"]) : int(row["end"])]


def _by_article(articles: Iterable[Article], passages: Table) -> Iterator[tuple[Article, Table]]:
    owners = np.ascontiguousarray(passages["article"])
    for number, article in enumerate(articles):
        low, high = np.searchsorted(owners, [number, number + 1])
        yield article, passages[low:high]


class _Rows:
    """Rows that are collected in arrays: a list of tuples takes ten times as much memory."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._dtype = dtype
        self._full: list[Table] = []
        self._open: list[tuple[Any, ...]] = []
        self.count = 0

    def add(self, row: tuple[Any, ...]) -> None:
        self._open.append(row)
        self.count += 1
        if len(self._open) == _ROWS:
            self._full.append(np.array(self._open, self._dtype))
            self._open = []

    def array(self) -> Table:
        whole: Table = np.concatenate([*self._full, np.array(self._open, self._dtype)])
        return whole
