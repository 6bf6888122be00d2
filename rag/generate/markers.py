"""What a model writes, piece by piece → text with its citations as [n].

Models write [1], [1, 2], [1][2], [1-3], 【1】, 【1†source】 and [^1]. What stands in code
is no citation. In a stream nothing is passed on that the next piece could turn into
something else: half a citation, or code that is still open.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import regex

_LONGEST_RANGE = 20
_ITEM = r"\^?\s*\d{1,3}(?:\s*[-–]\s*\d{1,3})?"
_MARKER = regex.compile(
    rf"[\[【［]\s*{_ITEM}(?:\s*[,;、]\s*{_ITEM})*\s*(?:†[^\]】\n]{{0,80}})?[\]】］]"
)
_RANGE = regex.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_FENCE = regex.compile(r"(`{3,}|~{3,})")
_TICKS = regex.compile(r"`+")
_PLAIN = regex.compile(r"[^`~\[【［\n]+|\n+")
_BLANK_LINE = regex.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of what was written; `numbers` are those of a citation."""

    kind: Literal["text", "code", "marker"]
    text: str
    numbers: tuple[int, ...] = ()


class MarkerStream:
    """Takes what a model writes and gives it back with every citation as [n]."""

    def __init__(self, number: Callable[[int], int] = lambda n: n) -> None:
        """`number` gives each cited number the one under which it is shown."""
        self._number = number
        self._held = ""
        self._line_starts = True

    def feed(self, written: str) -> str:
        """Return what is now sure, without what the next piece could change."""
        return self._take(written, final=False)

    def close(self) -> str:
        """Return the rest."""
        return self._take("", final=True)

    def _take(self, written: str, *, final: bool) -> str:
        self._held += written
        told, length = [], 0
        for piece in scan(self._held, final=final, line_starts=self._line_starts):
            length += len(piece.text)
            if piece.kind == "marker":
                shown = dict.fromkeys(self._number(n) for n in piece.numbers)
                told.append("".join(f"[{n}]" for n in shown))
            else:
                told.append(piece.text)
        if length:
            self._line_starts = _begins_line(self._held, length, line_starts=self._line_starts)
            self._held = self._held[length:]
        return "".join(told)


def scan(text: str, *, final: bool = True, line_starts: bool = True) -> Iterator[Piece]:
    """Yield the pieces of `text` in order; unless it is `final`, only those that are sure."""
    at = 0
    while at < len(text):
        begins_line = _begins_line(text, at, line_starts=line_starts)
        piece = _code(text, at, begins_line=begins_line, final=final) or _marker(text, at, final)
        if piece is _OPEN:
            return
        if piece is None:
            plain = _PLAIN.match(text, at)
            piece = Piece("text", plain[0] if plain else text[at])
        yield piece
        at += len(piece.text)


def _begins_line(text: str, at: int, *, line_starts: bool) -> bool:
    """Tell whether nothing but spaces stands before `at` in its line."""
    _, line_break, line = text[:at].rpartition("\n")
    return not line.strip() and (bool(line_break) or line_starts)


_OPEN = Piece("text", "")  # what follows decides


def _marker(text: str, at: int, final: bool) -> Piece | None:
    found = _MARKER.match(text, at, partial=not final)
    if found is None:
        return None
    if found.partial:
        return _OPEN
    numbers: list[int] = []
    for part in _RANGE.finditer(found[0].partition("†")[0]):
        low, high = int(part[1]), int(part[2] or part[1])
        ranged = range(low, high + 1) if 0 <= high - low < _LONGEST_RANGE else (low, high)
        numbers += ranged
    return Piece("marker", found[0], tuple(dict.fromkeys(numbers)))


def _code(text: str, at: int, *, begins_line: bool, final: bool) -> Piece | None:
    """Return the code that begins here: a fenced block, or a run between backticks."""
    fence = _FENCE.match(text, at) if begins_line else None
    if fence:
        closing = regex.compile(
            rf"\n[ ]{{0,3}}{fence[0][0]}{{{len(fence[0])},}}[ \t]*(?=\n|$)"
        ).search(text, fence.end())
        if closing and (final or closing.end() < len(text)):
            return Piece("code", text[at : closing.end()])
        return Piece("code", text[at:]) if final else _OPEN
    if not final and begins_line and text[at] in "`~" and not text[at:].strip(text[at]):
        return _OPEN  # the beginning of a fence
    ticks = _TICKS.match(text, at)
    if ticks is None:
        return None
    if not final and ticks.end() == len(text):
        return _OPEN
    paragraph = _BLANK_LINE.search(text, ticks.end())
    end = paragraph.start() if paragraph else len(text)
    for closing in _TICKS.finditer(text, ticks.end(), end):
        if len(closing[0]) == len(ticks[0]) and (final or closing.end() < len(text)):
            return Piece("code", text[at : closing.end()])
    return Piece("text", ticks[0]) if final or paragraph else _OPEN
