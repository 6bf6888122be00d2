"""Messages of a conversation ↔ what was asked and answered in it.

A browser sends its whole conversation along with a question, so that the server keeps none.
"""

import html
import re
from collections.abc import Sequence
from urllib.parse import unquote

from rag.types import Turn
from rag.web.render.text import inert

_COMPLETED = re.compile(r'<p class="completed"><span [^<>]*>[^<]*</span> <q [^<>]*>([^<]*)</q>')
_SPAN = re.compile(r"<strong>([^<]*)</strong>")
_LEAD = re.compile(r'<blockquote class="lead".*?href="#/source/([^/"]+)/', re.DOTALL)
_QUESTION = ('<div class="question" lang="" dir="auto">', "</div>")


def render_question(question: str) -> str:
    """Return the asker's words as a chat message."""
    return inert(question).join(_QUESTION)


def read_question(message: str) -> str:
    """Return the asker's words from what `render_question` made of them."""
    before, after = _QUESTION
    return html.unescape(message.removeprefix(before).removesuffix(after))


def read_turns(messages: Sequence[tuple[str, str]]) -> list[Turn]:
    """Return the earlier turns from (question, answer) messages, as they were rendered."""
    turns = []
    for question, answer in messages:
        completed = _COMPLETED.search(answer)
        span = _SPAN.search(answer)
        lead = _LEAD.search(answer)
        turns.append(
            Turn(
                html.unescape(completed[1]) if completed else read_question(question),
                html.unescape(span[1]) if span else None,
                unquote(lead[1]) if lead else None,
            )
        )
    return turns
