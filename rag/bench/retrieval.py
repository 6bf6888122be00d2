"""Collections → how well each arm of the retrieval finds a question's passages.

The questions go through `Index.rank`, which is what `Index.search` returns the best of, and
in answer mode through `Index.ask`. Collections with the same question ids are translations
of each other: each one's questions are then put to each one's passages, and relevance goes
by question id.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import Any

from rag.answering.reader import lazy_reader
from rag.bench.collection import Collection, choose_questions
from rag.bench.conditions import manifest_of
from rag.bench.corpora import cached_encoder, encode_questions, open_corpus
from rag.bench.formats import Format, common_format, read_collections
from rag.bench.measuring import Plan, Settings, finish, measure_plans, named_passages
from rag.bench.planning import AnswerModels, plan_answers, plan_pairs
from rag.bench.records import PairResult, PassageText, QuestionOutcome, RunManifest
from rag.bench.vector_cache import CachedEncoder
from rag.building.embedding import Progress
from rag.bundled.model import default_cache
from rag.encoders import BUNDLED, Encoder, load_encoder
from rag.errors import BenchmarkError
from rag.index import Index

Corpus = dict[str, Any]

_TIMED = 100  # questions of which the whole search is timed
_PLAIN = Settings()


def measure_retrieval(
    paths: Sequence[Path],
    *,
    form: Format | None = None,
    split: str | None = None,
    every: int = 1,
    offset: int = 0,
    answers: bool = False,
    held_out_half: bool = False,
    given_passage: bool = False,
    settings: Settings = _PLAIN,
    model: str = BUNDLED,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Put the questions to the passages and return the figures of each arm, as plain data.

    Only questions whose running index in their file is `offset` modulo `every` are asked;
    with `answers` they are answered too, from all articles or, with `held_out_half`, from
    every second one, or, with `given_passage`, each from its own passage alone. Vectors and
    indexes are kept in the cache, by content. Raises BenchmarkError, ModelError.
    """
    begin = perf_counter()
    if not 0 <= offset < every:
        raise ValueError(f"offset must be below every, not {offset} with {every}")
    report = progress or _silent
    collections = read_collections(paths, form or common_format(paths), split=split)
    if encoder is None:
        encoder = load_encoder(model, cache=cache, progress=lambda line: report(line, 0, 0))
    home = (cache or default_cache()) / "bench"
    cached = cached_encoder(encoder, home)
    _encode_chosen(collections, cached, report, every=every, offset=offset)
    reader = lazy_reader(encoder, cache=cache)
    indexes = [
        open_corpus(one, cached, home, reader=reader, progress=report) for one in collections
    ]
    plans = plan_pairs(collections, indexes, every=every, offset=offset)
    if answers or held_out_half or given_passage:
        answering = AnswerModels(cached, reader, home)
        plans = plan_answers(
            plans, collections, answering, report, half=held_out_half, given=given_passage
        )
    manifest = _manifest(
        paths,
        collections,
        indexes,
        plans,
        encoder,
        {
            "every": every,
            "offset": offset,
            "split": split,
            "half": held_out_half,
            "given": given_passage,
        },
    )
    warnings = [warned for one in collections for warned in one.warnings]
    measured = measure_plans(plans, manifest, settings, report, warnings=warnings)
    results = measured.measurement.results
    further = {
        "files": [str(path) for path in paths],
        "encoder": encoder.name,
        "encoder_fingerprint": encoder.fingerprint,
        "every": every,
        "offset": offset,
        "corpora": [
            _describe(one, index, encoder, [asked.text for asked in plan.questions])
            for one, index, plan in zip(
                collections, indexes, plans[: len(collections)], strict=True
            )
        ],
        "means": _means(results),
        "notes": _notes(collections)
        + ["answers: each question was asked of its own passage alone"] * given_passage,
        "seconds": perf_counter() - begin,
    }
    texts = _passage_texts(collections, measured.outcomes, plans)
    return finish(measured, further, texts, save=settings.save)


def _manifest(
    paths: Sequence[Path],
    collections: Sequence[Collection],
    indexes: Sequence[Index],
    plans: Sequence[Plan],
    encoder: Encoder,
    settings: dict[str, Any],
) -> RunManifest:
    corpora = {
        str(one.path): {
            "index": index.fingerprint,
            "corpus": index.generation.manifest.corpus,
            "passages": len(one.contexts),
        }
        for one, index in zip(collections, indexes, strict=True)
    }
    return manifest_of(
        inputs=paths,
        settings=settings,
        encoder=encoder,
        corpora=corpora,
        qrels={plan.name: plan.questions_sha256 for plan in plans},
    )


def _encode_chosen(
    collections: Sequence[Collection],
    encoder: CachedEncoder,
    report: Progress,
    *,
    every: int,
    offset: int,
) -> None:
    chosen: set[str] = set()
    for one in collections:
        questions = choose_questions(one, one, every=every, offset=offset)
        if not questions:
            raise BenchmarkError(f"{one.path} has no question {offset} modulo {every}")
        chosen.update(question.text for question in questions)
    encode_questions(sorted(chosen), encoder, progress=report)


def _describe(corpus: Collection, index: Index, encoder: Encoder, asked: list[str]) -> Corpus:
    generation = index.generation
    return {
        "file": str(corpus.path),
        "language": corpus.language,
        "passages": len(corpus.contexts),
        "sentences": len(generation.sentences),
        "index": index.fingerprint,
        "search_ms": _time_search(Index(generation, encoder), asked),
    }


def _time_search(index: Index, questions: list[str]) -> float:
    """Return the median milliseconds of a whole search, encoding included."""
    seconds = []
    for question in questions[:: -(-len(questions) // _TIMED)]:
        begin = perf_counter()
        index.search(question, k=10)
        seconds.append(perf_counter() - begin)
    return 1000 * median(seconds)


def _means(results: Sequence[PairResult]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the mean figures over several files, and over pairs of languages."""
    groups = {
        "same language": [one.arms for one in results if one.questions_of == one.passages_of],
        "across languages": [one.arms for one in results if one.questions_of != one.passages_of],
    }
    return {
        name: {
            arm: {key: fmean(rows[arm][key] for rows in group) for key in group[0][arm]}
            for arm in group[0]
        }
        for name, group in groups.items()
        if len(group) > 1
    }


def _notes(collections: Sequence[Collection]) -> list[str]:
    """Tell which files look like translations but are not taken for such."""
    notes = []
    for one, other in combinations(collections, 2):
        ids, others = ({query.id for query in held.queries} for held in (one, other))
        if ids != others and ids & others:
            notes.append(
                f"{one.path.name} and {other.path.name} share {len(ids & others)} question ids of "
                f"{len(ids | others)}: measured apart, not as translations"
            )
    return notes


def _passage_texts(
    collections: Sequence[Collection], outcomes: Sequence[QuestionOutcome], plans: Sequence[Plan]
) -> Iterator[PassageText]:
    """Yield the passages that the records name."""
    named: dict[str, set[str]] = {}
    by_pair = named_passages(outcomes)
    for plan in plans:
        named.setdefault(plan.passages_of, set()).update(by_pair.get(plan.name, ()))
    for one in collections:
        for name, text in zip(one.passage_ids, one.contexts, strict=True):
            if name in named.get(str(one.path), ()):
                yield PassageText(str(one.path), name, text, language=one.language)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""
