"""SQuAD-format files → how well each arm of the retrieval finds a question's passage.

The questions go through `Index.rank`, which is what `Index.search` returns the best of.
Files with the same question ids are translations of each other: each file's questions
are then put to each file's passages, and relevance goes by question id.
"""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import Any

from rag.bench.arms import ARMS, arm_lines, arms_header, measure_arm
from rag.bench.corpora import cached_encoder, encode_questions, open_corpus
from rag.bench.squad import SquadFile, read_squad, relevant_rows
from rag.bundled.model import default_cache
from rag.embedding import Progress
from rag.encoders import BUNDLED, Encoder, load_encoder
from rag.errors import BenchmarkError
from rag.index import Index
from rag.types import Arm

_TIMED = 100  # questions of which the whole search is timed


def measure_retrieval(
    paths: Sequence[Path],
    *,
    arms: Sequence[Arm] = ARMS,
    every: int = 1,
    offset: int = 0,
    model: str = BUNDLED,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Put the questions to the passages and return the figures of each arm, as plain data.

    Only questions whose running index in their file is `offset` modulo `every` are asked.
    Vectors and indexes are kept in the cache, by content. Raises BenchmarkError, ModelError.
    """
    begin = perf_counter()
    if not 0 <= offset < every:
        raise ValueError(f"offset must be below every, not {offset} with {every}")
    report = progress or _silent
    files = _read(paths)
    if encoder is None:
        encoder = load_encoder(model, cache=cache, progress=lambda line: report(line, 0, 0))
    home = (cache or default_cache()) / "bench"
    cached = cached_encoder(encoder, home)
    chosen = [relevant_rows(file, file, every=every, offset=offset) for file in files]
    for file, questions in zip(files, chosen, strict=True):
        if not questions:
            raise BenchmarkError(f"{file.path} has no question {offset} modulo {every}")
    encode_questions(sorted(set().union(*chosen)), cached, progress=report)
    corpora, results = [], []
    for corpus, questions in zip(files, chosen, strict=True):
        index = open_corpus(corpus, cached, home, progress=report)
        took = _time_search(Index(index.generation, encoder), list(questions))
        corpora.append(_describe(corpus, index) | {"search_ms": took})
        for asked in files:
            if _are_translations(asked, corpus):
                relevant = relevant_rows(asked, corpus, every=every, offset=offset)
                figures = {arm: measure_arm(index, arm, relevant, report) for arm in arms}
                results.append(_pair(asked, corpus, len(relevant)) | {"arms": figures})
    return {
        "files": [str(path) for path in paths],
        "encoder": encoder.name,
        "encoder_fingerprint": encoder.fingerprint,
        "every": every,
        "offset": offset,
        "corpora": corpora,
        "results": sorted(results, key=_crosses),  # stable: the own passages of each file first
        "means": _means(results, arms),
        "notes": _notes(files),
        "seconds": perf_counter() - begin,
    }


def retrieval_table(result: dict[str, Any]) -> str:
    """Return the figures of `measure_retrieval` as lines for a terminal."""
    lines = [arms_header()]
    for found in result["results"]:
        asked, held = (Path(found[side]).name for side in ("questions_of", "passages_of"))
        told = f"{found['questions']} questions, {found['passages']} passages"
        where = f"{asked} → {held}" if asked != held else asked
        lines += arm_lines(f"{' → '.join(found['languages'])}  {where}: {told}", found["arms"])
    for name, arms in result["means"].items():
        lines += arm_lines(f"mean, {name}", arms)
    lines.append("")
    for corpus in result["corpora"]:
        lines.append(
            f"{Path(corpus['file']).name}: index {corpus['index']}, {corpus['sentences']} "
            f"sentences, Index.search {corpus['search_ms']:.1f} ms a question (median, encoding "
            "included)"
        )
    if result["every"] > 1:
        lines.append(f"asked: questions {result['offset']} modulo {result['every']} of each file")
    lines += result["notes"]
    lines.append("rank_ms: median of Index.rank, encoding excluded.")
    lines.append(f"encoder {result['encoder']}; {result['seconds']:.1f} s")
    return "\n".join(lines)


def _read(paths: Sequence[Path]) -> list[SquadFile]:
    twice = [path for i, path in enumerate(paths) if path.resolve() in map(Path.resolve, paths[:i])]
    if twice:
        raise BenchmarkError(f"{twice[0]} is given twice")
    return [read_squad(path) for path in paths]


def _describe(corpus: SquadFile, index: Index) -> dict[str, Any]:
    return {
        "file": str(corpus.path),
        "language": corpus.language,
        "passages": len(corpus.contexts),
        "sentences": len(index.generation.sentences),
        "index": index.fingerprint,
    }


def _pair(asked: SquadFile, corpus: SquadFile, questions: int) -> dict[str, Any]:
    return {
        "questions_of": str(asked.path),
        "passages_of": str(corpus.path),
        "languages": [asked.language, corpus.language],
        "questions": questions,
        "passages": len(corpus.contexts),
    }


def _time_search(index: Index, questions: list[str]) -> float:
    """Return the median milliseconds of a whole search, encoding included."""
    seconds = []
    for question in questions[:: -(-len(questions) // _TIMED)]:
        begin = perf_counter()
        index.search(question, k=10)
        seconds.append(perf_counter() - begin)
    return 1000 * median(seconds)


def _are_translations(one: SquadFile, other: SquadFile) -> bool:
    return {q.id for q in one.questions} == {q.id for q in other.questions}


def _crosses(found: dict[str, Any]) -> bool:
    return bool(found["questions_of"] != found["passages_of"])


def _means(
    results: Sequence[dict[str, Any]], arms: Sequence[Arm]
) -> dict[str, dict[Arm, dict[str, float]]]:
    """Return the mean figures over several files, and over pairs of languages."""
    groups = {
        "same language": [found["arms"] for found in results if not _crosses(found)],
        "across languages": [found["arms"] for found in results if _crosses(found)],
    }
    return {
        name: {
            arm: {key: fmean(rows[arm][key] for rows in group) for key in group[0][arm]}
            for arm in arms
        }
        for name, group in groups.items()
        if len(group) > 1
    }


def _notes(files: Sequence[SquadFile]) -> list[str]:
    """Tell which files look like translations but are not taken for such."""
    notes = []
    for one, other in combinations(files, 2):
        ids, others = ({q.id for q in file.questions} for file in (one, other))
        if ids != others and ids & others:
            notes.append(
                f"{one.path.name} and {other.path.name} share {len(ids & others)} question ids of "
                f"{len(ids | others)}: measured apart, not as translations"
            )
    return notes


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""
