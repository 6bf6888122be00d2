"""An answer's text against gold answers: exact match and token F1, as SQuAD defines them.

The SQuAD script lowercases, drops ASCII punctuation and English articles, and splits at
white space. Here, for any language and equal to it on ASCII: NFKC and case folding; every
character of the Unicode categories P and S is dropped; articles are those of the language
that the text is in, and none where it is not listed; scripts without spaces are split into
characters.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence

import regex

# en: the SQuAD script; de, es: MLQA's (Lewis et al. 2020); fr: FQuAD's (d'Hoffschmidt et al. 2020)
ARTICLES = {
    "en": "a an the",
    "de": "ein eine einen einem eines einer der die das den dem des",
    "es": "un una unos unas el la los las",
    "fr": "le la les du des au aux un une",
}
_ARTICLES = {
    language: regex.compile(rf"\b({'|'.join(words.split())})\b")
    for language, words in ARTICLES.items()
}
_ELIDED = regex.compile(r"\bl['’]")
_UNSPACED = regex.compile(r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])")


def normalise(text: str, language: str | None) -> list[str]:
    """Return the tokens of an answer that count."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i")  # İ is i
    if language == "fr":
        folded = _ELIDED.sub(" ", folded)  # before the apostrophe goes
    kept = "".join(char for char in folded if unicodedata.category(char)[0] not in "PS")
    if language in _ARTICLES:
        kept = _ARTICLES[language].sub(" ", kept)
    return _UNSPACED.sub(r" \1 ", kept).split()


def exact_match(answer: str, gold: Sequence[str], language: str | None) -> float:
    """Return 1 where the answer is one of the gold answers, else 0."""
    tokens = normalise(answer, language)
    return float(any(tokens == normalise(one, language) for one in gold))


def token_f1(answer: str, gold: Sequence[str], language: str | None) -> float:
    """Return the best F1, over the gold answers, of the tokens that the two share."""
    tokens = normalise(answer, language)
    return max((_f1(tokens, normalise(one, language)) for one in gold), default=0.0)


def _f1(tokens: list[str], gold: list[str]) -> float:
    if not tokens or not gold:
        return float(tokens == gold)
    shared = (Counter(tokens) & Counter(gold)).total()
    return 2 * shared / (len(tokens) + len(gold))
