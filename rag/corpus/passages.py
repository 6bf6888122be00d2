"""An article's text → passages and sentences with exact character spans.

A passage is what is retrieved: the splitter's pieces follow the text's structure and
concatenate to it, so their spans are running sums. A sentence is what is cited: it never
crosses a line break (unless the text is hard-wrapped, or a quotation follows what introduces
it) nor a passage's border, and it carries its kind, because a heading or a menu entry must
never be cited as an answer.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, pairwise
from typing import Any

import sentencex
from langchain_text_splitters import RecursiveCharacterTextSplitter

from rag.corpus.boilerplate import page_lines
from rag.types import Passage, SentenceKind, SentenceSpan

RULES = 3  # raise it when a change here gives other passages or sentences for the same text

_SEPARATORS = [
    r"\n(?=#{1,6} )",  # Markdown headings
    r"\n[^\S\n]*\n\s*",  # paragraphs
    r"\n",
    r"(?<=[.!?…])[»”’\")\]]*\s+|(?<=[。！？؟।॥።])",  # sentences
    r"(?<=[;:,،、])\s+",
    r"\s+",
    "",
]
_STRETCH = 20_000  # characters that are looked at together; a passage has about a thousand
_PAUSES = ("\n\n", "\n", ". ", " ")
_MAX_SENTENCE = 1000  # characters; a longer one is cut at a space, to stay citable
_LONG_QUOTATION = 300  # characters
_OPENING = "«“„‹"
_QUOTES = _OPENING + '"'  # what a quotation begins with
_NO_QUOTES = str.maketrans(dict.fromkeys(_OPENING + '»”›"', " "))
_BULLET = re.compile(r"\s*(?:[•◦▪‣·*+–—-]|\d{1,3}[.)])\s+")
_LINK = re.compile(r"!?\[[^\]]*\]\([^)]*\)")
_WORD = re.compile(r"\w+")
_TAIL = "'\"»”’)]*_ \t\u00a0\u202f"
_ENDS = tuple(".!…。！।॥።۔:")
_ASKS = tuple("?？؟;")
_CASELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer


@dataclass(frozen=True, slots=True)
class Splitter:
    """How long a passage may be, in tokens of the encoder. Part of an index's identity."""

    passage_tokens: int = 200
    rules: int = RULES

    def settings(self) -> dict[str, Any]:
        """Return the settings as an index's manifest records them."""
        return asdict(self)


def split_pieces(text: str, *, max_tokens: int, count_tokens: Callable[[str], int]) -> list[str]:
    """Cut `text` along its structure into pieces of `max_tokens` that concatenate to it."""
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=max_tokens,
        chunk_overlap=0,
        # A single character is a token at most; asking the tokenizer would cost a second per 50 kB.
        length_function=lambda piece: 1 if len(piece) == 1 else count_tokens(piece),
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        strip_whitespace=False,
    )
    return [piece for a, b in _stretches(text) for piece in splitter.split_text(text[a:b])]


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of parts of at most `_STRETCH` characters, cut where the text pauses.

    What follows is done part by part: its time then grows as the text does, and no faster.
    """
    start = 0
    while len(text) - start > _STRETCH:
        low, high = start + _STRETCH // 2, start + _STRETCH
        ends = (text.rfind(pause, low, high) + len(pause) for pause in _PAUSES)
        end = next((end for end in ends if end > low), high)
        yield start, end
        start = end
    yield start, len(text)


def split_article(
    text: str,
    *,
    language: str | None,
    count_tokens: Callable[[str], int],
    splitter: Splitter,
    shared: Collection[str] = (),
) -> list[Passage]:
    """Return the passages of `text` in order, none empty, each with its sentences.

    What belongs to the page around the article is in none of them: `shared` are the lines that
    other articles have too, as `boilerplate.normal_line` gives them.
    """
    pieces = split_pieces(text, max_tokens=splitter.passage_tokens, count_tokens=count_tokens)
    borders = list(accumulate(map(len, pieces)))
    groups: list[list[SentenceSpan]] = []
    apart: list[bool] = []  # lines of the page stand before the group
    last = -1
    for sentence, of_page in _sentences(text, language, shared):
        if of_page:
            last = -1
            continue
        # A sentence belongs to the piece in which it begins; a border inside it moves behind it.
        piece = bisect_right(borders, sentence.start)
        if piece != last:
            groups.append([])
            apart.append(last == -1)
        groups[-1].append(sentence)
        last = piece
    _move_headings_down(groups, apart)
    return [Passage(group[0].start, group[-1].end, tuple(group)) for group in groups]


def _move_headings_down(groups: list[list[SentenceSpan]], apart: Sequence[bool]) -> None:
    """Take a heading from the end of a passage to the passage that it introduces."""
    for (group, following), cut in zip(pairwise(groups), apart[1:], strict=True):
        said = next((i for i, s in enumerate(reversed(group)) if s.kind == "sentence"), 0)
        if said and not cut:
            following[:0] = group[-said:]
            del group[-said:]


def split_sentences(text: str, *, language: str | None) -> list[SentenceSpan]:
    """Return the sentences of `text` in order: trimmed, none empty, disjoint.

    Together they hold every character of the text that is not white space.
    """
    return [sentence for sentence, _ in _sentences(text, language, ())]


def _sentences(
    text: str, language: str | None, shared: Collection[str]
) -> list[tuple[SentenceSpan, bool]]:
    """Return the sentences, and of each whether its line belongs to the page."""
    lines = list(_lines(text))
    seen = Counter(text[start:end].strip() for start, end in lines)
    spans: list[tuple[int, int, int]] = []
    for place, (start, end) in enumerate(lines):
        for low, high in _sentences_of_line(text[start:end], language):
            spans += [(a, b, place) for a, b in _cut(text, start + low, start + high)]
    repeated = [seen[text[start:end].strip()] > 1 for start, end in lines]
    kinds: list[SentenceKind] = [
        "furniture" if repeated[place] else sentence_kind(text[a:b]) for a, b, place in spans
    ]
    if "sentence" not in kinds:  # notes without punctuation: their lines are what they say
        kinds = [
            "furniture" if repeated[place] or _is_shouted(text[a:b]) else "sentence"
            for a, b, place in spans
        ]
    prose = [False] * len(lines)
    for (_, _, place), kind in zip(spans, kinds, strict=True):
        prose[place] = prose[place] or kind == "sentence"
    of_page = page_lines([text[start:end] for start, end in lines], prose, shared)
    return _with_introductions(
        text,
        [
            (SentenceSpan(a, b, "furniture" if place in of_page else kind), place in of_page)
            for (a, b, place), kind in zip(spans, kinds, strict=True)
        ],
    )


def _with_introductions(
    text: str, sentences: Sequence[tuple[SentenceSpan, bool]]
) -> list[tuple[SentenceSpan, bool]]:
    """Join "The minister said:" to the quotation on the next line: who speaks is part of it."""
    joined: list[tuple[SentenceSpan, bool]] = []
    for sentence, of_page in sentences:
        before = joined[-1][0] if joined and not joined[-1][1] and not of_page else None
        if (
            before
            and text[sentence.start] in _QUOTES
            and text[before.start : before.end].endswith(":")
            and "\n" in text[before.end : sentence.start]
            and sentence.end - before.start <= _LONG_QUOTATION
        ):
            kind = before.kind if before.kind == "sentence" else sentence.kind
            joined[-1] = SentenceSpan(before.start, sentence.end, kind), False
        else:
            joined.append((sentence, of_page))
    return joined


def sentence_kind(text: str) -> SentenceKind:
    """Tell a sentence that states something from a heading, byline, menu entry or question."""
    core = _LINK.sub("", text).strip().rstrip(_TAIL)
    words = _WORD.findall(core)
    if core.endswith(_ASKS) or _is_shouted(core):
        return "furniture"
    if core.endswith("。") or (_CASELESS.search(core) and len(core) >= 40):
        return "sentence"
    if len(words) < 3 or (core.endswith(":") and len(words) < 5):
        return "furniture"
    if core.endswith(_ENDS) or len(core) >= 120 or _BULLET.match(text):
        return "sentence"
    return "furniture"


def _is_shouted(text: str) -> bool:
    return text.upper() == text and text.lower() != text


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that no sentence crosses: lines, or paragraphs where lines are wrapped."""
    spans: list[tuple[int, int]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        spans.append((start, start + len(line)))
        start += len(line)
    lengths = sorted(len(text[a:b].strip()) for a, b in spans if text[a:b].strip())
    if len(lengths) < 5 or not 40 <= (width := lengths[int(0.9 * len(lengths))]) <= 100:
        yield from spans
        return
    begin = 0
    for (a, b), (c, d) in pairwise([*spans, (start, start)]):
        line, following = text[a:b].strip(), text[c:d].strip()
        # A line is wrapped where the next line's first word would not have fitted.
        first = len(following.split(maxsplit=1)[0]) if following else 0
        wrapped = bool(line and following) and len(line) + 1 + first > width
        if not wrapped or _BULLET.match(text[c:d]) or following.startswith("#"):
            yield begin, b
            begin = b


def _sentences_of_line(line: str, language: str | None) -> Iterator[tuple[int, int]]:
    """Yield the trimmed spans of the sentences of one line."""
    for begin, end in _stretches(line) if line.strip() else ():
        start = begin
        for part in _parts(line[begin:end], language):
            stripped = part.strip()
            if stripped:
                low = start + part.index(stripped)
                yield low, low + len(stripped)
            start += len(part)


def _parts(stretch: str, language: str | None) -> Iterator[str]:
    """Yield the sentences of a part of a line; they concatenate to it."""
    for piece in sentencex.segment(language or "en", stretch):
        if len(piece) <= _LONG_QUOTATION:
            yield piece
            continue
        # The library keeps a quotation of any length whole.
        bare = sentencex.segment(language or "en", piece.translate(_NO_QUOTES))
        borders = _before_opening_quotes(piece, accumulate(map(len, bare)))
        yield from _joined(piece[a:b] for a, b in pairwise([0, *borders]))


def _before_opening_quotes(text: str, borders: Iterable[int]) -> Iterator[int]:
    for border in borders:
        before = text[:border].rstrip(_OPENING + " \u00a0\u202f")
        # Only an opening quotation mark goes with what follows; a closing one stays.
        moved = re.search(rf"[{_OPENING}][{_OPENING}\s]*$", text[len(before) : border])
        yield len(before) + moved.start() if moved and border < len(text) else border


def _joined(parts: Iterable[str]) -> list[str]:
    """Append a part without a word, such as a closing mark, to the part before it."""
    joined: list[str] = []
    for part in parts:
        if joined and not _WORD.search(part):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield `start`–`end` in parts of at most `_MAX_SENTENCE` characters, cut at spaces."""
    while end - start > _MAX_SENTENCE:
        space = max(text.rfind(" ", start + 1, start + _MAX_SENTENCE), 0) or start + _MAX_SENTENCE
        yield start, space
        start = space
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
