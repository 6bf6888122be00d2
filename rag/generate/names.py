"""A claim and what it cites → the names in it that do not stand there, in any language.

A name is a word that begins with a capital where a sentence does not, or that holds digits
or further capitals. It stands in a text whose words sound alike ("Токаев", "Tokaïev"), or
that names the same place or body otherwise ("Londres", "UE"; `data/places.toml`, `names.toml`).
A script without capitals has no names that could be seen.
"""

import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Literal

import regex

from rag.terms import latin

DATA = Path(__file__).parents[1] / "data"
ALIKE = 0.8  # of two spellings of a name, and of its cases: "Токаевым", "Tokayev"
ALIKE_SHORT = 0.75  # of names with fewer than three consonants
MOST_WORDS = 4  # of the name of a place

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[.&][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*")
_BEGINS = regex.compile(r"(?:^|[.!?…:;•–—\n«“„\"(])[\s*_#>«“„\"'(-]*$")
_SOUNDS = (
    *(("shch", "s"), ("sch", "s"), ("tch", "s"), ("dzh", "j"), ("dj", "j"), ("zh", "j")),
    *(("kh", "k"), ("gh", "g"), ("ch", "s"), ("sh", "s"), ("ph", "f"), ("th", "t"), ("ts", "s")),
    *(("ck", "k"), ("qu", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("ou", "u"), ("yi", "i")),
    *(("ce", "se"), ("ci", "si"), ("cy", "si"), ("c", "k")),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as written, as it sounds in Latin letters, and its place."""

    written: str
    sound: str
    start: int


Casing = Literal["plain", "name", "unsure"]
"""What a word that is written with a capital is, as far as a vocabulary tells."""


def missing_names(
    claim: str,
    evidence: str,
    *,
    known: Collection[str] = (),
    casing: Callable[[str], Casing] = lambda _: "unsure",
    nouns: bool = False,
) -> list[str]:
    """Return the names of `claim` that `evidence` does not hold, in order.

    `known` are sounds of names: such a word is a name even where a sentence begins. `casing`
    tells words that are no names although they have a capital, and names where a sentence
    begins. With `nouns`, as in German, a capital alone says nothing.
    """
    words, held = words_of(claim), words_of(evidence)
    own, theirs = _places(words), _places(held)
    named = frozenset[str]().union(*theirs.values())
    missing = []
    for place in _names(claim, words, known, casing, nouns=nouns):
        codes = own.get(place, frozenset())
        alike = any(
            _alike(words[place].sound, other.sound)
            and (not codes or not theirs.get(at) or codes & theirs[at])
            and (other.written[0].isupper() or not words[place].written.isupper())  # "US", "us"
            for at, other in enumerate(held)
        )
        if not alike and not codes & named:
            missing.append(words[place].written)
    return missing


def known_names(texts: Sequence[str]) -> frozenset[str]:
    """Return the sounds of the words that are written with a capital inside a sentence."""
    return frozenset(
        word.sound
        for text in texts
        for word in words_of(text)
        if word.written[0].isupper() and not _begins(text, word)
    )


def words_of(text: str) -> list[Word]:
    """Return the words of a text; what an apostrophe parts are two, "Hub’da"."""
    return [Word(found[0], sound(found[0]), found.start()) for found in _WORD.finditer(text)]


def sound(word: str) -> str:
    """Return how a word sounds, roughly, in Latin letters; digits stay."""
    said = latin(word)
    if any(c.isdigit() for c in said):
        return said
    for written, heard in _SOUNDS:
        said = said.replace(written, heard)
    return regex.sub(r"[^a-z]", "", regex.sub(r"(.)\1+", r"\1", said)) or said


def _names(
    text: str,
    words: Sequence[Word],
    known: Collection[str],
    casing: Callable[[str], Casing],
    *,
    nouns: bool,
) -> Iterator[int]:
    """Yield the places of the words that are names."""
    placed = _places(words) if nouns else {}
    for place, word in enumerate(words):
        written = word.written
        if any(c.isdigit() or c.isupper() for c in written[1:]) and written[0].isalpha():
            yield place
        elif not written[0].isupper() or len(written) == 1 or _is_title(word):
            continue
        elif word.sound in known or place in placed:
            yield place
        elif nouns:
            if _goes_on(text, words, place) and not _begins(text, word):
                yield place
        elif _begins(text, word):
            kind = casing(written)
            if kind == "name" or (kind == "unsure" and _goes_on(text, words, place)):
                yield place
        elif casing(written) != "plain":
            yield place


def _goes_on(text: str, words: Sequence[Word], place: int) -> bool:
    """Tell whether a name goes on behind a word: "Bill Gates said", not "Officials said"."""
    word, behind = words[place], words[place + 1 : place + 2]
    return bool(
        behind
        and text[word.start + len(word.written) : behind[0].start] == " "
        and behind[0].written[0].isupper()
        and not _is_title(behind[0])
    )


def _begins(text: str, word: Word) -> bool:
    return _BEGINS.search(text, 0, word.start) is not None


def _alike(one: str, other: str) -> bool:
    """Tell whether two sounds may be one name, in whatever case or transliteration."""
    if one == other:
        return True
    if one[:1] != other[:1] or any(c.isdigit() for c in one + other):
        return False
    bones = sorted((_bones(one), _bones(other)), key=len)
    if len(bones[1]) < 3 <= min(len(one), len(other)) - 1:  # "Kaja", "Кая"
        one, other = (regex.sub("[jy]", "i", said) for said in (one, other))
        return one[:2] == other[:2] and SequenceMatcher(None, one, other).ratio() >= ALIKE_SHORT
    if len(bones[0]) < 3 or not bones[1].startswith(bones[0]) or len(bones[1]) > len(bones[0]) + 2:
        return False
    return SequenceMatcher(None, one, other).ratio() >= ALIKE


def _bones(said: str) -> str:
    """Return a first vowel, as "a", and the consonants, none twice in a row."""
    kept = regex.sub(r"[aeiouyhj]", "", said)
    return ("a" if said[:1] in tuple("aeiouy") else "") + regex.sub(r"(.)\1+", r"\1", kept)


def _places(words: Sequence[Word]) -> dict[int, frozenset[str]]:
    """Return the codes of the place that each word names, alone or with the words behind it."""
    index = _tables().places
    found: dict[int, frozenset[str]] = {}
    for start, word in enumerate(words):
        fitting: dict[tuple[int, int], set[str]] = {}
        if word.written.isupper() and word.sound in _tables().acronyms:
            fitting[1, 0] = set(_tables().acronyms[word.sound])
        for names, code in index.get(word.sound[:2], ()):
            run = words[start : start + len(names)]
            pairs = [(w.sound, name) for w, name in zip(run, names, strict=False)]
            if len(run) == len(names) and all(_is_case(w, name) for w, name in pairs):
                beyond = sum(abs(len(w) - len(name)) for w, name in pairs)
                fitting.setdefault((len(names), -beyond), set()).add(code)
        if fitting:
            best = max(fitting)
            for place in range(start, start + best[0]):
                found[place] = found.get(place, frozenset()) | fitting[best]
    return found


def _is_case(word: str, name: str) -> bool:
    """Tell whether a word is a name or one of its forms: "Казахстану", "chinois"."""
    if word == name:
        return True
    if len(name) < 4:
        return False
    common = 0
    while common < min(len(word), len(name)) and word[common] == name[common]:
        common += 1
    ending = 2 if len(name) > 6 else 1 if name[-1] in "aeiouy" else 0
    return common >= len(name) - ending and len(word) - common <= 4


def _is_title(word: Word) -> bool:
    """Tell whether a word is a title or a kind of body, but for an ending of two letters."""
    plain = _tables().plain
    whole = len(word.sound)
    return any(word.sound[:length] in plain for length in range(max(5, whole - 2), whole + 1)) or (
        word.sound in plain
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    places: dict[str, list[tuple[tuple[str, ...], str]]]  # by the first two letters
    acronyms: dict[str, set[str]]  # by their sound
    plain: frozenset[str]  # sounds


@cache
def _tables() -> _Tables:
    held = tomllib.loads((DATA / "names.toml").read_text(encoding="utf-8"))
    places = tomllib.loads((DATA / "places.toml").read_text(encoding="utf-8"))
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for code, names in [*places.items(), *held["same"].items()]:
        for name in names.split("|"):
            sounds = tuple(word.sound for word in words_of(name))
            if 0 < len(sounds) <= MOST_WORDS:
                index.setdefault(sounds[0][:2], []).append((sounds, code))
    acronyms: dict[str, set[str]] = {}
    for code, names in held["acronyms"].items():
        for name in names.split("|"):
            acronyms.setdefault(sound(name), set()).add(code)
    return _Tables(
        index, acronyms, frozenset(sound(word) for word in held["plain"]["words"].split())
    )
