"""A zip archive of articles → the articles, each read by the reader of its format."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from rag.corpus.readers.formats import ARCHIVE, read_file, suffix
from rag.corpus.readers.parts import Part
from rag.corpus.readers.zipped import checked_archive, member
from rag.errors import CorpusError

MAX_NAME = 1000  # characters
_SHOWN = 80  # characters of a name that is wrong


def read_zip(raw: bytes, first: int) -> Iterator[Part]:
    """Yield the articles of an archive from its entry `first` on, and what is wrong with others."""
    with checked_archive(raw) as archive:
        if not any(suffix(entry.orig_filename) for entry in archive.infolist()):
            raise CorpusError("holds no file of a known format")
        seen: set[str] = set()
        for number, entry in enumerate(archive.infolist()):
            kind = suffix(entry.orig_filename)
            if kind is None or _is_hidden(entry.filename):
                continue
            wrong = _wrong_name(entry, seen)
            seen.add(entry.filename)
            if number < first:
                continue
            place = f"/{entry.filename[: _SHOWN if wrong else None]}"
            if wrong:
                yield Part(place, problem=wrong)
            else:
                yield Part(place, entry=number)
                yield from _members(archive, entry, kind, place)


def _members(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, kind: str, place: str
) -> Iterator[Part]:
    try:
        raw = member(archive, entry)
        if kind == ARCHIVE:
            raise CorpusError("is an archive in an archive; unpack it")
        for part in read_file(raw, kind):
            sha256 = part.sha256 or hashlib.sha256(raw).hexdigest()
            yield replace(part, place=place + part.place, sha256=sha256)
    except CorpusError as error:
        yield Part(place, problem=str(error))


def _wrong_name(entry: zipfile.ZipInfo, seen: set[str]) -> str | None:
    """Return what is wrong with a member's name, if anything is."""
    name, parts = entry.filename, entry.filename.split("/")
    if len(name) > MAX_NAME:
        return f"has a name of {len(name)} characters"
    if "\x00" in entry.orig_filename:
        return "has a NUL in its name"
    if name.startswith("/") or "\\" in name or ".." in parts or name[1:2] == ":":
        return "has a name that leads out of its archive"
    return "stands twice in its archive" if name in seen else None


def _is_hidden(name: str) -> bool:
    """Tell what programs put into archives for themselves."""
    return any(part.startswith(".") and part.strip(".") for part in name.split("/")) or (
        name.startswith("__MACOSX/")
    )
