"""A finished text → its claims: each sentence, and the numbers that it cites.

A citation belongs to the sentence that it stands in or behind, or that follows it on its
line. A line that ends in a colon leads in what follows, and cites what that cites. What
stands in code is a sentence like another, without citations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.corpus.passages import split_sentences
from rag.generate.markers import scan

_MARKUP = "*_#>`~|•-–— \t"


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim: `text[start:end]`, its citations included, and its words without them."""

    start: int
    end: int
    words: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Marker:
    at: int  # among the words
    start: int
    end: int
    numbers: tuple[int, ...]


def find_claims(text: str, spans: Sequence[tuple[int, int]] | None = None) -> list[Stated]:
    """Return the claims of `text` in order: the sentences, or the `spans` where they are known."""
    if spans is not None:
        whole = [_whole(text, start, end) for start, end in spans]
        return [stated for stated in whole if any(map(str.isalnum, stated.words))]
    words, places, markers = _without_markers(text)
    sentences = [
        (s.start, s.end)
        for s in split_sentences(words, language=None)
        if any(c.isalnum() for c in words[s.start : s.end])
    ]
    owned: list[list[_Marker]] = [[] for _ in sentences]
    for marker in markers:
        owner = _owner(marker.at, words, sentences, markers)
        if owner is not None:
            owned[owner].append(marker)
    stated = []
    for (low, high), own in zip(sentences, owned, strict=True):
        start = min([places[low], *(m.start for m in own)])
        end = max([places[high - 1] + 1, *(m.end for m in own)])
        numbers = dict.fromkeys(n for marker in own for n in marker.numbers)
        stated.append(Stated(start, end, words[low:high].strip(_MARKUP), tuple(numbers)))
    return _led_in(stated)


def _owner(
    at: int, words: str, sentences: Sequence[tuple[int, int]], markers: Sequence[_Marker]
) -> int | None:
    """Return the sentence that a citation belongs to."""
    before = [i for i, (low, _) in enumerate(sentences) if low < at]
    behind = [i for i, (low, _) in enumerate(sentences) if low >= at]
    own_line = bool(before) and "\n" not in words[sentences[before[-1]][1] : at]
    inside = own_line and at < sentences[before[-1]][1]
    if own_line and (inside or not _numbers_lead(at, words, markers)):
        return before[-1]
    if behind and "\n" not in words[at : sentences[behind[0]][0]]:
        return behind[0]
    return before[-1] if before else None  # on a line of its own


def _numbers_lead(at: int, words: str, markers: Sequence[_Marker]) -> bool:
    """Tell whether a line has its numbers before its sentences: "[1] It rains. [2] It snows."."""
    low = words.rfind("\n", 0, at) + 1
    high = words.find("\n", at)
    line = [m.at for m in markers if low <= m.at <= (len(words) if high < 0 else high)]
    first, last = words[low : line[0]], words[line[-1] : len(words) if high < 0 else high]
    return not first.strip(_MARKUP) and any(map(str.isalnum, last))


def _without_markers(text: str) -> tuple[str, list[int], list[_Marker]]:
    """Return the words, the place in `text` of each of their characters, and the citations."""
    words: list[str] = []
    places: list[int] = []
    markers: list[_Marker] = []
    at = 0
    for piece in scan(text):
        if piece.kind == "marker":
            while words and words[-1] == " ":  # "so [1]." is "so."
                words.pop()
                places.pop()
            markers.append(_Marker(len(words), at, at + len(piece.text), piece.numbers))
        else:
            words += piece.text
            places += range(at, at + len(piece.text))
        at += len(piece.text)
    return "".join(words), places, markers


def _whole(text: str, start: int, end: int) -> Stated:
    words, _, markers = _without_markers(text[start:end])
    numbers = dict.fromkeys(n for marker in markers for n in marker.numbers)
    return Stated(start, end, words.strip(_MARKUP), tuple(numbers))


def _led_in(stated: list[Stated]) -> list[Stated]:
    """Give what ends in a colon the citations of what follows it."""
    following: dict[int, None] = {}
    led = list(stated)
    for place in range(len(stated) - 1, -1, -1):
        claim = stated[place]
        if claim.words.endswith((":", "：")):
            if not claim.numbers:
                led[place] = replace(claim, numbers=tuple(following))
            following = {}
        else:
            following = dict.fromkeys((*claim.numbers, *following))
    return led
