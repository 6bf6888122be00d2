"""The words of the page in its four languages: labels, dates, names of languages.

Does not know HTML. Grammar (plural forms, the order of a date) is CLDR's, through Babel.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_date

LANGUAGES = {"en": "English", "fr": "Français", "ru": "Русский", "kk": "Қазақша"}
"""The languages of the page, and what each calls itself."""

DEFAULT = "en"


@cache
def every_label() -> dict[str, dict[str, str | dict[str, str]]]:
    """Return language → name → label, or its plural forms, as the page's script gets them."""
    source = (files("rag") / "data" / "labels.toml").read_text(encoding="utf-8")
    labels = tomllib.loads(source)
    return {language: {name: labels[name][language] for name in labels} for language in LANGUAGES}


def known_language(wanted: object) -> str:
    """Return a language of the page: the wanted one, or English where it is none of them."""
    return wanted if isinstance(wanted, str) and wanted in LANGUAGES else DEFAULT


def label(name: str, language: str, n: int | None = None, /, **values: str) -> str:
    """Return a label, in the form for the number `n` where it has one, with its values in."""
    found = every_label()[language][name]
    if isinstance(found, Mapping):
        found = found[_locale(language).plural_form(n or 0)]
    filled = {**values, "n": str(n)} if n is not None else values
    return re.sub(r"\{(\w+)\}", lambda match: filled.get(match[1], match[0]), found)


def date_text(published: str, language: str) -> str:
    """Return an ISO date as the language writes it; any other text as it is."""
    day = iso_day(published)
    if day is None:
        return published
    written = format_date(day, "long", locale=_locale(language))
    if language == "fr" and day.day == 1:
        return f"1er{written.removeprefix('1')}"
    return written


def date_form(language: str) -> dict[str, object]:
    """Return how the language writes a date: a pattern of {day}, {month}, {year}, and the months.

    Browsers do not know every language of the page.
    """
    names = _locale(language).months["format"]["wide"]
    pattern = date_text("2003-11-22", language)
    parts = {"2003": "{year}", "22": "{day}", names[11]: "{month}"}
    for written, part in parts.items():
        pattern = pattern.replace(written, part)
    return {"pattern": pattern, "months": [names[month] for month in range(1, 13)]}


def iso_day(published: str) -> date | None:
    """Return the day that an ISO date names, None where it is none."""
    try:
        return date.fromisoformat(published)
    except ValueError:
        return None


def language_name(code: str, language: str) -> str:
    """Return what the page's language calls another: "fr" is "французский" in Russian."""
    return str(_locale(language).languages.get(code, code))


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == "en" else language)
