"""Questions about an article itself: who wrote it, when it was published.

They are answered with the line of the article that says so; where it does not say so, they
are questions like any other. A question counts as one of these only where it names the
article as such ("l'article sur …"), so that "Who wrote the letter?" does not.
"""

from typing import Literal

import numpy as np
import regex

from rag.answering.evidence import Evidence
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
        r"auteure?s?|écrit|rédigée?|signée?|authors?|wrote|written|автор\p{L}*|написал\p{L}*|"
        r"жазған|жазды|yazar\p{L}*|yazdı|yazan|müəllif\p{L}*|yazıb|geschrieben|verfasst|"
        r"autor\p{L}*|escribió|autore|scritto"
    ),
    "published": (
        r"publiée?|parue?|paru|published|опубликован\p{L}*|вышла|жарияла\p{L}*|yayı[nm]la\p{L}*|"
        r"dərc|erschienen|veröffentlicht|publicad[oa]|pubblicato|опубліковано"
    ),
}
_WHEN = regex.compile(
    r"\b(?:quand|date|jour|when|когда|дата|какого|қашан|ne zaman|tarih\p{L}*|nə vaxt|tarix\p{L}*|"
    r"wann|datum|cuándo|fecha|quando|data|коли)\b",
    regex.IGNORECASE,
)
_NAMES_ARTICLE = regex.compile(rf"\b(?:l['’])?(?:{_ARTICLE})\b", regex.IGNORECASE)
_PATTERNS = {
    field: regex.compile(rf"\b(?:l['’])?(?:{words})\b", regex.IGNORECASE)
    for field, words in _ASKS.items()
}
# What binds an article to its subject, and helps a question along; the subject is found without.
_BINDS = regex.compile(
    r"\b(?:a-t-(?:il|elle)|was|were|is|has|been|did|does|the|an?|about|on|who|which|"
    r"sur|l[ae]s?|du|au sujet|qui|quel(?:le)?|est|été|был[аи]?|об?|про|кто|"
    r"туралы|жөнінде\p{L}*|кім|hakkında\p{L}*|ilgili|kim|haqqında\p{L}*|wurde|wer|"
    r"der|die|das|über|sobre|quién|chi|sul?)\b",
    regex.IGNORECASE,
)
_LABEL = regex.compile(r"^[\s#>*_-]*(?:[\p{L} -]{2,30}:\s*)?|[\s*_]+$")


def asks_about(question: str) -> Field | None:
    """Return what of an article itself the question asks for, None where nothing."""
    if not _NAMES_ARTICLE.search(question):
        return None
    if _WHEN.search(question) and _PATTERNS["published"].search(question):
        return "published"
    return "author" if _PATTERNS["author"].search(question) else None


def topic(question: str) -> str:
    """Return the question without the words that ask about an article, to find the article."""
    rest = question
    for pattern in (_NAMES_ARTICLE, _WHEN, *_PATTERNS.values(), _BINDS):
        rest = pattern.sub(" ", rest)
    rest = " ".join(rest.split()).strip(" ?.,’'")
    return rest if regex.search(r"\w{3}", rest) else question


def statement(generation: Generation, field: Field, ranked: list[Candidate]) -> Evidence | None:
    """Return the line in which the best passage's article says this of itself."""
    if not ranked:
        return None
    article = int(generation.passages[ranked[0].passage]["article"])
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
