"""A claim and what it cites → the numbers and dates in it that do not stand there.

In any language and format: "1 700" is "1,700", "two billion dollars" is "2 milliards de
dollars", "06.11.2025" is "6 novembre 2025". A number may be given rounded, with fewer
digits; a unit may be translated, but not "petaflops" into "exaflops".
"""

from collections.abc import Iterator
from dataclasses import replace

import regex

from rag.figures import Figure, figures, same
from rag.terms import latin

_DATES = ("year", "month", "day")
_CURRENCIES = ("USD", "EUR", "KZT", "GBP")
_NUMERIC = regex.compile(
    r"(?<![\d.])(?:(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})"
    r"|(?P<one>\d{1,2})[-./](?P<two>\d{1,2})[-./](?P<year>\d{4}))(?![\d])"
)
_DIGITS = regex.compile(r"\d[\d.,:  \u00a0\u202f’']*\d|\d")
_ARTICLE = regex.compile(
    r"(?<!\p{L})(?:un|une|one|an?|один|одна|одно|одного|одной|одну|бір|bir|uno|una|eine?[mnrs]?)"
    r"(?:['’]|\s+)(\p{L}+)",
    regex.IGNORECASE,
)
_SYMBOL = regex.compile(r"\s?([kKMGTPEcmкМГТПсм]?(?:Wh|W|B|o|Hz|m|g|Вт|Б|Гц|м|г))(?![\p{L}\d])")
_PREFIXES = ("exa", "eksa", "peta", "tera", "giga", "mega", "kilo", "centi", "santi", "milli")
_SIZES = ("e", "p", "t", "g", "m", "k", "c", "")
_MEASURES = ("flops", "wh", "vt", "w", "hz", "gts", "b", "o", "m", "g")  # "МВт" is "mvt"
_COMPOUND = regex.compile(r"\p{L}+(?:-\p{L}+)+")


def missing_amounts(claim: str, evidence: str) -> list[str]:
    """Return the numbers and parts of dates of `claim` that `evidence` does not hold."""
    said, held = _amounts(claim), _amounts(evidence)
    singles = {found[1].casefold() for found in _ARTICLE.finditer(evidence)}
    missing = [
        figure
        for figure in said
        if not any(_says(other, figure) for other in held)
        and not (figure.value == 1 and any(word.startswith(figure.unit) for word in singles))
    ]
    told = [(f.start, claim[f.start : f.end].strip()) for f in missing]
    # What could not be read as a number, "10:30", must stand there as it is.
    for found in _DIGITS.finditer(claim):
        read = any(f.start < found.end() and found.start() < f.end for f in said)
        if not read and found[0] not in evidence and not _in_word(claim, found.start()):
            told.append((found.start(), found[0]))
    return list(dict.fromkeys(text for _, text in sorted(told)))


def _amounts(text: str) -> list[Figure]:
    """Return the figures of `text`; a date in digits as its parts."""
    text = _COMPOUND.sub(_parted, text)
    whole = [(d.start(), d.end()) for d in _NUMERIC.finditer(text)]
    return list(_dates(text)) + [
        _with_symbol(text, figure)
        for figure in figures(text, bare=True)
        if not any(low <= figure.start < high for low, high in whole)
    ]


def _parted(found: "regex.Match[str]") -> str:
    """Write "two-exaflop" as two words; "vingt-cinq" is one number."""
    return found[0] if figures(found[0]) else found[0].replace("-", " ")


def _with_symbol(text: str, figure: Figure) -> Figure:
    """Give a number the symbol behind it as its unit: "200 MW"."""
    number = _DIGITS.match(text, figure.start)
    symbol = _SYMBOL.match(text, number.end()) if number else None
    return replace(figure, unit=symbol[1]) if symbol and figure.unit not in _DATES else figure


def _dates(text: str) -> Iterator[Figure]:
    for found in _NUMERIC.finditer(text):
        parts = [int(part) for part in found.groups() if part]
        year, rest = (parts[0], parts[1:]) if found["y"] else (parts[2], parts[:2])
        yield Figure(year, "year", found.start(), found.end())
        month, day = rest if found["y"] or rest[0] <= 12 < rest[1] else reversed(rest)
        yield Figure(month, "month", found.start(), found.end())
        yield Figure(day, "day", found.start(), found.end())


def _says(held: Figure, claimed: Figure) -> bool:
    """Tell whether what is held says what is claimed."""
    if claimed.unit in _DATES or held.unit in _DATES:
        if held.value != claimed.value:
            return False
        # "1700 companies" looks like a year, and in "3–4 May" only the second is seen as a day.
        return (
            held.unit == claimed.unit
            or (claimed.unit == "year" and held.unit not in _DATES)
            or {held.unit, claimed.unit} in ({"day", ""}, {"year", ""})
        )
    return _same_value(held, claimed) and _same_unit(held.unit, claimed.unit)


def _same_value(held: Figure, claimed: Figure) -> bool:
    if held.value == claimed.value:
        return True
    return same(held, claimed) and _digits(claimed.value) < _digits(held.value)


def _digits(value: float) -> int:
    """Return how many digits of a number are significant."""
    return len(f"{value:.12g}".replace(".", "").partition("e")[0].strip("0"))


def _same_unit(held: str, claimed: str) -> bool:
    """Tell whether two units may be the same; of words in two languages that is not known."""
    if "%" in (held, claimed):
        return held == claimed
    if claimed in _CURRENCIES:
        return held == claimed
    if not held or not claimed:
        return True
    return _measure(held) == _measure(claimed)


def _measure(unit: str) -> tuple[str, str] | None:
    """Return the size and kind of a measure, "petaflops", "MW"; None of any other unit."""
    word = latin(unit)
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + 2:
            kind = word[len(prefix)]
            return prefix.replace("eksa", "exa").replace("santi", "centi")[0], _KINDS.get(
                kind, kind
            )
    for measure in _MEASURES:
        size = word.removesuffix(measure)
        if size != word and size in _SIZES:
            return size, _KINDS.get(measure[0], measure[0])
    return None


_KINDS = {"o": "b", "v": "w"}  # "octet", "ватт"


def _in_word(text: str, at: int) -> bool:
    """Tell whether digits belong to a name, "H200"; names are looked at elsewhere."""
    return at > 0 and text[at - 1].isalpha()
