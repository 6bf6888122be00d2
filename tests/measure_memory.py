"""Measure how much memory a build takes when the corpus is large.

Not a test. Articles are made of words at random, with the frequencies of a language; vectors
are made from hashes, so that the time goes into everything but the model:
    python tests/measure_memory.py --articles 100000 --gib 4
"""

import argparse
import hashlib
import itertools
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.building.build import index_articles
from rag.corpus.passages import Splitter, split_article
from rag.types import Article, Metadata, Passage

SENTENCE = 16  # words


class HashEncoder:
    """Texts → unit vectors that only say whether two texts are the same."""

    name = fingerprint = query_fingerprint = "hashes"
    max_tokens = 512

    def __init__(self, dimension: int = 384) -> None:
        self.dimension = dimension

    def encode_document(self, texts: list[str]) -> np.ndarray:
        raw = b"".join(hashlib.blake2b(text.encode()).digest() for text in texts)
        values = np.frombuffer(raw, np.int8).reshape(len(texts), 64).astype(np.float32)
        vectors = np.tile(values, -(-self.dimension // 64))[:, : self.dimension]
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    encode_query = encode_document

    def count_tokens(self, text: str) -> int:
        return len(text) // 4


def articles(count: int, *, size: int = 2000, words: int = 200_000) -> Iterator[Article]:
    """Yield so many different articles of `size` characters."""
    chance = random.Random(0)
    vocabulary = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 11)))
                  for _ in range(words)]  # fmt: skip
    weights = list(itertools.accumulate(1 / rank for rank in range(1, words + 1)))  # Zipf
    for number in range(count):
        drawn = iter(chance.choices(vocabulary, cum_weights=weights, k=size // 3))
        text = ""
        while len(text) < size:
            sentence = " ".join(itertools.islice(drawn, SENTENCE)) or "end"
            text += f"{sentence.capitalize()} {number}.\n" + "\n" * (len(text) % 3 == 0)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        yield Article(f"{number:07d}.txt", text, sha256, Metadata(language="en"))


def split(article: Article, _shared: frozenset[str]) -> list[Passage]:
    return split_article(
        article.text,
        language="en",
        count_tokens=lambda text: len(text) // 4,
        splitter=Splitter(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--gib", type=float, default=4.0)
    options = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    begin = time.perf_counter()
    shown = ""

    def progress(what: str, done: int, total: int) -> None:
        nonlocal shown
        if what != shown:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(f"{time.perf_counter() - begin:7.0f} s  {peak:.2f} GiB before {what}", flush=True)
            shown = what

    with tempfile.TemporaryDirectory() as home:
        report = index_articles(
            articles(options.articles),
            Path(home) / "index",
            folder=Path(home),
            encoder=HashEncoder(),
            settings={},
            split=split,
            progress=progress,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{report.articles} articles, {report.passages} passages, {report.sentences} sentences")
    print(f"at most {peak:.2f} GiB of memory ({before:.2f} before the build)")
    if peak > options.gib:
        raise SystemExit(f"that is more than {options.gib} GiB")


if __name__ == "__main__":
    main()
