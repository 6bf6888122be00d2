"""What `rag bench` was asked for → a measurement, or an export.

Knows which option goes with which kind of benchmark; the kinds themselves are others' job.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rag.bench.arms import ARMS, MEASURES
from rag.bench.beir import write_beir
from rag.bench.collection import choose_questions
from rag.bench.feedback_measure import measure_feedback
from rag.bench.formats import Format, common_format, read_collections
from rag.bench.gate import failures, parse_condition, write_baseline
from rag.bench.given_runs import measure_runs
from rag.bench.index_measure import measure
from rag.bench.measuring import Settings
from rag.bench.metrics import parse_measures
from rag.bench.retrieval import measure_retrieval
from rag.bench.tables import TableFormat
from rag.building.embedding import Progress
from rag.encoders import BUNDLED
from rag.index import Index
from rag.types import Arm


class WrongUsage(Exception):
    """Options that do not go together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options of `rag bench`, by the names that the command line gives them."""

    files: Sequence[Path] = ()
    format: Format | None = None
    split: str | None = None
    qrels: Path | None = None
    run: Sequence[Path] = ()
    topics: Path | None = None
    missing_as_zero: bool = False
    arms: Sequence[Arm] | None = None
    measures: str | None = None
    every: int | None = None
    offset: int | None = None
    model: str | None = None
    answers: bool = False
    held_out_half: bool = False
    given_passage: bool = False
    save: Path | None = None
    resume: bool = False
    run_tag: str | None = None
    compare: Path | None = None
    fail_if: Sequence[str] = ()
    write_baseline: Path | None = None
    export_beir: Path | None = None
    table: TableFormat | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came out: the JSON, and why the gate fails, if it does."""

    result: dict[str, Any]
    failures: tuple[str, ...] = ()


# What an option is for; those that are not named here are for everything.
_MEASURED = ("squad", "beir", "questions", "feedback")
_FOR: dict[str, tuple[str, tuple[str, ...]]] = {
    "format": ("FILEs, not for given runs", _MEASURED),
    "every": ("SQuAD-format files and BEIR-format folders", ("squad", "beir")),
    "offset": ("SQuAD-format files and BEIR-format folders", ("squad", "beir")),
    "model": ("SQuAD-format files and BEIR-format folders", ("squad", "beir")),
    "export_beir": ("SQuAD-format files and BEIR-format folders", ("squad", "beir")),
    "answers": ("SQuAD-format files", ("squad",)),
    "held_out_half": ("SQuAD-format files", ("squad",)),
    "given_passage": ("SQuAD-format files", ("squad",)),
    "split": ("BEIR-format folders", ("beir",)),
    "arms": ("measuring, not for given runs", _MEASURED),
    "resume": ("measuring, not for given runs", _MEASURED),
    "run_tag": ("measuring, not for given runs", _MEASURED),
    "topics": ("--qrels", ("runs",)),
    "missing_as_zero": ("--qrels", ("runs",)),
}


def run_bench(request: Request, *, open_index: Callable[[], Index], progress: Progress) -> Done:
    """Do what was asked for. Raises WrongUsage, BenchmarkError and what measuring raises."""
    conditions = [parse_condition(text) for text in request.fail_if]
    measures = parse_measures(request.measures) if request.measures else MEASURES
    _check_together(request)
    form = None if request.qrels else request.format or common_format(request.files)
    _check_kind(request, form)
    if request.export_beir:
        return Done(_export(request, form or "squad", request.export_beir))
    if request.qrels:
        result = measure_runs(
            request.qrels,
            request.run,
            topics=request.topics,
            measures=measures,
            missing_as_zero=request.missing_as_zero,
            save=request.save,
            progress=progress,
        )
    else:
        settings = Settings(
            arms=request.arms or ARMS,
            measures=measures,
            save=request.save,
            resume=request.resume,
            tag=request.run_tag or "rag",
        )
        result = _measure(request, form, settings, open_index, progress)
    if request.write_baseline:
        write_baseline(request.write_baseline, result)
    failed = failures(result, request.compare, conditions) if request.compare else []
    return Done(result, tuple(failed))


def _measure(
    request: Request,
    form: Format | None,
    settings: Settings,
    open_index: Callable[[], Index],
    progress: Progress,
) -> dict[str, Any]:
    if form == "questions":
        return measure(open_index(), request.files, settings=settings, progress=progress)
    if form == "feedback":
        return measure_feedback(open_index(), request.files, settings=settings, progress=progress)
    return measure_retrieval(
        request.files,
        form=form,
        split=request.split,
        every=request.every or 1,
        offset=request.offset or 0,
        answers=request.answers,
        held_out_half=request.held_out_half,
        given_passage=request.given_passage,
        settings=settings,
        model=request.model or BUNDLED,
        progress=progress,
    )


def _export(request: Request, form: Format, folder: Path) -> dict[str, Any]:
    if len(request.files) != 1:
        raise WrongUsage("--export-beir takes one FILE")
    (collection,) = read_collections(request.files, form, split=request.split)
    questions = choose_questions(
        collection, collection, every=request.every or 1, offset=request.offset or 0
    )
    write_beir(folder, collection, questions)
    held = {"passages": len(collection.contexts), "questions": len(questions)}
    return {"directory": str(folder), **held}


def _check_together(request: Request) -> None:
    if bool(request.qrels) != bool(request.run):
        raise WrongUsage("--qrels and --run go together")
    if bool(request.files) == bool(request.qrels):
        raise WrongUsage("name the FILEs to measure, or --qrels and --run")
    if request.fail_if and not request.compare:
        raise WrongUsage("--fail-if needs the baseline: --compare FILE")
    if request.compare and not request.fail_if:
        raise WrongUsage('--compare needs a condition, such as: --fail-if "nDCG@10 < -0.01"')
    if request.held_out_half and request.given_passage:
        raise WrongUsage("--held-out-half and --given-passage exclude each other")
    if request.resume and not request.save:
        raise WrongUsage("--resume needs the folder: --save DIR")
    every = 1 if request.every is None else request.every
    if not (request.offset or 0) < every:
        raise WrongUsage("--every must be at least 1, and --offset below it")


def _check_kind(request: Request, form: Format | None) -> None:
    """Raise WrongUsage for an option that would have no effect."""
    unset = Request()
    for field in fields(Request):
        told, kinds = _FOR.get(field.name, ("", ()))
        given = getattr(request, field.name) != getattr(unset, field.name)
        if told and given and (form or "runs") not in kinds:
            raise WrongUsage(f"--{field.name.replace('_', '-')} is for {told}")
