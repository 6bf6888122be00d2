"""Comparisons of arms, and how they are told."""

import pytest

from rag.bench.comparing import compare, in_words
from rag.bench.records import Comparison
from rag.errors import BenchmarkError

BETTER = {f"q{i}": {"RR": 1.0} for i in range(40)}
WORSE = {f"q{i}": {"RR": 0.5 + 0.5 * (i % 2)} for i in range(40)}


def told(difference: float, low: float, high: float, p: float) -> str:
    return in_words(
        Comparison("nDCG@10", "hybrid", "dense", difference, (low, high), p, p, 0.0123, 2523, "")
    )


def test_a_shown_difference_is_told_from_its_better_side() -> None:
    sentence = (
        "{} is better than {} by 8.3 points of nDCG@10 (95% CI 7.1–9.5, p < .001, 2,523 questions)"
    )
    assert told(0.083, 0.071, 0.095, 0.0002) == sentence.format("hybrid", "dense")
    assert told(-0.083, -0.095, -0.071, 0.0002) == sentence.format("dense", "hybrid")


def test_what_is_not_shown_is_told_with_what_the_set_could_show() -> None:
    assert told(0.003, -0.004, 0.01, 0.41) == (
        "no difference between hybrid and dense is shown in nDCG@10: +0.3 points "
        "(95% CI −0.4 to +1.0, p = .41, 2,523 questions); this set can show one from about "
        "1.2 points"
    )
    assert "p = .052," in told(0.01, 0, 0.02, 0.052)
    assert "p = 1.00," in told(0.0, 0, 0, 1.0)


def test_every_two_arms_are_compared_and_corrected_together() -> None:
    compared = compare({"a": WORSE, "b": BETTER, "c": BETTER}, ["RR"])
    assert compared.means == {"a": {"RR": 0.75}, "b": {"RR": 1.0}, "c": {"RR": 1.0}}
    told = {(c.one, c.other): (c.difference, c.p_holm) for c in compared.comparisons}
    assert set(told) == {("b", "a"), ("c", "a"), ("c", "b")}
    assert told["c", "b"] == (0.0, 1.0)
    assert told["b", "a"][0] == 0.25
    first = compared.comparisons[0]
    # 20 equal differences: all signs alike twice in 2^20, and every throw counts at least 1.
    assert first.p <= 1e-4
    assert first.p_holm == pytest.approx(3 * first.p)
    assert compared.intervals["b"]["RR"] == (1.0, 1.0)


def test_an_arm_that_did_not_run_or_ran_on_other_questions_is_an_error() -> None:
    with pytest.raises(BenchmarkError, match="a did not run"):
        compare({"a": {}}, ["RR"])
    with pytest.raises(BenchmarkError, match=r"b ran on 0 questions and a on 40.*first: 'q0'"):
        compare({"a": WORSE, "b": {}}, ["RR"])
    fewer = {q: row for q, row in BETTER.items() if q != "q7"}
    with pytest.raises(BenchmarkError, match=r"1 are not the same \(first: 'q7'\)"):
        compare({"a": WORSE, "b": fewer}, ["RR"])


def test_counts_have_no_interval_and_are_not_compared() -> None:
    arms = {"a": {"q": {"NumRet": 3.0}, "r": {"NumRet": 2.0}}}
    compared = compare(arms | {"b": arms["a"]}, ["NumRet"])
    assert compared.means["a"] == {"NumRet": 5.0}
    assert compared.comparisons == ()
    assert compared.intervals == {"a": {}, "b": {}}
