"""Lines of the page around an article."""

import pytest
from conftest import SEEDS

from rag.corpus.boilerplate import normal_line, page_lines
from rag.corpus.passages import Splitter, split_article

PROSE = "The city council decided on Monday to rebuild the old bridge over the river."


def passages_of(text: str, *, shared: tuple[str, ...] = (), size: int = 200) -> list[str]:
    found = split_article(
        text,
        language="en",
        count_tokens=lambda piece: len(piece.split()),
        splitter=Splitter(passage_tokens=size),
        shared=frozenset(map(normal_line, shared)),
    )
    return [text[passage.start : passage.end] for passage in found]


@pytest.mark.parametrize(
    "line",
    [
        "Share on Facebook",
        "* [Share this article on X](#)",
        "Subscribe to our newsletter and never miss a story.",
        "Abonnez-vous à notre newsletter",
        "Lire aussi : Le pont rouvre",
        "Подписывайтесь на наш Telegram-канал",
        "Читайте также: Мост открыт",
        "Жазылыңыз!",
        "Bizi takip edin",
        "İlginizi Çekebilir",
        "TÜM HABERLER",
        "Oxşar xəbərlər",
        "© © 2025 S-B-E Ltd",
        "All rights reserved.",
        "This website uses cookies to improve your experience.",
        "Loading...",
    ],
)
def test_a_line_of_the_page_is_in_no_passage_but_stays_in_the_text(line: str) -> None:
    assert passages_of(f"{PROSE}\n\n{line}\n\n{PROSE} Again.") == [PROSE, f"{PROSE} Again."]


@pytest.mark.parametrize(
    "line",
    [
        "The newsletter has two million readers.",
        "Share prices fell by 3% on Monday.",
        "Print sales of the paper rose again last year.",
        "Follow the money, said the prosecutor.",
        "Les abonnés paieront deux euros de plus.",
        "Cookies are small files that a browser keeps.",
        "Reading also helps, the study says.",
        "Subscribers paid 20 million euros.",
    ],
)
def test_a_statement_about_such_things_is_the_articles(line: str) -> None:
    assert passages_of(f"{PROSE}\n\n{line}") == [f"{PROSE}\n\n{line}"]


def test_a_menu_before_or_after_the_article_is_in_no_passage() -> None:
    menu = "Home\nNews\nSport\nWeather\nOur jobs\nContact\n"
    assert passages_of(f"{menu}\nOld bridge: the vote\n\n{PROSE}\n\n{menu}") == [
        f"Old bridge: the vote\n\n{PROSE}"
    ]
    names = "Ada Lovelace\nGrace Hopper\nMary Somerville\n"  # too few for a menu
    assert passages_of(f"{PROSE}\n\n{names}") == [f"{PROSE}\n\n{names.strip()}"]


def test_a_line_that_other_articles_have_is_in_no_passage() -> None:
    slogan = "The River Gazette: read by everybody who lives at the river."
    assert passages_of(f"{PROSE}\n{slogan}\n{PROSE} Again.", shared=(slogan,)) == [
        *(PROSE, f"{PROSE} Again."),
    ]


def test_where_nothing_would_be_left_everything_stays() -> None:
    assert passages_of("Subscribe now", shared=()) == ["Subscribe now"]
    assert page_lines(["All", "of it"], [True, True], {"all", "of it"}) == frozenset()


def test_a_heading_does_not_move_across_a_line_of_the_page() -> None:
    text = f"{PROSE}\n\nThe vote\n\nShare on Facebook\n\n{PROSE} Again."
    assert passages_of(text) == [f"{PROSE}\n\nThe vote", f"{PROSE} Again."]


def test_the_seeds_keep_what_their_articles_say() -> None:
    text = (SEEDS / "003_2298f801a7b9054e.txt").read_text(encoding="utf-8")
    joined = "\n".join(passages_of(text))
    assert "TÜM HABERLER" not in joined
    assert "S-B-E" not in joined
    for line in ("Kadir Duran", "01/04/2025", "Bruxelles Korner"):
        assert line in joined
