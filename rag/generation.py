"""One immutable generation of an index on disk: write, open, verify, swap.

    index/
      CURRENT                   the name of the live generation, replaced atomically
      generations/<name>/
        manifest.json           what it is made of, and the size and SHA-256 of each file
        articles.jsonl          one article a line: id, hash, metadata, where its text lies, on
                                which page and under which heading
        texts.utf8              the articles' texts, one after the other
        passages.npy            (article, start, end, first and last sentence, digest)
        sentences.npy           (start, end, kind, digest)
        copies.npy              of each article the row of the first that is nearly the same
        passages.faiss          row i is passage i
        terms.utf8, bm25_*.npy  the lexical index; document i is passage i
        sentence_vectors.npy    float16 (sentences, d), memory-mapped; row j is sentence j

A generation is never changed once its name stands in CURRENT. Readers keep the one
that they opened. This module does not know how vectors or spans came about.
"""

import json
import mmap
import os
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.article_records import from_record, to_record
from rag.dense import DenseIndex, Vectors
from rag.errors import CorpusError
from rag.files import measure, sync
from rag.filters import passing
from rag.manifest import (
    Manifest,
    corrupt,
    current_name,
    digest,
    read_manifest,
    verify_files,
)
from rag.sparse import SparseIndex
from rag.types import Article, Filter, Mark, Metadata, Passage

KINDS = ("sentence", "furniture")
SENTENCE = KINDS.index("sentence")
PASSAGE_DTYPE = np.dtype(
    [("article", "<u4"), ("start", "<u4"), ("end", "<u4"), ("first", "<u4"), ("last", "<u4"),
     ("digest", "V16")]
)  # fmt: skip
SENTENCE_DTYPE = np.dtype([("start", "<u4"), ("end", "<u4"), ("kind", "u1"), ("digest", "V16")])

Table = npt.NDArray[np.void]


class Generation:
    """An opened, verified generation. Row numbers are those of its tables."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = read_manifest(path)
        verify_files(path, self.manifest)
        try:
            lines = (path / "articles.jsonl").read_bytes().splitlines()
            self._articles = [json.loads(line) for line in lines]
            self._about = [Metadata(**meta["metadata"]) for meta in self._articles]
            self._firsts = np.load(path / "copies.npy", allow_pickle=False)
            self._group_sizes = np.bincount(self._firsts)
            self.passages: Table = np.load(path / "passages.npy", allow_pickle=False)
            self.sentences: Table = np.load(path / "sentences.npy", allow_pickle=False)
            self.dense = DenseIndex.read(path / "passages.faiss")
            self.sentence_vectors: npt.NDArray[np.float16] = np.asarray(
                np.load(path / "sentence_vectors.npy", mmap_mode="r", allow_pickle=False)
            )
            self.sparse = SparseIndex.read(path, count=len(self.passages), languages=self.languages)
            with (path / "texts.utf8").open("rb") as file:
                self._texts = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise corrupt(path, str(error)) from error
        self._rows = {meta["id"]: row for row, meta in enumerate(self._articles)}
        self._check_shapes()

    def _check_shapes(self) -> None:
        counts, dimension = self.manifest.counts, self.manifest.encoder["dimension"]
        found = {
            "articles": min(len(self._articles), len(self._firsts)),
            "passages": len(self.passages),
            "sentences": len(self.sentences),
        }
        if found != counts:
            raise corrupt(self.path, f"it holds {found} where its manifest says {counts}")
        if (self.dense.count, self.dense.dimension) != (counts["passages"], dimension):
            raise corrupt(self.path, "passages.faiss does not have a vector for each passage")
        if self.sentence_vectors.shape != (counts["sentences"], dimension):
            raise corrupt(self.path, "sentence_vectors.npy does not have a row for each sentence")

    @property
    def article_ids(self) -> tuple[str, ...]:
        """The ids of all articles, in order."""
        return tuple(self._rows)

    def article_id(self, row: int) -> str:
        """Return the id of the article in `row`."""
        return str(self._articles[row]["id"])

    @property
    def languages(self) -> list[str]:
        """The languages of the articles, in order, each once."""
        return sorted({about.language for about in self._about if about.language})

    def passing(self, where: Filter) -> npt.NDArray[np.bool_]:
        """Tell which passages' articles pass, (passages,). Raises FilterError if none does."""
        mask: npt.NDArray[np.bool_] = passing(where, self.article_ids, self._about)[
            self.passages["article"]
        ]
        return mask

    def metadata(self, row: int) -> Metadata:
        """Return what the article in `row` says about itself."""
        return self._about[row]

    def text(self, row: int) -> str:
        """Return the whole text of the article in `row`."""
        begin, end = self._articles[row]["bytes"]
        return self._texts[begin:end].decode("utf-8")

    def article(self, article_id: str) -> Article:
        """Return an article. Raises CorpusError where the index does not hold it."""
        row = self._rows.get(article_id)
        if row is None:
            raise CorpusError(f"the index holds no article {article_id!r}")
        return from_record(self._articles[row], self.text(row))

    def known(self, name: str, sha256: str) -> Article | None:
        """Return the article that is this file, if the file is still what it was when read."""
        row = self._rows.get(name)
        if row is None or self._articles[row]["file"]:
            return None
        return self.article(name) if self._articles[row]["sha256"] == sha256 else None

    def copies(self, row: int) -> tuple[int, ...]:
        """Return the rows of the other articles that say nearly the same as that in `row`."""
        if self._group_sizes[self._firsts[row]] == 1:
            return ()
        same = np.flatnonzero(self._firsts == self._firsts[row])
        return tuple(int(other) for other in same if other != row)

    def place(self, row: int, start: int) -> Mark:
        """Return on which page and under which heading a character of an article stands."""
        marks = self._articles[row]["marks"]
        found = bisect_right(marks, start, key=lambda mark: int(mark[0]))
        return Mark(*marks[found - 1]) if found else Mark(0)


def write_generation(
    index: Path,
    *,
    articles: Sequence[Article],
    passages: Sequence[Sequence[Passage]],
    passage_vectors: Vectors,
    sentence_vectors: Vectors,
    firsts: npt.NDArray[np.int32],
    describe: Callable[[dict[str, int], dict[str, dict[str, Any]]], Manifest],
) -> Generation:
    """Write a generation beside the live one, verify it, make it the live one, and return it.

    `passages[i]` are those of `articles[i]`; the vectors (n, d) follow the same order, and
    `firsts[i]` is the row of the first article that is nearly the same as `articles[i]`.
    The generation before the last is deleted; the last stays for those who still read it.
    """
    home = index / "generations"
    home.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=home))
    try:
        _write_articles(partial, articles)
        np.save(partial / "copies.npy", firsts)
        counts = _write_tables(partial, articles, passages)
        DenseIndex.of(passage_vectors).write(partial / "passages.faiss")
        _index_terms(articles, passages).write(partial)
        np.save(partial / "sentence_vectors.npy", sentence_vectors.astype(np.float16))
        files = {path.name: measure(path) for path in sorted(partial.iterdir())}
        manifest = describe(counts, files)
        stamp = manifest.created.replace(":", "").replace("-", "").rstrip("Z")
        final = home / f"{stamp}-{manifest.fingerprint}"
        text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
        (partial / "manifest.json").write_text(text + "\n", encoding="utf-8")
        for path in partial.iterdir():
            sync(path)
        sync(partial)
        if final.exists():  # built twice within a second: the older one is damaged or forced
            shutil.rmtree(final)
        partial.chmod(0o755)
        partial.rename(final)
        sync(home)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    opened = Generation(final)
    previous = current_name(index)
    _replace_current(index, final.name)
    for old in home.iterdir():
        if old.name not in (final.name, previous):
            shutil.rmtree(old, ignore_errors=True)
    return opened


def _replace_current(index: Path, name: str) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".CURRENT-", dir=index)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o644)
    Path(temporary).replace(index / "CURRENT")
    sync(index)


def _write_articles(folder: Path, articles: Sequence[Article]) -> None:
    begin = 0
    with (
        (folder / "texts.utf8").open("wb") as texts,
        (folder / "articles.jsonl").open("w", encoding="utf-8") as lines,
    ):
        for article in articles:
            raw = article.text.encode("utf-8")
            texts.write(raw)
            record = to_record(article, begin=begin, end=begin + len(raw))
            lines.write(json.dumps(record, ensure_ascii=True) + "\n")
            begin += len(raw)


def _index_terms(articles: Sequence[Article], passages: Sequence[Sequence[Passage]]) -> SparseIndex:
    texts, languages = [], []
    for article, own in zip(articles, passages, strict=True):
        texts += [article.text[passage.start : passage.end] for passage in own]
        languages += [article.metadata.language] * len(own)
    return SparseIndex.of(texts, languages)


def _write_tables(
    folder: Path, articles: Sequence[Article], passages: Sequence[Sequence[Passage]]
) -> dict[str, int]:
    passage_rows: list[tuple[int, int, int, int, int, bytes]] = []
    sentence_rows: list[tuple[int, int, int, bytes]] = []
    for row, (article, own) in enumerate(zip(articles, passages, strict=True)):
        for passage in own:
            first = len(sentence_rows)
            for s in passage.sentences:
                kind = KINDS.index(s.kind)
                sentence_rows.append((s.start, s.end, kind, digest(article.text[s.start : s.end])))
            text = article.text[passage.start : passage.end]
            span = (passage.start, passage.end, first, len(sentence_rows))
            passage_rows.append((row, *span, digest(text)))
    np.save(folder / "passages.npy", np.array(passage_rows, PASSAGE_DTYPE))
    np.save(folder / "sentences.npy", np.array(sentence_rows, SENTENCE_DTYPE))
    return {
        "articles": len(articles),
        "passages": len(passage_rows),
        "sentences": len(sentence_rows),
    }
