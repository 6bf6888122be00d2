"""A server with the OpenAI-compatible interface that answers as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What the server sends: `events` as they are, or `pieces` of text as events."""

    pieces: list[str] = field(default_factory=list)
    finish: str | None = "stop"
    status: int = 200
    body: Any = None  # sent at once, instead of events
    content_type: str = "application/json"
    events: list[str] | None = None
    done: bool = True
    wait: float = 0.0  # seconds before anything is sent, or until the test is over
    pause: float = 0.0  # the same, behind each event


Script = Callable[[dict[str, Any]], Reply]


class Scripted:
    """A running server: its URL, and the requests that it got."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.over = threading.Event()
        self.url = ""

    def prompt(self) -> str:
        return str(self.requests[-1]["messages"][-1]["content"])


@contextmanager
def scripted(script: Script | Reply) -> Iterator[Scripted]:
    server = Scripted(script if callable(script) else lambda _: script)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append({"path": self.path, **request})
            server.headers.append(dict(self.headers))
            _send(self, server, server.script(request))

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}/v1"
    try:
        yield server
    finally:
        server.over.set()
        http.shutdown()
        http.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, server: Scripted, reply: Reply) -> None:
    if reply.wait:
        server.over.wait(reply.wait)
    try:
        if reply.body is not None:
            raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            handler.send_response(reply.status)
            handler.send_header("Content-Type", reply.content_type)
            handler.send_header("Content-Length", str(len(raw)))
            handler.end_headers()
            handler.wfile.write(raw)
            return
        handler.send_response(reply.status)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for event in _events(reply):
            handler.wfile.write(event.encode())
            handler.wfile.flush()
            if server.over.wait(reply.pause):
                return
    except (BrokenPipeError, ConnectionResetError):
        pass  # the client has seen enough


def _events(reply: Reply) -> Iterator[str]:
    if reply.events is not None:
        yield from reply.events
        return
    for piece in reply.pieces:
        choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
        yield f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n"
    if reply.finish:
        choice = {"index": 0, "delta": {}, "finish_reason": reply.finish}
        yield f"data: {json.dumps({'choices': [choice]})}\n\n"
    if reply.done:
        yield "data: [DONE]\n\n"


def claims(*pairs: tuple[str, list[int]]) -> str:
    """Return the JSON of our schema."""
    said = [{"claim": claim, "sentences": numbers} for claim, numbers in pairs]
    return json.dumps({"claims": said}, ensure_ascii=False)


def in_pieces(text: str, size: int = 3) -> list[str]:
    """Cut a text as a model's tokens would."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def number_of(prompt: str, words: str) -> int:
    """Return the number of the sentence in a prompt that holds `words`."""
    line = next(line for line in prompt.splitlines() if line.startswith("[") and words in line)
    return int(line[1 : line.index("]")])
