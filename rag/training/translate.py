"""Questions in other languages, made without a model: rules, and word for word.

The questions that there are to learn from are in the language of their passages, and people
ask in others. Two rough ways to make such questions, both offline:

- Apertium, rule-based translation, for French to Spanish and on to English (Debian packages
  `apertium`, `apertium-fr-es`, `apertium-eng-spa`);
- code-switching (Qin et al., CoSDA-ML, 2020): each word replaced by its dictionary's, found
  by its lemma (`simplemma`), in its lemma (Debian packages `dict-freedict-fra-rus` and so
  on); names that no dictionary has are transliterated where the script changes.

What is not installed is left out, and said. Both are licensed under the GPL or CC BY-SA and
run here only; of what they make, nothing is in this project.
"""

import gzip
import random
import re
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from shutil import which

import simplemma

from rag.encoders import BundledEncoder

DICTIONARIES = Path("/usr/share/dictd")
DIGITS = {c: i for i, c in enumerate(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)}  # fmt: skip
CODES = {"fr": "fra", "tr": "tur", "ru": "rus", "en": "eng", "es": "spa", "de": "deu",
         "it": "ita", "pl": "pol"}  # fmt: skip
SWITCHED = {"fr": ("ru", "ru", "tr", "de", "it", "pl"), "tr": ("en",)}  # as often as named
RARE = 10**6  # the place of a word that the vocabulary lacks
REPLACED = 0.9  # of the words that a dictionary has
ARTICLES = frozenset(["le", "la", "les", "l", "un", "une", "des", "du", "d", "au", "aux"])
QUESTION_WORDS = {  # what dictionaries give worst, and questions need most
    "ru": "кто что какой сколько где когда почему как",
    "tr": "kim ne hangi kaç nerede ne+zaman neden nasıl",
    "de": "wer was welche wie+viele wo wann warum wie",
    "it": "chi che+cosa quale quanti dove quando perché come",
    "pl": "kto co jaki ile gdzie kiedy dlaczego jak",
}
FRENCH = "qui que|quoi|qu quel|quelle|quels|quelles combien où quand pourquoi comment"
TURKISH = (
    "kim|kimi|kime ne|nedir hangi|hangisi|hangisidir kaç nerede|nereye zaman neden|niçin nasıl"
)
ENGLISH = "who what which how+many where when why how"

_WORDS = re.compile(r"\w+|[^\w\s]")
_NOTES = re.compile(r"\([^)]*\)|\[[^]]*\]|<[^>]*>|\d+\.?")

# Russian letters for what French writes, longest first; what is not here is left as it is.
_CYRILLIC = {
    "tch": "ч", "sch": "ш", "ch": "ш", "ou": "у", "kh": "х", "gu": "г", "qu": "к", "ph": "ф",
    "gn": "нь", "eau": "о", "au": "о", "oi": "уа", "ai": "е", "zh": "ж", "ya": "я",
    "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р",
    "s": "с", "t": "т", "u": "ю", "v": "в", "w": "в", "x": "кс", "y": "и", "z": "з",
}  # fmt: skip
_LATIN_RUNS = re.compile("|".join(sorted(_CYRILLIC, key=len, reverse=True)))

Dictionary = dict[str, str]


def elsewhere(questions: Sequence[str], language: str, rng: random.Random) -> list[list[str]]:
    """Return, for each question, what it is in other languages; [] where nothing is known."""
    found: list[list[str]] = [[] for _ in questions]
    if language == "fr":
        spanish = _apertium(questions, "fr-es")
        for texts in (spanish, _apertium(spanish, "spa-eng")):
            for own, text in zip(found, texts, strict=True):
                own.append(text)
    switches = _switches(language)
    if switches:
        for own, question in zip(found, questions, strict=True):
            own.append(rng.choice(switches)(question, rng))
    return found


def _apertium(texts: Sequence[str], mode: str) -> list[str]:
    """Return the texts as Apertium's mode gives them; [] where it is not installed."""
    if not texts or which("apertium") is None:
        return []
    lines = "".join(f"{' '.join(text.split())}\n" for text in texts)
    ran = subprocess.run(  # noqa: S603  (a fixed command; the texts are its input)
        ["apertium", "-f", "line", mode],  # noqa: S607
        input=lines, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = ran.stdout.splitlines()
    if ran.returncode or len(found) != len(texts):
        print(f"no questions by apertium {mode}: {ran.stderr.strip()}")
        return []
    return [re.sub(r"[*#@]+(?=\w)", "", line) for line in found]


def _question_words(language: str, target: str) -> dict[str, str]:
    asked = FRENCH if language == "fr" else TURKISH
    answers = QUESTION_WORDS.get(target, ENGLISH).split()
    return {
        word: answer.replace("+", " ")
        for words, answer in zip(asked.split(), answers, strict=True)
        for word in words.split("|")
    }


def _switches(language: str) -> list[Callable[[str, random.Random], str]]:
    made = []
    for target in SWITCHED.get(language, ()):
        words = dictionary(language, target)
        if words:
            made.append(_switch(words, language, target))
    return made


def _switch(words: Dictionary, language: str, target: str) -> Callable[[str, random.Random], str]:
    asking = _question_words(language, target)

    def switched(question: str, rng: random.Random) -> str:
        kept = []
        for word in _WORDS.findall(question):
            if word.casefold() in ARTICLES or word in "'’":
                continue
            if word.casefold() in asking:
                kept.append(asking[word.casefold()])
                continue
            known = words.get(_lemma(word, language)) or words.get(word.casefold())
            if known and rng.random() < REPLACED:
                kept.append(known)
            elif target == "ru" and word[0].isupper():
                kept.append(_transliterated(word))
            else:
                kept.append(word)
        return re.sub(r" (?=[?.,!;:])", "", " ".join(kept))

    return switched


@cache
def dictionary(source: str, target: str) -> Dictionary:
    """Return the commonest short translation by casefolded word; {} if none is installed.

    A FreeDict dictionary of the other direction is read too. How common a word is, the
    encoder's vocabulary tells: its tokens are ordered by frequency.
    """
    rank = BundledEncoder().tokenizer.token_to_id
    found: dict[str, tuple[int, str]] = {}
    for name, turned in ((f"{CODES[source]}-{CODES[target]}", False),
                         (f"{CODES[target]}-{CODES[source]}", True)):  # fmt: skip
        for head, meanings in _entries(DICTIONARIES / f"freedict-{name}"):
            for meaning in meanings:
                word, other = (meaning, head) if turned else (head, meaning)
                if len(word.split()) > 1:
                    continue
                place = rank("▁" + other) or rank("▁" + other.lower()) or RARE
                found[word.casefold()] = min(
                    found.get(word.casefold(), (RARE + 1, "")), (place, other)
                )
    if not found:
        print(f"no dictionary from {source} to {target} is installed")
    return {word: other for word, (_, other) in found.items()}


def _entries(stem: Path) -> list[tuple[str, list[str]]]:
    """Return (headword, short translations) of a dictionary in the format of dictd."""
    index = stem.with_name(stem.name + ".index")
    if not index.exists():
        return []
    with gzip.open(stem.with_name(stem.name + ".dict.dz")) as packed:  # dictzip is gzip
        data = packed.read()
    entries = []
    for line in index.read_text(encoding="utf-8").splitlines():
        head, start, length = line.split("\t")[:3]
        if head.startswith("00database"):
            continue
        low = _number(start)
        lines = data[low : low + _number(length)].decode("utf-8", "replace").splitlines()[1:]
        meanings = [
            meaning.strip(" .…-")
            for line in lines[:2]
            for meaning in re.split(r"[,;]", _NOTES.sub("", line))
        ]
        short = [m for m in meanings if m and len(m.split()) <= 2]
        if head.strip() and short:
            entries.append((head, short))
    return entries


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 64 + DIGITS[digit]
    return value


@cache
def _lemma(word: str, language: str) -> str:
    return str(simplemma.lemmatize(word, lang=language)).casefold()


def _transliterated(word: str) -> str:
    bare = unicodedata.normalize("NFD", word.lower())
    plain = "".join(c for c in bare if not unicodedata.combining(c))
    return _LATIN_RUNS.sub(lambda found: _CYRILLIC[found[0]], plain).capitalize()
