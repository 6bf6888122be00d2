"""JSON, JSON Lines and CSV with named fields → one article a record.

A record's number counts from 1: the element of a list, the line of JSON Lines, the row under
a CSV's header. A file whose records are questions, as `rag bench` reads them, holds no article.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rag.corpus.readers.blocks import Extracted, assemble, clean
from rag.corpus.readers.fields import TEXT, described, normalised
from rag.corpus.readers.html_blocks import html_blocks
from rag.corpus.readers.parts import Part
from rag.corpus.readers.text import decode_text
from rag.corpus.readers.trees import parse_html
from rag.errors import CorpusError

_MARKUP = re.compile(r"</(?:p|div|h[1-6]|li|body)>|<br */?>", re.IGNORECASE)
_DELIMITERS = ",;\t|"


def read_json(raw: bytes) -> Iterator[Part]:
    """Yield the articles of a JSON file: of a list of records, or of one record."""
    try:
        found = json.loads(decode_text(raw))
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"is no valid JSON: {_told(error)}") from error
    if isinstance(found, dict) and not _name(found):
        inside = [value for value in found.values() if _are_records(value)]
        found = inside[0] if len(inside) == 1 else found
    if isinstance(found, dict):
        yield from _articles([(None, found)])
    elif isinstance(found, list):
        yield from _articles(enumerate(found, 1))
    else:
        raise CorpusError("holds no records with named fields")


def read_jsonl(raw: bytes) -> Iterator[Part]:
    """Yield the articles of a JSON Lines file."""
    lines = decode_text(raw).split("\n")
    return _articles(
        (number, _record(line)) for number, line in enumerate(lines, 1) if line.strip()
    )


def read_csv(raw: bytes) -> Iterator[Part]:
    """Yield the articles of a CSV file, whose first row names the columns."""
    text = decode_text(raw)
    header = text[: text.find("\n") + 1] or text
    delimiter = max(_DELIMITERS, key=header.count)
    csv.field_size_limit(len(text) + 1)
    try:
        yield from _articles(enumerate(csv.DictReader(io.StringIO(text), delimiter=delimiter), 1))
    except csv.Error as error:
        raise CorpusError(f"is no valid CSV: {error}") from error


def _record(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _articles(records: Iterable[tuple[int | None, Any]]) -> Iterator[Part]:
    """Yield the articles among numbered records, and how many of the others there are."""
    known = asked = without = 0
    first: int | None = None
    for number, record in records:
        name = _name(record) if isinstance(record, dict) else None
        if name is not None:
            known += 1
            yield _part("" if number is None else f"#{number}", record, name)
        else:
            without += 1
            first = first or number
            asked += isinstance(record, dict) and "question" in record
    if known and without:
        told = f"holds {without} records without a text (the first is #{first})"
        yield Part("", problem=told, skipped=False)
    if not known and not asked:
        raise CorpusError("holds no record with a field named text, content or body")


def _part(place: str, record: dict[str, Any], name: str) -> Part:
    written = _written(normalised(record)[name]) or ""
    about = described(record)
    if _MARKUP.search(written):
        read = assemble(html_blocks(parse_html(written)), about)
    else:
        read = Extracted(clean(written), about)
    if not read.text:
        return Part(place, problem="is empty")
    raw = json.dumps(record, sort_keys=True, default=str).encode()
    return Part(place, read, hashlib.sha256(raw).hexdigest())


def _name(record: dict[str, Any]) -> str | None:
    """Return under which name a record most likely holds its text."""
    known = normalised(record)
    return next((name for name in TEXT if _written(known.get(name)) is not None), None)


def _written(value: Any) -> str | None:
    """Return a text, or paragraphs as one text; None where a value is neither."""
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "\n\n".join(value)
    return value if isinstance(value, str) else None


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) and _name(one) for one in value)


def _told(error: Exception) -> str:
    return "it nests too deep" if isinstance(error, RecursionError) else str(error).split(";")[0]
