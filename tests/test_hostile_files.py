"""A folder of files that were made to harm: each is read sensibly or skipped, with a reason."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from small_pdf import CATALOGUE, FONT, PAGE, PAGES, pdf_of, stream

from rag.corpus.articles import Problem, read_articles
from rag.corpus.readers.confined import Confined, Limits
from rag.corpus.readers.formats import SUFFIXES
from rag.errors import CorpusError
from rag.types import Article

FILES = Path(__file__).parent / "files"
LIMITS = Limits(seconds=15, memory=500 * 2**20, output=2 * 2**20)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="a.opf"/></rootfiles></container>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def zipped(members: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, raw in members.items():
            file.writestr(name, raw)
    return packed.getvalue()


def docx(document: str | bytes) -> bytes:
    parts = {"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS}
    return zipped({**parts, "word/document.xml": document})


def epub(package: str) -> bytes:
    return zipped({"META-INF/container.xml": CONTAINER, "a.opf": package})


def declared_large() -> bytes:
    """Return an archive that says that it unpacks to 3 GB."""
    raw = bytearray(zipped({"a.txt": "A text."}))
    place = raw.index(b"PK\x01\x02") + 24
    raw[place : place + 4] = struct.pack("<I", 3 * 10**9)
    return bytes(raw)


def locked_member() -> bytes:
    raw = bytearray(zipped({"a.txt": "A text."}))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def nested_mail(depth: int) -> bytes:
    head = b"From: a@b.c\n"
    for n in range(depth):
        head += b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n)
    return head + b"Content-Type: text/plain\n\nA text.\n"


def pages_in_a_ring() -> bytes:
    ring = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 /Parent 2 0 R >>"
    return pdf_of([CATALOGUE, ring])


def form_in_itself() -> bytes:
    drawn = stream(b"/X Do BT /F 12 Tf 50 300 Td (Drawn) Tj ET")
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    return pdf_of([CATALOGUE, PAGES, PAGE, drawn, FONT, stream(b"/X Do /X Do", form)])


def stream_bomb() -> bytes:
    packed = zlib.compress(zlib.compress(b" " * 400_000_000, 9), 9)
    drawn = stream(packed, b"/Filter [/FlateDecode /FlateDecode]")
    return pdf_of([CATALOGUE, PAGES, PAGE, drawn, FONT])


SKIPPED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.zip": (lambda: zipped({"a.txt": b"\0" * (65 * 2**20)}), "unpacks to more than 64 MiB"),
    "declared.zip": (declared_large, "would unpack to more than 512 MiB"),
    "locked.zip": (locked_member, "is encrypted"),
    "other.zip": (lambda: zipped({"a.png": b"x"}), "holds no file of a known format"),
    "many.zip": (lambda: zipped({f"{n}.txt": "" for n in range(20_001)}), "more than 20000 files"),
    "laughs.docx": (
        lambda: docx(f'{LAUGHS}]><w:document xmlns:w="{WORD}"><w:body>&j;</w:body></w:document>'),
        "is damaged",
    ),
    "old.docx": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 999, "is encrypted, or an old .doc"),
    "laughs.epub": (
        lambda: epub(f"{LAUGHS}]><package><metadata>&j;</metadata></package>"),
        "no e-book",
    ),
    "file.epub": (
        lambda: epub(
            '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]><package>&j;</package>'
        ),
        "holds no text",
    ),
    "locked.epub": (lambda: zipped({"META-INF/rights.xml": "<r/>"}), "digital rights"),
    "ring.pdf": (pages_in_a_ring, "more than 10000 pages"),
    "bomb.pdf": (stream_bomb, "read"),
    "empty.html": (lambda: b"<script>x</script>", "holds no text"),
    "deep.html": (lambda: b"<div>" * 1_000_000, "holds no text"),
    "deep.json": (lambda: b"[" * 1_000_000, "nests too deep"),
    "number.json": (lambda: b'{"text": ' + b"9" * 10_000 + b"}", "no valid JSON"),
    "none.csv": (lambda: b"a,b\n1,2\n", "no record with a field named text"),
    "plain.eml": (lambda: b"Just a text.", "it has no headers"),
    "deep.eml": (lambda: nested_mail(1500), "too deep"),
    "nul.txt": (lambda: b"\0" * 10_000_000, "looks binary"),
    "newlines.txt": (lambda: b"\n" * 1_000_000, "is empty"),
    "line.html": (lambda: b"<p>" + b"word " * 2_200_000, "holds no text that can be read"),
    "much.json": (lambda: b'{"text": "' + b"word " * 440_000 + b'"}', "2,097,152 characters"),
}
ENDLESS: dict[str, Callable[[], bytes]] = {
    "bomb.docx": lambda: docx(
        f'<w:document xmlns:w="{WORD}"><w:body>{"<w:p/>" * 8_000_000}</w:body></w:document>'
    ),
    "form.pdf": form_in_itself,
}
READ: dict[str, tuple[Callable[[], bytes], str]] = {
    "laughs.html": (lambda: f"{LAUGHS}]><p>A text &j; here.".encode(), "here."),
    "nul.html": (lambda: b"<p>A text.\0 More.</p>", "More."),
    "nul.csv": (lambda: b"text\nA \0 text.\n", "A text."),
    "wide.csv": (lambda: b"text" + b"," * 100_000 + b"\nA text.\n", "A text."),
    "surrogate.json": (lambda: b'{"text": "A \\ud800 text."}', "A \ufffd text."),
    "invisible.json": (
        lambda: '{"text": "A\u200b te\u00adxt \u202eback.\u0000"}'.replace("\0", "").encode(),
        "A text back.",
    ),
    "line.txt": (lambda: b"word " * 2_000_000, "word word"),
    "wide.txt": (lambda: "Один текст на русском языке. ".encode("utf-16-le") * 9, "Один текст"),
    "escape.txt": (lambda: b"A text.\x1b[2J\x07 More of it.", "\x1b[2J"),
    "front.md": (lambda: b"---\n" + b"a: [" * 3000 + b"\n---\n\nA text.", "A text."),
    "merge.md": (
        lambda: (
            "---\na: &a {x: y}\n" + "".join(f"{b}: &{b} {{<<: [*{a}, *{a}]}}\n" for a, b in
            zip("abcdefghijklmnopqrstuvwx", "bcdefghijklmnopqrstuvwxy", strict=True))
            + "---\n\nA text.").encode(),
        "A text.",
    ),
    "good.txt": (lambda: b"A good text.", "A good text."),
}  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Article], dict[str, str]]:
    """All of them in one folder, read once."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _) in {**SKIPPED, **READ}.items():
        (folder / name).write_bytes(make())
    found = list(read_articles(folder, limits=LIMITS))
    return (
        {one.file or one.id: one for one in found if isinstance(one, Article)},
        {one.path.split(".zip/")[0].removesuffix(".zip") + (".zip" if ".zip" in one.path else ""):
         one.reason for one in found if isinstance(one, Problem) and one.skipped},
    )  # fmt: skip


@pytest.mark.parametrize("name", SKIPPED)
def test_it_is_skipped_with_a_reason(
    name: str, read: tuple[dict[str, Article], dict[str, str]]
) -> None:
    articles, problems = read
    assert name not in articles
    assert SKIPPED[name][1] in problems[name]


@pytest.mark.parametrize("name", READ)
def test_it_is_read_for_what_it_is_worth(
    name: str, read: tuple[dict[str, Article], dict[str, str]]
) -> None:
    articles, problems = read
    assert READ[name][1] in articles[name].text
    assert name not in problems


@pytest.mark.parametrize("name", ENDLESS)
def test_what_takes_for_ever_is_stopped(name: str) -> None:
    raw, reasons = ENDLESS[name](), r"longer than 1 s|more than 500 MiB|SIGABRT"
    limits = Limits(seconds=1, memory=500 * 2**20)
    with Confined(limits) as reading, pytest.raises(CorpusError, match=reasons):
        list(reading.read(raw, Path(name).suffix))


def test_a_members_name_leads_nowhere(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in (
            "good.txt",
            "../up.txt",
            "/abs.txt",
            "a\\b.txt",
            "C:x.txt",
            "n" * 5000 + ".txt",
        ):
            archive.writestr(name, "A text.")
        nul = zipfile.ZipInfo("placeholder.txt")
        archive.writestr(nul, "A text.")
        archive.writestr("\x1b[2J.txt", "A text.")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("good.txt", "Another text.")
    (tmp_path / "a.zip").write_bytes(
        packed.getvalue().replace(b"placeholder.txt", b"pl\0ceholder.txt")
    )
    found = list(read_articles(tmp_path))
    assert [one.id for one in found if isinstance(one, Article)] == ["a.zip/good.txt"]
    reasons = {one.path[:12]: one.reason for one in found if isinstance(one, Problem)}
    assert reasons == {
        "a.zip/../up.": "has a name that leads out of its archive",
        "a.zip//abs.t": "has a name that leads out of its archive",
        "a.zip/a\\b.tx": "has a name that leads out of its archive",
        "a.zip/C:x.tx": "has a name that leads out of its archive",
        "a.zip/nnnnnn": "has a name of 5004 characters",
        "a.zip/pl": "has a NUL in its name",
        "a.zip/\x1b[2J.t": "its name holds control characters; rename it",
        "a.zip/good.t": "stands twice in its archive",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize("path", sorted(FILES.glob("*.*[!x]")) + sorted(FILES.glob("*.docx")),
                         ids=lambda path: path.name)  # fmt: skip
def test_a_damaged_file_is_read_or_refused(path: Path) -> None:
    whole, chance = path.read_bytes(), random.Random(path.name)
    damaged = [whole[: len(whole) * n // 8] for n in range(8)]
    for _ in range(8):
        flipped = bytearray(whole)
        for _ in range(8):
            flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        damaged.append(bytes(flipped))
    told = set()
    with Confined(LIMITS) as reading:
        for raw in damaged:
            try:
                list(reading.read(raw, path.suffix))
            except CorpusError as error:
                told.add(str(error))
    assert not [reason for reason in told if "its reader failed" in reason]


@pytest.mark.parametrize("kind", SUFFIXES)
def test_noise_is_read_or_refused(kind: str) -> None:
    chance, told = random.Random(kind), set()
    starts = (b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"{", b"text\n", b"From: a@b.c\n\n")
    with Confined(LIMITS) as reading:
        for begin in starts:
            try:
                list(reading.read(begin + chance.randbytes(3000), kind))
            except CorpusError as error:
                told.add(str(error))
        assert not [reason for reason in told if "its reader failed" in reason]
        assert reading.started == 1
