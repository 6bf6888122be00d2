"""The doctor sees what is wrong with an index, and mends it without deleting anything."""

from pathlib import Path

import numpy as np
import pytest
from conftest import WordEncoder

from rag.building import embedding
from rag.building.build import build_index
from rag.cli import main
from rag.doctor import Check, examine_index
from rag.errors import IndexLocked, IndexMissing
from rag.index import open_index
from rag.repair import repair
from rag.store.lock import building
from rag.store.manifest import live_generation
from rag.store.publish import generations


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Path:
    """An index with an older generation, over a folder that it is up to date with."""
    build_index(folder, tmp_path / "index", encoder=words)
    (folder / "ferry.txt").write_text("The ferry crosses the river at night.\n")
    build_index(folder, tmp_path / "index", encoder=words)
    return tmp_path / "index"


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def wrong(index: Path) -> dict[str, Check]:
    return {check.name: check for check in examine_index(index) if not check.ok}


def detail(index: Path, name: str) -> str:
    return next(check.detail for check in examine_index(index) if check.name == name)


def contents(index: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in index.rglob("*") if path.is_file())


def test_a_healthy_index_is_healthy(index: Path) -> None:
    assert wrong(index) == {}
    assert detail(index, "builder") == "nobody builds"
    assert detail(index, "generations") == "1 besides the live one, none damaged"


def test_articles_that_changed_are_counted(folder: Path, index: Path) -> None:
    (folder / "ferry.txt").write_text("The ferry is late.\n")
    (folder / "train.txt").unlink()
    found = wrong(index)
    assert list(found) == ["articles"]
    assert found["articles"].detail.startswith("2 of 3 articles changed or went")
    assert found["articles"].mend == f"rag index {folder} --index {index}"


def test_a_builder_is_named_and_what_it_writes_is_not_wrong(index: Path) -> None:
    with building(index):
        (index / "generations" / ".draft-1").mkdir()
        assert detail(index, "builder").startswith("process ")
        assert wrong(index) == {}
        with pytest.raises(IndexLocked):
            repair(index)
    assert list(wrong(index)) == ["drafts"]


def test_what_a_killed_build_left_is_told_and_moved_aside(index: Path, words: WordEncoder) -> None:
    draft = index / "generations" / ".draft-1"
    draft.mkdir()
    (draft / "texts.utf8").write_text("half a text")
    (index / ".lock").write_text('{"pid": 7, "host": "here", "since": "2026-01-01T00:00:00Z"}')
    assert "process 7 on here" in detail(index, "builder")
    assert ".draft-1" in wrong(index)["drafts"].detail
    assert wrong(index)["drafts"].mend == f"rag doctor --repair --index {index}"
    assert all(check.ok for check in repair(index, encoder=words))
    assert wrong(index) == {}
    assert next(index.glob("quarantine/*/draft-1/texts.utf8")).read_text() == "half a text"


def test_vectors_of_an_interrupted_build_are_told(
    folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(WordEncoder):
        def encode_document(self, texts: list[str]) -> np.ndarray:
            if self.encoded:
                raise KeyboardInterrupt
            return super().encode_document(texts)

    monkeypatch.setattr(embedding, "_GROUP", 1)
    (folder / "new.txt").write_text("The train is new. The bridge is old.\n")
    with pytest.raises(KeyboardInterrupt):
        build_index(folder, index, encoder=Interrupted("river", "bridge", "train", "night"))
    assert detail(index, "vectors").startswith("1 vectors of a build that did not finish")


def test_a_damaged_generation_is_replaced_by_a_whole_one_and_rebuilt(
    index: Path, words: WordEncoder
) -> None:
    before = open_index(index, encoder=words, read=False).ask("Is there a ferry?").citations[0]
    damaged = live_generation(index)
    flip(damaged / "texts.utf8")
    assert list(wrong(index)) == ["index"]
    held = contents(index)
    words.encoded.clear()
    told = {check.name: check for check in repair(index, encoder=words)}
    assert all(check.ok for check in told.values())
    assert f"generations/{damaged.name} → quarantine/" in told["quarantine"].detail
    assert words.encoded  # only the newest article: the older generation knew the others
    assert all("ferry" in text for text in words.encoded)
    assert wrong(index) == {}
    assert open_index(index, encoder=words, read=False).ask("Is there a ferry?").citations[0] == (
        before
    )
    current = (index / "CURRENT").read_bytes()
    kept = contents(index)
    assert [content for content in held if content not in kept] in ([], [current])


def test_a_damaged_older_generation_is_found_and_moved_aside(
    index: Path, words: WordEncoder
) -> None:
    older = generations(index)[1]
    flip(older / "passages.npy")
    assert "passages.npy" in wrong(index)["generations"].detail
    repair(index, encoder=words)
    assert wrong(index) == {}
    assert not older.exists()
    assert list(index.glob(f"quarantine/*/{older.name}/passages.npy"))


def test_without_its_folder_the_newest_whole_generation_serves(
    folder: Path, index: Path, words: WordEncoder
) -> None:
    older = generations(index)[1]
    flip(live_generation(index) / "passages.faiss")
    folder.rename(folder.with_name("moved"))
    told = {check.name: check for check in repair(index, encoder=words)}
    assert live_generation(index) == older
    assert (told["serving"].ok, told["rebuild"].ok) == (True, False)
    assert told["rebuild"].mend == f"rag index FOLDER --index {index}"
    assert open_index(index, encoder=words).articles() == ("bridge.txt", "train.txt")


@pytest.mark.parametrize("content", [b"", b"nowhere\n", b"\xff"])
def test_a_damaged_current_is_written_again(
    index: Path, words: WordEncoder, content: bytes
) -> None:
    live = live_generation(index)
    (index / "CURRENT").write_bytes(content)
    assert "index" in wrong(index)
    repair(index, encoder=words)
    assert live_generation(index) == live
    assert next(index.glob("quarantine/*/CURRENT")).read_bytes() == content


def test_there_is_nothing_to_repair_where_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        repair(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_the_command_says_what_it_moved_and_what_it_found(
    index: Path,
    words: WordEncoder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module in ("rag.building.build", "rag.doctor"):
        monkeypatch.setattr(f"{module}.load_encoder", lambda *_, **__: words)
    flip(live_generation(index) / "texts.utf8")
    assert main(["doctor", "--index", str(index)]) == 1
    assert "WRONG index" in capsys.readouterr().out
    assert main(["doctor", "--index", str(index), "--repair"]) == 0
    told = capsys.readouterr().out
    assert "quarantine: generations/" in told
    assert "WRONG" not in told
