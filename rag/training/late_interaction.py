"""Would late interaction pay? `python -m rag.training.late_interaction PIAF`.

`--every 9 --offset 1`, the default, asks tuning questions of PIAF, `--offset 0` others.

Reorders the first passages of the shipped ranking by adding a weight times MaxSim: the mean,
over the question's tokens, of the closest token of the passage (ColBERT, Khattab & Zaharia
2020), both from the bundled encoder's last layer. Prints nDCG@10 for token vectors as they
are, in one byte a dimension, and reduced by PCA (fitted on the passages' own tokens, which
flatters it), with how many times larger the index would be and how long a question takes.
The README says what came of it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from rag.bench.collection import choose_questions
from rag.bench.corpora import cached_encoder, encode_questions, open_corpus
from rag.bench.squad import read_squad, squad_collection
from rag.bundled.model import default_cache, ensure_bundled_model, load_tokenizer, open_session
from rag.encoders import BundledEncoder, batches
from rag.store.generation import Generation

REORDERED = 30
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
DIMENSIONS = (128, 96, 64, 32)

Array = npt.NDArray[np.float32]


class TokenEncoder:
    """Texts → the unit vectors of their tokens, without the prefix and the special tokens."""

    def __init__(self) -> None:
        model = ensure_bundled_model()
        self._tokenizer = load_tokenizer(model.tokenizer)
        self._session = open_session(model.graph)
        self._most = model.max_tokens

    def encode(self, prefix: str, texts: Sequence[str]) -> list[Array]:
        """Return (tokens, d) for each text."""
        head = len(self._tokenizer.encode(prefix, add_special_tokens=False).ids) + 1
        rows = [self._tokenizer.encode(f"{prefix} {text}").ids[: self._most] for text in texts]
        found: list[Array] = [np.zeros((0, 0), np.float32)] * len(rows)
        for places in batches([len(row) for row in rows]):
            ids = np.zeros((len(places), max(len(rows[p]) for p in places)), np.int64)
            mask = np.zeros_like(ids)
            for i, place in enumerate(places):
                ids[i, : len(rows[place])] = rows[place]
                mask[i, : len(rows[place])] = 1
            [states] = self._session.run(["tokens"], {"input_ids": ids, "attention_mask": mask})
            for i, place in enumerate(places):
                found[place] = _unit(states[i, head : len(rows[place]) - 1])
        return found


def _unit(vectors: Array) -> Array:
    lengths = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    unit: Array = vectors / lengths
    return unit


def in_bytes(vectors: Array) -> Array:
    """Return the vectors as they come back from one byte a dimension and a scale each."""
    scales = np.maximum(np.abs(vectors).max(-1, keepdims=True), 1e-9) / 127
    coarse: Array = np.rint(vectors / scales) * scales
    return coarse


def principal(vectors: Array, dimensions: int) -> tuple[Array, Array]:
    """Return (d, dimensions), the directions in which the vectors differ most, and their mean."""
    mean = vectors.mean(0)
    _, axes = np.linalg.eigh(np.cov((vectors - mean).T))
    return axes[:, ::-1][:, :dimensions].astype(np.float32), mean.astype(np.float32)


def ndcg(ranked: Sequence[Sequence[int]], relevant: Sequence[set[int]]) -> float:
    """Return nDCG@10 with binary relevance, of which one is expected."""
    gains = [
        max((1 / np.log2(rank + 2) for rank, row in enumerate(own[:10]) if row in right), default=0)
        for own, right in zip(ranked, relevant, strict=True)
    ]
    return float(np.mean(gains))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--every", type=int, default=9)
    parser.add_argument("--offset", type=int, default=1)
    args = parser.parse_args()
    collection = squad_collection(read_squad(args.file))
    asked = choose_questions(collection, collection, every=args.every, offset=args.offset)
    home = default_cache() / "bench"
    encoder = cached_encoder(BundledEncoder(), home)
    encode_questions([question.text for question in asked], encoder)
    index = open_corpus(collection, encoder, home)
    ranked = [index.rank(question.text)[:REORDERED] for question in asked]
    relevant = [{int(row) for row in question.relevant} for question in asked]
    tokens = TokenEncoder()
    passages = tokens.encode("passage:", collection.contexts)
    questions = tokens.encode("query:", [question.text for question in asked])
    held = _bytes_of(index.generation) / len(passages)
    length = float(np.mean([len(own) for own in passages]))
    print(f"{len(asked)} questions, {length:.0f} tokens and {held / 1000:.1f} KB a passage")
    print(f"{'token vectors':22} index  ms a question  weight " + "".join(
        f"{weight:>8}" for weight in WEIGHTS))  # fmt: skip
    sample = np.concatenate(passages[::7])
    forms: list[tuple[str, list[Array], list[Array], float]] = [
        ("384, float", passages, questions, 4.0 * 384),
        ("384, bytes", [in_bytes(own) for own in passages], questions, 384.0 + 2),
    ]
    for dimensions in DIMENSIONS:
        axes, mean = principal(sample, dimensions)
        few, asks = (
            [_unit(((own - mean) @ axes).astype(np.float32)) for own in texts]
            for texts in (passages, questions)
        )
        name = f"{dimensions} of PCA, bytes"
        forms.append((name, [in_bytes(own) for own in few], asks, dimensions + 2.0))
    for name, documents, queries, size in forms:
        begin = perf_counter()
        similar = [
            [float((query @ documents[c.passage].T).max(1).mean()) for c in own]
            for query, own in zip(queries, ranked, strict=True)
        ]
        took = 1000 * (perf_counter() - begin) / len(asked)
        row = []
        for weight in WEIGHTS:
            orders = [
                [c.passage for _, c in sorted(
                    zip((c.score + weight * s for c, s in zip(own, sims, strict=True)), own,
                        strict=True), key=lambda pair: -pair[0])]
                for own, sims in zip(ranked, similar, strict=True)
            ]  # fmt: skip
            row.append(ndcg(orders, relevant))
        times = 1 + length * size / held
        print(f"{name:22} x{times:4.1f}  {took:13.1f}         "
              + "".join(f"{score:8.4f}" for score in row))  # fmt: skip


def _bytes_of(generation: Generation) -> int:
    return sum(path.stat().st_size for path in generation.path.iterdir())


if __name__ == "__main__":
    main()
