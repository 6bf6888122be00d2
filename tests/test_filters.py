"""Filters."""

from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import build_index
from rag.errors import FilterError
from rag.index import Index, open_index
from rag.store.filters import passing
from rag.types import Filter, Metadata

IDS = ["a", "b", "c"]
ABOUT = [
    Metadata(published="2025-04-01", source="The Gazette", language="en"),
    Metadata(published="2024-12-31", language="fr"),
    Metadata(source="Le Monde", language="fr"),
]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(), "abc"),
        (Filter(since="2025"), "a"),
        (Filter(until="2024"), "b"),
        (Filter(since="2024-12-31", until="2025-04"), "ab"),
        (Filter(languages=("fr",)), "bc"),
        (Filter(languages=("FR", "en")), "abc"),
        (Filter(sources=("the gazette", "Le Monde")), "ac"),
        (Filter(articles=("b",)), "b"),
        (Filter(languages=("fr",), sources=("Le Monde",)), "c"),
    ],
)
def test_these_articles_pass(where: Filter, expected: str) -> None:
    kept = passing(where, IDS, ABOUT)
    assert "".join(i for i, keep in zip(IDS, kept, strict=True) if keep) == expected


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (Filter(sources=("Times",)), "source 'Times'; there are: Le Monde, The Gazette"),
        (Filter(languages=("de",)), "language 'de'; there are: en, fr"),
        (Filter(articles=("z",)), "id 'z'; there are: a, b, c"),
        (Filter(since="2026"), "since 2026; they are from 2024-12-31 to 2025-04-01, 1 carry no"),
        (Filter(languages=("en",), sources=("Le Monde",)), "all of these filters together"),
    ],
)
def test_an_impossible_filter_says_which_values_exist(where: Filter, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        passing(where, IDS, ABOUT)


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Index:
    for number in range(20):
        (folder / f"night{number}.txt").write_text(f"Night train number {number}.\n")
    build_index(folder, tmp_path / "index", encoder=words)
    return open_index(tmp_path / "index", encoder=words)


def test_a_filter_applies_before_ranking_so_that_k_hits_come_back(index: Index) -> None:
    chosen = tuple(f"night{number}.txt" for number in (3, 5, 7))
    hits = index.search("the river", k=3, where=Filter(articles=chosen))
    assert sorted(hit.article for hit in hits) == sorted(chosen)
    answer = index.ask("the river", where=Filter(articles=("bridge.txt",)))
    assert {hit.article for hit in answer.hits} == {"bridge.txt"}
