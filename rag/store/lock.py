"""One builder at a time: who builds an index, and since when.

The lock is the kernel's (`flock`), so it ends with the process that holds it, however that
ends. What the file says about the holder is for people only.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import IndexLocked
from rag.store import files
from rag.store.files import disk, make_folder

NAME = ".lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that builds, or did when it ended."""

    pid: int
    host: str
    since: str  # ISO 8601, UTC

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


@contextmanager
def building(index: Path) -> Iterator[None]:
    """Hold the index's lock. Raises IndexLocked, naming the holder, where another builds.

    A folder that was made for a first build which came to nothing is gone afterwards.
    """
    new = not index.exists()
    make_folder(index)
    with disk(index / NAME):
        handle = os.open(index / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = _read(handle) or "another process"
            raise IndexLocked(
                f"{index} is being built by {who}; wait until it has finished, or end it"
            ) from error
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = json.dumps(asdict(Holder(os.getpid(), socket.gethostname(), now)))
        with disk(index / NAME):
            os.ftruncate(handle, 0)
            os.write(handle, line.encode())
        try:
            yield
        finally:
            with suppress(OSError):  # what is left names a holder that is gone: harmless
                os.ftruncate(handle, 0)
                if new:
                    _leave_nothing(index)
    finally:
        os.close(handle)


def _leave_nothing(index: Path) -> None:
    """Remove the folder if nothing but the lock is in it."""
    held = {path.relative_to(index).as_posix() for path in index.rglob("*")}
    if held <= {NAME, "generations"}:
        files.remove(index)


def holder(index: Path) -> tuple[Holder | None, bool]:
    """Return who built last without finishing, or builds now, and whether it still does."""
    try:
        handle = os.open(index / NAME, os.O_RDONLY)
    except FileNotFoundError:
        return None, False
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(handle), True
        return _read(handle), False
    finally:
        os.close(handle)


def _read(handle: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(handle, 4096, 0)))
    except (ValueError, TypeError):
        return None  # between the lock and the line that names its holder
