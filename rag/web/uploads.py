"""Files that readers of the page add to the folder of an index, which is then brought up to date.

One build runs at a time, and waits for one that somebody else has begun. A file that cannot be
read is taken out of the folder again. Nothing that is there is ever replaced. Why a build
failed is logged, not told: it is not the readers' to mend.
"""

import logging
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Literal

from rag.building.build import build_index
from rag.corpus.articles import MAX_BYTES
from rag.corpus.overrides import NAME as OVERRIDES
from rag.corpus.readers.formats import SUFFIXES, suffix
from rag.errors import CorpusError, IndexLocked, RagError
from rag.index import Index
from rag.store import files

LONGEST_NAME = 200  # bytes
PATIENCE, RETRY = 600.0, 1.0  # seconds: for another's build to end, and between two tries

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index is with what was added."""

    state: Literal["idle", "working", "done", "failed"] = "idle"  # failed: with or without `said`
    what: str = ""
    done: int = 0
    total: int = 0
    said: str = ""  # why a file was not taken


class Uploads:
    """Adds files to the folder of an index. Thread-safe."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._working = False
        self.progress = Progress()

    def add(self, name: str, raw: bytes) -> None:
        """Take a file and begin to index it. Raises CorpusError, with the reason, where not."""
        if problem := _wrong(name, raw):
            raise CorpusError(f"{name!r} {problem}")
        folder = Path(self._index.generation.manifest.folder)
        _write(folder, name, raw)
        with self._lock:
            self._pending.add(name)
            if self._working:
                return
            self._working, self.progress = True, Progress("working")
        threading.Thread(target=self._work, name="uploads", daemon=True).start()

    def _work(self) -> None:
        said: list[str] = []
        failed = False
        while True:
            with self._lock:
                added, self._pending = self._pending, set()
                if not added:
                    self._working = False
                    state: Literal["failed", "done"] = "failed" if failed or said else "done"
                    self.progress = Progress(state, said=" ".join(said))
                    return
            try:
                said += self._build(added)
            except RagError as error:
                _log.error("%s could not be indexed: %s", ", ".join(sorted(added)), error)
                failed = True

    def _build(self, added: set[str]) -> list[str]:
        """Bring the index up to date; return what is to be said of files that were not taken."""
        generation = self._index.generation
        folder = Path(generation.manifest.folder)
        until = monotonic() + PATIENCE
        while True:
            try:
                report = build_index(
                    folder,
                    generation.path.parent.parent,
                    encoder=self._index.encoder,
                    progress=self._tell,
                )
                break
            except IndexLocked:
                if monotonic() > until:
                    raise
                sleep(RETRY)
        refused = {p.path: p.reason for p in report.problems if p.skipped and p.path in added}
        for name in refused:
            files.remove(folder / name)
        return [f"{name} {reason}." for name, reason in refused.items()]

    def _tell(self, what: str, done: int, total: int) -> None:
        self.progress = Progress("working", what, done, total)


def _wrong(name: str, raw: bytes) -> str | None:
    """Tell why a file cannot be taken, None where it can."""
    if not name.isprintable() or name != name.strip() or any(sign in name for sign in '/\\:*?"<>|'):
        return "is no plain file name"
    if name.startswith(".") or name == OVERRIDES or len(name.encode()) > LONGEST_NAME:
        return "is a name that cannot be used here"
    if suffix(name) is None:
        return f"is of no format that can be read ({', '.join(SUFFIXES)})"
    if not raw or len(raw) > MAX_BYTES:
        return f"is empty or larger than {MAX_BYTES // 2**20} MiB"
    return None


def _write(folder: Path, name: str, raw: bytes) -> None:
    """Write a file so that it is there whole or not at all, and only where none is yet."""
    beside = folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
    try:
        with files.create(beside) as file:
            file.write(raw)
        os.link(beside, folder / name)
    except FileExistsError as error:
        raise CorpusError(f"{name!r} is there already") from error
    except OSError as error:
        raise CorpusError(f"{name!r} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            files.remove(beside)
