"""Citations as models write them, also in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.generate.markers import MarkerStream, scan


def whole(text: str) -> str:
    stream = MarkerStream()
    return stream.feed(text) + stream.close()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("so [1].", "so [1]."),
        ("so [1, 2].", "so [1][2]."),
        ("so [1][2]", "so [1][2]"),
        ("so [1; 2,3]", "so [1][2][3]"),
        ("so [2-4]", "so [2][3][4]"),
        ("so 【1】 and ［2］", "so [1] and [2]"),
        ("so 【1†source】", "so [1]"),
        ("so [^1]", "so [1]"),
        ("so [^1, ^2]", "so [1][2]"),
        ("so [ 1 ]", "so [1]"),
        ("so [1, 1]", "so [1]"),
        ("in [2025] [x] [12a] [] [1", "in [2025] [x] [12a] [] [1"),
    ],
)
def test_citations_have_one_form(written: str, shown: str) -> None:
    assert whole(written) == shown


@pytest.mark.parametrize(
    "code",
    [
        "`a[1]`",
        "``a ` [1, 2]``",
        "```\na [1, 2]\n```",
        "~~~ python\na【1】\n~~~",
        "   ```\n[^1]\n\n[^2]\n   ```",
        "```\nnever closed [1, 2]",
    ],
)
def test_what_stands_in_code_is_no_citation(code: str) -> None:
    assert whole(f"See\n{code}") == f"See\n{code}"
    assert not [p for p in scan(f"See\n{code}") if p.kind == "marker"]


def test_a_lone_backtick_is_no_code() -> None:
    assert whole("it`s so [1, 2]\n\nand ` so [^3]") == "it`s so [1][2]\n\nand ` so [3]"


def test_half_a_citation_is_held_back_until_it_is_whole() -> None:
    stream = MarkerStream()
    assert stream.feed("so [1") == "so "
    assert stream.feed(", ") == ""
    assert stream.feed("2] and [x") == "[1][2] and [x"
    assert stream.feed("] or [") == "] or "
    assert stream.close() == "["


def test_open_code_is_held_back_until_it_is_closed() -> None:
    stream = MarkerStream()
    assert stream.feed("so `a [1") == "so "
    assert stream.feed("]` and") == "`a [1]` and"
    assert stream.feed(" 【2") == " "
    assert stream.feed("】") == "[2]"


def test_numbers_can_be_shown_otherwise() -> None:
    shown: dict[int, int] = {}
    stream = MarkerStream(lambda n: shown.setdefault(n, len(shown) + 1))
    assert stream.feed("b [7] a [3, 7].") + stream.close() == "b [1] a [2][1]."


_PARTS = st.sampled_from(
    [
        *("a", " ", "\n", "[", "]", "1", "2", ",", "^", "-", "`", "```", "~~~", "【", "】", "†"),
        "\n\n",
    ]
)


@given(st.lists(_PARTS, max_size=30))
def test_however_it_is_cut_the_text_is_the_same(parts: list[str]) -> None:
    stream = MarkerStream()
    cut = "".join([*(stream.feed(part) for part in parts), stream.close()])
    assert cut == whole("".join(parts))


@given(st.text(alphabet="ab [1]`\n~^,", max_size=60))
def test_no_character_is_lost(text: str) -> None:
    assert "".join(piece.text for piece in scan(text)) == text
