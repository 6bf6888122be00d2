"""Formats → text, marks and metadata; the files in tests/files come from real programs."""

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from growth import grows_evenly
from small_pdf import pdf_of_pages

from rag.corpus.metadata import describe
from rag.corpus.readers.blocks import Extracted
from rag.corpus.readers.formats import SUFFIXES, read_file, suffix
from rag.errors import CorpusError
from rag.types import Mark, Metadata

FILES = Path(__file__).parent / "files"
STORY = "The city council decided on Monday to rebuild the old bridge over the river, which was "
STORY += "closed after the flood of last autumn. Work begins in spring and will take two years."


def read(raw: bytes | str, kind: str) -> Extracted:
    raw = raw.encode() if isinstance(raw, str) else raw
    (part,) = read_file(raw, kind)
    assert part.read is not None
    return part.read


def heading_of(found: Extracted, quote: str) -> str | None:
    place = found.text.index(quote)
    return [mark.heading for mark in found.marks if mark.start <= place][-1]


def test_a_file_is_read_by_the_end_of_its_name() -> None:
    assert [suffix(n) for n in ("a.TXT", "b.tar.zip", "c", ".pdf", "d.pdf.exe")] == [
        *(".txt", ".zip", None, ".pdf", None)
    ]
    assert len(SUFFIXES) == 12


WEB = f"""<!doctype html><html lang="en"><head>
<title>Old bridge to be rebuilt | The River Gazette</title>
<meta property="og:title" content="Old bridge to be rebuilt">
<meta property="og:site_name" content="The River Gazette">
<link rel="canonical" href="https://gazette.example/bridge">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "Old bridge to be rebuilt", "datePublished": "2025-03-14T08:30:00+01:00",
"author": {{"@type": "Person", "name": "Ada Lovelace"}}, "inLanguage": "en-GB"}}</script>
</head><body><nav><a href="/">Home</a><a href="/sport">Sport</a></nav>
<article><h1>Old bridge to be rebuilt</h1><p>{STORY}</p><h2>Who pays</h2>
<ul><li>The state pays 30 million euros.</li><li>The city pays the rest of it.</li></ul>
<p>“We have waited long enough,” said Grace Hopper, who keeps the bakery at the bridge.</p>
<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2025</td><td>20 million</td></tr></table>
<div class="share-buttons"><a href="#">Share on Facebook</a></div>
</article><aside><h3>Most read</h3><a href="/a">Train late again</a></aside>
<footer>© 2025 The River Gazette. All rights reserved.</footer></body></html>"""


def test_a_web_page_gives_its_article_without_what_surrounds_it() -> None:
    found = read(WEB, ".html")
    assert found.text == (
        f"Old bridge to be rebuilt\n\n{STORY}\n\nWho pays\n\n"
        "• The state pays 30 million euros.\n• The city pays the rest of it.\n\n"
        "“We have waited long enough,” said Grace Hopper, who keeps the bakery at the bridge.\n\n"
        "Year | Cost\n2025 | 20 million"
    )
    assert heading_of(found, "We have waited") == "Who pays"
    assert found.metadata == Metadata(
        title="Old bridge to be rebuilt",
        published="2025-03-14",
        author="Ada Lovelace",
        source="The River Gazette",
        language="en-GB",
        url="https://gazette.example/bridge",
    )


def test_a_page_without_a_date_gets_none_from_its_text_or_the_clock() -> None:
    page = f"<html><body><p>{STORY} It was built in 1897, on 5 May.</p></body></html>"
    assert read(page, ".html").metadata.published is None


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_a_page_is_decoded_as_its_bytes_or_its_head_say(encoding: str) -> None:
    story = "Президент объявил о создании нового университета в столице страны. " * 3
    head = f'<meta charset="{encoding}">' if encoding != "utf-16" else ""
    page = f"<html><head>{head}</head><body><p>{story}</p></body></html>"
    assert read(page.encode(encoding), ".htm").text == story.strip()


def test_a_page_that_is_no_article_keeps_all_its_text() -> None:
    assert read("<ul><li>Milk<li>Bread</ul>Tea", ".html").text == "• Milk\n• Bread\n\nTea"


@pytest.mark.parametrize("name", ["libreoffice.docx", "pandoc.docx"])
def test_a_word_document_keeps_headings_lists_tables_and_notes(name: str) -> None:
    found = read((FILES / name).read_bytes(), ".docx")
    assert found.text.split("\n\n") == [
        *("Old bridge to be rebuilt", "Ada Lovelace", "14 March 2025", "Old bridge to be rebuilt"),
        "The city council decided on Monday to rebuild the old bridge.[1] Work begins in spring.",
        *("What will change", "The new bridge carries two lanes for cars. See the plan."),
        "• The state pays 30 million euros.\n• The city pays 15 million euros.\n"
        "Year | Cost\n2025 | 20 million\n2026 | 25 million",
        *("Who pays", "Grace Hopper keeps the bakery at the eastern end."),
        "• A footnote on the council’s vote of 12 to 3.",
    ]
    assert heading_of(found, "Grace Hopper") == "Who pays"
    told = describe(found.text, found.metadata)
    assert told == Metadata(
        *("Old bridge to be rebuilt", "2025-03-14", "Ada Lovelace"), language="en"
    )


@pytest.mark.parametrize("name", ["libreoffice.epub", "pandoc.epub"])
def test_an_e_book_is_read_in_the_order_of_its_spine(name: str) -> None:
    found = read((FILES / name).read_bytes(), ".epub")
    order = [
        "14 March 2025",
        "The city council decided",
        "two lanes for cars",
        "Grace Hopper keeps",
    ]
    places = [found.text.index(quote) for quote in order]
    assert places == sorted(places)
    assert (found.metadata.title, found.metadata.author) == (
        *("Old bridge to be rebuilt", "Ada Lovelace"),
    )
    if name.startswith("pandoc"):  # LibreOffice writes headings as paragraphs
        assert found.metadata.published == "2025-03-14"
        assert heading_of(found, "Grace Hopper") == "Who pays"


def test_a_mail_gives_its_text_and_its_headers() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Мост: reconstruction"
    mail["From"] = '"Ada Lovelace" <ada@gazette.example>, grace@gazette.example'
    mail["Date"] = "Fri, 14 Mar 2025 23:30:00 -0500"
    mail.set_content(STORY)
    mail.add_alternative("<p>Not this.</p>", subtype="html")
    mail.add_attachment(b"Nor this.", maintype="text", subtype="plain", filename="a.txt")
    found = read(mail.as_bytes(), ".eml")
    assert " ".join(found.text.split()) == STORY
    about = describe(found.text, found.metadata)
    assert about.title == "Мост: reconstruction"
    assert about.author == "Ada Lovelace, grace@gazette.example"
    assert about.published == "2025-03-14"


def test_a_mail_of_html_alone_is_read_however_it_is_arranged() -> None:
    mail = EmailMessage()
    mail["Subject"] = "News"
    page = f"<table><tr><td><h1>Bridge</h1><p>{STORY}</p></td><td><p>Two</p></td></tr></table>"
    mail.set_content(page, subtype="html", charset="utf-8")
    assert read(mail.as_bytes(), ".eml").text == f"Bridge\n\n{STORY}\n\nTwo"


def test_records_of_three_formats_give_the_same_articles() -> None:
    rows = [("One", "First text.", "2025-03-14"), ("Two", "Second, text.", "")]
    as_json = (
        '{"items": ['
        + ", ".join(
            f'{{"headline": "{t}", "body": "{b}", "datePublished": "{d}"}}' for t, b, d in rows
        )
        + "]}"
    )
    as_lines = "\n".join(f'{{"Title": "{t}", "text": "{b}", "date": "{d}"}}' for t, b, d in rows)
    as_csv = "title;content;pub_date\n" + "\n".join(f'{t};"{b}";{d}' for t, b, d in rows)
    for raw, kind in ((as_json, ".json"), (as_lines, ".jsonl"), (as_csv, ".csv")):
        found = list(read_file(raw.encode(), kind))
        assert [part.place for part in found] == ["#1", "#2"], kind
        assert [part.read.text for part in found if part.read] == ["First text.", "Second, text."]
        abouts = [part.read.metadata for part in found if part.read]
        assert abouts == [Metadata("One", "2025-03-14"), Metadata("Two")]
        assert found[0].sha256 != found[1].sha256


def test_one_record_is_one_article_and_its_markup_is_read() -> None:
    raw = '{"title": "A", "content": "<p>One.</p><p>Two\\ud83d.</p>"'
    raw += ', "authors": ["B", {"name": "C"}]}'
    (part,) = read_file(raw.encode(), ".json")
    assert (part.place, part.read) == (
        "",
        Extracted("One.\n\nTwo\ufffd.", Metadata("A", author="B, C")),
    )


def test_records_without_a_text_are_counted_and_questions_are_no_articles() -> None:
    raw = b'{"title": "x"}\n{"text": "A text."}\nnot json\n{"text": "  "}\n'
    assert [(part.place, part.problem) for part in read_file(raw, ".jsonl")] == [
        *(("#2", None), ("#4", "is empty")),
        ("", "holds 2 records without a text (the first is #1)"),
    ]
    with pytest.raises(CorpusError, match="no record with a field named text"):
        list(read_file(b"a,b\n1,2\n", ".csv"))
    questions = FILES.parent.parent / "seeds" / "questions.jsonl"
    assert list(read_file(questions.read_bytes(), ".jsonl")) == []


def test_an_archive_gives_the_articles_of_its_members() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sub/a.txt", "A text.")
        archive.writestr("b.jsonl", '{"text": "One."}\n{"text": "Two."}')
        archive.writestr("c.pdf", b"no PDF")
        archive.writestr("picture.png", b"")
        archive.writestr("__MACOSX/._a.txt", b"x")
        archive.writestr("inner.zip", b"PK")
    found = [part for part in read_file(packed.getvalue(), ".zip") if part.entry is None]
    assert [(part.place, part.problem) for part in found] == [
        *(("/sub/a.txt", None), ("/b.jsonl#1", None), ("/b.jsonl#2", None)),
        ("/c.pdf", "is damaged, or no PDF"),
        ("/inner.zip", "is an archive in an archive; unpack it"),
    ]
    assert len({part.sha256 for part in found}) == 4  # of three articles, and none


def test_markdown_keeps_its_text_and_gives_its_front_matter_and_headings() -> None:
    text = (
        '---\ntitle: "The bridge: a story"\nauthors:\n  - Ada Lovelace\n  - Grace Hopper\n'
        "date: 2025-03-14T10:00:00Z\nlang: en\nlink: https://x.example\n---\n\n"
        f"# The bridge\n\n{STORY}\n\n```\n# no heading\n```\n\n## Who pays ##\n\nThe state.\n"
    )
    found = read(text, ".md")
    assert found.text == text
    assert describe(text, found.metadata) == Metadata(
        *("The bridge: a story", "2025-03-14", "Ada Lovelace, Grace Hopper", None, "en"),
        url="https://x.example",
    )
    assert found.marks == (
        Mark(text.index("# The bridge"), None, "The bridge"),
        Mark(text.index("## Who pays"), None, "Who pays"),
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-03-14T23:30:00-05:00", "2025-03-14"),
        ("20250314", "2025-03-14"),
        ("Fri, 14 Mar 2025 23:30:00 +0000", "2025-03-14"),
        ("14 mars 2025", "2025-03-14"),
        ("2025", None),
        ("soon", None),
    ],
)
def test_a_day_is_read_as_formats_write_it(written: str, day: str | None) -> None:
    assert describe("Some text.", Metadata(published=written)).published == day


LINE = "The council decided to rebuild the bridge. It costs 45 million euros, said Ada in 2025."


def of_size(kind: str, size: int) -> bytes:
    count = size // len(LINE)
    match kind:
        case ".html":
            body = "".join(f"<p>{LINE} {n}</p>\n" for n in range(count))
            return f"<html><body><article>{body}</article></body></html>".encode()
        case ".jsonl":
            return f'{{"text": "{LINE}"}}\n'.encode() * count
        case ".csv":
            return b"text,title\n" + f'"{LINE}",x\n'.encode() * count
        case ".eml":
            return b"From: a@b.c\n\n" + f"{LINE}\n".encode() * count
        case ".pdf":
            return pdf_of_pages([[f"{LINE} {n}" for n in range(40)]] * (count // 40))
        case _:
            return f"# Heading\n\n{LINE}\n\n".encode() * count


@pytest.mark.parametrize("kind", [".html", ".jsonl", ".csv", ".eml", ".pdf", ".md"])
def test_reading_takes_twice_as_long_for_twice_the_file(kind: str) -> None:
    files = {size: of_size(kind, size) for size in (150_000, 600_000)}

    def reads(size: int) -> None:
        parts = read_file(files[size], kind)
        assert sum(len(part.read.text) for part in parts if part.read) > size / 2

    assert grows_evenly(reads, 150_000)
