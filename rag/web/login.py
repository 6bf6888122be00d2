"""Asks whoever reaches the page for a name and a password: ASGI middleware (HTTP Basic)."""

import base64
import binascii

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.web.accounts import Accounts
from rag.web.limits import refuse


class Login:
    """Asks for a name and a password (HTTP Basic), and slows guesses down."""

    def __init__(self, app: ASGIApp, accounts: Accounts, *, open_to_all: frozenset[str]) -> None:
        self.app, self.accounts, self.open = app, accounts, open_to_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] in self.open:
            return await self.app(scope, receive, send)
        challenge = {"WWW-Authenticate": 'Basic realm="articles", charset="UTF-8"'}
        given = _credentials(Headers(scope=scope).get("authorization", ""))
        if given is None:
            return await refuse(send, 401, "A name and a password are needed.", challenge)
        name, password = given
        address = address_of(scope)
        wait = self.accounts.wait(name, address)
        if wait > 0:
            later = {"Retry-After": str(int(wait) + 1)}
            return await refuse(send, 429, "Too many wrong passwords; try later.", later)
        if not await to_thread.run_sync(self.accounts.admits, name, password, address):
            return await refuse(send, 401, "The name or the password is wrong.", challenge)
        scope["user_name"] = name
        return await self.app(scope, receive, send)


def address_of(scope: Scope) -> str:
    """Return the address that a request came from."""
    return scope["client"][0] if scope.get("client") else "-"


def _credentials(header: str) -> tuple[str, str] | None:
    kind, _, encoded = header.partition(" ")
    if kind.casefold() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None
