"""The questions that the reader learns from beside those of the corpora."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from rag.bench.collection import choose_questions
from rag.bench.questions import read_questions
from rag.bench.squad import read_squad, squad_collection
from rag.training import asked
from rag.training.asked import FITTING, learnable, translations, written

FOLDER = Path(asked.__file__).parent / "asked"
LANGUAGES = {"fr", "en", "ru", "kk", "tr", "de", "az"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(asked, "_FOLDER", tmp_path)
    return tmp_path


def test_translations_are_found_by_the_corpus_folder_and_the_question(folder: Path) -> None:
    (folder / "bridges.tsv").write_text('1\ten\tWho "built" it?\n1\tru\tКто?\n2\ten\tWhy?\n')
    found = translations(Path("elsewhere/bridges/train.json"))
    assert found["1"] == ['Who "built" it?', "Кто?"]
    assert found["2"] == ["Why?"]
    assert translations(Path("elsewhere/towers/train.json")) == {}


def test_written_questions_have_their_answers_or_none(folder: Path) -> None:
    (folder / "bridges-written.tsv").write_text(
        "0000003\ten\tWhen?\t7\tin 1932\n0000003\tru\tЗачем?\t\t\n"
    )
    answered, unanswered = written(Path("bridges/train.json"))
    [span] = answered.gold or ()
    assert (span.passage, span.start, span.end, span.text) == ("0000003", 7, 14, "in 1932")
    assert unanswered.gold == ()
    assert [question.relevant for question in (answered, unanswered)] == [{"0000003": 1}] * 2
    assert [question.language for question in (answered, unanswered)] == ["en", "ru"]


def test_questions_that_measure_are_not_learned_from() -> None:
    collection = squad_collection(read_squad(FITTING))
    measuring = choose_questions(collection, collection, every=3)
    learned = learnable(collection, 3)
    assert {q.id for q in measuring}.isdisjoint(q.id for q in learned)
    assert len(measuring) + len(learned) == len(learnable(collection, 1)) == 552


@pytest.mark.parametrize("name", ["piaf", "tquad", "kazqad"])
def test_the_files_of_translations_are_whole(name: str) -> None:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {len(row) for row in rows} == {3}
    assert {language for _, language, _ in rows} <= LANGUAGES
    assert all(name and question.strip() for name, _, question in rows)
    assert max(Counter((name, language) for name, language, _ in rows).values()) == 1


def test_the_written_questions_are_whole() -> None:
    found = written(Path("piaf/any.json"))
    assert {question.language for question in found} == LANGUAGES
    assert sum(1 for question in found if question.gold) > 500
    assert sum(1 for question in found if question.gold == ()) > 500


def test_the_written_articles_answer_what_they_should() -> None:
    file = read_squad(FOLDER / "articles.json")
    assert file.misplaced == 0
    collection = squad_collection(file)
    assert set(collection.gold) == {query.id for query in collection.queries}
    unanswered = sum(1 for spans in collection.gold.values() if not spans)
    assert 0.2 < unanswered / len(collection.queries) < 0.4
    paragraphs = Counter(collection.groups).values()  # of each article
    assert Counter(paragraphs) == {3: 1558, 8: 246, 9: 66}


@pytest.mark.parametrize("name", ["choosing", "measuring"])
def test_the_questions_about_the_seeds_are_whole_and_no_others(name: str) -> None:
    seeds = Path(__file__).parents[1] / "seeds"
    found = read_questions(FOLDER / f"{name}.jsonl")
    assert {question.lang for question in found} == LANGUAGES
    for question in found:
        if question.article is not None and question.quote is not None:
            text = (seeds / question.article).read_text(encoding="utf-8")
            assert question.quote in text
            assert question.answers
            assert all(answer in text for answer in question.answers)
    assert 0.2 < sum(1 for q in found if q.article is None) / len(found) < 0.4
    others = read_questions(seeds / "questions.jsonl")
    if name == "measuring":
        others += read_questions(FOLDER / "choosing.jsonl")
    assert {question.question for question in others}.isdisjoint(q.question for q in found)
