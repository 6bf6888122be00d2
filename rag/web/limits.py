"""What may be asked of the page's server, and how much may be sent to it: ASGI middleware.

Knows Gradio's paths, and lets through those that the page and its client need.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD = "/page/upload"

# What of Gradio the page and its client need. Uploads, files, proxies and monitoring are not.
_OPEN = {
    "GET": re.compile(
        r"/|/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt|/(assets|static)/.+|"
        r"/gradio_api/(info|app_id|startup-events|theme\.css|queue/data|heartbeat/\w+|"
        r"call/\w+/\w+)/?|/healthz|/(page|api)/.+|/mcp/?"
    ),
    "POST": re.compile(
        r"/gradio_api/(queue/join|run/\w+|api/\w+|call/\w+|reset|cancel)/?|/(page|api)/.+|/mcp/?"
    ),
    "DELETE": re.compile("/mcp/?"),
}


class OpenPaths:
    """Answers "not found" on every path that the page does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            if method not in _OPEN or not _OPEN[method].fullmatch(scope["path"]):
                return await refuse(send, 404, "Not found.")
        elif scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        return await self.app(scope, receive, send)


class SmallBodies:
    """Refuses what is longer than it may be, whether or not it says its length."""

    def __init__(self, app: ASGIApp, most: int, upload: int) -> None:
        self.app, self.most, self.upload = app, most, upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = self.upload or self.most if scope["path"] == UPLOAD else self.most
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isdigit() or int(said) > most:
            return await refuse(send, 413, "Too much was sent.")
        had, begun = 0, False

        async def receive_some() -> Message:
            nonlocal had
            message = await receive()
            had += len(message.get("body", b""))
            if had > most:
                raise _TooMuch
            return message

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            return await self.app(scope, receive_some, noting)
        except _TooMuch:
            if not begun:
                await refuse(send, 413, "Too much was sent.")


class _TooMuch(Exception):
    """More was sent than may be."""


async def refuse(send: Send, status: int, why: str, headers: dict[str, str] | None = None) -> None:
    """Answer a request with a status and a line of text."""
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    raw.append((b"content-type", b"text/plain; charset=utf-8"))
    body = why.encode()
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
