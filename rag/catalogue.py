"""The articles of an index as a list, and what became of their files since.

Does not know HTML; notes are names of labels.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.articles import READERS
from rag.index import Index
from rag.types import Article

State = Literal["same", "changed", "missing"]

MAX_NOT_INDEXED = 200  # files that are listed though they are not in the index


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about an article: the name of a label, and its number."""

    label: str
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. Dates and languages are ISO codes, for the page to write out."""

    id: str
    title: str | None
    author: str | None
    source: str | None
    published: str | None
    language: str | None
    characters: int
    indexed: bool
    notes: tuple[Note, ...]


def catalogue(index: Index) -> list[Entry]:
    """Return every article of the index, then the files of its folder that are not in it."""
    articles = [index.article(article_id) for article_id in index.articles()]
    copies = Counter(article.sha256 for article in articles)
    listed = [_entry(index, article, copies[article.sha256] - 1) for article in articles]
    unread = [
        Entry(name, None, None, None, None, None, 0, False, (Note("not_indexed"),))
        for name in _not_indexed(index, {article.id for article in articles})
    ]
    return listed + unread


def original_file(index: Index, article_id: str) -> Path | None:
    """Return an indexed article's file, None where it is gone. Raises CorpusError for no article.

    Only a file that lies in the folder is returned, wherever links lead.
    """
    index.article(article_id)
    folder = Path(index.generation.manifest.folder).resolve()
    path = (folder / article_id).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def state(index: Index, article: Article) -> State:
    """Tell what became of an article's file since it was indexed."""
    path = original_file(index, article.id)
    if path is None:
        return "missing"
    with path.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == article.sha256
    return "same" if same else "changed"


def _entry(index: Index, article: Article, copies: int) -> Entry:
    about, now = article.metadata, state(index, article)
    notes = [] if now == "same" else [Note(now)]
    if copies:
        notes.append(Note("same_story", copies))
    if about.published is None:
        notes.append(Note("no_date"))
    return Entry(
        id=article.id,
        title=about.title,
        author=about.author,
        source=about.source,
        published=about.published,
        language=about.language,
        characters=len(article.text),
        indexed=True,
        notes=tuple(notes),
    )


def _not_indexed(index: Index, known: set[str]) -> list[str]:
    folder = Path(index.generation.manifest.folder)
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and path.suffix.lower() in READERS and name.as_posix() not in known:
            found.append(name.as_posix())
    return found[:MAX_NOT_INDEXED]
