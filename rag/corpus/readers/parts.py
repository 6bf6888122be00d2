"""What a file gives: one article, or many, or what is wrong with a part of it."""

from dataclasses import dataclass

from rag.corpus.readers.blocks import Extracted


@dataclass(frozen=True, slots=True)
class Part:
    """An article in a file, or a problem in its place, or that the reading of one now begins.

    `place` is what follows the file's name in the article's id: nothing, "#3" or "/a.html".
    """

    place: str
    read: Extracted | None = None
    sha256: str | None = None  # of its own bytes, where the file holds others as well
    problem: str | None = None
    skipped: bool = True  # by the problem; else it was read, with a repair
    entry: int | None = None  # of an archive, which is read next: it may end this process
