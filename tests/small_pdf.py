"""PDFs of a few hundred bytes, written by hand."""

from collections.abc import Sequence


def pdf_of(objects: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    """Put numbered objects, the first of which is the catalogue, into a file."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF" % table)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Contents 4 0 R "
    b"/Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> >>"
)
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def small_pdf(text: str) -> bytes:
    """Return a PDF of one page with one line."""
    drawn = stream(b"BT /F 12 Tf 50 300 Td (%s) Tj ET" % text.encode("latin-1"))
    return pdf_of([CATALOGUE, PAGES, PAGE, drawn, FONT])


def locked_pdf() -> bytes:
    """Return a PDF that needs a password."""
    key = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"28" * 32, b"99" * 32)
    drawn = stream(b"BT ET")
    entries = b"/Encrypt 6 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00>]"
    return pdf_of([CATALOGUE, PAGES, PAGE, drawn, FONT, key], trailer=entries)


def pdf_of_pages(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF of pages of lines."""
    objects, kids = [CATALOGUE, b"", FONT], []
    for lines in pages:
        kids.append(b"%d 0 R" % (len(objects) + 1))
        drawn = b"".join(b"(%s) Tj T* " % line.encode("latin-1") for line in lines)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R >> >> >>" % (len(objects) + 2),
            stream(b"BT /F 9 Tf 50 780 Td 11 TL %s ET" % drawn),
        ]
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return pdf_of(objects)
