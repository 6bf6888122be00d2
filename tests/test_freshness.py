"""Answers say when their article has changed since it was indexed."""

import os
import shutil
from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import build_index, index_articles
from rag.corpus.passages import Splitter, split_article
from rag.index import Index, open_index
from rag.store import freshness
from rag.store.files import sha256
from rag.terminal import answer_text
from rag.types import Article, Metadata


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words, read=False)


def changed(index: Index) -> dict[str, bool | None]:
    cited = index.ask("Which night train crosses the bridge?").citations
    return {citation.article: citation.changed for citation in cited}


def test_an_answer_says_which_of_its_articles_changed_or_went(folder: Path, index: Index) -> None:
    assert changed(index) == {"bridge.txt": False, "train.txt": False}
    (folder / "bridge.txt").write_text("The bridge is closed.\n")
    assert changed(index) == {"bridge.txt": True, "train.txt": False}
    (folder / "train.txt").unlink()
    assert changed(index) == {"bridge.txt": True, "train.txt": True}
    shutil.rmtree(folder)
    assert changed(index) == {"bridge.txt": None, "train.txt": None}


def test_the_terminal_marks_a_source_that_changed(folder: Path, index: Index) -> None:
    question = "When does the train leave?"
    assert "CHANGED" not in answer_text(index.ask(question))
    (folder / "train.txt").write_text("The train is gone.\n")
    lines = [line for line in answer_text(index.ask(question)).splitlines() if "CHANGED" in line]
    assert lines
    assert all("train.txt:" in line for line in lines)


def test_a_touched_file_is_the_same_and_a_file_is_read_once(
    folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    read: list[str] = []
    monkeypatch.setattr(freshness, "sha256", lambda path: read.append(path.name) or "other")
    assert [changed(index) for _ in range(3)] == [{"bridge.txt": True, "train.txt": True}] * 3
    assert sorted(read) == ["bridge.txt", "train.txt"]
    monkeypatch.undo()
    for path in folder.iterdir():
        os.utime(path, (2, 2))
    assert changed(index) == {"bridge.txt": False, "train.txt": False}


def test_what_took_a_files_place_is_not_read(folder: Path, index: Index) -> None:
    (folder / "train.txt").unlink()
    os.mkfifo(folder / "train.txt")  # reading it would wait for ever
    assert changed(index)["train.txt"]


def test_articles_of_one_file_change_with_it(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    line = '{"title": "Bridge", "text": "The bridge crosses the river at the old mill."}\n'
    (folder / "news.jsonl").write_text(line)
    build_index(folder, tmp_path / "index", encoder=words)
    index = open_index(tmp_path / "index", encoder=words, read=False)
    assert index.generation.file_of("news.jsonl#1") == ("news.jsonl", sha256(folder / "news.jsonl"))
    assert changed(index)["news.jsonl#1"] is False
    (folder / "news.jsonl").write_text(line * 2)
    assert changed(index)["news.jsonl#1"] is True


def test_of_articles_that_came_from_no_folder_nothing_is_said(
    tmp_path: Path, words: WordEncoder
) -> None:
    index_articles(
        [Article("1", "The train leaves at night.", "0" * 64, Metadata(language="en"))],
        tmp_path / "index", folder=tmp_path / "squad.json", encoder=words, settings={},
        split=lambda article, _: split_article(
            article.text, language="en", count_tokens=words.count_tokens, splitter=Splitter()
        ),
    )  # fmt: skip
    assert changed(open_index(tmp_path / "index", encoder=words, read=False)) == {"1": None}
