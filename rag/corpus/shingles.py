"""Texts → their runs of words, by which it is told how much two of them have in common."""

from collections.abc import Iterable

from rag.terms import tokenize


def shingles(texts: Iterable[str]) -> frozenset[str]:
    """Return the runs of three words in the texts, or of fewer where a text has no more."""
    found: set[str] = set()
    for text in texts:
        words = tokenize(text)
        found |= {" ".join(words[i : i + 3]) for i in range(max(len(words) - 2, 1))}
    return frozenset(found - {""})
