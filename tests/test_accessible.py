"""Axe-core finds nothing on the page, in light and dark, at a desk's width and a phone's."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from browsing import ask, opened, shot

from rag.web.server import serving

QUESTION = "How many exaflops does the Kazakh supercomputer have?"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0, examples=[QUESTION]) as url:
        yield url


def faults(page: Any) -> list[str]:
    """Return what axe-core finds on the page as it stands, with the element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Any, url: str, scheme: str, width: int) -> None:
    name = f"{scheme}-{width}"
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(chromium, url, width=width, **options) as page:
        found = {"welcome": faults(page)}
        answer = ask(page, QUESTION)
        answer.locator(".lead a.cite").click()
        page.locator("mark.cited").wait_for()
        shot(page, f"answer-{name}")
        found["answer and source"] = faults(page)
        if width == 390:
            page.keyboard.press("Escape")
            found["answer"] = faults(page)
        page.get_by_role("button", name="Filter").click()
        page.locator("#filter-sources input").first.check()
        shot(page, f"filters-{name}")
        found["filters"] = faults(page)
        page.get_by_role("button", name="Done").click()
        page.get_by_role("button", name="Earlier conversations").click()
        shot(page, f"history-{name}")
        found["history"] = faults(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Articles", exact=True).click()
        shot(page, f"articles-{name}")
        found["articles"] = faults(page)
    assert found == {part: [] for part in found}


def test_everything_is_reached_with_the_keyboard_in_the_order_in_which_it_stands(
    chromium: Any, url: str
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        ask(page, QUESTION)
        page.locator(".skip").focus()
        reached = []
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate(
                    "(e => e.getAttribute('aria-label') || e.innerText.trim().split('\\n')[0])"
                    "(document.activeElement)"
                )
            )
        for name in ("New conversation", "Earlier conversations", "Language of the page",
                     "Copy with sources", "Filter", "Ask a question, in any language",
                     "Next source", "Original file"):  # fmt: skip
            assert name in reached, reached
        order = [reached.index(name) for name in ("New conversation", "Filter", "Next source")]
        assert order == sorted(order)
        page.get_by_role("button", name="Filter").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("button", name="Filter")).to_be_focused()


def test_at_twice_the_size_nothing_is_cut_off(chromium: Any, url: str) -> None:
    with opened(chromium, url, width=640, device_scale_factor=2) as page:
        ask(page, QUESTION)
        assert page.evaluate("document.documentElement.scrollWidth") == 640
        for name in ("Filter", "Ask", "New conversation"):
            box = page.get_by_role("button", name=name, exact=True).last.bounding_box()
            assert 0 <= box["x"] <= 640 - box["width"]
