"""Vectors ↔ FAISS. The only module that knows that the index is FAISS's."""

from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from rag.store import files

Vectors = npt.NDArray[np.float32]  # (n, d)
Vector = npt.NDArray[np.float32]  # (d,)

_LOOPS = 1 << 16  # steps of one loop of FAISS's reader; a flat index has none
_limits = Lock()  # FAISS's limits are the process's


class DenseIndex:
    """Exact inner-product search over unit vectors; row i is passage i."""

    def __init__(self, flat: faiss.IndexFlat) -> None:
        self._flat = flat

    @classmethod
    def of(cls, vectors: Iterable[Vectors], dimension: int) -> "DenseIndex":
        """Index the vectors of all batches (n, d), in order."""
        flat = faiss.IndexFlatIP(dimension)
        for batch in vectors:
            flat.add(np.ascontiguousarray(batch, np.float32))
        return cls(flat)

    @classmethod
    def read(cls, path: Path) -> "DenseIndex":
        """Read a file whose hash has been checked. Raises ValueError where it is no flat index."""
        try:
            with _limits:
                # What it claims to hold cannot be larger than the file.
                faiss.set_deserialization_vector_byte_limit(path.stat().st_size)
                faiss.set_deserialization_loop_limit(_LOOPS)
                index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise ValueError(f"FAISS cannot read {path.name}") from error
        if (
            not isinstance(index, faiss.IndexFlat)
            or index.metric_type != faiss.METRIC_INNER_PRODUCT
            or index.code_size != 4 * index.d
            or index.codes.size() != index.ntotal * index.code_size
        ):
            raise ValueError(f"{path.name} is not a flat inner-product index")
        return cls(index)

    def write(self, path: Path) -> None:
        """Write the index to `path`."""
        with files.create(path) as file:
            library: Any = faiss  # whose type hints do not know this class
            faiss.write_index(self._flat, library.PyCallbackIOWriter(file.write))

    @property
    def count(self) -> int:
        """The number of vectors."""
        return int(self._flat.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._flat.d)

    def vectors(self, rows: npt.NDArray[np.int64] | None = None) -> Vectors:
        """Return a copy of the vectors in `rows`, or of all, (r, d)."""
        copy: Vectors = (
            self._flat.reconstruct_n(0, self.count)
            if rows is None
            else self._flat.reconstruct_batch(rows)
        )
        return copy

    def search(
        self, query: Vector, k: int, *, among: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.int64]:
        """Return the rows nearest to `query` (d,), (k,) or fewer, best first.

        `among` (n,) tells which rows may come back; all where it is None.
        """
        found = self.count if among is None else int(among.sum())
        parameters = None if among is None else _selecting(among)
        _, rows = self._flat.search(query[None, :], min(k, found), params=parameters)
        nearest: npt.NDArray[np.int64] = rows[0]
        return nearest

    def cosines(self, query: Vector, rows: npt.NDArray[np.int64]) -> Vector:
        """Return the cosines of `query` (d,) and the vectors in `rows` (r,), (r,)."""
        return products(self.vectors(rows), query)


def products(vectors: Vectors, query: Vector) -> Vector:
    """Return the inner products of `vectors` (n, d) and `query` (d,), (n,), on one core.

    Not `@`: after a product that it shares among threads, OpenBLAS keeps them spinning for
    tens of milliseconds, in which the encoder waits for a core.
    """
    found: Vector = np.einsum("nd,d->n", vectors, query)
    return found


def _selecting(among: npt.NDArray[np.bool_]) -> Any:
    bits = np.packbits(among, bitorder="little")
    # FAISS's wrappers take an array and keywords here; its type hints know neither.
    selector: Any = faiss.IDSelectorBitmap
    parameters: Any = faiss.SearchParameters
    return parameters(sel=selector(bits))
