"""Text → terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.terms import analyse, levels, tokenize


def share_a_term(one: str, other: str, *languages: str) -> bool:
    def terms(text: str) -> set[str]:
        return {t for token in tokenize(text) for level in levels(token, languages) for t in level}

    return bool(terms(one) & terms(other))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("L’été, jusqu'à Genève", ["été", "à", "genève"]),
        ("Astana Hub’da", ["astana", "hub", "da"]),
        ("56,4 pétaflops", ["56.4 pétaflops", "pétaflops"]),
        ("1 700, 1\u202f700, 1.700; 1,700", ["1700", "1700", "1700", "1700"]),
        ("2 milliards, 1 %, 200 MW", ["2 milliards", "milliards", "1 %", "200 mw", "mw"]),
        ("2.500.000,75", ["2500000.75"]),
        ("puces H200 à 10:20", ["puces", "h200", "à", "10:20"]),
        ("le 18/12/2025", ["le", "18", "12", "2025"]),
        ("你好世界", ["你好", "好世", "世界"]),
        ("قال الرئيس", ["قال", "الرئيس"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("en 3D", ["en", "3d"]),
        ("!? …", []),
    ],
)
def test_words_and_numbers(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("depenses", "dépenses", "fr"),
        ("DÉPENSES", "dépenser", "fr"),
        ("президента", "президентом", "ru"),
        ("üniversitesi", "universite", "tr"),
        ("деректердің", "деректерді", "kk"),  # no stemmer: the first letters
        ("الرَّئِيسُ", "الرئيس", "ar"),
        ("Тоқаев", "Токаев", "kk"),
        ("Токаев", "Tokayev", "ru"),
        ("Tokayev", "Tokaïev", "fr"),
        ("Əliyev", "Алиев", "az"),
        ("Aliyev", "Алиев", "ru"),
        ("Қазақстан", "Казахстан", "kk"),
        ("Казахстан", "Kazakhstan", "ru"),
        ("Шайдоров", "Shaïdorov", "ru"),
        ("2 500", "2500", "fr"),
        ("2 milliards", "de 2 milliard", "fr"),
    ],
)
def test_forms_of_one_word_find_each_other(one: str, other: str, language: str) -> None:
    assert share_a_term(one, other, language)


@pytest.mark.parametrize(("one", "other"), [("H200", "H100"), ("56,4", "56,5"), ("pont", "train")])
def test_different_words_do_not(one: str, other: str) -> None:
    assert not share_a_term(one, other, "fr")


def test_levels_are_surface_stem_prefix_and_consonants() -> None:
    assert levels("dépenses", ("fr",)) == (("dépenses",), ("depens",), ("depen",), ("^dpns",))
    assert levels("dépenses", ("fr", "en")) == (
        ("dépenses",),
        ("depens",),
        ("depen",),
        ("^dpns",),
    )
    assert levels("2 milliards", ("fr",)) == (("2",), ("2 milliard",))
    assert levels("hub", ()) == (("hub",),)  # every other level says the same, or too little


@given(st.text())
def test_any_text_has_terms_none_of_them_empty(text: str) -> None:
    assert all(analyse(text, "fr"))
    assert all("\n" not in term for term in analyse(text, None))
