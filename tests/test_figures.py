"""Numbers and dates, in whatever language they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.figures import figures, same


def read(text: str) -> list[tuple[float, str]]:
    return [(figure.value, figure.unit) for figure in figures(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 700 companies", [(1700, "companies")]),
        ("1,700 companies", [(1700, "companies")]),
        ("1\u202f700 компаний", [(1700, "компаний")]),
        ("2 milliards de dollars", [(2e9, "USD")]),
        ("$2 billion", [(2e9, "USD")]),
        ("2 млрд долларов", [(2e9, "USD")]),
        ("1,6 milliard $", [(1.6e9, "USD")]),
        ("two hundred guests", [(200, "guests")]),
        ("deux exaflops", [(2, "exaflops")]),
        ("два эксафлопса", [(2, "эксафлопса")]),
        ("56,4 petaflops", [(56.4, "petaflops")]),
        ("60 %", [(60, "%")]),
        ("60 percent", [(60, "%")]),
        ("soixante-quinze entreprises", [(75, "entreprises")]),
        ("quatre-vingt-douze", [(92, "")]),
        ("vingt-et-un jours", [(21, "jours")]),
        ("twenty-five percent", [(25, "%")]),
        ("двадцать пять компаний", [(25, "компаний")]),
        ("yüz yirmi beş şirket", [(125, "şirket")]),
        ("deux cent mille", [(200_000, "")]),
        ("6 novembre 2025", [(6, "day"), (11, "month"), (2025, "year")]),
        ("November 6, 2025", [(11, "month"), (6, "day"), (2025, "year")]),
        ("6 ноября 2025", [(6, "day"), (11, "month"), (2025, "year")]),
        ("in 2025", [(2025, "year")]),
        ("2000 dollars", [(2000, "USD")]),
        ("H200 chips", []),
        ("nothing here", []),
    ],
)
def test_figures_have_one_form(text: str, expected: list[tuple[float, str]]) -> None:
    assert read(text) == expected


def test_a_bound_is_loose() -> None:
    assert figures("plus de 8 000 utilisateurs")[0].loose
    assert figures("about 8,000 users")[0].loose
    assert not figures("exactly 8,000 users")[0].loose


def test_a_bare_multiplier_counts_where_it_is_asked_for() -> None:
    assert figures("un milliard de dollars") == []
    assert [(f.value, f.unit) for f in figures("un milliard de dollars", bare=True)] == [
        (1e9, "USD")
    ]
    assert [f.value for f in figures("deux milliards", bare=True)] == [2e9]


def test_rounding_is_no_difference_but_a_year_is() -> None:
    one, other = figures("1 499 000 000 dollars")[0], figures("1,5 milliard de dollars")[0]
    assert same(one, other)
    assert not same(figures("2024")[0], figures("2025")[0])
    assert not same(figures("56,4 petaflops")[0], figures("57 petaflops")[0])


@given(st.text(max_size=80))
def test_every_figure_lies_in_its_text(text: str) -> None:
    for figure in figures(text):
        assert 0 <= figure.start < figure.end <= len(text)
