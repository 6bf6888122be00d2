"""An answer as a chat message: its sentences, their evidence, or that nothing answers."""

from collections.abc import Sequence

from rag.generate.records import Generated
from rag.types import UNSURE, Answer, Citation
from rag.web.render.cards import AboutArticle, Shown, also, cards, link_to, number_of
from rag.web.render.text import facts, inert, labelled, lang, time, title
from rag.web.render.written import render_writing, render_written

SURE = 0.8
"""From this confidence on an answer is very likely right."""

MAX_NEAREST = 4  # passages that are offered when the articles do not answer


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
    shown = Shown(answer, language, about)
    body = _abstention(shown) if answer.abstained else _answer(shown)
    if isinstance(written, str):
        body = render_writing(written, language) + body
    elif written is not None and written.used:
        body = _written(shown, written)
    elif written is not None:
        body = f'<p class="note">{labelled("not_written", language)}</p>{body}'
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


def _answer(shown: Shown) -> str:
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
        + cards(shown, "other_passages", others)
    )


def _abstention(shown: Shown) -> str:
    nearest = list(shown.answer.citations) or _nearest(shown.answer)
    verdict = f'<p class="verdict">{labelled("abstained", shown.language)}</p>'
    return verdict + cards(shown, "nearest", nearest)


def _written(shown: Shown, generated: Generated) -> str:
    """Return a model's text, and as cards the sentences that it cites."""
    cited = {citation.number: citation for citation in generated.citations}

    def link(number: int) -> str | None:
        if number not in cited:
            return None
        target = link_to(shown.answer, cited[number], generated.citations)
        return f'<a class="cite" href="{target}">{number_of(cited[number], shown.language)}</a>'

    text = render_written(generated, link, shown.language)
    return text + cards(shown, "cited_sentences", generated.citations)


def _sureness(confidence: float, language: str) -> str:
    level = "sure" if confidence >= SURE else "likely" if confidence >= UNSURE else "unsure"
    return f'<p class="sureness {level}">{labelled(level, language)}</p>'


def _leads(shown: Shown, leading: Sequence[Citation]) -> str:
    """Return the sentences that answer; those of one article have one line of origin."""
    pieces = []
    for place, citation in enumerate(leading):
        pieces.append(_context(shown, citation) + _lead(shown, citation))
        follows = leading[place + 1] if place + 1 < len(leading) else None
        if follows is None or follows.article != citation.article:
            pieces.append(_origin(shown, citation))
    return "".join(pieces)


def _sides(shown: Shown, citations: Sequence[Citation]) -> str:
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


def _lead(shown: Shown, citation: Citation) -> str:
    link = link_to(shown.answer, citation)
    own = lang(shown.about(citation).language)
    return (
        f'<blockquote class="lead"{own}><span class="quote">{_marked(citation)}</span> '
        f'<a class="cite" href="{link}">{number_of(citation, shown.language)}</a></blockquote>'
    )


def _origin(shown: Shown, citation: Citation) -> str:
    about = shown.about(citation)
    rest = facts(about, shown.language)
    link = link_to(shown.answer, citation)
    elsewhere = also(shown, citation)
    return (
        f'<p class="origin"><a class="cite" href="{link}">{title(about)}</a>'
        f"{' · ' if rest else ''}{rest}</p>{elsewhere}"
    )


def _context(shown: Shown, citation: Citation) -> str:
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


def _follow_ups(questions: Sequence[str], language: str) -> str:
    if not questions:
        return ""
    items = "".join(
        f'<li><button class="ask" type="button" lang="" dir="auto">{inert(question)}</button></li>'
        for question in questions
    )
    return f'<h2>{labelled("follow_ups", language)}</h2><ul class="follow-ups">{items}</ul>'
