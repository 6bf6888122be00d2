"""BEIR-format folders: what they hold, what is wrong with a bad one, and the way there and back."""

import json
from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.bench.beir import read_beir, write_beir
from rag.bench.collection import Query, choose_questions
from rag.bench.formats import common_format
from rag.bench.records import Warned
from rag.bench.retrieval import measure_retrieval
from rag.bench.squad import read_squad, squad_collection
from rag.errors import BenchmarkError

CORPUS = [
    {"_id": "d1", "title": "The river", "text": "is wide."},
    {"_id": "d2", "text": "A train."},
]
QUERIES = [{"_id": "q1", "text": "river?"}, {"_id": "q2", "text": "train?"}]
QRELS = [("q1", "d1", "2"), ("q1", "d2", "0"), ("q2", "d2", "1")]


def beir(
    folder: Path,
    corpus: list[dict[str, object]] = CORPUS,
    queries: list[dict[str, object]] = QUERIES,
    qrels: list[tuple[str, ...]] = QRELS,
    split: str = "test",
) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(row) for row in qrels)]
    (folder / "qrels" / f"{split}.tsv").write_text("\n".join(lines) + "\n")
    return folder


def test_title_and_text_are_one_passage_and_grades_are_kept(tmp_path: Path) -> None:
    found = read_beir(beir(tmp_path / "set"))
    assert common_format([tmp_path / "set"]) == "beir"
    assert found.passage_ids == ("d1", "d2")
    assert found.contexts == ("The river is wide.", "A train.")
    assert found.queries == (Query("q1", "river?"), Query("q2", "train?"))
    assert found.judged == {"q1": {"d1": 2, "d2": 0}, "q2": {"d2": 1}}
    assert found.warnings == ()


def test_what_does_not_stop_it_is_counted(tmp_path: Path) -> None:
    corpus = [*CORPUS, {"_id": "d3", "title": "", "text": " "}]
    queries = [*QUERIES, {"_id": "q3", "text": "night?"}]
    qrels = [*QRELS, ("q9", "d1", "1"), ("q9", "d3", "1")]
    qrels[2] = ("q2", "d3", "0")
    found = read_beir(beir(tmp_path / "set", corpus, queries, qrels))
    assert found.passage_ids == ("d1", "d2")
    assert found.warnings == (
        Warned(1, "passages of set without text, never found", "d3"),
        Warned(1, "questions of test.tsv without text", "q9"),
        Warned(1, "questions of set without judgements in test.tsv, not asked", "q3"),
        Warned(1, "questions of test.tsv without a relevant passage, which count as 0", "q2"),
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"corpus": [*CORPUS, CORPUS[0]]},
         r"corpus\.jsonl, line 3: the passage id 'd1' stands twice"),
        ({"corpus": [CORPUS[0], {"_id": 2, "text": "x"}]},
         r"line 2: the passage id 2 is a number, but those before it are each a string"),
        ({"corpus": []}, r"corpus\.jsonl holds no passage"),
        ({"corpus": [{"text": "x"}]}, r"line 1: the passage id is None"),
        ({"corpus": [{"_id": "d1", "text": 7}]}, r"line 1: title and text must be strings"),
        ({"queries": [*QUERIES, QUERIES[0]]}, r"queries\.jsonl, line 3: the question id 'q1'"),
        ({"queries": []}, r"queries\.jsonl holds no question"),
        ({"queries": [{"_id": "q1", "text": ""}]}, r"queries\.jsonl, line 1: the text is empty"),
        ({"qrels": [("q1", "d7", "1")]}, r"test\.tsv, line 2: the corpus holds no passage 'd7'"),
        ({"qrels": [("q1", "d1", "1.5")]}, r"line 2: the grade '1.5' is not a whole number"),
        ({"qrels": [("q1", "d1")]}, r"line 2: expected 3 columns with tabs, found 2"),
        ({"qrels": [*QRELS, QRELS[0]]}, r"line 5: 'd1' is judged twice for question 'q1'"),
        ({"qrels": [("q8", "d1", "1")]}, r"judges none of the questions"),
    ],
)  # fmt: skip
def test_a_bad_folder_is_one_error_with_file_and_line(
    changed: dict[str, list[object]], message: str, tmp_path: Path
) -> None:
    folder = beir(tmp_path / "set", **changed)  # type: ignore[arg-type]
    with pytest.raises(BenchmarkError, match=message):
        read_beir(folder)


def test_of_several_splits_one_must_be_named(tmp_path: Path) -> None:
    folder = beir(beir(tmp_path / "set"), qrels=[("q2", "d2", "1")], split="dev")
    with pytest.raises(BenchmarkError, match="has the splits dev, test; name one with --split"):
        read_beir(folder)
    assert read_beir(folder, split="dev").judged == {"q2": {"d2": 1}}
    with pytest.raises(BenchmarkError, match="no split 'train', only dev, test"):
        read_beir(folder, split="train")


def test_a_folder_that_is_no_benchmark_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"it has no corpus\.jsonl"):
        common_format([tmp_path])


def test_numbers_as_ids_are_read_as_text(tmp_path: Path) -> None:
    found = read_beir(
        beir(
            tmp_path / "set",
            [{"_id": 7, "text": "x"}],
            [{"_id": 1, "text": "y"}],
            [("1", "7", "1")],
        )
    )
    assert found.judged == {"1": {"7": 1}}


def test_an_export_evaluated_from_its_files_alone_has_the_figures_of_the_direct_path(
    words: WordEncoder, tmp_path: Path
) -> None:
    paragraphs = [
        (" The bridge is old. The river is wide.\n", [("a", "river?"), ("b", "night bridge?")]),
        ("The train was late at night.", [("c", "train?"), ("d", "river?")]),
        ("The river and the bridge.", [("e", "bridge river?"), ("f", "train?"), ("g", "late?")]),
    ]
    data = [
        {"paragraphs": [{"context": text, "qas": [{"id": i, "question": q} for i, q in asked]}]}
        for text, asked in paragraphs
    ]
    source = tmp_path / "set.json"
    source.write_text(json.dumps({"data": data}))
    collection = squad_collection(read_squad(source))
    write_beir(tmp_path / "beir", collection, choose_questions(collection, collection, every=2))
    direct, exported = (
        measure_retrieval([path], every=every, encoder=words, cache=tmp_path / f"cache-{every}")
        for path, every in ((source, 2), (tmp_path / "beir", 1))
    )
    ((one,), (other,)) = direct["results"], exported["results"]
    assert one["questions"] == other["questions"] == 4
    for arm, row in one["arms"].items():
        times = {"rank_ms": other["arms"][arm]["rank_ms"]}
        assert row | times == other["arms"][arm]
    assert one["intervals"] == other["intervals"]
    assert one["questions_sha256"] == other["questions_sha256"]
    with pytest.raises(BenchmarkError, match="is not empty"):
        write_beir(tmp_path / "beir", collection, ())
