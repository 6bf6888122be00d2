"""Qrels + a run → the field's figures, as `ir-measures` computes them."""

from collections.abc import Mapping, Sequence

import ir_measures

Qrels = Mapping[str, Mapping[str, int]]  # question id → passage id → relevance
Run = Mapping[str, Mapping[str, float]]  # question id → passage id → score


def evaluate(qrels: Qrels, run: Run, measures: Sequence[str]) -> dict[str, float]:
    """Return the mean of each measure over the questions of `qrels`.

    Measures are named as the field names them: "nDCG@10", "Recall@100", "RR@10". A question
    without a ranking counts as 0. Raises ValueError where the run holds other questions.
    """
    strangers = sorted(run.keys() - qrels.keys())
    if strangers:
        raise ValueError(f"the run ranks {strangers[0]!r}, which the qrels do not hold")
    parsed = {name: ir_measures.parse_measure(name) for name in measures}
    found = ir_measures.calc_aggregate(list(parsed.values()), qrels, run)
    return {name: float(found[measure]) for name, measure in parsed.items()}
