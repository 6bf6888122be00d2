"""What weighs how much: which sentence answers, and how likely it is that any does.

The weights lie in `data/judgement.json`, fitted by `rag.training.judgement`: for answers
with the reader, and for those without it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path

from rag.answering.evidence import Evidence
from rag.retrieve import Candidate

JUDGEMENT_FILE = Path(__file__).parents[1] / "data" / "judgement.json"

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Fitted weights. `choice` orders sentences; `confidence` is a logistic regression."""

    choice: Weights
    confidence: Weights
    answer_from: float  # the confidence from which an answer is given


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence and its score: the log of how much likelier it is than another one."""

    evidence: Evidence
    score: float


@cache
def read_judgement(*, reader: bool) -> Judgement:
    """Return the weights for answers with, or without, a reader."""
    held = json.loads(JUDGEMENT_FILE.read_text(encoding="utf-8"))
    return Judgement(**held["with_reader" if reader else "without_reader"])


def judge(evidence: Sequence[Evidence], judgement: Judgement) -> list[Judged]:
    """Return the sentences with their scores, the likeliest answer first."""
    judged = [Judged(e, _weigh(features(e), judgement.choice)) for e in evidence]
    return sorted(judged, key=lambda j: -j.score)  # stable: of equal ones the better passage's


def order_by_reading(candidates: Sequence[Candidate], judged: Sequence[Judged]) -> list[Candidate]:
    """Return the passages by their best sentence, then those of which none was weighed."""
    places: dict[int, int] = {}
    for place, one in enumerate(judged):
        places.setdefault(one.evidence.candidate.passage, place)
    return sorted(candidates, key=lambda c: places.get(c.passage, len(judged)))  # stable


def confidence(judged: Sequence[Judged], judgement: Judgement) -> float:
    """Return how likely it is, in [0, 1], that the first of these sentences answers."""
    if not judged:
        return 0.0
    weighed = _weigh(top_features(judged), judgement.confidence)
    return 1 / (1 + exp(-max(-700.0, min(700.0, weighed))))


def likelihoods(judged: Sequence[Judged], likely: float) -> dict[int, float]:
    """Return how likely each sentence answers, by its row, where the first one does `likely`."""
    if not judged:
        return {}
    best = judged[0].score
    return {one.evidence.row: likely * exp(one.score - best) for one in judged}


def features(evidence: Evidence) -> dict[str, float]:
    """Return what is known of a sentence by itself."""
    known = {
        "cosine": evidence.cosine,
        "covered": evidence.covered,
        "passage": evidence.candidate.score,
    }
    if evidence.span is not None and evidence.has is not None:
        known |= {"span": evidence.span, "has": evidence.has}
    return known


def top_features(judged: Sequence[Judged]) -> dict[str, float]:
    """Return what is known of the first sentence, and of its lead over the others."""
    best = judged[0].score
    others = sum(exp(j.score - best) for j in judged[1:])
    return features(judged[0].evidence) | {"one": 1.0, "lead": -log(max(others, 1e-9))}


def _weigh(known: Mapping[str, float], weights: Weights) -> float:
    return sum(weight * known[name] for name, weight in weights.items())
