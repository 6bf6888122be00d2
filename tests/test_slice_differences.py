"""Two arms, slice by slice."""

import numpy as np
import pytest
from saved_example import outcome, renamed, twelve

from rag.bench.significance import holm, randomisation_test
from rag.bench.slice_differences import compare_slices

RUNS = ("hybrid", "dense")


def test_the_whole_is_the_mean_of_the_differences() -> None:
    whole = compare_slices(twelve(), RUNS, "nDCG@10").whole
    assert (whole.won, whole.lost, whole.even) == (8, 1, 3)
    assert whole.one == pytest.approx(11.5 / 12)
    assert whole.other == pytest.approx(8 / 12)
    assert whole.compared.difference == pytest.approx(3.5 / 12)
    differences = np.array([[0.5]] * 8 + [[-0.5]] + [[0.0]] * 3)
    assert whole.compared.p == pytest.approx(randomisation_test(differences)[0])
    # of nine signs, those with at most one minus or at most one plus: 20 of 512
    assert whole.compared.p == pytest.approx(20 / 512, abs=0.002)
    assert whole.compared.sentence.startswith("hybrid is better than dense by 29.2 points")


def test_slices_are_corrected_for_their_number() -> None:
    short = [outcome(n, 1, 0.5, text="Qui ?") for n in range(10)]
    long = [outcome(n, 1, 0.5 if n % 2 else 1, text="Quand cela ?") for n in range(10, 20)]
    found = compare_slices([*short, *long], RUNS, "nDCG@10")
    by = {(one.by, one.value): one for one in found.slices}
    assert list(by) == [
        ("asks for", "when"),
        ("asks for", "who"),
        ("answer", "name"),
        ("length", "shortest third"),
        ("length", "middle third"),  # of equal lengths, none is longest
    ]
    assert by["asks for", "when"].compared.difference == pytest.approx(0.25)
    assert by["asks for", "who"].compared.interval == (0.5, 0.5)
    p = [one.compared.p for one in found.slices]
    assert [one.compared.p_holm for one in found.slices] == holm(p)


def test_a_small_slice_is_named_but_not_tested() -> None:
    few = [outcome(n, 1, 0.5, text="Qui ?") for n in range(9)]
    found = compare_slices([*twelve(), *(few)], RUNS, "nDCG@10")
    assert ("asks for", "who", 9) in found.too_small
    assert ("asks for", "who") not in {(one.by, one.value) for one in found.slices}


def test_translations_of_a_question_count_as_one() -> None:
    french = twelve()
    english = [renamed(one, pair="en", languages=("en", "fr")) for one in french]
    alone = compare_slices(french, RUNS, "nDCG@10").whole
    both = compare_slices([*french, *english], RUNS, "nDCG@10").whole
    assert both.compared.questions == 12
    assert both.compared.p == alone.compared.p
    assert both.compared.interval == alone.compared.interval
    assert (both.won, both.lost, both.even) == (16, 2, 6)
