"""What the articles of a corpus have in common: copies of one another, and lines of their pages.

Articles are taken one by one; of each, a signature and the hashes of its lines are kept, not
its text. Articles that are nearly the same form a group, which its first stands for. A line
that several other articles of its folder or source have is no part of any: articles that
resemble each other count as one there, or a story sent five times would lose all its lines.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rensa import RMinHash, RMinHashLSH

from rag.corpus.boilerplate import MAX_LINE, normal_line
from rag.corpus.passages import split_sentences
from rag.corpus.shingles import shingles
from rag.figures import figures
from rag.types import Article

RULES = 1  # raise it when a change here groups other articles, or finds other lines
NEARLY_SAME = 0.8  # Jaccard similarity of two articles' runs of three words
ALIKE = 0.5  # from here on two articles count as one when lines are counted
SHARED_BY = 3  # articles
MOSTLY_OWN = 0.5  # share of its lines above which an article keeps those that others have

_PERMUTATIONS, _BANDS, _SEED = 128, 32, 1  # 32 bands of 4 find nearly all pairs above ALIKE
_NEIGHBOURS = 100  # earlier articles with which one is compared
_LOOKED_AT = 200_000  # characters of an article
_UNSURE = 0.1  # by which a signature may err

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The rows of the first article of each one's group, (articles,), and the shared lines."""

    leaders: npt.NDArray[np.int32]
    shared: frozenset[int]

    def shared_lines(self, article: Article) -> frozenset[str]:
        """Return the lines of an article that belong to its page because others have them."""
        lines = _lines(article)
        found = {line for line in lines if any(key in self.shared for key in _keys(article, line))}
        return frozenset(found) if len(found) < MOSTLY_OWN * len(lines) else frozenset()


class Comparison:
    """Takes the articles of a corpus, in the order of their rows, and compares them."""

    def __init__(self) -> None:
        self._near = RMinHashLSH(ALIKE, _PERMUTATIONS, _BANDS)
        self._signatures: dict[int, RMinHash] = {}  # all that differ
        self._stands_for: list[int] = []  # by row: the first article that it resembles
        self._candidates: list[tuple[int, int]] = []  # (row, earlier row): perhaps nearly the same
        self._lines: list[Keys] = []

    def add(self, article: Article) -> None:
        """Take the next article."""
        row = len(self._stands_for)
        keys = {key for line in _lines(article) for key in _keys(article, line)}
        self._lines.append(np.fromiter(keys, np.uint64, len(keys)))
        signature = RMinHash(_PERMUTATIONS, _SEED)
        signature.update(sorted(shingles(_said(article))))
        near = sorted(self._near.query(signature))[:_NEIGHBOURS]
        like = {other: signature.jaccard(self._signatures[other]) for other in near}
        alike = [other for other in near if like[other] >= ALIKE]
        self._candidates += [(row, o) for o in alike if like[o] >= NEARLY_SAME - _UNSURE]
        self._stands_for.append(self._stands_for[alike[0]] if alike else row)
        if not any(like[other] == 1.0 for other in near):
            self._signatures[row] = signature
            self._near.insert(row, signature)

    def settle(self, article_of: Callable[[int], Article]) -> Resemblance:
        """Return what the articles have in common; `article_of` reads one again, by its row."""
        leaders = np.arange(len(self._stands_for), dtype=np.int32)
        for row, other in self._candidates:
            leader = int(leaders[other])
            if leaders[row] == row and is_copy(article_of(row), article_of(leader)):
                leaders[row] = leader
        return Resemblance(leaders, self._shared())

    def _shared(self) -> frozenset[int]:
        together: dict[int, list[Keys]] = {}
        for row, keys in enumerate(self._lines):
            together.setdefault(self._stands_for[row], []).append(keys)
        once = [np.unique(np.concatenate(keys)) for keys in together.values()]
        if not once:
            return frozenset()
        keys, counts = np.unique(np.concatenate(once), return_counts=True)
        return frozenset(keys[counts >= SHARED_BY].tolist())


def is_copy(one: Article, other: Article) -> bool:
    """Tell whether two articles say nearly the same, with the same numbers."""
    said, others = _said(one), _said(other)
    words, other_words = shingles(said), shingles(others)
    alike = len(words & other_words) >= NEARLY_SAME * len(words | other_words) > 0
    return alike and _numbers(said) == _numbers(others)


def _said(article: Article) -> list[str]:
    """Return the sentences of an article; of one without any, its lines."""
    text = article.text[:_LOOKED_AT]
    sentences = split_sentences(text, language=article.metadata.language)
    return [text[s.start : s.end] for s in sentences if s.kind == "sentence"] or [text]


def _numbers(texts: list[str]) -> frozenset[float]:
    return frozenset(figure.value for text in texts for figure in figures(text))


def _lines(article: Article) -> frozenset[str]:
    """Return the lines of an article that may be its page's, in their normal form.

    What says who wrote the article, where and when is the article's, although others say it too.
    """
    about = article.metadata
    year = about.published[:4] if about.published else None
    own = [normal_line(v) for v in (about.title, about.author, about.source, year) if v]
    lines = {
        normal_line(line)
        for line in article.text[:_LOOKED_AT].splitlines()
        if 0 < len(line.strip()) <= 2 * MAX_LINE
    }
    return frozenset(line for line in lines if line and not any(value in line for value in own))


def _keys(article: Article, line: str) -> list[int]:
    """Return the keys of a line: of its folder, and of its source where that is known."""
    folder = article.id.rpartition("/")[0]
    owners = [f"folder {folder}"]
    if article.metadata.source:
        owners.append(f"source {article.metadata.source}")
    return [
        int.from_bytes(hashlib.blake2b(f"{owner}\n{line}".encode(), digest_size=8).digest(), "big")
        for owner in owners
    ]
