"""Question files and the figures that come from them."""

import json
from pathlib import Path

import pytest
from conftest import SEEDS, WordEncoder

from rag.bench.index_measure import measure
from rag.bench.questions import example_questions, read_questions
from rag.bench.tables import terminal_table
from rag.building.build import build_index
from rag.errors import BenchmarkError
from rag.index import Index, open_index

RIVER = {"id": "1", "lang": "en", "question": "river?", "article": "bridge.txt", "answers": []}


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words, read=False)


def write(path: Path, *questions: dict[str, object]) -> Path:
    path.write_text("\n".join(json.dumps(question) for question in questions))
    return path


def test_figures_are_those_computed_by_hand(index: Index, tmp_path: Path) -> None:
    found = {**RIVER, "quote": "crosses the river"}
    second = {**RIVER, "id": "2", "question": "bridge bridge train train", "quote": "The train is"}
    second["article"] = "train.txt"
    missed = {**RIVER, "id": "3", "question": "train", "quote": "The old bridge"}
    file = write(tmp_path / "q.jsonl", found, second, missed)
    figures = measure(index, [file])["all"]
    assert figures["questions"] == 3
    assert figures["Success@1"] == pytest.approx(2 / 3)
    assert figures["Success@5"] == 1.0  # there are only two passages
    assert figures["RR@10"] == pytest.approx((1 + 1 + 1 / 2) / 3)
    assert figures["answer@1"] == pytest.approx(2 / 3)
    assert figures["abstained"] is None


def test_every_citation_is_checked_against_its_article(index: Index, tmp_path: Path) -> None:
    result = measure(index, [write(tmp_path / "q.jsonl", {**RIVER, "quote": "the river"})])
    assert result["citations"] == {"checked": 4, "wrong": 0}
    assert "4 citations checked against their articles, 0 wrong" in terminal_table(result)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1"),
        ("[]", "line 1"),
        ('{"id": "1"}', "line 1"),
        (json.dumps({**RIVER, "quote": None}), "article and quote go together"),
        (json.dumps({**RIVER, "quote": "a"}) * 1 + "\n" + json.dumps({**RIVER, "quote": "a"}),
         "line 2.*twice"),
        ("", "holds no question"),
    ],
)  # fmt: skip
def test_a_bad_question_file_is_one_error_with_its_line(
    line: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "q.jsonl").write_text(line)
    with pytest.raises(BenchmarkError, match=message):
        read_questions(tmp_path / "q.jsonl")


def test_a_quote_that_the_article_does_not_hold_is_an_error(index: Index, tmp_path: Path) -> None:
    file = write(tmp_path / "q.jsonl", {**RIVER, "quote": "the sea"})
    with pytest.raises(BenchmarkError, match=r"bridge\.txt does not hold its quote"):
        measure(index, [file])
    file = write(tmp_path / "q.jsonl", {**RIVER, "article": "sea.txt", "quote": "the sea"})
    with pytest.raises(BenchmarkError, match=r"no article 'sea\.txt'"):
        measure(index, [file])


def test_examples_are_one_question_a_language_from_the_folder(tmp_path: Path) -> None:
    assert example_questions(tmp_path) == []
    (tmp_path / "questions.jsonl").write_text("something else")
    assert example_questions(tmp_path) == []
    examples = example_questions(SEEDS)
    assert "Сколько компаний в Astana Hub?" in examples
    assert len(examples) == 5
