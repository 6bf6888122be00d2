"""A page in the tests' browser, which must ask no other host for anything."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Where screenshots are kept, if the folder is there: CI makes it, and keeps it.
SHOTS = Path(__file__).parent.parent / ".screenshots"


@contextmanager
def opened(
    chromium: Any, url: str, *, width: int = 1280, locale: str = "en-GB", **options: Any
) -> Iterator[Any]:
    """Open a page in a fresh browser profile, once its script has started."""
    viewport = {"width": width, "height": 844}
    context = chromium.new_context(viewport=viewport, locale=locale, **options)
    page = context.new_page()
    elsewhere: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: note_outsider(request.url, url, elsewhere))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    ready(page)
    yield page
    context.close()
    assert elsewhere == []
    assert faults == []


def ready(page: Any) -> None:
    """Wait until the page's script has started."""
    page.locator("body[data-ready]").wait_for()


def note_outsider(requested: str, url: str, elsewhere: list[str]) -> None:
    if not requested.startswith((url.partition("#")[0], "data:", "blob:")):
        elsewhere.append(requested)


def ask(page: Any, question: str) -> Any:
    """Ask in the page and return the answer, once it is there."""
    asked = page.locator(".answer").count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    answered(page, asked + 1)
    return page.locator(".answer").nth(asked)


def answered(page: Any, times: int) -> None:
    """Wait until so many answers are there, and the page waits for no other."""
    page.locator(".answer").nth(times - 1).wait_for()
    page.locator("body:not(.answering)").wait_for()


def newest_answer(page: Any) -> Any:
    return page.locator(".answer").last


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def shot(page: Any, name: str) -> None:
    """Keep a screenshot, where there is a folder for it."""
    if SHOTS.is_dir():
        page.screenshot(path=SHOTS / f"{name}.png")
