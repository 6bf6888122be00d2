"""Named fields, as records and front matters have them → metadata.

Knows the names that are in use; a value is kept as it is written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rag.types import Metadata

# In the order in which they are believed. Names are compared without case, "-", "_" and space.
TEXT = (
    *("text", "content", "body", "articlebody", "articletext", "fulltext", "contenttext"),
    *("maintext", "bodytext", "contenthtml", "bodyhtml", "html"),
    *("abstract", "summary", "description"),
)
_TITLE = ("title", "headline", "subject", "name")
_PUBLISHED = (
    *("published", "date", "datepublished", "publicationdate", "publishdate", "publishedat"),
    *("datepublish", "pubdate", "publishedtime", "publishedon", "datetime"),
)
_AUTHOR = ("author", "authors", "byline", "creator", "by")
_SOURCE = ("source", "publisher", "publication", "sitename", "site", "newspaper", "journal")
_LANGUAGE = ("language", "lang", "locale", "inlanguage")
_URL = ("url", "link", "href", "sourceurl", "canonicalurl", "permalink")
MAX_VALUE = 500  # characters; a longer value is no title, name or address
MAX_NAMES = 8  # authors


def described(fields: Mapping[Any, Any]) -> Metadata:
    """Return the metadata among the named fields of a record."""
    known = normalised(fields)

    def first(names: Sequence[str]) -> str | None:
        values = (told(known.get(name)) for name in names)
        return next((value for value in values if value), None)

    return Metadata(
        title=first(_TITLE),
        published=first(_PUBLISHED),
        author=first(_AUTHOR),
        source=first(_SOURCE),
        language=first(_LANGUAGE),
        url=first(_URL),
    )


def believed_language(declared: str | None) -> str | None:
    """Return a language that a program may have declared by itself, unless it is English.

    Templates and office programs declare English whatever they hold; a text shows its language.
    """
    return None if declared is None or declared.lower().startswith("en") else declared


def normalised(fields: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the fields by the names under which they are known here; the first of two stays."""
    known: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(name, str):
            plain = "".join(c for c in name.casefold() if c.isalnum())
            known.setdefault(plain, value)
    return known


def told(value: Any) -> str | None:
    """Return a value as one line; names of several people are joined."""
    if isinstance(value, list):
        names = [name for name in map(_line, value[:MAX_NAMES]) if name]
        return _line(", ".join(names))
    return _line(value)


def _line(value: Any) -> str | None:
    if isinstance(value, Mapping):  # {"name": "…"}, as in JSON-LD
        value = value.get("name")
    if not isinstance(value, str):
        return None
    line = " ".join(value.split())
    return line if 0 < len(line) <= MAX_VALUE else None
