"""The arms' figures, against values computed by hand."""

import json
from collections.abc import Sequence
from math import log2
from pathlib import Path
from typing import Any

import pytest
from conftest import SEEDS, WordEncoder

from rag import cli
from rag.bench.arms import ARMS, MEASURES
from rag.bench.measuring import Settings
from rag.bench.retrieval import measure_retrieval
from rag.bench.tables import terminal_table
from rag.errors import BenchmarkError
from rag.index import Index
from rag.retrieve import Candidate
from rag.types import Arm

Paragraph = tuple[str, dict[str, str]]

# The encoder knows river, bridge, train and night. To "river?" the passages have the
# cosines 1/√3, 0 and 1/√2; the first one's second sentence has 1.
SMALL: list[Paragraph] = [
    ("The bridge is old. The river is wide. The night is dark.", {"a": "river?"}),
    ("The train was late.", {"b": "train?"}),
    ("The river and the bridge.", {"c": "bridge river?"}),
]


def write(path: Path, paragraphs: list[Paragraph]) -> Path:
    inner = [
        {"context": context, "qas": [{"id": i, "question": q} for i, q in qas.items()]}
        for context, qas in paragraphs
    ]
    path.write_text(json.dumps({"data": [{"paragraphs": inner}]}))
    return path


def measure(
    words: WordEncoder, tmp_path: Path, *files: Path, arms: Sequence[Arm] = ARMS, **options: Any
) -> dict[str, Any]:
    options = {"settings": Settings(arms=arms)} | options
    return measure_retrieval(files, encoder=words, cache=tmp_path / "cache", **options)


def test_each_arm_has_the_figures_computed_by_hand(words: WordEncoder, tmp_path: Path) -> None:
    result = measure(words, tmp_path, write(tmp_path / "small.json", SMALL))
    (found,) = result["results"]
    assert (found["questions"], found["passages"]) == (3, 3)
    assert tuple(found["arms"]) == ARMS
    dense, both = found["arms"]["dense"], found["arms"]["dense+sentence"]
    assert dense["nDCG@10"] == pytest.approx((1 / log2(3) + 1 + 1) / 3)
    assert dense["RR@10"] == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert dense["Recall@1"] == pytest.approx(2 / 3)
    assert dense["Recall@5"] == dense["Recall@100"] == 1.0
    assert {both[name] for name in MEASURES} == {1.0}
    assert found["arms"]["sparse"]["Recall@5"] == 1.0


def test_equal_scores_count_in_the_order_in_which_search_returns_them(
    words: WordEncoder, tmp_path: Path
) -> None:
    ties: list[Paragraph] = [("Night one.", {"a": "night?"}), ("Night two.", {})]
    result = measure(words, tmp_path, write(tmp_path / "ties.json", ties))
    assert result["results"][0]["arms"]["dense"]["RR@10"] == 1.0


def test_the_ranking_measured_is_that_of_rank(
    words: WordEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rank, asked = Index.rank, []

    def watched(self: Index, question: str, **options: Any) -> list[Candidate]:
        if options.get("arm") == "dense":
            asked.append(question)
        return rank(self, question, **options)[::-1]

    monkeypatch.setattr(Index, "rank", watched)
    file = write(tmp_path / "small.json", SMALL)
    result = measure(words, tmp_path, file, arms=["dense"])
    measured = result["results"][0]["arms"]["dense"]
    assert asked == ["river?", "train?", "bridge river?"]
    # Reversed, the relevant passages stand at the ranks 2, 3 and 3.
    assert measured["RR@10"] == pytest.approx((1 / 2 + 1 / 3 + 1 / 3) / 3)


def test_translations_are_measured_across_languages(words: WordEncoder, tmp_path: Path) -> None:
    one = write(tmp_path / "one.json", [("River.", {"a": "river?"}), ("Train.", {"b": "train?"})])
    # Here the passage of b is about the night, which the other file's question is not.
    two = write(
        tmp_path / "two.json",
        [("Night, and a train.", {"b": "night?"}), ("River.", {"a": "river?"}), ("Train.", {})],
    )
    result = measure(words, tmp_path, one, two, arms=["dense"])
    told = [
        (Path(r["questions_of"]).stem, Path(r["passages_of"]).stem, r["arms"]["dense"]["RR@10"])
        for r in result["results"]
    ]
    assert told == [
        ("one", "one", 1.0),
        ("two", "two", 1.0),
        ("two", "one", pytest.approx((1 + 1 / 2) / 2)),  # nothing is about the night
        ("one", "two", pytest.approx((1 + 1 / 2) / 2)),  # "Train." is nearer
    ]
    assert result["means"]["same language"]["dense"]["RR@10"] == 1.0
    assert result["means"]["across languages"]["dense"]["RR@10"] == pytest.approx(0.75)
    assert result["notes"] == []
    table = terminal_table(result)
    assert "one.json → two.json: 2 questions, 3 passages" in table
    assert "mean, across languages" in table


def test_files_that_share_some_ids_are_measured_apart_and_it_is_said(
    words: WordEncoder, tmp_path: Path
) -> None:
    one = write(tmp_path / "one.json", [("River.", {"a": "river?", "b": "train?"})])
    two = write(tmp_path / "two.json", [("River.", {"a": "river?"})])
    result = measure(words, tmp_path, one, two, arms=["dense"])
    assert len(result["results"]) == 2
    assert result["notes"] == [
        "one.json and two.json share 1 question ids of 2: measured apart, not as translations"
    ]


def test_a_second_run_encodes_no_passage_and_no_question_again(
    words: WordEncoder, tmp_path: Path
) -> None:
    file = write(tmp_path / "small.json", SMALL)
    first = measure(words, tmp_path, file)
    encoded = len(words.encoded)
    second = measure(words, tmp_path, file)
    assert len(words.encoded) == encoded
    assert first["corpora"][0]["index"] == second["corpora"][0]["index"]
    assert [
        {name: row[name] for name in MEASURES} for row in first["results"][0]["arms"].values()
    ] == [{name: row[name] for name in MEASURES} for row in second["results"][0]["arms"].values()]


def test_only_the_questions_asked_for_are_measured(words: WordEncoder, tmp_path: Path) -> None:
    file = write(tmp_path / "small.json", SMALL)
    result = measure(words, tmp_path, file, arms=["dense"], every=2, offset=1)
    assert result["results"][0]["questions"] == 1
    assert result["results"][0]["passages"] == 3
    assert "asked: questions 1 modulo 2 of each file" in terminal_table(result)
    with pytest.raises(BenchmarkError, match="has no question 8 modulo 9"):
        measure(words, tmp_path, file, every=9, offset=8)
    with pytest.raises(ValueError, match="offset"):
        measure(words, tmp_path, file, every=2, offset=2)


def test_a_file_given_twice_is_an_error(words: WordEncoder, tmp_path: Path) -> None:
    file = write(tmp_path / "small.json", SMALL)
    with pytest.raises(BenchmarkError, match=r"small\.json is given twice"):
        measure(words, tmp_path, file, tmp_path / "." / "small.json")


@pytest.fixture
def offline(words: WordEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the command use the small encoder and a cache of its own."""
    monkeypatch.setattr("rag.bench.retrieval.load_encoder", lambda *_, **__: words)
    monkeypatch.setattr("rag.bench.retrieval.default_cache", lambda: tmp_path / "cache")


@pytest.mark.usefixtures("offline")
def test_the_command_prints_one_json_object_or_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(write(tmp_path / "small.json", SMALL))
    assert cli.main(["bench", file, "--json", "--arms", "dense+sentence,dense"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert err == ""
    assert list(result["results"][0]["arms"]) == ["dense+sentence", "dense"]
    assert result["encoder_fingerprint"] == "words:river,bridge,train,night"
    assert cli.main(["bench", file, "--every", "2", "--arms", "dense"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [*MEASURES, "rank_ms"]
    assert lines[2].split()[:7] == ["dense", "0.8155", "0.5000", *["1.0000"] * 3, "0.7500"]


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--every", "3", "--offset", "3"], "--offset below it"),
        (["--every", "0"], "--every must be at least 1"),
        (["--offset", "1"], "--offset below it"),
    ],
)
def test_wrong_usage_is_said_in_one_line(
    options: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(write(tmp_path / "small.json", SMALL))
    assert cli.main(["bench", file, *options]) == 2
    assert complaint in capsys.readouterr().err


def test_an_unknown_arm_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["bench", "x.json", "--arms", "dense,bm26"])
    assert "'bm26' is none of dense, sparse, dense+sentence, hybrid" in capsys.readouterr().err


def test_question_files_take_no_option_of_the_others_and_no_company(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    squad = str(write(tmp_path / "small.json", SMALL))
    questions = str(SEEDS / "questions.jsonl")
    assert cli.main(["bench", questions, "--every", "3"]) == 2
    assert "--every is for SQuAD-format files" in capsys.readouterr().err
    assert cli.main(["bench", questions, squad]) == 1
    assert "measured in separate runs" in capsys.readouterr().err


def test_an_export_is_written_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(write(tmp_path / "small.json", SMALL))
    command = ["bench", file, "--every", "2", "--export-beir", str(tmp_path / "beir")]
    assert cli.main(command) == 0
    assert capsys.readouterr().out == f"wrote 3 passages and 2 questions to {tmp_path / 'beir'}\n"
    assert len((tmp_path / "beir" / "queries.jsonl").read_text().splitlines()) == 2


@pytest.mark.usefixtures("offline")
def test_any_measure_of_the_field_is_computed_and_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(write(tmp_path / "small.json", SMALL))
    options = ["--arms", "dense,sparse", "--measures", "AP P(rel=1)@2", "--json"]
    assert cli.main(["bench", file, *options]) == 0
    (found,) = json.loads(capsys.readouterr().out)["results"]
    dense = found["arms"]["dense"]
    assert (dense["AP"], dense["P(rel=1)@2"]) == (pytest.approx((1 / 2 + 1 + 1) / 3), 0.5)
    assert [c["measure"] for c in found["comparisons"]] == ["AP", "P(rel=1)@2"]
    assert found["questions"] == found["comparisons"][0]["questions"] == 3


def test_an_interruption_says_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.bench.command.measure_retrieval", interrupted)
    file = str(write(tmp_path / "small.json", SMALL))
    assert cli.main(["bench", file, "--save", "kept"]) == 130
    assert capsys.readouterr().err == "rag: interrupted; go on with --resume --save kept\n"
