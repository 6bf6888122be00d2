"""The real reader: windows → answer spans."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.reader import MAX_WINDOW, Reader, load_reader
from rag.encoders import BundledEncoder

BRIDGE = ["Le pont a été construit en 1932.", "Il mesure 128 mètres de long."]
TRAIN = ["The night train leaves at 21:40.", "A berth costs 38 euros."]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(BundledEncoder().tokenizer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("En quelle année le pont a-t-il été construit ?", "1932"),
        ("How much is a berth?", "38 euros"),
        ("Когда отправляется ночной поезд?", "21:40"),
        ("В котором часу отправляется ночной поезд?", "21:40"),
    ],
)
def test_the_likeliest_span_answers_in_either_language(
    reader: Reader, question: str, answer: str
) -> None:
    windows = [reader.tokenize(BRIDGE), reader.tokenize(TRAIN)]
    found = {
        span.score: sentence[span.start : span.end]
        for reading, own in zip(reader.read(question, windows), (BRIDGE, TRAIN), strict=True)
        for span, sentence in zip(reading.spans, own, strict=True)
        if span is not None
    }
    assert answer in found[max(found)]


def test_the_window_that_answers_is_likelier_to_hold_an_answer(reader: Reader) -> None:
    windows = [reader.tokenize(BRIDGE), reader.tokenize(TRAIN)]
    bridge, train = reader.read("En quelle année le pont a-t-il été construit ?", windows)
    assert bridge.has > train.has


def test_a_reading_does_not_depend_on_the_windows_beside_it_but_for_the_common_norm(
    reader: Reader,
) -> None:
    question = "How much is a berth?"
    [alone] = reader.read(question, [reader.tokenize(TRAIN)])
    _, beside = reader.read(question, [reader.tokenize(BRIDGE * 3), reader.tokenize(TRAIN)])
    assert beside.has == pytest.approx(alone.has, abs=1e-3)
    scores = [[span.score for span in r.spans if span] for r in (alone, beside)]
    assert scores[1] == pytest.approx(np.array(scores[0]) - (scores[0][0] - scores[1][0]), abs=1e-3)
    assert scores[1][0] <= scores[0][0]


def test_all_spans_together_have_at_most_probability_one(reader: Reader) -> None:
    readings = reader.read("When?", [reader.tokenize(TRAIN), reader.tokenize(BRIDGE)])
    scores = [span.score for reading in readings for span in reading.spans if span]
    assert np.exp(scores).sum() <= 1.0001


def test_further_windows_are_read_only_where_the_first_do_not_surely_answer(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "When does the night train leave?"
    train, bridge = reader.tokenize(TRAIN), reader.tokenize(BRIDGE)
    surely, hardly = (reading.has for reading in reader.read(question, [train, bridge]))
    assert surely > hardly + 1
    monkeypatch.setattr("rag.answering.reader.SURE", (surely + hardly) / 2)
    assert len(reader.read(question, [train, bridge], at_once=1)) == 1
    assert len(reader.read(question, [bridge, train], at_once=1)) == 2
    monkeypatch.setattr("rag.answering.reader.SURE_ENOUGH", (surely + hardly) / 2)
    assert len(reader.read(question, [bridge, train, bridge], at_once=1)) == 2
    assert len(reader.read(question, [bridge, bridge, train], at_once=1)) == 3
    monkeypatch.setattr("rag.answering.reader.SURE", surely + 1)
    assert len(reader.read(question, [train, bridge, bridge], at_once=1)) == 2
    assert len(reader.read(question, [train, bridge, bridge], at_once=2)) == 3
    whole = reader.read(question, [bridge, train])
    parts = reader.read(question, [bridge, train], at_once=1)
    near = {"abs": 0.1, "rel": 2e-2}  # activations of eight bits round differently beside others
    for one, other in zip(whole, parts, strict=True):
        assert one.has == pytest.approx(other.has, **near)
        assert [s and s.score for s in one.spans] == pytest.approx(
            [s and s.score for s in other.spans], **near
        )


def test_no_window_and_an_empty_window_are_read(reader: Reader) -> None:
    assert reader.read("When?", []) == []
    [reading] = reader.read("When?", [[]])
    assert reading.spans == ()


def test_a_sentence_beyond_the_limit_has_no_span(reader: Reader) -> None:
    long = " ".join(["bridge"] * (2 * MAX_WINDOW))
    [reading] = reader.read("word " * 500, [reader.tokenize([long, "After."])])
    assert reading.spans[0] is not None
    assert reading.spans[1] is None


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1), st.lists(st.text(), max_size=4))
def test_any_text_is_read_and_spans_lie_within_their_sentences(
    reader: Reader, question: str, sentences: list[str]
) -> None:
    [reading] = reader.read(question, [reader.tokenize(sentences)])
    for span, sentence in zip(reading.spans, sentences, strict=True):
        assert span is None or 0 <= span.start <= span.end <= len(sentence)
