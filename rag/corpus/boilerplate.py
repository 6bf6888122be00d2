"""Which lines of a text belong to the page around an article, and not to the article.

Share buttons, newsletter boxes, links to other articles, cookie notices, by a table of words;
menus, by their form; and lines that many articles share, which the caller knows. When in
doubt a line is the article's.
"""

import re
import tomllib
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

MAX_LINE = 160  # characters; a longer line says something
MENU_LINES = 6  # from so many on, short lines before or after all prose are a menu
_ENTRY_WORDS, _ENTRY_LENGTH = 4, 30
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)")
_LEAD = re.compile(r"^[\s>*_•▪·|+–—-]+")
_WORD = re.compile(r"\w+")
_TEXT_MARKS = re.compile(r"[#\d.!?…:;,]")


def normal_line(line: str) -> str:
    """Return the form in which lines of several articles are compared."""
    return " ".join(line.casefold().split())


def page_lines(
    lines: Sequence[str], prose: Sequence[bool], shared: Collection[str]
) -> frozenset[int]:
    """Return the places of the lines that are the page's.

    `prose` tells of each line whether it states something; `shared` holds the normal forms of
    lines that other articles have too. Where no line would be left, none is the page's.
    """
    found = {
        place
        for place, line in enumerate(lines)
        if line.strip() and (normal_line(line) in shared or _is_of_a_page(line))
    }
    found |= _menus(lines, prose)
    left = any(line.strip() and place not in found for place, line in enumerate(lines))
    return frozenset(found) if left else frozenset()


def _is_of_a_page(line: str) -> bool:
    if len(line) > 4 * MAX_LINE:
        return False
    bare = _LEAD.sub("", _LINK.sub(r"\1", line).strip()).rstrip(" *_→»>…")
    return len(bare) <= MAX_LINE and bool(_patterns().match(bare))


def _menus(lines: Sequence[str], prose: Sequence[bool]) -> set[int]:
    """Return the lines of menus: runs of entries before the first prose, or after the last."""
    said = [place for place, states in enumerate(prose) if states]
    if not said:
        return set()
    found: set[int] = set()
    for places in (range(said[0]), range(said[-1] + 1, len(lines))):
        run: list[int] = []
        for place in [*places, None]:
            if place is not None and not lines[place].strip():
                continue
            if place is not None and _is_entry(lines[place]):
                run.append(place)
                continue
            found |= set(run) if len(run) >= MENU_LINES else set()
            run = []
    return found


def _is_entry(line: str) -> bool:
    bare = _LEAD.sub("", line.strip()[: MAX_LINE + 1])
    linked = _LINK.sub("", bare)
    if bare != linked and not _WORD.search(linked):
        return True
    short = len(bare) <= _ENTRY_LENGTH and len(_WORD.findall(bare)) <= _ENTRY_WORDS
    return short and not _TEXT_MARKS.search(bare)


@cache
def _patterns() -> re.Pattern[str]:
    tables = tomllib.loads(
        (Path(__file__).parents[1] / "data" / "boilerplate.toml").read_text(encoding="utf-8")
    )
    return re.compile("|".join(p for table in tables.values() for p in table), re.IGNORECASE)
