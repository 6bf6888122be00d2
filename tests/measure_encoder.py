"""Measure the bundled encoder against sentence-transformers on the same weights.

Not a test. In the repository's root, with PIAF 1.1 (French, SQuAD format):
    python tests/measure_encoder.py piaf-v1.1.json
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.bundled.export import export_sentence_transformer
from rag.encoders import BundledEncoder, Encoder, SentenceTransformerEncoder, Vectors

BASELINE = "torch fp32"


def read_squad(path: Path) -> tuple[list[str], list[str], NDArray[np.int64]]:
    """Return (passages, every third question, each one's passage)."""
    passages: dict[str, int] = {}
    questions: list[tuple[str, int]] = []
    for article in json.loads(path.read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            row = passages.setdefault(paragraph["context"].strip(), len(passages))
            questions += [(qa["question"].strip(), row) for qa in paragraph["qas"]]
    kept = questions[::3]
    return list(passages), [text for text, _ in kept], np.array([row for _, row in kept])


def ndcg(questions: Vectors, passages: Vectors, relevant: NDArray[np.int64]) -> float:
    """Return nDCG@10 in points, with one relevant passage for each question."""
    scores = questions @ passages.T
    own = scores[np.arange(len(relevant)), relevant]
    ranks = (scores > own[:, None]).sum(axis=1) + 1
    return 100 * float(np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean())


def time_arms(arms: dict[str, Encoder], texts: list[str], rounds: int) -> dict[str, float]:
    """Return the median seconds of each arm; the arms take turns."""
    took: dict[str, list[float]] = {arm: [] for arm in arms}
    for _ in range(rounds):
        for arm, encoder in arms.items():
            begin = time.perf_counter()
            encoder.encode_document(texts)
            took[arm].append(time.perf_counter() - begin)
    return {arm: statistics.median(seconds) for arm, seconds in took.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--texts", type=int, default=150, help="passages that are timed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--speed-only", action="store_true")
    options = parser.parse_args()
    passages, questions, relevant = read_squad(options.file)
    sample = np.random.default_rng(0).permutation(len(passages))[: options.texts]
    with tempfile.TemporaryDirectory() as folder:
        export_sentence_transformer(Path(folder))
        arms: dict[str, Encoder] = {
            BASELINE: SentenceTransformerEncoder(folder),
            "onnx fp32": BundledEncoder(precision="fp32"),
            "onnx int8": BundledEncoder(),
        }
        for characters in (120, 350, None):
            texts = [passages[row][:characters] for row in sample]
            tokens = np.mean([arms["onnx int8"].count_tokens(text) for text in texts])
            took = time_arms(arms, texts, options.rounds)
            for arm, seconds in took.items():
                print(
                    f"{tokens:4.0f} tokens  {arm:10}  {len(texts) / seconds:6.1f} passages/s  "
                    f"{took[BASELINE] / seconds:5.2f} times {BASELINE}"
                )
        for arm in [] if options.speed_only else ["onnx fp32", "onnx int8"]:
            encoder = arms[arm]
            queries, documents = encoder.encode_query(questions), encoder.encode_document(passages)
            print(f"{arm:10}  nDCG@10 {ndcg(queries, documents, relevant):.2f}")


if __name__ == "__main__":
    main()
