"""Cited characters, counted by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.bench.records import GoldSpan
from rag.bench.spans import Overlap, holds, overlap


def span(start: int, end: int, passage: str = "p") -> GoldSpan:
    return GoldSpan(passage, start, end, "")


def test_precision_recall_and_f1_count_characters() -> None:
    # 10 cited, 8 gold, 4 shared
    assert overlap([span(0, 10)], [span(6, 14)]) == Overlap(0.4, 0.5, pytest.approx(8 / 18))
    # of two citations that overlap, each character counts once: 0-15, and 6-14 is gold
    assert overlap([span(0, 10), span(5, 15)], [span(6, 14)]).precision == pytest.approx(8 / 15)


def test_the_gold_span_that_fits_best_counts_alone() -> None:
    assert overlap([span(0, 4)], [span(0, 100), span(0, 4)]) == Overlap(1.0, 1.0, 1.0)


def test_other_passages_share_nothing() -> None:
    assert overlap([span(0, 4, "q")], [span(0, 4)]) == Overlap(0.0, 0.0, 0.0)
    assert overlap([], [span(0, 4)]) == Overlap(0.0, 0.0, 0.0)
    assert not holds([span(0, 4, "q")], [span(0, 4)])


def test_a_citation_holds_the_gold_span_whole_or_not_at_all() -> None:
    assert holds([span(9, 12), span(0, 8)], [span(2, 8)])
    assert not holds([span(0, 7), span(7, 9)], [span(2, 8)])


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(1, 30), st.integers(0, 50), st.integers(1, 30), st.data())
def test_how_a_citation_is_split_does_not_matter(
    start: int, length: int, other: int, gold: int, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(start, start + length))
    whole = overlap([span(start, start + length)], [span(other, other + gold)])
    split = [span(start, cut), span(cut, start + length)]
    assert overlap(split, [span(other, other + gold)]) == whole
