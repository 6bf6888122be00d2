"""The matrix of languages, its gaps and overlaps, computed by hand."""

from rag.bench.languages import language_cells, language_overlaps
from rag.bench.records import ArmOutcome, LanguageOverlap, QuestionOutcome


def outcome(
    pair: str, name: str, of: str | None, over: str | None, value: float, *top: str
) -> QuestionOutcome:
    arms = {"dense": ArmOutcome({"RR": value}, top, ())}
    return QuestionOutcome(pair, name, "?", (of, over), {}, (), arms)


SIX = [
    outcome("fr", "1", "fr", "fr", 1.0, "a", "b"),
    outcome("fr", "2", "fr", "fr", 0.5, "a", "c"),
    outcome("en-fr", "1", "en", "fr", 1.0, "a", "b"),
    outcome("en-fr", "2", "en", "fr", 0.0, "b", "d"),
    outcome("en", "1", "en", "en", 1.0, "a"),
    outcome("?", "9", None, "fr", 1.0, "a"),
]
CORPORA = {"fr": "fr.json", "en-fr": "fr.json", "en": "en.json", "?": "fr.json"}


def test_cells_are_means_and_gaps_are_to_the_passages_own_language() -> None:
    found = {
        (c.question_language, c.passage_language): (c.questions, c.figures["RR"], c.gaps)
        for c in language_cells(SIX, ["RR"])
    }
    assert found == {
        ("fr", "fr"): (2, 0.75, {}),
        ("en", "fr"): (2, 0.5, {"RR": -0.25}),
        ("en", "en"): (1, 1.0, {}),
        ("?", "fr"): (1, 1.0, {"RR": 0.25}),
    }


def test_the_overlap_is_of_the_same_question_over_the_same_passages() -> None:
    assert language_overlaps(SIX, CORPORA) == (
        LanguageOverlap("fr.json", "dense", "fr", "en", 2, (2 / 2 + 0 / 2) / 2),
    )
