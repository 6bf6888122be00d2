"""Outcomes of every arm on one set of questions → its result, and the questions' records."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from statistics import fmean

from rag.bench.arms import JUDGED, median_ms
from rag.bench.collection import AskedQuestion
from rag.bench.comparing import compare
from rag.bench.records import AnswerOutcome, ArmOutcome, PairResult, QuestionOutcome

Arms = Mapping[str, Mapping[str, ArmOutcome]]  # arm → question id → outcome


def summarise(
    arms: Arms,
    measures: Sequence[str],
    *,
    name: str,
    questions_of: str,
    passages_of: str,
    languages: tuple[str | None, str | None],
    passages: int | None,
    questions_sha256: str,
) -> PairResult:
    """Return the figures of every arm, how sure they are, and how each two differ."""
    figures = {
        arm: {question: outcome.figures for question, outcome in rows.items()}
        for arm, rows in arms.items()
    }
    compared = compare(figures, measures)
    judged = {
        arm: {JUDGED: fmean(row[JUDGED] for row in rows.values())} for arm, rows in figures.items()
    }
    return PairResult(
        name=name,
        questions_of=questions_of,
        passages_of=passages_of,
        languages=languages,
        questions=len(next(iter(arms.values()))),
        passages=passages,
        questions_sha256=questions_sha256,
        arms={
            arm: compared.means[arm] | judged[arm] | median_ms(rows) for arm, rows in arms.items()
        },
        intervals=compared.intervals,
        comparisons=compared.comparisons,
    )


def question_outcomes(
    pair: str,
    questions: Sequence[AskedQuestion],
    arms: Arms,
    answers: Mapping[str, AnswerOutcome],
    *,
    passage_language: str | None,
    passage_languages: Mapping[str, str | None],
) -> list[QuestionOutcome]:
    """Return the record of each question: what every arm and the answer made of it.

    `passage_languages` are those of single questions, where they differ.
    """
    return [
        QuestionOutcome(
            pair=pair,
            id=asked.id,
            text=asked.text or None,
            languages=(asked.language, passage_languages.get(asked.id, passage_language)),
            relevant=dict(asked.relevant),
            gold=asked.gold or (),
            arms={arm: rows[asked.id] for arm, rows in arms.items() if asked.id in rows},
            answer=answers.get(asked.id),
        )
        for asked in questions
    ]


def questions_hash(questions: Sequence[AskedQuestion]) -> str:
    """Return the SHA-256 over what is asked and what is right."""
    total = hashlib.sha256()
    for asked in questions:
        line = [asked.id, asked.text, sorted(asked.relevant.items())]
        total.update(json.dumps(line).encode() + b"\n")
    return total.hexdigest()
