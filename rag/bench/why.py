"""A saved measurement → why one arm is better than another: question by question, slice by slice.

Knows no arm by name and nothing of how it ranks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.bench.metrics import is_mean
from rag.bench.records import Measurement, PassageText, QuestionOutcome
from rag.bench.saved import read_measurement, read_passages, read_questions
from rag.bench.slice_differences import EVEN, SliceDifferences, compare_slices
from rag.errors import BenchmarkError


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two arms made of a question."""

    figure: float
    first_relevant: int | None  # rank; None where none was found
    passage: str | None  # the id of the first passage
    text: str | None  # its text; None where only qrels and runs were given
    relevant: bool


@dataclass(frozen=True, slots=True)
class Duel:
    """One question on which the two arms differ; `difference` is `one` less `other`."""

    pair: str
    id: str
    question: str | None
    languages: tuple[str | None, str | None]
    gold: tuple[str, ...]  # texts that answer
    difference: float
    one: Side
    other: Side


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why `one` is better, or worse, than `other`."""

    measure: str
    one: str
    other: str
    differences: SliceDifferences
    wins: tuple[Duel, ...]  # of `one`, the largest first
    losses: tuple[Duel, ...]


def explain(
    folder: Path, runs: tuple[str, str], *, measure: str | None = None, pair: str | None = None
) -> Explanation:
    """Compare two arms of a saved measurement, in all pairs or in one.

    Raises BenchmarkError for an arm, a measure or a pair that it does not have.
    """
    measurement = read_measurement(folder)
    chosen = measure or measurement.measures[0]
    outcomes = [
        outcome
        for outcome in read_questions(folder)
        if outcome.arms and pair in (None, outcome.pair)
    ]
    _check(folder, measurement, outcomes, runs, chosen, pair)
    texts = read_passages(folder)
    passages_of = {one.name: one.passages_of for one in measurement.results}
    duels = [_duel(outcome, runs, chosen, passages_of[outcome.pair], texts) for outcome in outcomes]
    moved = sorted(
        (duel for duel in duels if abs(duel.difference) > EVEN),
        key=lambda duel: (-abs(duel.difference), duel.pair, duel.id),
    )
    wins = tuple(duel for duel in moved if duel.difference > 0)
    losses = tuple(duel for duel in moved if duel.difference < 0)
    differences = compare_slices(outcomes, runs, chosen)
    return Explanation(chosen, *runs, differences, wins, losses)


def _duel(
    outcome: QuestionOutcome,
    runs: tuple[str, str],
    measure: str,
    passages_of: str,
    texts: Mapping[tuple[str, str], PassageText],
) -> Duel:
    def side(run: str) -> Side:
        found = outcome.arms[run]
        first = found.top[0] if found.top else None
        passage = texts.get((passages_of, first)) if first is not None else None
        return Side(
            figure=found.figures[measure],
            first_relevant=found.ranks[0] if found.ranks else None,
            passage=first,
            text=passage.text if passage else None,
            relevant=outcome.relevant.get(first or "", 0) > 0,
        )

    one, other = side(runs[0]), side(runs[1])
    return Duel(
        pair=outcome.pair,
        id=outcome.id,
        question=outcome.text,
        languages=outcome.languages,
        gold=tuple(dict.fromkeys(span.text for span in outcome.gold)),
        difference=one.figure - other.figure,
        one=one,
        other=other,
    )


def _check(
    folder: Path,
    measurement: Measurement,
    outcomes: Sequence[QuestionOutcome],
    runs: tuple[str, str],
    measure: str,
    pair: str | None,
) -> None:
    if not outcomes:
        pairs = ", ".join(one.name for one in measurement.results)
        asked = f"no pair {pair!r}" if pair else "no ranked question"
        raise BenchmarkError(f"{folder} has {asked}; its pairs are: {pairs or 'none'}")
    for run in runs:
        lacking = next((one for one in outcomes if run not in one.arms), None)
        if lacking:
            raise BenchmarkError(
                f"{folder} has no arm {run!r} for {lacking.pair}; it has {', '.join(lacking.arms)}"
            )
    known = outcomes[0].arms[runs[0]].figures
    if measure not in known or not is_mean(measure):
        means = ", ".join(name for name in known if is_mean(name))
        raise BenchmarkError(f"{folder} has no {measure!r} of single questions; it has {means}")
