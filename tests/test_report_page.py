"""The report in a real browser: sorted, filtered, read, and deaf to hostile texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from saved_example import PASSAGES, outcome, save, twelve

from rag.bench.records import GoldSpan
from rag.bench.report.page import write_report

HOSTILE = (
    '</script><script>window.pwned=1</script><img src="http://evil.example/1" '
    'onerror="window.pwned=1"><svg onload=window.pwned=1>{{7*7}}'
)


@contextmanager
def opened(chromium: Any, report: Path, *, width: int = 1280, dark: bool = False) -> Iterator[Any]:
    """Open the report, which must ask for nothing but itself."""
    scheme = "dark" if dark else "light"
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    elsewhere: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(report.as_uri())
    page.locator("tr.question").first.wait_for()
    yield page
    context.close()
    assert elsewhere == [report.as_uri()]
    assert faults == []


def shown(page: Any) -> list[str]:
    """Return the questions of the table, in its order."""
    return page.locator("tr.question th").all_inner_texts()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_table_is_sorted_filtered_and_read(
    chromium: Any, tmp_path: Path, width: int, dark: bool
) -> None:
    from playwright.sync_api import expect

    questions = [replace(one, text=f"Quelle capitale {one.id} ?") for one in twelve()]
    bridge = PASSAGES["p0"].index("1850")
    gold = (GoldSpan("p0", bridge, bridge + 4, "1850"),)
    questions[8] = replace(questions[8], gold=gold, relevant={"p0": 1})
    save(tmp_path / "saved", questions)
    write_report([tmp_path / "saved"], tmp_path / "report.html")
    with opened(chromium, tmp_path / "report.html", width=width, dark=dark) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert shown(page)[0] == "Quelle capitale q08 ?"  # the loss comes first
        page.get_by_role("button", name="gain").click()
        assert shown(page)[0] == "Quelle capitale q00 ?"
        page.get_by_role("button", name="question", exact=True).click()
        assert shown(page) == [f"Quelle capitale q{n:02} ?" for n in range(12)]
        page.get_by_role("button", name="question", exact=True).click()
        assert shown(page)[0] == "Quelle capitale q11 ?"

        page.get_by_label("outcome").select_option("better")
        expect(page.get_by_role("status")).to_have_text("8 of 12 questions")
        page.get_by_label("outcome").select_option("worse")
        expect(page.get_by_role("status")).to_have_text("1 of 12 questions")
        page.get_by_role("button", name="Quelle capitale q08 ?").click()
        opened_row = page.locator(".opened")
        expect(opened_row.get_by_role("heading")).to_have_text(
            ["hybrid: first relevant at 3", "dense: first relevant at 1", "answer: wrong, "
             "confidence 0.58", "relevant, not first"]
        )  # fmt: skip
        # The bridge before the date is one character, and two units of the browser's strings.
        expect(opened_row.locator(".passage mark.gold")).to_have_text(["1850"])
        expect(opened_row.locator(".passage mark.cited")).to_have_text([PASSAGES["p1"]])
        page.get_by_label("search").fill("q03")
        expect(page.get_by_role("status")).to_have_text("0 of 12 questions")

        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == ("rgb(23, 22, 20)" if dark else "rgb(251, 250, 247)")
        text = page.locator("figure svg text").first
        ink = text.evaluate("text => getComputedStyle(text).fill")
        assert ink in (("rgb(235, 230, 221)", "rgb(164, 156, 144)") if dark
                       else ("rgb(34, 32, 28)", "rgb(103, 97, 90)"))  # fmt: skip


def test_thousands_of_questions_are_drawn_as_they_are_scrolled_to(
    chromium: Any, tmp_path: Path
) -> None:
    save(tmp_path / "saved", [outcome(n, 1.0, n % 2) for n in range(3000)])
    write_report([tmp_path / "saved"], tmp_path / "report.html")
    with opened(chromium, tmp_path / "report.html") as page:
        first = page.locator("tr.question").count()
        assert first < 300
        page.locator("#more").scroll_into_view_if_needed()
        page.locator("tr.question").nth(first).wait_for()
        took = page.evaluate(
            "() => { const from = performance.now();"
            " document.querySelector('[data-sort=one]').click(); return performance.now() - from }"
        )
        assert took < 2000  # on a busy machine; a tenth of that on an idle one


def test_hostile_texts_are_only_text(chromium: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    questions = [replace(one, text=HOSTILE, id=f"{one.id}{HOSTILE}") for one in twelve()]
    gold = (GoldSpan("p1", 0, 6, HOSTILE),)
    questions[0] = replace(questions[0], gold=gold)
    passages = {name: f"{text} {HOSTILE}" for name, text in PASSAGES.items()}
    save(tmp_path / "saved", questions, passages=passages, warning=HOSTILE)
    write_report([tmp_path / "saved"], tmp_path / "report.html", title=HOSTILE)
    with opened(chromium, tmp_path / "report.html") as page:
        assert shown(page) == [HOSTILE] * 12
        for button in page.locator("tr.question button").all():
            button.click()
        expect(page.locator(".opened")).to_have_count(12)
        assert HOSTILE in page.locator(".opened .passage").first.inner_text()
        assert page.locator("img, #table script, #table svg, [onerror], [onload]").count() == 0
        assert page.evaluate("window.pwned") is None
