"""Bytes and texts of HTML and XML → trees, in which nothing outside them is followed."""

import re

from lxml import etree, html

from rag.corpus.readers.text import decode_text
from rag.errors import CorpusError

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_STOPS = re.compile("[\x00\ud800-\udfff]")  # at which the parser would leave the rest


def parse_html(page: str) -> etree._Element:
    """Return the tree of a page. Raises CorpusError where there is none."""
    page = _STOPS.sub("\ufffd", _DECLARATION.sub("", page))
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_pis=True)
    try:
        tree: etree._Element = html.document_fromstring(page, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise CorpusError("holds no text that can be read") from error
    return tree


def parse_xml(raw: bytes) -> etree._Element | None:
    """Return the root of an XML document, in which no entity is followed; None where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(raw, parser)
    except (etree.LxmlError, ValueError):
        return None


def decode_page(raw: bytes) -> str:
    """Decode a page as UTF-8, else as it declares, else as its bytes look."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(raw[:4096])
    if declared:
        try:
            return raw.decode(declared[1].decode("ascii"), "replace")
        except LookupError:
            pass
    return decode_text(raw)
