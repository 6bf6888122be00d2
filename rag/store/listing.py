"""A generation's articles as a list: what is known of them, and which are nearly the same."""

from dataclasses import asdict
from typing import Any

from rag.store.generation import Generation


def list_articles(generation: Generation) -> list[dict[str, Any]]:
    """Return a record of each article, in order; `copies` are the ids of those like it."""
    return [
        {
            "id": article_id,
            **asdict(generation.metadata(row)),
            "characters": len(generation.text(row)),
            "copies": [generation.article_id(other) for other in generation.copies(row)],
        }
        for row, article_id in enumerate(generation.article_ids)
    ]
