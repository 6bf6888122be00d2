"""A claim of a language model + the sentences that it was given → why it is not supported.

A claim stands only where it cites sentences that exist, where every number, date and name
in it stands in them, and where the reader finds it there. A sentence is taken with the
one before it where it refers back. What this cannot see: a claim that says something else
with the same names and numbers, most of all "not", and one that only turns the question.
"""

from collections.abc import Callable, Sequence
from math import log
from typing import TYPE_CHECKING

from rag.corpus.metadata import detect_language
from rag.encoders import BundledEncoder, Encoder
from rag.generate.amounts import missing_amounts
from rag.generate.names import Casing, known_names, missing_names, words_of
from rag.generate.sources import Source
from rag.generate.support import Supports

if TYPE_CHECKING:
    from collections.abc import Collection

CITED = 6  # sentences that one claim may rest on
WORDS = 3  # different ones; fewer, and all of them the question's, say nothing
_NOUN_CAPITALS = ("de", "lb")  # languages that write every noun with a capital


class Verifier:
    """Tells of each claim about a question why it is not supported, if it is not."""

    def __init__(
        self,
        question: str,
        sources: Sequence[Source],
        supports: Supports,
        casing: Callable[[str], Casing] = lambda _: "unsure",
    ) -> None:
        self._sources, self._supports, self._casing = sources, supports, casing
        self._asked = {word.sound for word in words_of(question)}
        quotes = [source.citation.quote for source in sources]
        self._known = known_names([question, *quotes])

    def objection(self, claim: str, numbers: Sequence[int], *, text: str) -> str | None:
        """Return why a claim is not supported, None where it is.

        `numbers` are those of the sources that it cites; `text` is all that was written.
        """
        if not numbers:
            return "it cites no sentence"
        if len(numbers) > CITED:
            return f"it cites {len(numbers)} sentences, which no one could check"
        words = {word.sound for word in words_of(claim)}
        if len(words) < WORDS and words <= self._asked:
            return "it says no more than the question"
        cited = [self._sources[n - 1] for n in numbers]
        evidence = "\n".join(_said(source) for source in cited)
        amounts = missing_amounts(claim, evidence)
        if amounts:
            return f"{_listed(amounts)} does not stand in what it cites"
        names = self._missing_names(claim, evidence, cited, text)
        if names:
            return f"{_listed(names)} is not named in what it cites"
        if not self._supports(claim, [n - 1 for n in numbers]):
            return "what it cites does not seem to say it"
        return None

    def _missing_names(
        self, words: str, evidence: str, cited: Sequence[Source], text: str
    ) -> list[str]:
        nouns = detect_language(text) in _NOUN_CAPITALS
        missing = self._names(words, evidence, nouns=nouns)
        if not missing or not all(
            word.sound in self._asked for word in words_of(" ".join(missing))
        ):
            return missing
        # What the question is about may be named in the passage around the sentence.
        around = [f"{s.citation.title or ''}\n{s.passage}" for s in cited]
        return self._names(words, "\n".join([evidence, *around]), nouns=nouns)

    def _names(self, words: str, evidence: str, *, nouns: bool) -> list[str]:
        return missing_names(words, evidence, known=self._known, casing=self._casing, nouns=nouns)


def vocabulary_casing(encoder: Encoder) -> Callable[[str], Casing]:
    """Return what tells names from other words by the pieces of the encoder's vocabulary.

    Its pieces are in the order of how often they occur: a word that is one piece in lower
    case, before the pieces of its form with a capital, is no name.
    """
    if not isinstance(encoder, BundledEncoder):
        return lambda _: "unsure"
    tokenizer = encoder.tokenizer

    def casing(word: str) -> Casing:
        small = word.lower().replace("i\u0307", "i")  # of "İ"
        ids = [tokenizer.encode(form, add_special_tokens=False).ids for form in (small, word)]
        rare, rare_capital = (sum(log(piece + 1) for piece in own) for own in ids)
        if len(ids[0]) == 1 and rare < rare_capital:
            return "plain"
        return "name" if len(ids[1]) == 1 and rare_capital < rare else "unsure"

    return casing


def _said(source: Source) -> str:
    before = source.citation.context
    return f"{before.text}\n{source.citation.quote}" if before else source.citation.quote


def _listed(found: "Collection[str]") -> str:
    return ", ".join(f"“{one}”" for one in found)
