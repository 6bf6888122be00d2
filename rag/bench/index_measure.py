"""Files of questions + an index → how well it retrieves, answers and abstains.

The questions go through `Index.search` and `Index.ask`, the path that serves everybody, and
each arm through `Index.rank`.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from statistics import median
from typing import Any

from rag.bench.collection import AskedQuestion
from rag.bench.conditions import manifest_of
from rag.bench.formats import pair_names
from rag.bench.index_figures import Outcome, arms_by_language, check_citations, index_figures
from rag.bench.measuring import Answering, Plan, Settings, finish, measure_plans, named_passages
from rag.bench.places import Places
from rag.bench.questions import Question, read_questions
from rag.bench.records import GoldSpan, RunManifest
from rag.building.embedding import Progress
from rag.errors import BenchmarkError, CorpusError
from rag.index import Index

DEPTH = 10
_PLAIN = Settings()


def measure(
    index: Index,
    files: Sequence[Path],
    *,
    settings: Settings = _PLAIN,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Ask the index all questions and return the figures, over all and by language."""
    report = progress or _silent
    asked = _read(files)
    outcomes = []
    for i, (path, question) in enumerate(asked):
        report("answers", i, len(asked))
        outcomes.append(_ask(index, question, path))
    languages = sorted({outcome.question.lang for outcome in outcomes})
    places = Places(index)
    plan = _plan(index, files, outcomes, places)
    manifest = index_manifest(index, files, plan)
    measured = measure_plans([plan], manifest, settings, report)
    further = {
        "files": [str(path) for path in files],
        "index": index.fingerprint,
        "encoder": index.encoder.name,
        "all": index_figures(outcomes),
        "by_language": {
            lang: index_figures([o for o in outcomes if o.question.lang == lang])
            for lang in languages
        },
        "arms": arms_by_language(measured.outcomes),
        "citations": check_citations(index, outcomes),
        "median_ask_ms": median(o.answer.timings_ms["total"] for o in outcomes),
    }
    named = named_passages(measured.outcomes).get(plan.name, set())
    texts = places.texts(named, passages_of=plan.passages_of)
    return finish(measured, further, texts, save=settings.save)


def index_manifest(index: Index, files: Sequence[Path], plan: Plan) -> RunManifest:
    """Return the manifest of a measurement of an index."""
    made = index.generation.manifest
    return manifest_of(
        inputs=files,
        settings={},
        encoder=index.encoder,
        corpora={made.folder: {"index": index.fingerprint, "corpus": made.corpus} | made.counts},
        qrels={plan.name: plan.questions_sha256},
    )


def _read(files: Sequence[Path]) -> list[tuple[Path, Question]]:
    """Return the questions of all files. Raises BenchmarkError where two have one id."""
    asked: dict[str, tuple[Path, Question]] = {}
    for path in files:
        for question in read_questions(path):
            if question.id in asked:
                raise BenchmarkError(
                    f"{path} and {asked[question.id][0]} both have a question {question.id!r}"
                )
            asked[question.id] = path, question
    return list(asked.values())


def _ask(index: Index, question: Question, path: Path) -> Outcome:
    gold: tuple[tuple[int, int], ...] = ()
    if question.article is not None and question.quote is not None:
        try:
            text = index.article(question.article).text
        except CorpusError as error:
            raise BenchmarkError(f"{path}, question {question.id}: {error}") from error
        gold = tuple(_occurrences(text, question.quote))
        if not gold:
            raise BenchmarkError(
                f"{path}, question {question.id}: {question.article} does not hold its quote"
            )
    hits = tuple(index.search(question.question, k=DEPTH))
    return Outcome(question, gold, hits, index.ask(question.question))


def _plan(index: Index, files: Sequence[Path], outcomes: Sequence[Outcome], places: Places) -> Plan:
    """Plan the arms on the answerable questions; what answers is known for all."""
    said = {outcome.question.question: outcome.answer for outcome in outcomes}
    total = hashlib.sha256()
    for outcome in outcomes:
        total.update(json.dumps(astuple(outcome.question)).encode())
    asked = [_asked(outcome, places) for outcome in outcomes]
    in_passages = [replace(one, gold=tuple(map(places.gold, one.gold or ()))) for one in asked]
    article_languages = {
        o.question.id: index.article(o.question.article).metadata.language
        for o in outcomes
        if o.question.article is not None
    }
    return Plan(
        name="+".join(pair_names(files)),
        questions_of=" + ".join(map(str, files)),
        passages_of=index.generation.manifest.folder,
        languages=(None, None),
        index=index,
        passage_ids=places.ids,
        questions=[one for one in in_passages if one.gold],
        questions_sha256=total.hexdigest(),
        unjudged=[one for one in in_passages if not one.gold],
        passage_languages=article_languages,
        answering=Answering(
            ask=said.__getitem__,
            questions=asked,
            languages=article_languages,
            passages=len(places.ids),
            texts={o.question.id: o.question.answers for o in outcomes},
            saved=places.answer,
        ),
    )


def _asked(outcome: Outcome, places: Places) -> AskedQuestion:
    """Return a question whose gold spans are the answers in its quote, else the quote."""
    question, gold = outcome.question, list[GoldSpan]()
    for start, _ in outcome.gold:
        inside = [
            (start + low, answer)
            for answer in question.answers
            for low, _ in _occurrences(str(question.quote), answer)
        ] or [(start, str(question.quote))]
        gold += [GoldSpan(str(question.article), at, at + len(text), text) for at, text in inside]
    relevant = places.overlapping(str(question.article), outcome.gold)
    return AskedQuestion(
        question.id, question.question, question.lang, dict.fromkeys(relevant, 1), tuple(gold)
    )


def _occurrences(text: str, quote: str) -> Iterable[tuple[int, int]]:
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + 1)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""
