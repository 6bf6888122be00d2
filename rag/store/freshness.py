"""Are articles' files still what was indexed? Asked whenever an article is cited."""

import os
import stat
import time
from pathlib import Path

from rag.store.files import sha256
from rag.store.generation import Generation

_Stamp = tuple[int, int, int]  # inode, bytes, time of change in nanoseconds

_SETTLED = 2_000_000_000  # ns after which another change of a file shows in its time


class Freshness:
    """Compares files with the hashes that a generation holds. Thread-safe.

    A file is read once, and again when its size or time changes.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._folder = Path(generation.manifest.folder)
        self._hashes: dict[str, tuple[_Stamp, str]] = {}

    def changed(self, article_id: str) -> bool | None:
        """Tell whether an article's file changed or went since it was indexed.

        None where that cannot be told: the folder is out of reach, or the article came from
        no file.
        """
        held = self._generation.file_of(article_id)
        if held is None or not self._folder.is_dir():
            return None
        name, sha256 = held
        try:
            return self._hash(name) != sha256
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return None

    def _hash(self, name: str) -> str | None:
        path = self._folder / name
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None
        stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        known = self._hashes.get(name)
        if known and known[0] == stamp:
            return known[1]
        if not os.access(path, os.R_OK):
            raise PermissionError
        found = sha256(path)
        if time.time_ns() - status.st_mtime_ns > _SETTLED:
            self._hashes[name] = (stamp, found)
        return found
