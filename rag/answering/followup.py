"""A question that leaves something to the one before it → the complete question.

Three ways to leave something out are recognised, by tables of words in ten languages:

    another one      "Et en Arménie ?" takes the place of what it stands for in the question
                     before: a name for a name, a year for a year; else what opens with a
                     preposition is added, and another thing ("And the budget?", "And how many
                     teachers?") gets the earlier question's subject in brackets
    a pronoun        "When was it founded?" gets that subject likewise, or the person that the
                     earlier answer named
    nothing else     "Et pourquoi ?" likewise

A question that names its own subject is new, whatever came before it. Precision before
recall: an asker who sees a question left as it was asks again, one whose question was
changed without cause gets another question's answer.
"""

import tomllib
from pathlib import Path

import regex

from rag.answering.question_words import all_asked, languages_asking
from rag.types import Turn

MOST_WORDS = 6  # of "Et en Arménie ?"
BARE_WORDS = 3  # of "En Arménie ?", which opens with no "and"
MOST_LIKE = 4  # letters of a name that its suffix cannot be told from

_TABLES = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "followup.toml").read_text(encoding="utf-8")
)
_WORDS = _TABLES.pop("words")
_PREPOSITIONS_OF = {o: frozenset(w.split()) for o, w in _TABLES.pop("prepositions").items()}
_PREPOSITIONS = frozenset().union(*_PREPOSITIONS_OF.values())
_SMALL_WORDS = _PREPOSITIONS | {"l'", "d'"}
_ARTICLES = frozenset(_WORDS["articles"].split())
_PLAIN = frozenset(_WORDS["plain"].split())
_DEFINITE = regex.compile(
    r"\b(?:le|la|les|l['’]|mon|ton|notre|votre|ce|cet|cette|ces|chaque)\s*\p{L}", regex.IGNORECASE
)
_EMPTY = regex.compile(  # pronouns that stand for nothing
    r"\by a-t-il|\bfaut-il|\bs['’]agit-il|\best-ce|\bqu['’]il|"
    r"\bis (?:it|there) (?:a|an|any|possible|true)\b|\bis it \p{L}+ing\b",
    regex.IGNORECASE,
)
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[.,]\d+|[-‑]\p{L}[\p{L}\p{M}]*)*")
_NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}\p{N}’'-]*(?:\s+\p{Lu}[\p{L}\p{M}\p{N}’'-]*)*")
_SUFFIX = regex.compile(r"['’]\p{Ll}{1,4}$")
_LAST_WORD = regex.compile(r"\s+ше(?=\s*[?？]?\s*$)")  # Kazakh's "what about", at the end
_GERMAN = regex.compile(r"(?:der|die|das|eine?)\s", regex.IGNORECASE)
_CONTRACTED = regex.compile(  # French, before a country
    r"\b(?:en|aux?|(?P<of>du|des|de (?:la|l['’])))\s*$", regex.IGNORECASE
)
_CONTRACTIONS = {  # by the article: where, and whose
    "la": ("en ", "de la "), "l'": ("en ", "de l'"),
    "le": ("au ", "du "), "les": ("aux ", "des "),
}  # fmt: skip
_BRACKETS = regex.compile(r"\(([^()]+)\)\s*$")
_THING = regex.compile(r"\b(?:its?|оно)\b", regex.IGNORECASE)  # no person
_INVERTED = regex.compile(r"\p{L}-(?:t-)?(?:ils?|elles?|on|ce)$")
_HARMONY = str.maketrans("eəıiuüеәыіт", "aaaaaaаааад")  # of vowels, in suffixes
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
    rest = _LAST_WORD.sub("", rest)
    asking = all_asked(rest)
    words = _WORD.findall(rest)
    if not words:
        return None
    if not asking and _is_fragment(rest, words, opened=opener is not None):
        leading = _WORD.findall(opener[0])[-1:] if opener else []  # "Et pour …"
        lead = leading[0] if leading and leading[0].casefold() in _PREPOSITIONS else ""
        return _substituted(before, rest.strip(_EDGES), lead)
    if opener and asking and asking & all_asked(before.question):
        shorter = _without_question_words(rest)
        if shorter and len(_WORD.findall(shorter)) <= BARE_WORDS and not _points_back(rest):
            if not _NAME.search(shorter) and not _YEAR.search(shorter) and not _leads(shorter):
                return _about(before, rest)
            return _substituted(before, shorter)
    bare = bool(asking) and not _subjects(rest)
    if (_names(rest) and not bare) or not (bare or _points_back(rest)):
        return None
    return _about(before, rest)


def _about(before: Turn, rest: str) -> str | None:
    """Return a question with the subject of the one before in brackets, None if that has none."""
    subject = _topic(before, rest)
    return f"{rest[:1].upper()}{rest[1:].strip()} ({subject})" if subject else None


def _is_fragment(rest: str, words: list[str], *, opened: bool) -> bool:
    if opened:
        return len(words) <= MOST_WORDS and not _points_back(rest)
    asked = rest.rstrip().endswith(("?", "？", "؟"))
    starts = words[0].casefold() in _PREPOSITIONS or bool(_YEAR.fullmatch(words[0]))
    return asked and len(words) <= BARE_WORDS and starts


def _substituted(turn: Turn, fragment: str, opened: str = "") -> str | None:
    """Put the fragment where the question before has what it stands for, else at its end.

    `opened` is the preposition with which the words before it end. None where it is of another
    thing: "And hospitals in Georgia?" stands for itself.
    """
    before = turn.question
    pattern = _YEAR if _YEAR.search(fragment) else _NAME
    new = pattern.search(fragment)
    if new is None or (pattern is _NAME and fragment.islower()):
        if opened or _leads(fragment) or not _subjects(fragment):
            return _added(before, f"{opened} {fragment}".strip())
        return _about(turn, f"{fragment}{' ' if before.rstrip().endswith(' ?') else ''}?")
    if pattern is _NAME and _GERMAN.match(fragment):  # "Und der Umsatz?": any noun has a capital
        return _about(turn, f"{fragment}?")
    lead, own = _parted(fragment[: new.start()])
    if any(word not in _words(before) for word in _words(lead)):
        return None
    old = list(pattern.finditer(before, _names_begin(before, fragment) if pattern is _NAME else 0))
    if not old:
        return _added(before, fragment)
    low, high = _alike(old, new, before, fragment).span()
    fragment = own + fragment[new.start() :]
    suffix = _SUFFIX.search(before[low:high])
    if suffix and not _SUFFIX.search(new[0]):  # "Norveç'te", "İsveç"; "Armenia's", "Georgia"
        high = low + suffix.start()
    # The fragment's own preposition replaces the other's: "in Azerbaijan", "for Armenia".
    elif fragment[len(own) + len(new[0]) :].startswith(("'", "’")):  # and its suffix the other's
        suffix = regex.match(r"['’]\p{L}+", before[high:])
        high += len(suffix[0]) if suffix else 0
    if fragment[-1:] in ("»", "”") and fragment[-1] == before[high : high + 1]:
        fragment = fragment[:-1]
    if _is_foreign(own, before):  # "How many in Kazakhstan?" "En Arménie ?"
        fragment = fragment[len(own) :]
    elif own.strip(" '’"):
        low, led = _led(before, low, own)
        fragment = led + fragment[len(own) :]
    return _spaced(before[:low], fragment, before[high:])


def _led(before: str, low: int, own: str) -> tuple[int, str]:
    """Return where a name's place begins, and the prepositions and articles that open it there.

    An article leaves the preposition to the name that it replaces: "And the Netherlands?".
    """
    article = own.strip().casefold().replace("’", "'")
    contracted = _CONTRACTED.search(before[:low]) if article in _CONTRACTIONS else None
    if contracted:  # "au Kazakhstan", "Et la Géorgie ?"
        low = contracted.start()
        own = _CONTRACTIONS[article][contracted["of"] is not None]
    else:
        low = _with_prepositions(before, low, _ARTICLES if article in _ARTICLES else _SMALL_WORDS)
        own = own[:1].lower() + own[1:]
    return low, own if low else own[:1].upper() + own[1:]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _leads(fragment: str) -> bool:
    """Tell whether it opens with a preposition: "for students", not "the budget"."""
    first = _words(fragment)[:1]
    return bool(first) and first[0] in _PREPOSITIONS and first[0] not in _ARTICLES


def _parted(lead: str) -> tuple[str, str]:
    """Return what stands before a name in two: other words, and its own prepositions."""
    low = _with_prepositions(lead, len(lead))
    return lead[:low], lead[low:] if lead[low:].strip(" '’«“\"") else ""


def _names_begin(before: str, fragment: str) -> int:
    """Return where names may begin: a capital tells nothing of the first word.

    But in languages that ask last, where it has a suffix: "Gürcistan'da kaç okul var?" and, as
    the fragment has it, "Грузияда неше мектеп бар?"
    """
    first, name = _WORD.search(before), _NAME.match(before)
    if not first or not name:
        return first.end() if first else 0
    ends = [word[-2:].casefold().translate(_HARMONY) for word in (name[0], fragment)]
    ends_alike = len(name[0]) > MOST_LIKE and ends[0] == ends[1]
    last = any(own in ("tr", "az", "kk") for own in languages_asking(before))
    named = bool(_SUFFIX.search(name[0])) or ends_alike
    return 0 if last and named and not all_asked(name[0]) else first.end()


def _is_foreign(lead: str, before: str) -> bool:
    """Tell whether these are prepositions, of another language than that of the question before."""
    words = set(lead.casefold().split())
    reading = languages_asking(before)
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


def _with_prepositions(text: str, low: int, among: frozenset[str] = _SMALL_WORDS) -> int:
    """Return where the prepositions and articles begin that stand before `low`."""
    while found := regex.search(r"([\p{L}]+['’]?)\s*$", text[:low]):
        word = found[1].casefold().replace("’", "'")
        if word not in among:
            break
        low = found.start()
    return low


def _spaced(before: str, middle: str, after: str) -> str:
    gap = "" if not before or before[-1].isspace() or before[-1] in "'’«“(" else " "
    return f"{before}{gap}{middle}{after}"


def _added(before: str, fragment: str) -> str:
    end = regex.search(r"\s*[?？؟]?\s*$", before)
    cut = end.start() if end else len(before)
    return f"{before[:cut]}, {fragment}{before[cut:]}"


def _without_question_words(rest: str) -> str:
    words = [w for w in regex.split(r"\s+", rest.strip(_EDGES)) if w]
    kept = [w for w in words if not all_asked(w) and w.casefold() not in ("many", "much", "de")]
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
    """Return the languages that the question may be in, by its words that ask or its letters."""
    reading = languages_asking(question)
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
        if (len(w) >= 3 or w.isupper() or w.isdigit())
        and w.casefold() not in _PLAIN and not _INVERTED.search(w)
    ]  # fmt: skip


def _topic(before: Turn, rest: str) -> str:
    """Return what the turn before was about, in a few words; `rest` leans on it."""
    leans = _points_back(rest) or not _subjects(rest)  # "And the budget?" is not of the person
    person = leans and "who" in all_asked(before.question) and not _THING.search(rest)
    if person and before.answer and _NAME.fullmatch(before.answer):
        return before.answer
    if carried := _BRACKETS.search(before.question):  # by the turn before
        return carried[1]
    rest = _COUNTED.sub(" ", before.question)
    return " ".join(_subjects(rest) or _subjects(before.question))
