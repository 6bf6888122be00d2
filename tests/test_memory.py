"""A build's memory is bounded by its settings and its arrays, not by texts and vectors."""

import tracemalloc
from pathlib import Path

import pytest
from measure_memory import HashEncoder, articles, split

from rag.building import embedding
from rag.building.build import index_articles
from rag.store import columns, tables
from rag.store.manifest import live_generation

ARRAYS = ("passages.npy", "sentences.npy", "bm25_scores.npy", "bm25_rows.npy", "bm25_starts.npy")


def build(count: int, index: Path) -> tuple[int, int, int]:
    """Build an index; return its peak memory, and the sizes of its arrays and its vectors."""
    tracemalloc.start()
    index_articles(
        articles(count, size=1000, words=2000), index, folder=index, encoder=HashEncoder(),
        settings={}, split=split,
    )  # fmt: skip
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    sizes = {path.name: path.stat().st_size for path in live_generation(index).iterdir()}
    return peak, sum(sizes[name] for name in ARRAYS), sizes["sentence_vectors.npy"]


def test_memory_grows_with_the_arrays_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_BLOCK", 1 << 10)
    monkeypatch.setattr(tables, "_ROWS", 1 << 8)
    monkeypatch.setattr(embedding, "_WINDOW", 1 << 8)
    monkeypatch.setattr(embedding, "_BATCH", 1 << 8)
    build(20, tmp_path / "warm")
    few, few_arrays, few_vectors = build(100, tmp_path / "few")
    many, many_arrays, many_vectors = build(400, tmp_path / "many")
    grown, arrays = many - few, many_arrays - few_arrays
    assert grown < 3 * arrays + 300 * 2000  # bytes; an article's name, hash and metadata
    assert grown < (many_vectors - few_vectors) / 1.5  # which are in half precision
