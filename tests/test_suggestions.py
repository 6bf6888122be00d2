"""Questions that the articles suggest."""

from dataclasses import replace
from typing import Any

from rag.web.suggestions import examples, follow_ups, names_in


def test_names_are_capitalised_words_inside_a_sentence() -> None:
    texts = [
        "Hier, la ville d'Astana a reçu le président Tokaïev. Elle attend Nvidia.",
        "Selon Nvidia, le Président est content ; la ville d’Astana aussi. LE TITRE EN CAPITALES",
        "Le président a parlé.",
    ]
    assert names_in(texts) == {"Astana": 2, "Nvidia": 2, "Tokaïev": 1}


def test_follow_ups_are_about_names_of_the_passages_that_were_not_asked_about(
    seeds_index: Any,
) -> None:
    answer = seeds_index.ask("Combien de puces Нвидиа ?")
    texts = " ".join(hit.text for hit in answer.hits)
    questions = follow_ups(answer, "en")
    assert 0 < len(questions) <= 3
    for question in questions:
        name = question.removeprefix("What is said about ").removesuffix("?")
        assert name in texts
        assert "Nvidia" not in name  # it was asked about, in other letters
    assert follow_ups(replace(answer, hits=()), "en") == []


def test_examples_are_about_the_corpus_at_hand(seeds_index: Any) -> None:
    questions = examples(seeds_index, "fr")
    assert len(questions) == 4
    everything = " ".join(seeds_index.article(one).text for one in seeds_index.articles())
    for question in questions:
        assert question.removeprefix("Que dit-on sur ").removesuffix(" ?") in everything
