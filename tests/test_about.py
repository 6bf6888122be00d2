"""Who wrote an article, and when it was published."""

import pytest

from rag.answering.about import asks_about, topic
from rag.answering.asking import STATED
from rag.index import Index
from rag.types import Filter


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
        ("Quelle est la date de publication de l'article sur les visas ?", "published"),
        ("What is the publication date of the article on visas?", "published"),
        ("Какова дата публикации статьи о визах?", "published"),
        ("Vize hakkındaki makalenin yayın tarihi nedir?", "published"),
        ("Was ist das Veröffentlichungsdatum des Artikels über Visa?", "published"),
        ("Виза туралы мақала қашан шықты?", "published"),
        ("When did the article about visas come out?", "published"),
        ("De quand date l'article sur les visas ?", "published"),
        ("Кем написана статья о визах?", "author"),
        ("Wer hat den Artikel über Visa geschrieben?", "author"),
        ("Yapay zeka hakkındaki makaleyi kim yazdı?", "author"),
        ("Who wrote the letter?", None),
        ("Who wrote the letter mentioned in the article about the park?", None),
        ("Combien d'emplois, selon l'article écrit par Kadir Duran ?", None),
        ("Сколько компаний в Astana Hub, по словам автора статьи?", None),
        ("When does the park open, according to the published article?", None),
        ("Which company won, according to the article written by Alice Moreau?", None),
        ("How many companies does the author of the article count?", None),
        ("When was the book published?", None),
        ("What does the article say about visas?", None),
    ],
)
def test_a_question_about_an_article_names_it_as_such(question: str, field: str | None) -> None:
    assert asks_about(question) == field


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("When was the article about the priority of the budget published?", "priority budget"),
        ("Quand l'article sur la priorité du budget a-t-il été publié ?", "priorité budget"),
        ("Кто автор статьи о визах?", "визах"),
        ("Виза туралы мақаланың авторы кім?", "Виза"),
        ("When was it published? (wrote article visas)", "visas"),
        ("Wer hat den Artikel über Fußball geschrieben?", "Fußball"),
        ("Who wrote the article?", ""),  # nothing is left to look for
        ("Qui a écrit cet article ?", ""),
        ("Кто написал эту статью?", ""),
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


@pytest.mark.parametrize(
    "question",
    [
        "Who is the author of the article about quantum physics?",
        "Wer hat den Artikel über Fußball geschrieben?",
        "Who wrote the article?",  # which of five?
    ],
)
def test_an_article_that_is_not_there_has_no_author(seeds_index: Index, question: str) -> None:
    assert seeds_index.ask(question).confidence != STATED


def test_the_article_cited_before_is_meant_where_none_is_named(seeds_index: Index) -> None:
    before = seeds_index.ask("Combien d'emplois seront créés par les data centers ?")
    assert before.citations[0].article == "003_2298f801a7b9054e.txt"
    wrote = seeds_index.ask("Qui a écrit l'article ?", after=before)
    assert wrote.answer == "Kadir Duran"
    published = seeds_index.ask("Quand l'article a-t-il été publié ?", after=wrote)
    assert published.citations[0].article == "003_2298f801a7b9054e.txt"
    assert published.confidence == STATED


def test_both_are_answered_in_one_question(seeds_index: Index) -> None:
    answer = seeds_index.ask("Who wrote the article about visas and when was it published?")
    assert (answer.parts, answer.unanswered) == (2, ())
    assert {citation.article for citation in answer.citations[:2]} == {"003_2298f801a7b9054e.txt"}


def test_an_article_out_of_the_filter_is_not_meant(seeds_index: Index) -> None:
    before = seeds_index.ask("Combien d'emplois seront créés par les data centers ?")
    among = Filter(articles=("000_deb9b0ddd8a33cb8.txt", "001_96800e28dcdd0e72.txt"))
    answer = seeds_index.ask("Qui a écrit l'article ?", after=before, where=among)
    assert all(citation.article in among.articles for citation in answer.citations)
