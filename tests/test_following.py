"""A running index moves over to a new generation between questions."""

import gc
import shutil
from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import build_index
from rag.errors import IndexCorrupt
from rag.index import Index, open_index
from rag.store.generation import Generation, open_generation
from rag.store.manifest import live_generation

CLOSED = "The bridge crosses the river. It is closed at night.\n"


@pytest.fixture
def home(folder: Path, tmp_path: Path, words: WordEncoder) -> Path:
    build_index(folder, tmp_path / "index", encoder=words)
    return tmp_path / "index"


def first(index: Index) -> str:
    return index.ask("Is the bridge open at night?").citations[0].quote


def mapped(home: Path) -> set[str]:
    """The generations whose files this process has in its memory."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {line.split("generations/")[1].split("/")[0] for line in lines if str(home) in line}


def test_the_next_question_is_answered_by_the_new_generation(
    folder: Path, home: Path, words: WordEncoder
) -> None:
    index, staying = (open_index(home, encoder=words, follow=follow) for follow in (True, False))
    before = index.fingerprint
    assert first(index) == "It is open at night."
    (folder / "bridge.txt").write_text(CLOSED)
    build_index(folder, home, encoder=words)
    assert first(index) == "It is closed at night."
    assert first(staying) == "It is open at night."
    assert index.fingerprint != before == staying.fingerprint
    assert index.generation.path == live_generation(home)


def test_a_generation_is_let_go_of_when_no_question_uses_it(
    folder: Path, home: Path, words: WordEncoder
) -> None:
    gc.disable()  # not the collector's merit
    try:
        index = open_index(home, encoder=words)
        old = index.generation.path.name
        first(index)
        assert mapped(home) == {old}
        (folder / "bridge.txt").write_text(CLOSED)
        build_index(folder, home, encoder=words)
        first(index)
        assert mapped(home) == {live_generation(home).name}
    finally:
        gc.enable()


def test_a_question_that_has_begun_keeps_its_generation(
    folder: Path, home: Path, words: WordEncoder
) -> None:
    class Building(WordEncoder):
        """Finds a new generation made whenever a question is encoded."""

        def encode_query(self, texts: list[str]) -> object:
            (folder / "bridge.txt").write_text(f"{CLOSED} {len(self.encoded)}\n")
            build_index(folder, home, encoder=words)
            return super().encode_query(texts)

    index = open_index(home, encoder=Building(*words.words))
    before = index.fingerprint
    answer = index.ask("Is the bridge open at night?")
    assert (answer.index, answer.citations[0].quote) == (before, "It is open at night.")
    assert all("closed" not in hit.text for hit in answer.hits)
    assert index.fingerprint != before


def test_a_generation_of_another_model_is_not_followed_and_that_is_told_once(
    folder: Path, home: Path, words: WordEncoder
) -> None:
    told: list[str] = []
    index = open_index(home, encoder=words, progress=told.append)
    other = WordEncoder("river", "night")
    build_index(folder, home, encoder=other, rebuild=True)
    assert [first(index) for _ in range(2)] == ["It is open at night."] * 2
    assert told == [index.note]
    assert "not followed" in told[0]
    assert "--rebuild" in told[0]
    build_index(folder, home, encoder=words, rebuild=True)
    first(index)
    assert index.note is None
    assert index.generation.path == live_generation(home)


def test_a_damaged_generation_is_not_followed(folder: Path, home: Path, words: WordEncoder) -> None:
    index = open_index(home, encoder=words)
    (folder / "bridge.txt").write_text(CLOSED)
    build_index(folder, home, encoder=words)
    (live_generation(home) / "texts.utf8").write_bytes(b"")
    assert first(index) == "It is open at night."
    assert "damaged" in (index.note or "")


@pytest.mark.parametrize("gone", ["CURRENT", "."])
def test_an_index_that_goes_away_goes_on_serving(home: Path, words: WordEncoder, gone: str) -> None:
    index = open_index(home, encoder=words)
    shutil.rmtree(home) if gone == "." else (home / gone).unlink()
    assert first(index) == "It is open at night."


def test_a_reader_that_is_overtaken_while_it_opens_opens_what_is_live_then(
    folder: Path, home: Path, words: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify, overtaken = Generation._check_shapes, []

    def overtake(self: Generation) -> None:
        if not overtaken:
            overtaken.append(self.path)
            (folder / "bridge.txt").write_text(CLOSED)
            build_index(folder, home, encoder=words)
            raise IndexCorrupt("its files are gone")
        verify(self)

    monkeypatch.setattr(Generation, "_check_shapes", overtake)
    assert open_generation(home).path == live_generation(home) != overtaken[0]
