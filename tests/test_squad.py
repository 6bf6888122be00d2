"""SQuAD-format files: what they hold, and what is wrong with a bad one."""

import json
from pathlib import Path

import pytest

from rag.bench.collection import choose_questions
from rag.bench.halves import every_second_article
from rag.bench.squad import Asked, SquadFile, find_format, read_squad, squad_collection
from rag.errors import BenchmarkError

BRIDGE, TRAIN = "The bridge crosses the river.", "The train leaves at night."


def qa(id: object, question: str) -> dict[str, object]:
    return {"id": id, "question": question, "answers": [{"text": "x", "answer_start": "7"}]}


def squad(path: Path, *paragraphs: tuple[str, list[dict[str, object]]]) -> Path:
    """Write one article per paragraph."""
    data = [{"paragraphs": [{"context": text, "qas": qas}]} for text, qas in paragraphs]
    path.write_text(json.dumps({"version": "1", "data": data}))
    return path


def relevant_rows(
    asked: SquadFile, corpus: SquadFile, *, every: int = 1, offset: int = 0
) -> dict[str, set[int]]:
    one, other = squad_collection(asked), squad_collection(corpus)
    chosen = choose_questions(one, other, every=every, offset=offset)
    return {question.text: set(map(int, question.relevant)) for question in chosen}


def test_texts_are_stripped_and_equal_contexts_are_one(tmp_path: Path) -> None:
    file = read_squad(
        squad(
            tmp_path / "small.json",
            (f" {BRIDGE}\n", [qa("a", " What crosses? ")]),
            (TRAIN, [qa(7, "When?")]),
            (BRIDGE, [qa("c", "What crosses?")]),
            ("Nobody asks about this.", []),
        )
    )
    assert file.contexts == (BRIDGE, TRAIN, "Nobody asks about this.")
    assert file.questions == (
        Asked("a", "What crosses?", 0),
        Asked("7", "When?", 1),
        Asked("c", "What crosses?", 0),
    )


def test_json_lines_of_contexts_and_questions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "kazqad.jsonl"
    lines = [
        {"id": "x1", "title": "t", "context": BRIDGE, "question": "What?", "answers": {"text": []}},
        {"id": "x2", "title": "t", "context": BRIDGE, "question": "Where?", "answers": {}},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    assert find_format(path) == "squad"
    file = read_squad(path)
    assert file.contexts == (BRIDGE,)
    assert [q.id for q in file.questions] == ["x1", "x2"]


def test_the_language_is_that_of_the_contexts_or_else_the_stem(tmp_path: Path) -> None:
    french = "Le gouvernement a présenté mardi son projet de budget pour l'année prochaine."
    told = read_squad(squad(tmp_path / "set.json", (french, [qa("1", "Quoi ?")])))
    assert told.language == "fr"
    assert read_squad(squad(tmp_path / "xx.json", ("42", [qa("1", "?")]))).language == "xx"


def test_a_question_text_that_stands_twice_is_one_with_both_its_contexts(tmp_path: Path) -> None:
    file = read_squad(
        squad(tmp_path / "a.json", (BRIDGE, [qa("1", "When?")]), (TRAIN, [qa("2", "When? ")]))
    )
    assert relevant_rows(file, file) == {"When?": {0, 1}}


def test_every_and_offset_choose_by_the_running_index_in_the_file(tmp_path: Path) -> None:
    file = read_squad(
        squad(
            tmp_path / "a.json",
            (BRIDGE, [qa("0", "q0"), qa("1", "q1"), qa("2", "q2")]),
            (TRAIN, [qa("3", "q3"), qa("4", "q1")]),
        )
    )
    assert relevant_rows(file, file, every=3) == {"q0": {0}, "q3": {1}}
    # Question 4 repeats question 1's text about another context: both are relevant.
    assert relevant_rows(file, file, every=3, offset=1) == {"q1": {0, 1}}
    assert relevant_rows(file, file, every=3, offset=2) == {"q2": {0}}


def test_across_translations_relevance_goes_by_question_id(tmp_path: Path) -> None:
    english = read_squad(
        squad(tmp_path / "en.json", (BRIDGE, [qa("1", "Where?")]), (TRAIN, [qa("2", "When?")]))
    )
    french = read_squad(
        squad(
            tmp_path / "fr.json",
            ("Le train.", [qa("2", "Quand ?")]),
            ("Le pont.", [qa("1", "Où ?")]),
        )
    )
    assert relevant_rows(english, french) == {"Where?": {1}, "When?": {0}}
    assert relevant_rows(french, english) == {"Quand ?": {1}, "Où ?": {0}}


@pytest.mark.parametrize(
    ("paragraphs", "message"),
    [
        ([], "holds no paragraph"),
        ([(BRIDGE, [])], "holds no question"),
        ([("  ", [qa("1", "q")])], r"data\[0\]\.paragraphs\[0\]: the context is empty"),
        ([(BRIDGE, [qa("1", "q")]), (TRAIN, [qa(1, "r")])],
         r"data\[1\]\.paragraphs\[0\]\.qas\[0\]: the question id '1' stands twice"),
        ([(BRIDGE, [qa("1", "")])], r"qas\[0\]: the question is empty"),
        ([(BRIDGE, [qa(None, "q")])], r"qas\[0\]: the id is None"),
        ([(BRIDGE, [{"id": "1"}])], r"qas\[0\]: the question is missing"),
        ([("\ud800 alone", [qa("1", "q")])], "the context is not Unicode"),
    ],
)  # fmt: skip
def test_a_bad_paragraph_is_one_error_with_its_place(
    paragraphs: list[tuple[str, list[dict[str, object]]]], message: str, tmp_path: Path
) -> None:
    path = squad(tmp_path / "bad.json", *paragraphs)
    with pytest.raises(BenchmarkError, match=rf"bad\.json.*{message}"):
        read_squad(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"data": {}}', "there is no list 'data'"),
        ('{"data": [{"paragraphs": 1}]}', r"data\[0\]: there is no list 'paragraphs'"),
        ('{"data": [{"paragraphs": [{"context": "x"}]}]}', "there is no list 'qas'"),
        ('{"data": [{"paragraphs": [{"context": "x", "qas": ["?"]}]}]}', "not a JSON object"),
        ('{"data": [', "line 1: not JSON"),
        ("[]", "line 1: not a JSON object"),
        ("", "holds no question"),
    ],
)
def test_a_file_of_another_shape_is_one_error(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(BenchmarkError, match=rf"bad\.json.*{message}"):
        read_squad(path)


def test_the_format_is_told_by_the_content(tmp_path: Path) -> None:
    assert find_format(squad(tmp_path / "a.jsonl", (BRIDGE, [qa("1", "q")]))) == "squad"
    (tmp_path / "b.json").write_text('{"id": "1", "question": "q", "article": null}')
    assert find_format(tmp_path / "b.json") == "questions"
    (tmp_path / "c.json").write_text('{"rows": []}')
    with pytest.raises(BenchmarkError, match="is no benchmark"):
        find_format(tmp_path / "c.json")
    with pytest.raises(BenchmarkError, match="cannot be read"):
        find_format(tmp_path / "none.json")


def test_contexts_know_their_article_so_that_every_second_one_can_be_held_out(
    tmp_path: Path,
) -> None:
    paragraphs = [
        {"context": text, "qas": [qa(text, "?")]} for text in ("one", "two", "three", "four")
    ]
    nested = tmp_path / "nested.json"
    data = [{"paragraphs": paragraphs[:2]}, {"paragraphs": paragraphs[2:]}]
    nested.write_text(json.dumps({"data": data}))
    assert read_squad(nested).groups == (0, 0, 1, 1)
    assert every_second_article(squad_collection(read_squad(nested))) == [0, 1]
    flat = tmp_path / "flat.jsonl"
    titles = ["t", "u", "t", None, None]
    lines = [
        {"id": str(i), "title": title, "context": f"text {i}", "question": "?"}
        for i, title in enumerate(titles)
    ]
    flat.write_text("\n".join(map(json.dumps, lines)))
    assert read_squad(flat).groups == (0, 1, 0, 2, 3)
