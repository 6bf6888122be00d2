"""The process in which complex formats are read: its limits, and that it is one for many files."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_pdf import small_pdf

from rag.corpus.readers import confined
from rag.corpus.readers.confined import Confined, Limits
from rag.errors import CorpusError

FILES = Path(__file__).parent / "files"
PAGE = b"<p>One sentence of the article.</p>"

# Readers of the confined process are replaced by ones that misbehave, in that process alone.
MISBEHAVE = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from rag.corpus.readers import formats, worker
from rag.corpus.readers.blocks import Extracted
def read(raw):
    match raw.split():
        case [b"loop", *_]:
            while True: pass
        case [b"memory", *_]:
            return Extracted("x" * 10**12)
        case [b"crash", *_]:
            import ctypes; ctypes.string_at(0)
        case [b"exit", *_]:
            raise SystemExit(3)
        case [b"fault", *_]:
            raise ZeroDivisionError
        case [b"much", *_]:
            return Extracted("x" * 2000)
        case [b"many", *_]:
            return Extracted("y" * 90)
        case _:
            return Extracted(raw.decode())
formats.IN_PROCESS[".txt"] = read
worker.main(*json.loads(sys.argv[2]))
"""


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> Confined:
    monkeypatch.setattr(confined, "_START", MISBEHAVE)
    return Confined(Limits(seconds=3, memory=2**30, output=1000))


def test_one_process_reads_many_files() -> None:
    with Confined(Limits()) as reading:
        for _ in range(20):
            assert [part.read and part.read.text for part in reading.read(PAGE, ".html")] == [
                "One sentence of the article."
            ]
        with pytest.raises(CorpusError, match="no PDF"):
            list(reading.read(b"nothing", ".pdf"))
        assert [part.read and part.read.text for part in reading.read(small_pdf("Hi"), ".pdf")] == [
            "Hi"
        ]
        assert reading.started == 1


def test_no_process_is_started_before_a_file_needs_one() -> None:
    with Confined(Limits()) as reading:
        assert reading.started == 0


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"loop", "takes longer than 3 s to read"),
        (b"memory", "needs more than 1024 MiB to read"),
        (b"crash", "cannot be read: its reader failed (SIGSEGV)"),
        (b"exit", "cannot be read: its reader failed (exit 3)"),
        (b"fault", "cannot be read: its reader failed (ZeroDivisionError)"),
        (b"much", "holds more than 1,000 characters; split it"),
    ],
)
def test_a_file_that_takes_too_much_is_refused_by_name_and_the_next_is_read(
    misbehaving: Confined, raw: bytes, reason: str
) -> None:
    with misbehaving:
        with pytest.raises(CorpusError) as refused:
            list(misbehaving.read(raw, ".txt"))
        assert str(refused.value) == reason
        assert [part.read and part.read.text for part in misbehaving.read(b"good", ".txt")] == [
            "good"
        ]


def test_an_archive_goes_on_behind_the_member_that_ended_the_process(
    misbehaving: Confined, tmp_path: Path
) -> None:
    raw = archive({"a.txt": b"A", "b.txt": b"loop", "c.txt": b"crash", "d.txt": b"D"})
    with misbehaving:
        found = list(misbehaving.read(raw, ".zip"))
    assert [(part.place, part.problem) for part in found] == [
        ("/a.txt", None),
        ("/b.txt", "takes longer than 3 s to read"),
        ("/c.txt", "cannot be read: its reader failed (SIGSEGV)"),
        ("/d.txt", None),
    ]


def test_an_archive_full_of_harm_is_given_up(misbehaving: Confined) -> None:
    raw = archive({f"{n:02}.txt": b"fault" for n in range(40)})
    found = []
    with misbehaving, pytest.raises(CorpusError, match="20 files that cannot be read"):
        found += list(misbehaving.read(raw, ".zip"))


def test_all_that_comes_of_one_archive_is_limited(misbehaving: Confined) -> None:
    raw = archive({f"{n:02}.txt": b"many" for n in range(40)})
    with misbehaving:
        parts = misbehaving.read(raw, ".zip")
        assert len([next(parts) for _ in range(11)]) == 11  # of 90 characters each
        with pytest.raises(CorpusError, match="1,000 characters"):
            next(parts)


def test_what_was_left_unread_of_a_file_is_not_taken_for_the_next() -> None:
    with Confined(Limits()) as reading:
        raw = archive({"a.txt": b"A", "b.txt": b"B"})
        assert next(iter(reading.read(raw, ".zip"))).place == "/a.txt"
        assert [part.read and part.read.text for part in reading.read(PAGE, ".html")] == [
            "One sentence of the article."
        ]


def test_whoever_reads_slowly_may(misbehaving: Confined) -> None:
    raw = archive({f"{n}.txt": b"A" * 100 for n in range(3)})
    with misbehaving:
        parts = misbehaving.read(raw, ".zip")
        next(parts)
        process = misbehaving._process
        assert process is not None
        # Longer than a file may take: the process waits for its next request, or has ended.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1.5)
        assert len(list(parts)) == 2


def test_reading_imports_nothing_heavy_and_may_not_do_what_readers_need_not() -> None:
    program = f"""
import os, sys, socket
from rag.corpus.readers import worker
from rag.corpus.readers.formats import read_file
read = [list(read_file(open({str(FILES)!r} + "/" + n, "rb").read(), "." + n.split(".")[-1]))
        for n in sorted(os.listdir({str(FILES)!r})) if not n.endswith("tex")]
list(read_file(b"<p>A text.</p>", ".html"))
heavy = ("torch", "transformers", "gradio", "onnxruntime", "faiss", "onnx")
print([m for m in heavy if m in sys.modules])
sys.addaudithook(worker._forbid)
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: open({str(FILES)!r} + "/new", "w"),
    lambda: os.open({str(FILES)!r} + "/new", os.O_CREAT | os.O_RDWR),
    lambda: os.system("true"),
    lambda: os.fork(),
    lambda: os.posix_spawn("/bin/true", ["true"], {{}}),
    lambda: os.remove({str(FILES)!r} + "/latex.tex"),
):
    try:
        attempt()
    except PermissionError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.splitlines()[0] == "[]"
    assert done.stdout.count("a reader of articles may not do this") == 8


def archive(members: dict[str, bytes]) -> bytes:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, raw in members.items():
            file.writestr(name, raw)
    return packed.getvalue()
