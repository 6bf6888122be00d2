"""Questions about an article itself: who wrote it, when it was published.

They are answered with the line of the article that says so; where it does not say so, they
are questions like any other. A question counts as one of these only where it names the
article as such ("l'article sur …"), so that "Who wrote the letter?" does not, nor "How many,
according to the article?" The article is the one that speaks of the question's subject;
"Who wrote the article?" alone asks of the one that was cited last.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import regex

from rag.answering.evidence import Evidence
from rag.answering.question_words import all_asked
from rag.corpus.metadata import parse_date
from rag.retrieve import Candidate
from rag.store.generation import Generation
from rag.types import Scores

Field = Literal["author", "published"]

_ARTICLE = (
    r"articles?|стат(?:ья|ьи|ью|ье)|мақала\p{L}*|makale\p{L}*|yazı(?:nın|sı|yı)|məqalə\p{L}*|"
    r"artikels?|artículo|articolo|статт\p{L}+"
)
_ASKS: dict[Field, str] = {
    "author": (
        r"auteure?s?|écrit|rédigée?|signée?|authors?|wrote|written|автор\p{L}*|напис\p{L}+|"
        r"жазған|жазды|yazar\p{L}*|yazdı|yazan|müəllif\p{L}*|yazıb|geschrieben|verfasst|"
        r"autor\p{L}*|escribió|autore|scritto"
    ),
    "published": (
        r"publiée?|parue?|paru|published|c[ao]me out|опубликован\p{L}*|вышла|жарияла\p{L}*|шықты|"
        r"yayı[nm]la\p{L}*|dərc|erschienen|veröffentlicht|publicad[oa]|pubblicato|опубліковано"
    ),
}
_WHEN = regex.compile(
    r"\b(?:quand|date|jour|when|когда|дата|какого|қашан|ne zaman|tarih\p{L}*|nə vaxt|tarix\p{L}*|"
    r"wann|datum|cuándo|fecha|quando|data|коли)\b",
    regex.IGNORECASE,
)
_DATED = regex.compile(  # asks when it was published without "when"
    r"\b(?:(?:date|jour) de (?:publication|parution)|de quand date|(?:publication|release) date|"
    r"date of publication|дат\p{L}+ (?:публикации|выхода)|жарияланған (?:күн|уақыт)\p{L}*|"
    r"yayı[nm](?:lanma)? tarih\p{L}*|nəşr tarix\p{L}*|(?:Veröffentlichungs|Erscheinungs)datum|"
    r"fecha de publicación|data di pubblicazione)\b",
    regex.IGNORECASE,
)
_NAMES_ARTICLE = regex.compile(rf"\b(?:l['’])?(?:{_ARTICLE})\b", regex.IGNORECASE)
_PATTERNS = {
    field: regex.compile(rf"\b(?:l['’])?(?:{words})\b", regex.IGNORECASE)
    for field, words in _ASKS.items()
}
# "According to the article": there it is not what is asked about.
_ACCORDING = regex.compile(
    r"\b(?:selon|d['’]après|according to|as per|по (?:словам|мнению|данным)|согласно|"
    r"сәйкес|бойынша|göre|görə|əsasən|laut|zufolge|según|secondo|за словами|згідно)\b",
    regex.IGNORECASE,
)
_OTHERWISE = frozenset(["how many", "where", "why", "how"])  # asks for neither of the two
NEAR = 0.75  # a passage's score for a subject that it speaks of; of an absent one .55 to .72
APART = 3  # words between "wrote" and "article", of which it is the object
# What binds an article to its subject, and helps a question along; the subject is found without.
_BINDS = regex.compile(
    r"\b(?:a-t-(?:il|elle)|was|were|is|has|been|did|does|the|an?|of|it|this|about|on|who|which|what|"
    r"sur|l[ae]s?|de|du|des|cet(?:te)?|a|au sujet|qui|que|quel(?:le)?|est|été|был[аи]?|об?|про|кто|"
    r"кем|какова|эт[аоу]\p{L}?|қашан|бұл|bu|nedir|hat|ist|war|den|dem|was|von|"
    r"туралы|жөнінде\p{L}*|кім|hakkında\p{L}*|ilgili|kim|haqqında\p{L}*|wurde|wer|"
    r"der|die|das|über|sobre|quién|chi|sul?)\b",
    regex.IGNORECASE,
)
_LABEL = regex.compile(r"^[\s#>*_-]*(?:[\p{L} -]{2,30}:\s*)?|[\s*_]+$")


def asks_about(question: str) -> Field | None:
    """Return what of an article itself the question asks for, None where nothing."""
    article = _NAMES_ARTICLE.search(question)
    if not article or _ACCORDING.search(question):
        return None
    if _DATED.search(question):
        return "published"
    if _WHEN.search(question) and _PATTERNS["published"].search(question):
        return "published"
    author = _PATTERNS["author"].search(question)
    if not author or all_asked(question) & _OTHERWISE:
        return None
    between = question[author.end() : article.start()].split()  # none where it stands behind
    return "author" if len(between) <= APART else None


def topic(question: str) -> str:
    """Return the question without the words that ask about an article: "" if nothing is left."""
    rest = question
    for pattern in (_DATED, _NAMES_ARTICLE, _WHEN, *_PATTERNS.values(), _BINDS):
        rest = pattern.sub(" ", rest)
    rest = " ".join(regex.findall(r"[\w’'-]*\w", rest))
    return rest if regex.search(r"\w{3}", rest) else ""


def spoken_of(generation: Generation, subject: str, ranked: Sequence[Candidate]) -> int | None:
    """Return the article that speaks of a subject, by the passages ranked for it, if any does.

    The best passage has a word of it, in whatever form, or is as near as those that have.
    """
    if not ranked:
        return None
    best = ranked[0]
    (words,) = generation.sparse.matched(subject, [best.passage])
    if best.score < NEAR and not any(len(word) >= 3 for word in words):
        return None
    return int(generation.passages[best.passage]["article"])


def statement(generation: Generation, field: Field, article: int) -> Evidence | None:
    """Return the line in which an article says this of itself."""
    about = generation.metadata(article)
    value = about.author if field == "author" else about.published
    if value is None:
        return None
    text = generation.text(article)
    for passage in np.flatnonzero(generation.passages["article"] == article).tolist():
        rows = generation.passages[passage]
        for row in range(int(rows["first"]), int(rows["last"])):
            start, end = (int(generation.sentences[row][name]) for name in ("start", "end"))
            span = _said(text[start:end], field, value, about.language)
            if span:
                return Evidence(_candidate(generation, passage), row, 0.0, 0.0, answer=span)
    return None


def _said(line: str, field: Field, value: str, language: str | None) -> tuple[int, int] | None:
    """Return where in the line the value stands, None where it does not."""
    if field == "author":
        start = line.find(value)
        return (start, start + len(value)) if start >= 0 else None
    bare = _LABEL.sub("", line)
    if not bare or parse_date(bare, language=language) != value:
        return None
    start = line.find(bare)
    return start, start + len(bare)


def _candidate(generation: Generation, passage: int) -> Candidate:
    first, last = (int(generation.passages[passage][name]) for name in ("first", "last"))
    rows = np.arange(first, last)
    return Candidate(passage, 0.0, Scores(0.0, 0.0, 0.0), rows, np.zeros(len(rows), np.float32))
