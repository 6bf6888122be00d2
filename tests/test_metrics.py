"""Figures, against values computed by hand and by the field's own programs."""

from math import log2

import ir_measures
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.bench.metrics import evaluate, is_mean, parse_measures, score_questions, trec_order
from rag.errors import BenchmarkError


def test_measures_are_those_of_the_field() -> None:
    qrels = {"q1": {"a": 1}, "q2": {"b": 1}}
    run = {"q1": {"x": 0.9, "a": 0.8}, "q2": {"b": 0.7}}
    found = evaluate(qrels, run, ["nDCG@10", "RR@10", "Success@1"])
    assert found["nDCG@10"] == pytest.approx((1 / log2(3) + 1) / 2)
    assert found["RR@10"] == pytest.approx((0.5 + 1) / 2)
    assert found["Success@1"] == pytest.approx(0.5)


def test_a_question_without_a_ranking_counts_as_zero() -> None:
    found = evaluate({"q1": {"a": 1}, "q2": {"b": 1}}, {"q1": {"a": 1.0}}, ["RR@10"])
    assert found["RR@10"] == pytest.approx(0.5)
    assert evaluate({"q1": {"a": 1}}, {"q1": {}}, ["RR@10", "Judged@10"]) == {
        "RR@10": 0.0,
        "Judged@10": 0.0,
    }


def test_a_ranking_for_an_unknown_question_is_an_error() -> None:
    with pytest.raises(ValueError, match="'q9'"):
        evaluate({"q1": {"a": 1}}, {"q1": {"a": 1.0}, "q9": {"a": 1.0}}, ["RR@10"])


def test_equal_scores_are_ordered_by_passage_id_backwards_for_every_measure() -> None:
    run = {"q": {"b": 1.0, "a": 1.0, "c": 1.0}}
    assert trec_order(run["q"]) == ["c", "b", "a"]
    found = evaluate({"q": {"c": 1, "z": 0}}, run, ["RR", "RR@10", "Judged@1", "Success@1"])
    assert set(found.values()) == {1.0}
    # 1 and 1 + 10⁻⁹ are one number in single precision, as trec_eval reads it.
    assert trec_order({"a": 1 + 1e-9, "b": 1.0}) == ["b", "a"]


def test_grades_count() -> None:
    found = evaluate(
        {"q": {"a": 1, "b": 3}}, {"q": {"a": 2.0, "b": 1.0}}, ["nDCG@10", "P(rel=2)@2"]
    )
    assert found["nDCG@10"] == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))
    assert found["P(rel=2)@2"] == 0.5


IDS = st.sampled_from([f"p{i}" for i in range(12)])
QUESTIONS = st.sampled_from(["q1", "q2", "q3"])
JUDGED = st.dictionaries(QUESTIONS, st.dictionaries(IDS, st.integers(0, 3), min_size=1), min_size=1)
RANKED = st.dictionaries(IDS, st.sampled_from([0.0, 0.5, 1.0, 1.0 + 1e-9, -2.5]), min_size=1)
NATIVE = {
    "nDCG@5": "ndcg_cut_5", "nDCG": "ndcg", "AP": "map", "AP@5": "map_cut_5", "RR": "recip_rank",
    "R@5": "recall_5", "P@5": "P_5", "Success@1": "success_1", "Rprec": "Rprec",
}  # fmt: skip
WANTED = {
    "ndcg_cut.5", "ndcg", "map", "map_cut.5", "recip_rank", "recall.5", "P.5", "success.1", "Rprec"
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(JUDGED, st.data())
def test_figures_are_those_of_pytrec_eval_on_any_run_ties_included(
    qrels: dict[str, dict[str, int]], data: st.DataObject
) -> None:
    run = data.draw(st.dictionaries(st.sampled_from(sorted(qrels)), RANKED))
    rankings = {question: trec_order(scores) for question, scores in run.items()}
    ours = score_questions(qrels, rankings, list(NATIVE))
    theirs = pytrec_eval.RelevanceEvaluator(qrels, WANTED).evaluate(run)
    for question in qrels:
        for name, key in NATIVE.items():
            expected = theirs.get(question, {}).get(key, 0.0)
            assert ours[question][name] == pytest.approx(expected, abs=1e-9), name


@settings(max_examples=100, deadline=None)
@given(JUDGED, st.data())
def test_figures_are_those_of_ir_measures_on_any_run_without_ties(
    qrels: dict[str, dict[str, int]], data: st.DataObject
) -> None:
    names = ["nDCG@10", "R@3", "RR@3", "Judged@5", "AP", "Bpref", "Success@2"]
    run = {}
    for question in qrels:
        ranking = data.draw(st.lists(IDS, unique=True, min_size=1))
        run[question] = {passage: 9.0 - place for place, passage in enumerate(ranking)}
    numbered = [{str(int(q[1:])): row for q, row in rows.items()} for rows in (qrels, run)]
    theirs = ir_measures.calc_aggregate([ir_measures.parse_measure(n) for n in names], *numbered)
    found = evaluate(qrels, run, names)
    for name in names:
        assert found[name] == pytest.approx(theirs[ir_measures.parse_measure(name)]), name


def test_programs_that_read_only_numbers_see_numbers() -> None:
    run = {"question one": {"a file.txt": 2.0, "b": 1.0}}
    found = evaluate({"question one": {"b": 1}}, run, ["ERR@20", "RR"])
    # The gain of grade 1 is (2¹ - 1) / 2⁴, at rank 2.
    assert found == {"ERR@20": pytest.approx(1 / 16 / 2, abs=1e-5), "RR": 0.5}


def test_measures_are_read_as_they_are_spelled_and_equal_ones_are_one() -> None:
    assert parse_measures("nDCG@10  Recall@5,R@5 P(rel=2, judged_only=True)@5") == (
        "nDCG@10",
        "Recall@5",
        "P(rel=2, judged_only=True)@5",
    )
    assert is_mean("AP")
    assert not is_mean("NumRet")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nDCG@10 nDCG@", "'nDCG@' is no measure"),
        ("Foo@3", "'Foo@3' is no measure"),
        (" ", "no measure is named"),
        ("alpha_nDCG@10", "is not installed"),
    ],
)
def test_what_is_no_measure_is_one_error(text: str, message: str) -> None:
    with pytest.raises(BenchmarkError, match=message):
        parse_measures(text)
