"""An encoder that finds the vectors of texts it has seen before on disk.

For benchmarks, whose texts come back run after run. Under its folder lie

    <what encodes>/<query or document>/<SHA-256 of the file>.npy     rows of (digest, vector)

A file is never changed and is dropped where its name is not its hash, so that two
processes may write at once and a damaged file costs time, not figures.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from rag.encoders import Encoder, Vectors
from rag.store.manifest import digest

Kind = Literal["query", "document"]


class CachedEncoder:
    """An `Encoder` that encodes each text once, ever; the same vectors as the one it wraps."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens
        self.fingerprint = encoder.fingerprint
        self.query_fingerprint = encoder.query_fingerprint
        self.wrapped = encoder
        asking, asked = (
            folder / digest(name).hex() for name in (self.query_fingerprint, self.fingerprint)
        )
        self._queries = _Store(asking / "query", encoder.dimension)
        self._documents = _Store(asked / "document", encoder.dimension)

    def encode_query(self, texts: list[str]) -> Vectors:
        """Return the vectors of questions, (n, d)."""
        return self._queries.vectors(texts, self.wrapped.encode_query)

    def encode_document(self, texts: list[str]) -> Vectors:
        """Return the vectors of passages or sentences, (n, d)."""
        return self._documents.vectors(texts, self.wrapped.encode_document)

    def count_tokens(self, text: str) -> int:
        """Return the length of `text` in tokens."""
        return self.wrapped.count_tokens(text)


class _Store:
    """The known vectors of one encoder and one kind of text."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder, self._dimension = folder, dimension
        self._rows = np.dtype([("digest", "V16"), ("vector", "<f4", (dimension,))])
        self._known: dict[bytes, npt.NDArray[np.float32]] = {}
        for path in sorted(folder.glob("*.npy")):
            with path.open("rb") as file:
                intact = hashlib.file_digest(file, "sha256").hexdigest() == path.stem
            if not intact:
                path.unlink()
                continue
            rows = np.load(path, mmap_mode="r", allow_pickle=False)
            self._known |= {row["digest"].tobytes(): row["vector"] for row in rows}

    def vectors(self, texts: list[str], encode: Callable[[list[str]], Vectors]) -> Vectors:
        keys = [digest(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            rows = np.zeros(len(new), self._rows)
            rows["digest"] = list(new)
            rows["vector"] = encode(list(new.values()))
            self._write(rows)
            self._known |= dict(zip(new, rows["vector"], strict=True))
        found = [self._known[key] for key in keys]
        return np.array(found, np.float32).reshape(len(keys), self._dimension)

    def _write(self, rows: npt.NDArray[np.void]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        np.save(content, rows)
        name = hashlib.sha256(content.getbuffer()).hexdigest()
        handle, partial = tempfile.mkstemp(prefix=".partial-", dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content.getbuffer())
        Path(partial).replace(self._folder / f"{name}.npy")
