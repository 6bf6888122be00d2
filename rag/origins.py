"""Which file of the folder an article comes from, and what that file was when it was read.

An article is a file, or one of several in a file: then its id begins with the file's name,
as in `news.jsonl#3` or `archive.zip/inner.html`.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from rag.files import sha256
from rag.types import Article

Stamp = tuple[int, int]  # bytes, time of change in nanoseconds

_TICK = 100_000_000  # ns; a file changed twice within this may carry one time


@dataclass(frozen=True, slots=True)
class Origin:
    """An article's file; the hash is None where it changed while it was read."""

    name: str  # relative to the folder
    sha256: str | None


def snapshot(folder: Path) -> dict[str, Stamp]:
    """Return the size and time of every file below `folder`, except in hidden folders."""
    found: dict[str, Stamp] = {}
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(where, name)
            try:
                status = path.stat()
            except OSError:  # gone meanwhile, or a link to nothing
                continue
            found[path.relative_to(folder).as_posix()] = (status.st_size, status.st_mtime_ns)
    return found


class Origins:
    """The files of a folder, noted before its articles are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noted = time.time_ns()
        self._stamps = snapshot(folder) if folder.is_dir() else {}
        self._hashes: dict[str, str | None] = {}

    def of(self, article: Article) -> Origin | None:
        """Return where an article that was just read comes from, or None if from no file."""
        if article.id in self._stamps:
            return Origin(article.id, article.sha256)
        name = self._container(article.id)
        if name is None:
            return None
        if name not in self._hashes:
            self._hashes[name] = self._hash(name)
        return Origin(name, self._hashes[name])

    def _container(self, article_id: str) -> str | None:
        before = article_id.rpartition("#")[0]
        parents = [parent.as_posix() for parent in Path(article_id).parents]
        return next((name for name in (before, *parents) if name in self._stamps), None)

    def _hash(self, name: str) -> str | None:
        """Return a file's hash, if the file is still what it was before it was read."""
        path = self._folder / name
        try:
            found = sha256(path)
            status = path.stat()
        except OSError:
            return None
        same = (status.st_size, status.st_mtime_ns) == self._stamps[name]
        return found if same and status.st_mtime_ns < self._noted - _TICK else None
