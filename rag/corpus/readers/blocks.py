"""Paragraphs, headings, list items and rows → one text, and marks of where each part begins.

What every reader of a structured format makes first; knows no format.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.types import Mark, Metadata

MAX_HEADING = 200  # characters of a heading that a citation carries

# Control characters but tab and line feed, soft hyphens, invisible marks, noncharacters, halves
# of surrogate pairs, and the overrides that make text run backwards.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u202d\u202e\u2060\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n\u00a0\u202f]+")
_LINE_ENDS = re.compile(r" ?\r\n? ?|[ \t]*[\x0b\x0c\x85\u2028\u2029\n][ \t]*")

_UNSAID = Metadata()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, a list item or a table's row."""

    text: str
    heading: bool = False
    tight: bool = False  # no blank line between it and a tight block before it
    page: int | None = None
    turns: tuple[tuple[int, int], ...] = ()  # where in its text another page begins: which


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a reader found in a file. `metadata` holds what the format says, as it says it."""

    text: str
    metadata: Metadata = _UNSAID
    marks: tuple[Mark, ...] = ()


def clean(text: str) -> str:
    """Return `text` without what cannot be seen, white space in a line made single spaces."""
    text = _LINE_ENDS.sub("\n", text)
    text = _UNSEEN.sub("", _SURROGATE.sub("\ufffd", text))
    return _SPACES.sub(" ", text).strip()


def assemble(blocks: Iterable[Block], metadata: Metadata) -> Extracted:
    """Join cleaned blocks, with a blank line between all that are not tight."""
    parts: list[str] = []
    marks: list[Mark] = []
    length, tight, page, heading = 0, False, None, None
    for block in blocks:
        text = clean(block.text)
        if not text:
            continue
        if parts:
            gap = "\n" if tight and block.tight else "\n\n"
            parts.append(gap)
            length += len(gap)
        if block.heading:
            heading = " ".join(text.split())[:MAX_HEADING]
        page = block.page or page
        if (page, heading) != ((marks[-1].page, marks[-1].heading) if marks else (None, None)):
            marks.append(Mark(length, page, heading))
        for place, turned in block.turns:
            page = turned
            marks.append(Mark(length + place, page, heading))
        parts.append(text)
        length += len(text)
        tight = block.tight
    return Extracted("".join(parts), metadata, tuple(marks))
