"""Articles → questions that may be asked about them: about the names that they speak of.

A name is a run of capitalised words inside a sentence. Names at a sentence's beginning are
left out, because there every word is capitalised, and so are lines all in capitals.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import regex

from rag.index import Index
from rag.terms import analyse
from rag.types import Answer
from rag.web.labels import label

FOLLOW_UPS = 3
EXAMPLES = 4
MAX_READ = 20_000  # characters of an article that are looked at for examples
MAX_ARTICLES = 200  # that are looked at for examples

_WORD = r"\p{Lu}[\p{L}\p{M}\p{N}'’.-]*[\p{L}\p{N}]"
_NAME = regex.compile(rf"(?<=[\p{{Ll}},;:»”\"] |\p{{Ll}}['’]){_WORD}(?: {_WORD})*")
_COMMON = regex.compile(r"\b\p{Ll}[\p{L}\p{M}]+")
_LEAST = 3  # letters
_MOST_WORDS = 4


def names_in(texts: Iterable[str]) -> Counter[str]:
    """Count the texts that each name stands in; a word that stands there uncapitalised is none."""
    found: Counter[str] = Counter()
    common: set[str] = set()
    for text in texts:
        found.update(sorted({one for one in _NAME.findall(text) if _is_name(one)}))
        common.update(_COMMON.findall(text))
    return Counter({name: n for name, n in found.items() if name.lower() not in common})


def follow_ups(answer: Answer, language: str) -> list[str]:
    """Return questions about names in the answer's passages that were not asked about."""
    asked = filter(None, [answer.question, answer.completed, answer.answer])
    ranked = names_in(hit.text for hit in answer.hits)
    names = [name for name, _ in ranked.most_common()]
    return _questions(_apart(names, " ".join(asked))[:FOLLOW_UPS], language)


def examples(index: Index, language: str) -> list[str]:
    """Return questions about the names that most articles speak of."""
    ids = index.articles()[:MAX_ARTICLES]
    ranked = names_in(index.article(article).text[:MAX_READ] for article in ids)
    return _questions(_apart([name for name, _ in ranked.most_common(50)])[:EXAMPLES], language)


def _questions(names: Sequence[str], language: str) -> list[str]:
    return [label("what_about", language, name=name) for name in names]


def _is_name(found: str) -> bool:
    letters = [letter for letter in found if letter.isalpha()]
    return (
        len(letters) >= _LEAST
        and len(found.split()) <= _MOST_WORDS
        and not (len(letters) > _LEAST * 2 and all(letter.isupper() for letter in letters))
    )


def _apart(names: Sequence[str], known: str = "") -> list[str]:
    """Leave out names that share a word, in any form or script, with what is known before them."""
    kept: list[str] = []
    seen = set(analyse(known, None))
    for name in names:
        words = set(analyse(name, None))
        if not words & seen:
            kept.append(name)
        seen |= words
    return kept
