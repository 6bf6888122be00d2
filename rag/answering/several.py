"""Questions that one sentence does not answer: lists, and two questions in one.

A question wants several sentences where it counts what it asks for ("the three conditions"),
or asks in the plural. Then these stand together with the sentence that answers best:

    the items of a list, with the line that opens it
    sentences of the same enumeration: first …, second …, finally …
    its neighbours that answer about as well

Told by tables of words in ten languages. Knows nothing of indexes.
"""

from collections.abc import Mapping, Sequence

import regex

from rag.answering.question_words import all_asked

MOST = 8  # sentences that stand together
MOST_QUESTIONS = 4  # that are joined in one; what joins more is a text
APART = 3  # sentences between two that answer about as well
AS_WELL = 0.5  # the log of how much likelier the best may be

_COUNTED = regex.compile(
    r"\b(?:two|three|four|five|six|several|deux|trois|quatre|cinq|six|plusieurs|"
    r"два|две|три|четыре|пять|несколько|дві|чотири|екі|үш|төрт|бес|бірнеше|"
    r"iki|üç|dört|beş|dörd|zwei|drei|vier|fünf|mehrere|dos|tres|cuatro|cinco|due|tre|quattro|"
    r"[2-9])\s+(?!ans|years?|лет|года|жыл|yıl|il|jahre?|años|anni)\p{L}{4,}",
    regex.IGNORECASE,
)
_PLURAL = regex.compile(
    r"\b(?:quels|quelles|lesquels|lesquelles|какие|каковы|какими|каких|які|якими|яких|"
    r"cuáles|quali|nelerdir|neler|kimler|nələr|nələrdir)\b|"
    r"\b(?:which|what)\s+(?:(?:are|were)\b|(?:(?!does|was|has)\p{L}+\s+){0,2}?(?!does|was|has)\p{L}{3,}(?<![su])s\b)|"
    r"\b(?:қандай|қай)\s+\p{L}+(?:лар|лер|дар|дер|тар|тер)\p{L}*|"
    r"\b(?:hangi|hansı|ne|nə)\s+\p{L}+l[ae]r\p{L}*|\bwelche\s+\p{L}+(?:en|er|e|s)\b|"
    r"\bqué\s+\p{L}+s\b",
    regex.IGNORECASE,
)
_LISTED = regex.compile(
    r"^\s*(?:list|name|enumerate|énum[ée]r\p{L}+|cite[rz]?|nomme[rz]?|перечисл\p{L}+|"
    r"назов\p{L}+|ата\p{L}*|listele\p{L}*|sırala\p{L}*|nenne|enumer\p{L}+|elenca)\b",
    regex.IGNORECASE,
)
_ITEM = regex.compile(r"^\s*(?:[•▪◦‣·*–—-]|\(?\d{1,2}[.)])\s")
_ORDINAL = regex.compile(
    r"^\W*(?:premièrement|deuxièmement|troisièmement|quatrièmement|d['’]abord|tout d['’]abord|"
    r"ensuite|puis|enfin|en (?:premier|second|deuxième|troisième) lieu|"
    r"(?:le|la) (?:premi[eè]re?|deuxième|seconde?|troisième|quatrième|derni[eè]re?)|"
    r"first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|then|next|finally|lastly|"
    r"the (?:first|second|third|fourth|last)|"
    r"во-первых|во-вторых|в-третьих|в-четвертых|сначала|затем|наконец|"
    r"перв\p{L}+|втор\p{L}+|трет\p{L}+|последн\p{L}+|"
    r"біріншіден|екіншіден|үшіншіден|бірінші|екінші|үшінші|соңында|"
    r"birincisi|ikincisi|üçüncüsü|ilk olarak|ikinci olarak|son olarak|birinci|ikinci|üçüncü|"
    r"erstens|zweitens|drittens|zuerst|schließlich|primero|segundo|tercero|finalmente|"
    r"anzitutto|primo|secondo|terzo|infine)\b",
    regex.IGNORECASE,
)
_AND = regex.compile(
    r"\s*,?\s+(?:et|and|и|және|ve|və|und|y|e|та|і)\s+(?=\p{L})|[?？؟]\s+(?=\p{L})", regex.IGNORECASE
)


def wants_several(question: str) -> bool:
    """Tell whether the question asks for more than one thing."""
    asked = all_asked(question)
    if asked & {"how many", "when", "why"}:
        return False
    counts = _COUNTED.search(question) and bool(asked & {"what", "which", "who"})
    return bool(counts or _PLURAL.search(question) or _LISTED.search(question))


def together(
    question: str, best: int, texts: Sequence[str], scores: Mapping[int, float]
) -> list[int]:
    """Return which sentences answer together, in their order, `best` among them.

    `texts` are consecutive sentences of an article, `best` is the place of the one that
    answers best; `scores` tells of some places how well they answer (log-odds).
    """
    opens = opens_list(texts[best])
    if not opens and not wants_several(question):
        return [best]
    for found in (_list_around(best, texts), _enumeration_around(best, texts)):
        if len(found) > 1:
            return found[:MOST]
    if opens:  # it announces what follows
        return [best, best + 1] if best + 1 < len(texts) else [best]
    return [
        place
        for place in range(max(0, best - APART), min(len(texts), best + APART + 1))
        if place == best or scores.get(place, float("-inf")) >= scores[best] - AS_WELL
    ]


def of_a_list(text: str) -> bool:
    """Tell whether a line is an item of a list, or opens one; such lines are often short."""
    return is_item(text) or opens_list(text)


def is_item(text: str) -> bool:
    """Tell whether a line is an item of a list."""
    return bool(_ITEM.match(text))


def opens_list(text: str) -> bool:
    """Tell whether a line announces what follows."""
    return text.rstrip().endswith(":")


def split_question(question: str) -> list[str]:
    """Return the questions that are joined in one: "Who …, and when …?", each once.

    More than `MOST_QUESTIONS` are left together.
    """
    parts, rest = [], question
    while found := next((m for m in _AND.finditer(rest) if _splits(rest, m)), None):
        parts.append(rest[: found.start()].rstrip(" ?？؟,"))
        rest = rest[found.end() :]
        if len(parts) == MOST_QUESTIONS:
            return [question]
    if not parts:
        return [question]
    once = {part.casefold(): f"{part} ?" for part in parts}
    return [*once.values(), *([] if rest.rstrip(" ?？؟,").casefold() in once else [rest])]


def _splits(question: str, joint: regex.Match[str]) -> bool:
    """Tell whether there is a question on both sides, the second one opening with its word."""
    before, after = question[: joint.start()], question[joint.end() :].split()
    opening = " ".join(after[:2])
    return len(after) > 2 and bool(all_asked(before)) and bool(all_asked(opening))


def _list_around(best: int, texts: Sequence[str]) -> list[int]:
    """Return the opening line and the items of the list that the sentence belongs to."""
    first = best + 1 if opens_list(texts[best]) else best
    if first >= len(texts) or not is_item(texts[first]):
        return [best]
    last = first
    while first > 0 and is_item(texts[first - 1]):
        first -= 1
    while last + 1 < len(texts) and is_item(texts[last + 1]):
        last += 1
    if first > 0 and opens_list(texts[first - 1]):
        first -= 1
    return list(range(first, last + 1))


def _enumeration_around(best: int, texts: Sequence[str]) -> list[int]:
    """Return the sentences that are counted off, with the one before them if that is best."""
    counted = [i for i, text in enumerate(texts) if _ORDINAL.match(text)]
    near = [i for i in counted if i == best or 0 < i - best <= 2]
    if not near:
        return [best]
    run = [near[0]]
    for place in [i for i in counted if i > run[-1]]:
        if place - run[-1] <= 2:
            run.append(place)
    for place in [i for i in reversed(counted) if i < run[0]]:
        if run[0] - place <= 2:
            run.insert(0, place)
    return sorted({best, *run}) if len(run) > 1 else [best]
