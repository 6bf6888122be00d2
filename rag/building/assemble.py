"""Articles on the disk → the other files of a generation, in memory that the settings bound.

In memory are the tables of passages and sentences and, one after the other, what FAISS and the
lexical index are made of; texts and sentence vectors pass through.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, tee
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.building.embedding import (
    Lookup,
    Progress,
    cached_vectors,
    digests_of,
    embed,
    gather,
    unknown,
)
from rag.building.plan import Plan
from rag.building.vectors import VectorCache
from rag.corpus.spool import Spool
from rag.encoders import Encoder
from rag.store import files
from rag.store.dense import DenseIndex
from rag.store.manifest import FORMAT, Manifest
from rag.store.sparse import SparseIndex
from rag.store.tables import Tables, passage_texts, sentence_texts
from rag.types import Article, Passage

Split = Callable[[Article, frozenset[str]], list[Passage]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How articles become an index, and from where they come."""

    index: Path
    folder: Path
    encoder: Encoder
    settings: dict[str, Any]
    split: Split
    report: Progress
    on_plan: Callable[[Plan], None] = lambda _: None
    keep: bool = False

    def described(self) -> dict[str, Any]:
        """Return the encoder as a manifest records it."""
        e = self.encoder
        return {"name": e.name, "fingerprint": e.fingerprint, "dimension": e.dimension}


def counted(spool: Spool, report: Progress, what: str) -> Iterator[Article]:
    """Yield the articles, reporting each."""
    for done, article in enumerate(spool.articles()):
        report(what, done, len(spool.hashes))
        yield article


def embed_texts(
    spool: Spool,
    tables: Tables,
    known: tuple[Lookup, Lookup],
    cache: VectorCache,
    recipe: Recipe,
) -> int:
    """Encode what nothing knows yet, into the cache; return how many texts that were."""
    own = digests_of(tables.passages), digests_of(tables.sentences)
    cached = cached_vectors(cache)
    parts = [unknown(d, [old, cached]) for d, old in zip(own, known, strict=True)]
    wanted = np.unique(np.concatenate(parts))
    texts = chain(
        (text for _, text in passage_texts(spool.articles(), tables)),
        sentence_texts(spool.articles(), tables),
    )
    embed(texts, np.concatenate(own), wanted, recipe.encoder, cache, recipe.report)
    return len(wanted)


def write_files(
    draft: Path,
    spool: Spool,
    tables: Tables,
    leaders: npt.NDArray[np.int32],
    known: list[list[Lookup]],
    recipe: Recipe,
) -> None:
    """Write all files of a generation but the articles, which are there, and the manifest.

    `leaders[i]` is the row of the first article that is nearly the same as that in row i.
    """
    dimension, (of_passages, of_sentences) = recipe.encoder.dimension, known
    files.write_array(draft / "copies.npy", leaders)
    files.write_array(draft / "passages.npy", tables.passages)
    files.write_array(draft / "sentences.npy", tables.sentences)
    vectors = gather(digests_of(tables.passages), of_passages, dimension)
    DenseIndex.of(vectors, dimension).write(draft / "passages.faiss")
    shape = (len(tables.sentences), dimension)
    with files.array_file(draft / "sentence_vectors.npy", np.dtype(np.float16), shape) as file:
        for batch in gather(digests_of(tables.sentences), of_sentences, dimension):
            files.write_rows(file, batch.astype(np.float16))
    own = tee(passage_texts(counted(spool, recipe.report, "indexing words"), tables))
    languages = (article.metadata.language for article, _ in own[1])
    SparseIndex.of((text for _, text in own[0]), languages).write(draft)


def describe(
    name: str, spool: Spool, tables: Tables, recipe: Recipe, measured: dict[str, dict[str, Any]]
) -> Manifest:
    """Return the manifest of the files that were measured; `name` is its fingerprint."""
    return Manifest(
        format=FORMAT,
        fingerprint=name,
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        folder=str(recipe.folder.resolve()),
        encoder=recipe.described(),
        splitter=recipe.settings,
        corpus=spool.corpus,
        counts={
            "articles": len(spool.hashes),
            "passages": len(tables.passages),
            "sentences": len(tables.sentences),
        },
        files=measured,
    )
