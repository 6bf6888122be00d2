"""A folder of articles → a new generation of an index, embedding only what is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from rag.articles import Corpus, Problem, read_folder
from rag.encoders import BUNDLED, Encoder, Vectors, load_encoder
from rag.errors import IndexCorrupt, IndexLocked, IndexMismatch, IndexMissing
from rag.generation import Generation, Table, write_generation
from rag.manifest import FORMAT, Manifest, corpus_hash, digest, fingerprint, live_generation
from rag.passages import Splitter, split_article
from rag.types import Article, Passage

_GROUP = 512  # texts embedded between two progress reports

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did. Articles are counted against the generation before."""

    index: str
    fingerprint: str
    unchanged: bool  # nothing was to be done, and nothing was
    articles: int
    passages: int
    sentences: int
    added: int
    changed: int
    removed: int
    embedded: int  # passages and sentences that went through the encoder
    reused: int  # those whose vectors came from the generation before
    problems: tuple[Problem, ...]


def build_index(
    folder: str | Path,
    index: str | Path = "index",
    *,
    model: str | None = None,
    encoder: Encoder | None = None,
    splitter: Splitter | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the index up to date with the folder of articles.

    `model` is the encoder's name; by default that of the existing index, else the bundled
    model. An unchanged folder leaves the index as it is. An interrupted build leaves the
    old generation serving. Raises CorpusError, ModelError, or IndexLocked while another
    process builds.
    """
    folder, index = Path(folder), Path(index)
    splitter, report = splitter or Splitter(), progress or _silent
    report("reading articles", 0, 0)
    corpus = read_folder(folder, exclude=index)
    index.mkdir(parents=True, exist_ok=True)
    lock = FileLock(index / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexLocked(
            f"another process is building {index}; wait until it has finished"
        ) from error
    with lock:
        before = _generation_before(index)
        if encoder is None:
            known = before.manifest.encoder["name"] if before else BUNDLED
            note = lambda line: report(line, 0, 0)  # noqa: E731
            encoder = load_encoder(model or known, cache=cache, progress=note)
        settings = splitter.settings()
        described = _describe_encoder(encoder)
        corpus_sha256 = corpus_hash(corpus.articles)
        name = fingerprint(described, settings, corpus_sha256)
        if before and before.manifest.fingerprint == name:
            return _report(index, before, before, corpus, embedded=0, unchanged=True)

        passages = _split(corpus.articles, encoder, splitter, report)
        passage_texts, sentence_texts = _texts(corpus.articles, passages)
        same = before if before and before.manifest.encoder == described else None
        old_passages = _vectors_by_digest(same, "passages")
        old_sentences = _vectors_by_digest(same, "sentences")
        fresh = len({digest(t) for t in passage_texts} - old_passages.keys())
        fresh += len({digest(t) for t in sentence_texts} - old_sentences.keys())
        tick = _Counter(report, fresh)
        passage_vectors = _embed(passage_texts, encoder, old_passages, tick)
        sentence_vectors = _embed(sentence_texts, encoder, old_sentences, tick)

        def describe(counts: dict[str, int], files: dict[str, dict[str, Any]]) -> Manifest:
            return Manifest(
                format=FORMAT,
                fingerprint=name,
                created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                folder=str(folder.resolve()),
                encoder=described,
                splitter=settings,
                corpus=corpus_sha256,
                counts=counts,
                files=files,
            )

        after = write_generation(
            index,
            articles=corpus.articles,
            passages=passages,
            passage_vectors=passage_vectors,
            sentence_vectors=sentence_vectors,
            describe=describe,
        )
        return _report(index, before, after, corpus, embedded=fresh, unchanged=False)


class _Counter:
    """Counts embedded texts towards a total."""

    def __init__(self, report: Progress, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def add(self, count: int) -> None:
        self._done += count
        self._report("embedding", self._done, self._total)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


def _generation_before(index: Path) -> Generation | None:
    """Return the live generation, or None where there is none that can be built upon."""
    try:
        return Generation(live_generation(index))
    except (IndexMissing, IndexCorrupt, IndexMismatch):
        return None


def _describe_encoder(encoder: Encoder) -> dict[str, Any]:
    return {
        "name": encoder.name,
        "fingerprint": encoder.fingerprint,
        "dimension": encoder.dimension,
    }


def _split(
    articles: Sequence[Article], encoder: Encoder, splitter: Splitter, report: Progress
) -> list[list[Passage]]:
    passages = []
    for i, article in enumerate(articles):
        report("splitting", i, len(articles))
        passages.append(
            split_article(
                article.text,
                language=article.metadata.language,
                count_tokens=encoder.count_tokens,
                splitter=splitter,
            )
        )
    return passages


def _texts(
    articles: Sequence[Article], passages: Sequence[Sequence[Passage]]
) -> tuple[list[str], list[str]]:
    """Return the texts of all passages and of all sentences, in the order of their rows."""
    own = [
        (article.text, passage)
        for article, split in zip(articles, passages, strict=True)
        for passage in split
    ]
    sentences = [text[s.start : s.end] for text, passage in own for s in passage.sentences]
    return [text[passage.start : passage.end] for text, passage in own], sentences


def _vectors_by_digest(
    generation: Generation | None, table: str
) -> dict[bytes, np.ndarray[Any, Any]]:
    if generation is None:
        return {}
    rows: Table
    vectors: np.ndarray[Any, Any]
    if table == "passages":
        rows, vectors = generation.passages, generation.dense.vectors()
    else:
        rows, vectors = generation.sentences, generation.sentence_vectors
    return {row["digest"].tobytes(): vector for row, vector in zip(rows, vectors, strict=True)}


def _embed(
    texts: list[str],
    encoder: Encoder,
    known: dict[bytes, np.ndarray[Any, Any]],
    tick: _Counter,
) -> Vectors:
    """Return the vectors of `texts` (n, d); equal texts and known ones are encoded once."""
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    rows_of: dict[bytes, list[int]] = {}
    for row, text in enumerate(texts):
        key = digest(text)
        if key in known:
            vectors[row] = known[key]
        else:
            rows_of.setdefault(key, []).append(row)
    # Similar lengths together: padding is wasted work.
    fresh = sorted(rows_of.values(), key=lambda rows: len(texts[rows[0]]))
    for low in range(0, len(fresh), _GROUP):
        group = fresh[low : low + _GROUP]
        encoded = encoder.encode_document([texts[rows[0]] for rows in group])
        for rows, vector in zip(group, encoded, strict=True):
            vectors[rows] = vector
        tick.add(len(group))
    return vectors


def _report(
    index: Path,
    before: Generation | None,
    after: Generation,
    corpus: Corpus,
    *,
    embedded: int,
    unchanged: bool,
) -> BuildReport:
    old = {i: before.article(i).sha256 for i in before.article_ids} if before else {}
    new = {article.id: article.sha256 for article in corpus.articles}
    counts = after.manifest.counts
    return BuildReport(
        index=str(index),
        fingerprint=after.manifest.fingerprint,
        unchanged=unchanged,
        added=len(new.keys() - old.keys()),
        changed=sum(old[i] != new[i] for i in new.keys() & old.keys()),
        removed=len(old.keys() - new.keys()),
        embedded=embedded,
        reused=counts["passages"] + counts["sentences"] - embedded,
        problems=corpus.problems,
        **counts,
    )
