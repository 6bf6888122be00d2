"""Answers and hits as lines for a terminal, and the bar of what takes long."""

import sys
import unicodedata
from collections.abc import Callable, Sequence
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Any

from rag.types import UNSURE, Answer, Citation, Hit

if TYPE_CHECKING:
    from rag.building.build import BuildReport
    from rag.building.plan import Plan
    from rag.corpus.articles import Problem

_LISTED = 20  # articles of a plan that are named
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # bidi controls


def hit_lines(hits: Sequence[Hit]) -> str:
    """Return two or more lines for each hit: rank, score and article; its best sentence."""
    lines = []
    for hit in hits:
        copies = f" (also in {', '.join(hit.also_in)})" if hit.also_in else ""
        lines.append(
            one_line(f"{hit.rank:>3}. {hit.score:.3f}  {_where(hit.title, hit.article)}{copies}")
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


def plan_lines(plan: "Plan") -> str:
    """Return a plan as counts, and its articles, a line each."""
    listed = [f"{mark} {safe(article)}" for mark, own in
              (("+", plan.added), ("~", plan.changed), ("-", plan.removed))
              for article in own]  # fmt: skip
    more = [f"… and {len(listed) - _LISTED} more"] if len(listed) > _LISTED else []
    return "\n".join([f"{plan}  ({plan.unchanged} unchanged)", *listed[:_LISTED], *more])


def report_lines(report: "BuildReport") -> str:
    """Return what a build found and did, in one or two lines."""
    held = f"{report.articles} articles, {report.passages} passages, {report.sentences} sentences"
    if report.unchanged:
        return f"{report.index} is up to date: nothing to do ({held})"
    return (
        f"+{report.added} ~{report.changed} -{report.removed}  {report.index} holds {held}\n"
        f"embedded {report.embedded}, reused {report.reused}; index {report.fingerprint}"
    )


def problem_line(problem: "Problem") -> str:
    """Return what is wrong with a file of the folder."""
    verb = "skipped" if problem.skipped else "warning"
    return one_line(f"rag: {verb}: {problem.path} {problem.reason}")


def source_line(citation: Citation, *, number: bool = True) -> str:
    """Return a citation's number, article and span."""
    parts = [_where(citation.title, citation.article), citation.source, citation.published]
    told = " · ".join(part for part in parts if part)
    span = f"{citation.article}:{citation.start}-{citation.end}"
    if citation.page:
        span += f", p. {citation.page}"
    elif citation.heading and citation.heading != citation.title:
        told += f" · {citation.heading}"
    line = one_line((f"[{citation.number}] " if number else "") + f"{told} ({span})")
    return line + (" — CHANGED on disk since it was indexed" if citation.changed else "")


def article_lines(listed: Sequence[dict[str, Any]]) -> str:
    """Return two lines for each article: its id and title; what else is known of it."""
    lines = []
    for about in listed:
        lines.append(one_line(f"{about['id']}  {about['title'] or ''}".rstrip()))
        facts = [about[name] for name in ("published", "author", "source", "language", "url")]
        if about["copies"]:
            facts.append(f"nearly the same as {', '.join(about['copies'])}")
        if any(facts):
            lines.append(one_line("    " + " · ".join(fact for fact in facts if fact)))
    return "\n".join(lines)


def _where(title: str | None, article: str) -> str:
    return title or article


def wrapped(text: str, *, indent: str) -> str:
    """Return `text` in lines of at most 88 characters."""
    hanging = indent + "    " if text.startswith("[") else indent
    wrapper = TextWrapper(width=88, initial_indent=indent, subsequent_indent=hanging)
    return wrapper.fill(" ".join(safe(text).split()))


def safe(text: str) -> str:
    """Show control characters as U+FFFD: an article must not steer the terminal.

    Nor may it turn the direction of what comes after it.
    """
    return "".join(
        "\ufffd"
        if c in _TURNING or (c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs"))
        else c
        for c in text
    )


def one_line(text: str) -> str:
    """Return `text` as one safe line: a name must not look like two."""
    return safe(" ".join(text.splitlines())).replace("\t", " ")


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

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.clear()
        self._complain(line)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` is done; a total of 0 stands for a wait of unknown length."""
        if total and sys.stderr.isatty():
            from tqdm import tqdm

            if what != self._what:
                self.__exit__()
                self._bar = tqdm(total=total, desc=what, leave=False, unit="")
                self._what = what
            self._bar.update(done - self._bar.n)
        elif not total and " " in what and not what.startswith("reading"):
            self._complain(what)
