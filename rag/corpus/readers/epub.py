"""An e-book → its chapters, in reading order, and what its package says about it."""

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from rag.corpus.readers.blocks import Block, Extracted, assemble
from rag.corpus.readers.fields import told
from rag.corpus.readers.html_blocks import html_blocks
from rag.corpus.readers.trees import decode_page, parse_html, parse_xml
from rag.corpus.readers.zipped import checked_archive, member
from rag.errors import CorpusError
from rag.types import Metadata

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/rights.xml"
_ANY = "{*}"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_PAGES = ("application/xhtml+xml", "text/html")


def read_epub(raw: bytes) -> Extracted:
    """Read an e-book. Raises CorpusError where it is locked, damaged or without text."""
    with checked_archive(raw) as archive:
        names = frozenset(archive.namelist())
        if _RIGHTS in names:
            raise CorpusError("is locked by digital rights management")
        path = _package_path(archive, names)
        package = parse_xml(member(archive, path)) if path in names else None
        if package is None:
            raise CorpusError("is damaged, or no e-book")
        read = assemble(_chapters(archive, package, path, names), _about(package))
    if not read.text:
        raise CorpusError("holds no text")
    return read


def _package_path(archive: zipfile.ZipFile, names: frozenset[str]) -> str:
    container = parse_xml(member(archive, _CONTAINER)) if _CONTAINER in names else None
    root = None if container is None else container.find(f".//{_ANY}rootfile")
    return "" if root is None else unquote(root.get("full-path") or "")


def _about(package: etree._Element) -> Metadata:
    def say(name: str) -> str | None:
        return told([element.text for element in package.iter(f"{_DUBLIN_CORE}{name}")])

    return Metadata(
        title=told(package.findtext(f".//{_DUBLIN_CORE}title")),
        published=told(package.findtext(f".//{_DUBLIN_CORE}date")),
        author=say("creator"),
        source=say("publisher"),
        language=told(package.findtext(f".//{_DUBLIN_CORE}language")),
    )


def _chapters(
    archive: zipfile.ZipFile, package: etree._Element, path: str, names: frozenset[str]
) -> Iterator[Block]:
    items = {item.get("id"): item for item in package.iter(f"{_ANY}item")}
    folder = posixpath.dirname(path)
    seen: set[str] = set()
    for place in package.iter(f"{_ANY}itemref"):
        item = items.get(place.get("idref"))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        contents = "nav" in (item.get("properties") or "").split()
        if contents or name in seen or name not in names:
            continue
        seen.add(name)
        page = decode_page(member(archive, name))
        if page.strip():
            yield from html_blocks(parse_html(page))
