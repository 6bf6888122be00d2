"""A folder of articles → a new generation of an index, embedding only what is new."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag import articles as readers
from rag import metadata, resemblance
from rag.articles import Corpus, Problem, read_folder
from rag.embedding import Counter, Progress, embed, vectors_by_digest
from rag.encoders import BUNDLED, Encoder, load_encoder
from rag.errors import IndexCorrupt, IndexLocked, IndexMismatch, IndexMissing
from rag.generation import Generation, write_generation
from rag.manifest import FORMAT, Manifest, corpus_hash, digest, fingerprint, live_generation
from rag.passages import Splitter, split_article
from rag.resemblance import Comparison, Resemblance
from rag.types import Article, Passage

Split = Callable[[Article, frozenset[str]], list[Passage]]


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
    reused: int  # those whose vectors were known: from the generation before, or an equal text
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
    with _locked(index):
        before = _generation_before(index)
        if encoder is None:
            known = before.manifest.encoder["name"] if before else BUNDLED
            name = model or known
            encoder = load_encoder(name, cache=cache, progress=lambda line: report(line, 0, 0))
        split = partial(_split, encoder=encoder, splitter=splitter)
        settings = splitter.settings() | {
            "metadata_rules": metadata.RULES,
            "reader_rules": readers.RULES,
            "resemblance_rules": resemblance.RULES,
        }
        return _renew(index, folder, before, corpus, encoder, settings, split, report)


def index_articles(
    articles: Sequence[Article],
    index: Path,
    *,
    folder: Path,
    encoder: Encoder,
    settings: dict[str, Any],
    split: Split,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the index up to date with articles that are at hand, ordered by id.

    `split` gives an article's passages (its second argument are the lines that other articles
    have too), `settings` says how for the fingerprint, and
    `folder` where the articles come from. Raises IndexLocked while another process builds.
    """
    corpus = Corpus(tuple(articles), ())
    with _locked(index):
        before, report = _generation_before(index), progress or _silent
        return _renew(index, folder, before, corpus, encoder, settings, split, report)


@contextmanager
def _locked(index: Path) -> Iterator[None]:
    index.mkdir(parents=True, exist_ok=True)
    lock = FileLock(index / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexLocked(
            f"another process is building {index}; wait until it has finished"
        ) from error
    with lock:
        yield


def _renew(
    index: Path,
    folder: Path,
    before: Generation | None,
    corpus: Corpus,
    encoder: Encoder,
    settings: dict[str, Any],
    split: Split,
    report: Progress,
) -> BuildReport:
    described = _describe_encoder(encoder)
    corpus_sha256 = corpus_hash(corpus.articles)
    name = fingerprint(described, settings, corpus_sha256)
    if before and before.manifest.fingerprint == name:
        return _report(index, before, before, corpus, embedded=0, unchanged=True)

    alike = _compare(corpus.articles, report)
    passages = []
    for i, article in enumerate(corpus.articles):
        report("splitting", i, len(corpus.articles))
        passages.append(split(article, alike.shared_lines(article)))
    passage_texts, sentence_texts = _texts(corpus.articles, passages)
    same = before if before and before.manifest.encoder == described else None
    old_passages = vectors_by_digest(same, "passages")
    old_sentences = vectors_by_digest(same, "sentences")
    fresh = len({digest(t) for t in passage_texts} - old_passages.keys())
    fresh += len({digest(t) for t in sentence_texts} - old_sentences.keys())
    tick = Counter(report, fresh)
    passage_vectors = embed(passage_texts, encoder, old_passages, tick)
    sentence_vectors = embed(sentence_texts, encoder, old_sentences, tick)

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
        firsts=alike.leaders,
        describe=describe,
    )
    return _report(index, before, after, corpus, embedded=fresh, unchanged=False)


def _compare(articles: Sequence[Article], report: Progress) -> Resemblance:
    comparison = Comparison()
    for i, article in enumerate(articles):
        report("comparing", i, len(articles))
        comparison.add(article)
    return comparison.settle(articles.__getitem__)


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
    article: Article, shared: frozenset[str], *, encoder: Encoder, splitter: Splitter
) -> list[Passage]:
    return split_article(
        article.text,
        language=article.metadata.language,
        count_tokens=encoder.count_tokens,
        splitter=splitter,
        shared=shared,
    )


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
