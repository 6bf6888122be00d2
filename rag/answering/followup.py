"""A question that leaves something to the one before it → the complete question.

Three ways to leave something out are recognised, by tables of words in ten languages:

    another one      "Et en Arménie ?" takes the place of what it stands for in the question
                     before: a name for a name, a year for a year; else it is added
    a pronoun        "When was it founded?" gets the earlier question's subject in brackets,
                     or the person that the earlier answer named
    nothing else     "Et pourquoi ?" likewise

A question that names its own subject is new, whatever came before it. Precision before
recall: an asker who sees a question left as it was asks again, one whose question was
changed without cause gets another question's answer.
"""

import tomllib
from pathlib import Path

import regex

from rag.answering.question_words import LANGUAGES, NONE, asks_for
from rag.types import Turn

MOST_WORDS = 6  # of "Et en Arménie ?"
BARE_WORDS = 3  # of "En Arménie ?", which opens with no "and"

_TABLES = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "followup.toml").read_text(encoding="utf-8")
)
_WORDS = _TABLES.pop("words")
_PREPOSITIONS_OF = {o: frozenset(w.split()) for o, w in _TABLES.pop("prepositions").items()}
_PREPOSITIONS = frozenset().union(*_PREPOSITIONS_OF.values())
_PLAIN = frozenset(_WORDS["plain"].split())
_DEFINITE = regex.compile(
    r"\b(?:le|la|les|l['’]|mon|ton|notre|votre|ce|cet|cette|ces|chaque)\s*\p{L}", regex.IGNORECASE
)
_EMPTY = regex.compile(  # pronouns that stand for nothing
    r"\by a-t-il|\bfaut-il|\bs['’]agit-il|\best-ce|\bqu['’]il|"
    r"\bis (?:it|there) (?:a|an|any|possible|true)\b",
    regex.IGNORECASE,
)
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[.,]\d+|[-‑]\p{L}[\p{L}\p{M}]*)*")
_NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}\p{N}’'-]*(?:\s+\p{Lu}[\p{L}\p{M}\p{N}’'-]*)*")
_YEAR = regex.compile(r"\b(?:1[5-9]|20)\d\d\b")
_COUNTED = regex.compile(
    r"\b(?:combien d[e’']\s?|how (?:many|much) |сколько |неше |қанша |kaç |neçə |wie viele? |"
    r"cuánt[oa]s? |quant[oiae] |скільки |quel(?:le)?s? (?:est |sont )?(?:le |la |les |l['’])?|"
    r"which |какой |какая |какое |какие )([\p{L}\p{M}-]+)",
    regex.IGNORECASE,
)
_OPENERS = sorted((o for own in _TABLES.values() for o in own["openers"]), key=len, reverse=True)
_OPENS = regex.compile(rf"^\s*(?:{'|'.join(_OPENERS)})[\s,]+(?!a-t-il)", regex.IGNORECASE)
_EDGES = " ?？؟!.…,;:"


def complete(question: str, before: Turn) -> str | None:
    """Return the complete question; None where it is complete, or new, as it stands."""
    opener = _OPENS.match(question)
    rest = question[opener.end() :] if opener else question
    asking = _asking(rest)
    words = _WORD.findall(rest)
    if not words:
        return None
    if not asking and _is_fragment(rest, words, opened=opener is not None):
        return _substituted(before.question, rest.strip(_EDGES))
    if opener and asking and asking & _asking(before.question):
        shorter = _without_question_words(rest)
        if shorter and len(_WORD.findall(shorter)) <= BARE_WORDS and not _points_back(rest):
            return _substituted(before.question, shorter)
    bare = bool(asking) and not _subjects(rest)
    if (_names(rest) and not bare) or not (bare or _points_back(rest)):
        return None
    subject = _topic(before)
    return f"{rest[:1].upper()}{rest[1:].strip()} ({subject})" if subject else None


def _asking(question: str) -> set[str]:
    """Return what the question asks for, as any of the languages read it."""
    return {a for a in (asks_for(question, own) for own in LANGUAGES) if a and a != NONE}


def _is_fragment(rest: str, words: list[str], *, opened: bool) -> bool:
    if opened:
        return len(words) <= MOST_WORDS and not _points_back(rest)
    asked = rest.rstrip().endswith(("?", "？", "؟"))
    starts = words[0].casefold() in _PREPOSITIONS or bool(_YEAR.fullmatch(words[0]))
    return asked and len(words) <= BARE_WORDS and starts


def _substituted(before: str, fragment: str) -> str:
    """Put the fragment where the question before has what it stands for, else at its end."""
    pattern = _YEAR if _YEAR.search(fragment) else _NAME
    new = pattern.search(fragment)
    if new is None or (pattern is _NAME and fragment.islower()):
        return _added(before, fragment)
    first = _WORD.search(before)
    begin = first.end() if first and pattern is _NAME else 0  # its first word is no name
    old = list(pattern.finditer(before, begin))
    if not old:
        return _added(before, fragment)
    replaced = _alike(old, new, before, fragment)
    low, high = replaced.span()
    # The fragment's own preposition replaces the other's: "in Azerbaijan", "for Armenia".
    if fragment[new.end() :].startswith(("'", "’")):  # and its suffix the other's
        suffix = regex.match(r"['’]\p{L}+", before[high:])
        high += len(suffix[0]) if suffix else 0
    if _is_foreign(fragment[: new.start()], before):  # "How many in Kazakhstan?" "En Arménie ?"
        fragment = fragment[new.start() :]
    elif fragment[: new.start()].strip(" '’"):
        low = _with_prepositions(before, low)
        fragment = (fragment[:1].lower() if low else fragment[:1]) + fragment[1:]
    return _spaced(before[:low], fragment, before[high:])


def _is_foreign(lead: str, before: str) -> bool:
    """Tell whether these are prepositions, of another language than that of the question before."""
    words = set(lead.casefold().split())
    reading = [own for own in LANGUAGES if asks_for(before, own) not in (None, NONE)]
    own = frozenset[str]().union(*(_PREPOSITIONS_OF.get(one, ()) for one in reading))
    return bool(words and reading) and words <= _PREPOSITIONS and not words & own


def _alike(
    old: list[regex.Match[str]], new: regex.Match[str], before: str, fragment: str
) -> regex.Match[str]:
    """Return the name that stands behind the same preposition, else the last one."""
    led = fragment[: new.start()].casefold().split()
    for found in reversed(old):
        words = before[: found.start()].casefold().split()
        if led and words and words[-1] == led[-1]:
            return found
    return old[-1]


def _with_prepositions(text: str, low: int) -> int:
    """Return where the prepositions and articles begin that stand before `low`."""
    while found := regex.search(r"([\p{L}]+['’]?)\s*$", text[:low]):
        word = found[1].casefold().replace("’", "'")
        if word not in _PREPOSITIONS and word not in ("l'", "d'"):
            break
        low = found.start()
    return low


def _spaced(before: str, middle: str, after: str) -> str:
    gap = "" if not before or before[-1].isspace() or before[-1] in "'’" else " "
    return f"{before}{gap}{middle}{after}"


def _added(before: str, fragment: str) -> str:
    end = regex.search(r"\s*[?？؟]?\s*$", before)
    cut = end.start() if end else len(before)
    return f"{before[:cut]}, {fragment}{before[cut:]}"


def _without_question_words(rest: str) -> str:
    words = [w for w in regex.split(r"\s+", rest.strip(_EDGES)) if w]
    kept = [w for w in words if not _asking(w) and w.casefold() not in ("many", "much", "de")]
    return " ".join(kept)


def _points_back(question: str) -> bool:
    """Tell whether a pronoun or "this …" stands for something that is not in the question."""
    if _EMPTY.search(question):
        return False
    for language in _languages(question):
        if _found(_TABLES[language]["pointers"], question):
            return True
        pronoun = _found(_TABLES[language]["pronouns"], question)
        # "Quand le centre sera-t-il …": there the subject is named before.
        if pronoun and not (language == "fr" and _DEFINITE.search(question[: pronoun.start()])):
            return True
    return False


def _found(pattern: str, question: str) -> regex.Match[str] | None:
    return regex.search(pattern, question, regex.IGNORECASE)


def _languages(question: str) -> list[str]:
    """Return the languages that the question may be in: those that read a question word."""
    reading = [own for own in LANGUAGES if asks_for(question, own) not in (None, NONE)]
    cyrillic = bool(regex.search(r"\p{Cyrillic}", question))
    others = ["ru", "uk", "kk"] if cyrillic else ["fr", "en"]
    return [own for own in reading or others if own in _TABLES]


def _names(question: str) -> list[str]:
    """Return the capitalised words that do not open the question."""
    first = _WORD.search(question)
    return [m[0] for m in _NAME.finditer(question, first.end() if first else 0)]


def _subjects(question: str) -> list[str]:
    """Return the words that carry meaning."""
    return [
        w for w in _WORD.findall(question)
        if (len(w) >= 3 or w.isupper() or w.isdigit()) and w.casefold() not in _PLAIN
    ]  # fmt: skip


def _topic(before: Turn) -> str:
    """Return what the turn before was about, in a few words."""
    if before.answer and "who" in _asking(before.question) and _NAME.fullmatch(before.answer):
        return before.answer
    rest = _COUNTED.sub(" ", before.question)
    return " ".join(_subjects(rest) or _subjects(before.question))
