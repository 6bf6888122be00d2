"""The articles of an index as a list for the page, and what became of their files since.

Does not know HTML; notes are names of labels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.bench.questions import NAME as QUESTIONS
from rag.corpus.overrides import NAME as OVERRIDES
from rag.corpus.readers.formats import suffix
from rag.index import Index
from rag.store.listing import list_articles

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
    title: str | None = None
    author: str | None = None
    source: str | None = None
    published: str | None = None
    language: str | None = None
    indexed: bool = True
    notes: tuple[Note, ...] = ()


def catalogue(index: Index, *, examine: bool) -> list[Entry]:
    """Return every article of the index, and where files are examined, those that are not in it.

    Examining reads each file that has changed its size or time since it was looked at last.
    """
    listed = []
    for about in list_articles(index.generation):
        notes = [Note("same_story", len(about["copies"]))] if about["copies"] else []
        if about["published"] is None:
            notes.append(Note("no_date"))
        if examine and (found := _found(index, about["id"])):
            notes.insert(0, Note(found))
        fields = ("id", "title", "author", "source", "published", "language")
        listed.append(Entry(**{name: about[name] for name in fields}, notes=tuple(notes)))
    return listed + (list(_not_indexed(index)) if examine else [])


def original_file(index: Index, article_id: str) -> Path | None:
    """Return the file that holds an indexed article, None where it is gone or there is no such.

    Only a file that lies in the folder is returned, wherever links lead.
    """
    held = index.generation.file_of(article_id)
    if held is None:
        return None
    folder = Path(index.generation.manifest.folder).resolve()
    path = (folder / held[0]).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def _found(index: Index, article_id: str) -> str | None:
    """Return the label for what became of an article's file, None where it is as it was."""
    if not index.changed(article_id):
        return None
    return "changed" if original_file(index, article_id) else "missing"


def _not_indexed(index: Index) -> Iterator[Entry]:
    generation = index.generation
    held = {(generation.file_of(article) or ("",))[0] for article in generation.article_ids}
    folder, listed = Path(generation.manifest.folder), 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or suffix(path.name) is None or name.as_posix() in held or not path.is_file():
            continue
        if name.as_posix() in (OVERRIDES, QUESTIONS):  # no articles, but about them
            continue
        if listed == MAX_NOT_INDEXED:
            return
        listed += 1
        yield Entry(name.as_posix(), indexed=False, notes=(Note("not_indexed"),))
