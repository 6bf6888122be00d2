"""Which reader reads which files, by the end of their names.

To add a format, write a function `bytes -> Extracted` and name it in `_READERS`; one whose
files hold many articles is `bytes -> Iterator[Part]`, in `_MANY`. What a reader needs is
imported when its first file is read.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from rag.corpus.readers.parts import Part
from rag.corpus.readers.text import read_markdown, read_plain
from rag.errors import CorpusError

IN_PROCESS = {".txt": read_plain, ".md": read_markdown}
_READERS = {
    ".html": ("web", "read_html"),
    ".htm": ("web", "read_html"),
    ".pdf": ("pdf", "read_pdf"),
    ".docx": ("word", "read_docx"),
    ".epub": ("epub", "read_epub"),
    ".eml": ("mail", "read_eml"),
}
_MANY = {
    ".json": ("records", "read_json"),
    ".jsonl": ("records", "read_jsonl"),
    ".csv": ("records", "read_csv"),
    ".zip": ("archive", "read_zip"),
}
ARCHIVE = ".zip"
SUFFIXES = (*IN_PROCESS, *_READERS, *_MANY)
MANY = tuple(_MANY)  # whose files hold many articles


def suffix(name: str) -> str | None:
    """Return by which of SUFFIXES a file is read; None where its format is not known."""
    _, dot, end = name.rpartition(".")
    found = f"{dot}{end.lower()}"
    return found if found in SUFFIXES else None


def read_file(raw: bytes, kind: str, *, entry: int = 0) -> Iterator[Part]:
    """Yield what a file of the kind `suffix` holds; of an archive, from its member `entry` on.

    Raises CorpusError where nothing can be read, and whatever the libraries raise.
    """
    if not raw:
        raise CorpusError("is empty")
    if kind in _MANY:
        read_many = _load(_MANY[kind])
        yield from read_many(raw, entry) if kind == ARCHIVE else read_many(raw)
        return
    found = (IN_PROCESS[kind] if kind in IN_PROCESS else _load(_READERS[kind]))(raw)
    if not found.text.strip():
        raise CorpusError("is empty")
    yield Part("", found)


def _load(where: tuple[str, str]) -> Callable[..., Any]:
    module, name = where
    reader: Callable[..., Any] = getattr(import_module(f"rag.corpus.readers.{module}"), name)
    return reader
