"""Vectors that an unfinished build has computed: kept on the disk, so that none is lost.

    index/vectors/<encoder>.cache    a header, then records of one size: digest, check, vector

Records are only ever appended, a batch at a time, each batch flushed to the disk. What a crash
left at the end, and any record whose check does not hold, is left out. The file goes when the
generation that holds its vectors is live.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from rag.store import files

FOLDER = "vectors"
Digests = npt.NDArray[np.bytes_]  # (n,) of 16 bytes
Rows = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]  # (n, d)

_MAGIC = b"rag vectors 1\n"
_HEADER = 64  # bytes
_BLOCK = 4096  # records read at once


@dataclass(frozen=True, slots=True)
class CacheState:
    """One file of vectors: how many of its records hold."""

    path: Path
    good: int
    bad: int


def cached(index: Path) -> list[CacheState]:
    """Return the files of vectors that unfinished builds have left, every record checked."""
    return [_state(path) for path in sorted((index / FOLDER).glob("*.cache"))]


def _state(path: Path) -> CacheState:
    with path.open("rb") as file:
        header = file.read(_HEADER)
        said = header.removeprefix(_MAGIC).split(b" ")[0]  # the dimension
        if len(header) < _HEADER or not said.isdigit() or not 0 < int(said) < 1 << 16:
            return CacheState(path, 0, 1)
        blocks = [good for _, good in _read_blocks(file, _record(int(said)))]
    checked = np.concatenate([np.zeros(0, bool), *blocks])
    return CacheState(path, int(checked.sum()), int((~checked).sum()))


def _record(dimension: int) -> np.dtype[Any]:
    return np.dtype([("digest", "S16"), ("check", "S8"), ("vector", "<f4", dimension)])


def _read_blocks(
    file: BinaryIO, dtype: np.dtype[Any]
) -> Iterator[tuple[Digests, npt.NDArray[np.bool_]]]:
    """Yield the digests of the whole records that follow, and whether each record's check holds."""
    while True:
        read = file.read(_BLOCK * dtype.itemsize)
        block = np.frombuffer(read, dtype, len(read) // dtype.itemsize)
        if not len(block):
            return
        yield block["digest"], block["check"] == _checks(block["digest"], block["vector"])


def forget(index: Path, fingerprint: str) -> None:
    """Remove what an encoder's builds have left: a generation that is live holds it."""
    files.remove(_path(index, fingerprint))


def _path(index: Path, fingerprint: str) -> Path:
    return index / FOLDER / f"{_hash(fingerprint)[:16]}.cache"


def _hash(fingerprint: str) -> str:
    return hashlib.sha256(fingerprint.encode()).hexdigest()


class VectorCache:
    """The vectors of one encoder, by the digests of their texts. Rows are those of the file."""

    def __init__(self, index: Path, *, fingerprint: str, dimension: int) -> None:
        self.path = _path(index, fingerprint)
        header = _MAGIC + f"{dimension} {_hash(fingerprint)[:32]}".encode()
        self._header = header.ljust(_HEADER, b"\0")
        self._dtype = _record(dimension)
        self._count = 0  # records in the file, good or not
        self._digests: list[Digests] = []
        self._rows: list[Rows] = []
        if self.path.exists():
            self._read()

    def _read(self) -> None:
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            if file.read(_HEADER) != self._header:
                files.remove(self.path)  # of no use to anybody: not even its encoder is known
                return
            for digests, good in _read_blocks(file, self._dtype):
                self._digests.append(digests[good])
                self._rows.append(self._count + np.flatnonzero(good))
                self._count += len(good)
        if size > (end := _HEADER + self._count * self._dtype.itemsize):
            files.cut(self.path, end)

    def append(self, digests: Digests, vectors: Vectors) -> None:
        """Keep the vectors of texts, on the disk when this returns."""
        fresh = not self.path.exists()
        if fresh:
            files.make_folder(self.path.parent)
        records = np.empty(len(digests), self._dtype)
        records["digest"], records["vector"] = digests, vectors
        records["check"] = _checks(records["digest"], records["vector"])
        with files.append(self.path) as file:
            if fresh:
                file.write(self._header)
            files.write_rows(file, records)
        files.sync(self.path)
        self._digests.append(records["digest"].copy())  # not a view that holds the vectors
        self._rows.append(np.arange(self._count, self._count + len(records)))
        self._count += len(records)

    def digests(self) -> Digests:
        """Return the digests of all good records."""
        return np.concatenate(self._digests) if self._digests else np.zeros(0, "S16")

    def fetch(self, places: Rows) -> Vectors:
        """Return the vectors of the good records in `places`, as `digests` numbers them."""
        rows = np.concatenate(self._rows)[places]
        size = self._dtype.itemsize
        with self.path.open("rb") as file:
            read = [os.pread(file.fileno(), size, _HEADER + row * size) for row in rows.tolist()]
        vectors: Vectors = np.frombuffer(b"".join(read), self._dtype)["vector"]
        return vectors


def _checks(digests: Digests, vectors: Vectors) -> Any:
    texts = digests.astype("S16").tobytes()
    return np.array(
        [
            _check(texts[16 * row : 16 * row + 16], vector.tobytes())
            for row, vector in enumerate(vectors)
        ],
        "S8",
    )


def _check(digest: bytes, vector: bytes) -> bytes:
    return hashlib.blake2b(digest + vector, digest_size=8).digest()
