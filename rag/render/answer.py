"""An answer as a chat message: its sentences, their evidence, or that nothing answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.generate.records import Generated
from rag.render.text import About, Span, facts, inert, labelled, lang, source_link, time, title
from rag.render.written import render_writing, render_written
from rag.types import UNSURE, Answer, Citation, Hit

SURE = 0.8
"""From this confidence on an answer is very likely right."""

AROUND = 160  # characters of a passage that a card shows on each side of its sentence
MAX_NEAREST = 4  # passages that are offered when the articles do not answer

AboutArticle = Callable[[str], About]
"""The id of an article → what is known of it."""


def render_answer(
    answer: Answer,
    *,
    language: str,
    about: AboutArticle,
    within: Sequence[str] = (),
    follow_ups: Sequence[str] = (),
    written: Generated | str | None = None,
) -> str:
    """Return a chat message, in a language of the page; quotes stay in their own.

    `within` are the filters that were set, in words; `follow_ups` are questions to go on with;
    `written` is what a language model has written of it so far, or the whole, checked.
    """
    shown = _Shown(answer, language, about)
    body = _abstention(shown) if answer.abstained else _answer(shown)
    if isinstance(written, str):
        body = render_writing(written, language) + body
    elif written is not None and written.used:
        body = _written(shown, written)
    elif written is not None:
        body += f'<p class="note">{labelled("not_written", language)}</p>'
    asked = _asked(answer, language, within)
    return message(asked + body + _follow_ups(follow_ups, language), language)


def render_problem(reason: str, *, language: str) -> str:
    """Return a chat message that says why there is no answer."""
    verdict = f'<p class="verdict">{labelled("problem", language)}</p>'
    return message(f'{verdict}<p lang="" dir="auto">{inert(reason)}</p>', language)


def render_notice(name: str, *, language: str) -> str:
    """Return a chat message that is one label."""
    return message(f'<p class="verdict">{labelled(name, language)}</p>', language)


def message(body: str, language: str) -> str:
    """Return HTML as an answer's message, in a language of the page."""
    return f'<div class="answer" lang="{language}">{body}</div>'


@dataclass(frozen=True, slots=True)
class _Shown:
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


def _asked(answer: Answer, language: str, within: Sequence[str]) -> str:
    """Return the lines that say what was asked, and of which articles, where that is not plain."""
    lines = []
    if answer.completed:
        lines.append(
            f'<p class="completed">{labelled("completed", language)} '
            f'<q lang="" dir="auto">{inert(answer.completed)}</q></p>'
        )
    if within:
        chosen = ", ".join(f"<bdi>{inert(one)}</bdi>" for one in within)
        lines.append(f'<p class="within">{labelled("within", language)}: {chosen}</p>')
    return "".join(lines)


def _answer(shown: _Shown) -> str:
    answer, language = shown.answer, shown.language
    every = answer.citations
    leading = every[: max(answer.parts, 1)]
    differing = [one for one in every if one.number in answer.differing]
    others = [one for one in every if one not in leading and one not in differing]
    unanswered = "".join(
        f'<p class="unanswered">{labelled("unanswered", language)}: '
        f'<q lang="" dir="auto">{inert(question)}</q></p>'
        for question in answer.unanswered
    )
    return (
        _sureness(answer.confidence, language)
        + (_sides(shown, [*leading, *differing]) if differing else _leads(shown, leading))
        + unanswered
        + _cards(shown, "other_passages", others)
    )


def _abstention(shown: _Shown) -> str:
    nearest = list(shown.answer.citations) or _nearest(shown.answer)
    verdict = f'<p class="verdict">{labelled("abstained", shown.language)}</p>'
    return verdict + _cards(shown, "nearest", nearest)


def _written(shown: _Shown, generated: Generated) -> str:
    """Return a model's text, and as cards the sentences that it cites."""
    cited = {citation.number: citation for citation in generated.citations}

    def link(number: int) -> str | None:
        if number not in cited:
            return None
        target = _link(shown.answer, cited[number], generated.citations)
        return f'<a class="cite" href="{target}">{_number(cited[number], shown.language)}</a>'

    text = render_written(generated, link, shown.language)
    return text + _cards(shown, "cited_sentences", generated.citations)


def _sureness(confidence: float, language: str) -> str:
    level = "sure" if confidence >= SURE else "likely" if confidence >= UNSURE else "unsure"
    return f'<p class="sureness {level}">{labelled(level, language)}</p>'


def _leads(shown: _Shown, leading: Sequence[Citation]) -> str:
    """Return the sentences that answer; those of one article have one line of origin."""
    pieces = []
    for place, citation in enumerate(leading):
        pieces.append(_context(shown, citation) + _lead(shown, citation))
        follows = leading[place + 1] if place + 1 < len(leading) else None
        if follows is None or follows.article != citation.article:
            pieces.append(_origin(shown, citation))
    return "".join(pieces)


def _sides(shown: _Shown, citations: Sequence[Citation]) -> str:
    """Return sentences that contradict each other, side by side under their dates."""
    sides = []
    for citation in citations:
        when = shown.about(citation).published
        date = time(when, shown.language) if when else labelled("undated", shown.language)
        sides.append(
            f'<div class="side"><p class="when">{date}</p>'
            f"{_context(shown, citation)}{_lead(shown, citation)}{_origin(shown, citation)}</div>"
        )
    heading = f"<h2>{labelled('differing', shown.language)}</h2>"
    return f'{heading}<div class="sides">{"".join(sides)}</div>'


def _lead(shown: _Shown, citation: Citation) -> str:
    link = _link(shown.answer, citation)
    own = lang(shown.about(citation).language)
    return (
        f'<blockquote class="lead"{own}><span class="quote">{_marked(citation)}</span> '
        f'<a class="cite" href="{link}">{_number(citation, shown.language)}</a></blockquote>'
    )


def _origin(shown: _Shown, citation: Citation) -> str:
    about = shown.about(citation)
    rest = facts(about, shown.language)
    link = _link(shown.answer, citation)
    also = _also(shown, citation)
    return (
        f'<p class="origin"><a class="cite" href="{link}">{title(about)}</a>'
        f"{' · ' if rest else ''}{rest}</p>{also}"
    )


def _context(shown: _Shown, citation: Citation) -> str:
    """Return the sentence that the cited one refers back to, faintly, or nothing."""
    if citation.context is None:
        return ""
    own = lang(shown.about(citation).language)
    return f'<p class="context"{own}>{inert(citation.context.text)}</p>'


def _marked(citation: Citation) -> str:
    """Return the cited sentence with the words that answer in bold."""
    span = citation.answer_span
    if span is None or not citation.start <= span.start < span.end <= citation.end:
        return inert(citation.quote)
    low, high = span.start - citation.start, span.end - citation.start
    quote = citation.quote
    return f"{inert(quote[:low])}<strong>{inert(quote[low:high])}</strong>{inert(quote[high:])}"


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


def _cards(shown: _Shown, heading: str, citations: Sequence[Citation]) -> str:
    if not citations:
        return ""
    cards = "".join(_card(shown, citation, citations) for citation in citations)
    return f'<h2>{labelled(heading, shown.language)}</h2><ul class="cards">{cards}</ul>'


def _card(shown: _Shown, citation: Citation, together: Sequence[Citation]) -> str:
    about = shown.about(citation)
    link = _link(shown.answer, citation, together)
    before, after = _around(citation, shown.hit(citation))
    return (
        f'<li class="card"><p class="card-title"><a class="cite" href="{link}">'
        f"{_number(citation, shown.language)} {title(about)}</a></p>"
        f'<p class="facts">{facts(about, shown.language)}</p>'
        f'<p class="passage"{lang(about.language)}>{before}'
        f'<mark class="quote">{inert(citation.quote)}</mark>{after}</p>'
        f"{_also(shown, citation)}</li>"
    )


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
    return inert(before), inert(after)


def _also(shown: _Shown, citation: Citation) -> str:
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


def _number(citation: Citation, language: str) -> str:
    unseen = f'<span class="unseen">{labelled("source", language)} </span>'
    return f'<span class="number">{unseen}{citation.number}</span>'


def _link(answer: Answer, citation: Citation, together: Sequence[Citation] = ()) -> str:
    others = [
        (one.start, one.end)
        for one in together or answer.citations
        if one.article == citation.article and one.number != citation.number
    ]
    spans: list[Span] = [(citation.start, citation.end), *others]
    return source_link(citation.article, spans)


def _follow_ups(questions: Sequence[str], language: str) -> str:
    if not questions:
        return ""
    items = "".join(
        f'<li><button class="ask" type="button" lang="" dir="auto">{inert(question)}</button></li>'
        for question in questions
    )
    return f'<h2>{labelled("follow_ups", language)}</h2><ul class="follow-ups">{items}</ul>'
