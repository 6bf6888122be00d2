"""A gate fails on what it says, and on nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from rag import cli
from rag.bench.gate import Condition, failures, parse_condition, write_baseline
from rag.errors import BenchmarkError

QRELS = "q1 0 a 1\nq2 0 b 1\n"
GOOD = "q1 Q0 a 1 2 t\nq1 Q0 z 2 1 t\nq2 Q0 b 1 2 t\n"
WORSE = "q1 Q0 z 1 2 t\nq1 Q0 a 2 1 t\nq2 Q0 b 1 2 t\n"


def result(**arms: dict[str, float]) -> dict[str, Any]:
    one = {"name": "set", "questions": 2, "questions_sha256": "ab", "arms": arms}
    return {"results": [one], "answers": []}


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    path = tmp_path / "baseline.json"
    write_baseline(path, result(dense={"AP": 0.5, "rank_ms": 3.0}, hybrid={"AP": 0.75}))
    return path


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("nDCG@10 < -0.01", (None, "nDCG@10", "<", -0.01)),
        ("nDCG@10<-.01", (None, "nDCG@10", "<", -0.01)),
        (" hybrid R@1 < -0.02 ", ("hybrid", "R@1", "<", -0.02)),
        ("P(rel=2)@5 > +1", (None, "P(rel=2)@5", ">", 1.0)),
        ("dense+sentence sentence@1 < 0", ("dense+sentence", "sentence@1", "<", 0.0)),
    ],
)
def test_conditions_are_read(text: str, condition: tuple[Any, ...]) -> None:
    assert parse_condition(text) == Condition(text.strip(), *condition)


@pytest.mark.parametrize(
    "text",
    ["nDCG@10", "nDCG@10 <", "< 0.1", "nDCG@10 <= 0.1", "a b c < 0.1", "AP < 1%", "AP < nan"],
)
def test_what_is_no_condition_is_an_error(text: str) -> None:
    with pytest.raises(BenchmarkError, match="is no condition"):
        parse_condition(text)


def test_the_difference_to_the_same_arm_decides(baseline: Path) -> None:
    now = result(dense={"AP": 0.5}, hybrid={"AP": 0.735}, new={"AP": 0.0})
    assert failures(now, baseline, [parse_condition("AP < -0.02")]) == []
    assert failures(now, baseline, [parse_condition("AP < -0.01")]) == [
        "hybrid AP on set went from 0.7500 to 0.7350 (-0.0150), and fails on: AP < -0.01"
    ]
    assert failures(now, baseline, [parse_condition("dense AP < -0.01")]) == []
    assert (
        len(failures(now, baseline, [parse_condition("AP > -1"), parse_condition("AP < 0")])) == 3
    )


def test_an_arm_that_did_not_run_or_other_questions_are_errors(baseline: Path) -> None:
    fine = [parse_condition("AP < -0.01")]
    with pytest.raises(BenchmarkError, match="AP of dense on set, but this measurement has not"):
        failures(result(hybrid={"AP": 1.0}), baseline, fine)
    other = result(dense={"AP": 1.0}, hybrid={"AP": 1.0})
    other["results"][0]["questions_sha256"] = "cd"
    with pytest.raises(BenchmarkError, match="asks other questions"):
        failures(other, baseline, fine)
    with pytest.raises(BenchmarkError, match="did not measure it"):
        failures({"results": [], "answers": []}, baseline, fine)
    with pytest.raises(BenchmarkError, match="has no figure for the condition 'RR < 0'"):
        failures(result(dense={"AP": 0.5}, hybrid={"AP": 1}), baseline, [parse_condition("RR < 0")])


def test_figures_of_answers_have_the_arm_answers(tmp_path: Path) -> None:
    before = result(dense={"AP": 0.5})
    before["answers"] = [{"pair": "set", "held_out_half": False, "figures": {"f1": 0.5}}]
    write_baseline(tmp_path / "b.json", before)
    now = json.loads(json.dumps(before))
    now["answers"][0]["figures"]["f1"] = 0.4
    (told,) = failures(now, tmp_path / "b.json", [parse_condition("answers f1 < -0.05")])
    assert told.startswith("answers f1 on set went from 0.5000 to 0.4000")


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is no baseline"), ("[]", "is no baseline"), ('{"format": 9}', "has format 9"),
     ('{"format": 1}', "is no baseline")],
)  # fmt: skip
def test_a_bad_baseline_is_one_error(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(BenchmarkError, match=message):
        failures(result(), tmp_path / "b.json", [parse_condition("AP < 0")])


def test_the_command_exits_1_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("q.txt", QRELS), ("mine.run", GOOD)):
        (tmp_path / name).write_text(text)
    run, baseline = str(tmp_path / "mine.run"), str(tmp_path / "b.json")
    command = ["bench", "--qrels", str(tmp_path / "q.txt"), "--run", run, "--measures", "RR P@1"]
    assert cli.main([*command, "--write-baseline", baseline]) == 0
    gate = ["--compare", baseline, "--fail-if", "RR < -0.2", "--fail-if", "P@1 < -0.9"]
    assert cli.main([*command, *gate]) == 0
    (tmp_path / "mine.run").write_text(WORSE)
    capsys.readouterr()
    assert cli.main([*command, *gate, "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["results"][0]["arms"]["mine"]["RR"] == 0.75
    assert err == (
        "rag bench: mine RR on q went from 1.0000 to 0.7500 (-0.2500), and fails on: RR < -0.2\n"
    )


def test_a_saved_measurement_is_a_baseline_too(tmp_path: Path) -> None:
    for name, text in (("q.txt", QRELS), ("mine.run", GOOD)):
        (tmp_path / name).write_text(text)
    command = ["bench", "--qrels", str(tmp_path / "q.txt"), "--run", str(tmp_path / "mine.run")]
    saved = str(tmp_path / "saved")
    assert cli.main([*command, "--save", saved]) == 0
    assert cli.main([*command, "--compare", saved, "--fail-if", "nDCG@10 < -0.01"]) == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--fail-if", "AP < 0"], "--fail-if needs the baseline"),
        (["--compare", "b.json"], "--compare needs a condition"),
        (["--resume"], "--resume needs the folder"),
        (["--every", "2"], "--every is for SQuAD-format files and BEIR-format folders"),
        (["--arms", "dense"], "--arms is for measuring, not for given runs"),
        (["x.json"], "name the FILEs to measure, or --qrels and --run"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    options: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", "--qrels", "q.txt", "--run", "a.run", *options]) == 2
    assert complaint in capsys.readouterr().err
