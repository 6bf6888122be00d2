"""Why one arm is better: the questions that it wins and loses."""

from pathlib import Path

import pytest
from saved_example import outcome, save, twelve

from rag.bench.why import explain
from rag.bench.why_lines import why_lines
from rag.errors import BenchmarkError

RUNS = ("hybrid", "dense")


def test_wins_and_losses_are_the_questions_that_differ_the_largest_first(tmp_path: Path) -> None:
    save(tmp_path, [*twelve(), outcome(50, 1.0, 0.25)])
    found = explain(tmp_path, RUNS)
    assert [duel.id for duel in found.wins] == ["q50", *(f"q{n:02}" for n in range(8))]
    assert [duel.id for duel in found.losses] == ["q08"]
    first = found.wins[0]
    assert first.difference == 0.75
    assert first.gold == ("Astana",)
    assert (first.one.first_relevant, first.one.relevant) == (1, True)
    assert first.one.text == "Astana est la capitale du Kazakhstan."
    assert (first.other.first_relevant, first.other.relevant) == (3, False)
    assert first.other.text == "Rien ici."


def test_the_other_way_round_wins_are_losses(tmp_path: Path) -> None:
    save(tmp_path, twelve())
    found = explain(tmp_path, ("dense", "hybrid"), measure="Recall@1")
    assert [duel.id for duel in found.wins] == ["q08"]
    assert len(found.losses) == 8
    assert found.losses[0].difference == -1.0


def test_what_the_measurement_does_not_have_is_an_error_that_names_what_it_has(
    tmp_path: Path,
) -> None:
    save(tmp_path, twelve())
    with pytest.raises(BenchmarkError, match="no arm 'bm25' for small; it has hybrid, dense"):
        explain(tmp_path, ("hybrid", "bm25"))
    with pytest.raises(BenchmarkError, match="no 'AP' of single questions; it has nDCG@10, Rec"):
        explain(tmp_path, RUNS, measure="AP")
    with pytest.raises(BenchmarkError, match="no pair 'big'; its pairs are: small"):
        explain(tmp_path, RUNS, pair="big")


def test_lines_show_both_passages_side_by_side(tmp_path: Path) -> None:
    save(tmp_path, [*twelve(), outcome(50, 1.0, 0.25, text="Quelle \x1b[31mcapitale ?")])
    lines = why_lines(explain(tmp_path, RUNS), most=1).splitlines()
    at = lines.index("won by 0.750  Quelle \ufffd[31mcapitale ?")
    assert lines[at + 1 : at + 6] == [
        "  q50, small, fr → fr",
        "  gold: Astana",
        "  hybrid 1.000, first relevant at 1            dense 0.250, first relevant at 3",
        "  1. p1 (relevant)                             1. p2 (not relevant)",
        "  Astana est la capitale du Kazakhstan.        Rien ici.",
    ]
    assert lines[0] == "hybrid against dense, nDCG@10: 9 won, 1 lost, 3 even"
    assert lines[-1] == "2 of 10 questions shown: -k N shows more, --json all."
