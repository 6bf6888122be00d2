"""Who may use the page: names and hashed passwords in a file, and how often one may guess.

A line of the file is `NAME:scrypt:N:r:p:SALT:HASH`, the last two in base64; `#` begins a comment.
"""

import base64
import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rag.errors import RagError

K = TypeVar("K")
V = TypeVar("V")

N, R, P = 2**14, 8, 1  # scrypt: 16 MiB, some 50 ms a guess
LENGTH = 32
FREE = 5  # wrong passwords for one name before its next ones are kept waiting
FREE_ADDRESS = 30  # and for all names together, from one address
LONGEST_WAIT = 900.0  # seconds
REMEMBERED = 600.0  # seconds for which a right password is not hashed again
MOST = 10_000  # guesses and sessions that are remembered


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password as it is stored."""

    n: int
    r: int
    p: int
    salt: bytes
    key: bytes


class Accounts:
    """The accounts of one file. Thread-safe enough: each step is one dictionary operation."""

    def __init__(
        self, known: dict[str, Hashed], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._known = known
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, float] = OrderedDict()  # → until when
        self._wrong: OrderedDict[tuple[str, ...], tuple[int, float]] = OrderedDict()
        self._nobody = hash_password(secrets.token_urlsafe())

    def wait(self, name: str, address: str) -> float:
        """Return for how many seconds no password of this name is looked at."""
        waits = [0.0]
        for key, free in (((address, name), FREE), ((address,), FREE_ADDRESS)):
            count, last = self._wrong.get(key, (0, 0.0))
            if count >= free:
                pause = min(2.0 ** (count - free), LONGEST_WAIT)
                waits.append(last + pause - self._clock())
        return max(waits)

    def admits(self, name: str, password: str, address: str) -> bool:
        """Tell whether the password is the name's; a wrong one counts against the address."""
        now = self._clock()
        seen = hmac.digest(self._secret, f"{name}\0{password}".encode(), "sha256")
        if self._right.get(seen, 0.0) > now:
            return True
        # An unknown name takes as long as a wrong password.
        if _is(password, self._known.get(name, self._nobody)) and name in self._known:
            _remember(self._right, seen, now + REMEMBERED)
            self._wrong.pop((address, name), None)
            return True
        for key in ((address, name), (address,)):
            _remember(self._wrong, key, (self._wrong.get(key, (0, 0.0))[0] + 1, now))
        return False


def read_accounts(path: Path) -> Accounts:
    """Read a file of accounts. Raises RagError where it cannot be read or holds none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RagError(
            f"{path} cannot be read ({error}); make an account with: rag password {path} NAME"
        ) from error
    known: dict[str, Hashed] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            try:
                name, kind, n, r, p, salt, key = line.strip().split(":")
                hashed = Hashed(int(n), int(r), int(p), _bytes(salt), _bytes(key))
            except ValueError as error:
                raise RagError(f"{path}, line {number}: not NAME:scrypt:N:r:p:SALT:HASH") from error
            if kind != "scrypt" or not name:
                raise RagError(f"{path}, line {number}: not a name and a scrypt hash")
            known[name] = hashed
    if not known:
        raise RagError(f"{path} holds no account; make one with: rag password {path} NAME")
    return Accounts(known)


def write_account(path: Path, name: str, password: str) -> None:
    """Add an account to a file that only its owner can read, or change its password."""
    if not name or any(sign in name for sign in ":\r\n#"):
        raise RagError(f"{name!r} is no name for an account: it is empty, or holds one of : #")
    if len(password) < 8:
        raise RagError("a password needs at least 8 characters")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    hashed = hash_password(password)
    salt, key = (base64.b64encode(part).decode() for part in (hashed.salt, hashed.key))
    kept = [line for line in lines if line.partition(":")[0] != name]
    kept.append(f"{name}:scrypt:{hashed.n}:{hashed.r}:{hashed.p}:{salt}:{key}")
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(kept) + "\n")
    beside.replace(path)


def hash_password(password: str) -> Hashed:
    """Hash a password with a salt of its own."""
    salt = secrets.token_bytes(16)
    return Hashed(N, R, P, salt, _key(password, salt, N, R, P))


def _is(password: str, hashed: Hashed) -> bool:
    key = _key(password, hashed.salt, hashed.n, hashed.r, hashed.p)
    return hmac.compare_digest(key, hashed.key)


def _key(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    raw = password.encode()
    return hashlib.scrypt(raw, salt=salt, n=n, r=r, p=p, maxmem=2**26, dklen=LENGTH)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _remember(kept: "OrderedDict[K, V]", key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
