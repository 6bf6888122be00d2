"""TREC files, as they are written and as they are found in the wild."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.bench.given_runs import measure_runs
from rag.bench.metrics import trec_order
from rag.bench.trec import (
    column,
    from_column,
    read_qrels,
    read_run,
    read_topics,
    write_qrels,
    write_run,
)
from rag.errors import BenchmarkError

QRELS = "q1 0 a 1\nq1 0 b 0\nq2 0 b 2\n"
RUN = "q1 Q0 b 1 9.5 mine\nq1 Q0 a 2 9 mine\nq2 Q0 b 1 3e-1 mine\n"


@pytest.fixture
def qrels(tmp_path: Path) -> Path:
    return write(tmp_path / "qrels.txt", QRELS)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_run_has_six_columns_ranks_from_one_and_its_tag(tmp_path: Path) -> None:
    write_run(tmp_path / "a.run", [("q 1", [("x", 0.5), ("y", 0.25)])], tag="rag-dense")
    assert (tmp_path / "a.run").read_text() == (
        "q%201 Q0 x 1 0.5 rag-dense\nq%201 Q0 y 2 0.25 rag-dense\n"
    )


def test_qrels_are_written_and_read_back(tmp_path: Path) -> None:
    judged = {"q1": {"a": 1, "b": 0}, "q2": {"b": 2}}
    write_qrels(tmp_path / "q", judged.items())
    assert (tmp_path / "q").read_text() == QRELS
    assert read_qrels(tmp_path / "q") == judged


@settings(deadline=None)
@given(st.text(min_size=1))
def test_any_id_is_one_column_and_comes_back(name: str) -> None:
    if any("\ud800" <= char <= "\udfff" for char in name):
        return
    assert len(column(name).split()) == 1
    assert from_column(column(name)) == name


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, width=64), min_size=1, max_size=30))
def test_every_evaluator_sees_the_order_that_was_measured(scores: list[float]) -> None:
    import tempfile

    ranking = [(f"p{i:02d}", score) for i, score in enumerate(sorted(scores, reverse=True))]
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder) / "a.run", [("q", ranking)], tag="t")
        (found,) = read_run(Path(folder) / "a.run")
    assert trec_order(found.scores) == [passage for passage, _ in ranking]
    last = {ranking[-1][0]: 1}
    theirs = pytrec_eval.RelevanceEvaluator({"q": last}, {"recip_rank"}).evaluate(
        {"q": found.scores}
    )
    assert theirs["q"]["recip_rank"] == pytest.approx(1 / len(ranking))
    single = np.array(list(found.scores.values()), np.float32)
    assert (np.diff(single) < 0).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q1 Q0 a 1 0.5\n", "line 1: expected 6 columns .*, found 5"),
        ("q1 Q0 a 1 high t\n", "line 1: the score 'high' is not a number"),
        ("q1 Q0 a 1 nan t\n", "line 1: the score 'nan' is not finite"),
        ("q1 Q0 a 1 inf t\n", "line 1: the score 'inf' is not finite"),
        ("q1 Q0 a first 1 t\n", "line 1: the rank 'first' is not a whole number"),
        ("q1 Q0 a 1 1 t\nq1 Q0 a 2 0 t\n", "line 2: 'a' stands twice for question 'q1'"),
        ("q1 Q0 a 1 1 t\nq2 Q0 a 1 0 t\n\nq1 Q0 b 2 0 t\n", "line 4: .*'q1' comes back.*sort -s"),
        (
            "q1 Q0 a 1 1 t\nq9 Q0 a 1 0 t\n",
            r"line 2: the question 'q9' is not in the qrels.*--topics",
        ),
        ("", "is empty: the run did not run"),
        (
            "q1 Q0 a 1 1 t\n",
            r"ranks nothing for 1 of 2 judged questions \(first: 'q2'\).*--missing",
        ),
    ],
)
def test_a_bad_run_is_one_error_with_file_and_line(
    text: str, message: str, qrels: Path, tmp_path: Path
) -> None:
    run = write(tmp_path / "bad.run", text)
    with pytest.raises(BenchmarkError, match=rf"bad\.run.*{message}"):
        measure_runs(qrels, [run], measures=["AP"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q1 a 1\n", "line 1: expected 4 columns"),
        ("q1 0 a yes\n", "line 1: the grade 'yes' is not a whole number"),
        ("q1 0 a 1\nq1 0 a 0\n", "line 2: 'a' is judged twice"),
        ("\n", "holds no judgement"),
    ],
)
def test_bad_qrels_are_one_error_with_file_and_line(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(BenchmarkError, match=message):
        read_qrels(write(tmp_path / "q.txt", text))


def test_topics_are_read_in_both_shapes(tmp_path: Path) -> None:
    tagged = (
        "<top>\n<num> Number: 301\n<title> Organized\n  Crime \n<desc> x\n</top>\n"
        "<top>\n<num>302</num>\n<title>Polio</title>\n</top>\n"
    )
    assert read_topics(write(tmp_path / "a", tagged)) == {"301": "Organized Crime", "302": "Polio"}
    assert read_topics(write(tmp_path / "b", "1\tWhat?\n2\tWho ?\n")) == {
        "1": "What?",
        "2": "Who ?",
    }
    with pytest.raises(BenchmarkError, match="line 2: the question id '1' stands twice"):
        read_topics(write(tmp_path / "c", "1\tWhat?\n1\tWho?\n"))
    with pytest.raises(BenchmarkError, match="line 1: expected an id, a tab"):
        read_topics(write(tmp_path / "d", "What?\n"))
    with pytest.raises(BenchmarkError, match="line 1: the topic has no <num>"):
        read_topics(write(tmp_path / "e", "<top>\n</top>\n"))


def test_runs_are_measured_and_compared(qrels: Path, tmp_path: Path) -> None:
    mine = write(tmp_path / "mine.run", RUN)
    other = write(tmp_path / "other.run", RUN.replace("a 2 9 ", "a 2 99 "))
    result = measure_runs(qrels, [mine, other], measures=["RR", "P@1"])
    (found,) = result["results"]
    assert found["arms"]["mine"] == {"RR": 0.75, "P@1": 0.5, "Judged@10": 1.0}
    assert found["arms"]["other"] == {"RR": 1.0, "P@1": 1.0, "Judged@10": 1.0}
    assert [c["difference"] for c in found["comparisons"]] == [0.25, 0.5]
    assert [(w["count"], w["what"]) for w in result["warnings"]] == [
        (1, "questions of other.run have ranks that contradict their scores, which count")
    ]


def test_what_a_run_lacks_or_has_beyond_is_said(qrels: Path, tmp_path: Path) -> None:
    run = write(tmp_path / "r.run", "q1 Q0 z 1 1 t\nq3 Q0 a 1 1 t\n")
    topics = write(tmp_path / "topics", "q1\tone\nq2\ttwo\nq3\tthree\n")
    result = measure_runs(qrels, [run], topics=topics, measures=["RR"], missing_as_zero=True)
    assert result["results"][0]["arms"]["r"]["RR"] == 0.0
    told = [(w["count"], w["what"], w["first"]) for w in result["warnings"]]
    assert told == [
        (1, "topics have no judgement in qrels.txt, not asked", "q3"),
        (1, "questions of r.run have no judgement and are left out", "q3"),
        (1, "questions that r.run lacks count as 0", "q2"),
        (1, "of 1 passages among the first 10 of r on qrels are not judged, and count as not "
            "relevant", None),
    ]  # fmt: skip


def test_two_runs_of_one_name_are_an_error(qrels: Path, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    runs = [write(tmp_path / "a.run", RUN), write(tmp_path / "x" / "a.run", RUN)]
    with pytest.raises(BenchmarkError, match="two runs are called a"):
        measure_runs(qrels, runs, measures=["RR"])


def test_a_run_of_any_length_takes_little_memory(tmp_path: Path) -> None:
    questions, depth = 100, 1000
    with (tmp_path / "big.run").open("w") as run, (tmp_path / "q.txt").open("w") as judged:
        for q in range(questions):
            judged.write(f"{q} 0 passage-{q}-7 1\n")
            run.writelines(f"{q} Q0 passage-{q}-{i} {i + 1} {depth - i} t\n" for i in range(depth))
    tracemalloc.start()
    result = measure_runs(tmp_path / "q.txt", [tmp_path / "big.run"], measures=["RR"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result["results"][0]["arms"]["big"]["RR"] == pytest.approx(1 / 8)
    # 100,000 lines, of which 20,000 are held at a time; as one dictionary they take 17 MB.
    assert peak < 15_000_000
