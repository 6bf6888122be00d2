"""Ranked passages → a cited sentence, or an abstention."""

from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.answering.judgement import Judgement, read_judgement
from rag.building.build import build_index
from rag.errors import CorpusError, IndexCorrupt, QuestionError
from rag.index import Index, open_index
from rag.types import Sentence


def answer_from(threshold: float, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = read_judgement(reader=False)
    changed = Judgement(fitted.choice, fitted.confidence, threshold)
    monkeypatch.setattr("rag.answering.asking.read_judgement", lambda *, reader: changed)


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words, read=False)


def test_the_answer_is_the_first_citations_quote(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_from(0.0, monkeypatch)
    answer = index.ask("Which train leaves at night?")
    assert answer.answer == "The train leaves at night."
    assert not answer.abstained
    assert [c.number for c in answer.citations] == [1, 2, 3, 4]
    assert answer.citations[0].article == "train.txt"
    for citation in answer.citations:
        text = index.article(citation.article).text
        assert text[citation.start : citation.end] == citation.quote
    assert answer.index == index.fingerprint
    assert set(answer.timings_ms) == {"encode", "retrieve", "answer", "total"}


def test_each_cited_sentence_says_how_likely_it_answers(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_from(0.0, monkeypatch)
    answer = index.ask("Which train leaves at night?")
    found = [citation.confidence for citation in answer.citations]
    assert found[0] == answer.confidence
    assert all(one is not None and 0 <= one <= answer.confidence for one in found)
    assert found == sorted(found, key=lambda one: -(one or 0.0))
    assert (found[1] or 0.0) < answer.confidence


def test_a_heading_is_never_cited(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_from(0.0, monkeypatch)
    assert index.ask("bridge").answer == "The bridge crosses the river."


def test_below_the_threshold_the_nearest_sentences_are_no_answer(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_from(1.1, monkeypatch)
    answer = index.ask("Which train leaves at night?")
    assert answer.answer is None
    assert answer.abstained
    assert answer.citations[0].quote == "The train leaves at night."


def test_the_threshold_can_be_given(index: Index) -> None:
    question = "Which train leaves at night?"
    assert index.ask(question, answer_from=0.0).answer == "The train leaves at night."
    likely = index.ask(question).confidence
    assert not index.ask(question, answer_from=likely).abstained
    assert index.ask(question, answer_from=likely + 1e-6).abstained
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="answer_from must be"):
            index.ask(question, answer_from=wrong)


def test_an_article_without_a_citable_sentence_is_an_abstention(
    tmp_path: Path, words: WordEncoder
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("BRIDGE\nRIVER")
    build_index(tmp_path / "articles", tmp_path / "index", encoder=words)
    opened = open_index(tmp_path / "index", encoder=words, read=False)
    assert opened.ask("Where is the bridge?", answer_from=0.0).abstained
    answer = opened.ask("Where is the bridge?")
    assert answer.abstained
    assert answer.citations == ()
    assert answer.confidence == 0.0


def test_a_citation_whose_text_is_not_what_was_indexed_is_never_shown(index: Index) -> None:
    index.generation.sentences = index.generation.sentences.copy()
    index.generation.sentences["end"] -= 1
    with pytest.raises(IndexCorrupt, match="not the sentence that was indexed"):
        index.ask("Which train leaves at night?")


def test_an_unknown_article_is_an_error(index: Index) -> None:
    with pytest.raises(CorpusError, match=r"no article 'nope\.txt'"):
        index.article("nope.txt")


def test_a_follow_up_is_asked_as_a_complete_question(index: Index) -> None:
    before = index.ask("Which train leaves at night?", answer_from=0.0)
    answer = index.ask("And the bridge?", answer_from=0.0, after=before)
    assert answer.question == "And the bridge?"
    assert answer.completed == "The bridge? (leaves night)"
    new = index.ask("Which bridge crosses the river?", answer_from=0.0, after=answer)
    assert new.completed is None


def test_a_list_is_answered_with_all_its_sentences(tmp_path: Path, words: WordEncoder) -> None:
    (tmp_path / "articles").mkdir()
    text = (
        "The harbour has opened:\n\n- a bridge,\n- a night train,\n- a river port.\n\nIt rained.\n"
    )
    (tmp_path / "articles" / "a.txt").write_text(text)
    build_index(tmp_path / "articles", tmp_path / "index", encoder=words)
    opened = open_index(tmp_path / "index", encoder=words, read=False)
    answer = opened.ask("Which things has the harbour opened?", answer_from=0.0)
    assert answer.parts == 4
    assert (
        answer.answer == "The harbour has opened:\n- a bridge,\n- a night train,\n- a river port."
    )
    assert [c.number for c in answer.citations[:4]] == [1, 2, 3, 4]
    assert answer.citations[0].answer_span is None
    item = opened.ask("Where does the night train stand?", answer_from=0.0).citations[0]
    assert (item.quote, item.context) == (
        "- a night train,",
        Sentence(0, 23, "The harbour has opened:"),
    )


def test_two_questions_in_one_are_answered_one_by_one(index: Index) -> None:
    asked = "Which train leaves at night, and which bridge crosses the river?"
    answer = index.ask(asked, answer_from=0.0)
    assert answer.answer == "The train leaves at night.\nThe bridge crosses the river."
    assert (answer.parts, answer.unanswered) == (2, ())


def test_a_question_that_is_asked_twice_is_answered_once(index: Index) -> None:
    answer = index.ask("Which train leaves at night? " * 2, answer_from=0.0)
    assert (answer.answer, answer.parts) == ("The train leaves at night.", 1)


def test_a_question_has_a_word_in_it(index: Index) -> None:
    for nothing in ("", " \n", "???", "\x00", "…!"):
        with pytest.raises(QuestionError, match="no word in it"):
            index.ask(nothing)
