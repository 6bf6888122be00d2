"""The sparse matrix of BM25 scores."""

import random
from math import log

import bm25s
import numpy as np
import pytest

from rag.store import columns
from rag.store.columns import Columns


def test_scores_are_those_of_bm25s_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_BLOCK", 50)
    chance = random.Random(1)
    words = [f"t{i}" for i in range(80)]
    documents = [chance.choices(words, k=chance.randint(0, 30)) for _ in range(60)]
    ours = Columns(k1=0.5, b=0.75)
    for document in documents:
        ours.add(document)
    terms, scores, rows, starts = ours.finish()
    ids = {term: i for i, term in enumerate(sorted({t for own in documents for t in own}))}
    theirs = bm25s.BM25(k1=0.5, b=0.75, method="lucene")
    numbers = [[ids[term] for term in own] for own in documents]
    theirs.index((numbers, ids), create_empty_token=False, show_progress=False)
    assert terms == ids
    assert np.allclose(scores, theirs.scores["data"], rtol=1e-6)
    assert np.array_equal(rows, theirs.scores["indices"])
    assert np.array_equal(starts, theirs.scores["indptr"])


def test_a_score_is_computed_as_by_hand() -> None:
    ours = Columns(k1=2.0, b=0.5)
    ours.add(["pont", "pont", "nuit"])
    ours.add(["pont"])
    terms, scores, rows, starts = ours.finish()
    assert (list(terms), rows.tolist(), starts.tolist()) == (["nuit", "pont"], [0, 0, 1], [0, 1, 3])
    # Lengths 3 and 1, 2 on average: norms 2 · (0.5 + 0.5 · 3/2) and 2 · (0.5 + 0.5 · 1/2).
    nuit, pont = log(1 + 1.5 / 1.5), log(1 + 0.5 / 2.5)
    assert scores == pytest.approx([nuit / 3.5, pont * 2 / 4.5, pont / 2.5])


def test_no_documents_give_no_columns() -> None:
    terms, scores, rows, starts = Columns(k1=1.0, b=0.5).finish()
    assert (terms, len(scores), len(rows), starts.tolist()) == ({}, 0, 0, [0])
