"""What a language model writes, as part of a chat message: its citations as links, its claims
marked where the articles do not support them.
"""

import re
from collections.abc import Callable

from rag.generate.records import Claim, Generated
from rag.web.labels import label
from rag.web.render.text import inert, labelled

_MARKER = re.compile(r"\[(\d{1,3})\]")

Link = Callable[[int], str | None]
"""The number of a citation → its link as HTML, None where there is no such citation."""


def render_writing(text: str, language: str) -> str:
    """Return what has been written so far; nothing of it is checked yet."""
    told = f'<p class="by">{labelled("writing", language)}</p>'
    return f'<div class="written pending">{told}{_paragraphs(inert_text(text))}</div>'


def render_written(generated: Generated, link: Link, language: str) -> str:
    """Return a text whose claims were checked."""
    pieces, position = [], 0
    for claim in sorted(generated.claims, key=lambda claim: claim.start):
        pieces.append(_linked(generated.text[position : claim.start], link))
        pieces.append(_claim(generated.text[claim.start : claim.end], claim, link, language))
        position = claim.end
    pieces.append(_linked(generated.text[position:], link))
    by = inert(label("written_by", language, name=generated.model))
    return f'<div class="written">{_paragraphs("".join(pieces))}<p class="by">{by}</p></div>'


def inert_text(text: str) -> str:
    """Escape a text, but for its line breaks."""
    return "\n".join(inert(line) for line in text.splitlines())


def _claim(text: str, claim: Claim, link: Link, language: str) -> str:
    shown = _linked(text, link)
    if claim.supported:
        return shown
    return f'<span class="unverified">{shown} ({labelled("unverified", language)})</span>'


def _linked(text: str, link: Link) -> str:
    pieces, position = [], 0
    for marker in _MARKER.finditer(text):
        found = link(int(marker[1]))
        if found:
            pieces += [inert_text(text[position : marker.start()]), found]
            position = marker.end()
    return "".join([*pieces, inert_text(text[position:])])


def _paragraphs(html: str) -> str:
    """Return lines of HTML as one line: a message may have no other."""
    lines = "<br>".join(line for line in html.split("\n") if line.strip())
    return f'<p class="text" lang="" dir="auto">{lines}</p>'
