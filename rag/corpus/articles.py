"""A folder of files → articles.

Knows which files are articles, what each is called, and what to say about those that cannot be
read. How a format is read is the readers' to know, what a text means `metadata`'s.
"""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rag.corpus.metadata import describe
from rag.corpus.overrides import NAME, Overrides, override, read_overrides
from rag.corpus.readers.confined import Confined, Limits
from rag.corpus.readers.formats import IN_PROCESS, MANY, SUFFIXES, read_file, suffix
from rag.corpus.readers.parts import Part
from rag.errors import CorpusError
from rag.types import Article

RULES = 2  # raise it when a reader gives another text for the same file
MAX_BYTES = 64 * 2**20  # a larger file is a log or a dump, not an article

Known = Callable[[str, str], Article | None]
"""Called with a file's name and the SHA-256 of its bytes: returns the article that was read from
just this file before, by the same rules, or None."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was skipped, or read with a repair, and why."""

    path: str
    reason: str
    skipped: bool = True


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a folder, in order, and what could not be read as it stands."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]


def read_folder(folder: Path, *, exclude: Path | None = None, known: Known | None = None) -> Corpus:
    """Read every article below `folder` into memory: see `read_articles`.

    Raises CorpusError where the folder does not exist or holds no article at all.
    """
    articles: list[Article] = []
    problems: list[Problem] = []
    for found in read_articles(folder, exclude=exclude, known=known):
        if isinstance(found, Article):
            articles.append(found)
        else:
            problems.append(found)
    if not articles:
        raise nothing_to_read(folder, problems)
    return Corpus(tuple(articles), tuple(problems))


def no_folder(folder: Path) -> CorpusError:
    """Return the error that says that there is no such folder."""
    return CorpusError(f"{folder} is not a folder; name the folder that holds the articles")


def nothing_to_read(folder: Path, problems: list[Problem]) -> CorpusError:
    """Return the error that says that a folder holds no article, and why."""
    reasons = "".join(f"; {p.path}: {p.reason}" for p in problems[:3])
    return CorpusError(
        f"{folder} holds no article that can be read ({', '.join(SUFFIXES)}){reasons}"
    )


def read_articles(
    folder: Path,
    *,
    exclude: Path | None = None,
    known: Known | None = None,
    limits: Limits | None = None,
) -> Iterator[Article | Problem]:
    """Yield the articles below `folder`, and the problems, file by file in the order of names.

    Hidden files and folders, and what lies below `exclude`, are left out. One file is held in
    memory at a time. Raises CorpusError where the folder does not exist.
    """
    if not folder.is_dir():
        raise no_folder(folder)
    overrides, told = _overrides(folder)
    yield from told
    used: set[str] = set()
    with Confined(limits or Limits()) as confined:
        for path in _files(folder, exclude):
            if isinstance(path, Problem):
                yield path
                continue
            for found in _read_file(path, folder, known, confined):
                if isinstance(found, Article):
                    found = _overridden(found, overrides, used)
                yield found
                if isinstance(found, Article) and "\ufffd" in found.text:
                    yield Problem(found.id, "holds invalid bytes, shown as \ufffd", skipped=False)
    for name in sorted(overrides.rows.keys() - used):
        yield Problem(NAME, f"names {name!r}, which is no article here", skipped=False)


def _read_file(
    path: Path, folder: Path, known: Known | None, confined: Confined
) -> Iterator[Article | Problem]:
    name = path.relative_to(folder).as_posix()
    try:
        if wrong := _wrong_name(name):
            raise CorpusError(wrong)
        if _is_link(path) and not _real(path).is_relative_to(_real(folder)):
            raise CorpusError("is a link to a file outside the folder")
        raw = read_bytes(path)
        sha256 = hashlib.sha256(raw).hexdigest()
        kind = suffix(name) or ""
        before = known(name, sha256) if known and kind not in MANY else None
        if before is not None:
            yield before
            return
        parts = read_file(raw, kind) if kind in IN_PROCESS else confined.read(raw, kind)
        for part in parts:
            yield _article(part, name, sha256)
    except CorpusError as error:
        yield Problem(_shown(name), str(error))


def _article(part: Part, file: str, sha256: str) -> Article | Problem:
    article_id = file + part.place
    if part.read is None:
        return Problem(_shown(article_id), part.problem or "", skipped=part.skipped)
    if wrong := _wrong_name(article_id):
        return Problem(_shown(article_id), wrong)
    whole = part.sha256 is None  # the file is this article, and no other
    return Article(
        article_id,
        part.read.text,
        part.sha256 or sha256,
        describe(part.read.text, part.read.metadata),
        part.read.marks,
        file=None if whole else file,
        file_sha256=None if whole else sha256,
    )


def read_bytes(path: Path) -> bytes:
    """Return what a file holds. Raises CorpusError where it is no file, too large or unreadable.

    No more is read than a file may hold, however it grows meanwhile, and a pipe is not waited for.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise CorpusError("is not a regular file")
            raw = file.read(MAX_BYTES + 1) if status.st_size <= MAX_BYTES else None
    except OSError as error:
        raise CorpusError(f"cannot be read: {error.strerror}") from error
    if raw is None or len(raw) > MAX_BYTES:
        raise CorpusError(f"is larger than {MAX_BYTES // 2**20} MiB; split it")
    return raw


def _overridden(article: Article, overrides: Overrides, used: set[str]) -> Article:
    """Return the article with what metadata.csv says of it; of a file, for all that it holds."""
    own = article.own or article.metadata
    said: dict[str, str] = {}
    for name in (article.file, article.id):
        if name in overrides.rows:
            used.add(name)
            said |= overrides.rows[name]
    metadata = override(own, said)
    return replace(article, metadata=metadata, own=own if metadata != own else None)


def _overrides(folder: Path) -> tuple[Overrides, list[Problem]]:
    path = folder / NAME
    if not os.path.lexists(path):
        return Overrides({}), []
    try:
        overrides = read_overrides(read_bytes(path))
    except CorpusError as error:
        return Overrides({}), [Problem(NAME, str(error))]
    return overrides, [Problem(NAME, told, skipped=False) for told in overrides.problems]


def _files(folder: Path, exclude: Path | None) -> Iterator[Path | Problem]:
    """Yield the article files in the order of their ids, after the folders that are not read."""
    excluded = _real(exclude) if exclude else None
    found: list[tuple[str, Path]] = []
    unread: list[OSError] = []
    for where, folders, names in os.walk(folder, onerror=unread.append):
        here = Path(where)
        folders[:] = [
            name for name in folders if not name.startswith(".") and _real(here / name) != excluded
        ]
        for name in sorted(folders):
            if _is_link(here / name):
                shown = _shown((here / name).relative_to(folder).as_posix())
                yield Problem(shown, "is a link to a folder, which is not followed")
        for name in names:
            path = here / name
            relative = path.relative_to(folder).as_posix()
            if not name.startswith(".") and suffix(name) and relative != NAME:
                found.append((relative, path))
    for error in unread:
        shown = _shown(os.path.relpath(os.fspath(error.filename), folder))
        yield Problem(shown, f"cannot be read: {error.strerror}")
    for _, path in sorted(found):
        yield path


def _real(path: Path) -> Path:
    """Return where a path leads; unlike `Path.resolve`, whatever links and names are in it."""
    return Path(os.path.realpath(path))


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError:  # its name is too long; reading it will tell
        return False


def _wrong_name(name: str) -> str | None:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not valid Unicode; rename it"
    if any(unicodedata.category(c) == "Cc" for c in name):
        return "its name holds control characters; rename it"
    return None


def _shown(name: str) -> str:
    """Return a name as it can be printed: shortened, and without what is no Unicode."""
    name = name.encode("utf-8", "replace").decode()
    return name if len(name) <= 200 else f"{name[:150]}…{name[-40:]}"
