"""The HTML of answers and sources."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payloads import PAYLOADS

from rag.generate import Claim, Generated
from rag.types import Answer, AnswerSpan, Article, Citation, Hit, Metadata, Scores, Sentence, Turn
from rag.web.render.answer import render_answer, render_problem
from rag.web.render.source import render_source
from rag.web.render.text import About
from rag.web.render.turns import read_question, read_turns, render_question

CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
LINES = st.sampled_from("\n\t")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS) | LINES)


def make_hit(citation: Citation, **changes: object) -> Hit:
    c = citation
    sentence = Sentence(c.start, c.end, c.quote)
    about = (c.article, c.title, c.source, c.published, "fr")
    scores = Scores(1.0, 1.0, 1.0)
    hit = Hit(
        c.number, 1.0, *about, c.start, c.end, c.quote, sentence, scores, scores, (), ()
    )  # fmt: skip
    return replace(hit, **changes)  # type: ignore[arg-type]


def make_citation(number: int, quote: str = "Deux exaflops.", **changes: object) -> Citation:
    values = {"title": "Un titre", "source": "Le Journal", "published": "2025-11-06"} | changes
    fields = {"article": "a.txt", "start": 10, "end": 10 + len(quote), "quote": quote} | values
    return Citation(number=number, **fields)  # type: ignore[arg-type]


def make_answer(*citations: Citation, abstained: bool = False, hits: int = 0) -> Answer:
    quote = citations[0].quote if citations and not abstained else None
    found = tuple(make_hit(make_citation(n, f"Phrase {n}.")) for n in range(1, hits + 1))
    found = found or tuple(make_hit(citation) for citation in citations)
    return Answer("Combien ?", quote, None, abstained, 0.9, citations, found, "f", {})


def about(article: str) -> About:
    return About(article, None, None, None, "fr")


def shown(answer: Answer, language: str = "en", **options: object) -> str:
    return render_answer(answer, language=language, about=about, **options)  # type: ignore[arg-type]


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


def test_an_answer_shows_how_sure_it_is_its_sentence_number_and_origin() -> None:
    answer = _Reader(shown(make_answer(make_citation(1))))
    assert answer.text == (
        "Very likely the answerDeux exaflops. Source 1"
        "Un titre · Le Journal · 6 November 2025 · French"
    )
    assert answer.links() == ["#/source/a.txt/10-24"] * 2
    assert ("blockquote", {"class": "lead", "lang": "fr", "dir": "auto"}) in answer.tags


def test_labels_are_in_the_pages_language_and_quotes_in_their_own() -> None:
    citation = make_citation(1, "انطلق المشروع.")
    arabic = render_answer(
        make_answer(citation), language="kk", about=lambda a: replace(about(a), language="ar")
    )
    answer = _Reader(arabic)
    assert answer.text == (
        "Бұл жауап болуы әбден мүмкінانطلق المشروع. Дереккөз 1"
        "Un titre · Le Journal · 2025\u202fж. 6 қараша · араб тілі"
    )
    assert ("div", {"class": "answer", "lang": "kk"}) in answer.tags
    assert ("blockquote", {"class": "lead", "lang": "ar", "dir": "auto"}) in answer.tags


def test_a_link_holds_the_cited_span_first_and_then_the_others_of_its_article() -> None:
    first = make_citation(1)
    second = make_citation(2, "Almaty.", start=50, end=57)
    elsewhere = make_citation(3, article="b/c:d é.txt")
    answer = _Reader(shown(make_answer(first, second, elsewhere)))
    assert answer.links() == [
        "#/source/a.txt/10-24,50-57",
        "#/source/a.txt/10-24,50-57",
        "#/source/a.txt/50-57",
        "#/source/b%2Fc%3Ad%20%C3%A9.txt/10-24",
    ]


def test_the_file_name_stands_in_for_an_unknown_title_and_source() -> None:
    unknown = make_citation(1, article="x/y_z.txt", title=None, source=None, published=None)
    assert _Reader(shown(make_answer(unknown))).text.endswith("Source 1y_z.txt · French")
    titled = make_citation(1, article="x/y_z.txt", source=None, published="spring")
    assert _Reader(shown(make_answer(titled))).text.endswith("Un titre · y_z.txt · spring · French")


def test_an_abstention_says_so_and_offers_the_nearest_passages_as_such() -> None:
    cited = _Reader(shown(make_answer(make_citation(1), abstained=True))).text
    assert cited.startswith(
        "The articles do not answer this question."
        "The nearest passages, which do not answer itSource 1 Un titre"
    )
    from_hits = _Reader(shown(make_answer(abstained=True, hits=6)))
    assert re.findall(r"Phrase \d\.", from_hits.text) == [f"Phrase {n}." for n in (1, 2, 3, 4)]
    nothing = _Reader(shown(make_answer(abstained=True)))
    assert nothing.text == "The articles do not answer this question."


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.8, "Very likely"), (0.79, "Probably"), (0.5, "Probably"), (0.49, "Not sure")],
)
def test_confidence_is_said_in_words(confidence: float, words: str) -> None:
    answer = replace(make_answer(make_citation(1)), confidence=confidence)
    assert _Reader(shown(answer)).text.startswith(words)


def test_articles_that_disagree_stand_side_by_side_under_their_dates() -> None:
    one, other, third = (make_citation(n, f"Phrase {n}.") for n in (1, 2, 3))
    other = replace(other, published=None)
    answer = replace(make_answer(one, other, third), differing=(2,))
    text = shown(answer, "fr")
    sides = [_Reader(side).text for side in text.split('<div class="side">')[1:]]
    assert sides[0].startswith("6 novembre 2025Phrase 1.")
    assert sides[1].startswith("sans datePhrase 2.")
    assert _Reader(text).text.count("Phrase 2.") == 1
    assert "Les articles se contredisent" in _Reader(text).text


def test_sentences_of_one_article_that_answer_together_share_a_line_of_origin() -> None:
    one, other = make_citation(1, "Un."), make_citation(2, "Deux.", start=20, end=25)
    elsewhere = make_citation(3, "Trois.", article="b.txt")
    text = shown(replace(make_answer(one, other, elsewhere), parts=3))
    assert text.count('class="lead"') == 3
    assert text.count('class="origin"') == 2


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        (0.6, "Probably answers it too"),
        (0.3, "May answer it"),
        (0.1, "Related, unlikely to answer it"),
        (None, None),
    ],
)
def test_a_card_says_in_words_how_likely_its_sentence_answers(
    confidence: float | None, told: str | None
) -> None:
    other = make_citation(2, "Elle coûte cher.", confidence=confidence)
    text = _Reader(shown(make_answer(make_citation(1), other))).text
    labels = {"Probably answers it too", "May answer it", "Related, unlikely to answer it"}
    assert {one for one in labels if one in text} == ({told} if told else set())
    declined = _Reader(shown(make_answer(make_citation(1), other, abstained=True))).text
    assert not any(one in declined for one in labels)


def test_a_card_shows_the_passage_around_its_sentence_cut_at_words() -> None:
    lead, cited = (
        make_citation(1),
        make_citation(2, "Voici.", start=1000, end=1006, article="b.txt"),
    )
    passage = "mot " * 100 + "Voici." + " suite" * 100
    hit = make_hit(cited, start=600, end=600 + len(passage), text=passage)
    answer = replace(make_answer(lead, cited), hits=(hit,))
    text = _Reader(shown(answer)).text
    around = text[text.index("…") : text.rindex("…") + 1]
    assert around == "… " + "mot " * 39 + "Voici." + " suite" * 26 + " …"
    assert '<mark class="quote">Voici&#46;</mark>' in shown(answer)


def test_a_passage_that_stands_in_other_articles_names_them() -> None:
    citation = make_citation(1)
    hit = make_hit(citation, also_in=("b.txt", "c.txt"))
    answer = _Reader(shown(replace(make_answer(citation), hits=(hit,)), "ru"))
    assert "также в 2 статьях" in answer.text
    assert answer.links()[-2:] == ["#/source/b.txt/", "#/source/c.txt/"]


def test_what_was_asked_is_said_where_it_is_not_plain() -> None:
    answer = replace(make_answer(make_citation(1)), completed="Et <en> Arménie ?")
    text = _Reader(shown(answer, within=["since <2025>"], follow_ups=["Et <Alem> ?"])).text
    assert text.startswith("Asked as Et <en> Arménie ?Only in: since <2025>")
    assert text.endswith("Ask nextEt <Alem> ?")


@given(TEXTS)
def test_a_message_is_one_line_that_reads_as_the_text_and_holds_nothing_for_markdown(
    text: str,
) -> None:
    message = shown(make_answer(make_citation(1, text, end=10)))
    quote = message.split('class="quote">', 1)[1].split('</span> <a class="cite"', 1)[0]
    assert html.unescape(quote) == text
    assert "\n" not in message
    assert not re.search(r"[!-/:-@[-`{-~]", re.sub(r"&#\d+;", "", quote), re.ASCII)


def test_characters_that_json_or_html_cannot_carry_become_harmless() -> None:
    message = render_question("a\ud800b\x00c")
    assert message.encode().endswith(b">a&#55296;b&#0;c</div>")


@given(TEXTS)
def test_a_question_is_read_back_as_it_was_asked(question: str) -> None:
    assert read_question(render_question(question)) == question


def test_a_source_marks_the_cited_sentence_strongly_and_the_others_faintly() -> None:
    article = Article("d/a.txt", "Titre\n\nUn. Deux.\nTrois <3.", "0" * 64, Metadata())
    spans = [(11, 16), (7, 10), (17, 26), (9, 12)]
    text = render_source(article, spans, about("d/a.txt"), language="en")
    assert text.endswith(
        '<p dir="auto">Titre</p>'
        '<p dir="auto"><mark class="also">Un.</mark> <mark class="cited">Deux.</mark></p>'
        '<p dir="auto"><mark class="also">Trois &lt;3.</mark></p></article>'
    )


def test_a_cited_sentence_over_two_lines_is_marked_in_both() -> None:
    article = Article("a.txt", "Un deux\ntrois.", "0" * 64, Metadata(language="fr"))
    assert render_source(article, [(3, 14)], about("a.txt"), language="en").endswith(
        '<p dir="auto">Un <mark class="cited">deux\n</mark></p>'
        '<p dir="auto"><mark class="cited">trois.</mark></p></article>'
    )


def test_a_source_says_what_is_known_of_its_article_and_that_it_has_changed() -> None:
    known = Metadata("T & U", "2025-04-01", "Kadir Duran", "Bruxelles Korner", "fr")
    seen = About("a.txt", "T & U", "Bruxelles Korner", "2025-04-01", "fr", page=12, changed=True)
    article = Article("a.txt", "Un.", "0" * 64, known)
    text = _Reader(render_source(article, [], seen, language="fr"))
    assert text.text == (
        "T & UKadir Duran · Bruxelles Korner · 1er avril 2025 · français · p. 12 · "
        "Modifié depuis l’indexationFichier d’origineN’interroger que cet articleUn."
    )
    assert text.tags[0] == ("article", {"lang": "fr", "dir": "auto"})


@pytest.mark.parametrize("span", [(-1, 2), (0, 4), (2, 2), (3, 1)])
def test_a_span_outside_of_the_text_is_refused(span: tuple[int, int]) -> None:
    article = Article("a.txt", "Un.", "0" * 64, Metadata())
    with pytest.raises(ValueError, match=r"do not lie in 'a\.txt'"):
        render_source(article, [span], about("a.txt"), language="en")


@pytest.mark.parametrize("text", PAYLOADS)
def test_hostile_text_adds_no_element_or_attribute(text: str) -> None:
    citation = make_citation(1, text, article=text, title=text, source=text, published=text)
    article = Article(text, text, "0" * 64, Metadata(text, text, text, text, text))
    seen = About(text, text, text, text, text)
    hit = make_hit(citation, language=text, also_in=(text,))
    answers = [
        replace(make_answer(citation, citation), hits=(hit,), completed=text, differing=(1,)),
        replace(make_answer(abstained=True), hits=(hit,)),
    ]
    claim = Claim(0, len(text), (1,), supported=False, reason=text)
    generated = Generated(text, text, (claim,), (citation,), True, "stop", text, {})
    messages = [
        render_answer(answers[0], language="en", about=lambda _: seen, written=text),
        render_answer(answers[0], language="en", about=lambda _: seen, written=generated),
        *(
            render_answer(
                answer, language="en", about=lambda _: seen, within=[text], follow_ups=[text]
            )
            for answer in answers
        ),
        render_problem(text, language="en"),
        render_question(text),
    ]
    assert "\n" not in "".join(messages)
    source = render_source(article, [(0, len(text))], seen, language="en")
    inline = {"a", "bdi", "br", "button", "details", "mark", "q", "span", "summary"}
    blocks = {"article", "blockquote", "div", "header", "h2", "li", "p", "ul"}
    allowed = {"class", "dir", "href", "lang", "type", "download", "data-article"}
    for tag, attributes in (tag for part in [*messages, source] for tag in _Reader(part).tags):
        assert tag in inline | blocks
        assert set(attributes) <= allowed
        assert re.match(r"#/source/|page/original\?article=", attributes.get("href") or "#/source/")


@pytest.mark.parametrize("text", ["Et en Arménie ?", *PAYLOADS])
def test_turns_are_read_back_from_what_was_shown(text: str) -> None:
    span = AnswerSpan(10, 10 + len("Deux exaflops"), "Deux exaflops")
    citation = make_citation(1, answer_span=span)
    answer = replace(make_answer(citation), completed=text)
    question, message = render_question("Et ?"), shown(answer)
    assert read_turns([(question, message)]) == [Turn(text, "Deux exaflops", citation.article)]
    plain = replace(answer, completed=None)
    assert read_turns([(render_question(text), shown(plain))]) == [
        Turn(text, "Deux exaflops", citation.article)
    ]
