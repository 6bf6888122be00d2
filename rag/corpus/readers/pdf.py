"""A PDF → its paragraphs, page by page, in the order in which the file draws them.

PDFium gives the characters and where they stand; what becomes of the lines is `pdf_lines`'.
The dates in a PDF are those of the file, not of what was published, so they are not read.
"""

import ctypes
import re
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw_pdfium

from rag.corpus.readers.blocks import Extracted, assemble
from rag.corpus.readers.fields import told
from rag.corpus.readers.pdf_lines import Line, paragraphs
from rag.errors import CorpusError
from rag.types import Metadata

_PASSWORD = raw_pdfium.FPDF_ERR_PASSWORD
_MAX_PAGES = 10_000
_NO_TITLE = re.compile(r"^(untitled|microsoft word - .*|.*\.(docx?|indd|tex|pdf|qxd|html?))$", re.I)
_LIGATURES = dict(zip(range(0x1B, 0x20), ("ff", "fi", "fl", "ffi", "ffl"), strict=True))  # of T1
_HYPHENS = (0x02, 0xFFFE)  # what PDFium makes of a hyphen at the end of a line
_ENDS = (0x0A, 0x0D)


def read_pdf(raw: bytes) -> Extracted:
    """Read a PDF. Raises CorpusError where it is locked, damaged or without text."""
    try:
        document = pdfium.PdfDocument(raw)
    except pdfium.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise CorpusError("is encrypted; save it without a password") from error
        raise CorpusError("is damaged, or no PDF") from error
    with document:
        if len(document) > _MAX_PAGES:
            raise CorpusError(f"has more than {_MAX_PAGES} pages; split it")
        pages = [list(_lines(document, number)) for number in range(len(document))]
        about = document.get_metadata_dict(skip_empty=True)
    title = told(about.get("Title"))
    read = assemble(
        paragraphs(pages),
        Metadata(
            title=None if title is None or _NO_TITLE.match(title) else title,
            author=told(about.get("Author")),
        ),
    )
    if not read.text:
        raise CorpusError("holds no text, only pictures of it; run it through OCR first")
    return read


def _lines(document: pdfium.PdfDocument, number: int) -> Iterator[Line]:
    """Yield the lines of a page, where they begin and end, and how their last word joins."""
    try:
        page = document[number]
        text = page.get_textpage()
    except pdfium.PdfiumError:  # one damaged page does not spoil the others
        return
    begin, written = 0, [raw_pdfium.FPDFText_GetUnicode(text, i) for i in range(text.count_chars())]
    for place, code in enumerate([*written, _ENDS[0]]):
        if code in _ENDS or code in _HYPHENS:
            if place > begin:
                yield _line(text, written, begin, place, hyphen=code in _HYPHENS)
            begin = place + 1
    text.close()
    page.close()


def _line(
    text: pdfium.PdfTextPage, written: list[int], begin: int, end: int, *, hyphen: bool
) -> Line:
    seen = [i for i in range(begin, end) if not chr(written[i]).isspace()] or [begin]
    first_word = next((i for i in range(seen[0], end) if chr(written[i]).isspace()), end) - 1
    left = text.get_charbox(seen[0])[0]
    right = text.get_charbox(seen[-1])[2]
    word = text.get_charbox(max(first_word, seen[0]))[2] - left
    across, base = ctypes.c_double(), ctypes.c_double()
    raw_pdfium.FPDFText_GetCharOrigin(text, seen[0], across, base)
    size = raw_pdfium.FPDFText_GetFontSize(text, seen[0])
    said = "".join(_LIGATURES.get(code, chr(code)) for code in written[begin:end])
    return Line(said, left, right, base.value, size, word, hyphen)
