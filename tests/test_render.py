"""The HTML of answers and sources."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import render
from rag.types import Answer, AnswerSpan, Article, Citation, Hit, Metadata, Scores, Sentence, Turn

CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
LINES = st.sampled_from("\n\t")
HOSTILE = [
    '<script>window.pwned=1</script><img src="http://evil.example/1" onerror="window.pwned=1">',
    "![x](http://evil.example/2.png) [click](javascript:window.pwned=1) **bold** _it_ `code`",
    "$$\\href{javascript:window.pwned=1}{x}$$ \\(x\\) {{constructor}} ${window.pwned=1} `${1}`",
    "\n\n# Heading\n\n| a |\n|---|\n| 1 |\n\n```mermaid\ngraph TD;A-->B\n```\n\n    code\n",
    "</div></blockquote></article></aside><style>body{display:none}</style><svg onload=pwned=1>",
    "\u202ebackwards\u202c &lt;b&gt; &amp; www.evil.example [9](#source:x:0-1) <a href=x>9</a>",
]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS) | LINES)


def make_hit(citation: Citation, *, language: str | None = "fr") -> Hit:
    c = citation
    sentence = Sentence(c.start, c.end, c.quote)
    about = (c.article, c.title, c.source, c.published, language)
    scores = Scores(1.0, 1.0, 1.0)
    span = (c.start, c.end, c.quote)
    return Hit(c.number, 1.0, *about, *span, sentence, scores, scores, (), ())


def make_citation(number: int, quote: str = "Deux exaflops.", **changes: object) -> Citation:
    values = {"title": "Un titre", "source": "Le Journal", "published": "2025-11-06"} | changes
    fields = {"article": "a.txt", "start": 10, "end": 10 + len(quote), "quote": quote} | values
    return Citation(number=number, **fields)  # type: ignore[arg-type]


def make_answer(*citations: Citation, abstained: bool = False, hits: int = 0) -> Answer:
    quote = citations[0].quote if citations and not abstained else None
    found = tuple(make_hit(make_citation(n, f"Phrase {n}.")) for n in range(1, hits + 1))
    found = found or tuple(make_hit(citation) for citation in citations)
    return Answer("Combien ?", quote, None, abstained, 0.9, citations, found, "f", {})


class _Reader(HTMLParser):
    """Collects the elements, attributes and text of HTML, as a browser would read them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str | None]:
        return [attrs["href"] for tag, attrs in self.tags if tag == "a"]


def test_an_answer_shows_its_sentence_number_and_origin() -> None:
    answer = _Reader(render.render_answer(make_answer(make_citation(1))))
    assert answer.text == "Deux exaflops. Source 1Un titre · Le Journal · 6 November 2025"
    assert answer.links() == ["#source:a.txt:10-24"] * 2
    assert ("blockquote", {"class": "lead", "lang": "fr", "dir": "auto"}) in answer.tags


def test_a_link_holds_the_cited_span_first_and_then_the_others_of_its_article() -> None:
    first = make_citation(1)
    second = make_citation(2, "Almaty.", start=50, end=57)
    elsewhere = make_citation(3, article="b/c:d é.txt")
    answer = _Reader(render.render_answer(make_answer(first, second, elsewhere)))
    assert answer.links() == [
        "#source:a.txt:10-24,50-57",
        "#source:a.txt:10-24,50-57",
        "#source:a.txt:50-57,10-24",
        "#source:b%2Fc%3Ad%20%C3%A9.txt:10-24",
    ]


def test_the_file_name_stands_in_for_an_unknown_title_and_source() -> None:
    unknown = make_citation(1, article="x/y_z.txt", title=None, source=None, published=None)
    assert _Reader(render.render_answer(make_answer(unknown))).text == (
        "Deux exaflops. Source 1y_z.txt"
    )
    titled = make_citation(1, article="x/y_z.txt", source=None, published="spring")
    assert _Reader(render.render_answer(make_answer(titled))).text == (
        "Deux exaflops. Source 1Un titre · y_z.txt · spring"
    )


def test_an_abstention_says_so_and_offers_the_nearest_passages() -> None:
    cited = _Reader(render.render_answer(make_answer(make_citation(1), abstained=True))).text
    assert cited.startswith(
        "The articles do not answer this question.The nearest passagesSource 1 Deux"
    )
    from_hits = _Reader(render.render_answer(make_answer(abstained=True, hits=6)))
    assert re.findall(r"Source \d Phrase \d\.", from_hits.text) == [
        f"Source {n} Phrase {n}." for n in (1, 2, 3, 4)
    ]
    nothing = _Reader(render.render_answer(make_answer(abstained=True)))
    assert nothing.text == "The articles do not answer this question."


@given(TEXTS)
def test_a_message_is_one_line_that_reads_as_the_text_and_holds_nothing_for_markdown(
    text: str,
) -> None:
    message = render.render_answer(make_answer(make_citation(1, text, end=10)))
    quote = message.split('dir="auto">', 1)[1].split(' <a class="cite"', 1)[0]
    assert html.unescape(quote) == text
    assert "\n" not in message
    assert not re.search(r"[!-/:-@[-`{-~]", re.sub(r"&#\d+;", "", quote), re.ASCII)


def test_characters_that_json_or_html_cannot_carry_become_harmless() -> None:
    message = render.render_question("a\ud800b\x00c")
    assert message.encode() == b'<div class="question" dir="auto">a&#55296;b&#0;c</div>'


@given(TEXTS)
def test_a_question_is_read_back_as_it_was_asked(question: str) -> None:
    assert render.read_question(render.render_question(question)) == question


def test_a_source_marks_the_cited_sentence_strongly_and_the_others_faintly() -> None:
    article = Article("d/a.txt", "Titre\n\nUn. Deux.\nTrois <3.", "0" * 64, Metadata())
    shown = render.render_source(article, [(11, 16), (7, 10), (17, 26), (9, 12)])
    assert shown == (
        '<article dir="auto"><header><h2 dir="auto">a.txt</h2><p class="byline"></p></header>'
        '<p dir="auto">Titre</p>'
        '<p dir="auto"><mark class="also">Un.</mark> <mark class="cited">Deux.</mark></p>'
        '<p dir="auto"><mark class="also">Trois &lt;3.</mark></p></article>'
    )


def test_a_cited_sentence_over_two_lines_is_marked_in_both() -> None:
    article = Article("a.txt", "Un deux\ntrois.", "0" * 64, Metadata(language="fr"))
    assert render.render_source(article, [(3, 14)]).endswith(
        '<p dir="auto">Un <mark class="cited">deux\n</mark></p>'
        '<p dir="auto"><mark class="cited">trois.</mark></p></article>'
    )


def test_a_source_says_what_is_known_of_its_article() -> None:
    about = Metadata("T & U", "2025-04-01", "Kadir Duran", "Bruxelles Korner", "fr")
    shown = _Reader(render.render_source(Article("a.txt", "Un.", "0" * 64, about), [(0, 3)]))
    assert shown.text == "T & UKadir Duran · 1 April 2025 · Bruxelles KornerUn."
    assert shown.tags[0] == ("article", {"lang": "fr", "dir": "auto"})


@pytest.mark.parametrize("span", [(-1, 2), (0, 4), (2, 2), (3, 1)])
def test_a_span_outside_of_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"do not lie in 'a\.txt'"):
        render.render_source(Article("a.txt", "Un.", "0" * 64, Metadata()), [span])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element_or_attribute(text: str) -> None:
    citation = make_citation(1, text, article=text, title=text, source=text, published=text)
    article = Article(text, text, "0" * 64, Metadata(text, text, text, text, text))
    hits = (make_hit(citation, language=text),)
    messages = [
        render.render_answer(replace(make_answer(citation, citation), hits=hits)),
        render.render_answer(replace(make_answer(abstained=True), hits=hits)),
        render.render_problem(text),
        render.render_question(text),
    ]
    assert "\n" not in "".join(messages)
    shown = [*messages, render.render_source(article, [(0, len(text))])]
    inline, blocks = {"a", "bdi", "mark", "q", "span"}, {"article", "blockquote", "div", "header"}
    ours = inline | blocks | {"h2", "h3", "li", "p", "ul"}
    for tag, attributes in (tag for part in shown for tag in _Reader(part).tags):
        assert tag in ours
        assert set(attributes) <= {"class", "dir", "href", "lang"}
        assert not (attributes.get("href") or "#source:").partition("#source:")[0]


def test_an_unsure_answer_says_so() -> None:
    sure = make_answer(make_citation(1))
    assert render.LABELS["unsure"] not in render.render_answer(sure)
    assert render.LABELS["unsure"] in render.render_answer(replace(sure, confidence=0.49))


def test_what_another_article_says_stands_apart() -> None:
    one, other, third = (make_citation(n, f"Phrase {n}.") for n in (1, 2, 3))
    shown = render.render_answer(replace(make_answer(one, other, third), differing=(2,)))
    heading = shown.index(render.LABELS["differing"])
    assert heading < shown.index("Phrase 2&#46;") < shown.index(render.LABELS["other_passages"])


def test_every_sentence_of_an_answer_leads() -> None:
    one, other, third = (make_citation(n, f"Phrase {n}.") for n in (1, 2, 3))
    shown = render.render_answer(replace(make_answer(one, other, third), parts=2))
    assert shown.count('class="lead"') == 2


@pytest.mark.parametrize("text", ["Et en Arménie ?", *HOSTILE])
def test_turns_are_read_back_from_what_was_shown(text: str) -> None:
    span = AnswerSpan(10, 10 + len("Deux exaflops"), "Deux exaflops")
    citation = make_citation(1, answer_span=span)
    answer = replace(make_answer(citation), completed=text)
    question, shown = render.render_question("Et ?"), render.render_answer(answer)
    assert render.read_turns([(question, shown)]) == [Turn(text, "Deux exaflops")]
    plain = replace(answer, completed=None)
    turns = render.read_turns([(render.render_question(text), render.render_answer(plain))])
    assert turns == [Turn(text, "Deux exaflops")]
