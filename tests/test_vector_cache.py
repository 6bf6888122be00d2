"""Vectors that are encoded once and found again."""

from pathlib import Path

import numpy as np
import pytest
from conftest import WordEncoder

from rag.bench.vector_cache import CachedEncoder

QUESTIONS = ["river bridge", "night", "river bridge", "train train night"]


class Refusing(WordEncoder):
    """Knows how to describe itself, but must not be asked to encode."""

    def encode_query(self, texts: list[str]) -> np.ndarray:
        raise AssertionError(texts)


def test_a_second_run_encodes_nothing_and_gives_the_same_vectors(
    words: WordEncoder, tmp_path: Path
) -> None:
    expected = words.encode_query(QUESTIONS)
    first = CachedEncoder(words, tmp_path)
    assert np.array_equal(first.encode_query(QUESTIONS), expected)
    assert np.array_equal(first.encode_document(QUESTIONS), expected)
    again = CachedEncoder(Refusing(*words.words), tmp_path)
    assert np.array_equal(again.encode_query(QUESTIONS[::-1]), expected[::-1])
    assert np.array_equal(again.encode_document(QUESTIONS), expected)
    assert again.encode_query([]).shape == (0, 4)


def test_each_text_is_encoded_once(words: WordEncoder, tmp_path: Path) -> None:
    encoder = CachedEncoder(words, tmp_path)
    encoder.encode_document(QUESTIONS)
    encoder.encode_document(["night", "river"])
    assert words.encoded == ["river bridge", "night", "train train night", "river"]


def test_questions_documents_and_encoders_do_not_share_vectors(
    words: WordEncoder, tmp_path: Path
) -> None:
    CachedEncoder(words, tmp_path).encode_document(["night"])
    with pytest.raises(AssertionError):
        CachedEncoder(Refusing(*words.words), tmp_path).encode_query(["night"])
    with pytest.raises(AssertionError):
        CachedEncoder(Refusing("night", "river"), tmp_path).encode_document(["night"])


def test_a_damaged_file_is_encoded_again(words: WordEncoder, tmp_path: Path) -> None:
    expected = CachedEncoder(words, tmp_path).encode_query(["night river"])
    (file,) = tmp_path.rglob("*.npy")
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)
    assert np.array_equal(CachedEncoder(words, tmp_path).encode_query(["night river"]), expected)
    assert [path.name for path in tmp_path.rglob("*.npy")] == [file.name]


def test_it_describes_the_encoder_that_it_wraps(words: WordEncoder, tmp_path: Path) -> None:
    encoder = CachedEncoder(words, tmp_path)
    assert (encoder.name, encoder.dimension, encoder.max_tokens) == ("words", 4, 512)
    assert encoder.fingerprint == words.fingerprint
    assert encoder.count_tokens("one two") == 2
