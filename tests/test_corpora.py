"""Benchmark contexts as an index."""

from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.bench.corpora import cached_encoder, encode_questions, open_corpus
from rag.bench.squad import Asked, SquadFile

LONG = "The bridge crosses the river.\n\n" + "The train leaves at night. " * 200
CONTEXTS = ("The river is wide. The night is dark.", LONG.strip(), "A bridge")


@pytest.fixture
def file() -> SquadFile:
    return SquadFile(Path("set.json"), "en", CONTEXTS, (Asked("1", "river?", 0),))


def test_each_context_is_one_passage_in_its_row_with_its_sentences(
    file: SquadFile, words: WordEncoder, tmp_path: Path
) -> None:
    generation = open_corpus(file, words, tmp_path).generation
    spans = [(int(p["article"]), int(p["start"]), int(p["end"])) for p in generation.passages]
    assert spans == [(row, 0, len(context)) for row, context in enumerate(CONTEXTS)]
    assert [generation.text(row) for row in range(3)] == list(CONTEXTS)
    first = [CONTEXTS[0][int(s["start"]) : int(s["end"])] for s in generation.sentences[:2]]
    assert first == ["The river is wide.", "The night is dark."]
    assert generation.passages["first"].tolist() == [0, 2, 203]


def test_an_index_is_built_once_and_found_again(
    file: SquadFile, words: WordEncoder, tmp_path: Path
) -> None:
    first = open_corpus(file, words, tmp_path)
    encoded = len(words.encoded)
    again = open_corpus(file, words, tmp_path)
    assert again.generation.path == first.generation.path
    assert len(words.encoded) == encoded
    other = SquadFile(file.path, "en", CONTEXTS[:2], file.questions)
    assert open_corpus(other, words, tmp_path).fingerprint != first.fingerprint


def test_a_damaged_index_is_built_anew_from_the_vectors_that_are_known(
    file: SquadFile, words: WordEncoder, tmp_path: Path
) -> None:
    first = open_corpus(file, cached_encoder(words, tmp_path), tmp_path)
    encoded = len(words.encoded)
    (first.generation.path / "passages.npy").write_bytes(b"")
    again = open_corpus(file, cached_encoder(words, tmp_path), tmp_path)
    assert again.fingerprint == first.fingerprint
    assert len(words.encoded) == encoded


def test_questions_are_encoded_in_batches_and_reported(words: WordEncoder, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    encoder = cached_encoder(words, tmp_path)
    texts = [f"river {i}" for i in range(600)]
    encode_questions(texts, encoder, progress=lambda *told_now: told.append(told_now))
    assert told == [("questions", 512, 600), ("questions", 600, 600)]
