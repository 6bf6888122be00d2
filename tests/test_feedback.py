"""What readers judged becomes candidate qrels, and nothing is dropped silently."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import WordEncoder

from rag.bench.feedback import candidate_qrels, read_feedback
from rag.bench.feedback_measure import measure_feedback
from rag.bench.formats import common_format
from rag.bench.measuring import Settings
from rag.bench.places import Places
from rag.building.build import build_index
from rag.errors import BenchmarkError
from rag.index import Index, open_index

# bridge.txt: "The old bridge\n\nThe bridge crosses the river. It is open at night.\n"
CROSSES = {
    "article": "bridge.txt",
    "start": 16,
    "end": 46,
    "quote": "The bridge crosses the river. ",
}
LEAVES = {"article": "train.txt", "start": 0, "end": 26, "quote": "The train leaves at night."}
NOWHERE = {"article": None, "start": None, "end": None, "quote": None}


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words)


def line(verdict: str, span: dict[str, Any], *, at: int = 0, **other: Any) -> dict[str, Any]:
    time = f"2026-01-02T03:04:{at:02d}Z"
    return {"question": "river?", "verdict": verdict, "index": "ab", "time": time} | span | other


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def test_right_and_wrong_spans_judge_their_passages(index: Index, tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.jsonl",
        line("wrong", LEAVES),
        line("right", CROSSES, lang="en"),
        line("should-have-answered", LEAVES, question="When?"),
    )
    assert common_format([file]) == "feedback"
    places = Places(index)
    bridge, train = places.ids
    found = candidate_qrels(read_feedback(file), index, places)
    assert [(q.text, q.language, q.relevant) for q in found.questions] == [
        ("river?", "en", {train: 0, bridge: 1}),
        ("When?", None, {train: 1}),
    ]
    assert (found.used, found.ignored) == (3, {})


def test_what_cannot_be_used_is_counted_with_its_reason(index: Index, tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.jsonl",
        line("right", CROSSES, at=5),
        line("wrong", CROSSES, at=1),  # said earlier, though it stands later
        line("right", CROSSES | {"quote": "The bridge crossed the river. "}),
        line("right", CROSSES | {"article": "gone.txt"}),
        line("should-have-answered", NOWHERE),
        line("wrong", LEAVES, question="Who?"),
    )
    found = candidate_qrels(read_feedback(file), index, Places(index))
    assert found.used == 1
    assert found.ignored == {
        "the article does not hold the quote at its place any more": 1,
        "the article is not in the index": 1,
        "no span is given": 1,
        "a later judgement says otherwise": 1,
        "nothing is known that answers the question": 1,
    }


def test_feedback_is_measured_and_says_what_was_used(index: Index, tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.jsonl", line("right", CROSSES), line("should-have-answered", NOWHERE)
    )
    settings = Settings(save=tmp_path / "saved")
    result = measure_feedback(index, [file], settings=settings, progress=lambda *_: None)
    assert result["judgements"] == {"read": 2, "used": 1, "ignored": {"no span is given": 1}}
    assert result["arms"]["all"]["hybrid"]["RR@10"] == 1.0
    assert result["warnings"][0]["what"] == "judgements not used: no span is given"
    qrels = (tmp_path / "saved" / "pairs" / "f" / "qrels.txt").read_text()
    assert qrels == "feedback-1 0 bridge.txt:0-66 1\n"


def test_without_a_usable_judgement_there_is_nothing_to_measure(
    index: Index, tmp_path: Path
) -> None:
    file = write(tmp_path / "f.jsonl", line("wrong", CROSSES))
    with pytest.raises(BenchmarkError, match="none of 1 judgements can be used"):
        measure_feedback(index, [file], settings=Settings(), progress=lambda *_: None)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (line("good", CROSSES), "line 1: the verdict is 'good', not one of right, wrong, should"),
        (line("wrong", NOWHERE), "line 1: 'wrong' needs the article that was judged"),
        (line("right", CROSSES | {"start": "7"}), "line 1: an article needs its start, end and"),
        (line("right", CROSSES, question=" "), "line 1: the question is empty"),
        (line("right", CROSSES) | {"time": "noon"}, "line 1: the time 'noon' is not ISO 8601"),
        ({"question": "?", "verdict": "right"}, "line 1: there is no 'article'"),
    ],
)
def test_a_bad_line_is_one_error(bad: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=message):
        read_feedback(write(tmp_path / "f.jsonl", bad))
