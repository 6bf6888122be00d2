"""A question + windows of sentences → where in each sentence an answer would be.

The bundled encoder with its upper layers tuned for extractive question answering (by
`rag.training.reader`), on onnxruntime. The scores of all windows are normalised together,
so that they can be compared (Clark & Gardner 2018). Knows nothing of passages or indexes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.encoders import BundledEncoder, Encoder, batches, encodable
from rag.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_QUESTION = 64  # tokens; what is longer is cut
MAX_WINDOW = 200  # tokens; windows are chosen shorter, but one sentence may be longer
MAX_ANSWER = 40  # tokens
END = 2  # the id of </s>
# The log-odds of an answer in a window from which no further ones are read: after the first
# lot, and after each later one.
SURE, SURE_ENOUGH = 2.0, 1.0
BATCH = 512  # tokens with padding, of which small batches need less

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A sentence's tokens, and the characters of the sentence that each stands for."""

    ids: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Span:
    """The likeliest answer within a sentence: `sentence[start:end]`.

    `score` is the log of how likely it is, among all windows read together, that an answer
    begins in this sentence, times that one ends there. Where the words could be cut in several
    ways this says more of the sentence than its likeliest span alone.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a window says: for each sentence its span, None where the sentence was cut off."""

    has: float  # log-odds that an answer stands in the window
    spans: tuple[Span | None, ...]


class Reader:
    """The reading model, loaded. Thread-safe."""

    def __init__(self, session: Any, tokenizer: "Tokenizer") -> None:
        self._session, self._tokenizer = session, tokenizer

    def tokenize(self, sentences: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each sentence."""
        texts = [encodable(text) for text in sentences]
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [Tokens(encoding.ids, encoding.offsets) for encoding in found]

    def read(
        self, question: str, windows: Sequence[Sequence[Tokens]], *, at_once: int | None = None
    ) -> list[Reading]:
        """Read windows, each a run of sentences, and return a reading of each, in order.

        Of more than `at_once`, that many are read at a time, until one surely holds an answer;
        those that were not read have no reading, and stand at the end.
        """
        asked = self._tokenizer.encode(f"query: {encodable(question)}").ids
        if len(asked) > MAX_QUESTION:
            asked = [*asked[: MAX_QUESTION - 1], END]
        bodies = [[i for tokens in window for i in tokens.ids][:MAX_WINDOW] for window in windows]
        rows = [asked + body + [END] for body in bodies]
        spans: list[Floats] = []
        has: list[float] = []
        lot = at_once or len(rows)
        while len(has) < len(rows):
            if has and max(has) >= (SURE if len(has) == lot else SURE_ENOUGH):
                break
            more, whether = self._run(rows[len(has) : len(has) + lot])
            spans, has = spans + more, has + whether
        windows, bodies = windows[: len(has)], bodies[: len(has)]
        firsts = [s[len(asked) : len(asked) + len(b)] for s, b in zip(spans, bodies, strict=True)]
        if not any(map(len, firsts)):
            return [Reading(float(h), (None,) * len(w)) for h, w in zip(has, windows, strict=True)]
        total = _log_sum(np.concatenate(firsts))  # (2,)
        return [
            Reading(float(h), tuple(_spans(scores - total, window)))
            for h, scores, window in zip(has, firsts, windows, strict=True)
        ]

    def _run(self, rows: list[list[int]]) -> tuple[list[Floats], list[float]]:
        """Return for each row the scores of its tokens (tokens, 2), and of an answer in it."""
        spans: list[Floats] = [np.zeros((0, 2), np.float32)] * len(rows)
        has = [0.0] * len(rows)
        for places in batches([len(row) for row in rows], tokens=BATCH):
            longest = max(len(rows[place]) for place in places)
            ids = np.zeros((len(places), longest), np.int64)
            mask = np.zeros_like(ids)
            for i, place in enumerate(places):
                ids[i, : len(rows[place])] = rows[place]
                mask[i, : len(rows[place])] = 1
            inputs = {"input_ids": ids, "attention_mask": mask}
            found, whether = self._session.run(["span", "has"], inputs)
            for i, place in enumerate(places):
                spans[place], has[place] = found[i], float(whether[i])
        return spans, has


def load_reader(
    tokenizer: "Tokenizer | None" = None,
    *,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Reader:
    """Load the reader, building its graph in the cache where it is missing.

    `tokenizer` is the bundled encoder's, if it is loaded already. Raises ModelError.
    """
    from rag.bundled.model import ensure_bundled_reader, load_tokenizer, open_session

    model = ensure_bundled_reader(cache, progress=progress)
    return Reader(open_session(model.graph), tokenizer or load_tokenizer(model.tokenizer))


def lazy_reader(
    encoder: Encoder,
    *,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Callable[[], Reader | None]:
    """Return what loads the reader when it is first called, and returns it from then on.

    None comes back where another encoder than the bundled one serves and the bundled model
    is not installed.
    """
    lock = Lock()
    loaded: list[Reader | None] = []

    def reader() -> Reader | None:
        with lock:
            if not loaded:
                loaded.append(_load_reader(encoder, cache, progress))
            return loaded[0]

    return reader


def _load_reader(
    encoder: Encoder, cache: Path | None, progress: Callable[[str], None] | None
) -> Reader | None:
    if isinstance(encoder, BundledEncoder):
        return load_reader(encoder.tokenizer, cache=cache, progress=progress)
    try:
        return load_reader(cache=cache, progress=progress)
    except ModelError:
        return None


def _spans(scores: Floats, window: Sequence[Tokens]) -> list[Span | None]:
    """Return the best span of each sentence; scores (tokens, 2) are log-probabilities."""
    spans: list[Span | None] = []
    low = 0
    for tokens in window:
        own = scores[low : low + len(tokens.ids)]
        low += len(tokens.ids)
        spans.append(_best_span(own, tokens.offsets) if len(own) else None)
    return spans


def _best_span(scores: Floats, offsets: list[tuple[int, int]]) -> Span:
    pairs = scores[:, 0][:, None] + scores[:, 1][None, :]  # (first, last)
    places = np.arange(len(scores))
    length = places[None, :] - places[:, None]
    pairs = np.where((length >= 0) & (length < MAX_ANSWER), pairs, -np.inf)
    first, last = divmod(int(pairs.argmax()), len(scores))
    return Span(offsets[first][0], offsets[last][1], float(_log_sum(scores).sum()))


def _log_sum(scores: Floats) -> Floats:
    """Return log(sum(exp)) of each column of (tokens, 2)."""
    highest = scores.max(0)
    total: Floats = highest + np.log(np.exp(scores - highest).sum(0))
    return total
