"""Fixtures: a real index over the seeds, and an encoder whose vectors can be computed by hand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.building.build import build_index
from rag.index import Index, open_index

SEEDS = Path(__file__).parent.parent / "seeds"
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def seeds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real index over the five seed articles, made with the bundled model."""
    folder = tmp_path_factory.mktemp("seeds") / "index"
    build_index(SEEDS, folder)
    return folder


@pytest.fixture(scope="session")
def seeds_index(seeds_folder: Path) -> Index:
    return open_index(seeds_folder)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The installed browser; the test is skipped where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install it with `apt-get install chromium`")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # ms: a machine may have other things to do

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class WordEncoder:
    """Texts → how often each known word stands in them, to unit length."""

    name = "words"
    max_tokens = 512

    def __init__(self, *words: str) -> None:
        self.words = words
        self.dimension = len(words)
        self.fingerprint = self.query_fingerprint = "words:" + ",".join(words)
        self.encoded: list[str] = []

    def encode_document(self, texts: list[str]) -> np.ndarray:
        self.encoded += texts
        return self.encode_query(texts)

    def encode_query(self, texts: list[str]) -> np.ndarray:
        found = [re.findall(r"\w+", text.lower()) for text in texts]
        counts = np.array([[ws.count(w) for w in self.words] for ws in found], np.float32)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-12)

    def count_tokens(self, text: str) -> int:
        return len(text.split())


@pytest.fixture
def words() -> WordEncoder:
    return WordEncoder("river", "bridge", "train", "night")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small articles."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "bridge.txt").write_text(
        "The old bridge\n\nThe bridge crosses the river. It is open at night.\n"
    )
    (articles / "train.txt").write_text("The train leaves at night. The train is late.\n")
    return articles
