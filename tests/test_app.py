"""The chat page as a program sees it: its API, its server functions, its server."""

import html
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client

from rag import app
from rag.errors import RagError

QUESTIONS = {
    "How many exaflops does the Kazakh supercomputer have?": "deux exaflops",
    "Combien de pétaflops pour l'AI Factory ?": "56,4 petaflops",
    "Сколько компаний в Astana Hub?": "1 700 entreprises",
}


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with app.serving(seeds_index, port=0) as url:
        yield url


def open_source(url: str, request: object) -> str:
    """Call the server function as the page's script does."""
    config = httpx.get(f"{url}config").json()
    (panel,) = [c["id"] for c in config["components"] if c["props"].get("server_fns")]
    call = {
        "data": request,
        "fn_name": "open_source",
        "component_id": panel,
        "session_hash": "test",
    }
    answered = httpx.post(f"{url}gradio_api/component_server/", json=call)
    assert answered.status_code == 200
    shown: str = answered.json()
    return shown


def readable(message: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", message))


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_api_answers_with_the_cited_sentence(url: str, seeds_index: Any, question: str) -> None:
    message = Client(url, verbose=False).predict(question, api_name="/ask")
    citation = seeds_index.ask(question).citations[0]
    before = citation.context.text if citation.context else ""
    assert before + citation.quote in readable(message)
    assert f"#source:{citation.article}:{citation.start}-{citation.end}" in message
    assert QUESTIONS[question] in readable(message)


def test_a_blank_question_has_no_answer(url: str) -> None:
    assert Client(url, verbose=False).predict(" \n ", api_name="/ask") == []


def test_an_error_that_a_user_can_mend_is_shown_as_a_message() -> None:
    class Broken:
        fingerprint = "broken"

        def articles(self) -> tuple[str, ...]:
            return ()

        def ask(self, question: str, *, after: object) -> None:
            raise RagError("index/ is <gone>; build it with: rag index seeds")

    with app.serving(Broken(), port=0) as url:  # type: ignore[arg-type]
        message = Client(url, verbose=False).predict("Why?", api_name="/ask")
    assert "index/ is <gone>; build it with: rag index seeds" in readable(message)
    assert "<gone>" not in message


def test_a_question_is_escaped_for_the_page_and_asked_again_as_it_was() -> None:
    conversation = app._Conversation(lambda question, turns: question)
    question = "Is 2 < 3 & ![x](http://evil.example)?"
    (shown,) = conversation._message_as_message_dict(question, "user")
    assert "<" not in readable(shown["content"]).replace("2 < 3", "")
    assert "![x]" not in shown["content"]
    turn = {"role": "user", "content": [{"type": "text", "text": shown["content"]}]}
    assert conversation._pop_last_user_message([turn]) == ([], question)


def test_a_source_is_the_whole_article_with_the_span_marked(url: str, seeds_index: Any) -> None:
    article = seeds_index.article(seeds_index.articles()[0])
    start = article.text.index("deux exaflops")
    request = {"article": article.id, "spans": [[start, start + 13], [0, 5]]}
    shown = open_source(url, request)
    assert '<mark class="cited">deux exaflops</mark>' in shown
    assert f'<mark class="also">{html.escape(article.text[:5])}</mark>' in shown
    for line in article.text.splitlines():
        assert line.strip() in readable(shown)


@pytest.mark.parametrize(
    "request_",
    [
        None,
        "seeds",
        {},
        {"article": "../pyproject.toml", "spans": [[0, 1]]},
        {"article": "/etc/passwd", "spans": [[0, 1]]},
        {"article": 7, "spans": [[0, 1]]},
        {"article": "KNOWN", "spans": []},
        {"article": "KNOWN", "spans": "0-1"},
        {"article": "KNOWN", "spans": [[0]]},
        {"article": "KNOWN", "spans": [[0, 10**9]]},
        {"article": "KNOWN", "spans": [[-1, 5]]},
        {"article": "KNOWN", "spans": [[5, 5]]},
        {"article": "KNOWN", "spans": [[0.5, 5]]},
        {"article": "KNOWN", "spans": [[False, True]]},
        {"article": "KNOWN", "spans": [["0", "5"]]},
        {"article": "KNOWN", "spans": [[0, 5]] * 33},
    ],
)
def test_a_request_for_anything_but_a_span_of_an_article_shows_nothing(
    url: str, seeds_index: Any, request_: Any
) -> None:
    if isinstance(request_, dict) and request_.get("article") == "KNOWN":
        request_ = request_ | {"article": seeds_index.articles()[0]}
    shown = open_source(url, request_)
    assert shown == (
        '<p class="empty">This source cannot be shown: it is not in the index, or has changed.</p>'
    )


def test_the_page_is_served_on_this_machine_only(url: str) -> None:
    address = httpx.URL(url)
    assert address.host == "127.0.0.1"
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", address.port or 80), timeout=5),
    ):
        pass


def test_nothing_may_come_from_or_go_to_another_host(url: str) -> None:
    answered = httpx.get(url)
    policy = answered.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    fetched = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', answered.text)
    assert fetched
    assert not [address for address in fetched if "//" in address]
    assert "//" not in re.sub(r"//www\.w3\.org/", "", httpx.get(f"{url}theme.css").text)


def test_the_server_itself_connects_to_nothing(
    seeds_index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[object] = []
    connect = socket.socket.connect

    def note(self: socket.socket, address: Any) -> None:
        reached.append(address)
        connect(self, address)

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setattr(socket.socket, "connect", note)
    with app.serving(seeds_index, port=0):
        pass
    assert reached == []


def test_a_port_in_use_is_an_error_that_names_the_way_out(url: str, seeds_index: Any) -> None:
    port = httpx.URL(url).port or 0
    with (
        pytest.raises(RagError, match=rf"127\.0\.0\.1:{port} .*rag chat --port"),
        app.serving(seeds_index, port=port),
    ):
        pass
