"""Sentences that lean on the one before them."""

import pytest

from rag.answering.references import refers_back


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Ce centre de calcul, basé à Almaty, affiche 56,4 petaflops.", "fr"),
        ("C’est le premier du pays.", "fr"),
        ("« Il sera livré en mars. »", "fr"),
        ("It opens in May.", "en"),
        ("Это первый такой центр.", "ru"),
        ("Бұл орталық Алматыда.", "kk"),
        ("Bu merkez Almatı'da.", None),
    ],
)
def test_a_first_word_that_points_back_is_seen(sentence: str, language: str | None) -> None:
    assert refers_back(sentence, language)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Le Kazakhstan investit.", "fr"),
        ("Its", "fr"),  # an English word says nothing in French
        ("1932", None),
        ("", "en"),
        ("Cependant, le pays investit.", "fr"),
    ],
)
def test_other_first_words_do_not(sentence: str, language: str | None) -> None:
    assert not refers_back(sentence, language)
