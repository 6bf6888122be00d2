"""The bytes of a response → the data of its server-sent events."""

from collections.abc import Iterable, Iterator


def events(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the data of server-sent events; one that is not complete is dropped.

    httpx's own lines would end at U+2028 and the like, which JSON texts may hold.
    """
    rest = b""
    lines: list[bytes] = []
    for chunk in chunks:
        *complete, rest = (rest + chunk).split(b"\n")
        for line in complete:
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                lines.append(line.removeprefix(b"data:").removeprefix(b" "))
            elif not line and lines:
                yield b"\n".join(lines).decode(errors="replace")
                lines = []
