"""PDFs as real programs make them; the sources of what is in tests/files stand beside them."""

from pathlib import Path

import pytest
from small_pdf import locked_pdf, small_pdf

from rag.corpus.readers.blocks import Extracted
from rag.corpus.readers.pdf import read_pdf
from rag.errors import CorpusError
from rag.types import Mark

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def latex() -> Extracted:
    return read_pdf((FILES / "latex.pdf").read_bytes())


@pytest.fixture(scope="module")
def libreoffice() -> Extracted:
    return read_pdf((FILES / "libreoffice.pdf").read_bytes())


def test_two_columns_are_read_one_after_the_other(latex: Extracted) -> None:
    order = ["Abstract", "Alpha paragraph", "Beta paragraph", "Gamma paragraph", "Delta paragraph"]
    places = [latex.text.index(quote) for quote in order]
    assert places == sorted(places)


def test_words_hyphenated_at_a_lines_end_are_whole_and_ligatures_are_letters(
    latex: Extracted,
) -> None:
    assert (
        "Bridges of the nineteenth century were designed without computational assistance. Their "
        "considerable robustness is frequently underestimated by contemporary engineering "
        "departments. In this investigation we demonstrate that the characteristic velocity is "
        "3.4 metres per second underneath the central arch.\n\n1.1 Related work\n\n"
    ) in latex.text
    assert "water flowing underneath" in latex.text
    assert "an efficient office of affluent officials" in latex.text


def test_titles_names_and_headings_are_paragraphs_of_their_own(latex: Extracted) -> None:
    assert latex.text.startswith(
        "Flow under old bridges\n\nAda Lovelace\n\n14 March 2025\n\nAbstract\n\nWe measure"
    )
    assert latex.metadata.title == "Flow under old bridges"
    assert latex.metadata.author == "Ada Lovelace"
    assert latex.metadata.published is None  # the file's own date is not read


def test_pages_are_marked_where_they_begin(latex: Extracted) -> None:
    assert latex.marks == (Mark(0, 1), Mark(latex.text.index("3 Conclusion"), 2))


def test_running_heads_and_page_numbers_are_left_out_and_a_sentence_goes_on_behind_them(
    libreoffice: Extracted,
) -> None:
    whole = (
        "Epsilon. Grace Hopper, qui tient la boulangerie à l’extrémité orientale, a perdu la "
        "moitié de sa clientèle depuis la fermeture, et elle attend avec impatience la réouverture "
        "du pont que tout le monde appelle le vieux."
    )
    assert libreoffice.text.split("\n\n")[-1] == whole
    assert "La Gazette du Fleuve" not in libreoffice.text
    assert "Page" not in libreoffice.text
    turn = libreoffice.text.index("réouverture du pont que")
    assert libreoffice.marks == (Mark(0, 1), Mark(turn, 2))


def test_a_printed_web_page_keeps_its_paragraphs() -> None:
    found = read_pdf((FILES / "chromium.pdf").read_bytes())
    assert found.text.split("\n\n")[:2] == [
        "Night train",
        "The night train to Almaty leaves at 23:40 and crosses the old bridge, which was rebuilt "
        "last year for 45 million euros after the flood.",
    ]


def test_a_pdf_without_text_or_key_or_sense_is_refused_by_name() -> None:
    assert read_pdf(small_pdf("Some text.")).text == "Some text."
    with pytest.raises(CorpusError, match="pictures"):
        read_pdf(small_pdf(""))
    with pytest.raises(CorpusError, match="encrypted"):
        read_pdf(locked_pdf())
    with pytest.raises(CorpusError, match="damaged"):
        read_pdf(b"%PDF-1.7\nnothing")
