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
# Of 36 true claims about the seeds in five languages 35 lie above all three; of 180 others, the
# most of them idle words that any sentence might be taken to say, one does.
HAS = -1.4  # log-odds that a sentence answers, read by itself
BEHIND = -2.0  # log of how much less likely than the likeliest sentence
CLOSER = 0.03  # of cosine, than half of the sentences that were given
NEAR = 0.01  # of cosine, behind the nearest sentence: where nothing reads
FEW = 8  # sentences, of which half are no measure


def reading_support(index: Index, sources: Sequence[Source]) -> Supports:
    """Return what tells whether some of the sources say a claim."""
    rows = [source.row for source in sources]
    vectors = index.generation.sentence_vectors[rows].astype(np.float32)  # (s, d)

    def supports(claim: str, cited: Sequence[int]) -> bool:
        cosines = vectors @ index.encoder.encode_query([claim])[0]
        close = -1.0 if len(rows) < FEW else float(np.median(cosines)) + CLOSER
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
