"""Weights that were tuned ↔ one small file: upper layers in int8, and a reader's two heads.

Matrices are kept as integers with one scale for each output; the rest is float32. The files
are `rag/data/reader.safetensors` and `query.safetensors`, the layers that read questions for
the search; their card lies beside them. Knows nothing of training or graphs.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from rag.errors import ModelError

_DATA = Path(__file__).parent.parent / "data"
READER_FILE, QUERY_FILE = _DATA / "reader.safetensors", _DATA / "query.safetensors"
_SCALES = ".scales"

Tensors = dict[str, NDArray[np.float32]]


def write_tuned(path: Path, tensors: Tensors) -> None:
    """Write tensors under the names of `weights`, "l4.q.w" …; a matrix is (outputs, inputs)."""
    held: dict[str, NDArray[np.generic]] = {}
    for name, values in tensors.items():
        if values.ndim == 2:
            scales = np.maximum(np.abs(values).max(1) / 127, 1e-12).astype(np.float32)
            held[name] = np.rint(values / scales[:, None]).astype(np.int8)
            held[name + _SCALES] = scales
        else:
            held[name] = values.astype(np.float32)
    save_file(held, path)


def read_tuned(path: Path) -> Tensors:
    """Read what `write_tuned` wrote, as float32. Raises ModelError where it is damaged."""
    try:
        held = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"the tuned weights {path} cannot be read: {error}") from error
    return {
        name: values * held[name + _SCALES][:, None] if name + _SCALES in held else values
        for name, values in held.items()
        if not name.endswith(_SCALES)
    }
