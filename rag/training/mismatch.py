"""Questions that a passage does not answer though it speaks of the same: one word swapped.

"In which year was the bridge built?" becomes "In which year was the theatre built?", asked of
the passage about the bridge. What the passage and the question share is no longer enough then
(compare the adversarial questions of Jia & Liang 2017, and SQuAD 2.0). Like is swapped for
like: a name for a name, a number for a number, another word for another.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal

import regex

COMMON = 0.01  # of the questions; words in more of them carry the question, not its subject
_STEM = 5  # letters by which a word is looked for in the passage
_WORDS = regex.compile(r"\d+|\p{L}[\p{L}\p{M}]{3,}")

_Kind = Literal["name", "number", "word"]


class Swaps:
    """The words of many questions of one language, to swap others for."""

    def __init__(self, questions: Sequence[str]) -> None:
        counted = Counter(word for text in questions for word in set(_WORDS.findall(text)))
        self._rare = {word for word, n in counted.items() if n <= max(1, COMMON * len(questions))}
        pools: dict[_Kind, list[str]] = defaultdict(list)
        for word in sorted(self._rare):
            pools[_kind(word)].append(word)
        self._pools = dict(pools)

    def mismatched(self, question: str, passage: str, rng: random.Random) -> str | None:
        """Swap a word that the passage holds for one that it lacks; None where none can be."""
        held = passage.casefold()
        shared = [
            found
            for found in _WORDS.finditer(question)
            if found[0] in self._rare and found[0].casefold()[:_STEM] in held
        ]
        if not shared:
            return None
        found = rng.choice(shared)
        other = rng.choice(self._pools[_kind(found[0])])
        if other.casefold()[:_STEM] in held:
            return None
        return question[: found.start()] + other + question[found.end() :]


def _kind(word: str) -> _Kind:
    if word.isdigit():
        return "number"
    return "name" if word[0].isupper() else "word"
