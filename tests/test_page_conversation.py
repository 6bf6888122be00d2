"""A conversation in the page: filters, history, asking again, stopping, and taking it away."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import answered, ask, newest_answer, opened, ready, words
from gradio_client import Client
from gradio_client.utils import Status

from rag.index import Index
from rag.types import Answer
from rag.web.server import serving

QUESTION = "How many exaflops does the Kazakh supercomputer have?"
OTHER = "Qui a écrit l'article sur la coopération avec l'UE ?"


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0, examples=[QUESTION]) as url:
        yield url


def pressed(page: Any, name: str) -> None:
    newest_answer(page).get_by_role("button", name=name).click()


def test_a_filter_is_a_chip_that_holds_until_it_is_removed(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        page.get_by_role("button", name="Filter").click()
        page.get_by_label("La Gazette").check()
        page.get_by_label("Since").fill("2025-12-01")
        page.get_by_role("button", name="Done").click()
        chips = page.locator("#chips li")
        expect(chips).to_have_text(
            [re.compile("^Since 1 December 2025"), re.compile("^La Gazette")]
        )
        answer = ask(page, QUESTION)
        expect(answer.locator(".within")).to_have_text("Only in: Since 1 December 2025, La Gazette")
        origins = answer.locator(":is(.origin, .facts)").all_inner_texts()
        assert all("La Gazette" in origin for origin in origins)
        page.get_by_role("button", name="Remove: La Gazette").click()
        page.get_by_role("button", name="Remove: Since 1 December 2025").click()
        expect(chips).to_have_count(0)
        expect(page.get_by_role("button", name="Filter")).to_be_focused()
        expect(ask(page, QUESTION).locator(".within")).to_have_count(0)


def test_one_article_alone_can_be_asked_from_its_source(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        ask(page, QUESTION)
        page.get_by_role("button", name="Ask only this article").click()
        expect(page.locator("#chips li")).to_have_text([re.compile("^000_deb9b0ddd8a33cb8.txt")])
        answer = ask(page, "Qui investit ?")
        links = answer.locator("a.cite").evaluate_all("all => all.map(a => a.hash)")
        assert all(link.startswith("#/source/000_deb9b0ddd8a33cb8.txt/") for link in links)


def test_filters_that_nothing_passes_are_said_to(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        page.get_by_role("button", name="Filter").click()
        page.get_by_label("Since").fill("2031-01-01")
        page.keyboard.press("Escape")
        expect(ask(page, QUESTION)).to_contain_text("No article passes these filters.")


def test_conversations_are_kept_in_the_browser_with_their_citations(
    chromium: Any, url: str, seeds_index: Any
) -> None:
    from playwright.sync_api import expect

    quote = words(seeds_index.ask(QUESTION).citations[0].quote)
    with opened(chromium, url) as page:
        ask(page, QUESTION)
        page.reload()
        ready(page)
        expect(page.locator(".question")).to_have_text([QUESTION])
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".question")).to_have_count(0)
        ask(page, OTHER)
        page.get_by_role("button", name="Earlier conversations").click()
        kept = page.locator("#conversations [data-open]")
        expect(kept).to_have_count(2)
        kept.filter(has_text=QUESTION).click()
        expect(page.locator(".question")).to_have_text([QUESTION])
        newest_answer(page).locator(".lead a.cite").click()
        expect(page.locator("mark.cited")).to_have_text(quote)
        ask(page, OTHER)
        expect(page.locator(".question")).to_have_text([QUESTION, OTHER])
        page.get_by_role("button", name="Earlier conversations").click()
        page.get_by_role("button", name="Delete all").click()
        expect(kept).to_have_count(0)
        assert page.evaluate("localStorage.getItem('rag.conversations')") == "[]"


def test_a_question_can_be_asked_again_in_its_place_and_a_suggested_one_next(
    chromium: Any, url: str
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        first = ask(page, QUESTION)
        ask(page, OTHER)
        first.get_by_role("button", name="Ask again").click()
        expect(page.locator(".question")).to_have_text([QUESTION])
        answered(page, 1)
        suggested = newest_answer(page).locator("button.ask").first
        question = suggested.inner_text()
        suggested.click()
        answered(page, 2)
        expect(page.locator(".question")).to_have_text([QUESTION, question])


def test_an_answer_is_copied_with_its_sources(chromium: Any, url: str, seeds_index: Any) -> None:
    answer = seeds_index.ask("Combien de visas ?")
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    with opened(chromium, url, **allowed) as page:
        ask(page, "Combien de visas ?")
        pressed(page, "Copy with sources")
        newest_answer(page).get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("Combien de visas ?\n")
        for citation in answer.citations:
            assert f"“{words(citation.quote)}”" in copied
            assert f"{citation.article}:{citation.start}-{citation.end}" in copied
        assert "Bruxelles Korner · 1 April 2025 · French" in copied


def test_a_link_asks_the_same_of_the_same_articles_and_says_if_they_changed(
    chromium: Any, url: str, seeds_index: Any
) -> None:
    from playwright.sync_api import expect

    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    with opened(chromium, url, **allowed) as page:
        page.get_by_role("button", name="Filter").click()
        page.get_by_label("La Gazette").check()
        page.keyboard.press("Escape")
        ask(page, QUESTION)
        pressed(page, "Copy a link")
        newest_answer(page).get_by_role("button", name="Copied").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
        assert f"index={seeds_index.fingerprint}" in link
        within = newest_answer(page).locator(".within").inner_text()
    with opened(chromium, link) as page:
        answered(page, 1)
        expect(page.locator(".question")).to_have_text([QUESTION])
        expect(newest_answer(page).locator(".within")).to_have_text(within)
        expect(page.get_by_role("alert")).to_be_hidden()
    with opened(chromium, link.replace(seeds_index.fingerprint, "0123456789abcdef")) as page:
        answered(page, 1)
        expect(page.get_by_role("alert")).to_contain_text("The articles have changed")


@pytest.mark.parametrize(
    "leave", ["a link", "New conversation", "Earlier conversations", "Ask only this article"]
)
def test_what_belongs_to_the_conversation_leads_back_to_it_from_the_articles(
    chromium: Any, url: str, leave: str
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        ask(page, QUESTION)
        page.get_by_role("button", name="Articles").click()
        expect(page.locator("#question")).to_be_hidden()
        if leave == "a link":
            page.evaluate("ask => (location.hash = new URLSearchParams({ ask }))", OTHER)
            expect(page.locator(".question")).to_have_text([OTHER])
        else:
            page.get_by_role("button", name=leave).click()
        if leave == "Earlier conversations":
            page.locator("#conversations [data-open]").click()
        expect(page.locator("#question")).to_be_visible()
        expect(page.get_by_role("button", name="Ask", exact=True).first).to_have_attribute(
            "aria-current", "page"
        )


def test_on_paper_there_is_the_conversation_alone(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url, color_scheme="dark") as page:
        ask(page, QUESTION)
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator(".question")).to_be_visible()
        for part in (".question", ".lead .quote", ".lead strong"):
            expect(page.locator(part)).to_have_css("color", "rgb(34, 32, 28)")
        expect(page.locator(".card").first).to_have_css("background-color", "rgb(255, 255, 255)")
        expect(page.locator(".card").last).to_be_visible()
        for part in ("#masthead", "#question", "#source", ".toolbar", ".number .unseen"):
            expect(page.locator(part).first).to_be_hidden()


def test_the_articles_are_found_sorted_and_opened(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        page.get_by_role("button", name="Articles", exact=True).click()
        titles = page.locator("td.of-title")
        expect(titles).to_have_count(5)
        page.get_by_role("button", name="Date", exact=True).click()
        page.get_by_role("button", name="Date", exact=True).click()
        expect(page.locator("td.of-date").first).to_have_text("18 December 2025")
        page.locator("#find-article").fill("korner april")
        expect(titles).to_have_count(1)
        expect(page.locator("#articles-count")).to_have_text("1 article")
        titles.get_by_role("link").click()
        expect(page.locator("article h2")).to_contain_text("Kazakhstan–UE")


class SlowIndex(Index):
    """An index that answers when it is told to, and notes in which order it was asked."""

    def __init__(self, index: Index) -> None:
        super().__init__(index.generation, index.encoder, index._reader)
        self.go, self.begun = threading.Event(), threading.Event()
        self.asked: list[str] = []

    def ask(self, question: str, **options: Any) -> Answer:
        self.asked.append(question)
        self.begun.set()
        assert self.go.wait(60)
        return super().ask(question, **options)


@pytest.fixture
def slow(seeds_index: Index) -> Iterator[SlowIndex]:
    index = SlowIndex(seeds_index)
    yield index
    index.go.set()


def submitted(client: Client, question: str) -> Any:
    """Ask as a program, and return once the question stands in the queue or is being answered."""
    job = client.submit(question, api_name="/ask")
    while job.status().code not in (Status.IN_QUEUE, Status.PROCESSING, Status.FINISHED):
        threading.Event().wait(0.01)
    return job


def test_a_question_can_be_stopped_and_asked_again(chromium: Any, slow: SlowIndex) -> None:
    from playwright.sync_api import expect

    with serving(slow, port=0) as url, opened(chromium, url) as page:
        box = page.locator("#question textarea")
        box.fill("Why?")
        box.press("Enter")
        expect(page.locator("#announcement")).to_have_text("Reading the articles…")
        box.fill("And then?")
        box.press("Enter")  # it waits
        expect(box).to_have_value("And then?")
        assert slow.begun.wait(60)
        page.get_by_role("button", name="Stop").click()
        expect(newest_answer(page)).to_contain_text("Stopped.")
        slow.go.set()
        newest_answer(page).get_by_role("button", name="Ask again").click()
        expect(newest_answer(page).locator(".card").first).to_be_visible()
        expect(page.locator(".question")).to_have_text(["Why?"])


def test_twenty_at_once_are_answered_in_the_order_in_which_they_came(slow: SlowIndex) -> None:
    questions = [f"Combien de visas, {number} ?" for number in range(20)]
    with serving(slow, port=0) as url:
        client = Client(url, verbose=False)
        jobs = [submitted(client, question) for question in questions]
        slow.go.set()
        answers = [job.result(timeout=120) for job in jobs]
    assert [answer["question"] for answer in answers] == questions
    assert slow.asked == questions


def test_a_question_too_many_is_told_so_and_is_not_lost(
    chromium: Any, slow: SlowIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    monkeypatch.setattr("rag.web.app.MAX_WAITING", 2)
    with serving(slow, port=0) as url, opened(chromium, url) as page:
        client = Client(url, verbose=False)
        jobs = [submitted(client, f"Combien, {number} ?") for number in range(4)]
        ask(page, "Why?")
        expect(newest_answer(page)).to_contain_text("Many people are asking right now.")
        slow.go.set()
        for job in jobs:
            assert job.result(timeout=60)["question"]
        newest_answer(page).get_by_role("button", name="Ask again").click()
        expect(newest_answer(page).locator(".card").first).to_be_visible()
        expect(page.locator(".question")).to_have_text(["Why?"])


def test_a_server_that_is_away_is_said_to_be_and_the_question_is_kept(
    chromium: Any, url: str
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        page.route("**/gradio_api/**", lambda route: route.abort())
        page.route("**/healthz", lambda route: route.abort())
        box = page.locator("#question textarea")
        box.fill("Why?")
        box.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
        expect(box).to_have_value("Why?")
