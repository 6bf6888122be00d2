"""The page's server as a program sees it."""

import html
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.errors import RagError
from rag.index import open_index
from rag.web.server import _warm, serving


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0) as url:
        yield url


def readable(message: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", message))


def test_a_source_is_the_whole_article_with_the_span_marked(url: str, seeds_index: Any) -> None:
    article = seeds_index.article(seeds_index.articles()[0])
    start = article.text.index("deux exaflops")
    request = {"article": article.id, "spans": [[start, start + 13], [0, 5]], "language": "fr"}
    shown = httpx.post(f"{url}page/source", json=request).text
    assert '<mark class="cited">deux exaflops</mark>' in shown
    assert f'<mark class="also">{html.escape(article.text[:5])}</mark>' in shown
    assert "Fichier d’origine" in shown
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
    answered = httpx.post(f"{url}page/source", json=request_)
    assert answered.status_code in (404, 422)
    assert seeds_index.article(seeds_index.articles()[0]).text[:40] not in answered.text


def test_an_original_file_is_saved_and_never_shown(url: str, seeds_index: Any) -> None:
    article = seeds_index.articles()[0]
    answered = httpx.get(f"{url}page/original", params={"article": article})
    assert answered.content.decode() == seeds_index.article(article).text
    assert answered.headers["content-disposition"].startswith("attachment;")
    assert answered.headers["content-type"] == "application/octet-stream"
    for name in ("../pyproject.toml", "questions.jsonl", "/etc/passwd"):
        assert httpx.get(f"{url}page/original", params={"article": name}).status_code == 404


def test_the_page_is_served_on_this_machine_only(url: str) -> None:
    address = httpx.URL(url)
    assert address.host == "127.0.0.1"
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", address.port or 80), timeout=5),
    ):
        pass


def test_nothing_is_fetched_from_another_host(url: str) -> None:
    page = httpx.get(url).text
    fetched = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', page)
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
    with serving(seeds_index, port=0):
        pass
    assert reached == []


def test_a_port_in_use_is_an_error_that_names_the_way_out(url: str, seeds_index: Any) -> None:
    port = httpx.URL(url).port or 0
    with (
        pytest.raises(RagError, match=rf"127\.0\.0\.1:{port} .*rag chat --port"),
        serving(seeds_index, port=port),
    ):
        pass


def test_what_warms_the_page_up_can_be_asked(seeds_folder: Path) -> None:
    index = open_index(seeds_folder)
    _warm(index)
    assert index.ask("Combien d'exaflops ?").citations
