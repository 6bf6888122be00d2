"""A text's claims: each sentence with its own citations."""

import pytest

from rag.generate.claims import find_claims


def found(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(text[c.start : c.end], c.numbers) for c in find_claims(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The first. [1] The second [2][3].",
         [("The first. [1]", (1,)), ("The second [2][3].", (2, 3))]),
        ("The first.[1] The second.[2]", [("The first.[1]", (1,)), ("The second.[2]", (2,))]),
        ("According to [1], it rains.", [("According to [1], it rains.", (1,))]),
        ("[1] It rains.\n[2] It snows.", [("[1] It rains.", (1,)), ("[2] It snows.", (2,))]),
        ("It rains.\n[1]", [("It rains.\n[1]", (1,))]),
        ("It rains. It snows [1].", [("It rains.", ()), ("It snows [1].", (1,))]),
        ("It has:\n- a roof [1]\n- a door [2]\n\nIt rains [3].",
         [("It has:", (1, 2, 3)), ("- a roof [1]", (1,)), ("- a door [2]", (2,)),
          ("It rains [3].", (3,))]),
        ("See `x [1]` there.", [("See `x [1]` there.", ())]),
        ("[1]", []),
        ("**\n\n---", []),
    ],
)  # fmt: skip
def test_a_citation_belongs_to_its_sentence(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert found(text) == expected


def test_the_words_of_a_claim_are_without_citations_and_bullets() -> None:
    assert [c.words for c in find_claims("- It **rains** [1], often [2].")] == [
        "It **rains**, often."
    ]


def test_given_spans_are_the_claims() -> None:
    text = "It rains. It snows. [4] And more. [5]"
    stated = find_claims(text, [(0, 23), (24, 37)])
    assert [(c.words, c.numbers) for c in stated] == [
        ("It rains. It snows.", (4,)),
        ("And more.", (5,)),
    ]
