"""Ranked passages → the evidence for their sentences."""

from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.answering.evidence import gather
from rag.answering.reader import lazy_reader
from rag.building.build import build_index
from rag.cli import main
from rag.index import Index, open_index


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words, read=False)


def test_every_citable_sentence_is_weighed_and_a_heading_is_not(index: Index) -> None:
    found = gather(index.generation, "bridge", index.rank("bridge"), None)
    sentences = index.generation.sentences
    texts = {
        index.generation.text(int(index.generation.passages[e.candidate.passage]["article"]))[
            int(sentences[e.row]["start"]) : int(sentences[e.row]["end"])
        ]
        for e in found
    }
    assert "The bridge crosses the river." in texts
    assert "The old bridge" not in texts
    assert all(e.span is None and e.has is None and e.answer is None for e in found)


def test_the_reader_adds_a_span_to_each_sentence_it_has_read(index: Index) -> None:
    question = "What does the bridge cross?"
    reader = lazy_reader(index.encoder)()
    found = gather(index.generation, question, index.rank(question), reader)
    best = max(found, key=lambda e: e.span or float("-inf"))
    row = index.generation.sentences[best.row]
    article = int(index.generation.passages[best.candidate.passage]["article"])
    sentence = index.generation.text(article)[int(row["start"]) : int(row["end"])]
    assert best.answer is not None
    low, high = best.answer
    assert "river" in sentence[low:high]


def test_the_page_is_served_when_its_reader_is_loaded(
    seeds_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    class Noted(Index):
        def prepare(self) -> None:
            super().prepare()
            steps.append("loaded" if self._reader() else "no reader")

    monkeypatch.setattr("rag.index.Index", Noted)
    monkeypatch.setattr("rag.web.server.serve", lambda *_, **__: steps.append("served"))
    assert main(["chat", "--index", str(seeds_folder)]) == 0
    assert steps == ["loaded", "served"]
