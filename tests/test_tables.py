"""Tables for papers and spreadsheets, and what the terminal shows."""

import csv
import io
import json
from pathlib import Path

import pytest

from rag import cli

QRELS = "q1 0 a 1\nq2 0 b 1\n"
RUNS = {
    "a&b": "q1 Q0 a 1 2 t\nq2 Q0 b 1 2 t\n",
    "other": "q1 Q0 z 1 2 t\nq1 Q0 a 2 1 t\nq2 Q0 b 1 2 t\n",
}


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    (tmp_path / "q.txt").write_text(QRELS)
    given = ["bench", "--qrels", str(tmp_path / "q.txt"), "--measures", "RR P@1"]
    for name, text in RUNS.items():
        (tmp_path / f"{name}.run").write_text(text)
        given += ["--run", str(tmp_path / f"{name}.run")]
    return given


def test_csv_has_a_line_for_each_figure(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command, "--table", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(r["arm"], r["measure"], float(r["value"])) for r in rows] == [
        ("a&b", "RR", 1.0), ("a&b", "P@1", 1.0), ("other", "RR", 0.75), ("other", "P@1", 0.5)
    ]  # fmt: skip
    assert (float(rows[2]["low"]), float(rows[2]["high"])) == (0.5, 1.0)


def test_markdown_and_latex_have_a_line_for_each_arm(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command, "--table", "markdown"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| q | a&b | 1.000 [1.000, 1.000] | 1.000 [1.000, 1.000] |",
        "| q | other | 0.750 [0.500, 1.000] | 0.500 [0.000, 1.000] |",
    ]
    assert cli.main([*command, "--table", "latex"]) == 0
    out = capsys.readouterr().out
    assert r"\begin{tabular}{llrr}" in out
    assert r"q & a\&b & 1.000 [1.000, 1.000] & 1.000 [1.000, 1.000] \\" in out


def test_the_terminal_shows_figures_and_what_they_are_worth(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(command) == 0
    out = capsys.readouterr().out
    assert "  other              0.7500     0.5000" in out
    assert (
        "no difference between other and a&b is shown in RR: −25.0 points "
        "(95% CI −50.0 to +0.0, p = 1.00, 2 questions)"
    ) in out
    assert "1 of 3 passages among the first 10 of other on q are not judged" in out


def test_json_is_one_object_and_nothing_else(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command, "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert err == ""
    assert result["format"] == 1
    assert result["manifest"]["identity"]["settings"]["flips"] == 100_000
    assert {"cpu", "cores", "platform"} == result["manifest"]["machine"].keys()
    assert len(result["results"][0]["comparisons"]) == 2


def test_an_unknown_measure_is_one_error(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command, "--measures", "nGCD@10"]) == 1
    assert "rag: 'nGCD@10' is no measure of ir-measures" in capsys.readouterr().err
