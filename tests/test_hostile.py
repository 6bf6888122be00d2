"""Thirty hostile texts are only text: in answers, cards, panel, table, chips and export."""

import html
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from browsing import ask, opened, words
from markdown_it import MarkdownIt
from payloads import PAYLOADS

from rag.types import Answer, Article, Citation, Hit, Metadata, Scores, Sentence
from rag.web.server import serving


class HostileIndex:
    """Stands in for an index whose articles' texts, titles, sources and names are hostile."""

    fingerprint = query_fingerprint = "hostile"

    def __init__(self) -> None:
        every = [self.article(one) for one in self.articles()]
        self.generation = SimpleNamespace(
            languages=["<img src=x onerror=window.pwned=1>"],
            manifest=SimpleNamespace(folder="/nonexistent"),
            article_ids=self.articles(),
            metadata=lambda row: every[row].metadata,
            text=lambda row: every[row].text,
            copies=lambda row: (),
            file_of=lambda article_id: None,
        )

    def changed(self, article_id: str) -> bool:
        return True

    def articles(self) -> tuple[str, ...]:
        return tuple(f"{number}/<b>&\"':,.txt" for number in range(len(PAYLOADS)))

    def article(self, article_id: str) -> Article:
        text = PAYLOADS[int(article_id.partition("/")[0])]
        return Article(article_id, text, "0" * 64, Metadata(text, text, text, text, text))

    def ask(self, question: str, **options: object) -> Answer:
        texts = {article_id: self.article(article_id).text for article_id in self.articles()}
        citations = tuple(
            Citation(
                number, article_id, text, text, text, 0, len(text), text, heading=text, changed=True
            )
            for number, (article_id, text) in enumerate(texts.items(), start=1)
        )
        all_one = Scores(1.0, 1.0, 1.0)
        hits = tuple(
            Hit(c.number, 1.0, c.article, c.title, c.source, c.published, c.quote, c.start, c.end,
                c.quote, Sentence(c.start, c.end, c.quote), all_one, all_one, (),
                self.articles()[:1], heading=c.heading)
            for c in citations
        )  # fmt: skip
        return Answer(
            question, PAYLOADS[0], None, False, 1.0, citations, hits, self.fingerprint, {},
            differing=(2, 3), completed=PAYLOADS[5], unanswered=(PAYLOADS[6],),
        )  # fmt: skip


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    index: Any = HostileIndex()
    with serving(index, port=0) as url:
        yield url


TOLD = ".answer, .question, .source, .articles, #chips, #dialogs"
FOREIGN = (
    *("img", "script", "style", "iframe", "math", "video", "object", "base", "form[action]"),
    *("circle", ".katex", ".mermaid", "code", "em", "h1", "#turns table", "[style*=fixed]"),
)


def inert(page: Any) -> None:
    """Nothing ran, nothing is drawn that is not ours, and the page stands as it stood."""
    assert page.evaluate("window.pwned") is None
    for selector in FOREIGN:
        assert page.locator(TOLD).locator(selector).count() == 0, selector
    handlers = page.evaluate(
        "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
        ".filter(a => /^on/.test(a.name)).length"
    )
    assert handlers == 0
    links = page.locator("#desk a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert all(link.startswith(("#/source/", "page/original?")) for link in links)
    assert page.evaluate("document.elementFromPoint(300, 800).closest('#question') !== null")


def test_questions_are_only_text(chromium: Any, url: str) -> None:
    with opened(chromium, url) as page:
        for question in PAYLOADS[::5]:
            ask(page, question)
            shown = page.locator(".question").last
            assert words(shown.inner_text()) == words(question)
            assert shown.locator("*").count() == 0
        inert(page)


def test_answers_cards_and_sources_are_only_text(chromium: Any, url: str) -> None:
    from playwright.sync_api import expect

    with opened(chromium, url) as page:
        answer = ask(page, "Why?")
        inert(page)
        quotes = answer.locator(".quote").all()
        assert len(quotes) == len(PAYLOADS)
        shown = [words(quote.inner_text()) for quote in quotes]
        assert sorted(shown) == sorted(words(text) for text in PAYLOADS)
        numbers = answer.locator("a.cite .number")
        texts = numbers.evaluate_all("all => all.map(one => Number(one.lastChild.textContent))")
        assert sorted(texts) == list(range(1, len(PAYLOADS) + 1))  # none is forged
        for number, text in enumerate(PAYLOADS, start=1):
            link = answer.locator("a.cite:has(.number)").nth(number - 1)
            link.evaluate("link => link.click()")
            last_line = [line for line in text.splitlines() if line.strip()][-1]
            expect(page.locator("mark.cited").last).to_have_text(words(last_line))
        tags = page.locator("article, article *").evaluate_all("all => all.map(e => e.localName)")
        assert set(tags) <= {
            *("article", "header", "h2", "p", "span", "bdi", "mark", "a", "button"),
        }
        inert(page)


def test_the_table_the_filters_and_the_history_are_only_text(chromium: Any, url: str) -> None:
    with opened(chromium, url) as page:
        ask(page, PAYLOADS[1])
        page.get_by_role("button", name="Articles", exact=True).click()
        titles = page.locator("td.of-title").all_inner_texts()
        assert sorted(map(words, titles)) == sorted(map(words, PAYLOADS))
        page.get_by_role("button", name="Ask", exact=True).first.click()
        page.get_by_role("button", name="Filter").click()
        for box in page.locator("#filter-sources input").all():
            box.evaluate("box => box.click()")
        page.get_by_role("button", name="Done").click()
        assert page.locator("#chips li").count() == len(set(PAYLOADS))
        page.get_by_role("button", name="Earlier conversations").click()
        assert page.locator("#conversations li").inner_text().startswith(PAYLOADS[1])
        page.get_by_role("button", name="Close", exact=True).click()
        inert(page)


def test_the_export_is_only_text_to_whoever_renders_it(chromium: Any, url: str) -> None:
    with opened(chromium, url) as page:
        ask(page, PAYLOADS[1])
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as Markdown").click()
        exported = saving.value.path().read_text()
    rendered = MarkdownIt("commonmark", {"html": True}).render(exported)
    tags = set(re.findall(r"<(\w+)", rendered))
    assert tags <= {"h1", "h2", "p", "ol", "li", "br", "blockquote"}
    read = words(html.unescape(re.sub("<[^>]+>", " ", rendered)))
    for text in PAYLOADS:
        assert words(text) in read
