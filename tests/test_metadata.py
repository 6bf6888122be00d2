"""What an article says about itself."""

import pytest
from conftest import SEEDS
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.metadata import detect_language, find_metadata, parse_date
from rag.types import Metadata

BODY = (
    "The city council decided on Monday to rebuild the old bridge over the river, which was "
    "closed after the flood. Work begins in spring and will take two years.\n"
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("000_deb9b0ddd8a33cb8.txt", Metadata(language="fr")),
        (
            "001_96800e28dcdd0e72.txt",
            Metadata(
                title="Kazakhstan : l'intelligence artificielle, priorité du gouvernement",
                published="2025-10-09",
                author="Nathan Hourcade",
                language="fr",
            ),
        ),
        (
            "002_85e8d226dcede907.txt",
            Metadata(
                title="LA COURSE AU NUMERIQUE ET A L'IA EST LANCEE: L'AZERBAIDJAN EMBRAYE !",
                published="2025-12-18",
                source="La Gazette",
                language="fr",
            ),
        ),
        (
            "003_2298f801a7b9054e.txt",
            Metadata(
                title=(
                    "Kazakhstan–UE : vers une coopération renforcée et une facilitation des visas"
                ),
                published="2025-04-01",
                author="Kadir Duran",
                source="Bruxelles Korner",
                language="fr",
            ),
        ),
        (
            "004_105d1263c4fdeea1.txt",
            Metadata(
                title="Le Kazakhstan veut devenir une puissance numérique en 2026", language="fr"
            ),
        ),
    ],
)
def test_the_seeds_say_this_about_themselves(name: str, expected: Metadata) -> None:
    assert find_metadata((SEEDS / name).read_text(encoding="utf-8")) == expected


def test_arabic_is_known_though_its_dialects_claim_a_share() -> None:
    text = "افتتحت مكتبة المدينة الجديدة أبوابها في 12 مايو. تضم المكتبة 140 ألف كتاب."
    assert detect_language(text) == "ar"


def test_labelled_lines_are_believed() -> None:
    text = (
        "---\ntitle: The bridge\ndate: 2024-03-05\nauthor: Ada Lovelace\n"
        f"source: The Gazette\nlang: en\n---\n\n{BODY}"
    )
    assert find_metadata(text) == Metadata(
        "The bridge", "2024-03-05", "Ada Lovelace", "The Gazette", "en"
    )


@pytest.mark.parametrize(
    ("head", "published", "author"),
    [
        ("Publié le 3 mars 2024", "2024-03-03", None),
        ("Publié : le 3 mars 2024", "2024-03-03", None),
        ("Publié le 3 mars 2024 à 10h20 par Jeanne Dupont", "2024-03-03", "Jeanne Dupont"),
        ("Posted on March 3, 2024 by Ada Lovelace", "2024-03-03", "Ada Lovelace"),
        ("By Ada Lovelace | March 3, 2024", "2024-03-03", "Ada Lovelace"),
        ("Par Jeanne Dupont\nLe 3 mars 2024", "2024-03-03", "Jeanne Dupont"),
        ("Опубликовано 3 марта 2024", "2024-03-03", None),
        ("Автор: Иван Петров | 3 марта 2024 г., 10:20", "2024-03-03", "Иван Петров"),
        ("Yayın tarihi: 3 Mart 2024", "2024-03-03", None),
        ("Un pays divisé par Deux Nations\n3 mars 2024", "2024-03-03", None),
        ("Publié le premier jour du mois", None, None),
    ],
)
def test_a_line_under_the_title_says_when_and_by_whom(
    head: str, published: str | None, author: str | None
) -> None:
    found = find_metadata(f"Le pont sera reconstruit au printemps\n{head}\n\n{BODY}\n")
    assert (found.published, found.author) == (published, author)
    assert found.title == "Le pont sera reconstruit au printemps"


def test_a_date_or_name_inside_the_prose_is_not_the_articles() -> None:
    text = f"A new bridge for the city\n\n{BODY}On 6 November 2025, Ada Lovelace spoke.\n"
    assert find_metadata(text) == Metadata(title="A new bridge for the city", language="en")


def test_a_text_that_says_nothing_about_itself_has_no_metadata() -> None:
    assert find_metadata("hello") == Metadata()
    assert find_metadata(BODY) == Metadata(language="en")


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("18 Décembre 2025 10:20 (UTC+01:00)", "fr", "2025-12-18"),
        ("01/04/2025", "fr", "2025-04-01"),
        ("2025-04-01", "en", "2025-04-01"),
        ("04/05/2025", "en", None),  # April or May?
        ("25/12/2025", "en", "2025-12-25"),
        ("March 3, 2025", "en", "2025-03-03"),
        ("12 ноября 2025 г., 10:15", "ru", "2025-11-12"),
        ("12 қараша 2025", "kk", "2025-11-12"),
        ("5 Aralık 2024", "tr", "2024-12-05"),
        ("31/02/2025", "fr", None),
        ("kazakhstan puissance numérique 2026", "fr", None),
        ("Le 6 novembre 2025, Nvidia a signé", "fr", None),
    ],
)
def test_a_line_is_a_date_or_it_is_not(line: str, language: str, expected: str | None) -> None:
    assert parse_date(line, language=language) == expected


@given(st.text())
def test_any_text_has_metadata_or_none(text: str) -> None:
    found = find_metadata(text)
    assert found.title is None or found.title in text
    assert found.published is None or len(found.published) == 10
