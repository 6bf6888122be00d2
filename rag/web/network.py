"""What stands between the page and whoever reaches it: ASGI middleware, no page.

From the outside in: an access log, headers, known hosts and origins, the login, the paths that
are open, and the size of what is sent.
"""

import ipaddress
import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.web.accounts import Accounts
from rag.web.limits import OpenPaths, SmallBodies, refuse
from rag.web.login import Login, address_of

LOCAL = "127.0.0.1"
HEALTH = "/healthz"
MAX_UPLOAD = 64 * 2**20  # bytes of one file
MAX_BODY = 4 * 2**20  # bytes: a question comes with its whole conversation

# Gradio's own page needs inline scripts and eval; nothing may come from or go to another host.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'self'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_STILL = re.compile(r"/(assets|static)/|/page/[\w-]+\.(css|js)$")  # files of the page itself


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who can reach the page, and how."""

    host: str = LOCAL
    names: tuple[str, ...] = ()  # by which it may be called, beside this machine's own
    accounts: Accounts | None = None
    log: Callable[[str], None] | None = field(default=None, compare=False)
    log_questions: bool = False
    uploads: bool = False  # whether those who may use it may add articles
    max_body: int = MAX_BODY

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "localhost" or (
            _is_address(self.host) and ipaddress.ip_address(self.host).is_loopback
        )


def guarded(app: ASGIApp, exposure: Exposure) -> ASGIApp:
    """Return the app behind everything that protects it."""
    app = SmallBodies(app, exposure.max_body, MAX_UPLOAD if exposure.uploads else 0)
    app = OpenPaths(app)
    if exposure.accounts:
        app = Login(app, exposure.accounts, open_to_all=frozenset({HEALTH}))
    app = _SecurityHeaders(_KnownHosts(app, known_names(exposure), addresses=not exposure.local))
    return _AccessLog(app, exposure.log) if exposure.log else app


def known_names(exposure: Exposure) -> frozenset[str]:
    """Return the host names under which the page answers; on a network, any address does, too.

    A name that an attacker owns can be made to point here (DNS rebinding); an address cannot.
    """
    names = {"localhost", *(name.casefold() for name in exposure.names)}
    if exposure.local:
        return frozenset({*names, "127.0.0.1", "::1"})
    return frozenset({*names, socket.gethostname().casefold(), socket.getfqdn().casefold()})


class _AccessLog:
    """Tells of each request: when, who, what path, what came of it; never what was asked."""

    def __init__(self, app: ASGIApp, log: Callable[[str], None]) -> None:
        self.app, self.log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _STILL.match(scope["path"]):
            return await self.app(scope, receive, send)
        begin, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            return await self.app(scope, receive, noting)
        finally:
            took = 1000 * (time.perf_counter() - begin)
            when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            path = json.dumps(scope["path"], ensure_ascii=True)[1:-1]
            user = scope.get("user_name", "-")
            line = (
                f"{when} {address_of(scope)} {user} {scope['method']} {path} {status} {took:.0f}ms"
            )
            self.log(line)


class _SecurityHeaders:
    """Adds `SECURITY_HEADERS` to every response; what is not a file of the page is not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                if not _STILL.match(scope["path"]):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class _KnownHosts:
    """Refuses requests under foreign names, and those that another site's page makes."""

    def __init__(self, app: ASGIApp, names: frozenset[str], *, addresses: bool) -> None:
        self.app, self.names, self.addresses = app, names, addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if not self._is_known(headers.get("host", "")):
                return await refuse(send, 421, "This name is not one of the page's.")
            if _is_foreign(headers):
                return await refuse(send, 403, "Another site may not ask here.")
        return await self.app(scope, receive, send)

    def _is_known(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").casefold()
        except ValueError:
            return False
        return name in self.names or (self.addresses and _is_address(name))


def _is_foreign(headers: Headers) -> bool:
    """Tell whether another site's page sends this: by its origin, or as the browser says."""
    origin = headers.get("origin")
    if origin is not None:
        parts = urlsplit(origin)
        return parts.scheme not in ("http", "https") or parts.netloc != headers.get("host")
    site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
    return site in ("cross-site", "same-site") and mode != "navigate"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
