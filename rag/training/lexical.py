"""Choose BM25's constants and its weight: `python -m rag.training.lexical PIAF [--every 3]`.

Prints nDCG@10 over the tuning questions of a SQuAD-format file (those whose running index
is not a multiple of `--every`) for each K1, B and weight. The table in the README is its
output on PIAF 1.1; `rag.store.sparse` and `rag.retrieve` hold what it chose.
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

import rag.store.sparse
from rag.bench.corpora import cached_encoder, encode_questions, open_corpus
from rag.bench.squad import read_squad
from rag.bundled.model import default_cache
from rag.encoders import BundledEncoder
from rag.store.generation import Generation
from rag.store.sparse import SparseIndex

WEIGHTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25)
K1S, BS = (0.3, 0.5, 0.8, 1.2), (0.6, 0.75, 0.9)

Matrix = npt.NDArray[np.float32]  # (questions, passages)


def cosine_part(generation: Generation, queries: Matrix) -> Matrix:
    """Return the mean of each passage's cosine and its best sentence's."""
    firsts = generation.passages["first"].astype(np.int64)
    sentences = generation.sentence_vectors.astype(np.float32)
    best = np.maximum.reduceat(queries @ sentences.T, firsts, axis=1)
    mean: Matrix = (queries @ generation.dense.vectors().T + best) / np.float32(2)
    return mean


def ndcg(scores: Matrix, relevant: npt.NDArray[np.int64]) -> float:
    """Return nDCG@10 with one relevant passage for each question."""
    own = scores[np.arange(len(relevant)), relevant]
    ranks = (scores > own[:, None]).sum(axis=1) + 1
    return float(np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean())


def main() -> None:
    """Sweep and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--every", type=int, default=3)
    args = parser.parse_args()
    file = read_squad(args.file)
    asked = [q for i, q in enumerate(file.questions) if i % args.every]
    relevant = np.array([q.context for q in asked])
    home = default_cache() / "bench"
    encoder = cached_encoder(BundledEncoder(), home)
    encode_questions([q.text for q in asked], encoder)
    generation = open_corpus(file, encoder, home).generation
    cosines = cosine_part(generation, encoder.encode_query([q.text for q in asked]))
    languages = [generation.metadata(row).language for row in range(len(file.contexts))]
    print(f"{len(asked)} questions; weight " + "  ".join(f"{weight:>6}" for weight in WEIGHTS))
    for k1 in K1S:
        for b in BS:
            rag.store.sparse.K1, rag.store.sparse.B = k1, b
            index = SparseIndex.of(file.contexts, languages)
            lexical: Matrix = np.array([index.shares(q.text) for q in asked], np.float32)
            row = [ndcg(cosines + np.float32(w) * lexical, relevant) for w in WEIGHTS]
            print(f"K1={k1:<4} B={b:<12} " + "  ".join(f"{score:.4f}" for score in row))


if __name__ == "__main__":
    main()
