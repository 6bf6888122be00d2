"""The list of articles, and what became of their files."""

from pathlib import Path

from conftest import WordEncoder

from rag.building.build import build_index
from rag.index import open_index
from rag.web.catalogue import catalogue, original_file


def test_the_list_says_what_became_of_every_file(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    (folder / "copy.txt").write_bytes((folder / "bridge.txt").read_bytes())
    (folder / "late.txt").write_text("The night train is late today.\n")
    build_index(folder, tmp_path / "index", encoder=words)
    index = open_index(tmp_path / "index", encoder=words, read=False)
    (folder / "train.txt").unlink()
    (folder / "late.txt").write_text("Another text.")
    (folder / "new.md").write_text("A river.")
    (folder / ".hidden.txt").write_text("A river.")
    notes = {
        entry.id: [(note.label, note.n) for note in entry.notes]
        for entry in catalogue(index, examine=True)
    }
    assert notes == {
        "bridge.txt": [("same_story", 1), ("no_date", None)],
        "copy.txt": [("same_story", 1), ("no_date", None)],
        "late.txt": [("changed", None), ("no_date", None)],
        "train.txt": [("missing", None), ("no_date", None)],
        "new.md": [("not_indexed", None)],
    }
    assert original_file(index, "train.txt") is None
    assert original_file(index, "bridge.txt") == folder / "bridge.txt"
    assert original_file(index, "../secret") is None


def test_a_file_that_became_a_link_to_elsewhere_is_not_given(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    index = open_index(tmp_path / "index", encoder=words, read=False)
    (tmp_path / "secret").write_text("secret")
    (folder / "train.txt").unlink()
    (folder / "train.txt").symlink_to(tmp_path / "secret")
    assert original_file(index, "train.txt") is None


def test_without_examining_no_file_is_looked_at(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    index = open_index(tmp_path / "index", encoder=words, read=False)
    (folder / "train.txt").unlink()
    (folder / "new.md").write_text("A river.")
    entries = catalogue(index, examine=False)
    assert [entry.id for entry in entries] == ["bridge.txt", "train.txt"]
    assert [note.label for entry in entries for note in entry.notes] == ["no_date", "no_date"]
