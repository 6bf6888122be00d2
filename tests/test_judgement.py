"""Weights and evidence → the order of sentences, and a confidence."""

from math import exp, log

import numpy as np
import pytest

from rag.answering.evidence import Evidence
from rag.answering.judgement import (
    Judgement,
    confidence,
    judge,
    likelihoods,
    read_judgement,
    top_features,
)
from rag.retrieve import Candidate
from rag.types import Scores

NOBODY = np.zeros(0, np.int64), np.zeros(0, np.float32)
JUDGEMENT = Judgement(
    choice={"cosine": 2.0, "passage": 1.0}, confidence={"one": -1.0, "lead": 0.5}, answer_from=0.5
)


def evidence(row: int, cosine: float, *, passage: float = 0.0) -> Evidence:
    candidate = Candidate(0, passage, Scores(0, 0, 0), *NOBODY)
    return Evidence(candidate, row, cosine, covered=0.0)


def test_sentences_come_in_the_order_of_their_weighed_evidence() -> None:
    judged = judge([evidence(1, 0.1), evidence(2, 0.5), evidence(3, 0.4, passage=0.3)], JUDGEMENT)
    assert [one.evidence.row for one in judged] == [3, 2, 1]
    assert [one.score for one in judged] == pytest.approx([1.1, 1.0, 0.2])


def test_equal_sentences_keep_the_order_of_their_passages() -> None:
    judged = judge([evidence(7, 0.5), evidence(3, 0.5)], JUDGEMENT)
    assert [one.evidence.row for one in judged] == [7, 3]


def test_the_lead_is_the_log_odds_of_the_first_sentence() -> None:
    judged = judge([evidence(1, 0.5), evidence(2, 0.0), evidence(3, 0.0)], JUDGEMENT)
    assert top_features(judged)["lead"] == pytest.approx(-log(2 * exp(-1.0)))


def test_confidence_is_logistic_and_nothing_is_sure_of_nothing() -> None:
    judged = judge([evidence(1, 0.5), evidence(2, 0.0)], JUDGEMENT)
    assert confidence(judged, JUDGEMENT) == pytest.approx(1 / (1 + exp(0.5)))
    assert confidence([], JUDGEMENT) == 0.0


def test_other_sentences_are_as_much_less_likely_as_their_scores_say() -> None:
    judged = judge([evidence(1, 0.5), evidence(2, 0.0)], JUDGEMENT)
    assert likelihoods(judged, 0.8) == pytest.approx({1: 0.8, 2: 0.8 * exp(-1.0)})
    assert likelihoods([], 0.8) == {}


def test_evidence_far_beyond_what_was_seen_gives_a_confidence_all_the_same() -> None:
    certain = Judgement({"cosine": 1.0}, {"one": 1e6}, 0.5)
    assert confidence(judge([evidence(1, 1.0)], certain), certain) == 1.0


@pytest.mark.parametrize("reader", [True, False])
def test_the_fitted_weights_are_there(reader: bool) -> None:
    judgement = read_judgement(reader=reader)
    assert ("span" in judgement.choice) == reader
    assert 0 < judgement.answer_from < 1
