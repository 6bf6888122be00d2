"""What a model writes, over HTTP, and every way in which a server can fail."""

import os
import socket
from collections.abc import Callable

import pytest
from scripted_server import Reply, in_pieces, scripted

from rag.errors import GenerationError
from rag.generate.client import LanguageModel, SchemaRefused
from rag.generate.events import events

ASKED = [{"role": "user", "content": "Combien ?"}]
SCHEMA = {"type": "object"}


def complete(model: LanguageModel, **options: object) -> tuple[str, str | None]:
    deltas = list(model.complete(ASKED, **options))
    return "".join(delta.text for delta in deltas), deltas[-1].finish_reason


def failure(reply: Reply, **options: float) -> str:
    with scripted(reply) as server, pytest.raises(GenerationError) as error:
        complete(LanguageModel(server.url, "m", **options))
    told = str(error.value)
    assert "\n" not in told
    return told.replace(server.url, "URL")


def test_a_streamed_answer_arrives_in_pieces() -> None:
    with scripted(Reply(["De", "ux ", "é\u2028x"])) as server:
        model = LanguageModel(server.url, "m", key="secret")
        deltas = list(model.complete(ASKED))
    assert [delta.text for delta in deltas] == ["De", "ux ", "é\u2028x", "", ""]
    assert deltas[-1].finish_reason == "stop"
    request = server.requests[0]
    assert (request["path"], request["model"], request["stream"]) == (
        "/v1/chat/completions",
        "m",
        True,
    )
    assert request["messages"] == ASKED
    assert "response_format" not in request
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert "secret" not in repr(model)


def test_an_answer_that_is_not_streamed_is_taken_too() -> None:
    body = {"choices": [{"message": {"content": "Deux."}, "finish_reason": "stop"}]}
    with scripted(Reply(body=body)) as server:
        assert complete(LanguageModel(server.url, "m")) == ("Deux.", "stop")


def test_a_reasoning_models_other_pieces_and_the_usage_are_passed_over() -> None:
    events = [
        ": comment\n\n",
        'data: {"choices":[{"delta":{"content":null,"reasoning_content":"hm"}}]}\n\n',
        'data:{"choices":[{"delta":{"content":"Deux"},"finish_reason":"stop"}]}\r\n\r\n',
        'data: {"choices":[],"usage":{"total_tokens":9}}\n\ndata: [DONE]\n\n',
    ]
    with scripted(Reply(events=events)) as server:
        assert complete(LanguageModel(server.url, "m")) == ("Deux", "stop")


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("http://h/v1", "http://h/v1/chat/completions"),
        ("http://h/v1/", "http://h/v1/chat/completions"),
        ("http://h/v1/chat/completions", "http://h/v1/chat/completions"),
        ("http://user:secret@h:8/v1?x=1", "http://h:8/v1/chat/completions"),
    ],
)
def test_the_url_is_that_of_the_interface(given: str, asked: str) -> None:
    assert LanguageModel(given, "m").url == asked


@pytest.mark.parametrize("url", ["", "localhost:11434", "ftp://h/v1", "http://", "file:///etc"])
def test_what_is_no_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="is no URL"):
        LanguageModel(url, "m")


def test_a_key_that_no_header_may_hold_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match="the key holds") as error:
        LanguageModel("http://h/v1", "m", key="se\ncret")
    assert "cret" not in str(error.value)


def test_a_server_that_knows_no_schema_is_not_sent_one_again() -> None:
    def script(request: dict[str, object]) -> Reply:
        if "response_format" in request:
            return Reply(status=400, body={"error": {"message": "response_format: unknown"}})
        return Reply(["Deux."])

    with scripted(script) as server:
        model = LanguageModel(server.url, "m")
        assert model.offers_schema
        with pytest.raises(SchemaRefused):
            complete(model, schema=SCHEMA)
        assert not model.offers_schema
        assert complete(model, schema=SCHEMA) == ("Deux.", "stop")
    sent = [request.get("response_format", {}).get("type") for request in server.requests]
    assert sent == ["json_schema", None]


def test_a_parameter_that_a_server_does_not_know_is_left_out() -> None:
    def script(request: dict[str, object]) -> Reply:
        for name, told in (
            ("temperature", "'temperature' does not support 0 with this model"),
            ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'"),
        ):
            if name in request:
                return Reply(status=400, body={"error": {"message": told}})
        return Reply(["Deux."])

    with scripted(script) as server:
        model = LanguageModel(server.url, "m", max_tokens=7)
        assert complete(model) == ("Deux.", "stop")
        assert complete(model) == ("Deux.", "stop")
    assert len(server.requests) == 4
    assert server.requests[-1]["max_completion_tokens"] == 7


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, {"error": {"message": "Incorrect API key"}}, "does not accept the key (401)"),
        (404, {"error": {"message": 'model "m" not found'}}, 'path (404): model "m" not found'),
        (429, {"error": "slow down"}, "is asked too much (429): slow down"),
        (500, b"<html>\x1b[31moops</html>", "failed (500): <html> [31moops</html>"),
        (503, {"error": {"message": "Loading model"}}, "failed (503): Loading model"),
        (400, {"error": {"message": "bad"}}, "refused (400): bad"),
        (302, b"", "refused (302): no reason"),
        (400, {"error": {"message": "the request exceeds the available context size"}},
         "the sentences are too long for this model's context"),
        (400, {"error": {"message": "'max_tokens' is too large: maximum context length is 9"}},
         "the sentences are too long for this model's context"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_the_server_says(status: int, body: object, told: str) -> None:
    assert told in failure(Reply(status=status, body=body))


@pytest.mark.parametrize(
    "sent",
    [
        Reply(body={"detail": "hello"}),
        Reply(body=b"<html>"),
        Reply(body={"choices": [{"message": {"content": [1]}, "finish_reason": "stop"}]}),
        Reply(body=[1]),
        Reply(events=['data: {"choices": [{"del\n\n']),
        Reply(events=["data: null\n\n"]),
        Reply(events=["data: " + "[" * 100_000 + "\n\n"]),
    ],
)
def test_what_is_no_completion_is_named_so(sent: Reply) -> None:
    assert "URL/chat/completions sent something else than a chat completion" in failure(sent)


def test_an_error_in_the_stream_is_told() -> None:
    told = failure(Reply(events=['data: {"error": {"message": "out of\\nmemory"}}\n\n']))
    assert told == "URL/chat/completions failed: out of memory"


@pytest.mark.parametrize("done", [True, False])
def test_a_stream_without_a_finish_reason_was_cut(done: bool) -> None:
    told = failure(Reply(["Deux"], finish=None, done=done))
    assert told == "URL/chat/completions ended before the answer was complete"


def test_a_server_that_is_silent_for_too_long_is_slow() -> None:
    assert failure(Reply(["Deux"], wait=30), timeout=0.2) == "m did not finish within 0.2 seconds"


def test_a_server_that_never_comes_to_an_end_is_slow() -> None:
    told = failure(Reply(events=[": still here\n\n"] * 3000, pause=0.01), timeout=0.2)
    assert told == "m did not finish within 0.2 seconds"


def test_a_flood_is_cut_off() -> None:
    told = failure(Reply(body=b"x" * 5_000_000), timeout=60)
    assert told == "URL/chat/completions sent more than 4,000,000 bytes"


def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
    with pytest.raises(GenerationError, match=r"cannot be reached .*; is it running\?"):
        complete(LanguageModel(url, "m"))


def test_no_proxy_is_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
    with scripted(Reply(["Deux."])) as server:
        assert complete(LanguageModel(server.url, "m")) == ("Deux.", "stop")


def test_closing_the_answer_ends_the_request() -> None:
    with scripted(Reply(in_pieces("x" * 300_000))) as server:
        deltas = LanguageModel(server.url, "m").complete(ASKED)
        assert next(iter(deltas)).text == "xxx"
        close: Callable[[], None] = deltas.close
        close()


def test_events_may_be_cut_anywhere() -> None:
    raw = "data: é\u2028\r\n\r\nid: 1\ndata: a\ndata: b\n\ndata: lost".encode()
    for size in (1, 2, 3, 100):
        chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
        assert list(events(chunks)) == ["é\u2028", "a\nb"]
