"""Answers and hits as lines for a terminal, and the bar of what takes long."""

import sys
import unicodedata
from collections.abc import Callable, Sequence
from textwrap import TextWrapper
from typing import Any

from rag.types import UNSURE, Answer, Citation, Hit


def hit_lines(hits: Sequence[Hit]) -> str:
    """Return two or more lines for each hit: rank, score and article; its best sentence."""
    lines = []
    for hit in hits:
        copies = f" (also in {', '.join(hit.also_in)})" if hit.also_in else ""
        lines.append(
            safe(f"{hit.rank:>3}. {hit.score:.3f}  {_where(hit.title, hit.article)}{copies}")
        )
        lines.append(wrapped(hit.sentence.text, indent="     "))
    return "\n".join(lines)


def answer_text(answer: Answer) -> str:
    """Return an answer with its sources, or the nearest passages of an abstention."""
    lines = [f"Asked as: {safe(answer.completed)}", ""] if answer.completed else []
    parts = answer.citations[: 0 if answer.abstained else answer.parts]
    differing = [c for c in answer.citations if c.number in answer.differing]
    others = [c for c in answer.citations if c not in parts and c not in differing]
    if answer.abstained:
        lines.append("The articles do not seem to answer this. The nearest passages:")
    elif answer.confidence < UNSURE:
        lines += ["Not sure that this answers it:", ""]
    for part in parts:
        if part.context:
            lines += [wrapped(f"({part.context.text})", indent=""), ""]
        lines.append(wrapped(f"{part.quote} [{part.number}]", indent=""))
    if answer.answer_span and len(parts) == 1:
        lines += ["", wrapped(f"→ {answer.answer_span.text}", indent="")]
    lines += ["", *map(source_line, parts)] if parts else []
    for question in answer.unanswered:
        lines += ["", wrapped(f"Not answered: {question}", indent="")]
    for heading, cited in (("But another article says:", differing), ("See also:", others)):
        lines += ["", heading] if cited and not answer.abstained else []
        for citation in cited:
            lines.append(wrapped(f"[{citation.number}] {citation.quote}", indent="  "))
            lines.append(f"      {source_line(citation, number=False)}")
    lines += ["", f"confidence {answer.confidence:.2f}, {answer.timings_ms['total']:.0f} ms"]
    return "\n".join(lines)


def source_line(citation: Citation, *, number: bool = True) -> str:
    """Return a citation's number, article and span."""
    parts = [_where(citation.title, citation.article), citation.source, citation.published]
    told = " · ".join(part for part in parts if part)
    span = f"{citation.article}:{citation.start}-{citation.end}"
    return safe((f"[{citation.number}] " if number else "") + f"{told} ({span})")


def _where(title: str | None, article: str) -> str:
    return title or article


def wrapped(text: str, *, indent: str) -> str:
    """Return `text` in lines of at most 88 characters."""
    hanging = indent + "    " if text.startswith("[") else indent
    wrapper = TextWrapper(width=88, initial_indent=indent, subsequent_indent=hanging)
    return wrapper.fill(" ".join(safe(text).split()))


def safe(text: str) -> str:
    """Show control characters as U+FFFD: an article must not steer the terminal."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in text
    )


class Progress:
    """Shows a bar on a terminal; elsewhere only the lines that stand for long waits."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._bar: Any = None
        self._what = ""

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` is done; a total of 0 stands for a wait of unknown length."""
        if total and sys.stderr.isatty():
            from tqdm import tqdm

            if what != self._what:
                self.__exit__()
                self._bar = tqdm(total=total, desc=what, leave=False)
                self._what = what
            self._bar.update(done - self._bar.n)
        elif not total and " " in what and not what.startswith("reading"):
            self._complain(what)
