"""The slices that questions fall into."""

from dataclasses import replace

import pytest
from saved_example import outcome

from rag.bench.slices import answer_type, in_order, slices_of


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("1850", "date"),
        ("le 9 mai 1009", "date"),
        ("10/12/2025", "date"),
        ("1991 жылы", "date"),
        ("в 1939 году", "date"),
        ("1995 yılında", "date"),
        ("1500 habitants", "number"),
        ("2 000", "number"),
        ("1,250", "number"),
        ("٣٫٥ مليون", "number"),
        ("Louis de la Vallière", "name"),
        ("Astana Hub", "name"),
        ("Қасым-Жомарт Тоқаев", "name"),
        ("le pont", "other"),
        ("首都", "other"),
        ("", "other"),
        ("La ville dont 1850 personnes ont parlé hier", "other"),
    ],
)
def test_an_answer_is_a_date_a_number_a_name_or_other(answer: str, kind: str) -> None:
    assert answer_type(answer) == kind


def test_lengths_are_thirds_of_the_questions_of_a_language() -> None:
    french = [outcome(n, 1, 0, text="x" * n) for n in range(1, 7)]
    english = [outcome(n, 1, 0, text="x" * (10 * n), languages=("en", "en")) for n in range(1, 4)]
    lengths = [dict(found)["length"] for found in slices_of([*french, *english])]
    one, two, three = "shortest third", "middle third", "longest third"
    assert lengths == [one, one, two, two, three, three, one, two, three]


def test_a_question_has_a_language_slice_only_where_there_are_several() -> None:
    french = outcome(1, 1, 0)
    kazakh = outcome(2, 1, 0, languages=("kk", None))
    assert "language" not in dict(slices_of([french, french])[0])
    both = slices_of([french, kazakh])
    assert [dict(found)["language"] for found in both] == ["fr → fr", "kk → ?"]


def test_what_is_not_known_makes_no_slice() -> None:
    bare = replace(outcome(1, 1, 0), text=None, gold=())
    assert slices_of([bare]) == [()]


def test_slices_read_from_languages_to_lengths() -> None:
    slices = [("length", "longest third"), ("length", "shortest third"), ("answer", "name"),
              ("asks for", "who"), ("language", "fr → fr")]  # fmt: skip
    assert in_order(slices) == [slices[4], slices[3], slices[2], slices[1], slices[0]]
