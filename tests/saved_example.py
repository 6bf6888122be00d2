"""A small saved measurement made by hand: two arms, twelve questions, three passages."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rag.bench.abstention import Judged, risk_coverage
from rag.bench.languages import language_cells
from rag.bench.records import (
    AnswerOutcome,
    AnswerResult,
    ArmOutcome,
    CitedSpan,
    GoldSpan,
    Measurement,
    PairResult,
    PassageText,
    QuestionOutcome,
    RunManifest,
    Warned,
)
from rag.bench.saved import as_json, write_passages, write_questions, write_result

MEASURES = ("nDCG@10", "Recall@1")
PASSAGES = {
    "p0": "Le pont 🌉 date de 1850. Il est long.",
    "p1": "Astana est la capitale du Kazakhstan.",
    "p2": "Rien ici.",
}


def outcome(
    number: int,
    one: float,
    other: float,
    *,
    text: str = "Quelle est la capitale ?",
    pair: str = "small",
    languages: tuple[str | None, str | None] = ("fr", "fr"),
) -> QuestionOutcome:
    """A question whose relevant passage is p1; an arm's figure of 1 is a hit at rank 1."""

    def arm(figure: float, ms: float) -> ArmOutcome:
        hit = figure == 1.0
        top, ranks = (("p1", "p2"), (1,)) if hit else (("p2", "p0", "p1"), (3,))
        return ArmOutcome({"nDCG@10": figure, "Recall@1": float(hit)}, top, ranks, ms)

    answer = AnswerOutcome(
        answerable=True,
        abstained=False,
        confidence=0.5 + number / 100,
        answer=PASSAGES["p1"],
        scored=PASSAGES["p1"],
        citations=(CitedSpan("p1", 0, 37, PASSAGES["p1"]),),
        figures={"f1": 0.25, "sentence@1": float(number % 2)},
        ms=4.0,
    )
    return QuestionOutcome(
        pair=pair,
        id=f"q{number:02}",
        text=text,
        languages=languages,
        relevant={"p1": 1, "p2": 0},
        gold=(GoldSpan("p1", 0, 6, "Astana"),),
        arms={"hybrid": arm(one, 1.0 + number), "dense": arm(other, 2.0)},
        answer=answer,
    )


def twelve() -> list[QuestionOutcome]:
    """Eight questions won by `hybrid`, one lost, three even."""
    figures = [(1.0, 0.5)] * 8 + [(0.5, 1.0)] + [(1.0, 1.0)] * 3
    return [outcome(number, *pair) for number, pair in enumerate(figures)]


def pair_of(
    outcomes: Sequence[QuestionOutcome], *, arms: tuple[str, ...] = ("hybrid", "dense")
) -> PairResult:
    """The figures of one pair; its intervals are not computed but invented."""
    means = {
        arm: {
            name: sum(one.arms[arm].figures[name] for one in outcomes) / len(outcomes)
            for name in MEASURES
        }
        for arm in arms
    }
    return PairResult(
        name=outcomes[0].pair,
        questions_of="small.json",
        passages_of="small.json",
        languages=outcomes[0].languages,
        questions=len(outcomes),
        passages=3,
        questions_sha256="ab",
        arms=means,
        intervals={arm: dict.fromkeys(MEASURES, (0.25, 0.75)) for arm in arms},
        comparisons=(),
    )


def save(
    folder: Path,
    outcomes: Sequence[QuestionOutcome],
    *,
    passages: dict[str, str] = PASSAGES,
    complete: bool = True,
    warning: str = "questions without text",
) -> Path:
    """Write the measurement, and return its folder."""
    pairs = list(dict.fromkeys(one.pair for one in outcomes))
    groups = [[one for one in outcomes if one.pair == pair] for pair in pairs]
    judged = [
        Judged(one.answer.confidence, False, True, one.answer.figures["sentence@1"] == 1.0)
        for one in groups[0]
        if one.answer
    ]
    answers = AnswerResult(
        pair=pairs[0],
        held_out_half=False,
        passages=3,
        questions=len(judged),
        answerable=len(judged),
        figures={"f1": 0.25, "sentence@1": 0.5},
        intervals={"f1": (0.2, 0.3), "sentence@1": (0.2, 0.8)},
        abstention={"auroc": None, "coverage": 1.0, "risk": 0.5},
        risk_coverage=risk_coverage(judged),
    )
    results = tuple(pair_of(group) for group in groups)
    cells = language_cells(outcomes, MEASURES)
    measurement = Measurement(
        complete=complete,
        manifest=RunManifest(
            "2026-01-02T03:04:05Z", {"rag": "0.1.0"}, {"numpy": "2"}, {"cores": 2}
        ),
        measures=MEASURES,
        results=results,
        answers=(answers,),
        languages=cells,
        warnings=(Warned(2, warning, "q1"),),
    )
    write_result(folder, as_json(measurement))
    write_questions(folder, outcomes)
    write_passages(
        folder, [PassageText("small.json", name, text) for name, text in passages.items()]
    )
    return folder


def renamed(one: QuestionOutcome, *, pair: str, languages: tuple[str, str]) -> QuestionOutcome:
    """The same question, in another pair."""
    return replace(one, pair=pair, languages=languages)
