"""Planned pairs of questions and passages → a measurement, arm by arm, kept as it is made.

The plans come from collections, from questions about an index or from feedback; from here
on they are measured, compared and saved alike.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.bench.answers import answer_questions, summarise_answers
from rag.bench.arms import ARMS, JUDGED, MEASURES, ArmRun, judge, rank_questions
from rag.bench.collection import AskedQuestion
from rag.bench.languages import language_cells, language_overlaps
from rag.bench.pairs import Arms, question_outcomes, summarise
from rag.bench.records import (
    AnswerOutcome,
    Measurement,
    PairResult,
    PassageText,
    QuestionOutcome,
    RunManifest,
    Warned,
)
from rag.bench.saved import as_json, write_passages, write_questions, write_result
from rag.bench.store import Store
from rag.building.embedding import Progress
from rag.index import Index
from rag.types import Answer, Arm


@dataclass(frozen=True, slots=True)
class Settings:
    """How to measure, and where what is measured is kept."""

    arms: Sequence[Arm] = ARMS
    measures: Sequence[str] = MEASURES
    save: Path | None = None
    resume: bool = False
    tag: str = "rag"


@dataclass(frozen=True, slots=True)
class Answering:
    """How the questions of a plan are answered."""

    ask: Callable[[str], Answer]
    questions: Sequence[AskedQuestion]  # their gold spans are in what `ask` knows
    languages: Mapping[str, str | None]  # of the articles, by question
    passages: int
    held_out_half: bool = False
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)  # gold answers, by question
    saved: Callable[[AnswerOutcome], AnswerOutcome] = lambda outcome: outcome
    """Put the spans of an article into those of its passages."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One set of questions to be put to one set of passages."""

    name: str
    questions_of: str
    passages_of: str
    languages: tuple[str | None, str | None]
    index: Index
    passage_ids: Sequence[str]  # of the index's rows
    questions: Sequence[AskedQuestion]  # that have judgements
    questions_sha256: str
    unjudged: Sequence[AskedQuestion] = ()  # that are only answered
    passage_languages: Mapping[str, str | None] = field(default_factory=dict)  # by question
    answering: Answering | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement, and the records of its questions."""

    measurement: Measurement
    outcomes: tuple[QuestionOutcome, ...]


def measure_plans(
    plans: Sequence[Plan],
    manifest: RunManifest,
    settings: Settings,
    report: Progress,
    *,
    warnings: Sequence[Warned] = (),
) -> Measured:
    """Measure every arm of every plan; what the folder has already is not measured again."""
    store = Store(settings.save, tag=settings.tag) if settings.save else None
    if store:
        store.begin(manifest, settings.measures, resume=settings.resume)
    results, answers, outcomes = [], [], []
    for plan in plans:
        arms = _measure_arms(plan, settings, store, report)
        if arms:
            results.append(_summarise(plan, arms, settings.measures))
        answered: dict[str, AnswerOutcome] = {}
        if plan.answering:
            answered = _answer(plan.name, plan.answering, store, report)
            answers.append(
                summarise_answers(
                    plan.name,
                    answered,
                    passages=plan.answering.passages,
                    held_out_half=plan.answering.held_out_half,
                )
            )
            answered = {name: plan.answering.saved(one) for name, one in answered.items()}
        outcomes += question_outcomes(
            plan.name,
            [*plan.questions, *plan.unjudged],
            arms,
            answered,
            passage_languages=plan.passage_languages,
            passage_language=plan.languages[1],
        )
    measurement = Measurement(
        complete=True,
        manifest=manifest,
        measures=tuple(settings.measures),
        results=tuple(results),
        answers=tuple(answers),
        languages=language_cells(outcomes, settings.measures),
        overlaps=language_overlaps(outcomes, {plan.name: plan.passages_of for plan in plans}),
        warnings=(*warnings, *unjudged_warnings(outcomes)),
    )
    return Measured(measurement, tuple(outcomes))


def finish(
    measured: Measured,
    further: Mapping[str, Any],
    passages: Iterable[PassageText],
    *,
    save: Path | None,
) -> dict[str, Any]:
    """Return the JSON of a measurement, and write what is saved of it last."""
    result = as_json(measured.measurement, dict(further))
    if save:
        write_questions(save, measured.outcomes)
        write_passages(save, passages)
        write_result(save, result)
    return result


def unjudged_warnings(outcomes: Iterable[QuestionOutcome]) -> list[Warned]:
    """Warn, for each pair, of the arm whose first ten hold most passages that nobody judged."""
    counts: dict[str, dict[str, list[int]]] = {}  # pair → arm → unjudged, all
    for outcome in outcomes:
        for arm, found in outcome.arms.items():
            count = counts.setdefault(outcome.pair, {}).setdefault(arm, [0, 0])
            count[0] += sum(passage not in outcome.relevant for passage in found.top)
            count[1] += len(found.top)
    told = []
    for pair, arms in counts.items():
        arm, (unjudged, shown) = max(arms.items(), key=lambda one: one[1][0])
        if unjudged:
            what = (
                f"of {shown} passages among the first 10 of {arm} on {pair} are not judged, and "
                "count as not relevant"
            )
            told.append(Warned(unjudged, what))
    return told


def named_passages(outcomes: Iterable[QuestionOutcome]) -> dict[str, set[str]]:
    """Return the ids of the passages that the records name, by pair."""
    named: dict[str, set[str]] = {}
    for outcome in outcomes:
        ids = named.setdefault(outcome.pair, set())
        ids.update(outcome.relevant, (span.passage for span in outcome.gold))
        for found in outcome.arms.values():
            ids.update(found.top)
        if outcome.answer:
            ids.update(span.passage for span in outcome.answer.citations)
    return named


def _measure_arms(plan: Plan, settings: Settings, store: Store | None, report: Progress) -> Arms:
    if store:
        store.put_qrels(plan.name, plan.questions)
    measures = dict.fromkeys([*settings.measures, JUDGED])
    return {
        arm: judge(plan.questions, _run(plan, arm, store, report), list(measures))
        for arm in (settings.arms if plan.questions else ())
    }


def _run(plan: Plan, arm: Arm, store: Store | None, report: Progress) -> ArmRun:
    run = store.run(plan.name, arm) if store else None
    if run is None:
        run = rank_questions(plan.index, arm, plan.questions, plan.passage_ids, report)
        if store:
            store.put_run(plan.name, arm, run)
    return run


def _answer(
    pair: str, answering: Answering, store: Store | None, report: Progress
) -> dict[str, AnswerOutcome]:
    answered = store.answers(pair) if store else None
    if answered is None:
        answered = answer_questions(
            answering.ask,
            answering.questions,
            report,
            languages=answering.languages,
            texts=answering.texts,
        )
        if store:
            store.put_answers(pair, answered)
    return answered


def _summarise(plan: Plan, arms: Arms, measures: Sequence[str]) -> PairResult:
    return summarise(
        arms,
        measures,
        name=plan.name,
        questions_of=plan.questions_of,
        passages_of=plan.passages_of,
        languages=plan.languages,
        passages=len(plan.passage_ids),
        questions_sha256=plan.questions_sha256,
    )
