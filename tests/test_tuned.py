"""The reader's weights in their file."""

from pathlib import Path

import numpy as np
import pytest

from rag.bundled.tuned import READER_FILE, read_tuned, write_tuned
from rag.errors import ModelError


def test_matrices_come_back_within_half_a_step_and_vectors_exactly(tmp_path: Path) -> None:
    matrix = np.array([[1.27, -0.5], [0.0, 0.0127]], np.float32)
    bias = np.array([0.1, -0.2], np.float32)
    write_tuned(tmp_path / "r.safetensors", {"l4.q.w": matrix, "l4.q.b": bias})
    found = read_tuned(tmp_path / "r.safetensors")
    assert set(found) == {"l4.q.w", "l4.q.b"}
    assert (found["l4.q.b"] == bias).all()
    assert np.abs(found["l4.q.w"] - matrix).max(1) == pytest.approx([0.0, 0.0], abs=0.0051)


def test_what_ships_is_at_most_25_megabytes_and_has_both_heads() -> None:
    assert READER_FILE.stat().st_size < 25e6
    tensors = read_tuned(READER_FILE)
    assert tensors["span.w"].shape == (2, 384)
    assert tensors["has.w"].shape == (1, 384)
    assert {name.split(".")[0] for name in tensors} >= {f"l{n}" for n in range(4, 12)}


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "r.safetensors").write_bytes(READER_FILE.read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"r\.safetensors cannot be read"):
        read_tuned(tmp_path / "r.safetensors")
