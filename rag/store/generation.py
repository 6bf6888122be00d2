"""One immutable generation of an index on disk, opened and verified.

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

A generation is never changed once its name stands in CURRENT, and is not removed while a
reader has it open. This module does not know how a generation came about.
"""

import fcntl
import json
import mmap
import os
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import finalize

import numpy as np
import numpy.typing as npt

from rag.errors import CorpusError, IndexCorrupt
from rag.store.article_records import from_record
from rag.store.dense import DenseIndex
from rag.store.filters import passing
from rag.store.manifest import corrupt, current_name, live_generation, read_manifest, verify_files
from rag.store.sparse import SparseIndex
from rag.store.tables import SENTENCE as SENTENCE
from rag.store.tables import Table
from rag.types import Article, Filter, Mark, Metadata


class Generation:
    """An opened, verified generation. Row numbers are those of its tables."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hold()
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

    def _hold(self) -> None:
        """Keep builders from removing this generation while it is in use."""
        try:
            handle = os.open(self.path / "manifest.json", os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return  # what is wrong, reading the manifest will tell
        finalize(self, os.close, handle)
        with suppress(OSError):  # a file system without locks: whoever builds keeps two anyway
            fcntl.flock(handle, fcntl.LOCK_SH)

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

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each article's file, by the article's id, in order."""
        return {str(meta["id"]): str(meta["sha256"]) for meta in self._articles}

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

    def file_of(self, article_id: str) -> tuple[str, str] | None:
        """Return the file that holds an article, and its SHA-256; None where there is no such."""
        row = self._rows.get(article_id)
        if row is None:
            return None
        held = self._articles[row]
        return held["file"] or article_id, held["file_sha256"] or held["sha256"]


def open_generation(index: Path) -> Generation:
    """Open the live generation. Raises IndexMissing, IndexCorrupt or IndexMismatch.

    Where builds move on meanwhile, the one that is live by then is opened.
    """
    while True:
        name = current_name(index)
        try:
            return Generation(live_generation(index))
        except IndexCorrupt:
            if current_name(index) == name:
                raise


@contextmanager
def unused(path: Path) -> Iterator[bool]:
    """Tell whether nobody, here or in another process, has the generation in `path` open.

    Where it is so, nobody opens it while the context lasts.
    """
    try:
        handle = os.open(path / "manifest.json", os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        yield True  # nobody can open it
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = True
    except OSError:
        free = False
    try:
        yield free
    finally:
        os.close(handle)
