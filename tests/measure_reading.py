"""Measure how much longer reading and splitting take for twice the file, up to 10 MB.

Not a test (`test_readers.py` and `test_passages.py` hold the small form of it):
    python tests/measure_reading.py               every format; the ratio of the last doubling
    python tests/measure_reading.py .docx .pdf    some
A file's size is that of the article in it; packed formats are smaller. Seconds are processor
time. What refuses a file that is too long says so.
"""

import argparse
import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape

from small_pdf import pdf_of_pages

from rag.corpus.passages import Splitter, split_article
from rag.corpus.readers.formats import read_file
from rag.encoders import load_encoder

SIZES = (1_250_000, 2_500_000, 5_000_000, 10_000_000)
LINE = "The council decided to rebuild the bridge. It costs 45 million euros, said Ada in {}."
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def lines(size: int) -> list[str]:
    """Return different lines of about `size` characters in all."""
    return [LINE.format(n) for n in range(size // len(LINE))]


def packed(members: dict[str, str]) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def web_page(size: int) -> bytes:
    """Return one article of many paragraphs."""
    body = "".join(f"<p>{line}</p>\n" for line in lines(size))
    return f"<html><body><article>{body}</article></body></html>".encode()


def word_document(size: int) -> bytes:
    """Return a document with as little around the paragraphs as Word reads."""
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines(size))
    return packed({
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
    })  # fmt: skip


def book(size: int) -> bytes:
    """Return an e-book of chapters."""
    all_lines = lines(size)
    cut = [all_lines[k : k + 200] for k in range(0, len(all_lines), 200)]
    chapters = {
        f"c{n}.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body>'
        + "".join(f"<p>{line}</p>" for line in own)
        + "</body></html>"
        for n, own in enumerate(cut)
    }
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(chapters)))
    return packed({
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:'
        'xmlns:container"><rootfiles><rootfile full-path="b.opf" '
        'media-type="application/oebps-package+xml"/></rootfiles></container>',
        "b.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>B</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
        **chapters,
    })  # fmt: skip


MADE: dict[str, Callable[[int], bytes]] = {
    ".txt": lambda size: "\n".join(lines(size)).encode(),
    ".md": lambda size: "".join(f"# Heading\n\n{line}\n\n" for line in lines(size)).encode(),
    ".html": web_page,
    ".pdf": lambda size: pdf_of_pages(
        [lines(size)[k : k + 40] for k in range(0, size // len(LINE), 40)]
    ),
    ".docx": word_document,
    ".epub": book,
    ".eml": lambda size: b"From: a@b.c\n\n" + "\n".join(lines(size)).encode(),
    ".json": lambda size: json.dumps({"text": "\n".join(lines(size))}).encode(),
    ".jsonl": lambda size: "\n".join(json.dumps({"text": x}) for x in lines(size)).encode(),
    ".csv": lambda size: ("text,title\n" + "".join(f'"{x}",x\n' for x in lines(size))).encode(),
    ".zip": lambda size: packed(
        {f"{n}.txt": "\n".join(lines(50_000)) for n in range(size // 50_000)}
    ),
}


def main() -> None:
    """Print, for each format, seconds of reading and splitting at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", default=list(MADE))
    args = parser.parse_args()
    count = load_encoder("bundled:multilingual-e5-small").count_tokens
    list(read_file(web_page(10_000), ".html"))  # imports
    for kind in args.formats:
        seconds = []
        for size in SIZES:
            raw = MADE[kind](size)
            begin = time.process_time()
            parts = list(read_file(raw, kind))
            done = time.process_time()
            texts = [part.read.text for part in parts if part.read]
            for text in texts:
                split_article(text, language="en", count_tokens=count, splitter=Splitter())
            seconds.append((done - begin, time.process_time() - done))
            problems = {part.problem for part in parts if part.problem}
            length = sum(map(len, texts))
            if length < size / 2:
                print(f"{kind} {size:,}: {length:,} characters read {problems}", flush=True)
        told = "  ".join(f"{read:6.2f} + {split:6.2f} s" for read, split in seconds)
        totals = [sum(pair) for pair in seconds]
        ratios = [f"{b / a:.2f}" for a, b in itertools.pairwise(totals)]
        print(f"{kind:6} {told}   {' '.join(ratios)}", flush=True)


if __name__ == "__main__":
    main()
