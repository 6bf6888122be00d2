"""Answers of a collection, against values computed by hand; articles held out; resuming."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import WordEncoder

from rag import cli
from rag.bench import measuring
from rag.bench.answers import answer_questions, scored_text, summarise_answers
from rag.bench.collection import AskedQuestion
from rag.bench.measuring import Settings
from rag.bench.records import GoldSpan
from rag.bench.retrieval import measure_retrieval
from rag.bench.saved import read_measurement, read_passages, read_questions
from rag.bench.squad import read_squad, squad_collection
from rag.bench.squad_answers import answer_spans
from rag.errors import BenchmarkError
from rag.types import Answer, AnswerSpan, Citation

BRIDGE = "  The bridge is old. The river is wide.\n"
TRAIN = "The train was late at night."


def qa(name: str, question: str, *answers: tuple[str, object]) -> dict[str, Any]:
    told = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": name, "question": question, "answers": told}


def write(path: Path) -> Path:
    """Two articles; of each, one question that its first sentence answers, one that is harder."""
    data = [
        {"paragraphs": [{"context": BRIDGE, "qas": [
            qa("a", "river?", ("wide", "34")), qa("b", "bridge?", ("old", 16)),
        ]}]},
        {"paragraphs": [{"context": TRAIN, "qas": [
            qa("c", "train?", ("late", 14)),
            {"id": "d", "question": "night river?", "answers": [], "is_impossible": True},
            {"id": "e", "question": "night?"},
        ]}]},
    ]  # fmt: skip
    path.write_text(json.dumps({"data": data}))
    return path


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (qa("1", "?", ("bridge", 6)), ((AnswerSpan(4, 10, "bridge"),), 0)),
        (qa("1", "?", ("bridge", "6")), ((AnswerSpan(4, 10, "bridge"),), 0)),
        (qa("1", "?", (" old", 15)), ((AnswerSpan(14, 17, "old"),), 0)),  # stripped, and moved
        (qa("1", "?", ("bridge", 0)), ((AnswerSpan(4, 10, "bridge"),), 0)),  # stands once
        (qa("1", "?", ("is", 0)), (None, 1)),  # stands twice
        (qa("1", "?", ("sea", 0), ("old", 16)), ((AnswerSpan(14, 17, "old"),), 1)),
        ({"answers": {"text": ["old"], "answer_start": [16]}}, ((AnswerSpan(14, 17, "old"),), 0)),
        ({"answers": {"text": [], "answer_start": []}}, ((), 0)),
        ({"is_impossible": True, "answers": []}, ((), 0)),
        ({}, (None, 0)),
    ],
)
def test_gold_spans_are_exact_in_the_stripped_context(
    asked: dict[str, Any], found: tuple[tuple[AnswerSpan, ...] | None, int]
) -> None:
    assert answer_spans(asked, BRIDGE) == found


def test_a_collection_knows_what_answers_and_where_nothing_does(tmp_path: Path) -> None:
    gold = squad_collection(read_squad(write(tmp_path / "s.json"))).gold
    assert gold == {
        "a": (GoldSpan("0000000", 32, 36, "wide"),),
        "b": (GoldSpan("0000000", 14, 17, "old"),),
        "c": (GoldSpan("0000001", 14, 18, "late"),),
        "d": (),
    }


def answer(confidence: float, *quotes: tuple[str, int, str], abstained: bool = False) -> Answer:
    citations = tuple(
        Citation(i, article, None, None, None, start, start + len(text), text)
        for i, (article, start, text) in enumerate(quotes, 1)
    )
    took = {"total": 1.0}
    return Answer("?", None, None, abstained, confidence, citations, (), "fingerprint", took)


def test_an_answer_has_the_figures_computed_by_hand() -> None:
    asked = AskedQuestion("a", "river?", "en", {}, (GoldSpan("p", 32, 36, "wide"),))
    said = answer(0.9, ("q", 0, "A wide river"), ("p", 19, "The river is wide."))
    found = answer_questions(lambda _: said, [asked], lambda *_: None,
                             languages={"a": "en"}, texts={})["a"]  # fmt: skip
    assert found.figures == {
        "exact_match": 0.0,
        "f1": pytest.approx(2 / 3),  # "wide river", of which one word of one is gold
        "sentence@1": 0.0,
        "sentence@3": 1.0,
        "span_precision@1": 0.0,
        "span_recall@1": 0.0,
        "span_f1@1": 0.0,
        "span_precision@3": pytest.approx(4 / 30),
        "span_recall@3": 1.0,
        "span_f1@3": pytest.approx(8 / 34),
    }
    assert found.scored == "A wide river"
    whole = summarise_answers("s", {"a": found}, passages=2, held_out_half=False)
    assert whole.figures["sentence@3"] == 1.0
    assert whole.risk_coverage == ((1.0, 1.0),)


def test_the_answer_span_is_scored_where_there_is_one() -> None:
    said = answer(1.0, ("p", 0, "wide river"))
    read = replace(said.citations[0], answer_span=AnswerSpan(0, 4, "wide"))
    assert scored_text(replace(said, citations=(read,))) == "wide"
    assert scored_text(said) == "wide river"
    assert scored_text(answer(0.5)) == ""


def run(words: WordEncoder, tmp_path: Path, **options: Any) -> dict[str, Any]:
    file = tmp_path / "s.json"
    cache = tmp_path / "cache"
    return measure_retrieval([write(file)], encoder=words, cache=cache, **options)


def test_every_question_whose_answer_is_known_is_answered(
    words: WordEncoder, tmp_path: Path
) -> None:
    (found,) = run(words, tmp_path, answers=True)["answers"]
    assert (found["questions"], found["answerable"], found["passages"]) == (4, 3, 2)
    assert found["figures"]["sentence@1"] == 1.0
    assert found["figures"]["span_recall@1"] == 1.0
    assert found["intervals"]["sentence@1"] == (1.0, 1.0)


def test_what_is_held_out_has_no_answer(words: WordEncoder, tmp_path: Path) -> None:
    result = run(words, tmp_path, held_out_half=True)
    (found,) = result["answers"]
    assert (found["questions"], found["answerable"], found["passages"]) == (4, 2, 1)
    assert found["held_out_half"] is True
    assert result["results"][0]["passages"] == 2  # the arms are measured on all


def test_a_set_that_tells_no_answer_cannot_be_answered(words: WordEncoder, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text('{"id": "1", "question": "river?", "context": "The river."}')
    with pytest.raises(BenchmarkError, match="does not tell what answers"):
        measure_retrieval([file], encoder=words, cache=tmp_path, answers=True)


def saved(tmp_path: Path, **options: Any) -> Settings:
    return Settings(save=tmp_path / "saved", **options)


def test_all_that_was_measured_is_saved(words: WordEncoder, tmp_path: Path) -> None:
    result = run(words, tmp_path, answers=True, settings=saved(tmp_path))
    folder = tmp_path / "saved"
    assert json.loads((folder / "result.json").read_text()) == json.loads(json.dumps(result))
    measurement = read_measurement(folder)
    assert measurement.complete
    assert measurement.manifest.identity["encoder"]["name"] == "words"
    assert measurement.manifest.identity["settings"]["seed"] == 20240229
    first = next(iter(read_questions(folder)))
    assert (first.pair, first.id, first.text) == ("s", "a", "river?")
    assert first.relevant == {"0000000": 1}
    assert first.arms["hybrid"].top[0] == "0000000"
    assert first.arms["hybrid"].ranks == (1,)
    assert first.answer is not None
    passages = read_passages(folder)
    for outcome in read_questions(folder):
        for span in outcome.gold:
            text = passages[measurement.results[0].passages_of, span.passage].text
            assert text[span.start : span.end] == span.text
        for cited in outcome.answer.citations if outcome.answer else ():
            text = passages[measurement.results[0].passages_of, cited.passage].text
            assert text[cited.start : cited.end] == cited.quote
    lines = (folder / "pairs" / "s" / "hybrid.run").read_text().splitlines()
    assert lines[0].split()[:4] == ["a", "Q0", "0000000", "1"]
    assert lines[0].endswith(" rag-hybrid")
    assert (folder / "pairs" / "s" / "qrels.txt").read_text().startswith("a 0 0000000 1\n")


def test_an_interrupted_measurement_goes_on_where_it_was(
    words: WordEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rank, ranked = measuring.rank_questions, list[str]()

    def until_the_third(index: Any, arm: str, *rest: Any) -> Any:
        ranked.append(arm)
        if len(ranked) == 3:
            raise KeyboardInterrupt
        return rank(index, arm, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(measuring, "rank_questions", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        run(words, tmp_path, settings=saved(tmp_path))
    home = tmp_path / "saved" / "pairs" / "s"
    assert not read_measurement(tmp_path / "saved").complete
    # What was computed is usable by itself.
    command = ["bench", "--qrels", str(home / "qrels.txt"), "--run", str(home / "dense.run")]
    assert cli.main([*command, "--run", str(home / "sparse.run"), "--missing-as-zero"]) == 0
    result = run(words, tmp_path, settings=saved(tmp_path, resume=True))
    assert ranked == ["dense", "sparse", "dense+sentence", "dense+sentence", "hybrid"]
    fresh = run(words, tmp_path)
    for arm, row in fresh["results"][0]["arms"].items():
        assert row | {"rank_ms": 0} == result["results"][0]["arms"][arm] | {"rank_ms": 0}


def test_only_the_same_measurement_goes_on(words: WordEncoder, tmp_path: Path) -> None:
    run(words, tmp_path, settings=saved(tmp_path))
    with pytest.raises(BenchmarkError, match=r"saved is not empty; .*--resume"):
        run(words, tmp_path, settings=saved(tmp_path))
    with pytest.raises(BenchmarkError, match="saved was measured with another qrels"):
        run(words, tmp_path, settings=saved(tmp_path, resume=True), every=2)
    # Other arms and measures are only more of the same.
    again = run(words, tmp_path, settings=saved(tmp_path, resume=True, measures=("AP",)))
    assert again["measures"] == ("AP",)
