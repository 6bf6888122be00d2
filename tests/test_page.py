"""The page in a real browser: what staff do, at a desk's width and a phone's."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import answered, ask, newest_answer, opened, words

from rag.building.build import build_index
from rag.index import open_index
from rag.web.labels import date_text
from rag.web.server import serving

QUESTION = "How many exaflops does the Kazakh supercomputer have?"
RUSSIAN = "Сколько компаний в Astana Hub?"


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0, examples=[QUESTION]) as url:
        yield url


@pytest.mark.parametrize("width", [1280, 390])
def test_a_citation_opens_its_article_at_the_highlighted_sentence(
    chromium: Any, url: str, seeds_index: Any, width: int
) -> None:
    from playwright.sync_api import expect

    citation = seeds_index.ask(QUESTION).citations[0]
    with opened(chromium, url, width=width) as page:
        assert page.get_by_role("textbox").bounding_box()["y"] > 740  # of 844
        answer = ask(page, QUESTION)
        expect(answer.locator(".lead")).to_contain_text(words(citation.quote))
        earlier = answer.locator(".lead").get_by_role("link", name="Source 1", exact=True)
        earlier.press("Enter")
        cited = page.locator("mark.cited")
        expect(cited).to_have_text(words(citation.quote))
        expect(cited).to_be_in_viewport(ratio=1)
        article = seeds_index.article(citation.article).text
        assert words(page.locator("article > p").first.inner_text()) == next(
            words(line) for line in article.splitlines() if line.strip()
        )
        panel = page.get_by_role("region", name="Source article")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        expect(panel.get_by_role("document")).to_be_focused()
        page.keyboard.press("Escape")
        expect(earlier).to_be_focused()
        if width == 390:
            expect(panel).to_be_hidden()
            earlier.click()
            page.get_by_role("button", name="Close the source").click()
            expect(panel).to_be_hidden()

        ask(page, RUSSIAN)
        if width == 1280:
            expect(page.get_by_role("textbox")).to_be_focused()
        earlier.click()
        expect(cited).to_have_text(words(citation.quote))
        expect(cited).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_citation_of_a_pdf_names_its_page(chromium: Any, tmp_path: Path, width: int) -> None:
    from playwright.sync_api import expect

    (tmp_path / "articles").mkdir()
    shutil.copy(Path(__file__).parent / "files" / "latex.pdf", tmp_path / "articles")
    build_index(tmp_path / "articles", tmp_path / "index")
    index = open_index(tmp_path / "index")
    with serving(index, port=0) as url, opened(chromium, url, width=width) as page:
        answer = ask(page, "What is the velocity under the eastern arch?")
        expect(answer.locator(".lead")).to_contain_text("2.1 metres per second")
        expect(answer.locator(".origin")).to_contain_text("p. 2")
        answer.locator(".lead a.cite").click()
        expect(page.locator("mark.cited")).to_contain_text("2.1 metres per second")
        facts = page.get_by_role("region", name="Source article").locator(".byline")
        expect(facts).to_contain_text("p. 2")


def test_the_next_citation_of_the_answer_is_one_step_away(
    chromium: Any, url: str, seeds_index: Any
) -> None:
    from playwright.sync_api import expect

    second = seeds_index.ask(QUESTION).citations[1]
    with opened(chromium, url) as page:
        ask(page, QUESTION)
        expect(page.locator(".source-place")).to_have_text("1 / 5")
        expect(page.get_by_role("button", name="Previous source")).to_be_disabled()
        page.get_by_role("button", name="Next source").click()
        expect(page.locator("mark.cited")).to_have_text(words(second.quote))
        expect(page.locator(".source-place")).to_have_text("2 / 5")
        page.get_by_role("button", name="Previous source").click()
        expect(page.locator(".source-place")).to_have_text("1 / 5")


def test_the_original_file_is_saved_as_it_is(chromium: Any, url: str, seeds_index: Any) -> None:
    with opened(chromium, url) as page:
        ask(page, QUESTION)
        page.locator("mark.cited").wait_for()
        with page.expect_download() as saving:
            page.get_by_role("link", name="Original file").click()
        article = seeds_index.ask(QUESTION).citations[0].article
        assert saving.value.suggested_filename == article
        saved = saving.value.path().read_bytes().decode()
        assert saved == seeds_index.article(article).text


def test_the_answer_is_announced_and_tells_how_sure_it_is(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        answer = ask(page, QUESTION)
        expect(answer.locator(".sureness")).to_have_text(re.compile("^(Very likely|Probably)"))
        quote = words(answer.locator(".lead .quote").inner_text())
        expect(page.locator("#announcement")).to_have_text(f"Answered: {quote}")


@pytest.mark.parametrize(
    ("locale", "heading", "send", "other"),
    [
        ("fr-CA", "Que disent les articles ?", "Demander", "Autres passages"),
        ("ru-RU", "О чём говорится в статьях?", "Спросить", "Другие отрывки"),
        ("kk-KZ", "Мақалаларда не айтылған?", "Сұрау", "Басқа үзінділер"),
        ("de-DE", "What do the articles say?", "Ask", "Other passages"),
    ],
)
def test_the_page_speaks_the_browsers_language_if_it_can(
    chromium: Any, url: str, locale: str, heading: str, send: str, other: str
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url, locale=locale) as page:
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        expect(page.get_by_role("button", name=send, exact=True).last).to_be_visible()
        answer = ask(page, QUESTION)
        expect(answer.get_by_role("heading", name=other)).to_be_visible()
        language = locale[:2] if locale != "de-DE" else "en"
        assert page.evaluate("document.documentElement.lang") == language
        expect(answer.locator(".lead")).to_have_attribute("lang", "fr")


def test_another_language_is_chosen_and_stays(chromium: Any, url: str, seeds_index: Any) -> None:
    from playwright.sync_api import expect

    cited = seeds_index.ask(QUESTION).citations
    published = next(one.published for one in cited if one.published)
    with opened(chromium, url) as page:
        answer = ask(page, QUESTION)
        page.get_by_label("Language of the page").select_option("ru")
        expect(answer.get_by_role("heading", name="Другие отрывки")).to_be_visible()
        dates = answer.locator("time").first
        expect(dates).to_have_text(date_text(published, "ru"))
        assert date_text("2025-12-18", "ru").startswith("18 декабря 2025")
        expect(answer.locator(".tongue").first).to_have_text("французский")
        page.reload()
        expect(page.get_by_role("button", name="Спросить", exact=True)).to_be_visible()
        assert page.title() == "Спросите статьи"


def test_the_box_is_as_high_after_a_question_as_before(chromium: Any, url: str) -> None:
    with opened(chromium, url, width=390) as page:
        box = page.locator("#question textarea")
        before = box.bounding_box()["height"]
        ask(page, QUESTION)
        assert box.bounding_box()["height"] == before


def test_an_empty_question_asks_nothing_and_an_example_asks_itself(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        page.get_by_role("textbox").fill("   ")
        page.get_by_role("textbox").press("Enter")
        page.get_by_role("button", name=QUESTION).click()
        answered(page, 1)
        expect(page.locator(".question")).to_have_text([QUESTION])


def test_a_follow_up_shows_the_question_that_was_asked_and_lets_it_be_edited(
    chromium: Any, url: str
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        ask(page, "Combien de data centers seront construits au Kazakhstan ?")
        answer = ask(page, "Et en Arménie ?")
        complete = "Combien de data centers seront construits en Arménie ?"
        expect(answer.locator(".completed q")).to_have_text(complete)
        answer.get_by_role("button", name="Edit").click()
        box = page.get_by_role("textbox")
        expect(box).to_have_value(complete)
        expect(box).to_be_focused()
        box.press("Enter")
        answered(page, 3)
        expect(page.locator(".question").last).to_have_text(complete)
        expect(newest_answer(page).locator(".completed")).to_have_count(0)
