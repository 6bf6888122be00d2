"""The bytes of a plain-text file → its text, unchanged; Markdown → its front matter and headings.

Needs no process of its own: nothing here expands, nests or follows what it reads.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any

import chardet
import yaml

from rag.corpus.readers.blocks import MAX_HEADING, Extracted
from rag.corpus.readers.fields import described
from rag.errors import CorpusError
from rag.types import Mark, Metadata

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED_FROM = 200_000  # bytes by which an encoding is guessed
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,16000}?)^(?:---|\.\.\.)[ \t]*$", re.M | re.S)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S[^\n]*)", re.M)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.M)


def decode_text(raw: bytes) -> str:
    """Return the text of a plain-text file, unchanged but for a byte order mark.

    UTF-8 unless a byte order mark or invalid bytes say otherwise; then the encoding is
    detected. Stray invalid bytes in a file that is otherwise UTF-8 become U+FFFD.
    Raises CorpusError where no encoding fits.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise CorpusError(f"begins as {encoding} but is not: {error.reason}") from error
    if wide := _two_bytes_each(raw):
        return wide
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    repaired = raw.decode("utf-8", "replace")
    beyond_ascii = sum(map(len, re.findall(r"[^\x00-\x7f]+", repaired)))
    if repaired.count("\ufffd") <= 0.1 * beyond_ascii:
        return repaired
    guess = chardet.detect(raw[:_GUESSED_FROM])["encoding"]
    try:
        return raw.decode(guess or "utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"is not UTF-8 and no other text encoding fits ({guess or 'it looks binary'}); "
            "save it as UTF-8"
        ) from error


def _two_bytes_each(raw: bytes) -> str | None:
    """Return the text of UTF-16 without a byte order mark, or None where `raw` is not that.

    Raises CorpusError where it is so full of control characters that it is no text at all.
    """
    sample = raw[:_GUESSED_FROM]
    if len(_CONTROLS.findall(sample)) <= max(0.1 * len(sample), 8):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        seen = text[:_GUESSED_FROM]
        # Of text, nearly all is letters and spaces, and of one or two alphabets.
        known = sum(c.isspace() or (c.isalpha() and ord(c) < 0x700) for c in seen)
        if known >= 0.7 * len(seen):
            return text
    raise CorpusError("looks binary: it is full of control characters; save it as UTF-8 text")


def read_plain(raw: bytes) -> Extracted:
    """Read a text file; what it says about itself is for `metadata` to find."""
    return Extracted(decode_text(raw))


def read_markdown(raw: bytes) -> Extracted:
    """Read a Markdown file: its text, unchanged, its front matter, and where headings stand."""
    text = decode_text(raw)
    front = _FRONT.match(text)
    return Extracted(
        text,
        _front_matter(front[1]) if front else Metadata(),
        tuple(_headings(text, front.end() if front else 0)),
    )


def _front_matter(written: str) -> Metadata:
    try:
        # BaseLoader makes text of everything: no objects, no merged maps, nothing that grows.
        fields: Any = yaml.load(written, yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError):
        return Metadata()
    return described(fields) if isinstance(fields, dict) else Metadata()


def _headings(text: str, begin: int) -> Iterator[Mark]:
    fences = [match.start() for match in _FENCE.finditer(text, begin)]
    place = 0
    for match in _HEADING.finditer(text, begin):
        while place < len(fences) and fences[place] < match.start():
            place += 1
        if place % 2 == 0:  # not inside a block of code
            yield Mark(match.start(), None, match[1].rstrip("# \t\r")[:MAX_HEADING] or None)
