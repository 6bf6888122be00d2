"""A folder of files → articles.

Knows which files are articles, how their bytes become text, and what to say about
those that cannot be read. It does not know what the text means: see `metadata`.

To add a format, write a function `bytes -> str` and name it in `READERS`.
"""

import codecs
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import chardet

from rag.errors import CorpusError
from rag.metadata import find_metadata
from rag.types import Article

MAX_BYTES = 64 * 2**20  # a larger text file is a log or a dump, not an article

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was skipped, or read with a repair, and why."""

    path: str
    reason: str
    skipped: bool = True


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a folder, ordered by id, and what could not be read as it stands."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]


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
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    repaired = raw.decode("utf-8", "replace")
    beyond_ascii = sum(map(len, re.findall(r"[^\x00-\x7f]+", repaired)))
    if repaired.count("\ufffd") <= 0.1 * beyond_ascii:
        return repaired
    guess = chardet.detect(raw)["encoding"]
    try:
        return raw.decode(guess or "utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"is not UTF-8 and no other text encoding fits ({guess or 'it looks binary'}); "
            "save it as UTF-8"
        ) from error


READERS: dict[str, Callable[[bytes], str]] = {
    ".txt": decode_text,
    ".md": decode_text,
}


def read_folder(folder: Path, *, exclude: Path | None = None) -> Corpus:
    """Read every article below `folder`, except in hidden folders and below `exclude`.

    Raises CorpusError where the folder does not exist or holds no article at all.
    """
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder; name the folder that holds the articles")
    root = folder.resolve()
    articles: list[Article] = []
    problems: list[Problem] = []
    for path in _files(folder, exclude):
        name = path.relative_to(folder).as_posix()
        try:
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                raise CorpusError("is a link to a file outside the folder")
            article = read_article(path, name)
        except CorpusError as error:
            problems.append(Problem(name.encode("utf-8", "replace").decode(), str(error)))
            continue
        articles.append(article)
        if "\ufffd" in article.text:
            problems.append(Problem(name, "holds invalid bytes, shown as \ufffd", skipped=False))
    if not articles:
        reasons = "".join(f"; {p.path}: {p.reason}" for p in problems[:3])
        raise CorpusError(
            f"{folder} holds no article that can be read ({', '.join(READERS)}){reasons}"
        )
    return Corpus(tuple(articles), tuple(problems))


def read_article(path: Path, article_id: str) -> Article:
    """Read one file. Raises CorpusError, with the reason alone, where it is no readable article."""
    try:
        article_id.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CorpusError("its name is not valid Unicode; rename it") from error
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CorpusError("is not a regular file")
        if status.st_size > MAX_BYTES:
            raise CorpusError(f"is larger than {MAX_BYTES // 2**20} MiB; split it")
        raw = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot be read: {error.strerror}") from error
    text = READERS[path.suffix.lower()](raw)
    if not text.strip():
        raise CorpusError("is empty")
    return Article(article_id, text, hashlib.sha256(raw).hexdigest(), find_metadata(text))


def _files(folder: Path, exclude: Path | None) -> Iterator[Path]:
    """Yield the article files in the order of their ids."""
    excluded = exclude.resolve() if exclude else None
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        here = Path(where)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() != excluded
        ]
        for name in names:
            path = here / name
            if name.startswith(".") or path.suffix.lower() not in READERS:
                continue
            found.append(path)
    yield from sorted(found, key=lambda path: path.relative_to(folder).as_posix())
