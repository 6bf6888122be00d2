"""A cited sentence as a card: its passage, where it is from, and where else it stands."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.types import UNSURE, Answer, Citation, Hit
from rag.web.render.text import About, Span, facts, inert, labelled, lang, source_link, title

AROUND = 160  # characters of a passage that a card shows on each side of its sentence

POSSIBLE = 0.15  # below this confidence a sentence is related, and unlikely to answer

_BLANK = re.compile(r"\n\s*\n")  # a card has no room for empty lines

AboutArticle = Callable[[str], About]
"""The id of an article → what is known of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer that is being shown."""

    answer: Answer
    language: str
    about_article: AboutArticle

    def about(self, citation: Citation) -> About:
        """Return what is known of a citation's article and place."""
        known = self.about_article(citation.article)
        return About(
            article=citation.article,
            title=citation.title,
            source=citation.source,
            published=citation.published,
            language=known.language,
            page=citation.page,
            heading=citation.heading,
            changed=citation.changed is True,
        )

    def hit(self, citation: Citation) -> Hit | None:
        """Return the passage that a citation's sentence stands in, if it was looked at."""
        found = (
            hit
            for hit in self.answer.hits
            if hit.article == citation.article and hit.start <= citation.start < hit.end
        )
        return next(found, None)


def cards(shown: Shown, heading: str, citations: Sequence[Citation]) -> str:
    """Return passages under a heading, nothing where there are none."""
    if not citations:
        return ""
    items = "".join(_card(shown, citation, citations) for citation in citations)
    return f'<h2>{labelled(heading, shown.language)}</h2><ul class="cards">{items}</ul>'


def _card(shown: Shown, citation: Citation, together: Sequence[Citation]) -> str:
    about = shown.about(citation)
    link = link_to(shown.answer, citation, together)
    before, after = _around(citation, shown.hit(citation))
    told = "" if shown.answer.abstained else _chance(citation.confidence, shown.language)
    return (
        f'<li class="card"><p class="card-title"><a class="cite" href="{link}">'
        f"{number_of(citation, shown.language)} {title(about)}</a></p>"
        f'<p class="facts">{facts(about, shown.language)}</p>{told}'
        f'<p class="passage"{lang(about.language)}>{before}'
        f'<mark class="quote">{inert(citation.quote)}</mark>{after}</p>'
        f"{also(shown, citation)}</li>"
    )


def _chance(confidence: float | None, language: str) -> str:
    """Return in words how likely a sentence answers, nothing where it was not weighed."""
    if confidence is None:
        return ""
    level = "unlikely" if confidence < POSSIBLE else "possible" if confidence < UNSURE else "too"
    return f'<p class="chance {level}">{labelled(f"card_{level}", language)}</p>'


def _around(citation: Citation, hit: Hit | None) -> tuple[str, str]:
    """Return what stands before and after a cited sentence in its passage, cut at words."""
    if hit is None:
        return "", ""
    before = hit.text[: citation.start - hit.start]
    after = hit.text[max(citation.end - hit.start, 0) :]
    if len(before) > AROUND:
        before = "… " + before[-AROUND:].partition(" ")[2]
    if len(after) > AROUND:
        after = after[:AROUND].rpartition(" ")[0] + " …"
    return inert(_BLANK.sub("\n", before)), inert(_BLANK.sub("\n", after))


def also(shown: Shown, citation: Citation) -> str:
    """Return the other articles that say much the same, folded away, or nothing."""
    hit = shown.hit(citation)
    if hit is None or not hit.also_in:
        return ""
    items = []
    for article in hit.also_in:
        about = shown.about_article(article)
        rest = facts(about, shown.language)
        items.append(
            f'<li><a class="cite" href="{source_link(article)}">{title(about)}</a>'
            f"{' · ' if rest else ''}{rest}</li>"
        )
    told = labelled("also_in", shown.language, len(items))
    return f'<details class="also"><summary>{told}</summary><ul>{"".join(items)}</ul></details>'


def number_of(citation: Citation, language: str) -> str:
    """Return the number by which a citation is shown."""
    unseen = f'<span class="unseen">{labelled("source", language)} </span>'
    return f'<span class="number">{unseen}{citation.number}</span>'


def link_to(answer: Answer, citation: Citation, together: Sequence[Citation] = ()) -> str:
    """Return the link of a citation; it names the others of its article, too."""
    others = [
        (one.start, one.end)
        for one in together or answer.citations
        if one.article == citation.article and one.number != citation.number
    ]
    spans: list[Span] = [(citation.start, citation.end), *others]
    return source_link(citation.article, spans)
