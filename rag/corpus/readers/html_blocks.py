"""A tree of HTML, or of the elements that trafilatura makes of it → blocks.

All text is kept, in order; what is no part of an article is for the callers to leave out.
A table is read row by row, unless it holds more than words: then it only arranges a page.
"""

import re
from collections.abc import Iterator

from lxml import etree

from rag.corpus.readers.blocks import Block

_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "head"])
_BREAKS = frozenset(["br", "lb", "hr"])
_TABLES = frozenset(["table"])
_CELLS = frozenset(["td", "th", "cell"])
_ITEMS = frozenset(["li", "item"])
_ROWS = frozenset(["tr", "row"])
_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
     "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "html",
     "legend", "list", "main", "nav", "ol", "p", "pre", "quote", "section", "summary", "table",
     "tbody", "tfoot", "thead", "title", "ul"]
)  # fmt: skip
_UNSEEN = frozenset(
    ["audio", "button", "canvas", "datalist", "graphic", "head", "iframe", "math", "object",
     "script", "select", "style", "svg", "template", "textarea", "video"]
)  # fmt: skip
_ARRANGED = _TABLES | _ITEMS | _HEADINGS  # what a cell of a table of words does not hold
_SPACES = re.compile(r"[ \t\r\n\f]+")


def html_blocks(root: etree._Element, *, page: bool = True) -> Iterator[Block]:
    """Yield the blocks of a tree: of an HTML page, whose `head` is not shown, or of trafilatura."""
    unseen = _UNSEEN if page else _UNSEEN - {"head"}
    reading = _Reading()
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            reading.write("" if hidden else element.tail)
            continue
        name = etree.QName(element).localname.lower()
        leaves_out = name in unseen or element.get("hidden") is not None
        if event == "start":
            hidden += leaves_out
            if not hidden:
                yield from reading.begin(name, element)
                reading.write(element.text, pre=name == "pre")
            continue
        if not hidden:
            yield from reading.end(name)
        hidden -= leaves_out
        if not hidden and element is not root:
            reading.write(element.tail)
    yield from reading.flush()


class _Reading:
    """What was read of the block that is being read."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._of_words: list[bool] = []  # the open tables, outermost first
        self._item = False  # the next block is the first of a list item
        self._heading = False

    @property
    def _in_row(self) -> bool:
        return bool(self._of_words) and self._of_words[-1]

    def write(self, text: str | None, *, pre: bool = False) -> None:
        if text:
            self._text.append(text if pre else _SPACES.sub(" ", text))

    def begin(self, name: str, element: etree._Element) -> Iterator[Block]:
        if name in _TABLES:
            yield from self.flush()
            self._of_words.append(_is_of_words(element))
        elif name in _BREAKS:
            self._text.append(" " if self._in_row else "\n")
        elif self._in_row and name in _CELLS:
            self._text.append(" | " if any(part.strip() for part in self._text) else "")
        elif self._in_row and name not in _ROWS:
            self._text.append(" " if name in _BLOCKS else "")
        elif name in _HEADINGS | _ITEMS | _ROWS | _BLOCKS | _CELLS:
            yield from self.flush()
            self._heading = name in _HEADINGS
            self._item = self._item or name in _ITEMS

    def end(self, name: str) -> Iterator[Block]:
        if name in _TABLES:
            yield from self.flush()
            self._of_words.pop()
        elif self._in_row and name in _ROWS:
            yield from self.flush(tight=True)
        elif self._in_row:
            self._text.append(" " if name in _BLOCKS else "")
        elif name in _HEADINGS | _ITEMS | _ROWS | _BLOCKS | _CELLS:
            yield from self.flush()
            self._heading = False
            self._item = self._item and name not in _ITEMS

    def flush(self, *, tight: bool = False) -> Iterator[Block]:
        text, self._text = "".join(self._text), []
        if not text.strip():
            return
        if self._item and not self._heading:
            yield Block(f"• {text.strip()}", tight=True)
            self._item = False
        else:
            yield Block(text, heading=self._heading, tight=tight)


def _is_of_words(table: etree._Element) -> bool:
    """Tell a table of words and numbers from one that arranges a page."""
    inside = (etree.QName(e).localname.lower() for e in table.iterdescendants("*"))
    return not any(name in _ARRANGED for name in inside)
