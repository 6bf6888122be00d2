"""A text → the numbers and dates in it, each in one form whatever the language.

"1 700", "1,700" and "1.700" are one number, "deux milliards de dollars" and "$2 billion" one
amount, "6 ноября 2025" and "November 6, 2025" the same day. Which words say so stands in
`data/figures.toml`; the names of months are dateparser's.
"""

import importlib
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex

from rag.terms import NUMBER, plain_number

LANGUAGES = ("fr", "en", "ru", "kk", "tr", "az", "uk", "de", "es", "it")
BEFORE = 3  # words in which a number may be said to be a bound
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_ELIDED = regex.compile(r"^\p{L}{1,2}['’]")
_PIECE = regex.compile(
    rf"(?<![\p{{L}}\d])(?P<number>{NUMBER})|(?P<word>[\p{{L}}\p{{M}}]+(?:['’-][\p{{L}}\p{{M}}]+)*)"
    r"|(?P<sign>[%$€£₸])"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, or a part of a date; `start` and `end` are characters.

    `unit` is "%", a currency's code, "year", "month", "day", or the word behind the number,
    case folded ("" where there is none). `loose` where the text makes it a bound or rough.
    """

    value: float
    unit: str
    start: int
    end: int
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str  # case folded
    start: int
    end: int


def figures(text: str, *, years: bool = True, bare: bool = False) -> list[Figure]:
    """Return the figures of `text` in order.

    A bare four-digit number is a year; without `years` it counts what stands behind it, as
    in an answer to "how many". With `bare`, "a billion" is a number too: 1,000,000,000.
    """
    pieces = [
        _Piece(str(found.lastgroup), unicodedata.normalize("NFKC", found[0]).casefold(),
               found.start(), found.end())
        for found in _PIECE.finditer(text)
    ]  # fmt: skip
    found: list[Figure] = []
    at = 0
    while at < len(pieces):
        figure, at = _figure(pieces, at, years=years, bare=bare)
        if figure:
            found.append(figure)
    return found


def same(one: Figure, other: Figure) -> bool:
    """Tell whether two figures say the same, as far as rounding goes."""
    if one.unit in _DATES or other.unit in _DATES:
        return one.value == other.value
    most = max(abs(one.value), abs(other.value))
    return abs(one.value - other.value) <= 0.005 * most


_DATES = ("year", "month", "day")


def _figure(pieces: list[_Piece], at: int, *, years: bool, bare: bool) -> tuple[Figure | None, int]:
    """Return the figure that begins at a piece, and the place behind it."""
    tables = _tables()
    piece = pieces[at]
    month = _month(pieces, at)
    if month and (len(piece.text) > 3 or _numbers_beside(pieces, at)):
        return Figure(month, "month", piece.start, piece.end), at + 1
    value, end = _number(pieces, at)
    if value is None and bare and piece.text in tables.multipliers:
        value, end = 1.0, at
    if value is None:
        return None, at + 1
    loose = any(p.text in tables.loose for p in pieces[max(0, at - BEFORE) : at])
    if piece.kind == "number" and _is_day(pieces, at):
        return Figure(value, "day", piece.start, piece.end), at + 1
    if (
        years
        and piece.kind == "number"
        and piece.text.isdigit()
        and 1500 <= value < 2100
        and (len(piece.text) == 4 and not _counts(pieces, at))
    ):
        return Figure(value, "year", piece.start, piece.end, loose), at + 1
    sign = pieces[at - 1] if at and pieces[at - 1].kind == "sign" else None
    while end < len(pieces) and pieces[end].text in tables.multipliers:
        value *= tables.multipliers[pieces[end].text]
        end += 1
    unit, behind = _unit(pieces, end)
    if sign and sign.end == piece.start:
        unit = tables.units.get(sign.text, unit)
    return Figure(value, unit, piece.start, pieces[max(end, behind) - 1].end, loose), end


def _number(pieces: list[_Piece], at: int) -> tuple[float | None, int]:
    """Return the number at a piece, and the place behind it: "125", "cent vingt-cinq"."""
    value, end = _value(pieces[at]), at + 1
    while value and pieces[at].kind == "word" and end < len(pieces) and pieces[end].kind == "word":
        room = 100 if value % 100 == 0 else 10 if value % 10 == 0 and value > 10 else 0
        ones = _tables().ones if room == 10 else {}
        behind = _value(pieces[end]) or ones.get(pieces[end].text)
        if not behind or behind >= room:
            break
        value, end = value + behind, end + 1
    return value, end


def _value(piece: _Piece) -> float | None:
    if piece.kind == "number":
        try:
            return float(plain_number(piece.text))
        except ValueError:  # "10:30", "1.2.3"
            return None
    return _word_value(piece.text) if piece.kind == "word" else None


def _word_value(word: str) -> float | None:
    """Return the value of a word for a number, or of several with hyphens between them."""
    tables = _tables()
    if word in tables.numbers or "-" not in word:
        return tables.numbers.get(word)
    head, _, last = word.rpartition("-")
    tens = _word_value(head.removesuffix("-et"))
    ones = tables.numbers.get(last) or tables.ones.get(last)
    if tens is None or ones is None or tens % 10 or ones >= 20:
        return None
    return tens + ones


def _unit(pieces: list[_Piece], at: int) -> tuple[str, int]:
    """Return what is counted, and the place behind it; "of" and the like are passed over."""
    tables = _tables()
    for place in range(at, min(at + 2, len(pieces))):
        piece = pieces[place]
        word = _ELIDED.sub("", piece.text)  # "d'euros"
        if word in tables.units:
            return tables.units[word], place + 1
        if piece.kind == "word" and len(word) > 2:
            return word, place + 1
        if piece.kind == "number":
            break
    return "", at


def _is_day(pieces: list[_Piece], at: int) -> bool:
    """Tell whether a number stands beside the name of a month as its day."""
    value = _value(pieces[at])
    if value is None or not 1 <= value <= 31 or not pieces[at].text.isdigit():
        return False
    return any(_month(pieces, place) for place in (at - 1, at + 1) if 0 <= place < len(pieces))


def _month(pieces: list[_Piece], at: int) -> int | None:
    """Return the month that a word names; with an ending, "қазанда", only beside a number."""
    months, word = _tables().months, pieces[at].text
    if pieces[at].kind != "word" or word in months or not _numbers_beside(pieces, at):
        return months.get(word)
    for length in range(len(word) - 1, max(3, len(word) - 4), -1):
        if word[:length] in months:
            return months[word[:length]]
    return None


def _counts(pieces: list[_Piece], at: int) -> bool:
    """Tell whether a four-digit number counts something: "2000 dollars", "$2000"."""
    tables = _tables()
    around = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]]
    return any(
        p.text in tables.multipliers or tables.units.get(p.text) or p.kind == "sign" for p in around
    )


def _numbers_beside(pieces: list[_Piece], at: int) -> bool:
    return any(p.kind == "number" for p in (*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]))


@dataclass(frozen=True, slots=True)
class _Tables:
    numbers: dict[str, float]
    ones: dict[str, float]
    multipliers: dict[str, float]
    units: dict[str, str]
    loose: frozenset[str]
    months: dict[str, int]


@cache
def _tables() -> _Tables:
    held = tomllib.loads(
        (Path(__file__).parent / "data" / "figures.toml").read_text(encoding="utf-8")
    )
    values = {
        table: {
            word: float(value) for value, words in held[table].items() for word in words.split()
        }
        for table in ("numbers", "ones", "multipliers")
    }
    units = {word: unit for unit, words in held["units"].items() for word in words.split()}
    loose = frozenset(held["loose"]["words"].split())
    return _Tables(**values, units=units, loose=loose, months=_month_names())


def _month_names() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in LANGUAGES:
        data = importlib.import_module(f"dateparser.data.date_translation_data.{language}").info
        for number, month in enumerate(_MONTHS, start=1):
            for name in data[month]:
                if len(plain := name.casefold().rstrip(".")) > 2:  # not "te", but "mai"
                    names.setdefault(plain, number)
    return names
