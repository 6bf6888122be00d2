"""What a question asks for, told by its first question word."""

import pytest

from rag.answering.question_words import NONE, asks_for


@pytest.mark.parametrize(
    ("question", "language", "asked"),
    [
        ("In which year did the man who wrote it die?", "en", "which"),
        ("How many people live there?", "en", "how many"),
        ("How does it work?", "en", "how"),
        ("Is it open?", "en", NONE),
        ("À QUELLE date le pont ouvre-t-il ?", "fr", "which"),
        ("Qu'est-ce que le pont ?", "fr", "what"),
        ("Est-ce que le pont est ouvert ?", "fr", "whether"),
        ("Où est-il ?", "fr", "where"),
        ("Сколько компаний в Astana Hub?", "ru", "how many"),
        ("О чём говорил президент?", "ru", "what"),
        ("Президент қашан сөйледі?", "kk", "when"),
        ("Türkiye'nin başkenti neresidir?", "tr", "where"),
        ("Toplantı ne zaman yapıldı?", "tr", "when"),
        ("NE KADAR sürer?", "tr", "how many"),
        ("Bu nə üçün belədir?", "az", "why"),
        ("Wie viele Menschen leben dort?", "de", "how many"),
        ("¿Por qué está cerrado?", "es", "why"),
    ],
)
def test_the_first_question_word_tells_what_is_asked_for(
    question: str, language: str, asked: str
) -> None:
    assert asks_for(question, language) == asked


@pytest.mark.parametrize("language", ["zh", "xx", None])
def test_of_a_language_that_is_not_known_nothing_is_said(language: str | None) -> None:
    assert asks_for("Who is it?", language) is None
