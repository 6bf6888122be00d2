"""What a model writes, piece by piece → its text, and which parts of it are claims.

Takes plain text and the JSON of our schema, with or without a code fence around it, and
leaves out a reasoning model's thinking. What it has passed on it never takes back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pydantic_core

from rag.errors import GenerationError
from rag.generate.markers import MarkerStream, scan
from rag.generate.prompt import NO_ANSWER

_THINKING, _THOUGHT = "<think>", "</think>"
_FENCES = ("```json", "```")


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished text, "" where the model says that nothing answers.

    `spans` are its claims where the model told them apart itself.
    """

    text: str
    spans: tuple[tuple[int, int], ...] | None


class DraftStream:
    """Takes what a model writes and gives back its text, citations as [n]."""

    def __init__(self, number: Callable[[int], int] = lambda n: n) -> None:
        """`number` gives each cited number the one under which it is shown."""
        self._number = number
        self._raw = ""
        self._read = 0  # characters of `_raw` that went into `_plain`
        self._plain = MarkerStream(number)
        self._json: bool | None = None  # None while it cannot be told
        self._text = ""

    def feed(self, written: str) -> str:
        """Return the text that is now sure. Raises GenerationError where JSON is malformed."""
        self._raw += written
        return self._advance(final=False)

    def close(self) -> tuple[str, Draft]:
        """Return the rest of the text, and the whole.

        Raises GenerationError where nothing was written, or malformed JSON.
        """
        rest = self._advance(final=True)
        if self._json:
            return rest, Draft(*self._rendered(final=True))
        if not self._text.strip():
            raise GenerationError("the model wrote nothing")
        declined = self._text.strip().strip(".").upper() == NO_ANSWER
        return rest, Draft("" if declined else self._text.strip(), None)

    def _advance(self, *, final: bool) -> str:
        answer = _after_thinking(self._raw, final=final)
        if self._json is None and answer is not None:
            self._json = _is_json(answer, final=final)
        if answer is None or self._json is None:
            return ""
        if self._json:
            text, _ = self._rendered(final=final)
            fresh = text[len(self._text) :]
        else:
            fresh = self._plain.feed(answer[self._read :]) + (self._plain.close() if final else "")
            self._read = len(answer)
            if not self._text:
                fresh = fresh.lstrip()
        self._text += fresh
        return fresh

    def _rendered(self, *, final: bool) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Return the claims of the JSON so far as one text, and where each stands in it."""
        answer = _after_thinking(self._raw, final=final) or ""
        claims = list(_claims(answer, final=final))
        text, spans = "", []
        for place, (claim, numbers) in enumerate(claims):
            whole = final or place + 1 < len(claims)
            if text and claim.strip():
                text += " "
            start = len(text)
            text += self._claim(claim, numbers, whole=whole)
            if len(text) > start:
                spans.append((start, len(text)))
        return text, tuple(spans)

    def _claim(self, claim: str, numbers: list[int], *, whole: bool) -> str:
        """Return a claim with its numbers behind it, those that it does not name itself."""
        markers = MarkerStream(self._number)
        text = markers.feed(claim.lstrip()) + (markers.close() if whole else "")
        text = text.rstrip()
        if not whole or not text:
            return text
        held = {n for piece in scan(text) for n in piece.numbers}
        shown = dict.fromkeys(self._number(n) for n in numbers)
        missing = "".join(f"[{n}]" for n in shown if n not in held)
        return f"{text} {missing}" if missing else text


def _after_thinking(raw: str, *, final: bool) -> str | None:
    """Return what stands behind the thinking, None while that is not over."""
    text = raw.lstrip()
    if text.startswith(_THINKING):
        _, over, text = text.partition(_THOUGHT)
        return text if over else "" if final else None
    if not final and _THINKING.startswith(text):  # and where nothing was written yet
        return None
    return raw


def _is_json(answer: str, *, final: bool) -> bool | None:
    text = answer.lstrip()
    if any(text.startswith(fence) and text[len(fence) :].lstrip()[:1] == "{" for fence in _FENCES):
        return True
    waiting = not text or any(fence.startswith(text.rstrip()) for fence in _FENCES)
    if waiting and not final:
        return None
    return text.startswith("{")


def _claims(answer: str, *, final: bool) -> Iterator[tuple[str, list[int]]]:
    """Yield the claims and their numbers as far as they are written."""
    text = answer[answer.index("{") :]
    if final:
        text = text.rstrip().removesuffix("```").rstrip()
    try:
        held = pydantic_core.from_json(text, allow_partial=False if final else "trailing-strings")
    except ValueError as error:
        if not final and "```" in text:  # the fence at the end, before it is over
            return
        raise _malformed(text) from error
    for claim in _listed(held, final=final):
        said, numbers = claim.get("claim", ""), claim.get("sentences", [])
        if not isinstance(said, str) or not isinstance(numbers, list):
            raise _malformed(text)
        if final and ("claim" not in claim or not all(type(n) is int for n in numbers)):
            raise _malformed(text)
        yield said, [n for n in numbers if type(n) is int]


def _listed(held: Any, *, final: bool) -> list[dict[str, Any]]:
    claims = held.get("claims", None if final else []) if isinstance(held, dict) else None
    if not isinstance(claims, list) or not all(isinstance(claim, dict) for claim in claims):
        raise _malformed(str(held))
    return claims


def _malformed(text: str) -> GenerationError:
    return GenerationError(f"the model wrote something else than the JSON asked for: {text[:60]!r}")
