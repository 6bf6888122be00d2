"""The indexing pipeline and the generation that it writes."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import WordEncoder
from filelock import FileLock

from rag.building import embedding
from rag.building.build import build_index
from rag.corpus.passages import Splitter
from rag.errors import CorpusError, IndexCorrupt, IndexLocked, IndexMismatch, IndexMissing
from rag.index import open_index
from rag.store import files
from rag.store.generation import Generation
from rag.store.manifest import Manifest, live_generation, sealed


def live(index: Path) -> Generation:
    return Generation(live_generation(index))


def test_rows_of_vectors_passages_and_sentences_agree(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    made = live(tmp_path / "index")
    texts = {i: made.article(i).text for i in made.article_ids}
    assert made.article_ids == ("bridge.txt", "train.txt")
    for row, passage in enumerate(made.passages):
        text = texts[made.article_id(int(passage["article"]))]
        quote = text[int(passage["start"]) : int(passage["end"])]
        assert np.allclose(made.dense.vectors()[row], words.encode_query([quote])[0])
        for j in range(int(passage["first"]), int(passage["last"])):
            sentence = made.sentences[j]
            quote = text[int(sentence["start"]) : int(sentence["end"])]
            vector = made.sentence_vectors[j]
            assert np.allclose(vector, words.encode_query([quote])[0], atol=1e-3)


def test_an_unchanged_folder_is_left_alone(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    first = build_index(folder, tmp_path / "index", encoder=words)
    before = live_generation(tmp_path / "index")
    words.encoded.clear()
    again = build_index(folder, tmp_path / "index", encoder=words)
    assert again.unchanged
    assert not first.unchanged
    assert words.encoded == []
    assert live_generation(tmp_path / "index") == before


def test_only_what_changed_is_embedded(folder: Path, tmp_path: Path, words: WordEncoder) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    words.encoded.clear()
    (folder / "train.txt").rename(folder / "renamed.txt")
    (folder / "bridge.txt").write_text("The bridge crosses the river. It is closed.\n")
    report = build_index(folder, tmp_path / "index", encoder=words)
    assert (report.added, report.changed, report.removed) == (1, 1, 1)
    assert set(words.encoded) == {
        "The bridge crosses the river. It is closed.",
        "It is closed.",
    }


def test_an_updated_index_equals_one_built_afresh(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "updated", encoder=words)
    (folder / "new.txt").write_text("The night train crosses the bridge.\n")
    (folder / "bridge.txt").unlink()
    build_index(folder, tmp_path / "updated", encoder=words)
    build_index(folder, tmp_path / "fresh", encoder=words)
    updated, fresh = (live(tmp_path / name).manifest for name in ("updated", "fresh"))
    assert updated.files == fresh.files
    assert updated.fingerprint == fresh.fingerprint


def test_another_splitter_or_model_is_another_index(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    names = {
        build_index(
            folder, tmp_path / "index", encoder=encoder, splitter=splitter, rebuild=True
        ).fingerprint
        for encoder in (words, WordEncoder("river", "night"))
        for splitter in (Splitter(), Splitter(passage_tokens=10))
    }
    assert len(names) == 4


def test_an_interrupted_build_leaves_the_old_index_serving(
    folder: Path, tmp_path: Path, words: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    before = live_generation(tmp_path / "index")
    (folder / "new.txt").write_text("The night train crosses the bridge.\n")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "replace_text", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build_index(folder, tmp_path / "index", encoder=words)
    assert live_generation(tmp_path / "index") == before
    assert live(tmp_path / "index").article_ids == ("bridge.txt", "train.txt")
    monkeypatch.undo()
    assert build_index(folder, tmp_path / "index", encoder=words).added == 1


def test_a_reader_keeps_its_generation_while_the_index_moves_on(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    reader = open_index(tmp_path / "index", encoder=words, follow=False)
    for word in ("one", "two", "three", "four"):
        (folder / "new.txt").write_text(f"The night train number {word} is late.\n")
        build_index(folder, tmp_path / "index", encoder=words)
    assert reader.ask("Which train?").citations[0].article == "train.txt"
    homes = tmp_path / "index" / "generations"
    assert len(list(homes.iterdir())) == 4  # the live one, two old ones, and the one in use
    del reader
    (folder / "new.txt").unlink()
    build_index(folder, tmp_path / "index", encoder=words)
    assert len(list(homes.iterdir())) == 3


def test_two_builds_at_once_are_refused(folder: Path, tmp_path: Path, words: WordEncoder) -> None:
    (tmp_path / "index").mkdir()
    with FileLock(tmp_path / "index" / ".lock"), pytest.raises(IndexLocked, match="wait"):
        build_index(folder, tmp_path / "index", encoder=words)


def test_an_index_inside_its_folder_does_not_index_itself(folder: Path, words: WordEncoder) -> None:
    build_index(folder, folder / "index", encoder=words)
    (folder / "index" / "notes.txt").write_text("Not an article.")
    assert build_index(folder, folder / "index", encoder=words).unchanged


def test_opening_without_an_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="rag index FOLDER"):
        live_generation(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["articles.jsonl", "texts.utf8", "passages.npy", "sentences.npy", "passages.faiss",
     "sentence_vectors.npy", "terms.utf8", "bm25_scores.npy", "bm25_rows.npy", "bm25_starts.npy"],
)  # fmt: skip
def test_a_flipped_byte_or_a_missing_file_is_named(
    name: str, folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    path = live_generation(tmp_path / "index") / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(IndexCorrupt, match=f"content of {name}.*rag index .*articles"):
        live(tmp_path / "index")
    path.write_bytes(content[:-1])
    with pytest.raises(IndexCorrupt, match=f"size of {name}"):
        live(tmp_path / "index")
    path.unlink()
    with pytest.raises(IndexCorrupt, match=f"{name} is missing"):
        live(tmp_path / "index")
    assert build_index(folder, tmp_path / "index", encoder=words).embedded > 0
    assert live(tmp_path / "index").article_ids == ("bridge.txt", "train.txt")


def edit_manifest(index: Path, **changes: object) -> None:
    path = live_generation(index) / "manifest.json"
    raw = json.loads(path.read_text()) | changes
    del raw["seal"]
    path.write_text(sealed(Manifest(**raw)) if "something" not in raw else json.dumps(raw))


def test_counts_are_checked_against_the_manifest(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    edit_manifest(tmp_path / "index", counts={"articles": 3, "passages": 2, "sentences": 5})
    with pytest.raises(IndexCorrupt, match="where its manifest says"):
        live(tmp_path / "index")


def test_a_newer_format_asks_for_an_update(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    edit_manifest(tmp_path / "index", format=99, something="new")
    with pytest.raises(
        IndexMismatch,
        match=r"format 99, newer.*update rag, or rebuild it with: rag index .* --rebuild",
    ):
        live(tmp_path / "index")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 3}'])
def test_a_damaged_manifest_is_named(
    content: str, folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    (live_generation(tmp_path / "index") / "manifest.json").write_text(content)
    with pytest.raises(IndexCorrupt, match="manifest cannot be read"):
        live(tmp_path / "index")


@pytest.mark.parametrize("content", ["../../elsewhere", "nothing-of-that-name", ".."])
def test_current_must_name_a_generation(
    content: str, folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    (tmp_path / "index" / "CURRENT").write_text(content)
    with pytest.raises(IndexCorrupt, match="CURRENT"):
        live_generation(tmp_path / "index")


def test_the_wrong_encoder_is_refused_with_the_command_that_mends_it(
    folder: Path, tmp_path: Path, words: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=words)
    with pytest.raises(IndexMismatch, match=r"d=4\) but .* d=1\) was asked.*rag index .*--model"):
        open_index(tmp_path / "index", encoder=WordEncoder("river"))


def test_a_folder_without_articles_leaves_no_index(tmp_path: Path, words: WordEncoder) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError):
        build_index(tmp_path / "empty", tmp_path / "index", encoder=words)
    assert not (tmp_path / "index").exists()


def test_progress_counts_every_embedded_text(
    folder: Path, tmp_path: Path, words: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_GROUP", 2)
    seen: list[tuple[str, int, int]] = []
    report = build_index(
        folder, tmp_path / "index", encoder=words, progress=lambda *step: seen.append(step)
    )
    counted = [(done, total) for what, done, total in seen if what == "embedding"]
    assert counted[-1] == (report.embedded, report.embedded)
