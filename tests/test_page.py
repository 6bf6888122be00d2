"""The page in a real browser: what staff do, and what hostile articles cannot do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rag.app import serving
from rag.types import Answer, Article, Citation, Hit, Metadata, Scores, Sentence

QUESTION = "How many exaflops does the Kazakh supercomputer have?"

HOSTILE = [
    '<script>window.pwned=1</script><img src="http://evil.example/1" onerror="window.pwned=1">',
    "![x](http://evil.example/2) [click](javascript:window.pwned=1) **bold** _it_ `code` $$x^2$$",
    "{{constructor.constructor('window.pwned=1')()}} ${window.pwned=1} `${window.pwned=1}`",
    "\n\n# Heading\n\n```mermaid\ngraph TD;A-->B\n```\n\n    code\n",
    "</div></blockquote></article></aside><style>body{display:none}</style><svg onload=pwned=1>",
    "\u202ebackwards\u202c &lt;b&gt; &amp; www.evil.example [9](#source:x:0-1) <a href=x>9</a>",
]


class HostileIndex:
    """Stands in for an index whose articles' texts, titles, sources and names are hostile."""

    fingerprint = "hostile"

    def articles(self) -> tuple[str, ...]:
        return tuple(f"{number}/<b>&\"':,.txt" for number in range(len(HOSTILE)))

    def article(self, article_id: str) -> Article:
        text = HOSTILE[int(article_id[0])]
        return Article(article_id, text, "0" * 64, Metadata(text, text, text, text, text))

    def ask(self, question: str, *, after: object = None) -> Answer:
        texts = {article_id: self.article(article_id).text for article_id in self.articles()}
        citations = tuple(
            Citation(number, article_id, text, text, text, 0, len(text), text)
            for number, (article_id, text) in enumerate(texts.items(), start=1)
        )
        all_one = Scores(1.0, 1.0, 1.0)
        hits = tuple(
            Hit(c.number, 1.0, c.article, c.title, c.source, c.published, c.quote, c.start, c.end,
                c.quote, Sentence(c.start, c.end, c.quote), all_one, all_one, (), ())
            for c in citations
        )  # fmt: skip
        return Answer(question, HOSTILE[0], None, False, 1.0, citations, hits, self.fingerprint, {})


@contextmanager
def opened(chromium: Any, index: Any, *, width: int) -> Iterator[Any]:
    """Serve the index and open its page, which must ask no other host for anything."""
    with serving(index, port=0, examples=[QUESTION]) as url:
        context = chromium.new_context(viewport={"width": width, "height": 844})
        page = context.new_page()
        elsewhere: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request: note_outsider(request.url, url, elsewhere))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        page.get_by_role("textbox").wait_for()
        yield page
        context.close()
        assert elsewhere == []
        assert faults == []


def note_outsider(requested: str, url: str, elsewhere: list[str]) -> None:
    if not requested.startswith((url, "data:", "blob:")):
        elsewhere.append(requested)


def ask(page: Any, question: str) -> Any:
    """Ask in the page and return the answer, once it is there."""
    asked = page.locator(".answer").count()
    page.get_by_role("textbox").fill(question)
    page.get_by_role("textbox").press("Enter")
    answer = page.locator(".answer").nth(asked)
    answer.wait_for()
    return answer


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_citation_opens_its_article_at_the_highlighted_sentence(
    chromium: Any, seeds_index: Any, width: int
) -> None:
    from playwright.sync_api import expect

    citation = seeds_index.ask(QUESTION).citations[0]
    with opened(chromium, seeds_index, width=width) as page:
        assert page.get_by_role("textbox").bounding_box()["y"] > 760  # of 844
        answer = ask(page, QUESTION)
        expect(answer.locator(".lead")).to_contain_text(words(citation.quote))
        earlier = answer.get_by_role("link", name="Source 1", exact=True)
        earlier.press("Enter")
        cited = page.locator("mark.cited")
        expect(cited).to_have_text(words(citation.quote))
        expect(cited).to_be_in_viewport(ratio=1)
        article = seeds_index.article(citation.article).text
        assert words(page.locator("article > p").first.inner_text()) == next(
            words(line) for line in article.splitlines() if line.strip()
        )
        panel = page.get_by_role("region", name="Source article")
        box, cited_box = panel.bounding_box(), cited.first.bounding_box()
        assert box["y"] <= cited_box["y"] < box["y"] + box["height"]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        expect(panel.get_by_role("document")).to_be_focused()
        page.keyboard.press("Escape")
        expect(earlier).to_be_focused()
        if width == 390:
            expect(panel).to_be_hidden()
            earlier.click()
            page.get_by_role("button", name="Close the source").click()
            expect(panel).to_be_hidden()

        ask(page, "Сколько компаний в Astana Hub?")
        if width == 1280:
            expect(page.get_by_role("textbox")).to_be_focused()
        earlier.click()
        expect(cited).to_have_text(words(citation.quote))
        expect(cited).to_be_in_viewport(ratio=1)


def test_a_follow_up_shows_the_question_that_was_asked_and_lets_it_be_edited(
    chromium: Any, seeds_index: Any
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, seeds_index, width=1280) as page:
        ask(page, "Combien de data centers seront construits au Kazakhstan ?")
        answer = ask(page, "Et en Arménie ?")
        complete = "Combien de data centers seront construits en Arménie ?"
        expect(answer.locator(".completed q")).to_have_text(complete)
        answer.get_by_role("link", name="Edit").click()
        box = page.get_by_role("textbox")
        expect(box).to_have_value(complete)
        expect(box).to_be_focused()
        box.press("Enter")
        again = page.locator(".answer").nth(2)
        again.wait_for()
        expect(page.locator(".question").last).to_have_text(complete)
        expect(again.locator(".completed")).to_have_count(0)


def test_hostile_articles_and_questions_are_only_text(chromium: Any) -> None:
    from playwright.sync_api import expect

    index = HostileIndex()
    with opened(chromium, index, width=1280) as page:
        for question in HOSTILE:
            ask(page, question)
            shown = page.locator(".question").last
            assert words(shown.inner_text()) == words(question)
            assert shown.locator("*").count() == 0
        answer = page.locator(".answer").last
        shown_quotes = [answer.locator(".lead"), *answer.locator("q").all()]
        for number, (shown, text) in enumerate(zip(shown_quotes, HOSTILE, strict=True), start=1):
            assert words(text) in words(shown.inner_text())
            answer.get_by_role("link", name=f"Source {number}").first.click()
            cited = page.locator("mark.cited")
            expect(cited.last).to_contain_text(words(text.strip().splitlines()[-1]))
            tags = page.locator("article, article *").evaluate_all(
                "all => all.map(e => e.localName)"
            )
            assert set(tags) <= {"article", "header", "h2", "p", "span", "bdi", "mark"}
        assert answer.locator("img, script, style, svg, code, strong, em, [onerror]").count() == 0
        assert page.locator(".katex, .mermaid, iframe, #turns img").count() == 0
        assert page.evaluate("window.pwned") is None
        expect(page.locator("body")).to_be_visible()


def test_an_empty_question_asks_nothing_and_an_example_asks_itself(
    chromium: Any, seeds_index: Any
) -> None:
    from playwright.sync_api import expect

    with opened(chromium, seeds_index, width=1280) as page:
        page.get_by_role("textbox").fill("   ")
        page.get_by_role("button", name="Ask").click()
        page.get_by_role("button", name=QUESTION).click()
        expect(page.locator(".answer")).to_have_count(1)
        expect(page.locator(".question")).to_have_text([QUESTION])
