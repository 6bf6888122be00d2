"""Question → ranked passages."""

from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import build_index
from rag.index import Index, open_index
from rag.retrieve import LEXICAL_WEIGHT, fuse, rank_passages, shares
from rag.types import Scores


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words)


def test_the_score_is_the_mean_of_both_cosines_and_the_weighted_lexical_share() -> None:
    assert fuse(Scores(0.8, 0.6, 0.0)) == pytest.approx(0.7)
    assert fuse(Scores(0.8, 0.6, 1.0)) == pytest.approx(0.7 + LEXICAL_WEIGHT)
    assert fuse(Scores(0.8, 0.6, 0.5), "dense") == 0.8
    assert fuse(Scores(0.8, 0.6, 0.5), "sparse") == 0.5
    assert fuse(Scores(0.8, 0.6, 0.5), "dense+sentence") == pytest.approx(0.7)


def test_the_parts_of_a_score_sum_to_one() -> None:
    parts = shares(Scores(0.8, 0.6, 0.5))
    assert parts.dense + parts.sentence + parts.sparse == pytest.approx(1)
    assert parts.dense == pytest.approx(0.4 / (0.7 + LEXICAL_WEIGHT / 2))
    assert shares(Scores(0.0, 0.0, 0.0)) == Scores(0.0, 0.0, 0.0)


def test_scores_are_those_computed_by_hand(index: Index) -> None:
    # bridge.txt: river 1, bridge 2, night 1; its sentences: bridge; river, bridge; night
    # train.txt: train 2, night 1; its sentences: train, night; train
    bridge, train = index.search("the river")
    assert (bridge.article, train.article) == ("bridge.txt", "train.txt")
    assert bridge.scores.dense == pytest.approx(1 / 6**0.5)
    assert bridge.scores.sentence == pytest.approx(1 / 2**0.5, abs=1e-3)  # float16
    cosines = (1 / 6**0.5 + 1 / 2**0.5) / 2
    lexical = LEXICAL_WEIGHT * bridge.scores.sparse
    assert bridge.score == pytest.approx(cosines + lexical, abs=1e-3)
    assert bridge.matched == ("the", "river")
    assert (bridge.rank, train.rank) == (1, 2)
    assert train.scores.dense == train.scores.sentence == 0


def test_equal_scores_are_ordered_by_passage(index: Index, words: WordEncoder) -> None:
    nothing = words.encode_query(["nothing that is known"])[0]
    ranked = rank_passages(index.generation, "unknown", nothing)
    assert [c.passage for c in ranked] == [0, 1]


def test_bm25_finds_candidates_that_the_vectors_miss(index: Index) -> None:
    assert [c.passage for c in index.rank("crosses", depth=1, arm="dense")] == [0]
    late = index.rank("late", depth=1)
    assert 1 in [c.passage for c in late]
    assert [c.passage for c in index.rank("late", arm="sparse")] == [1]


def test_a_hit_shows_its_closest_citable_sentence(index: Index) -> None:
    hit = index.search("bridge")[0]
    assert hit.sentence.text == "The bridge crosses the river."  # not the heading, which is nearer
    text = index.article(hit.article).text
    assert text[hit.start : hit.end] == hit.text
    assert text[hit.sentence.start : hit.sentence.end] == hit.sentence.text


def test_k_hits_come_back_where_there_are_as_many(index: Index) -> None:
    assert len(index.search("night", k=1)) == 1
    assert len(index.search("night", k=50)) == 2
    with pytest.raises(ValueError, match="at least 1"):
        index.search("night", k=0)


@pytest.mark.parametrize("question", ["", " \n", "???"])
def test_an_empty_question_is_an_error(index: Index, question: str) -> None:
    with pytest.raises(ValueError, match="no word"):
        index.search(question)
    with pytest.raises(ValueError, match="no word"):
        index.ask(question)
