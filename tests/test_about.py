"""Who wrote an article, and when it was published."""

import pytest

from rag.answering.about import asks_about, topic
from rag.index import Index


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Qui est l'auteur de l'article sur les visas ?", "author"),
        ("Qui a écrit l’article sur les visas ?", "author"),
        ("Who wrote the article about visas?", "author"),
        ("Кто автор статьи о визах?", "author"),
        ("Виза туралы мақаланың авторы кім?", "author"),
        ("When was the article on visas published?", "published"),
        ("Quand l'article sur les visas a-t-il été publié ?", "published"),
        ("Vize makalesi ne zaman yayımlandı?", "published"),
        ("Who wrote the letter?", None),
        ("When was the book published?", None),
        ("What does the article say about visas?", None),
    ],
)
def test_a_question_about_an_article_names_it_as_such(question: str, field: str | None) -> None:
    assert asks_about(question) == field


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("When was the article about the priority of the budget published?", "priority of budget"),
        ("Quand l'article sur la priorité du budget a-t-il été publié ?", "priorité budget"),
        ("Кто автор статьи о визах?", "визах"),
        ("Виза туралы мақаланың авторы кім?", "Виза"),
        ("Who wrote the article?", "Who wrote the article?"),  # nothing is left to look for
    ],
)
def test_an_article_is_looked_for_by_its_subject_alone(question: str, subject: str) -> None:
    assert topic(question) == subject


def test_the_author_is_cited_from_the_articles_own_text(seeds_index: Index) -> None:
    question = (
        "Qui est l'auteur de l'article sur la facilitation des visas entre Kazakhstan et UE ?"
    )
    answer = seeds_index.ask(question)
    assert answer.answer == "Kadir Duran"
    assert answer.citations[0].article == "003_2298f801a7b9054e.txt"
    assert answer.answer_span is not None
    assert answer.answer_span.text == "Kadir Duran"
    # Of the others nothing is said: the reader knows who is spoken of, not who writes.
    assert {citation.confidence for citation in answer.citations[1:]} == {None}


def test_the_date_is_cited_as_it_is_written(seeds_index: Index) -> None:
    answer = seeds_index.ask("When was the article about Azerbaijan's AI race published?")
    assert answer.answer_span is not None
    assert answer.answer_span.text == "18 Décembre 2025 10:20 (UTC+01:00)"
    assert answer.citations[0].article == "002_85e8d226dcede907.txt"
