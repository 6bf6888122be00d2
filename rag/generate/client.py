"""Messages → what a language model writes, over the OpenAI-compatible HTTP interface.

Asks one URL, only when called, and never twice for the same thing; what a server does not
know of a request (a JSON schema, a temperature) is left out and not sent to it again. No
redirects, and no proxies for this machine. Knows nothing of articles. The `openai` package
is not used: it reads some ten variables of the environment by itself and sends a description
of this machine with every request.
"""

import ipaddress
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx2

from rag.errors import GenerationError
from rag.generate.events import events

TIMEOUT = 120.0  # seconds; a small machine reads 2,000 tokens in about a minute
MAX_TOKENS = 800
_LARGEST = 4_000_000  # bytes of a response
_CONTEXT = ("context_length", "context length", "context size", "context window", "too long")
_SCHEMA = ("response_format", "json_schema", "json schema", "grammar", "structured", "guided")
_REFUSED = (400, 404, 415, 422, 500, 501)  # what servers say to a parameter they do not know


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of what is written; the last one says why it ended."""

    text: str
    finish_reason: str | None = None


class SchemaRefused(GenerationError):
    """The server does not write JSON by a schema."""


class LanguageModel:
    """A model that answers under a URL such as http://127.0.0.1:11434/v1. Thread-safe.

    `timeout` is in seconds: for a connection, for a silence, and for a whole answer.
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        key: str | None = None,
        timeout: float = TIMEOUT,
        max_tokens: int = MAX_TOKENS,
    ) -> None:
        """Raise ValueError where `url` is not one of a server."""
        try:
            parsed = httpx2.URL(url.strip())
        except httpx2.InvalidURL as error:
            raise ValueError(f"{url!r} is no URL: {error}") from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError(f"{url!r} is no URL such as http://127.0.0.1:11434/v1")
        if not name.strip() or timeout <= 0 or max_tokens < 1:
            raise ValueError("a model needs a name, a timeout above 0 and a length above 0")
        if key and not (key.isascii() and key.isprintable()):  # never shown, not even here
            raise ValueError("the key holds a character that no key can have")
        self.name, self.timeout = name, timeout
        self._base = parsed.copy_with(path=_path(parsed.path), query=None, fragment=None)
        self._key, self._max_tokens = key, max_tokens
        self._left_out: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"LanguageModel({self.url!r}, {self.name!r})"

    @property
    def url(self) -> str:
        """The URL that is asked, without what stands before the host."""
        return str(self._base.copy_with(userinfo=b""))

    @property
    def offers_schema(self) -> bool:
        """Whether the server has not yet refused to write JSON by a schema."""
        return "response_format" not in self._left_out

    def complete(
        self, messages: Sequence[dict[str, str]], *, schema: dict[str, Any] | None = None
    ) -> Iterator[Delta]:
        """Yield what the model writes, as it arrives; the last piece has a finish reason.

        Raises SchemaRefused, before anything is yielded, where the server knows no schemas,
        and GenerationError where it is down, slow, cut off or says that it cannot.
        """
        deadline = monotonic() + self.timeout
        try:
            with httpx2.Client(
                timeout=self.timeout, trust_env=not _is_loopback(self._base.host)
            ) as client:
                while True:
                    body = self._body(messages, schema)
                    with client.stream(
                        "POST", self._base, json=body, headers=self._headers()
                    ) as response:
                        if response.status_code == 200:
                            yield from self._deltas(response, deadline)
                            return
                        self._refused(response.status_code, self._message(response, deadline), body)
        except httpx2.ConnectTimeout as error:
            raise GenerationError(f"{self.url} did not take a connection in time") from error
        except httpx2.TimeoutException as error:
            raise self._slow() from error
        except httpx2.ConnectError as error:
            raise GenerationError(f"{self.url} cannot be reached ({error}); is it running?"
                                  ) from error  # fmt: skip
        except (httpx2.RemoteProtocolError, httpx2.ReadError) as error:
            raise self._cut() from error
        except httpx2.HTTPError as error:
            raise GenerationError(f"{self.url} could not be asked: {error!r}") from error

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def _body(
        self, messages: Sequence[dict[str, str]], schema: dict[str, Any] | None
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self.name, "messages": list(messages), "stream": True}
        if schema and self.offers_schema:
            named = {"name": "answer", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        if "temperature" not in self._left_out:
            body["temperature"] = 0
        length = "max_completion_tokens" if "max_tokens" in self._left_out else "max_tokens"
        return body | {length: self._max_tokens}

    def _refused(self, status: int, message: str, body: dict[str, Any]) -> None:
        """Leave out what the server did not take, or raise what its refusal means."""
        told = message.lower()
        if status in (400, 413, 500) and any(words in told for words in _CONTEXT):
            raise GenerationError(f"the sentences are too long for this model's context: {message}")
        if status in _REFUSED:
            if "response_format" in body and any(words in told for words in _SCHEMA):
                self._left_out |= {"response_format"}
                raise SchemaRefused(f"{self.url} writes no JSON by a schema: {message}")
            for name in ("temperature", "max_tokens"):
                if name in body and name in told:
                    self._left_out |= {name}
                    return
        raise GenerationError(f"{self.url} {_meaning(status)}: {message}")

    def _deltas(self, response: httpx2.Response, deadline: float) -> Iterator[Delta]:
        chunks = self._watched(response, deadline)
        if "text/event-stream" not in response.headers.get("content-type", "text/event-stream"):
            yield self._delta(b"".join(chunks).decode(errors="replace"), "message")
            return
        finished = None
        for payload in events(chunks):
            if payload.strip() == "[DONE]":
                break
            delta = self._delta(payload, "delta")
            finished = delta.finish_reason or finished
            yield Delta(delta.text)
        if finished is None:
            raise self._cut()
        yield Delta("", finished)

    def _delta(self, payload: str, part: str) -> Delta:
        try:
            held = json.loads(payload)
            if "error" in held:
                raise GenerationError(f"{self.url} failed: {_one_line(held['error'])}")
            if not held["choices"]:  # the usage at the end
                return Delta("")
            choice = held["choices"][0]
            text = (choice.get(part) or {}).get("content") or ""
            reason = choice.get("finish_reason")
            if not isinstance(text, str) or not isinstance(reason, str | None):
                raise TypeError("content")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise GenerationError(
                f"{self.url} sent something else than a chat completion: {_one_line(payload)!r}; "
                "does it end in /v1?"
            ) from error
        if part == "message" and reason is None:
            raise self._cut()
        return Delta(text, reason)

    def _watched(self, response: httpx2.Response, deadline: float) -> Iterator[bytes]:
        """Yield the body as it arrives, while it is in time and of a sane length."""
        length = 0
        for chunk in response.iter_bytes():
            length += len(chunk)
            if length > _LARGEST:
                raise GenerationError(f"{self.url} sent more than {_LARGEST:,} bytes")
            if monotonic() > deadline:
                raise self._slow()
            yield chunk

    def _message(self, response: httpx2.Response, deadline: float) -> str:
        """Return what a server says about its refusal, in one line."""
        raw = b"".join(self._watched(response, deadline)).decode(errors="replace")
        try:
            held = json.loads(raw)
        except (ValueError, RecursionError):
            held = raw
        return _one_line(held.get("error", held) if isinstance(held, dict) else held) or "no reason"

    def _slow(self) -> GenerationError:
        return GenerationError(f"{self.name} did not finish within {self.timeout:g} seconds")

    def _cut(self) -> GenerationError:
        return GenerationError(f"{self.url} ended before the answer was complete")


def _meaning(status: int) -> str:
    if status in (401, 403):
        return f"does not accept the key ({status}), which RAG_LLM_KEY or OPENAI_API_KEY holds"
    if status == 404:
        return "knows no such model or path (404)"
    if status == 429:
        return "is asked too much (429)"
    return f"failed ({status})" if status >= 500 else f"refused ({status})"


def _one_line(said: Any) -> str:
    """Return a server's words as one short line without control characters."""
    if isinstance(said, dict):
        said = said.get("message") or said
    visible = "".join(c if c.isprintable() else " " for c in str(said))
    line = " ".join(visible.split())
    return line if len(line) <= 200 else line[:200] + "…"


def _path(path: str) -> str:
    bare = path.rstrip("/")
    return bare if bare.endswith("/chat/completions") else f"{bare}/chat/completions"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
