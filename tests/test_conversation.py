"""A question in a conversation, and what a browser sends along with it."""

import html
import re
from typing import Any

import pytest
from scripted_server import Reply, in_pieces, number_of, scripted

from rag.errors import RagError
from rag.generate import LanguageModel
from rag.types import Filter
from rag.web.conversation import MAX_QUESTION, Asking, read_asking, with_answer, with_question

QUESTIONS = {
    "How many exaflops does the Kazakh supercomputer have?": "deux exaflops",
    "Combien de pétaflops pour l'AI Factory ?": "56,4 petaflops",
    "Сколько компаний в Astana Hub?": "1 700 entreprises",
}
ENGLISH = Asking("en", None)


def readable(message: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", message))


def converse(index: Any, *questions: str, asking: Asking = ENGLISH) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for question in questions:
        messages = with_question(question, messages)
        *_, messages = with_answer(index, question, messages, asking)
    return messages


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_the_cited_sentence(seeds_index: Any, question: str) -> None:
    asked, answer = converse(seeds_index, question)
    assert readable(asked["content"]) == question
    citation = seeds_index.ask(question).citations[0]
    assert citation.quote in readable(answer["content"])
    assert f"#/source/{citation.article}/{citation.start}-{citation.end}" in answer["content"]
    assert QUESTIONS[question] in readable(answer["content"])


def test_a_follow_up_leans_on_the_question_before_it_as_gradio_gives_it_back(
    seeds_index: Any,
) -> None:
    first = converse(seeds_index, "Combien de data centers seront construits au Kazakhstan ?")
    for message in first:
        message["content"] = [{"type": "text", "text": message["content"]}]
    messages = with_question("Et en Arménie ?", first)
    *_, messages = with_answer(seeds_index, "Et en Arménie ?", messages, ENGLISH)
    complete = "Combien de data centers seront construits en Arménie ?"
    assert f"Asked as {complete}" in readable(messages[-1]["content"])


def test_filters_are_kept_and_named(seeds_index: Any) -> None:
    where = Filter(since="2025-04", sources=("La Gazette",), languages=("fr",))
    answer = converse(seeds_index, "Qui investit ?", asking=Asking("fr", where))[-1]["content"]
    assert "Seulement dans: Depuis 2025-04, La Gazette, français" in readable(answer)
    articles = set(re.findall(r"#/source/([^/]+)/", answer))
    assert articles == {"002_85e8d226dcede907.txt"}
    impossible = Asking("fr", Filter(since="2031"))
    said = readable(converse(seeds_index, "Qui ?", asking=impossible)[-1]["content"])
    assert said.startswith("Aucun article ne passe ces filtres.")


def test_an_error_that_a_user_can_mend_is_shown_as_a_message() -> None:
    class Broken:
        def ask(self, question: str, **options: object) -> None:
            raise RagError("index/ is <gone>; build it with: rag index seeds")

    message = converse(Broken(), "Why?")[-1]["content"]
    assert "index/ is <gone>; build it with: rag index seeds" in readable(message)
    assert "<gone>" not in message


def test_signs_alone_are_no_question(seeds_index: Any) -> None:
    said = readable(converse(seeds_index, "???")[-1]["content"])
    assert said.endswith("the question has no word in it")


def test_a_blank_question_adds_nothing_and_an_endless_one_is_cut() -> None:
    assert with_question(" \n ", []) == []
    (message,) = with_question("a" * 10_000, [])
    assert readable(message["content"]) == "a" * MAX_QUESTION


def test_what_a_browser_sends_along_is_read() -> None:
    filters = {
        "since": "2025-04-01",
        "until": "",
        "sources": ["A"],
        "languages": [],
        "articles": [],
    }
    asking = read_asking({"language": "kk", "filters": filters})
    assert asking == Asking("kk", Filter(since="2025-04-01", sources=("A",)))
    assert read_asking(None) == Asking("en", None)
    assert read_asking({"language": "<script>"}) == Asking("en", None)


@pytest.mark.parametrize(
    "filters",
    ["all", {"since": "yesterday"}, {"since": 2025}, {"sources": "A"}, {"articles": [1]},
     {"articles": ["a"] * 1001}],
)  # fmt: skip
def test_anything_else_that_is_sent_along_is_refused(filters: object) -> None:
    with pytest.raises(ValueError, match=r"not |is not "):
        read_asking({"language": "en", "filters": filters})


def no_schema(text: str) -> Any:
    """Script a server that writes a text in pieces; {n} stands for the sentence about exaflops."""

    def script(request: dict[str, Any]) -> Reply:
        if "response_format" in request:
            return Reply(status=400, body={"error": {"message": "response_format is unknown"}})
        number = number_of(str(request["messages"][-1]["content"]), "deux exaflops")
        return Reply(in_pieces(text.replace("{n}", str(number))))

    return script


def written(index: Any, text: str) -> list[str]:
    """Return the answer's states while a scripted model writes the text."""
    question = "How many exaflops does the Kazakh supercomputer have?"
    messages = with_question(question, [])
    with scripted(no_schema(text)) as server:
        model = LanguageModel(server.url, "scripted <model>", timeout=30)
        states = with_answer(index, question, messages, ENGLISH, model=model)
        return [state[-1]["content"] for state in states]


def test_the_articles_sentence_comes_first_and_then_what_a_model_writes(seeds_index: Any) -> None:
    first, *_, last = written(seeds_index, "It has about two exaflops [{n}].")
    assert "deux exaflops, a déjà été livré" in readable(first)
    assert "Being written; not checked yet" in readable(first)
    assert "It has about two exaflops Source 1." in readable(last)
    assert "Written by scripted <model>; each statement was checked" in readable(last)
    citation = seeds_index.ask("How many exaflops does the Kazakh supercomputer have?").citations[0]
    assert f"#/source/{citation.article}/{citation.start}-{citation.end}" in last
    assert citation.quote in readable(last)
    assert "\n" not in last


def test_what_cannot_be_verified_is_marked_or_replaced(seeds_index: Any) -> None:
    true = "It has about two exaflops, and it has already been delivered to Kazakhstan [{n}]."
    last = written(seeds_index, f"{true} It is 99 years old [{{n}}].")[-1]
    assert "It is 99 years old Source 1. (not verified)" in readable(last)
    last = written(seeds_index, "It has 99 exaflops [{n}].")[-1]
    assert "99 exaflops" not in readable(last)
    assert "deux exaflops, a déjà été livré" in readable(last)
    assert "What the language model wrote could not be verified" in readable(last)
