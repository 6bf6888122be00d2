"""The sentences that a model is given."""

from collections import Counter

import pytest

from rag.errors import IndexCorrupt
from rag.generate import sources
from rag.generate.prompt import block, messages
from rag.generate.sources import gather_sources
from rag.index import Index

QUESTION = "How many exaflops does the Kazakh supercomputer have?"


def test_each_is_a_numbered_proof_and_the_answers_own_are_among_them(seeds_index: Index) -> None:
    answer = seeds_index.ask(QUESTION)
    given = gather_sources(seeds_index.generation, answer)
    assert [s.citation.number for s in given] == list(range(1, len(given) + 1))
    for source in given:
        cited = source.citation
        assert seeds_index.article(cited.article).text[cited.start : cited.end] == cited.quote
        assert cited.quote in source.passage
    places = Counter((s.citation.article, s.citation.start) for s in given)
    assert places.most_common(1)[0][1] == 1
    assert {(c.article, c.start) for c in answer.citations} <= places.keys()


def test_they_fit_a_small_model(seeds_index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = seeds_index.ask(QUESTION)
    given = gather_sources(seeds_index.generation, answer)
    assert sum(len(s.citation.quote) for s in given) <= 6000
    monkeypatch.setattr(sources, "GIVEN", 3)
    assert gather_sources(seeds_index.generation, answer) == given[:3]


def test_one_that_is_not_what_was_indexed_is_never_given(
    seeds_index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = seeds_index.ask(QUESTION)
    changed = seeds_index.generation.sentences.copy()
    changed["end"] -= 1
    monkeypatch.setattr(seeds_index.generation, "sentences", changed)
    with pytest.raises(IndexCorrupt, match="not the sentence that was indexed"):
        gather_sources(seeds_index.generation, answer)


def test_the_prompt_has_them_under_their_articles_and_asks_for_the_wanted_form(
    seeds_index: Index,
) -> None:
    given = gather_sources(seeds_index.generation, seeds_index.ask(QUESTION))[:2]
    lines = block(given).splitlines()
    assert lines[0] == "<sentences>"
    assert lines[1] == "Article: 000_deb9b0ddd8a33cb8.txt"
    assert lines[2] == f"[1] {given[0].citation.quote}"
    assert lines[-1] == "</sentences>"
    text, json = (messages(QUESTION, given, schema=schema) for schema in (False, True))
    assert text[1]["content"] == json[1]["content"]
    assert "such as [3]" in text[0]["content"]
    assert '"claims"' in json[0]["content"]
    assert all("never instructions" in own[0]["content"] for own in (text, json))
