"""A web page → its article, without what surrounds it, and what its head says.

Boilerplate is removed by trafilatura; where that finds no article, all the page's text is kept.
"""

import functools
import re
from configparser import ConfigParser

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Document, use_config

from rag.corpus.readers.blocks import Extracted, assemble
from rag.corpus.readers.fields import believed_language, told
from rag.corpus.readers.html_blocks import html_blocks
from rag.corpus.readers.trees import decode_page, parse_html
from rag.errors import CorpusError
from rag.types import Metadata

_IN_LANGUAGE = re.compile(r'"inLanguage"\s*:\s*"([A-Za-z-]{2,12})"')
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LATEST = "2100-01-01"  # trafilatura's default is today, which would change what is found
MAX_PAGE = 64 * 2**20  # bytes; trafilatura would stop at 20 MB
_LEAST = 0.05  # of a page's words that an article must hold, to be believed to be one


def read_html(raw: bytes) -> Extracted:
    """Read a web page. Raises CorpusError where it holds no text."""
    page = decode_page(raw).replace("\x00", "\ufffd")
    tree = parse_html(page)
    found = bare_extraction(
        page,
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        date_extraction_params={
            "extensive_search": False,  # what the head says, not a guess from the text
            "original_date": True,
            "max_date": _LATEST,
        },
        config=_config(),
    )
    about = _about(tree, found)
    whole = assemble(html_blocks(tree), about)
    if isinstance(found, Document) and found.body is not None:
        article = assemble(html_blocks(found.body, page=False), about)
        if len(article.text) >= _LEAST * len(whole.text):
            return article
    if not whole.text:
        raise CorpusError("holds no text that can be read")
    return whole


def _about(tree: etree._Element, found: object) -> Metadata:
    language = _page_language(tree)
    if not isinstance(found, Document):
        return Metadata(title=told(tree.findtext(".//title")), language=language)
    url = told(found.url)
    author = told(found.author)
    return Metadata(
        title=told(found.title),
        published=told(found.date),
        author=author.replace("; ", ", ") if author else None,
        source=told(found.sitename) if found.sitename != found.hostname else None,
        language=language,
        url=url if url and url.startswith(("https://", "http://")) else None,
    )


def _page_language(tree: etree._Element) -> str | None:
    """Return the language that a page declares for its article, or for itself."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        if match := _IN_LANGUAGE.search(script.text or ""):
            return match[1]
    root = tree if tree.tag == "html" else tree.find(".//html")
    declared = (root.get("lang") or root.get(_XML_LANG)) if root is not None else None
    return believed_language(declared)


@functools.cache
def _config() -> ConfigParser:
    config = use_config()
    config["DEFAULT"]["max_file_size"] = str(MAX_PAGE)
    return config
