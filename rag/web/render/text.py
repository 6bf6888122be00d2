"""Text → HTML that shows it, and what is known of an article as a line of HTML.

A chat message is one line of HTML, because Gradio reads messages as Markdown: a line that
opens with a block tag is left as it is, and `inert` leaves nothing in it for Markdown or LaTeX.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from rag.web.labels import date_text, iso_day, label, language_name

Span = tuple[int, int]
"""Offsets into an article's text, end exclusive."""

_CODE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# ASCII punctuation and controls, and lone surrogates, which JSON cannot carry.
_ACTIVE = re.compile(r"[\x00-\x1f!-/:-@\[-`{-\x7f\ud800-\udfff]")


def inert(text: str) -> str:
    """Escape text so that neither HTML nor Markdown nor LaTeX acts on any of it."""
    return _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", text)


def labelled(name: str, language: str, n: int | None = None) -> str:
    """Return a label of a message; its class lets the page put it into another language."""
    count = "" if n is None else f" n-{n}"
    return f'<span class="t-{name}{count}">{inert(label(name, language, n))}</span>'


def lang(code: str | None) -> str:
    """Return the attributes of an element that holds an article's text: its language, if known.

    The direction is left to the text: it is right where the language was guessed wrongly, too.
    """
    return f' lang="{inert(code or "")}" dir="auto"'


@dataclass(frozen=True, slots=True)
class About:
    """What is said of an article beside its quotes."""

    article: str
    title: str | None
    source: str | None
    published: str | None
    language: str | None = None
    page: int | None = None
    heading: str | None = None
    changed: bool = False  # on the disk, since it was indexed

    @property
    def name(self) -> str:
        """The title, or the name of the file."""
        return self.title or PurePosixPath(self.article).name


def title(about: About) -> str:
    """Return an article's title, in its own language."""
    return f"<bdi{lang(about.language if about.title else None)}>{inert(about.name)}</bdi>"


def facts(about: About, language: str) -> str:
    """Return where and when an article appeared, and in which language."""
    name = PurePosixPath(about.article).name
    where = about.source or (name if about.title else None)
    parts = [f"<bdi>{inert(where)}</bdi>"] if where else []
    if about.published:
        parts.append(time(about.published, language))
    if about.language:
        name = inert(language_name(about.language, language))
        # The class lets the page put the name into another language; it may hold no other class.
        kind = f' class="tongue tongue-{code}"' if _CODE.fullmatch(code := about.language) else ""
        parts.append(f"<span{kind}>{name}</span>")
    if about.heading:
        parts.append(f"<bdi{lang(about.language)}>{inert(about.heading)}</bdi>")
    if about.page is not None:
        parts.append(labelled("page_number", language, about.page))
    if about.changed:
        parts.append(f'<span class="changed">{labelled("changed", language)}</span>')
    return " · ".join(parts)


def time(published: str, language: str) -> str:
    """Return a date as the page's language writes it."""
    written = inert(date_text(published, language))
    day = iso_day(published)
    return (
        f'<time datetime="{day.isoformat()}">{written}</time>' if day else f"<bdi>{written}</bdi>"
    )


def source_link(article: str, spans: Sequence[Span] = ()) -> str:
    """Return `#/source/ARTICLE/START-END,…`: the cited span, then its answer's others there.

    It holds all that the panel needs, so a link keeps working in later turns.
    """
    places = ",".join(f"{start}-{end}" for start, end in spans)
    return f"#/source/{quote(article, safe='')}/{places}"
