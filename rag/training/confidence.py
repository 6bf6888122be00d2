"""Fit the confidence of answers: `python -m rag.training.confidence QUESTIONS [--index DIR]`.

A logistic regression of "the articles answer this question" on the cosine of the chosen
sentence. Prints the two numbers that `rag.answer` holds, and how well the confidence tells
answerable questions from others: on the file itself, and on any further files given.
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag.answer import choose_sentences
from rag.bench.questions import read_questions
from rag.index import Index, open_index

Array = npt.NDArray[np.float64]


def evidence(index: Index, path: Path) -> tuple[Array, Array]:
    """Return the chosen sentences' cosines (n, 1), and which questions are answerable (n,)."""
    questions = read_questions(path)
    cosines = [
        choose_sentences(index.generation, q.question, index.rank(q.question))[0].cosine
        for q in questions
    ]
    return np.array(cosines)[:, None], np.array([q.article is not None for q in questions])


def main() -> None:
    """Fit on the first file, evaluate on all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--index", type=Path, default=Path("index"))
    args = parser.parse_args()
    index = open_index(args.index)
    cosines, answerable = evidence(index, args.files[0])
    model = LogisticRegression(C=1000).fit(cosines, answerable)
    print(f"INTERCEPT, PER_COSINE = {model.intercept_[0]:.1f}, {model.coef_[0, 0]:.1f}")
    for path in args.files:
        cosines, answerable = evidence(index, path)
        likely = model.predict_proba(cosines)[:, 1]
        print(
            f"{path}: AUROC {roc_auc_score(answerable, likely):.3f}; at 0.5, "
            f"{np.mean(likely[answerable] >= 0.5):.0%} of the answerable are answered, "
            f"{np.mean(likely[answerable == 0] < 0.5):.0%} of the others are not"
        )


if __name__ == "__main__":
    main()
