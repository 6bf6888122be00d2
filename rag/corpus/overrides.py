"""metadata.csv: what a folder's owner says about its articles, above what they say themselves."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date

from rag.corpus.readers.text import decode_text
from rag.errors import CorpusError
from rag.types import Metadata

NAME = "metadata.csv"
_COLUMNS = tuple(field.name for field in fields(Metadata))
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Overrides:
    """By article or file: the fields that replace its own. `problems` are told to the user."""

    rows: dict[str, dict[str, str]]
    problems: tuple[str, ...] = ()


def read_overrides(raw: bytes) -> Overrides:
    """Read a metadata.csv. What is wrong in it is a problem, and not used."""
    try:
        text = decode_text(raw)
    except CorpusError as error:
        return Overrides({}, (str(error),))
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    table = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    rows: dict[str, dict[str, str]] = {}
    problems: list[str] = []
    try:
        columns = [name.strip().lower() if name else "" for name in table.fieldnames or ()]
        table.fieldnames = columns
        if "file" not in columns:
            return Overrides({}, ("has no column named file",))
        unknown = [name for name in columns if name not in ("file", *_COLUMNS)]
        problems += [f"has a column {name!r}, which is none of {', '.join(_COLUMNS)}"
                     for name in unknown]  # fmt: skip
        for row in table:
            file = (row["file"] or "").strip()
            if file in rows:
                problems.append(f"line {table.line_num} names {file!r} again; the first counts")
                continue
            said = {name: (row.get(name) or "").strip() for name in _COLUMNS}
            wrong = {name: value for name, value in said.items() if not _is_right(name, value)}
            problems += [f"line {table.line_num}: {told}" for told in _told(wrong)]
            rows[file] = {n: value for n, value in said.items() if value and n not in wrong}
    except csv.Error as error:
        problems.append(f"is no valid CSV from line {table.line_num} on: {error}")
    rows.pop("", None)
    return Overrides(rows, tuple(problems))


def override(own: Metadata, said: dict[str, str]) -> Metadata:
    """Return the metadata with the fields that metadata.csv gives."""
    return replace(own, **said)


def _is_right(name: str, value: str) -> bool:
    if not value:
        return True
    if name == "published":
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    return bool(re.fullmatch("[a-z]{2}", value)) if name == "language" else True


def _told(wrong: dict[str, str]) -> Iterator[str]:
    for name, value in wrong.items():
        form = "a date such as 2025-03-14" if name == "published" else "a code such as fr"
        yield f"{value!r} is not {form}"
