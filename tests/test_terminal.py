"""What takes long is shown."""

import io
import re
import sys

import pytest

from rag.terminal import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_much_is_done_how_fast_and_what_remains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with Progress(lambda _: None) as progress:
        for done in range(0, 2001, 500):
            progress("embedding", done, 2000)
            progress.say(f"at {done}")
    last = screen.getvalue().split("\r")
    assert any(re.search(r"embedding: +\d+%.*/2000 \[\d\d:\d\d<.*/s\]", line) for line in last)


def test_without_a_terminal_only_lines_are_told() -> None:
    told: list[str] = []
    with Progress(told.append) as progress:
        progress("embedding", 1, 2)
        progress("building the bundled model", 0, 0)
        progress.say("+1 ~0 -0")
    assert told == ["building the bundled model", "+1 ~0 -0"]
