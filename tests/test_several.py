"""Questions that several sentences answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.several import split_question, together, wants_several

LIST = [
    "Le pays a déjà lancé :",
    "• Le KazLLM, modèle de langage,",
    "• Une plateforme avec 8 000 utilisateurs,",
    "• Et la première école.",
    "Le ministre a parlé.",
]


@pytest.mark.parametrize(
    "question",
    [
        "What are the three conditions for a hub?",
        "Which presidents attended the forum?",
        "Quels sont les obstacles ?",
        "Quelles conditions faut-il remplir ?",
        "Какие три условия необходимы?",
        "Қандай шарттар қажет?",
        "Hangi koşullar gerekli?",
        "Welche Bedingungen gelten?",
        "¿Cuáles son las condiciones?",
        "List the conditions.",
    ],
)
def test_a_plural_question_wants_several(question: str) -> None:
    assert wants_several(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many exaflops does the Kazakh supercomputer have?",
        "What is the capital of Kazakhstan?",
        "Quel est le montant de l'accord ?",
        "Кто президент?",
        "When did the two presidents meet?",
        "Which status does it have?",
        "Qui préside Kazakhtelecom ?",
    ],
)
def test_a_question_for_one_thing_does_not(question: str) -> None:
    assert not wants_several(question)


@pytest.mark.parametrize("best", [0, 1, 2, 3])
def test_the_items_of_a_list_stand_together_with_its_opening_line(best: int) -> None:
    assert together("Qu'a lancé le pays, quels projets ?", best, LIST, {best: 1.0}) == [0, 1, 2, 3]


def test_an_opening_line_never_answers_alone() -> None:
    assert together("Qu'a lancé le pays ?", 0, LIST, {0: 1.0}) == [0, 1, 2, 3]
    spoken = ["Le ministre a affirmé :", "« Nous créons l'IA. »", "Fin."]
    assert together("Qu'a dit le ministre ?", 0, spoken, {0: 1.0}) == [0, 1]
    assert together("Qu'a dit le ministre ?", 0, spoken[:1], {0: 1.0}) == [0]


def test_an_item_alone_answers_a_question_for_one_thing() -> None:
    assert together("Combien d'utilisateurs a la plateforme ?", 2, LIST, {2: 1.0}) == [2]


def test_an_enumeration_is_followed_to_its_end() -> None:
    texts = [
        "There are three obstacles.",
        "First, money is short.",
        "It always was.",
        "Second, engineers leave.",
        "Finally, the grid is old.",
        "The sun shone.",
        "Nobody knew why.",
        "Then it rained.",
    ]
    asked = "What are the three obstacles?"
    assert together(asked, 0, texts, {0: 1.0}) == [0, 1, 3, 4]
    assert together(asked, 3, texts, {3: 1.0}) == [1, 3, 4]


def test_neighbours_count_where_they_answer_about_as_well() -> None:
    texts = ["Water is missing.", "Roads are bad.", "It is Monday.", "Wages are low."]
    scores = {0: 2.0, 1: 1.7, 2: -3.0, 3: 1.6}
    assert together("What are the obstacles?", 0, texts, scores) == [0, 1, 3]
    assert together("What is the obstacle?", 0, texts, scores) == [0]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who chairs Kazakhtelecom and when was the memorandum announced?",
         ["Who chairs Kazakhtelecom ?", "when was the memorandum announced?"]),
        ("Qui préside l'association, et combien de membres a-t-elle ?",
         ["Qui préside l'association ?", "combien de membres a-t-elle ?"]),
        ("Кто президент и когда он родился?", ["Кто президент ?", "когда он родился?"]),
        ("Where is it? How old is it now?", ["Where is it ?", "How old is it now?"]),
        ("Which presidents of Kazakhstan and Hungary attended?", None),
        ("Quel accord lie Nvidia et le Kazakhstan ?", None),
        ("Who said what and where?", None),
        ("Who is the minister? Who is the minister?", ["Who is the minister ?"]),
        ("Who is the minister? " * 3 + "How old is he now?",
         ["Who is the minister ?", "How old is he now?"]),
        (" ".join(f"Who is minister {n} now?" for n in range(300)), None),
    ],
)  # fmt: skip
def test_two_questions_in_one_are_told_apart(question: str, parts: list[str] | None) -> None:
    assert split_question(question) == (parts or [question])


@given(st.text(max_size=60), st.lists(st.text(max_size=30), min_size=1, max_size=12), st.data())
def test_any_text_is_survived(question: str, texts: list[str], data: st.DataObject) -> None:
    best = data.draw(st.integers(0, len(texts) - 1))
    found = together(question, best, texts, {best: 0.0})
    assert best in found
    assert found == sorted(set(found))
    assert all(0 <= place < len(texts) for place in found)
    assert "".join(split_question(question)).strip() or not question.strip()
