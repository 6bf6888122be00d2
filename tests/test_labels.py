"""The words of the page in its four languages."""

import re

import pytest

from rag.web.labels import LANGUAGES, date_form, date_text, every_label, known_language, label


def test_every_label_is_there_in_every_language_with_the_same_values_to_fill_in() -> None:
    labels = every_label()
    assert set(labels) == set(LANGUAGES) == {"en", "fr", "ru", "kk"}
    for name in labels["en"]:
        filled = {
            language: set(re.findall(r"\{\w+\}", str(labels[language][name])))
            for language in LANGUAGES
        }
        assert len(set(map(frozenset, filled.values()))) == 1, name


@pytest.mark.parametrize(
    ("n", "words"), [(1, "1 статья"), (2, "2 статьи"), (5, "5 статей"), (21, "21 статья")]
)
def test_russian_counts_in_three_forms(n: int, words: str) -> None:
    assert label("articles_held", "ru", n) == words


def test_a_value_that_looks_like_a_place_for_one_stays_as_it_is() -> None:
    assert label("what_about", "en", name="{name} {n}") == "What is said about {name} {n}?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_can_write_a_date_as_the_server_does(language: str) -> None:
    form = date_form(language)
    pattern, months = str(form["pattern"]), form["months"]
    written = pattern.format(year=2025, month=months[9], day=8)  # type: ignore[index]
    assert written == date_text("2025-10-08", language)


def test_what_is_no_date_is_left_as_it_is() -> None:
    assert date_text("spring 2025", "fr") == "spring 2025"
    assert date_text("2025-04-01", "fr") == "1er avril 2025"


def test_an_unknown_language_is_english() -> None:
    assert known_language("de") == known_language(None) == known_language(["fr"]) == "en"
    assert known_language("kk") == "kk"
