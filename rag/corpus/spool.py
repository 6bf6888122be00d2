"""The articles of a corpus, written to the disk as they are read, and read back in order.

    texts.utf8              the articles' texts, one after the other
    articles.jsonl          one article a line: `article_records` says what is in it

These are a generation's files already. In memory stay ids, hashes and places.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from rag.store import files
from rag.store.article_records import from_record, to_record
from rag.store.manifest import CorpusHash
from rag.types import Article

TEXTS, LINES = "texts.utf8", "articles.jsonl"


class Spool:
    """Takes articles one by one, ordered by id; after `close`, gives them back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts, self._lines = files.create(folder / TEXTS), files.create(folder / LINES)
        self._corpus = CorpusHash()
        self._end = self._line_end = 0
        self._lines_at: list[int] = []  # where each article's line begins
        self.hashes: dict[str, str] = {}
        """The SHA-256 of each article's file, by the article's id, in order."""

    def add(self, article: Article) -> bool:
        """Take an article, unless one with its id was taken before; tell whether it was taken."""
        if article.id in self.hashes:
            return False
        raw = article.text.encode("utf-8")
        record = to_record(article, begin=self._end, end=self._end + len(raw))
        line = json.dumps(record, ensure_ascii=True).encode() + b"\n"
        self._texts.write(raw)
        self._lines.write(line)
        self._lines_at.append(self._line_end)
        self._line_end += len(line)
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
                yield _read(json.loads(line), texts)

    def article(self, row: int) -> Article:
        """Return one article again."""
        with (self._folder / TEXTS).open("rb") as texts, (self._folder / LINES).open("rb") as lines:
            lines.seek(self._lines_at[row])
            return _read(json.loads(lines.readline()), texts)


def _read(held: dict[str, Any], texts: BinaryIO) -> Article:
    begin, end = held["bytes"]
    texts.seek(begin)
    return from_record(held, texts.read(end - begin).decode("utf-8"))
