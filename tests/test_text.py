"""Bytes → the text of a plain file."""

import contextlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.readers.text import decode_text, read_markdown
from rag.errors import CorpusError

FRENCH = "Les dépenses de l’été ont été élevées, dit-il à Genève. " * 5
RUSSIAN = "Президент объявил о создании нового университета в столице страны. " * 5


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t")))
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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [FRENCH, RUSSIAN])
def test_utf16_without_a_mark_is_seen(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_text_full_of_control_characters_is_none() -> None:
    with pytest.raises(CorpusError, match="looks binary"):
        decode_text(b"\0\1\2ab" * 100)


def test_a_million_headings_are_found_in_good_time() -> None:
    found = read_markdown(b"# a\n\n" * 200_000)
    assert len(found.marks) == 200_000
