"""The page's answers for programs: REST, and Gradio's own client."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from itertools import islice
from typing import Any

import httpx
import pytest
from gradio_client import Client

from rag.types import Answer
from rag.web.server import serving

QUESTION = "How many exaflops does the Kazakh supercomputer have?"


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0) as url:
        yield url


def post(url: str, path: str, **asked: Any) -> httpx.Response:
    return httpx.post(f"{url}api/{path}", json=asked, timeout=60)


def test_an_answer_is_the_one_that_python_gets(url: str, seeds_index: Any) -> None:
    answer = post(url, "ask", question=QUESTION).json()
    expected = json.loads(json.dumps(asdict(seeds_index.ask(QUESTION))))
    for changing in (answer, expected):
        del changing["timings_ms"]
    assert answer == expected


def test_filters_follow_ups_and_confidence_are_passed_on(url: str) -> None:
    filtered = post(url, "ask", question="Qui investit ?", sources=["La Gazette"]).json()
    assert {hit["source"] for hit in filtered["hits"]} == {"La Gazette"}
    before = "Combien de data centers seront construits au Kazakhstan ?"
    follow_up = post(url, "ask", question="Et en Arménie ?", after=before).json()
    assert follow_up["completed"] == "Combien de data centers seront construits en Arménie ?"
    assert post(url, "ask", question=QUESTION, answer_from=1).json()["abstained"]


def test_a_stream_gives_the_passages_first(url: str) -> None:
    with httpx.stream("POST", f"{url}api/ask", json={"question": QUESTION, "stream": True}) as got:
        assert got.headers["content-type"].startswith("text/event-stream")
        events = [part.split("\n", 1) for part in got.read().decode().strip().split("\n\n")]
    assert [name for name, _ in events] == ["event: hits", "event: answer"]
    hits, answer = (json.loads(data.removeprefix("data: ")) for _, data in events)
    assert hits[0]["rank"] == 1
    assert "deux exaflops" in answer["answer"]


def test_passages_and_articles_can_be_read(url: str, seeds_index: Any) -> None:
    found = post(url, "search", question=QUESTION, k=2).json()
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert found["index"] == seeds_index.fingerprint
    ids = httpx.get(f"{url}api/articles").json()
    assert ids == list(seeds_index.articles())
    hit = found["hits"][0]
    article = httpx.get(f"{url}api/articles/{hit['article']}").json()
    assert article["text"][hit["start"] : hit["end"]] == hit["text"]


@pytest.mark.parametrize(
    ("path", "asked", "status", "said"),
    [
        ("ask", {}, 422, "question"),
        ("ask", {"question": ""}, 422, "question"),
        ("ask", {"question": " "}, 422, "the question has no word in it"),
        ("ask", {"question": "Why?", "answer_from": 2}, 422, "answer_from"),
        ("ask", {"question": "Why?", "since": "yesterday"}, 422, "since"),
        ("search", {"question": "Why?", "k": 0}, 422, "k"),
        ("search", {"question": "Why?", "sources": ["Nobody"]}, 422, "there are: Bruxelles"),
    ],
)
def test_what_is_wrong_is_said(
    url: str, path: str, asked: dict[str, Any], status: int, said: str
) -> None:
    answered = post(url, path, **asked)
    assert answered.status_code == status
    assert said in answered.text


def test_an_article_that_is_not_there_is_not_found(url: str) -> None:
    answered = httpx.get(f"{url}api/articles/..%2Fpyproject.toml")
    assert answered.status_code == 404


def test_the_interface_describes_itself_and_nothing_else(url: str) -> None:
    described = httpx.get(f"{url}api/openapi.json").json()
    assert {path for path in described["paths"] if path != "/healthz"} == {
        *("/api/ask", "/api/search", "/api/articles", "/api/articles/{article_id}"),
    }
    assert "Citation" in described["components"]["schemas"]


def test_gradios_client_has_the_same_answers(url: str, seeds_index: Any) -> None:
    client = Client(url, verbose=False)
    answer = client.predict(QUESTION, api_name="/ask")
    assert answer["answer"] == seeds_index.ask(QUESTION).answer
    hits = client.predict("Astana Hub", 2, api_name="/search")
    assert [hit["article"] for hit in hits] == [
        hit.article for hit in seeds_index.search("Astana Hub", k=2)
    ]


class SlowIndex:
    """Stands in for an index that answers when it is told to, and notes in which order."""

    fingerprint = query_fingerprint = "slow"

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []

    def articles(self) -> tuple[str, ...]:
        return ()

    def ask(self, question: str, **options: object) -> Answer:
        self.asked.append(question)
        assert self.go.wait(60)
        return Answer(question, None, None, True, 0.0, (), (), "slow", {})


def test_beyond_the_queue_a_question_is_told_that_it_is_one_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rag.web.api.WAITING", 3)
    slow: Any = SlowIndex()
    with serving(slow, port=0) as url, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(post, url, "ask", question=f"{n}?") for n in range(8)]
        late = list(islice(as_completed(asked, timeout=60), 3))
        slow.go.set()
        codes = sorted(one.result().status_code for one in asked)
    assert codes == [200] * 5 + [503] * 3
    assert [one.result().headers["retry-after"] for one in late] == ["2"] * 3
