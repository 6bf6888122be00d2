"""Files that must be there, whole: every step that the index takes on the disk.

Each step is one call of the operating system, so that a test can stop or fail any of them.
A step that the system refuses raises IndexUnwritable. What is in the files is not known here.
"""

import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import IndexUnwritable

_BUFFER = 1 << 20  # bytes


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def measure(path: Path) -> dict[str, Any]:
    """Return the size and the SHA-256 of a file."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Turn what the system refuses into IndexUnwritable."""
    try:
        yield
    except OSError as error:
        raise IndexUnwritable(
            f"{path} cannot be written: {error.strerror or error}; what was indexed before still "
            "serves, and the same command goes on from here once that is mended"
        ) from error


class _Raw(io.RawIOBase):
    """A file each of whose writes is one call of `os.write`."""

    def __init__(self, path: Path, flags: int) -> None:
        self._path = path
        with disk(path):
            self._handle = os.open(path, flags | os.O_WRONLY | os.O_CREAT, 0o644)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._handle

    def write(self, content: Any) -> int:
        with disk(self._path):
            return os.write(self._handle, content)

    def close(self) -> None:
        if not self.closed:
            os.close(self._handle)
            super().close()


def create(path: Path) -> io.BufferedWriter:
    """Open a file that does not exist yet, to write bytes into it."""
    return io.BufferedWriter(_Raw(path, os.O_EXCL), _BUFFER)


def append(path: Path) -> io.BufferedWriter:
    """Open a file, existing or not, to write bytes at its end."""
    return io.BufferedWriter(_Raw(path, os.O_APPEND), _BUFFER)


def write_text(path: Path, text: str) -> None:
    """Write a new file, as UTF-8."""
    with create(path) as file:
        file.write(text.encode("utf-8"))


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write a new .npy file."""
    with array_file(path, array.dtype, array.shape) as file:
        write_rows(file, array)


def array_file(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> io.BufferedWriter:
    """Begin a new .npy file; the caller writes the rows' bytes."""
    file = create(path)
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file


def write_rows(file: io.BufferedWriter, rows: npt.NDArray[Any]) -> None:
    """Write the bytes of `rows` at the end of a .npy file that was begun for its dtype."""
    if rows.size:
        file.write(np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data)


def replace_text(path: Path, text: str) -> None:
    """Give a file, existing or not, another content: readers see the old one or the new one."""
    with disk(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        with append(temporary) as file:
            file.write(text.encode("utf-8"))
        sync(temporary)
        with disk(path):
            temporary.chmod(0o644)
            temporary.replace(path)
    except BaseException:
        remove(temporary)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    with disk(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cut(path: Path, size: int) -> None:
    """Shorten a file to its first `size` bytes."""
    with disk(path):
        os.truncate(path, size)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where they do not exist."""
    with disk(path):
        path.mkdir(parents=True, exist_ok=True)


def make_draft(home: Path, prefix: str) -> Path:
    """Make a folder with a new name, which begins with `prefix`."""
    with disk(home):
        draft = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
        draft.chmod(0o755)
    return draft


def rename(old: Path, new: Path) -> None:
    """Give a file or folder another name on the same disk."""
    with disk(new):
        old.rename(new)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it, as far as the system lets us."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # left over: `rag doctor` names it, and the next build tries again
