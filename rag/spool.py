"""The articles of a corpus, written to the disk as they are read, and read back in order.

    texts.utf8              the articles' texts, one after the other
    articles.jsonl          one article a line: id, hash, metadata, file, where its text lies

These are a generation's files already. In memory stay ids, hashes and places.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag import files
from rag.manifest import CorpusHash
from rag.origins import Origins
from rag.types import Article, Metadata

TEXTS, LINES = "texts.utf8", "articles.jsonl"


class Spool:
    """Takes articles one by one, ordered by id; after `close`, gives them back."""

    def __init__(self, folder: Path, origins: Origins | None) -> None:
        self._folder, self._origins = folder, origins
        self._texts, self._lines = files.create(folder / TEXTS), files.create(folder / LINES)
        self._corpus = CorpusHash()
        self._end = 0
        self.hashes: dict[str, str] = {}
        """The SHA-256 of each article's file, by the article's id, in order."""

    def add(self, article: Article) -> bool:
        """Take an article, unless one with its id was taken before; tell whether it was taken."""
        if article.id in self.hashes:
            return False
        raw = article.text.encode("utf-8")
        origin = self._origins.of(article) if self._origins else None
        record = {
            "id": article.id,
            "sha256": article.sha256,
            "metadata": asdict(article.metadata),
            "file": asdict(origin) if origin else None,
            "bytes": [self._end, self._end + len(raw)],
        }
        self._texts.write(raw)
        self._lines.write(json.dumps(record, ensure_ascii=True).encode() + b"\n")
        self._end += len(raw)
        self._corpus.add(article)
        self.hashes[article.id] = article.sha256
        return True

    def close(self) -> None:
        """Finish the two files, whole or not."""
        try:
            self._texts.close()
        finally:
            self._lines.close()

    @property
    def corpus(self) -> str:
        """The hash of all articles."""
        return self._corpus.hexdigest()

    def articles(self) -> Iterator[Article]:
        """Yield the articles again, in order, one in memory at a time."""
        with (self._folder / TEXTS).open("rb") as texts, (self._folder / LINES).open("rb") as lines:
            for line in lines:
                held: dict[str, Any] = json.loads(line)
                begin, end = held["bytes"]
                text = texts.read(end - begin).decode("utf-8")
                yield Article(held["id"], text, held["sha256"], Metadata(**held["metadata"]))
