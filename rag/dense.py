"""Vectors ↔ FAISS. The only module that knows that the index is FAISS's."""

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class DenseIndex:
    """Exact inner-product search over unit vectors; row i is passage i."""

    def __init__(self, flat: faiss.IndexFlat) -> None:
        self._flat = flat

    @classmethod
    def of(cls, vectors: Vectors) -> "DenseIndex":
        """Index `vectors` (n, d)."""
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors, np.float32))
        return cls(flat)

    @classmethod
    def read(cls, path: Path) -> "DenseIndex":
        """Read a file whose hash has been checked. Raises ValueError where it is no flat index."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise ValueError(f"FAISS cannot read {path.name}") from error
        if (
            not isinstance(index, faiss.IndexFlat)
            or index.metric_type != faiss.METRIC_INNER_PRODUCT
        ):
            raise ValueError(f"{path.name} is not a flat inner-product index")
        return cls(index)

    def write(self, path: Path) -> None:
        """Write the index to `path`."""
        faiss.write_index(self._flat, str(path))

    @property
    def count(self) -> int:
        """The number of vectors."""
        return int(self._flat.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._flat.d)

    def vectors(self) -> Vectors:
        """Return a copy of all vectors, (n, d)."""
        copy: Vectors = self._flat.reconstruct_n(0, self.count)
        return copy

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, npt.NDArray[np.int64]]:
        """Return the k nearest rows: (cosines (q, k) float32, rows (q, k) int64), best first.

        With fewer than k vectors, k is their number.
        """
        cosines, rows = self._flat.search(queries, min(k, self.count))
        return cosines, rows
