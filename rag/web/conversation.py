"""A question in a conversation → the conversation with its answer, as messages of HTML.

Messages are dicts with a `role` and a `content`, as chat interfaces have them. Does not know
Gradio: what a browser sends along is checked here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any

from rag.errors import FilterError, RagError
from rag.generate import Generated, LanguageModel, write_answer
from rag.index import Index
from rag.types import Answer, Filter
from rag.web.labels import date_text, known_language, label, language_name
from rag.web.render.answer import render_answer, render_notice, render_problem
from rag.web.render.text import About
from rag.web.render.turns import read_turns, render_question
from rag.web.suggestions import follow_ups

Message = dict[str, Any]

MAX_QUESTION = 4_000  # characters; a longer one is cut
MAX_TURNS = 200  # messages that are looked at
SHOW_EVERY = 0.1  # seconds between two states of a text that is being written
MAX_CHOSEN = 1_000  # values of one filter


@dataclass(frozen=True, slots=True)
class Asking:
    """How a browser asks: its language, and which articles."""

    language: str
    where: Filter | None


def read_asking(raw: object) -> Asking:
    """Read what a browser sends along with a question; ValueError if it is not that."""
    given = raw if isinstance(raw, dict) else {}
    language = known_language(given.get("language"))
    chosen = given.get("filters") or {}
    if not isinstance(chosen, dict):
        raise ValueError(f"not filters: {chosen!r}")
    where = Filter(
        since=_date(chosen.get("since")),
        until=_date(chosen.get("until")),
        sources=_texts(chosen.get("sources")),
        languages=_texts(chosen.get("languages")),
        articles=_texts(chosen.get("articles")),
    )
    return Asking(language, None if where == Filter() else where)


def with_question(question: str, messages: Sequence[Message]) -> list[Message]:
    """Return the conversation with a question at its end; unchanged where it is blank."""
    if not question.strip():
        return list(messages)
    asked = {"role": "user", "content": render_question(question[:MAX_QUESTION])}
    return [*messages, asked]


def with_answer(
    index: Index,
    question: str,
    messages: Sequence[Message],
    asking: Asking,
    *,
    model: LanguageModel | None = None,
) -> Iterator[list[Message]]:
    """Yield the conversation with the answer to its last question, as far as it is known.

    The articles' own sentence comes first; then what a language model writes, as it writes it.
    """
    before = read_turns(_exchanges(messages[-MAX_TURNS:]))
    language = asking.language
    try:
        answer = index.ask(
            question[:MAX_QUESTION], where=asking.where, after=before[-1] if before else None
        )
        for written in _written(index, answer, model):
            shown = render_answer(
                answer,
                language=language,
                about=lambda article: about_article(index, article),
                within=_within(index, asking),
                follow_ups=[] if isinstance(written, str) else follow_ups(answer, language),
                written=written,
            )
            yield [*messages, {"role": "assistant", "content": shown}]
    except FilterError:
        shown = render_notice("no_articles", language=language)
        yield [*messages, {"role": "assistant", "content": shown}]
    except RagError as error:  # such as of "???", which asks nothing
        shown = render_problem(str(error), language=language)
        yield [*messages, {"role": "assistant", "content": shown}]


def _written(
    index: Index, answer: Answer, model: LanguageModel | None
) -> Iterator[Generated | str | None]:
    """Yield what a model has written so far, a few times a second, and at last the whole."""
    if model is None or answer.abstained:
        yield None
        return
    yield ""
    text, shown = "", perf_counter()
    for piece in write_answer(index, answer, model):
        if isinstance(piece, Generated):
            yield piece
        else:
            text += piece
            if perf_counter() - shown > SHOW_EVERY:
                shown = perf_counter()
                yield text


def about_article(index: Index, article_id: str, *, changed: bool = False) -> About:
    """Return what is known of an article; `changed` says that its file has changed since."""
    about = index.article(article_id).metadata
    return About(
        article=article_id,
        title=about.title,
        source=about.source,
        published=about.published,
        language=about.language,
        changed=changed,
    )


def _within(index: Index, asking: Asking) -> list[str]:
    """Return the filters in words, as the line above an answer says them."""
    where, language = asking.where, asking.language
    if where is None:
        return []
    known = set(index.articles())
    ends = [("since", where.since), ("until", where.until)]
    return [
        *(f"{label(end, language)} {date_text(day, language)}" for end, day in ends if day),
        *where.sources,
        *(language_name(code, language) for code in where.languages),
        *(about_article(index, one).name for one in where.articles if one in known),
    ]


def _exchanges(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Return the (question, answer) pairs of a conversation."""
    said = [(message["role"], _text(message["content"])) for message in messages]
    return [
        (one, other)
        for (role, one), (other_role, other) in pairwise(said)
        if (role, other_role) == ("user", "assistant")
    ]


def _text(content: Any) -> str:
    """Return a message's text: it is a string, or a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part.get("type") == "text")


def _date(raw: object) -> str | None:
    if raw in (None, ""):
        return None
    if not isinstance(raw, str) or not re.fullmatch(r"\d{4}(-\d\d){0,2}", raw, re.ASCII):
        raise ValueError(f"not a date: {raw!r}")
    return raw


def _texts(raw: object) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or len(raw) > MAX_CHOSEN:
        raise ValueError(f"not a list of values to filter by: {raw!r}")
    if not all(isinstance(one, str) for one in raw):
        raise ValueError("a value to filter by is not a text")
    return tuple(raw)
