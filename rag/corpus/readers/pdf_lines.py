"""The lines of a PDF's pages → its paragraphs.

A line goes on in the next where the next one's first word would not have fitted behind it, or
where a column or page ends inside a sentence. Page numbers and running heads are left out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low

from rag.corpus.readers.blocks import Block, clean

_AT_EDGE = 2  # lines from the top or bottom of a page among which running heads are
_NUMBER = re.compile(
    r"\W*(?:page|seite|página|pagina|страница|стр|с|sayfa|səhifə|бет|p|s)?\W*"
    r"\d{1,4}\W*(?:(?:of|sur|von|из|de|/)\W*\d{1,4})?\W*",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"\w+(?:-\w+)+")
_DIGITS = re.compile(r"\d+")
_ENDS = re.compile(r"[.!?…:;。！？؟।]['\"»”’)\]]*$")
_BULLET = re.compile(r"\s*(?:[•◦▪‣·–—-]|\d{1,3}[.)])\s+\S")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page. Lengths are in points; `base` grows upwards."""

    text: str
    left: float
    right: float
    base: float
    size: float  # of its letters
    word: float  # the width of its first word
    hyphen: bool = False  # its last word goes on in the next line


def paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[Block]:
    """Yield the paragraphs of all pages, each with the page on which it begins."""
    running = _running_heads(pages)
    numbered = [
        (number, replace(line, text=clean(line.text)))
        for number, page in enumerate(pages, 1)
        for place, line in enumerate(page)
        if clean(line.text) and not _is_running(line, place, len(page), running)
    ]
    pitch = _pitch([line for _, line in numbered])
    numbered = list(_whole_lines(numbered, pitch))
    lines = [line for _, line in numbered]
    edges = _right_edges(lines, pitch)
    compounds = frozenset(
        word.casefold() for line in lines for word in _COMPOUND.findall(line.text)
    )
    said, begun = "", 1
    turns: list[tuple[int, int]] = []
    for place, (number, line) in enumerate(numbered):
        if not said:
            begun, turns = number, []
        elif number != numbered[place - 1][0]:
            turns.append((len(said), number))
        said += line.text
        following = lines[place + 1] if place + 1 < len(lines) else None
        if following and line.hyphen:
            said = _hyphenated(said, following.text, compounds)
        elif following and _goes_on(line, following, edges[place], pitch, said):
            said += " "
        else:
            tight = bool(_BULLET.match(said))
            yield Block(said, page=begun, tight=tight, turns=tuple(turns))
            said = ""


def _whole_lines(numbered: Sequence[tuple[int, Line]], pitch: float) -> Iterator[tuple[int, Line]]:
    """Join what stands in one line, such as a raised figure and what follows it."""
    held: tuple[int, Line] | None = None
    for number, line in numbered:
        if held and held[0] == number and _goes_on_beside(held[1], line, pitch):
            before = held[1]
            main = max(before, line, key=lambda one: one.right - one.left)
            space = " " if line.left - before.right > 0.15 * pitch else ""
            joined = Line(
                f"{before.text}{space}{line.text}",
                *(before.left, line.right, main.base, main.size, before.word, line.hyphen),
            )
            held = number, joined
            continue
        if held:
            yield held
        held = number, line
    if held:
        yield held


def _goes_on_beside(line: Line, following: Line, pitch: float) -> bool:
    level = abs(line.base - following.base) < 0.5 * pitch
    return level and not line.hyphen and -1 <= following.left - line.right < pitch


def _running_heads(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Return what stands at the edge of most pages, whatever its numbers."""
    seen: Counter[str] = Counter()
    for page in pages:
        edge = [*page[:_AT_EDGE], *page[_AT_EDGE:][-_AT_EDGE:]]
        seen.update({_pattern(line) for line in edge})
    least = max(2, len(pages) / 2)
    return frozenset(text for text, count in seen.items() if count >= least)


def _pattern(line: Line) -> str:
    return _DIGITS.sub("0", " ".join(line.text.split()))


def _is_running(line: Line, place: int, count: int, running: frozenset[str]) -> bool:
    if _AT_EDGE <= place < count - _AT_EDGE:
        return False
    number = count > 1 and place in (0, count - 1) and _NUMBER.fullmatch(line.text.strip())
    return bool(number) or _pattern(line) in running


def _pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance from one line to the next."""
    steps = [a.base - b.base for a, b in pairwise(lines) if a.size == b.size and a.base > b.base]
    return median_low(steps) if steps else 12.0


def _right_edges(lines: Sequence[Line], pitch: float) -> list[float]:
    """Return how far to the right the lines around each line go: their column's edge."""
    rights: dict[int, list[float]] = {}  # of the lines that begin in the same place
    for line in lines:
        rights.setdefault(round(line.left / pitch), []).append(line.right)
    usual = {left: sorted(ends)[3 * len(ends) // 4] for left, ends in rights.items()}
    edges: list[float] = []
    block: list[Line] = []
    for place, line in enumerate(lines):
        block.append(line)
        if place + 1 == len(lines) or not _below(line, lines[place + 1], pitch):
            edge = max(one.right for one in block)
            edges += [max(edge, usual[round(one.left / pitch)]) for one in block]
            block = []
    return edges


def _below(line: Line, following: Line, pitch: float) -> bool:
    """Tell whether a line stands right below another, in letters of its size."""
    same = abs(line.size - following.size) <= 0.05 * line.size
    near = 0 < line.base - following.base <= 1.3 * pitch
    return same and near and following.left < line.right and following.right > line.left


def _goes_on(line: Line, following: Line, edge: float, pitch: float, said: str) -> bool:
    if _BULLET.match(following.text):
        return False
    if _below(line, following, pitch):
        full = line.right + 0.25 * pitch + following.word > edge
        return full and not _is_centred(line, following, pitch)
    moved = following.base > line.base or following.left > line.right
    same = abs(line.size - following.size) <= 0.05 * line.size
    return moved and same and not _ENDS.search(said) and following.text[:1].islower()


def _is_centred(line: Line, following: Line, pitch: float) -> bool:
    """Tell titles and names, one below the other, from the lines of a paragraph."""
    indented = abs(line.left - following.left) > 1.5 * pitch
    centres = abs(line.left + line.right - following.left - following.right) < pitch
    return indented and centres


def _hyphenated(said: str, following: str, compounds: frozenset[str]) -> str:
    """Join a hyphenated word: with its hyphen where the text has it so, or where names meet."""
    before = re.search(r"\w+$", said)
    after = re.match(r"\w+", following)
    if not before or not after:
        return said + "-"
    known = f"{before[0]}-{after[0]}".casefold() in compounds
    return said + "-" if known or after[0][0].isupper() or after[0][0].isdigit() else said
