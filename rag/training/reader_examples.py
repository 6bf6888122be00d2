"""SQuAD-format files → what the reader is trained on, as lines of token ids.

An example is a question with a window that answers it and windows that do not: those that
our own retrieval ranks high for it, of the same passage, the same article or another one.
Held-out articles give no examples. Of the first file only the questions are used whose
running index is not a multiple of `every`. Each question comes in other languages too, where
`asked` has it so: people ask in another language than the article's; and with questions that
the window does not answer: as `mismatch` makes them, with a word swapped, and as `asked` has
them. What was written anew about the passages gives examples like the questions of the file.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.answering.reader import END, MAX_QUESTION, MAX_WINDOW, Reader, Tokens
from rag.answering.windows import choose_windows
from rag.bench.collection import AskedQuestion, Collection
from rag.bench.corpora import cached_encoder, encode_questions, open_corpus
from rag.bench.records import GoldSpan
from rag.bench.squad import read_squad, squad_collection
from rag.bench.vector_cache import CachedEncoder
from rag.bundled.model import default_cache
from rag.encoders import BundledEncoder
from rag.retrieve import Candidate, citable, rank_passages
from rag.store.generation import Generation
from rag.training.asked import ARTICLES, learnable, translations, written
from rag.training.held_out import is_held_out
from rag.training.mismatch import Swaps
from rag.training.plain import plainly

RANKED = 10  # passages, and windows of them, that negatives come from
TIMES = {0: 2, 1: 2}  # examples of each question of the first file, and of the articles
FORCED = 0.5  # the share of answering windows that are cut at random around the answer

Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids; `first` and `last` are the answer's places in `positive`."""

    questions: list[list[int]]  # the one asked, then what it is in other languages
    positive: list[int]
    first: int
    last: int
    negatives: list[list[int]]
    mismatched: list[list[int]]  # questions that `positive` does not answer, or none


@dataclass(frozen=True, slots=True)
class _Window:
    ids: list[int]
    characters: Pairs  # of the passage, for each token

    def said(self, passage: str) -> str:
        """Return the window's text."""
        return passage[self.characters[0][0] : self.characters[-1][1]]

    def place(self, gold: Sequence[GoldSpan]) -> tuple[int, int] | None:
        """Return the first and last token of the first answer that lies in the window."""
        for span in gold:
            inside = [
                i for i, (low, high) in enumerate(self.characters)
                if high > span.start and low < span.end
            ]  # fmt: skip
            if not inside:
                continue
            low, high = self.characters[inside[0]][0], self.characters[inside[-1]][1]
            if low <= span.start and span.end <= high:
                return inside[0], inside[-1]
        return None


def write_examples(path: Path, files: Sequence[Path], *, every: int, seed: int) -> int:
    """Write the examples of all files as JSON lines and return how many there are."""
    count = 0
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as lines:
        for number, file in enumerate((files[0], ARTICLES, *files[1:])):
            rng = random.Random(seed)  # noqa: S311  (examples, not secrets)
            chosen = every if number == 0 else 1
            for example in _examples(file, every=chosen, times=TIMES.get(number, 1), rng=rng):
                lines.write(json.dumps(asdict(example)) + "\n")
                count += 1
    partial.replace(path)
    return count


def read_examples(path: Path) -> list[Example]:
    """Read what `write_examples` wrote."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Example(**json.loads(line)) for line in lines]


def _examples(file: Path, *, every: int, times: int, rng: random.Random) -> Iterator[Example]:
    collection = squad_collection(read_squad(file))
    home = default_cache() / "bench"
    base = BundledEncoder()
    encoder = cached_encoder(base, home)
    maker = _Maker(
        collection, open_corpus(collection, encoder, home).generation, base, encoder, rng
    )
    asked = learnable(collection, every)
    unswapped = any(question.gold == () for question in asked)  # what fails is in the file
    swaps = Swaps([] if unswapped else [question.text for question in asked])
    asked += written(file)
    encode_questions([question.text for question in asked], encoder)
    others = translations(file)
    unanswered = defaultdict(list)
    for question in asked:
        if question.gold == ():
            unanswered[next(iter(question.relevant))].append(question.text)
    for question in asked:
        if question.gold:
            texts = (question.text, *others.get(question.id, []))
            yield from maker.examples(question, texts, swaps, unanswered, times)


class _Maker:
    """Everything that the examples of one file need."""

    def __init__(
        self,
        collection: Collection,
        generation: Generation,
        base: BundledEncoder,
        encoder: CachedEncoder,
        rng: random.Random,
    ) -> None:
        self._contexts = collection.contexts
        self._generation, self._encoder, self._rng = generation, encoder, rng
        self._tokenizer = base.tokenizer
        self._reader = Reader(None, base.tokenizer)  # for its tokens alone
        self._held_out = [is_held_out(collection.path, str(group)) for group in collection.groups]
        self._rows = {name: row for row, name in enumerate(collection.passage_ids)}

    def examples(
        self,
        question: AskedQuestion,
        texts: Sequence[str],
        swaps: Swaps,
        unanswered: Mapping[str, Sequence[str]],
        times: int,
    ) -> Iterator[Example]:
        """Yield examples of a question, or none; `texts`: in all languages, as asked first.

        `unanswered`: by passage, questions that it does not answer.
        """
        gold = question.gold or ()
        own = self._rows[gold[0].passage]
        if self._held_out[own]:
            return
        query = self._encoder.encode_query([question.text])[0]
        ranked = rank_passages(self._generation, question.text, query)[:RANKED]
        best = None
        negatives = []
        for row, window in self._ranked_windows(ranked):
            place = window.place(gold) if row == own else None
            if place and best is None:
                best = window, place
            elif place is None and not self._held_out[row] and not self._says(row, window, gold):
                negatives.append(window.ids)
        for _ in range(times if negatives else 0):
            found = best
            if found is None or self._rng.random() < FORCED:
                window = self._forced(own, gold)
                place = window.place(gold)
                found = (window, place) if place else found
            if found is None:
                continue
            window, (first, last) = found
            said = window.said(self._contexts[own])
            spoilt = [swaps.mismatched(text, said, self._rng) for text in texts]
            spoilt += unanswered.get(gold[0].passage, ())
            yield Example(
                [self._question(text) for text in texts], window.ids, first, last, negatives,
                mismatched=[self._question(text) for text in spoilt if text],
            )  # fmt: skip

    def _ranked_windows(self, ranked: Sequence[Candidate]) -> Iterator[tuple[int, _Window]]:
        scores, tokenized = [], []
        for candidate in ranked:
            may = citable(self._generation, candidate).tolist()
            cosines = candidate.cosines.tolist()
            scores.append(
                [
                    cosine + candidate.score if ok else float("-inf")
                    for cosine, ok in zip(cosines, may, strict=True)
                ]
            )
            tokenized.append(self._sentences(candidate.passage))
        lengths = [[len(tokens.ids) for _, tokens in own] for own in tokenized]
        for window in choose_windows(scores, lengths, count=RANKED):
            sentences = tokenized[window.passage][window.first : window.last]
            yield ranked[window.passage].passage, _join(sentences)

    def _forced(self, row: int, gold: Sequence[GoldSpan]) -> _Window:
        """Return a window that grows at random around the sentence of the answer."""
        sentences = self._sentences(row)
        scores = [
            9.0 if start <= gold[0].start < start + tokens.offsets[-1][1] else self._rng.random()
            for start, tokens in sentences
        ]
        lengths = [len(tokens.ids) for _, tokens in sentences]
        [window] = choose_windows([scores], [lengths], count=1)
        return _join(sentences[window.first : window.last])

    def _sentences(self, row: int) -> list[tuple[int, Tokens]]:
        """Return (where it starts, tokens) of each sentence of a passage."""
        passage = self._generation.passages[row]
        rows = self._generation.sentences[int(passage["first"]) : int(passage["last"])]
        spans = [(int(s["start"]), int(s["end"])) for s in rows]
        tokens = self._reader.tokenize([self._contexts[row][a:b] for a, b in spans])
        found = zip((start for start, _ in spans), tokens, strict=True)
        return [(start, own) for start, own in found if own.ids]

    def _says(self, row: int, window: _Window, gold: Sequence[GoldSpan]) -> bool:
        """Tell whether the window holds the answer's words, wherever it is from."""
        text = window.said(self._contexts[row]).casefold()
        return any(span.text.casefold() in text for span in gold)

    def _question(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(f"query: {plainly(text, self._rng)}").ids
        return ids if len(ids) <= MAX_QUESTION else [*ids[: MAX_QUESTION - 1], END]


def _join(sentences: Sequence[tuple[int, Tokens]]) -> _Window:
    pairs: list[tuple[int, Any]] = [
        (token, (start + low, start + high))
        for start, tokens in sentences
        for token, (low, high) in zip(tokens.ids, tokens.offsets, strict=True)
    ]
    held = pairs[:MAX_WINDOW]
    return _Window([token for token, _ in held], [place for _, place in held])
