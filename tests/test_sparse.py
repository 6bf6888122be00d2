"""BM25 as a share of what a perfect passage would get."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from rag.store.sparse import FILES, K1, B, SparseIndex, coverages

TEXTS = ["un pont", "un train", "un train de nuit"]


@pytest.fixture
def index() -> SparseIndex:
    return SparseIndex.of(TEXTS, ["fr", "fr", "fr"])


def test_a_share_is_computed_as_by_hand() -> None:
    index = SparseIndex.of(["pont", "pont pont pont", "nuit"], [None, None, None])
    # "pont" is indexed as itself alone: its prefix is the same and "pnt" its consonants.
    idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    unknown = log(1 + (3 + 0.5) / 0.5)
    lengths = [2, 6, 1]  # terms: pont ^pnt; three times; nuit alone
    assert index.shares("nuit")[2] > 0
    average = sum(lengths) / 3
    expected = [
        tf / (tf + K1 * (1 - B + B * length / average))
        for tf, length in zip((1, 3), lengths, strict=False)
    ]
    assert index.shares("pont")[:2] == pytest.approx(expected, rel=1e-4)
    assert index.shares("pont 77")[:2] == pytest.approx(
        [share * idf / (idf + unknown) for share in expected], rel=1e-4
    )


def test_unknown_query_terms_lower_the_lexical_share(index: SparseIndex) -> None:
    assert index.shares("train de nuit")[2] > 2 * index.shares("Der train de nuit fährt heute")[2]


def test_shares_lie_between_0_and_1_and_0_where_nothing_matches(index: SparseIndex) -> None:
    shares = index.shares("un train de nuit")
    assert shares.argmax() == 2
    assert 0 < shares.max() <= 1
    assert index.shares("bateau").tolist() == [0, 0, 0]
    assert index.shares("?!").tolist() == [0, 0, 0]


def test_the_words_that_matched_are_named(index: SparseIndex) -> None:
    assert index.matched("Trains de jour", [2, 0]) == [("trains", "de"), ()]


def test_a_word_that_all_texts_share_says_nothing_about_which_of_them_answers() -> None:
    texts = ["Le pont de Rouen est long.", "Le pont de Rouen a 60 ans.", "Il est vieux."]
    first, second, third = coverages("Le pont de Rouen a 60 ans ?", texts, ["fr"] * 3)
    assert second == pytest.approx(1)
    assert 0 < first < 0.5
    assert third == 0


def test_nothing_is_covered_where_there_is_nothing() -> None:
    assert coverages("pont", [], []) == []
    assert coverages("?!", ["Un pont."], ["fr"]) == [0]


def test_a_written_index_reads_back(index: SparseIndex, tmp_path: Path) -> None:
    index.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    again = SparseIndex.read(tmp_path, count=3, languages=["fr"])
    assert np.array_equal(again.shares("train de nuit"), index.shares("train de nuit"))


def test_files_that_disagree_are_refused(index: SparseIndex, tmp_path: Path) -> None:
    index.write(tmp_path)
    (tmp_path / "terms.utf8").write_text("one\ntwo")
    with pytest.raises(ValueError, match="column for each term"):
        SparseIndex.read(tmp_path, count=3, languages=["fr"])


def test_a_corpus_without_words_can_be_asked() -> None:
    assert SparseIndex.of(["!!", "??"], [None, None]).shares("pont").tolist() == [0, 0]


def test_a_question_is_stemmed_for_every_language_of_the_corpus() -> None:
    index = SparseIndex.of(["les universités", "университеты"], ["fr", "ru"])
    assert index.shares("universitaires")[0] > 0
    assert index.shares("университетами")[1] > index.shares("университетами")[0]
