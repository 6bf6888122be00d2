"""Answers and articles as HTML, in which no character of theirs can be more than text.

Does not know Gradio, the browser or the index. A chat message is one line of HTML,
because Gradio reads messages as Markdown: a line that opens with a block tag is left
as it is, and `_inert` leaves nothing in it for Markdown or LaTeX. The source panel's
HTML never passes through Markdown or a template, so `html.escape` is enough there.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote

from rag.types import UNSURE, Answer, Article, Citation, Turn

Span = tuple[int, int]
"""Offsets into an article's text, end exclusive."""

MAX_NEAREST = 4
"""How many passages are offered when the articles do not answer."""

# Every word on the page that is neither an article's nor the asker's.
LABELS = {
    "title": "Ask the articles",
    "one_article": "1 article",
    "articles": "{n} articles",
    "placeholder": "Ask a question, in any language",
    "send": "Ask",
    "conversation": "Questions and answers",
    "welcome": "What do the articles say?",
    "welcome_hint": "Every answer is a sentence of an article, and opens where it stands.",
    "source": "Source",
    "other_passages": "Other passages",
    "abstained": "The articles do not answer this question.",
    "nearest": "The nearest passages",
    "unsure": "Not sure that this answers it:",
    "differing": "But another article says",
    "completed": "Asked as",
    "edit": "Edit",
    "unanswered": "Not answered:",
    "problem": "The question could not be answered.",
    "panel": "Source article",
    "panel_empty": "Choose a numbered source to read it here, in its article.",
    "panel_close": "Close the source",
    "panel_problem": "This source cannot be shown: it is not in the index, or has changed.",
}

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# ASCII punctuation and controls, and lone surrogates, which JSON cannot carry.
_ACTIVE = re.compile(r"[\x00-\x1f!-/:-@\[-`{-\x7f\ud800-\udfff]")


_COMPLETED = re.compile(r'<p class="completed">[^<]*<q dir="auto">([^<]*)</q>')
_SPAN = re.compile(r"<strong>([^<]*)</strong>")
_QUESTION = ('<div class="question" dir="auto">', "</div>")


def render_question(question: str) -> str:
    """Return the asker's words as a chat message."""
    return _inert(question).join(_QUESTION)


def read_question(message: str) -> str:
    """Return the asker's words from what `render_question` made of them."""
    before, after = _QUESTION
    return html.unescape(message.removeprefix(before).removesuffix(after))


def render_answer(answer: Answer) -> str:
    """Return a chat message: the cited sentences and their evidence, or that nothing answers."""
    languages = {hit.article: hit.language for hit in answer.hits}
    asked = _completed(answer.completed) if answer.completed else ""
    if answer.abstained or not answer.citations:
        nearest = answer.citations or _nearest(answer)
        body = f'{asked}<p class="verdict">{LABELS["abstained"]}</p>'
        return _message(body + _passages(LABELS["nearest"], nearest, nearest, languages))
    every = answer.citations
    parts = every[: answer.parts]
    differing = [citation for citation in every if citation.number in answer.differing]
    others = [c for c in every if c not in parts and c not in differing]
    unsure = f'<p class="unsure">{LABELS["unsure"]}</p>' if answer.confidence < UNSURE else ""
    unanswered = "".join(
        f'<p class="unsure">{LABELS["unanswered"]} <q dir="auto">{_inert(question)}</q></p>'
        for question in answer.unanswered
    )
    return _message(
        asked
        + unsure
        + "".join(_part(part, answer, languages.get(part.article)) for part in parts)
        + unanswered
        + _passages(LABELS["differing"], differing, every, languages)
        + _passages(LABELS["other_passages"], others, every, languages)
    )


def read_turns(messages: Sequence[tuple[str, str]]) -> list[Turn]:
    """Return the earlier turns from (question, answer) messages, as they were rendered."""
    turns = []
    for question, answer in messages:
        completed = _COMPLETED.search(answer)
        span = _SPAN.search(answer)
        asked = html.unescape(completed[1]) if completed else read_question(question)
        turns.append(Turn(asked, html.unescape(span[1]) if span else None))
    return turns


def render_problem(message: str) -> str:
    """Return a chat message that says why there is no answer."""
    verdict = f'<p class="verdict">{LABELS["problem"]}</p>'
    return _message(f'{verdict}<p dir="auto">{_inert(message)}</p>')


def render_source(article: Article, spans: Sequence[Span]) -> str:
    """Return the whole article, its first span marked strongly and the others faintly.

    Raises ValueError for a span that does not lie in the text.
    """
    length = len(article.text)
    if not spans or any(not 0 <= start < end <= length for start, end in spans):
        raise ValueError(f"spans {spans!r} do not lie in {article.id!r} (length {length})")
    about = article.metadata
    name = PurePosixPath(article.id).name
    facts = [about.author, about.source or (name if about.title else None)]
    byline = [f"<span>{html.escape(fact)}</span>" for fact in facts if fact]
    if about.published:
        byline.insert(1 if about.author else 0, _date(about.published))
    title = f'<h2 dir="auto">{html.escape(about.title or name)}</h2>'
    header = f'<header>{title}<p class="byline">{" · ".join(byline)}</p></header>'
    paragraphs = "".join(_paragraphs(article.text, _marks(spans)))
    return f"<article{_lang(about.language)}>{header}{paragraphs}</article>"


def render_problem_source() -> str:
    """Return what the panel shows instead of a source that cannot be shown."""
    return f'<p class="empty">{LABELS["panel_problem"]}</p>'


def render_panel() -> str:
    """Return the empty source panel; the page's script fills `.source-text`.

    The template holds what it shows when the server cannot be asked.
    """
    return (
        f'<aside class="source" role="region" aria-label="{LABELS["panel"]}">'
        f'<button class="source-close" type="button" aria-label="{LABELS["panel_close"]}">'
        '<span aria-hidden="true">✕</span></button>'
        f'<div class="source-text" tabindex="0" role="document" aria-label="{LABELS["panel"]}">'
        f'<p class="empty">{LABELS["panel_empty"]}</p></div>'
        f"<template>{render_problem_source()}</template></aside>"
    )


def render_header(article_count: int) -> str:
    """Return the line at the top of the page."""
    count = LABELS["one_article"] if article_count == 1 else LABELS["articles"]
    return f"<h1>{LABELS['title']}</h1><p>{count.format(n=article_count)}</p>"


def render_welcome() -> str:
    """Return what an empty conversation shows above the example questions."""
    return f'<div class="welcome"><h2>{LABELS["welcome"]}</h2><p>{LABELS["welcome_hint"]}</p></div>'


def _message(body: str) -> str:
    return f'<div class="answer">{body}</div>'


def _completed(question: str) -> str:
    """Return the line that says what was asked in place of a follow-up; the page can edit it."""
    return (
        f'<p class="completed">{LABELS["completed"]} <q dir="auto">{_inert(question)}</q> '
        f'<a class="edit" href="#edit">{LABELS["edit"]}</a></p>'
    )


def _part(citation: Citation, answer: Answer, language: str | None) -> str:
    link = _link(citation, answer.citations)
    return (
        f"{_context(citation, language)}"
        f'<blockquote class="lead"{_lang(language)}>{_marked(citation)} '
        f'<a class="cite" href="{link}">{_number(citation)}</a></blockquote>'
        f'<p class="origin"><a class="cite" href="{link}">{_origin(citation)}</a></p>'
    )


def _context(citation: Citation, language: str | None) -> str:
    """Return the sentence that the cited one refers back to, faintly, or nothing."""
    if citation.context is None:
        return ""
    return f'<p class="context"{_lang(language)}>{_inert(citation.context.text)}</p>'


def _marked(citation: Citation) -> str:
    """Return the cited sentence with the words that answer in bold."""
    span = citation.answer_span
    if span is None or not citation.start <= span.start < span.end <= citation.end:
        return _inert(citation.quote)
    low, high = span.start - citation.start, span.end - citation.start
    quote = citation.quote
    return f"{_inert(quote[:low])}<strong>{_inert(quote[low:high])}</strong>{_inert(quote[high:])}"


def _inert(text: str) -> str:
    """Escape text so that neither HTML nor Markdown nor LaTeX acts on any of it."""
    return _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", text)


def _nearest(answer: Answer) -> list[Citation]:
    """Turn the best hits' sentences into citations, for an answer that has none."""
    return [
        Citation(
            number=number,
            article=hit.article,
            title=hit.title,
            source=hit.source,
            published=hit.published,
            start=hit.sentence.start,
            end=hit.sentence.end,
            quote=hit.sentence.text,
            page=hit.page,
            heading=hit.heading,
        )
        for number, hit in enumerate(answer.hits[:MAX_NEAREST], start=1)
    ]


def _passages(
    heading: str,
    citations: Sequence[Citation],
    together: Sequence[Citation],
    languages: Mapping[str, str | None],
) -> str:
    items = [
        f'<li><a class="cite passage" href="{_link(citation, together)}">{_number(citation)} '
        f"<q{_lang(languages.get(citation.article))}>{_inert(citation.quote)}</q>"
        f'<span class="origin">{_origin(citation)}</span></a></li>'
        for citation in citations
    ]
    return f'<h3>{heading}</h3><ul class="passages">{"".join(items)}</ul>' if items else ""


def _number(citation: Citation) -> str:
    unseen = f'<span class="unseen">{LABELS["source"]} </span>'
    return f'<span class="number">{unseen}{citation.number}</span>'


def _origin(citation: Citation) -> str:
    """Return the line that says where a quote is from: title, source or file name, date."""
    name = PurePosixPath(citation.article).name
    facts = [citation.title or name, citation.source or (name if citation.title else None)]
    parts = [f"<bdi>{_inert(fact)}</bdi>" for fact in facts if fact]
    return " · ".join([*parts, _date(citation.published)] if citation.published else parts)


def _date(published: str) -> str:
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return f"<bdi>{_inert(published)}</bdi>"
    return f'<time datetime="{day.isoformat()}">{day.day} {MONTHS[day.month - 1]} {day.year}</time>'


def _link(citation: Citation, together: Sequence[Citation]) -> str:
    """Return `#source:ARTICLE:START-END,…`: the cited span, then its answer's others there.

    It holds all that the panel needs, so a link keeps working in later turns.
    """
    others = [
        other for other in together if other.article == citation.article and other != citation
    ]
    spans = ",".join(f"{span.start}-{span.end}" for span in (citation, *others))
    return f"#source:{quote(citation.article, safe='')}:{spans}"


def _lang(language: str | None) -> str:
    return f' lang="{_inert(language)}" dir="auto"' if language else ' dir="auto"'


def _marks(spans: Sequence[Span]) -> list[tuple[int, int, str]]:
    """Return the spans in text order, without overlaps; the cited one is never cut."""
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
