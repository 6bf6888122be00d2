"""Vectors ↔ FAISS."""

from pathlib import Path

import numpy as np
import pytest

from rag.store.dense import DenseIndex

VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)


def test_the_nearest_rows_come_best_first() -> None:
    index = DenseIndex.of([VECTORS], 2)
    rows = index.search(VECTORS[0], 2)
    assert rows.tolist() == [0, 2]
    assert index.cosines(VECTORS[0], rows) == pytest.approx([1.0, 0.6])


def test_only_rows_that_are_asked_for_come_back() -> None:
    among = np.array([False, True, True])
    assert DenseIndex.of([VECTORS], 2).search(VECTORS[0], 3, among=among).tolist() == [2, 1]


def test_k_is_at_most_the_number_of_vectors() -> None:
    assert DenseIndex.of([VECTORS], 2).search(VECTORS[0], 10).tolist() == [0, 2, 1]


def test_a_written_index_reads_back_the_same_vectors(tmp_path: Path) -> None:
    DenseIndex.of([VECTORS], 2).write(tmp_path / "x.faiss")
    assert np.array_equal(DenseIndex.read(tmp_path / "x.faiss").vectors(), VECTORS)


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.faiss").write_bytes(b"no index at all")
    with pytest.raises(ValueError, match=r"x\.faiss"):
        DenseIndex.read(tmp_path / "x.faiss")
