"""Spans of an index's articles ↔ its passages, by the names that runs and qrels use.

A passage's name is `article:start-end`, with the characters that it takes of the article.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from rag.bench.records import AnswerOutcome, CitedSpan, GoldSpan, PassageText
from rag.index import Index


class Places:
    """Which passage holds which characters of which article."""

    def __init__(self, index: Index) -> None:
        generation = index.generation
        self._index = index
        self._rows: dict[str, list[tuple[int, int, int]]] = {}  # article → (start, end, row)
        self.ids: list[str] = []
        for row, passage in enumerate(generation.passages):
            article = generation.article_id(int(passage["article"]))
            start, end = int(passage["start"]), int(passage["end"])
            self._rows.setdefault(article, []).append((start, end, row))
            self.ids.append(f"{article}:{start}-{end}")

    def overlapping(self, article: str, spans: Sequence[tuple[int, int]]) -> list[str]:
        """Return the names of the article's passages that share a character with a span."""
        return [
            self.ids[row]
            for low, high, row in self._rows.get(article, ())
            if any(start < high and low < end for start, end in spans)
        ]

    def gold(self, span: GoldSpan) -> GoldSpan:
        """Return an article's span as one of the passage in which it begins, cut at its end."""
        name, start, end = self._within(span.passage, span.start, span.end)
        return GoldSpan(name, start, end, span.text[: end - start])

    def answer(self, outcome: AnswerOutcome) -> AnswerOutcome:
        """Return an answer whose citations are spans of passages."""
        cited = []
        for span in outcome.citations:
            name, start, end = self._within(span.passage, span.start, span.end)
            cited.append(CitedSpan(name, start, end, span.quote[: end - start]))
        return replace(outcome, citations=tuple(cited))

    def texts(self, names: Collection[str], *, passages_of: str) -> Iterator[PassageText]:
        """Yield the passages with these names."""
        for article_id, places in self._rows.items():
            chosen = [place for place in places if self.ids[place[2]] in names]
            if chosen:
                article = self._index.article(article_id)
                about = article.metadata
                for start, end, row in chosen:
                    text = article.text[start:end]
                    yield PassageText(passages_of, self.ids[row], text, about.title, about.language)

    def _within(self, article: str, start: int, end: int) -> tuple[str, int, int]:
        places = self._rows[article]
        at = bisect_right(places, start, key=lambda place: place[0]) - 1
        low, high, row = places[max(at, 0)]
        return self.ids[row], max(start, low) - low, min(end, high) - low
