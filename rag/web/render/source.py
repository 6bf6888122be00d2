"""An article as the source panel shows it: whole, the cited sentences marked.

This HTML never passes through Markdown or a template, so `html.escape` is enough.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from rag.types import Article
from rag.web.labels import label
from rag.web.render.text import About, Span, facts, lang


def render_source(article: Article, spans: Sequence[Span], about: About, *, language: str) -> str:
    """Return the whole article, its first span marked strongly and the others faintly.

    Above it stands on which page, and under which heading, the first span is.
    Raises ValueError for a span that does not lie in the text.
    """
    length = len(article.text)
    if any(not 0 <= start < end <= length for start, end in spans):
        raise ValueError(f"spans {spans!r} do not lie in {article.id!r} (length {length})")
    here = [mark for mark in article.marks if spans and mark.start <= spans[0][0]]
    if here:
        about = replace(about, page=here[-1].page, heading=here[-1].heading)
    paragraphs = "".join(_paragraphs(article.text, _marks(spans)))
    return (
        f"<article{lang(article.metadata.language)}>{_header(article, about, language)}"
        f"{paragraphs}</article>"
    )


def _header(article: Article, about: About, language: str) -> str:
    author = article.metadata.author
    byline = [f"<bdi>{html.escape(author)}</bdi>"] if author else []
    rest = facts(about, language)
    line = " · ".join([*byline, rest] if rest else byline)
    original = label("original", language)
    address = f"page/original?article={quote(article.id, safe='')}"
    return (
        f'<header><h2 dir="auto">{html.escape(about.name)}</h2>'
        f'<p class="byline" lang="{language}" dir="auto">{line}</p>'
        f'<p class="do" lang="{language}" dir="auto">'
        f'<a class="original" href="{address}" download>{html.escape(original)}</a>'
        f'<button class="only" type="button" data-article="{html.escape(article.id)}">'
        f"{html.escape(label('only_this', language))}</button></p></header>"
    )


def _marks(spans: Sequence[Span]) -> list[tuple[int, int, str]]:
    """Return the spans in text order, without overlaps; the cited one is never cut."""
    marks: list[tuple[int, int, str]] = []
    if spans:
        (start, end), *others = spans
        marks = [(start, end, "cited")]
        for other_start, other_end in sorted(others):
            if all(other_end <= s or other_start >= e for s, e, _ in marks):
                marks.append((other_start, other_end, "also"))
    return sorted(marks)


def _paragraphs(text: str, marks: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """Yield the article's lines as paragraphs, with the marks in them."""
    position = 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        if line.strip():
            yield f'<p dir="auto">{_mark_line(text, start, position, marks)}</p>'


def _mark_line(text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]]) -> str:
    pieces, position = [], start
    for mark_start, mark_end, kind in marks:
        inside_start, inside_end = max(mark_start, start), min(mark_end, end)
        if inside_start < inside_end:
            pieces.append(html.escape(text[position:inside_start]))
            marked = html.escape(text[inside_start:inside_end])
            pieces.append(f'<mark class="{kind}">{marked}</mark>')
            position = inside_end
    pieces.append(html.escape(text[position:end]))
    return "".join(pieces).rstrip()
