"""A benchmark's contexts → an index of them, built by the normal path and kept in a cache.

Each context is an article that is exactly one passage, with its sentences, so row i of
the passages is context i. Under the cache folder lie `corpora/<content>/`, each an index
as `rag index` makes it, and `vectors/`, the `vector_cache`.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from rag.answering.reader import Reader
from rag.bench.vector_cache import CachedEncoder
from rag.building.build import index_articles
from rag.building.embedding import Progress
from rag.corpus.metadata import detect_language
from rag.corpus.passages import RULES, split_sentences
from rag.encoders import Encoder
from rag.errors import BenchmarkError
from rag.index import Index
from rag.store.generation import Generation
from rag.store.manifest import corpus_hash, live_generation
from rag.types import Article, Metadata, Passage

_GROUP = 512  # questions encoded between two progress reports


def cached_encoder(encoder: Encoder, cache: Path) -> CachedEncoder:
    """Return the encoder with the cache's memory of what it has encoded before."""
    return CachedEncoder(encoder, cache / "vectors")


class Contexts(Protocol):
    """A file or folder that holds passages."""

    @property
    def path(self) -> Path:
        """Where they come from."""

    @property
    def contexts(self) -> tuple[str, ...]:
        """Their texts."""


def open_corpus(
    file: Contexts,
    encoder: Encoder,
    cache: Path,
    *,
    rows: Sequence[int] | None = None,
    reader: Callable[[], Reader | None] = lambda: None,
    progress: Progress | None = None,
) -> Index:
    """Return an index of the file's contexts, built if the cache does not hold it.

    `reader` reads its answers. With `rows`, which rise, of those alone; the id of an article
    is its row in the file.
    """
    chosen = range(len(file.contexts)) if rows is None else rows
    articles = [_article(row, file.contexts[row]) for row in chosen]
    identity = f"{corpus_hash(articles)} {encoder.fingerprint}"
    home = cache / "corpora" / hashlib.sha256(identity.encode()).hexdigest()[:16]
    index_articles(
        articles,
        home,
        folder=file.path,
        encoder=encoder,
        settings={"passages": "contexts", "rules": RULES},
        split=_whole,
        progress=progress,
    )
    generation = Generation(live_generation(home))
    if len(generation.passages) != len(articles):
        raise BenchmarkError(f"{home} does not hold {file.path}; delete it and measure again")
    return Index(generation, encoder, reader)


def encode_questions(
    texts: list[str], encoder: CachedEncoder, *, progress: Progress | None = None
) -> None:
    """Encode in batches, several times faster than one by one, what is not known yet."""
    for low in range(0, len(texts), _GROUP):
        encoder.encode_query(texts[low : low + _GROUP])
        if progress:
            progress("questions", min(low + _GROUP, len(texts)), len(texts))


def _article(row: int, context: str) -> Article:
    # Ids in the order of rows: an index keeps its articles ordered by id.
    sha256 = hashlib.sha256(context.encode()).hexdigest()
    return Article(f"{row:07d}", context, sha256, Metadata(language=detect_language(context)))


def _whole(article: Article, _shared: frozenset[str]) -> list[Passage]:
    sentences = split_sentences(article.text, language=article.metadata.language)
    return [Passage(0, len(article.text), tuple(sentences))]
