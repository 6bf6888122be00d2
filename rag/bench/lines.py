"""Text files line by line, each with its number, so that an error can name its place."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import BenchmarkError


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, with their numbers from 1, without their ends."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path} cannot be read: {error}") from error


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the JSON objects of a JSON Lines file, each with its place for an error."""
    for number, line in numbered_lines(path):
        at = f"{path}, line {number}"
        try:
            value = json.loads(line)
        except ValueError as error:
            raise BenchmarkError(f"{at}: not JSON ({error})") from error
        if not isinstance(value, dict):
            raise BenchmarkError(f"{at}: not a JSON object")
        yield at, value


def clean_text(value: Any, what: str, at: str) -> str:
    """Return a text, stripped. Raises BenchmarkError where it is none, empty or not Unicode."""
    if not isinstance(value, str) or not value.strip():
        found = "missing" if value is None else "empty" if isinstance(value, str) else repr(value)
        raise BenchmarkError(f"{at}: the {what} is {found}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BenchmarkError(f"{at}: the {what} is not Unicode ({error.reason})") from error
    return value.strip()


class Ids:
    """The ids of one file: each once, and all of one type."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._places: dict[str, str] = {}
        self._type: type | None = None

    def add(self, value: Any, at: str) -> str:
        """Return the id as text. Raises BenchmarkError where it cannot be one."""
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            raise BenchmarkError(f"{at}: the {self._what} is {value!r}, not a string or a number")
        if self._type is not None and type(value) is not self._type:
            told = {str: "a string", int: "a number"}
            raise BenchmarkError(
                f"{at}: the {self._what} {value!r} is {told[type(value)]}, but those before it "
                f"are each {told[self._type]}; write all in one way"
            )
        self._type = type(value)
        name = str(value)
        if name in self._places:
            first = self._places[name].rsplit(", ", 1)[-1]
            raise BenchmarkError(f"{at}: the {self._what} {name!r} stands twice (first: {first})")
        self._places[name] = at
        return name
