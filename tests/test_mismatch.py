"""Questions that a passage does not answer though it speaks of the same."""

import random

from rag.training.mismatch import Swaps

ASKED = ["When was the old bridge built?", "Who wrote about Geneva?", "Was it sold before 1932?",
         "When did the theatre open in Berlin?", "What happened in 1815?"]  # fmt: skip


def test_like_is_swapped_for_like_and_only_what_the_passage_shares() -> None:
    swaps = Swaps(ASKED)
    held = "The bridge of Geneva was finished in 1932."
    for seed in range(20):
        rng = random.Random(seed)
        assert swaps.mismatched("What of 1932?", held, rng) in (None, "What of 1815?")
        assert swaps.mismatched("Who wrote about Geneva?", held, rng) in (
            None, "Who wrote about Berlin?", "Who wrote about When?", "Who wrote about What?",
        )  # fmt: skip
        swapped = swaps.mismatched("Where is that bridge?", held, rng)
        assert swapped is None or swapped.startswith("Where is that ")
        assert swapped is None or "bridge" not in swapped


def test_a_question_that_shares_nothing_with_the_passage_stays_unswapped() -> None:
    swaps = Swaps(ASKED)
    assert swaps.mismatched("Who wrote about Geneva?", "Trains leave.", random.Random(0)) is None
