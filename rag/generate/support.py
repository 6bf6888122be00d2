"""Does what a claim cites say it? Asked of the reader, as if the claim were a question.

Among the sentences that were given and lie near the claim, those that it cites must be where
the reader finds it, or nearly. Without a reader, the nearest must be one of them.
"""

from collections.abc import Callable, Sequence

import numpy as np

from rag.generate.sources import Source
from rag.index import Index

Supports = Callable[[str, Sequence[int]], bool]
"""Tells whether the sentences at some places, of those that were given, say a claim."""

OTHERS = 12  # sentences that are read beside those that a claim cites
# Read for 36 true claims about the seeds in five languages, and each of the other sentences
# given with them: 34 of the true ones lie above both, 1 of 100 others does.
HAS = -1.2  # log-odds that a sentence answers, read by itself
BEHIND = -2.0  # log of how much less likely than the likeliest sentence
NEAR = 0.01  # of cosine, behind the nearest sentence


def reading_support(index: Index, sources: Sequence[Source]) -> Supports:
    """Return what tells whether some of the sources say a claim."""
    rows = [source.row for source in sources]
    vectors = index.generation.sentence_vectors[rows].astype(np.float32)  # (s, d)

    def supports(claim: str, cited: Sequence[int]) -> bool:
        cosines = vectors @ index.encoder.encode_query([claim])[0]
        nearest = np.argsort(-cosines, kind="stable")[:OTHERS].tolist()
        read = list(dict.fromkeys([*cited, *nearest]))
        quotes = [sources[at].citation.quote for at in read]
        readings = index.read_sentences(claim, quotes)
        if readings is None:
            return bool(cosines[list(cited)].max() >= cosines.max() - NEAR)
        spans = [r.spans[0].score if r.spans[0] else float("-inf") for r in readings]
        least = max(spans) + BEHIND
        return any(spans[i] >= least and readings[i].has >= HAS for i in range(len(cited)))

    return supports
