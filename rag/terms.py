"""Text → terms that a lexical index can match, whatever the language and script.

A token is a word or a number. It is indexed at up to four levels, each a string: its
surface form, case folded; its stem, without accents; the first letters of its Latin
transliteration; and its consonants. So "dépenses" is found by "depenses" and by
"dépenser", "үйлерде" by "үйлері", and Тоқаев, Токаев and Tokaïev find each other.
Scripts written without spaces are cut into pairs of characters.
"""

import unicodedata
from functools import lru_cache

import regex as re
import Stemmer
from anyascii import anyascii

RULES = 3  # raise it when a change here gives other terms for the same text

PREFIX = 5  # letters; Can et al. 2008 found this truncation best for Turkish
NUMBER = r"\d+(?:[.,\u00a0\u202f\u2009 ’']\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,:]\d+)*"
_UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_WORD = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*"  # vowel signs are marks in many scripts
_UNSPACED_RUN = re.compile(_UNSPACED)
_TOKEN = re.compile(rf"{_UNSPACED}+|(?<!\w)(?:{NUMBER})(?!\w)|{_WORD}(?:['’ʼ]{_WORD})*")
_UNIT = re.compile(r"\s([\p{L}\p{M}]{2,}|[%$€£¥])")
_APOSTROPHE = re.compile("['’ʼ]")
_ELIDED = frozenset(
    ["qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "dell", "nell", "all", "sull", "dall"]
)
_MARKS = re.compile(r"[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670]")  # accents, niqqud, harakat
_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
# Digraphs and letters by which transliterations of one name differ → one of them.
_SOUNDS = (
    *(("shch", "s"), ("sch", "s"), ("tch", "c"), ("dzh", "j"), ("dj", "j"), ("zh", "j")),
    *(("kh", "k"), ("gh", "g"), ("ch", "c"), ("sh", "s"), ("ph", "f"), ("th", "t"), ("ts", "c")),
    *(("ck", "k"), ("qu", "k"), ("q", "k"), ("x", "ks"), ("w", "v")),
)


def tokenize(text: str) -> list[str]:
    """Return the words and numbers of `text` in order, case folded.

    "1 700" is one number, and a number carries the word behind it: "2 milliards", "200 mw".
    """
    tokens: list[str] = []
    text = unicodedata.normalize("NFKC", text)
    for match in _TOKEN.finditer(text):
        found = match[0]
        if _UNSPACED_RUN.match(found):
            tokens += [found[i : i + 2] for i in range(max(1, len(found) - 1))]
        elif found[0].isdigit():
            unit = _UNIT.match(text, match.end())
            tokens.append(
                plain_number(found.casefold()) + (f" {unit[1].casefold()}" if unit else "")
            )
        else:
            tokens += _words(found)
    return tokens


@lru_cache(maxsize=1 << 17)
def levels(token: str, languages: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the terms of `token` level by level: its surface, stems, prefix and consonants.

    A level holds several terms only where `languages` (ISO 639-1) give several stems; a
    term that an earlier level holds is left out, and so is an empty level.
    """
    number, _, unit = token.partition(" ")
    if unit:  # the number as it stands, and with its unit, stemmed
        stems = (levels(unit, languages)[1:2] or ((unit,),))[0]
        return ((number,), tuple(f"{number} {stem}" for stem in stems))
    if token[0].isdigit() or _UNSPACED_RUN.match(token):
        return ((token,),)
    letters = latin(token)
    stems = tuple(_fold(stemmer.stemWord(token)) for stemmer in map(_stemmer, languages) if stemmer)
    distinct: list[tuple[str, ...]] = []
    seen = {""}
    for level in ((token,), stems, (letters[:PREFIX],), (_consonants(letters),)):
        fresh = tuple(term for term in dict.fromkeys(level) if term not in seen)
        seen.update(fresh)
        if fresh:
            distinct.append(fresh)
    return tuple(distinct)


def latin(text: str) -> str:
    """Write a text of any script in lower case Latin letters."""
    return anyascii(text).lower()


def analyse(text: str, language: str | None) -> list[str]:
    """Return all terms by which `text` is indexed, repeated as often as they occur."""
    languages = (language,) if language else ()
    return [
        term for token in tokenize(text) for level in levels(token, languages) for term in level
    ]


def _words(found: str) -> list[str]:
    """Split at apostrophes and drop what is elided there: "l’été", "Hub’da", "don't"."""
    parts = _APOSTROPHE.split(found.casefold())
    if len(parts) == 1:
        return parts
    return [part for part in parts if len(part) > 1 and part not in _ELIDED] or parts[-1:]


def plain_number(found: str) -> str:
    """Write a number in one way: no thousands separators, a point before decimals."""
    grouped = re.fullmatch(r"(\d{1,3}(?:[.,\s’']\d{3})+)((?:[.,]\d+)?)", found)
    if grouped and not found.startswith("0"):
        found = re.sub(r"\D", "", grouped[1]) + grouped[2]
    return found.replace(",", ".")


def _fold(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFD", text))


def _consonants(latin: str) -> str:
    """Return the first consonants as they sound, marked "^"; an "a" stands for a first vowel."""
    for written, sound in _SOUNDS:
        latin = latin.replace(written, sound)
    letters = re.sub(r"[^a-z]", "", latin)
    kept = re.sub(r"[aeiouyhj]", "", letters)
    sounds = ("a" if letters[:1] in tuple("aeiouy") else "") + re.sub(r"(.)\1+", r"\1", kept)
    # With fewer than three, too many words sound alike; a code such as "H200" is no name.
    named = len(sounds) >= 3 and not any(map(str.isdigit, latin))
    return "^" + sounds[:PREFIX] if named else ""


@lru_cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    name = _STEMMERS.get(language)
    return Stemmer.Stemmer(name) if name else None
