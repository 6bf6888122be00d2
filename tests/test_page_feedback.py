"""What readers say of answers: from a button of the page to qrels of the benchmark."""

import json
from pathlib import Path
from typing import Any

import pytest
from browsing import ask, opened
from conftest import WordEncoder

from rag.bench.feedback import candidate_qrels, read_feedback
from rag.bench.places import Places
from rag.building.build import build_index
from rag.cli import main
from rag.errors import CorpusError, RagError
from rag.index import Index, open_index
from rag.types import Filter
from rag.web.feedback import FILE, Judged, exported, feedback_file, keep_judgement
from rag.web.server import serving


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words, read=False)


def test_a_judgement_keeps_question_span_hits_and_fingerprint(index: Index) -> None:
    file = feedback_file(index)
    start = index.article("bridge.txt").text.index("It is open")
    judged = Judged("bridge.txt", start, start + len("It is open at night."))
    where = Filter(articles=("bridge.txt",))
    keep_judgement(file, index, "When is the bridge open?", "right", judged, where=where)
    keep_judgement(file, index, "When does the train leave?", "should-have-answered", None)
    first, second = map(json.loads, exported(file))
    assert first["quote"] == "It is open at night."
    assert (first["verdict"], first["index"]) == ("right", index.fingerprint)
    assert {hit[0] for hit in first["hits"]} == {"bridge.txt"}
    assert (second["article"], second["quote"]) == (None, None)
    assert second["hits"][0][0] == "train.txt"


def test_what_is_exported_becomes_candidate_qrels(index: Index, tmp_path: Path) -> None:
    file = feedback_file(index)
    text = index.article("train.txt").text
    late = text.index("The train is late")
    spans = {"wrong": Judged("train.txt", 0, 10), "right": Judged("train.txt", late, len(text))}
    for verdict, judged in spans.items():
        keep_judgement(file, index, "Is the train late?", verdict, judged)
    (tmp_path / "feedback.jsonl").write_text("\n".join(exported(file)) + "\n")
    judgements = read_feedback(tmp_path / "feedback.jsonl")
    assert [one.verdict for one in judgements] == ["wrong", "right"]
    found = candidate_qrels(judgements, index, Places(index))
    (asked,) = found.questions
    assert asked.text == "Is the train late?"
    assert set(asked.relevant.values()) == {1}


@pytest.mark.parametrize(
    ("question", "verdict", "judged", "error"),
    [
        ("Why?", "fine", Judged("train.txt", 0, 3), ValueError),
        (" ", "right", Judged("train.txt", 0, 3), ValueError),
        ("Why?", "right", None, ValueError),
        ("Why?", "right", Judged("train.txt", 0, 10_000), CorpusError),
        ("Why?", "right", Judged("../x", 0, 3), CorpusError),
    ],
)
def test_anything_else_is_not_kept(
    index: Index, question: str, verdict: str, judged: Judged, error: type[Exception]
) -> None:
    with pytest.raises(error):
        keep_judgement(feedback_file(index), index, question, verdict, judged)
    with pytest.raises(RagError, match="there is no feedback"):
        next(exported(feedback_file(index)))


def test_staff_judge_an_answer_and_a_passage_in_the_page(
    chromium: Any, seeds_index: Any, seeds_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from playwright.sync_api import expect

    question = "How many exaflops does the Kazakh supercomputer have?"
    with serving(seeds_index, port=0) as url, opened(chromium, url) as page:
        answer = ask(page, question)
        answer.locator(".toolbar").get_by_role("button", name="Right").click()
        expect(answer.locator(".toolbar [aria-pressed]")).to_have_text("Noted, thank you")
        card = answer.locator(".card").nth(1)
        card.hover()
        card.get_by_role("button", name="Wrong").click()
        expect(card.locator("[aria-pressed]")).to_have_text("Noted, thank you")
        page.set_viewport_size({"width": 390, "height": 844})
        card.get_by_role("button", name="Right").click(trial=True)
        title, bar = (card.locator(part).bounding_box() for part in (".card-title", ".judge"))
        assert title["y"] + title["height"] <= bar["y"]  # what one presses hides nothing
    assert main(["feedback", "--index", str(seeds_folder)]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    citations = seeds_index.ask(question).citations
    assert [(one["verdict"], one["quote"]) for one in said] == [
        ("right", citations[0].quote),
        ("wrong", citations[2].quote),
    ]
    (seeds_folder / FILE).unlink()
