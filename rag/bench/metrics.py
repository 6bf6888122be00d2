"""Rankings + judgements → the field's figures, as `ir-measures` computes them.

Measures are named as the field names them: "nDCG@10", "Recall@100", "RR@10", "AP",
"P(rel=2)@5". The library's providers break ties in different ways; here every measure
sees the one order of `trec_order`, which is that of trec_eval.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import ir_measures
import numpy as np
from ir_measures.measures import MeanAgg, Measure

from rag.errors import BenchmarkError

Qrels = Mapping[str, Mapping[str, int]]  # question id → passage id → grade
Run = Mapping[str, Mapping[str, float]]  # question id → passage id → score
Rankings = Mapping[str, Sequence[str]]  # question id → passage ids, best first
Figures = dict[str, float]  # measure → value

_pipeline: Any = ir_measures.DefaultPipeline  # which has no types


def parse_measures(text: str) -> tuple[str, ...]:
    """Return the measures that `text` names, separated by spaces or commas, as they are spelled.

    Raises BenchmarkError for one that cannot be computed here.
    """
    names = re.findall(r"[^\s,(]+(?:\([^)]*\))?[^\s,]*", text)
    if not names:
        raise BenchmarkError("no measure is named; name some such as: nDCG@10 R@100 RR@10")
    known: dict[Measure, str] = {}
    for name in names:
        try:
            measure = ir_measures.parse_measure(name)
            computed = _pipeline.supports(measure)
        except (ValueError, NameError, AssertionError, TypeError) as error:
            raise BenchmarkError(
                f"{name!r} is no measure of ir-measures ({error}); name some such as: "
                "nDCG@10 R@100 RR@10 AP P(rel=2)@5"
            ) from error
        if not computed:
            raise BenchmarkError(
                f"ir-measures knows {name!r}, but what computes it is not installed; see "
                "https://ir-measur.es/en/latest/providers.html"
            )
        known.setdefault(measure, name)
    return tuple(known.values())


def is_mean(measure: str) -> bool:
    """Tell whether a measure's figure is the mean over questions, not a count or a sum."""
    return isinstance(ir_measures.parse_measure(measure).aggregator(), MeanAgg)


def trec_order(scores: Mapping[str, float]) -> list[str]:
    """Return the passages as trec_eval orders them, best first.

    It reads scores in single precision, and orders equal ones by passage id, backwards.
    """
    single = np.fromiter(scores.values(), np.float32, len(scores)).tolist()
    ranked = sorted(zip(single, scores, strict=True), reverse=True)
    return [passage for _, passage in ranked]


def score_questions(
    qrels: Qrels, rankings: Rankings, measures: Sequence[str]
) -> dict[str, Figures]:
    """Return each judged question's figures; one without a ranking gets the measure's least.

    Raises ValueError where the rankings hold other questions.
    """
    strangers = sorted(rankings.keys() - qrels.keys())
    if strangers:
        raise ValueError(f"the run ranks {strangers[0]!r}, which the qrels do not hold")
    parsed = {ir_measures.parse_measure(name): name for name in measures}
    found = {question: {n: float(m.DEFAULT) for m, n in parsed.items()} for question in qrels}
    # Numbers for names: some of the providers are programs that read neither spaces nor letters.
    questions = {str(number): question for number, question in enumerate(qrels)}
    run, judged = {}, {}
    for number, question in questions.items():
        ranking = rankings.get(question, ())
        passages = dict.fromkeys([*qrels[question], *ranking])
        numbers = {passage: str(number) for number, passage in enumerate(passages)}
        judged[number] = {numbers[passage]: grade for passage, grade in qrels[question].items()}
        if ranking:
            best = len(ranking)
            run[number] = {numbers[p]: float(best - rank) for rank, p in enumerate(ranking)}
    if run:
        for figure in ir_measures.iter_calc(list(parsed), judged, run):
            found[questions[figure.query_id]][parsed[figure.measure]] = float(figure.value)
    return found


def aggregate(measure: str, values: Sequence[float]) -> float:
    """Return what the measure's values over questions come to: most often, their mean."""
    total = ir_measures.parse_measure(measure).aggregator()
    for value in values:
        total.add(value)
    return float(total.result())


def evaluate(qrels: Qrels, run: Run, measures: Sequence[str]) -> Figures:
    """Return each measure over the questions of `qrels`.

    A question without a ranking counts as 0. Raises ValueError where the run holds other
    questions.
    """
    rankings = {question: trec_order(scores) for question, scores in run.items()}
    figures = score_questions(qrels, rankings, measures)
    return {name: aggregate(name, [row[name] for row in figures.values()]) for name in measures}
