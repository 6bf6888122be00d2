"""An article ↔ its line in a generation's articles.jsonl; its text lies elsewhere."""

from dataclasses import asdict
from typing import Any

from rag.types import Article, Mark, Metadata


def to_record(article: Article, *, begin: int, end: int) -> dict[str, Any]:
    """Return what is stored of an article whose text lies at these bytes of texts.utf8."""
    return {
        "id": article.id,
        "sha256": article.sha256,
        "metadata": asdict(article.metadata),
        "bytes": [begin, end],
        "marks": [[mark.start, mark.page, mark.heading] for mark in article.marks],
        "file": article.file,
        "file_sha256": article.file_sha256,
        "own": asdict(article.own) if article.own else None,
    }


def from_record(record: dict[str, Any], text: str) -> Article:
    """Return the article that was stored as `record`, with its text."""
    return Article(
        id=record["id"],
        text=text,
        sha256=record["sha256"],
        metadata=Metadata(**record["metadata"]),
        marks=tuple(Mark(*mark) for mark in record["marks"]),
        file=record["file"],
        file_sha256=record["file_sha256"],
        own=Metadata(**record["own"]) if record["own"] else None,
    )
