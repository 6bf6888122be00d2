"""Write `data/places.toml`: countries, regions, cities, peoples and weekdays in ten languages.

From the Unicode CLDR, as Babel ships it. A people goes by its language's name, which most
languages write as they write its adjective: "kazakh", "казахский".

    python -m rag.training.places
"""

from pathlib import Path

from babel import Locale
from babel.core import get_global

from rag.figures import LANGUAGES

FILE = Path(__file__).parents[1] / "data" / "places.toml"
# Spoken in too many countries to name one.
_NOBODYS = ("en", "pt", "ar", "es", "fa", "ca")
_LANGUAGE = (" тілі", " dili", " język", "ça", "ce")
_HEADER = """\
# Names of the same place, people or weekday in ten languages, for `rag.generate.names`.
# Written by `python -m rag.training.places` from the Unicode CLDR (Unicode License v3).
"""


def main() -> None:
    """Write the file."""
    names: dict[str, dict[str, None]] = {}
    for language in LANGUAGES:
        locale = Locale(language)
        for code, name in _names(locale):
            for written in name.split(" / "):
                names.setdefault(code, {}).setdefault(written.replace('"', "'").casefold())
    lines = [f'{code} = "{"|".join(own)}"' for code, own in sorted(names.items())]
    FILE.write_text(_HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{FILE}: {len(names)} places, {FILE.stat().st_size:,} bytes")


def _names(locale: Locale) -> list[tuple[str, str]]:
    found = [
        (code, name) for code, name in locale.territories.items() if code not in ("ZZ", "XA", "XB")
    ]
    likely = get_global("likely_subtags")
    for language, name in locale.languages.items():
        home = likely.get(language, "").rpartition("_")[2]
        if len(language) == 2 and language not in _NOBODYS and _is_first(language, home):
            for ending in _LANGUAGE:
                name = name.removesuffix(ending) if len(name) > 5 else name
            found.append((home, name))
    for zone, about in Locale("ru").time_zones.items():  # one that names most of them
        area, _, place = zone.rpartition("/")
        if area and about.get("city"):
            own = locale.time_zones.get(zone, {}).get("city")
            if own or locale.script in (None, "Latn"):
                found.append((f'"{zone}"', own or place.replace("_", " ")))
    found += [(f"weekday{day}", name) for day, name in locale.days["format"]["wide"].items()]
    return found


def _is_first(language: str, home: str) -> bool:
    """Tell whether it is the language of a country: most speak it, or both share their name."""
    if len(home) != 2:
        return False
    english = Locale("en")
    shared = english.languages[language][:4] == english.territories[home][:4]
    likely: str = get_global("likely_subtags").get(f"und_{home}", "")
    return bool(shared) or likely.startswith(language + "_")


if __name__ == "__main__":
    main()
