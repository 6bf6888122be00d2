"""One slot per story."""

from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import build_index
from rag.index import Index, open_index

STORY = "The bridge over the river was opened on Monday by the mayor and two hundred guests.\n"


@pytest.fixture
def index(tmp_path: Path, words: WordEncoder) -> Index:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "agency.txt").write_text(STORY)
    (articles / "copy.txt").write_text(STORY.replace("two hundred", "200"))
    (articles / "other.txt").write_text("A bridge over the river is a fine thing to have.\n")
    (articles / "long.txt").write_text("\n\n".join(["The night train is late."] * 1))
    (articles / "many.txt").write_text(
        "\n\n".join(f"The train {n} left. " + f"word{n} " * 190 for n in range(8))
    )
    build_index(articles, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words)


def test_a_copy_takes_no_slot_and_is_named(index: Index) -> None:
    hits = index.search("bridge over the river", k=2)
    told = {hit.article: hit.also_in for hit in hits}
    assert told in (
        {"agency.txt": ("copy.txt",), "other.txt": ()},
        {"copy.txt": ("agency.txt",), "other.txt": ()},
    )


def test_a_copy_with_another_number_is_another_story(tmp_path: Path, words: WordEncoder) -> None:
    (tmp_path / "agency.txt").write_text(STORY)
    (tmp_path / "corrected.txt").write_text(STORY.replace("two hundred", "300"))
    build_index(tmp_path, tmp_path / "index", encoder=words)
    index = open_index(tmp_path / "index", encoder=words)
    assert [hit.also_in for hit in index.search("bridge over the river", k=2)] == [(), ()]


def test_one_article_takes_at_most_its_share_unless_asked(index: Index) -> None:
    def count(per_article: int | None) -> int:
        hits = index.search("train", k=4, per_article=per_article)
        assert [hit.rank for hit in hits] == [1, 2, 3, 4]
        return sum(hit.article == "many.txt" for hit in hits)

    assert count(1) == 1
    assert count(2) == 2
    assert count(None) >= 3


def test_slots_are_filled_from_one_article_where_nothing_else_is_left(index: Index) -> None:
    assert len(index.search("train", k=11, per_article=1)) == 11
