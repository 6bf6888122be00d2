"""Figures against a baseline: which conditions for failing are met.

A baseline is a small JSON file that `rag bench --write-baseline` makes; the `result.json`
of a saved measurement, or its folder, serves as well. A condition such as
`nDCG@10 < -0.01` is about the difference to the baseline, for every arm that it holds;
`hybrid nDCG@10 < -0.01` is about one arm. Figures of answers (`f1`, `sentence@1` …) have
the arm `answers`, or `answers-held-out`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.bench.saved import FORMAT, RESULT, replace_text
from rag.errors import BenchmarkError

ANSWERS, HELD_OUT = "answers", "answers-held-out"
_CONDITION = re.compile(
    r"(?:(?P<arm>\S+)\s+)?(?P<measure>[^\s()<>]+(?:\([^()]*\)\S*)?)\s*(?P<sign>[<>])\s*"
    r"(?P<limit>[+-]?(?:\d+(?:\.\d*)?|\.\d+))"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Fail where the difference to the baseline is below, or above, the limit."""

    text: str
    arm: str | None  # None: every arm of the baseline
    measure: str
    sign: Literal["<", ">"]
    limit: float

    def met(self, difference: float) -> bool:
        """Tell whether the difference is such that the gate fails."""
        return difference < self.limit if self.sign == "<" else difference > self.limit


def parse_condition(text: str) -> Condition:
    """Read a condition. Raises BenchmarkError where it is none."""
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise BenchmarkError(
            f"{text!r} is no condition; write such as: nDCG@10 < -0.01, or: hybrid R@1 < -0.02"
        )
    sign: Literal["<", ">"] = "<" if found["sign"] == "<" else ">"
    return Condition(text.strip(), found["arm"], found["measure"], sign, float(found["limit"]))


def write_baseline(path: Path, result: dict[str, Any]) -> None:
    """Write what later measurements are compared with: figures, without times."""
    results = [
        {
            "name": one["name"],
            "questions": one["questions"],
            "questions_sha256": one["questions_sha256"],
            "arms": {
                arm: {name: round(v, 6) for name, v in row.items() if name != "rank_ms"}
                for arm, row in one["arms"].items()
            },
        }
        for one in result["results"]
    ]
    answers = [
        {
            "pair": one["pair"],
            "held_out_half": one["held_out_half"],
            "figures": {name: round(value, 6) for name, value in one["figures"].items()},
        }
        for one in result["answers"]
    ]
    baseline = {"format": FORMAT, "results": results, "answers": answers}
    replace_text(path, json.dumps(baseline, ensure_ascii=False, indent=1) + "\n")


def failures(result: dict[str, Any], baseline: Path, conditions: Sequence[Condition]) -> list[str]:
    """Return a sentence for each difference to the baseline that meets a condition.

    Raises BenchmarkError where the two cannot be compared: other questions, or an arm or a
    measure that one of them does not have.
    """
    before, now = _figures(_read(baseline), str(baseline)), _figures(result, "this measurement")
    _check_questions(before, now, baseline)
    told = []
    for condition in conditions:
        found = 0
        for (pair, arm), figures in before.figures.items():
            if condition.arm not in (None, arm) or condition.measure not in figures:
                continue
            found += 1
            was, became = figures[condition.measure], now.value(pair, arm, condition.measure)
            if condition.met(became - was):
                told.append(
                    f"{arm} {condition.measure} on {pair} went from {was:.4f} to {became:.4f} "
                    f"({became - was:+.4f}), and fails on: {condition.text}"
                )
        if not found:
            raise BenchmarkError(f"{baseline} has no figure for the condition {condition.text!r}")
    return told


@dataclass(frozen=True, slots=True)
class _Figures:
    where: str
    questions: dict[str, str]  # pair → hash
    figures: dict[tuple[str, str], dict[str, float]]  # pair, arm → measure → value

    def value(self, pair: str, arm: str, measure: str) -> float:
        """Return a figure. Raises BenchmarkError where it was not measured."""
        try:
            return self.figures[pair, arm][measure]
        except KeyError as error:
            raise BenchmarkError(
                f"the baseline has {measure} of {arm} on {pair}, but {self.where} has not: an arm "
                "that did not run cannot be compared"
            ) from error


def _read(path: Path) -> dict[str, Any]:
    file = path / RESULT if path.is_dir() else path
    try:
        value = json.loads(file.read_bytes())
        if value["format"] != FORMAT:
            raise BenchmarkError(
                f"{file} has format {value['format']!r}, this version of rag reads {FORMAT}; "
                "renew it with --write-baseline"
            )
    except OSError as error:
        raise BenchmarkError(f"{file} cannot be read: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BenchmarkError(
            f"{file} is no baseline; make one with: rag bench FILE --write-baseline {file}"
        ) from error
    return dict(value)


def _figures(result: dict[str, Any], where: str) -> _Figures:
    try:
        figures = {
            (one["name"], arm): row for one in result["results"] for arm, row in one["arms"].items()
        }
        for one in result["answers"]:
            arm = HELD_OUT if one["held_out_half"] else ANSWERS
            figures[one["pair"], arm] = one["figures"]
        questions = {one["name"]: one["questions_sha256"] for one in result["results"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise BenchmarkError(f"{where} is no baseline: {error!r}") from error
    return _Figures(where, questions, figures)


def _check_questions(before: _Figures, now: _Figures, baseline: Path) -> None:
    for pair, hashed in before.questions.items():
        if now.questions.get(pair) != hashed:
            said = "asks other questions" if pair in now.questions else "did not measure it"
            raise BenchmarkError(
                f"{baseline} has {pair}, but this measurement {said}: they cannot be compared; "
                "measure the same, or renew the baseline with --write-baseline"
            )
