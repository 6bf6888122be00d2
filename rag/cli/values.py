"""How the values of options are read. Raise ArgumentTypeError for what is none."""

import re
from argparse import ArgumentTypeError
from typing import get_args

from rag.types import Arm


def date(text: str) -> str:
    """Read a day, a month or a year."""
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text):
        raise ArgumentTypeError(f"{text!r} is no date such as 2025, 2025-04 or 2025-04-01")
    return text


def question(text: str) -> str:
    """Read a text that says something."""
    from rag.answering.question_words import has_word

    if not has_word(text):
        raise ArgumentTypeError("the question has no word in it")
    return text


def url(text: str) -> str:
    """Read the URL of a server."""
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text, re.IGNORECASE):
        raise ArgumentTypeError(f"{text!r} is no URL such as http://127.0.0.1:11434/v1")
    return text


def positive(text: str) -> int:
    """Read a whole number above 0."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def natural(text: str) -> int:
    """Read a whole number."""
    if not text.isascii() or not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def confidence(text: str) -> float:
    """Read a number from 0 to 1."""
    if not re.fullmatch(r"0|1|0?\.[0-9]+|1\.0+", text):
        raise ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return float(text)


def tag(text: str) -> str:
    """Read one word."""
    if not re.fullmatch(r"\S+", text):
        raise ArgumentTypeError(f"{text!r} is not one word")
    return text


def two_runs(text: str) -> tuple[str, str]:
    """Read the names of two runs."""
    names = text.split(",")
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise ArgumentTypeError(f"{text!r} is not two runs, such as hybrid,dense")
    return names[0], names[1]


def arms(text: str) -> list[str]:
    """Read the names of arms, each once."""
    named, known = text.split(","), get_args(Arm)
    for arm in named:
        if arm not in known:
            raise ArgumentTypeError(f"{arm!r} is none of {', '.join(known)}")
    return list(dict.fromkeys(named))
