"""Measure how fast the lexical index answers when it is large.

Not a test. Passages are made of real sentences at random, with a number of their own:
    python tests/measure_sparse.py piaf-v1.1.json --passages 1000000
"""

import argparse
import json
import random
import statistics
import time
from pathlib import Path

from rag.corpus.passages import split_sentences
from rag.retrieve import best_matching
from rag.store.sparse import SparseIndex


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    chance = random.Random(0)
    sentences, questions = [], []
    for article in json.loads(options.file.read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            spans = split_sentences(text, language="fr")
            sentences += [text[span.start : span.end] for span in spans]
            questions += [qa["question"] for qa in paragraph["qas"]]
    texts = [" ".join([*chance.sample(sentences, 2), str(n)]) for n in range(options.passages)]
    begin = time.perf_counter()
    index = SparseIndex.of(texts, ["fr"] * len(texts))
    print(f"built over {len(texts)} passages in {time.perf_counter() - begin:.0f} s")
    took = []
    for question in chance.sample(questions, options.questions):
        begin = time.perf_counter()
        best_matching(index.shares(question), 100)
        took.append(1000 * (time.perf_counter() - begin))
    ninetieth = statistics.quantiles(took, n=10)[-1]
    print(f"{statistics.median(took):.1f} ms at the median, {ninetieth:.1f} at the 90th percentile")


if __name__ == "__main__":
    main()
