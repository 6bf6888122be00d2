"""What stands between the page and whoever reaches it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from rag.web.accounts import Accounts, hash_password
from rag.web.network import SECURITY_HEADERS, Exposure
from rag.web.server import serving

ACCOUNTS = Accounts({"ali": hash_password("a password")})


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0) as url:
        yield url


@pytest.fixture(scope="module")
def log() -> list[str]:
    return []


@pytest.fixture(scope="module")
def network(seeds_index: Any, log: list[str]) -> Iterator[httpx.Client]:
    """The page as a network sees it, under 0.0.0.0, with accounts and a log."""
    exposure = Exposure("0.0.0.0", ("articles.office",), ACCOUNTS, log.append, max_body=10_000)
    with (
        serving(seeds_index, port=0, exposure=exposure) as url,
        httpx.Client(base_url=url.replace("0.0.0.0", "127.0.0.1")) as client,
    ):
        yield client


def test_every_response_carries_the_headers_that_keep_browsers_in(url: str) -> None:
    for path in ("", "config", "page/labels.json", "page/main.js", "nowhere"):
        headers = httpx.get(f"{url}{path}").headers
        for name, value in SECURITY_HEADERS.items():
            assert headers[name] == value
        assert "server" not in headers
    policy = dict(
        part.strip().split(" ", 1)
        for part in SECURITY_HEADERS["Content-Security-Policy"].split(";")
    )
    assert policy["img-src"] == "'self' data:"
    assert policy["connect-src"] == "'self'"
    assert policy["form-action"] == policy["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "192.168.1.7", "", "[", "a b"])
def test_the_page_answers_under_this_machines_names_alone(url: str, host: str) -> None:
    assert httpx.get(url, headers={"Host": host}).status_code in (400, 421)
    port = httpx.URL(url).port
    assert httpx.get(url, headers={"Host": f"localhost:{port}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "file://"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
def test_another_sites_page_can_ask_nothing(url: str, headers: dict[str, str]) -> None:
    answered = httpx.get(f"{url}config", headers=headers)
    assert answered.status_code == 403
    assert "access-control-allow-origin" not in answered.headers


def test_a_foreign_origin_is_refused_under_a_spoofed_host(url: str) -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    answered = httpx.post(f"{url}gradio_api/queue/join", headers=headers, json={})
    assert answered.status_code == 421
    assert "access-control-allow-origin" not in answered.headers


def test_the_page_itself_and_a_link_to_it_are_welcome(url: str) -> None:
    own = {"Origin": url.rstrip("/")}
    assert httpx.get(f"{url}config", headers=own).status_code == 200
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert httpx.get(url, headers=linked).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/upload", "upload", "gradio_api/component_server", "gradio_api/vibe-edit",
        "gradio_api/process_recording", "login", "gradio_api/stream/x",
    ],
)  # fmt: skip
def test_nothing_can_be_uploaded_or_changed_through_gradio(url: str, path: str) -> None:
    file = {"files": ("a.txt", b"x", "text/plain")}
    assert httpx.post(f"{url}{path}", files=file).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "monitoring", "monitoring/summary", "gradio_api/file=/etc/passwd", "docs", "openapi.json",
        "gradio_api/proxy=http://evil.example", "gradio_api/deep_link", "gradio_api/runs", "token",
        "gradio_api/upload_progress", "page/../pyproject.toml", "page/%2e%2e/app.py",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_there(url: str, path: str) -> None:
    assert httpx.get(f"{url}{path}").status_code == 404


def test_health_is_told_to_anyone(network: httpx.Client) -> None:
    answered = network.get("/healthz")
    assert (answered.status_code, answered.text) == (200, "ok")


def test_without_an_account_nothing_else_is_told(network: httpx.Client) -> None:
    for path in ("/", "/config", "/page/articles.json", "/assets/x.js"):
        answered = network.get(path)
        assert answered.status_code == 401
        assert answered.headers["www-authenticate"].startswith("Basic ")
    for header in ("Basic !!", "Basic YWxp", "Bearer x", "Basic " + "gICA" * 9):
        assert network.get("/", headers={"Authorization": header}).status_code == 401
    assert network.get("/", auth=("ali", "a password")).status_code == 200


def test_guesses_are_slowed_down(network: httpx.Client) -> None:
    wrong = [network.get("/", auth=("eve", f"guess {n}")) for n in range(6)]
    assert [one.status_code for one in wrong] == [401] * 5 + [429]
    assert int(wrong[-1].headers["retry-after"]) >= 1
    assert network.get("/", auth=("ali", "a password")).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"), [("articles.office", 401), ("10.1.2.3:7860", 401), ("evil.example", 421)]
)
def test_on_a_network_addresses_and_given_names_are_known(
    network: httpx.Client, host: str, status: int
) -> None:
    assert network.get("/", headers={"Host": host}).status_code == status


def test_more_than_the_most_is_refused_said_or_not(network: httpx.Client) -> None:
    account = ("ali", "a password")
    body = b'{"article": "' + b"a" * 10_000 + b'"}'
    kind = {"Content-Type": "application/json"}
    said = network.post("/page/source", content=body, headers=kind, auth=account)
    assert said.status_code == 413
    unsaid = network.post("/page/source", content=iter([body]), headers=kind, auth=account)
    assert unsaid.status_code in (400, 413)


def test_the_log_tells_who_and_where_and_never_what(network: httpx.Client, log: list[str]) -> None:
    network.get("/page/original?article=secret", auth=("ali", "a password"))
    network.get("/page/a%0Aforged", auth=("ali", "a password"))
    own = [line for line in log if "/page/" in line]
    assert " 127.0.0.1 ali GET /page/original 404 " in own[-2]
    assert " ali GET /page/a\\nforged 404 " in own[-1]
    assert "secret" not in "".join(log)
    assert all("\n" not in line for line in log)
