"""Passages and sentences with exact spans."""

from collections.abc import Iterator

import pytest
from conftest import SEEDS
from growth import grows_evenly
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.metadata import find_metadata
from rag.corpus.passages import (
    Splitter,
    sentence_kind,
    split_article,
    split_pieces,
    split_sentences,
)
from rag.types import SentenceSpan

# Text with the structure that splitters stumble over, beside any Unicode at all.
TEXTS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                "\n",
                "\n\n",
                "# Head\n",
                "A b c. ",
                "« D e. F g ? » ",
                "Dr. X ",
                "• item\n",
                "…",
                "。",
            ]
        ),
        max_size=60,
    ).map("".join),
)


def count_words(text: str) -> int:
    return len(text.split())


@given(TEXTS, st.integers(1, 30))
def test_pieces_concatenate_to_the_text(text: str, size: int) -> None:
    assert "".join(split_pieces(text, max_tokens=size, count_tokens=count_words)) == text


@given(TEXTS)
def test_sentences_are_trimmed_disjoint_and_hold_every_visible_character(text: str) -> None:
    end, seen = 0, ""
    for sentence in split_sentences(text, language="fr"):
        quote = text[sentence.start : sentence.end]
        assert sentence.start >= end
        assert quote == quote.strip() != ""
        end, seen = sentence.end, seen + quote
    assert "".join(seen.split()) == "".join(text.split())


@given(TEXTS, st.integers(1, 30))
def test_passages_are_ordered_and_hold_exactly_the_sentences(text: str, size: int) -> None:
    passages = split_article(
        text, language=None, count_tokens=count_words, splitter=Splitter(passage_tokens=size)
    )
    held = [s for p in passages for s in p.sentences]
    assert held == [s for s in split_sentences(text, language=None) if s in held]
    assert held or not text.strip()
    if not any(word in text.lower() for word in ("©", "(c)", "share", "subscribe")):
        assert held == split_sentences(text, language=None)
    for passage in passages:
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end


def test_a_heading_goes_with_the_passage_that_it_introduces() -> None:
    text = f"{'One two three four. ' * 4}\n\nThe heading\n\n{'Five six seven eight. ' * 4}"
    passages = split_article(
        text, language="en", count_tokens=count_words, splitter=Splitter(passage_tokens=18)
    )
    assert [text[p.start : p.end][:11] for p in passages] == ["One two thr", "The heading"]


def test_sentences_do_not_cross_lines_but_follow_hard_wrapped_text() -> None:
    wrapped = (
        "The council decided to rebuild the old bridge over the river, which\n"
        "was closed after the flood of last year. Work begins in spring and it\n"
        "will take two years, said the mayor, who had promised it long ago to\n"
        "everybody who lives on the other side. The old bridge was built when\n"
        "the railway came. It carried trains until the war.\n"
    )
    quotes = [wrapped[s.start : s.end] for s in split_sentences(wrapped, language="en")]
    assert len(quotes) == 4
    assert quotes[0].endswith("flood of last year.")
    lines = "A heading\nThe first sentence.\n"
    assert [lines[s.start : s.end] for s in split_sentences(lines, language="en")] == [
        "A heading",
        "The first sentence.",
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "La ministre a affirmé :\n\n« Il faut créer. » Elle est partie.",
            ["La ministre a affirmé :\n\n« Il faut créer. »", "Elle est partie."],
        ),
        ('He said:\n"We will build it."', ['He said:\n"We will build it."']),
        ("Il manque :\n- un pont ;", ["Il manque :", "- un pont ;"]),
        ("« Il faut créer. »\n« Et bâtir. »", ["« Il faut créer. »", "« Et bâtir. »"]),
    ],
)
def test_a_quotation_keeps_what_introduces_it_on_the_line_before(
    text: str, sentences: list[str]
) -> None:
    found = split_sentences(text, language="fr")
    assert [text[s.start : s.end] for s in found] == sentences


def test_a_long_quotation_is_cut_into_its_sentences() -> None:
    inside = "This is a sentence of some length, as officials like to speak. "
    text = f"« {inside * 6}» said the minister."
    assert len(split_sentences(text, language="en")) >= 6


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ce centre de calcul, basé à Almaty, affiche 56,4 petaflops (FP16).", "sentence"),
        ("Le ministre du Numérique, Zhaslan Madiyev, a affirmé :", "sentence"),
        ("• Le KazLLM, modèle de langage national,", "sentence"),
        ("国家主席发表了讲话。", "sentence"),
        ("QUOI DE NEUF ?", "furniture"),
        ("TÜM HABERLER", "furniture"),
        ("Newsletter", "furniture"),
        ("Loading...", "furniture"),
        ("Kadir Duran", "furniture"),
        ("**Auteur-article :** Nathan Hourcade", "furniture"),
        ("La tech kazakhe explose : +1800 % de croissance en 6 ans", "furniture"),
        ("Mais comment le Kazakhstan compte-t-il réaliser cet exploit ?", "furniture"),
        ("**Sources :** [Khabar.kz](#), [FDI Intelligence](#).", "furniture"),
        ("LA COURSE EST LANCEE: L'AZERBAIDJAN EMBRAYE !", "furniture"),
    ],
)
def test_what_may_be_cited_is_told_from_what_may_not(text: str, kind: str) -> None:
    assert sentence_kind(text) == kind


def test_a_line_that_stands_twice_is_furniture() -> None:
    text = "Read our newsletter today.\nThe bridge is open.\nRead our newsletter today.\n"
    kinds = [s.kind for s in split_sentences(text, language="en")]
    assert kinds == ["furniture", "sentence", "furniture"]


def test_notes_without_punctuation_can_be_cited() -> None:
    text = "milk and bread\nTODAY\ncall the plumber"
    kinds = [s.kind for s in split_sentences(text, language="en")]
    assert kinds == ["sentence", "furniture", "sentence"]


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem[:3])
def test_no_sentence_of_the_seeds_is_longer_than_a_passage_should_be(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert max(s.end - s.start for s in split_sentences(text, language="fr")) < 700


def test_one_endless_line_is_split_in_good_time() -> None:
    text = "x" * 300_000
    sentences = split_sentences(text, language="en")
    assert len(sentences) == 300


SHAPES = {
    "words": "word ",
    "one word": "x",
    "lines": "ab\n",
    "spaces": "a" + " " * 5000,
    "quotation": "« Il a dit que oui. ",
    "prose": "The council decided to rebuild the bridge. It costs 45 million euros.\n\n",
    "menu": "Home\nNews\n",
    "open links": "[a](",
    "marks": "#*_",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_splitting_takes_twice_as_long_for_twice_the_text(shape: str) -> None:
    """Counted in characters that the tokenizer is given, then in time."""

    def characters(size: int) -> int:
        text = SHAPES[shape] * (size // len(SHAPES[shape]))
        given = 0

        def count(piece: str) -> int:
            nonlocal given
            given += len(piece)
            return len(piece) // 4

        split_article(text, language="en", count_tokens=count, splitter=Splitter())
        find_metadata(text)
        return given

    assert characters(120_000) <= 2.3 * characters(60_000)
    assert grows_evenly(characters, 60_000)


@pytest.mark.parametrize("text", ["word " * 2_000_000, "\n" * 1_000_000, "a\n" * 50_000])
def test_ten_megabytes_are_split(text: str) -> None:
    sentences = split_sentences(text, language="en")
    assert all(sentence.end - sentence.start <= 1000 for sentence in sentences)
    assert sum(map(len, _visible(text, sentences))) == len("".join(text.split()))


def _visible(text: str, sentences: list[SentenceSpan]) -> Iterator[str]:
    return ("".join(text[s.start : s.end].split()) for s in sentences)
