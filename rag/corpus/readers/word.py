"""A Word document → its paragraphs, headings, lists and tables, and its properties.

mammoth knows Word's styles, footnotes and revisions (what was deleted is not read). The dates
in a document are those of the file, not of what was published, so they are not read.
"""

import io
import zipfile
import zlib
from xml.parsers.expat import ExpatError

import mammoth

from rag.corpus.readers.blocks import Extracted, assemble
from rag.corpus.readers.fields import believed_language, told
from rag.corpus.readers.html_blocks import html_blocks
from rag.corpus.readers.trees import parse_html, parse_xml
from rag.corpus.readers.zipped import checked_archive, member
from rag.errors import CorpusError
from rag.types import Metadata

_PROPERTIES = "docProps/core.xml"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_LOCKED = b"\xd0\xcf\x11\xe0"  # an encrypted document, and an old .doc, is an OLE file
_DAMAGE = (  # what mammoth, and what it reads with, make of a damaged document
    *(AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError),
    *(ExpatError, zipfile.BadZipFile, zlib.error),
)
_BACK = "↑</a>"  # mammoth's link from a footnote to where it belongs
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""


def read_docx(raw: bytes) -> Extracted:
    """Read a Word document. Raises CorpusError where it is locked, damaged or without text."""
    if raw.startswith(_LOCKED):
        raise CorpusError("is encrypted, or an old .doc; save it as .docx without a password")
    with checked_archive(raw) as archive:
        about = _properties(archive)
    try:
        page = mammoth.convert_to_html(
            io.BytesIO(raw), style_map=_STYLES, convert_image=mammoth.images.img_element(_no_image)
        ).value
    except _DAMAGE as error:
        raise CorpusError("is damaged, or no Word document") from error
    read = assemble(html_blocks(parse_html(page.replace(_BACK, "</a>"))) if page else (), about)
    if not read.text:
        raise CorpusError("holds no text")
    return read


def _no_image(_image: object) -> dict[str, str]:
    return {}


def _properties(archive: zipfile.ZipFile) -> Metadata:
    if _PROPERTIES not in archive.namelist():
        return Metadata()
    root = parse_xml(member(archive, _PROPERTIES))
    if root is None:
        return Metadata()
    return Metadata(
        title=told(root.findtext(f"{_DUBLIN_CORE}title")),
        author=told(root.findtext(f"{_DUBLIN_CORE}creator")),
        language=believed_language(told(root.findtext(f"{_DUBLIN_CORE}language"))),
    )
