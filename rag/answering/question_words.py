"""A question's words → what it asks for: who, what, which, when, where, why, how, how many.

A table for some languages; of a question in another nothing is said. The first of these words
in the question counts, so that "In which year did the man who …" asks which.
"""

import re
import unicodedata

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "who": "who|whom|whose",
        "what": "what",
        "which": "which",
        "when": "when",
        "where": "where",
        "why": "why",
        "how many": "how many|how much|how long|how old|how far|how often|how large|how big",
        "how": "how",
    },
    "fr": {
        "who": "qui",
        "what": "que|qu|quoi",
        "which": "quel|quelle|quels|quelles|lequel|laquelle|lesquels|lesquelles|auquel|duquel",
        "when": "quand",
        "where": "où",
        "why": "pourquoi",
        "how many": "combien",
        "how": "comment",
        "whether": "est ce que|est ce qu",
    },
    "de": {
        "who": "wer|wen|wem|wessen",
        "what": "was|worin|wofür|womit|wodurch|woraus",
        "which": "welche|welcher|welches|welchem|welchen",
        "when": "wann",
        "where": "wo|wohin|woher",
        "why": "warum|weshalb|wieso",
        "how many": "wie viel|wie viele|wie vielen|wieviel|wieviele|wie lange|wie oft|wie alt",
        "how": "wie",
    },
    "es": {
        "who": "quién|quiénes",
        "what": "qué",
        "which": "cuál|cuáles",
        "when": "cuándo",
        "where": "dónde|adónde",
        "why": "por qué",
        "how many": "cuánto|cuánta|cuántos|cuántas",
        "how": "cómo",
    },
    "ru": {
        "who": "кто|кого|кому|кем|ком|чей|чья|чье|чьи|чьей|чьего",
        "what": "что|чего|чему|чем",
        "which": "какой|какая|какое|какие|какого|какому|каким|каком|какую|каких|какими|"
        "который|которая|которое|которые|которого|котором",
        "when": "когда",
        "where": "где|куда|откуда",
        "why": "почему|зачем|отчего",
        "how many": "сколько|скольких|скольким|насколько",
        "how": "как",
    },
    "kk": {
        "who": "кім|кімнің|кімге|кімді|кімнен|кіммен|кімдер|кімдердің",
        "what": "не|нені|ненің|немен|неден|неде",
        "which": "қай|қайсы|қайсысы|қандай",
        "when": "қашан|қашаннан",
        "where": "қайда|қайдан|қай жерде|қай жерден",
        "why": "неге|неліктен|не үшін",
        "how many": "қанша|неше|нешінші|қаншалықты|қаншаға",
        "how": "қалай",
    },
    "tr": {
        "who": "kim|kimin|kimi|kime|kimden|kimler|kimlerin|kimdir|kimdi|kimle|kiminle|kimdeydi",
        "what": "ne|nedir|neyi|neyin|nesi|neler|neye|neydi|nelerdir|neyle",
        "which": "hangi|hangisi|hangileri|hangisidir|hangileridir",
        "when": "ne zaman|ne zamandan",
        "where": "nerede|nereye|nereden|neresi|neresidir|nerededir|nereli|nerelidir|neresinde",
        "why": "neden|niçin|niye|ne için",
        "how many": "kaç|kaçıncı|kaçta|kaçtır|kaçtı|ne kadar|ne kadardır|ne kadarı",
        "how": "nasıl|nasıldır",
    },
    "az": {
        "who": "kim|kimin|kimi|kimə|kimdən|kimlər|kimdir",
        "what": "nə|nədir|nəyi|nəyin|nələr|nəyə|nədən ibarətdir",
        "which": "hansı|hansılar|hansıdır|hansıları",
        "when": "nə vaxt|nə zaman|haçan",
        "where": "hara|harada|haradan|haraya|haradadır",
        "why": "niyə|nə üçün|nədən",
        "how many": "neçə|neçənci|nə qədər",
        "how": "necə",
    },
}
LANGUAGES = tuple(_WORDS)
NONE = "no question word"


def _plain(text: str) -> list[str]:
    """Return the words, each letter with its accents as one character, Ё as Е."""
    folded = unicodedata.normalize("NFC", text).lower().replace("i̇", "i").replace("ё", "е")
    return re.findall(r"[^\W\d_]+", folded)


_TABLE = {
    language: {
        tuple(_plain(form)): asked for asked, forms in table.items() for form in forms.split("|")
    }
    for language, table in _WORDS.items()
}
_LONGEST = max(len(form) for table in _TABLE.values() for form in table)


def asks_for(question: str, language: str | None) -> str | None:
    """Return what is asked for, `NONE` where no word says it, None in other languages."""
    table = _TABLE.get(language or "")
    if table is None:
        return None
    words = _plain(question)
    for at in range(len(words)):
        for length in range(_LONGEST, 0, -1):
            asked = table.get(tuple(words[at : at + length]))
            if asked:
                return asked
    return NONE


def all_asked(question: str) -> set[str]:
    """Return what is asked for, as any of the languages reads it."""
    return set(_readings(question).values())


def languages_asking(question: str) -> list[str]:
    """Return the languages in which it has a word that asks: those that it may be in."""
    return list(_readings(question))


def _readings(question: str) -> dict[str, str]:
    """Return what is asked for by the languages that have a word for it there."""
    read = {own: asks_for(question, own) for own in LANGUAGES}
    return {own: asked for own, asked in read.items() if asked and asked != NONE}


def has_word(question: str) -> bool:
    """Tell whether there is a word or a number in it: "???" asks nothing."""
    return any(sign.isalnum() for sign in question)
