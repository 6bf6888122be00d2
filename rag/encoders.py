"""Texts → unit vectors, with the bundled model or with any sentence-transformers model.

One Protocol, with the method names of sentence-transformers, and two encoders. A text
longer than the model's limit is encoded in windows; nothing is cut silently. A text's
vector does not depend on the texts beside it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError

Vectors = npt.NDArray[np.float32]  # (n, d), each row of unit length

BUNDLED = "bundled:multilingual-e5-small"


class Encoder(Protocol):
    """What the rest of the package asks of a model."""

    @property
    def name(self) -> str:
        """What `load_encoder` takes to load this encoder again."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    def max_tokens(self) -> int:
        """The longest input of the model, in tokens; longer texts are encoded in windows."""

    @property
    def fingerprint(self) -> str:
        """A hash of everything that a passage's vector depends on besides the text."""

    @property
    def query_fingerprint(self) -> str:
        """The same for a question's vector."""

    def encode_query(self, texts: list[str]) -> Vectors:
        """Return the vectors of questions, (n, d). Raises ValueError for an empty text."""

    def encode_document(self, texts: list[str]) -> Vectors:
        """Return the vectors of passages or sentences, (n, d). ValueError if one is empty."""

    def count_tokens(self, text: str) -> int:
        """Return the length of `text` in tokens, without prefix and special tokens."""


def load_encoder(
    model: str, *, cache: Path | None = None, progress: Callable[[str], None] | None = None
) -> Encoder:
    """Load the bundled model (`BUNDLED`) or a sentence-transformers model by name or path."""
    if model == BUNDLED:
        return BundledEncoder(cache, progress=progress)
    if model.startswith("bundled:"):
        raise ModelError(f"there is no bundled model {model!r}; the bundled model is {BUNDLED!r}")
    return SentenceTransformerEncoder(model)


class BundledEncoder:
    """multilingual-e5-small (Wang et al. 2024), on onnxruntime; about 100 languages.

    Questions go through upper layers of their own, trained to find passages in other
    languages (`rag/data/README.md`). In `fp32` they do not: that is the model as published.
    """

    name = BUNDLED

    def __init__(
        self,
        cache: Path | None = None,
        *,
        precision: Literal["int8", "fp32"] = "int8",
        progress: Callable[[str], None] | None = None,
    ) -> None:
        from rag.bundled.model import (
            DIMENSION,
            MAX_TOKENS,
            ensure_bundled_model,
            ensure_query_model,
            load_tokenizer,
            model_fingerprint,
            open_session,
        )

        def open_documents() -> Any:
            model = ensure_bundled_model(cache, precision=precision, progress=progress)
            return open_session(model.graph)

        self._open_documents = open_documents
        self._lock = Lock()
        self._documents: Any = None  # opened when first needed; who only asks never needs it
        if precision == "int8":
            asking = ensure_query_model(cache, progress=progress)
        else:
            asking = ensure_bundled_model(cache, precision=precision, progress=progress)
        self.fingerprint = model_fingerprint(precision)
        self.query_fingerprint = asking.fingerprint
        self.dimension, self.max_tokens = DIMENSION, MAX_TOKENS
        with ThreadPoolExecutor(1) as pool:  # both take a third of a second, on a core each
            session = pool.submit(open_session, asking.graph)
            self.tokenizer = load_tokenizer(asking.tokenizer)
            self._queries: Any = session.result()

    def encode_query(self, texts: list[str]) -> Vectors:
        """Return the vectors of questions, (n, d)."""
        return self._encode(self._queries, "query: ", texts)

    def encode_document(self, texts: list[str]) -> Vectors:
        """Return the vectors of passages or sentences, (n, d)."""
        with self._lock:
            if self._documents is None:
                self._documents = self._open_documents()
        return self._encode(self._documents, "passage: ", texts)

    def count_tokens(self, text: str) -> int:
        """Return the length of `text` in tokens."""
        return len(self.tokenizer.encode(encodable(text), add_special_tokens=False).ids)

    def _encode(self, session: Any, prefix: str, texts: list[str]) -> Vectors:
        _refuse_empty(texts)
        windows: list[list[int]] = []
        owners: list[int] = []  # the text of each window
        encodings = self.tokenizer.encode_batch([prefix + encodable(text) for text in texts])
        head = len(self.tokenizer.encode(prefix.rstrip(), add_special_tokens=False).ids) + 1
        for owner, encoding in enumerate(encodings):
            for window in _windows(encoding.ids, head, self.max_tokens):
                windows.append(window)
                owners.append(owner)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for rows in batches([len(window) for window in windows]):
            batch = self._run(session, [windows[row] for row in rows])
            for row, vector in zip(rows, batch, strict=True):
                vectors[owners[row]] += vector * len(windows[row])  # long texts: weighted mean
        return _unit(vectors)

    def _run(self, session: Any, rows: list[list[int]]) -> Vectors:
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)  # (batch, tokens)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask}
        vectors: Vectors = session.run(["embedding"], inputs)[0]
        return vectors


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with the prompts that it brings along."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self.name = name
        try:
            self._model = SentenceTransformer(
                name,
                device="cpu",
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"the model {name!r} cannot be loaded: {reason}") from error
        # E5 models want these before every text, but their folders do not say so.
        if re.search(r"\be5-", Path(name).name) and not any(self._model.prompts.values()):
            self._model.prompts = {"query": "query: ", "document": "passage: "}
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.fingerprint = self.query_fingerprint = self._hash()

    def encode_query(self, texts: list[str]) -> Vectors:
        """Return the vectors of questions, (n, d)."""
        return self._encode(self._model.encode_query, texts)

    def encode_document(self, texts: list[str]) -> Vectors:
        """Return the vectors of passages or sentences, (n, d)."""
        return self._encode(self._model.encode_document, texts)

    def count_tokens(self, text: str) -> int:
        """Return the length of `text` in tokens."""
        tokens = self._model.tokenizer(encodable(text), add_special_tokens=False, verbose=False)
        return len(tokens["input_ids"])

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        _refuse_empty(texts)
        limit = self.max_tokens - 32  # room for the model's prompt and special tokens
        windows: list[str] = []
        owners: list[int] = []
        for owner, text in enumerate(map(encodable, texts)):
            for window in self._split(text, limit):
                windows.append(window)
                owners.append(owner)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        encoded = encode(windows, normalize_embeddings=True, show_progress_bar=False)
        for owner, window, vector in zip(owners, windows, encoded, strict=True):
            vectors[owner] += vector * len(window)
        return _unit(vectors)

    def _split(self, text: str, limit: int) -> Iterator[str]:
        if self.count_tokens(text) <= limit or len(text) < 2:
            yield text
            return
        middle = len(text) // 2
        middle = max(text.rfind(" ", 1, middle), 0) or middle
        for half in (text[:middle], text[middle:]):
            if half.strip():
                yield from self._split(half, limit)

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for name, tensor in sorted(self._model.state_dict().items()):
            if ".pooler." in name:  # unused here, and random where the model brings none
                continue
            digest.update(name.encode())
            digest.update(tensor.float().numpy().tobytes())
        digest.update(json.dumps(self._model.prompts, sort_keys=True).encode())
        digest.update(str(self.max_tokens).encode())
        return digest.hexdigest()[:32]


def _refuse_empty(texts: list[str]) -> None:
    for text in texts:
        if not text.strip():
            raise ValueError("an empty text has no vector")


def encodable(text: str) -> str:
    """Replace lone surrogates, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()


def _windows(ids: list[int], head: int, limit: int) -> Iterator[list[int]]:
    """Yield `ids` where they fit; else windows of the body between the same head and end."""
    if len(ids) <= limit:
        yield ids
        return
    start, body, end = ids[:head], ids[head:-1], ids[-1:]
    count = -(-len(body) // (limit - head - 1))
    size = -(-len(body) // count)  # windows of equal length
    for low in range(0, len(body), size):
        yield start + body[low : low + size] + end


def batches(lengths: list[int], *, tokens: int = 1024) -> Iterator[list[int]]:
    """Yield row numbers in batches of similar lengths, at most `tokens` with padding."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[row] * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit
