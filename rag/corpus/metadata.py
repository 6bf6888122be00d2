"""An article → its title, publication date, author, source, language and address.

Only what its format or its text says counts. Of the text that is a front matter, a labelled
line ("Author: …", "## date créée"), a heading, a line of the article's head that is a date or
a name. Nothing is inferred from the file's name or time, and what is not said is None.
Dates inside sentences are what the article is about, not when it was published.
"""

import functools
import re
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Literal

import dateparser
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from rag.types import Metadata

Field = Literal["title", "published", "author", "source", "language"]

RULES = 3  # raise it when a change here finds other metadata in the same article
HEAD_LINES, FOOT_LINES = 20, 8  # where an article speaks about itself
MAX_LINE = 1000  # characters of such a line that are looked at
_LABELS: dict[Field, str] = {
    "title": "title titre titel título заголовок başlık başlıq тақырып",
    "published": (
        "date|published|published on|publication date|publié le|date de publication|"
        "date créée|créé le|publié|publiée le|paru le|posted on|posted|дата|дата публикации|"
        "опубликовано|жарияланды|жарияланған күні|"
        "tarih|yayın tarihi|yayınlanma tarihi|tarix|dərc edilib|datum|veröffentlicht|fecha|data"
    ),
    "author": "author by auteur par auteur-article автор авторы yazar müəllif autor autorin von",
    "source": "source publication journal источник дереккөз kaynak mənbə quelle fuente",
    "language": "lang language langue язык тіл dil sprache idioma",
}
_FIELD_OF: dict[str, Field] = {
    label: field
    for field, labels in _LABELS.items()
    for label in (labels.split("|") if "|" in labels else labels.split())
}
_MARKUP = re.compile(r"^[\s#>*_•-]+|[\s#*_]+$|\*\*|__")
_LABELLED = re.compile(r"^([\w’' -]{2,30}?)\s*:\s*(\S.*)$")
_NUMERIC = r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}"
_CJK = r"(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
_DAY_MONTH = r"\d{1,2}(?:er|st|nd|rd|th|º|\.)?\s+(?:de\s+)?[^\W\d_]+\.?,?\s+(?:de\s+)?(?:19|20)\d\d"
_MONTH_DAY = r"[^\W\d_]+\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
_CLOCK = r"\d{1,2}(?::|h)\d\d(?::\d\d)?(?:\s*[ap]\.?m\.?)?"
_ZONE = r"\(?(?:UTC|GMT|Z|[A-Z]{3,4})?\s*(?:[+-]\d\d:?\d\d)?\)?"
_DATE_LINE = re.compile(
    rf"(?:[^\W\d_]+,?\s+)?(?P<date>{_NUMERIC}|{_CJK}|{_DAY_MONTH}|{_MONTH_DAY})"
    rf"(?:\s*(?:г|ж)\.)?(?:[\s,|·–—-]*(?:à|at|в|um)?\s*{_CLOCK}\s*{_ZONE})?\.?"
)
_AMBIGUOUS = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}")
_NAME = re.compile(
    r"[^\W\d_a-z][\w’'.-]+(?:\s+(?:de|von|van|bin|al|el))?(?:\s+[^\W\d_a-z][\w’'.-]+){1,3}"
)
_PUBLISHED = re.compile(
    rf"(?:{'|'.join(sorted(_LABELS['published'].split('|'), key=len, reverse=True))})\s*:?\s+",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    rf"(?:^|[\s,|·–—-]+)(?:[Bb]y|[Pp]ar|[Vv]on|[Оо]т|[Аа]втор|[Yy]azan)\s*:?\s+(?P<name>{_NAME.pattern})"
    r"(?=$|\s*[,|·–—])[\s,|·–—-]*"
)
_DATELINE = re.compile(r"[^\W\d_][\w -]{2,30}\s/\s(\S[^/]{1,40})")
_FURNITURE = re.compile(r"©|\(c\)|https?://|^\W*$", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.!?…。！？؟।]['\"»”’)\]*_]*$")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str  # without markup
    level: int  # of a Markdown heading; 0 for none


def describe(text: str, said: Metadata) -> Metadata:
    """Return the metadata of an article: what its format says, `said`, else what `text` says."""
    found = find_metadata(text)
    language = _code(said.language) or found.language
    published = read_day(said.published, language=language) if said.published else None
    return Metadata(
        title=said.title or found.title,
        published=published or found.published,
        author=said.author or found.author,
        source=said.source or found.source,
        language=language,
        url=said.url,
    )


def read_day(written: str, *, language: str | None) -> str | None:
    """Return the ISO date of a moment as formats write it: ISO 8601, as in mails, or as a line."""
    written = written.strip()
    try:
        return date.fromisoformat(re.split("[T ]", written, maxsplit=1)[0]).isoformat()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except ValueError:
        return parse_date(written, language=language)


def find_metadata(text: str) -> Metadata:
    """Return what `text` says about itself. Dates are ISO 8601, languages ISO 639-1."""
    written = [raw for raw in text.splitlines() if raw.strip()]
    edges = written[:HEAD_LINES] + written[HEAD_LINES:][-FOOT_LINES:]
    lines = [_line(raw.strip("\r\n")[:MAX_LINE]) for raw in edges]
    head = _head(lines)
    said = _labelled(lines)
    language = _code(said.get("language")) or detect_language(text)
    day_of = functools.partial(_day_of_line, language=language)
    dated = next((i for i, line in enumerate(head) if day_of(line.text)), None)
    title = said.get("title") or _title(lines, head, dated)
    signed = (
        _SIGNED.search(line.text) if day_of(line.text) else _SIGNED.match(line.text)
        for line in head
    )
    author = said.get("author") or next((match["name"] for match in signed if match), None)
    source = said.get("source")
    if dated is not None:
        above = _names_above(head, dated, title)
        author = author or above[0]
        source = source or above[1]
    if source is None:
        matches = (_DATELINE.fullmatch(line.text) for line in head)
        source = next((match[1] for match in matches if match), None)
    published = day_of(said["published"]) if "published" in said else None
    if published is None and dated is not None:
        published = day_of(head[dated].text)
    return Metadata(title, published, author, source, language)


def parse_date(line: str, *, language: str | None) -> str | None:
    """Return the ISO date that `line` consists of, apart from a weekday and a time of day.

    Day before month, except that an English "04/05/2025", which may be either, is None.
    """
    match = _DATE_LINE.fullmatch(line.strip()) if len(line) <= 80 else None
    if match is None:
        return None
    written = match["date"]
    ambiguous = _AMBIGUOUS.fullmatch(written)
    if ambiguous and language == "en" and max(map(int, ambiguous.groups())) <= 12:
        return None
    order = "YMD" if re.match(r"\d{4}", written) else "DMY"
    settings = {
        "DATE_ORDER": order,
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
    }
    day = dateparser.parse(written, settings=settings)
    return day.date().isoformat() if day else None


def _day_of_line(line: str, *, language: str | None) -> str | None:
    """Return the day that a line gives as "Published on 3 March 2024 by Jane Doe" does."""
    return parse_date(_bare_date(line), language=language)


def _bare_date(line: str) -> str:
    """Return the line without a label before the date, and without who signed."""
    return _PUBLISHED.sub("", _SIGNED.sub("", line).strip()) if len(line) < 160 else ""


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of `text`, or None where that is unsure."""
    sample = text[:20_000]
    if sum(map(str.isalpha, sample)) < 20:
        return None
    (language, probability), *others = _identifier().rank(sample)
    if language == "ar":  # dialects, which share its letters and most words, have a share of it
        probability += sum(share for name, share in others if name in ("ary", "arz"))
    return str(language) if probability >= 0.9 else None


@functools.cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _line(raw: str) -> _Line:
    heading = re.match(r"\s{0,3}(#{1,6})\s", raw)
    return _Line(_MARKUP.sub("", raw).strip(), len(heading[1]) if heading else 0)


def _head(lines: list[_Line]) -> list[_Line]:
    """The lines before the first paragraph of prose; none where there is no prose."""
    for i, line in enumerate(lines[:HEAD_LINES]):
        ends = _ENDS_SENTENCE.search(line.text)
        if len(line.text) >= 200 or (len(line.text) >= 80 and ends):
            return lines[:i]
        if ends and len(re.findall(r"[.!?。]\s", line.text)) and any(map(str.islower, line.text)):
            return lines[:i]
    return []


def _labelled(lines: list[_Line]) -> dict[Field, str]:
    said: dict[Field, str] = {}
    for line, following in pairwise([*lines, _Line("", 0)]):
        if match := _LABELLED.match(line.text):
            field, value = _FIELD_OF.get(match[1].strip().lower()), match[2]
        else:  # a heading that is a label: the value stands on the next line
            field = _FIELD_OF.get(line.text.rstrip(" :").lower())
            value = following.text if line.level or line.text.endswith(":") else ""
        value = re.sub(r"^[*_\s]+|[*_\s]+$", "", value)
        if field == "author":  # a date may stand beside it
            value = re.split(r"\s[|·–—]\s", value)[0]
        if field and value and len(value) <= 200:
            said.setdefault(field, value)
    return said


def _title(lines: list[_Line], head: list[_Line], dated: int | None) -> str | None:
    first = next((line for line in lines[:HEAD_LINES] if line.level == 1), None)
    if first:
        return first.text
    plain = [
        (i, line.text)
        for i, line in enumerate(head)
        if not _FURNITURE.search(line.text) and not _DATE_LINE.fullmatch(_bare_date(line.text))
    ]
    long = [(i, text) for i, text in plain if len(re.findall(r"\w+", text)) >= 4 or len(text) >= 40]
    after = [text for i, text in long if dated is not None and i > dated]
    if after or long:
        return (after or [long[0][1]])[0]
    return plain[0][1] if len(plain) == 1 and plain[0][0] == 0 else None


def _names_above(head: list[_Line], dated: int, title: str | None) -> tuple[str | None, str | None]:
    """The author and the source that stand, in this order upwards, right above the date."""
    above = [line.text for line in head[:dated] if not _FURNITURE.search(line.text)]
    if not above or title in above or not _NAME.fullmatch(above[-1]) or above[-1].isupper():
        return None, None
    source = above[-2] if len(above) > 1 and len(above[-2].split()) <= 5 else None
    return above[-1], source if source and not _ENDS_SENTENCE.search(source) else None


def _code(language: str | None) -> str | None:
    match = re.match(r"[a-z]{2}(?![a-z])", language.lower()) if language else None
    return match[0] if match else None
