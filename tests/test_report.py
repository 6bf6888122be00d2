"""The report: one file that holds everything, and nothing that it does not escape."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from saved_example import PASSAGES, outcome, renamed, save, twelve

from rag.bench.records import ArmOutcome
from rag.bench.report import charts
from rag.bench.report.elements import definitions, p_value, points, table
from rag.bench.report.numbers import distribution, quantiles, recall_curve, times
from rag.bench.report.page import write_report
from rag.errors import BenchmarkError

HOSTILE = (
    '</script><script>pwned=1</script><img src=x onerror="pwned=1">]]>--> $\\frac{1}{0}$ {{7*7}}'
)


def unpacked(page: str) -> Any:
    found = re.search(r'<script type="text/plain" id="packed">([^<]*)</script>', page)
    assert found
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def test_recall_counts_relevant_passages_among_the_first_k() -> None:
    def ranked(*ranks: int) -> Any:
        base = outcome(1, 1, 0)
        return replace(
            base, relevant={"a": 1, "b": 2, "c": 0}, arms={"x": ArmOutcome({}, (), ranks)}
        )

    nothing = replace(ranked(), relevant={"c": 0})
    curve = dict(recall_curve([ranked(1, 8), ranked(3), ranked(), nothing], "x"))
    assert curve[1] == 1 / 8  # one of two in the first of four questions
    assert curve[2] == 1 / 8
    assert curve[3] == 2 / 8
    assert curve[7] == 2 / 8
    assert curve[8] == 3 / 8
    assert curve[100] == 3 / 8


def test_times_are_those_that_are_known() -> None:
    without = replace(outcome(3, 1, 0), answer=None, arms={"hybrid": ArmOutcome({}, (), ())})
    known = times([outcome(1, 1, 0), outcome(2, 1, 0), without])
    assert known == {"hybrid": [2.0, 3.0], "dense": [2.0, 2.0], "answering": [4.0, 4.0]}
    assert distribution([1.0, 3.0])[0] == (1.0, 0.0)
    assert distribution([1.0, 3.0])[50] == (2.0, 0.5)
    assert quantiles([*range(101)]) == (50, 95, 99)


def test_texts_in_tables_and_charts_cannot_be_markup() -> None:
    shown = table(["a", HOSTILE], [[HOSTILE, "0.5 [<b>, 1]"]]) + definitions({HOSTILE: [HOSTILE]})
    drawn = charts.bars({HOSTILE: {"AP": 0.5}}, {}, ["AP"])
    drawn += charts.recall({HOSTILE: [(1.0, 0.5), (10.0, 0.75)]})
    drawn += charts.heatmap({(HOSTILE, "fr"): 0.5}, (0.5, 0.5), [HOSTILE], ["fr"])
    drawn += charts.forest([(HOSTILE, HOSTILE, 0.1, (0.0, 0.2), True)])
    for text in (shown, drawn):
        assert "<script" not in text
        assert "<img" not in text
        assert "<b>" not in text


def test_charts_have_colours_of_the_page_and_no_others() -> None:
    drawn = charts.recall({"one": [(1.0, 0.5), (10.0, 0.75)], "other": [(1.0, 0.25), (10.0, 0.5)]})
    assert {"var(--s1)", "var(--s2)", "var(--ink)"} <= set(re.findall(r"var\(--\w+\)", drawn))
    assert re.findall(r"#[0-9a-f]{6}\b", drawn) == []
    assert "data:" not in drawn
    assert ">other</text>" in drawn  # texts stay texts


def test_many_arms_and_one_question_can_be_drawn() -> None:
    arms = {f"run {n}": {"AP": n / 20} for n in range(20)}
    assert charts.bars(arms, {}, ["AP"]).count("run ") > 20
    assert charts.latency({"one": [(0.0, 0.0), (0.0, 1.0)]}).startswith("<svg")
    assert charts.risk_coverage({"one": [(1.0, 1.0)]}, {}).startswith("<svg")


def test_figures_are_printed_as_papers_do() -> None:
    assert points(-0.083, (-0.1, 0.0)) == "−8.3 [−10.0, +0.0]"
    assert p_value(0.00099) == "< .001"
    assert p_value(0.0104) == ".010"
    assert p_value(1.0) == "1.000"


def test_the_page_holds_every_question_and_what_each_arm_put_first(tmp_path: Path) -> None:
    save(tmp_path / "saved", twelve())
    written = write_report([tmp_path / "saved"], tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert written == {
        "file": str(tmp_path / "report.html"),
        "bytes": len(page.encode()),
        "questions": 12,
    }
    held = unpacked(page)
    (group,) = held["groups"]
    assert (group["of"], group["pair"], group["arms"]) == ("saved", "small", ["hybrid", "dense"])
    name, text, gold, relevant, arms, answer, slices = group["rows"][0]
    assert (name, text, slices) == ("q00", "Quelle est la capitale ?", ["which", "name"])
    place = held["passages"].index(["p1", PASSAGES["p1"], None])
    assert gold == [[place, 0, 6, "Astana"]]
    assert relevant == [place]
    assert arms[0] == [[1.0, 1.0], [place], [1]]
    assert held["passages"][arms[1][1][0]][0] == "p2"
    assert answer == ["wrong", 0.5, None, [[place, 0, 37]]]


def test_the_page_says_what_differs_and_shows_every_part(tmp_path: Path) -> None:
    french = twelve()
    english = [renamed(one, pair="en--small", languages=("en", "fr")) for one in french]
    save(tmp_path / "saved", [*french, *english])
    write_report([tmp_path / "saved"], tmp_path / "report.html", title="A <title>")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<title>A &lt;title&gt;</title>" in page
    for title in ("Figures of each arm", "Recall@k", "Latency", "Risk and coverage", "Manifest",
                  "nDCG@10 of hybrid", "Where hybrid differs from dense"):  # fmt: skip
        assert title in page
    assert page.count("<svg") == 2 + 2 * 2 + 1 + 1 + 1  # matrices, pairs, slices, answers, times
    assert "2 questions without text (first: q1)" in page


def test_one_file_with_questions_in_several_languages_has_their_matrix(tmp_path: Path) -> None:
    mixed = [replace(one, languages=("en" if n % 2 else "fr", "fr"))
             for n, one in enumerate(twelve())]  # fmt: skip
    save(tmp_path / "saved", mixed)
    write_report([tmp_path / "saved"], tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h3>Languages</h3>" in page
    assert "nDCG@10 of hybrid" in page


def test_the_policy_lets_nothing_in_but_the_script_that_is_there(tmp_path: Path) -> None:
    hostile = {name: text + HOSTILE for name, text in PASSAGES.items()}
    questions = [replace(one, text=HOSTILE, id=f"{one.id}{HOSTILE}") for one in twelve()]
    save(tmp_path / HOSTILE[9:15], questions, passages=hostile, warning=HOSTILE)
    write_report([tmp_path / HOSTILE[9:15]], tmp_path / "report.html", title=HOSTILE)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    hashed = base64.b64encode(hashlib.sha256(scripts[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hashed}'" in page
    assert "<img" not in page
    assert re.findall(r"""(?:src|href)=["'](?!#)""", page) == []
    assert unpacked(page)["groups"][0]["rows"][0][1] == HOSTILE


def test_the_page_names_files_without_their_folders(tmp_path: Path) -> None:
    save(tmp_path / "saved", twelve())
    result = tmp_path / "saved" / "result.json"
    said = json.loads(result.read_text())
    said["manifest"]["identity"]["inputs"] = {"/home/someone/small.json": "ab12"}
    result.write_text(json.dumps(said))
    write_report([tmp_path / "saved"], tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&quot;small.json&quot;: &quot;ab12&quot;" in page
    assert "someone" not in page


def test_the_same_measurement_gives_the_same_file(tmp_path: Path) -> None:
    save(tmp_path / "saved", twelve())
    for name in ("one.html", "two.html"):
        write_report([tmp_path / "saved"], tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_an_incomplete_measurement_and_an_impossible_file_are_clear_errors(tmp_path: Path) -> None:
    save(tmp_path / "half", twelve(), complete=False)
    with pytest.raises(BenchmarkError, match="half is not complete: repeat its command with --res"):
        write_report([tmp_path / "half"], tmp_path / "report.html")
    save(tmp_path / "whole", twelve())
    with pytest.raises(BenchmarkError, match="cannot be written"):
        write_report([tmp_path / "whole"], tmp_path / "whole")


def test_measurements_of_one_name_are_told_apart(tmp_path: Path) -> None:
    folders = [save(tmp_path / name / "saved", twelve()) for name in ("a", "b")]
    assert write_report(folders, tmp_path / "report.html")["questions"] == 24
    held = unpacked((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [group["of"] for group in held["groups"]] == [str(folder) for folder in folders]
    assert len(held["passages"]) == 2  # p1 and p2, the same in both
