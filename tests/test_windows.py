"""Sentences' scores and lengths → the runs that are read."""

from hypothesis import given
from hypothesis import strategies as st

from rag.answering.windows import Window, choose_windows

NEVER = float("-inf")


def test_a_window_grows_from_the_best_sentence_to_its_better_neighbour_first() -> None:
    windows = choose_windows([[0.1, 0.5, 0.9, 0.4]], [[10, 10, 10, 10]], count=1, budget=30)
    assert windows == [Window(0, 1, 4)]


def test_windows_share_no_sentence_and_come_best_first() -> None:
    windows = choose_windows([[0.9, 0.1], [0.5, 0.6]], [[10, 10], [10, 10]], count=9, budget=10)
    assert windows == [Window(0, 0, 1), Window(1, 1, 2), Window(1, 0, 1), Window(0, 1, 2)]


def test_a_heading_may_stand_in_a_window_but_starts_none() -> None:
    windows = choose_windows([[NEVER, 0.2], [NEVER]], [[5, 5], [5]], count=9, budget=20)
    assert windows == [Window(0, 0, 2)]


def test_a_sentence_longer_than_the_budget_stands_alone() -> None:
    assert choose_windows([[0.9, 0.8]], [[300, 5]], count=1, budget=100) == [Window(0, 0, 1)]


@given(
    st.lists(
        st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 60)), min_size=1, max_size=9),
        max_size=5,
    ),
    st.integers(1, 6),
)
def test_windows_fit_the_budget_and_never_overlap(
    passages: list[list[tuple[float, int]]], count: int
) -> None:
    scores = [[score for score, _ in own] for own in passages]
    lengths = [[length for _, length in own] for own in passages]
    windows = choose_windows(scores, lengths, count=count, budget=50)
    held = [(w.passage, place) for w in windows for place in range(w.first, w.last)]
    assert len(windows) <= count
    assert len(held) == len(set(held))
    for window in windows:
        size = sum(lengths[window.passage][window.first : window.last])
        assert size <= 50 or window.last - window.first == 1
