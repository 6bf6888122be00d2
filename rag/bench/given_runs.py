"""TREC run files + qrels → figures and comparisons, whoever made the runs.

A run is read question by question and kept only as figures, its first ten passages and the
ranks of relevant ones, so that its length does not matter.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.bench.arms import JUDGED, outcome_of
from rag.bench.collection import AskedQuestion
from rag.bench.conditions import manifest_of
from rag.bench.languages import language_cells
from rag.bench.measuring import Measured, finish, unjudged_warnings
from rag.bench.metrics import score_questions, trec_order
from rag.bench.pairs import Arms, question_outcomes, questions_hash, summarise
from rag.bench.records import ArmOutcome, Measurement, RunManifest, Warned
from rag.bench.store import Store
from rag.bench.trec import Ranking, read_qrels, read_run, read_topics
from rag.building.embedding import Progress
from rag.errors import BenchmarkError

_LINES = 20_000  # of a run that are scored together


def measure_runs(
    qrels: Path,
    runs: Sequence[Path],
    *,
    topics: Path | None = None,
    measures: Sequence[str],
    missing_as_zero: bool = False,
    save: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Evaluate run files and return the figures of each, as plain data.

    Every judged question must be in every run, or `missing_as_zero` must say that a run found
    nothing for those that are not. Raises BenchmarkError with file and line.
    """
    texts = read_topics(topics) if topics else {}
    judged, warnings = _judged(qrels, texts if topics else None)
    questions = [AskedQuestion(name, texts.get(name, ""), None, judged[name]) for name in judged]
    manifest = manifest_of(
        inputs=[qrels, *runs, *([topics] if topics else [])],
        settings={"missing_as_zero": missing_as_zero},
        qrels={qrels.stem: questions_hash(questions)},
    )
    if save:
        store = Store(save)
        store.begin(manifest, measures, resume=False)
        store.put_qrels(qrels.stem, questions)
    arms: dict[str, dict[str, ArmOutcome]] = {}
    for path in runs:
        if path.stem in arms:
            raise BenchmarkError(f"two runs are called {path.stem}; rename a file")
        arms[path.stem] = _read(path, judged, texts, measures, warnings, progress or _silent)
        _check_missing(path, judged, arms[path.stem], warnings, allowed=missing_as_zero)
    measured = _measured(qrels, topics, questions, arms, measures, manifest, warnings)
    further = {"qrels": str(qrels), "runs": [str(path) for path in runs]}
    return finish(measured, further, [], save=save)


def _measured(
    qrels: Path,
    topics: Path | None,
    questions: Sequence[AskedQuestion],
    arms: Arms,
    measures: Sequence[str],
    manifest: RunManifest,
    warnings: Sequence[Warned],
) -> Measured:
    result = summarise(
        arms,
        measures,
        name=qrels.stem,
        questions_of=str(topics or qrels),
        passages_of=str(qrels),
        languages=(None, None),
        passages=None,
        questions_sha256=manifest.identity["qrels"][qrels.stem],
    )
    outcomes = question_outcomes(
        qrels.stem, questions, arms, {}, passage_language=None, passage_languages={}
    )
    measurement = Measurement(
        complete=True,
        manifest=manifest,
        measures=tuple(measures),
        results=(result,),
        languages=language_cells(outcomes, measures),
        warnings=(*warnings, *unjudged_warnings(outcomes)),
    )
    return Measured(measurement, tuple(outcomes))


def _judged(
    path: Path, texts: Mapping[str, str] | None
) -> tuple[dict[str, dict[str, int]], list[Warned]]:
    """Return the judgements of the questions to ask; without topics, of all."""
    judged, warnings = read_qrels(path), []
    if texts is not None:
        strangers = [name for name in judged if name not in texts]
        unjudged = [name for name in texts if name not in judged]
        for names, what in (
            (strangers, f"questions of {path.name} are not among the topics, not asked"),
            (unjudged, f"topics have no judgement in {path.name}, not asked"),
        ):
            if names:
                warnings.append(Warned(len(names), what, names[0]))
        judged = {name: row for name, row in judged.items() if name in texts}
        if not judged:
            raise BenchmarkError(f"{path} judges none of the topics; are the ids the same?")
    hopeless = [name for name, row in judged.items() if max(row.values()) < 1]
    if hopeless:
        what = f"questions of {path.name} have no relevant passage and count as 0"
        warnings.append(Warned(len(hopeless), what, hopeless[0]))
    return judged, warnings


def _read(
    path: Path,
    judged: Mapping[str, Mapping[str, int]],
    topics: Mapping[str, str],
    measures: Sequence[str],
    warnings: list[Warned],
    report: Progress,
) -> dict[str, ArmOutcome]:
    """Return what the run is worth for each judged question that it ranks."""
    outcomes: dict[str, ArmOutcome] = {}
    waiting: list[Ranking] = []
    lines, ignored, disagreeing = 0, list[str](), list[str]()
    wanted = list(dict.fromkeys([*measures, JUDGED]))
    for ranking in read_run(path):
        name = ranking.question
        if name not in judged:
            if name not in topics:
                raise BenchmarkError(
                    f"{ranking.place}: the question {name!r} is not in the qrels; if it is one "
                    "without judgements, give the topics with --topics"
                )
            ignored.append(name)
            continue
        if not ranking.ranks_agree:
            disagreeing.append(name)
        waiting.append(ranking)
        lines += len(ranking.scores)
        if lines >= _LINES:
            outcomes |= _score(waiting, judged, wanted)
            waiting, lines = [], 0
            report(path.name, len(outcomes), len(judged))
    outcomes |= _score(waiting, judged, wanted)
    for names, what in (
        (ignored, f"questions of {path.name} have no judgement and are left out"),
        (disagreeing, f"questions of {path.name} have ranks that contradict their scores, which "
                      "count"),
    ):  # fmt: skip
        if names:
            warnings.append(Warned(len(names), what, names[0]))
    return {name: outcomes[name] for name in judged if name in outcomes}


def _score(
    rankings: Sequence[Ranking], judged: Mapping[str, Mapping[str, int]], measures: Sequence[str]
) -> dict[str, ArmOutcome]:
    ordered = {ranking.question: trec_order(ranking.scores) for ranking in rankings}
    qrels = {name: judged[name] for name in ordered}
    figures = score_questions(qrels, ordered, measures)
    return {name: outcome_of(figures[name], ordered[name], qrels[name], None) for name in ordered}


def _check_missing(
    path: Path,
    judged: Mapping[str, Mapping[str, int]],
    outcomes: dict[str, ArmOutcome],
    warnings: list[Warned],
    *,
    allowed: bool,
) -> None:
    """Give the questions that the run lacks their least figures, where that is allowed."""
    missing = [name for name in judged if name not in outcomes]
    if not missing:
        return
    if not allowed or not outcomes:
        raise BenchmarkError(
            f"{path} ranks nothing for {len(missing)} of {len(judged)} judged questions (first: "
            f"{missing[0]!r}); if it truly found nothing, say so with --missing-as-zero"
        )
    measures = list(next(iter(outcomes.values())).figures)
    figures = score_questions({name: judged[name] for name in missing}, {}, measures)
    outcomes |= {name: outcome_of(figures[name], (), judged[name], None) for name in missing}
    warnings.append(
        Warned(len(missing), f"questions that {path.name} lacks count as 0", missing[0])
    )


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""
