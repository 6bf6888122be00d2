"""Files → articles."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import articles
from rag.articles import decode_text, read_folder
from rag.errors import CorpusError

FRENCH = "Les dépenses de l’été ont été élevées, dit-il à Genève. " * 5
RUSSIAN = "Президент объявил о создании нового университета в столице страны. " * 5


@given(st.text())
def test_utf8_text_is_decoded_unchanged(text: str) -> None:
    assert decode_text(text.encode()) == text.removeprefix("\ufeff")


def test_line_endings_and_nul_are_kept() -> None:
    assert decode_text(b"a\r\nb\x00c\rd") == "a\r\nb\x00c\rd"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_names_the_encoding_and_is_not_text(encoding: str) -> None:
    assert decode_text(RUSSIAN.encode(encoding)) == RUSSIAN


@pytest.mark.parametrize(("text", "encoding"), [(FRENCH, "cp1252"), (RUSSIAN, "cp1251")])
def test_a_legacy_encoding_is_detected(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_a_stray_invalid_byte_in_utf8_becomes_a_replacement_character() -> None:
    assert decode_text(FRENCH.encode() + b"\xff.") == FRENCH + "\ufffd."


def test_an_encoded_lone_surrogate_does_not_survive() -> None:
    assert "\ud800" not in decode_text(FRENCH.encode() + b"\xed\xa0\x80")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(CorpusError, match="UTF-8"):
        decode_text(bytes(range(128, 256)) * 40 + os.urandom(2000))


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused_by_name(raw: bytes) -> None:
    with contextlib.suppress(CorpusError):
        assert decode_text(raw).encode("utf-8").decode() == decode_text(raw)


def test_ids_are_relative_paths_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/c.TXT", "notes.pdf", ".hidden.txt", ".git/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Some text.")
    assert [a.id for a in read_folder(tmp_path).articles] == ["a.md", "b.txt", "sub/c.TXT"]


def test_what_cannot_be_read_is_reported_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "MAX_BYTES", 1000)
    (tmp_path / "good.txt").write_text("Some text.")
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "huge.txt").write_text("x" * 1001)
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "out.txt").symlink_to("/etc/hostname")
    corpus = read_folder(tmp_path)
    assert [a.id for a in corpus.articles] == ["good.txt"]
    assert {p.path: p.reason for p in corpus.problems} == {
        "empty.txt": "is empty",
        "huge.txt": "is larger than 0 MiB; split it",
        "pipe.txt": "is not a regular file",
        "gone.txt": "cannot be read: No such file or directory",
        "out.txt": "is a link to a file outside the folder",
    }


def test_a_name_that_is_not_unicode_is_reported(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Some text.")
    (tmp_path / os.fsdecode(b"bad\xff.txt")).write_text("Some text.")
    corpus = read_folder(tmp_path)
    assert [p.path for p in corpus.problems] == ["bad?.txt"]


def test_a_folder_without_articles_is_an_error_that_names_the_formats(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"\.txt, \.md"):
        read_folder(tmp_path)
    with pytest.raises(CorpusError, match="not a folder"):
        read_folder(tmp_path / "missing")
