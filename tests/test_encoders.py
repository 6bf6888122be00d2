"""Encoders: batches, windows, refusals. What the vectors are worth: see test_bundled_model."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.bench.squad import read_squad, squad_collection
from rag.encoders import (
    BUNDLED,
    BundledEncoder,
    SentenceTransformerEncoder,
    _windows,
    load_encoder,
)
from rag.encoders import batches as split_batches
from rag.errors import ModelError
from rag.training.asked import FITTING

SHORT = 24 * 3  # paragraphs of the short articles, which come first


@pytest.fixture(scope="module")
def bundled() -> BundledEncoder:
    return BundledEncoder()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformerEncoder:
    from rag.bundled.export import export_sentence_transformer

    folder = tmp_path_factory.mktemp("model")
    export_sentence_transformer(folder)
    return SentenceTransformerEncoder(str(folder))


def test_vectors_are_unit_length_and_questions_differ_from_passages(
    bundled: BundledEncoder,
) -> None:
    texts = ["Où est le pont ?", "Мост через реку."]
    queries, passages = bundled.encode_query(texts), bundled.encode_document(texts)
    assert queries.shape == (2, bundled.dimension) == (2, 384)
    assert np.allclose(np.linalg.norm(queries, axis=1), 1, atol=1e-5)
    assert not np.allclose(queries, passages, atol=1e-2)


def test_questions_in_other_languages_find_their_passages(bundled: BundledEncoder) -> None:
    """Of short articles in five languages, asked in seven; the published model finds half."""
    collection = squad_collection(read_squad(FITTING))
    contexts = collection.contexts[:SHORT]
    rows = {name: row for row, name in enumerate(collection.passage_ids[:SHORT])}
    asked = [
        question
        for question in collection.queries
        if collection.gold[question.id] and rows.keys() >= collection.judged[question.id].keys()
    ]
    right = [rows[next(iter(collection.judged[question.id]))] for question in asked]
    passages = bundled.encode_document(list(contexts))
    texts = [question.text for question in asked]
    published = BundledEncoder(precision="fp32").encode_query(texts)
    found, before = (
        float(np.mean((vectors @ passages.T).argmax(1) == right))
        for vectors in (bundled.encode_query(texts), published)
    )
    assert found > before + 0.1
    assert found > 0.6


def test_no_text_gives_no_vector(bundled: BundledEncoder) -> None:
    assert bundled.encode_document([]).shape == (0, 384)


@pytest.mark.parametrize("empty", ["", " ", "\n\u3000"])
def test_an_empty_text_is_an_error(bundled: BundledEncoder, empty: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        bundled.encode_document(["fine", empty])


def test_the_end_of_a_text_beyond_the_limit_counts(bundled: BundledEncoder) -> None:
    long = "The river is long and the bridge is old. " * 100
    assert bundled.count_tokens(long) > bundled.max_tokens
    plain, ended = bundled.encode_document([long, long + "Nuclear fusion powers the sun. " * 40])
    about = bundled.encode_query(["nuclear fusion in the sun"])[0]
    assert ended @ about > plain @ about + 0.01


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=50).filter(str.strip))
def test_any_text_has_a_vector(bundled: BundledEncoder, text: str) -> None:
    assert np.isfinite(bundled.encode_document([text + "\ud800"])).all()


@given(st.lists(st.integers(0, 9), min_size=4, max_size=80), st.integers(5, 20))
def test_windows_fit_and_hold_every_token_once(ids: list[int], limit: int) -> None:
    windows = list(_windows(ids, 2, limit))
    assert all(len(window) <= limit for window in windows)
    assert [i for window in windows for i in window[2:-1]] == ids[2:-1]
    assert all(window[:2] == ids[:2] and window[-1] == ids[-1] for window in windows)


@given(st.lists(st.integers(1, 512), max_size=60))
def test_batches_hold_every_row_once_within_the_budget(lengths: list[int]) -> None:
    batches = list(split_batches(lengths, tokens=1024))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(len(b) == 1 or len(b) * max(lengths[r] for r in b) <= 1024 for b in batches)


def test_the_exported_model_gives_the_bundled_models_vectors(
    bundled: BundledEncoder, exported: SentenceTransformerEncoder
) -> None:
    texts = ["Le pont est vieux.", "Қазақстанның астанасы — Астана қаласы.", "57,4 % of 1 700"]
    cosines = (bundled.encode_document(texts) * exported.encode_document(texts)).sum(axis=1)
    assert cosines.min() > 0.98
    assert exported.count_tokens(texts[1]) == bundled.count_tokens(texts[1])


def test_an_e5_model_whose_folder_names_no_prompts_gets_them(
    exported: SentenceTransformerEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "multilingual-e5-small"
    shutil.copytree(exported.name, folder)
    config = folder / "config_sentence_transformers.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"prompts": {}}))
    plain = SentenceTransformerEncoder(str(folder))
    assert plain.fingerprint == exported.fingerprint
    assert np.array_equal(plain.encode_query(["pont"]), exported.encode_query(["pont"]))


def test_another_model_reads_long_texts_to_their_end(exported: SentenceTransformerEncoder) -> None:
    long = "The river is long and the bridge is old. " * 60
    plain, ended = exported.encode_document([long, long + "Nuclear fusion powers the sun. " * 40])
    about = exported.encode_query(["nuclear fusion in the sun"])[0]
    assert ended @ about > plain @ about + 0.01


def test_a_reloaded_model_has_the_same_fingerprint(exported: SentenceTransformerEncoder) -> None:
    assert SentenceTransformerEncoder(exported.name).fingerprint == exported.fingerprint


def test_a_model_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(str(tmp_path / "missing"))
    with pytest.raises(ModelError, match=BUNDLED):
        load_encoder("bundled:other")
