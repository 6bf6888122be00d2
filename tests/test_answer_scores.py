"""Answers against gold answers: the SQuAD script's definition, and beyond ASCII."""

import re
import string
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.bench.answer_scores import exact_match, normalise, token_f1


def squad_normalise(text: str) -> str:
    """What SQuAD's published evaluation does: lower, punctuation, articles, white space."""
    kept = "".join(char for char in text.lower() if char not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def squad_f1(answer: str, gold: str) -> float:
    ours, theirs = squad_normalise(answer).split(), squad_normalise(gold).split()
    shared = sum((Counter(ours) & Counter(theirs)).values())
    if not ours or not theirs:
        return float(ours == theirs)
    if shared == 0:
        return 0.0
    precision, recall = shared / len(ours), shared / len(theirs)
    return 2 * precision * recall / (precision + recall)


ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
WORDY = st.lists(st.sampled_from(["the", "A", "cat", "Cat,", "(an)", "dog", "$5", "x-y"])).map(
    " ".join
)


@settings(deadline=None)
@given(ASCII | WORDY, ASCII | WORDY)
def test_on_english_ascii_both_scores_are_the_squad_scripts(answer: str, gold: str) -> None:
    assert " ".join(normalise(answer, "en")) == squad_normalise(answer)
    assert exact_match(answer, [gold], "en") == (squad_normalise(answer) == squad_normalise(gold))
    assert token_f1(answer, [gold], "en") == pytest.approx(squad_f1(answer, gold))


def test_scores_are_the_best_over_the_gold_answers() -> None:
    assert token_f1("The big cat", ["a dog", "big black cat"], "en") == pytest.approx(4 / 5)
    assert exact_match("The cat!", ["dog", "cat"], "en") == 1.0
    assert exact_match("cat", [], "en") == token_f1("cat", [], "en") == 0.0
    assert token_f1("cat cat", ["cat"], "en") == pytest.approx(2 / 3)  # a token counts once


@pytest.mark.parametrize(
    ("text", "language", "tokens"),
    [
        ("« l’Élysée », à Paris", "fr", ["élysée", "à", "paris"]),
        ("la moitié des 50 €", "fr", ["moitié", "50"]),
        ("der Große Wagen", "de", ["grosse", "wagen"]),
        ("the Tokyo", "kk", ["the", "tokyo"]),
        ("İSTANBUL’da", "tr", ["istanbulda"]),
        ("Қазақстан — «Астана»", "kk", ["қазақстан", "астана"]),
        ("１７００\u00a0entreprises", "fr", ["1700", "entreprises"]),
        ("東京タワー", "ja", ["東", "京", "タ", "ワ", "ー"]),
        ("हिन्दी।", "hi", ["हिन्दी"]),
    ],
)
def test_normalisation_holds_for_other_scripts(text: str, language: str, tokens: list[str]) -> None:
    assert normalise(text, language) == tokens
