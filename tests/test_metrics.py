"""Figures, against values computed by hand."""

from math import log2

import pytest

from rag.bench.metrics import evaluate


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


def test_a_ranking_for_an_unknown_question_is_an_error() -> None:
    with pytest.raises(ValueError, match="'q9'"):
        evaluate({"q1": {"a": 1}}, {"q1": {"a": 1.0}, "q9": {"a": 1.0}}, ["RR@10"])
