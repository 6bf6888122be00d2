"""Copies of articles, and lines that articles share."""

from collections.abc import Sequence

import pytest
from conftest import WordEncoder

from rag.building.build import build_index
from rag.corpus.resemblance import Comparison, Resemblance
from rag.index import Index, open_index
from rag.store.listing import list_articles
from rag.types import Article, Metadata

FACTS = (
    "The council decided on Monday to rebuild the old bridge over the river.",
    "Work begins in spring and will take two years, as the mayor announced in the town hall.",
    "The state pays 30 million euros for it, and the city council pays the remaining 15 million.",
    "Grace Hopper, who keeps the bakery at the eastern end of the bridge, has waited long enough.",
    "The towers of 1897 will be restored stone by stone, as the office of monuments demanded.",
)
STORY = "\n\n".join(FACTS)
OTHERS = (
    "The night train to the mountains leaves an hour late again, passengers complained.",
    "A museum of glass opens in the harbour, where the old customs house was standing.",
    "Beekeepers count their losses after the coldest winter that anybody here remembers.",
    "The choir sings in the cathedral on Sunday, and whoever wishes may come and listen.",
)


def compare(texts: Sequence[str], **about: str) -> tuple[list[Article], Resemblance]:
    articles = [
        Article(f"{n}.txt", text, str(n), Metadata(language="en", **about))
        for n, text in enumerate(texts)
    ]
    comparison = Comparison()
    for article in articles:
        comparison.add(article)
    return articles, comparison.settle(articles.__getitem__)


def test_copies_are_grouped_whatever_stands_around_them() -> None:
    around = f"Home\nNews\n\nThe Other Paper\n\n{STORY}\n\nShare on Facebook\n"
    changed = STORY.replace("long enough", "too long")
    _, found = compare([STORY, OTHERS[0], around, changed, OTHERS[1]])
    assert found.leaders.tolist() == [0, 1, 0, 0, 4]


def test_a_copy_with_another_figure_is_another_story_with_copies_of_its_own() -> None:
    corrected = STORY.replace("30 million", "35 million")
    _, found = compare([STORY, corrected, STORY, corrected])
    assert found.leaders.tolist() == [0, 1, 0, 1]


def test_articles_that_share_a_paragraph_are_no_copies() -> None:
    _, found = compare([f"{FACTS[0]}\n\n{one}" for one in OTHERS])
    assert found.leaders.tolist() == [0, 1, 2, 3]


def test_a_line_of_three_articles_of_a_folder_is_shared() -> None:
    slogan = "Read the Gazette every  day."
    # Where most lines are shared, the articles are versions of one another.
    articles, found = compare([f"{one}\n{slogan}\nMore." for one in OTHERS[:3]])
    assert [found.shared_lines(article) for article in articles] == [frozenset()] * 3
    longer = [f"{one}\n{FACTS[n]}\nSo said number {n}.\n{slogan}" for n, one in enumerate(OTHERS)]
    articles, found = compare(longer)
    assert {found.shared_lines(article) for article in articles} == {
        frozenset({"read the gazette every day."})
    }
    _, found = compare(longer[:2])
    assert found.shared == frozenset()


def test_copies_count_once_so_that_a_story_keeps_its_lines() -> None:
    copies = [f"{STORY}\n\n{tail}" for tail in ("One.", "Two.", "Three.", "Four.", "Five.")]
    articles, found = compare(copies)
    assert {found.shared_lines(article) for article in articles} == {frozenset()}


def test_bylines_are_the_articles_own() -> None:
    texts = [f"By Ada Lovelace, 2025\n{one}\n{FACTS[n]}" for n, one in enumerate(OTHERS)]
    articles, found = compare(texts, author="Ada Lovelace", published="2025-03-14")
    assert {found.shared_lines(article) for article in articles} == {frozenset()}


def test_articles_of_other_folders_share_lines_by_their_source() -> None:
    slogan = "Read it every day."
    articles = [
        Article(f"{n}/a.txt", f"{one}\n{FACTS[n]}\n{slogan}", "", Metadata(source="Gazette"))
        for n, one in enumerate(OTHERS)
    ]
    comparison = Comparison()
    for article in articles:
        comparison.add(article)
    found = comparison.settle(articles.__getitem__)
    assert found.shared_lines(articles[0]) == frozenset({"read it every day."})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A story, a copy of it that begins otherwise and goes on, and something else."""
    folder = tmp_path_factory.mktemp("copies")
    encoder = WordEncoder("bridge", "train", "council", "bakery", "choir")
    story = [*FACTS, *OTHERS[:3]]
    (folder / "agency.txt").write_text("\n\n".join(story))
    (folder / "copy.md").write_text("\n\n".join(["# A bridge", *story, "## Choir", OTHERS[3]]))
    (folder / "other.txt").write_text("The bridge of another city is closed for the summer.\n")
    build_index(folder, folder / "index", encoder=encoder)
    return open_index(folder / "index", encoder=encoder, read=False)


def test_search_shows_one_of_the_copies_and_names_the_other(index: Index) -> None:
    hits = index.search("bridge council bakery", k=3)
    shown = {hit.article: hit.also_in for hit in hits if hit.article != "other.txt"}
    assert sorted(shown) in (["agency.txt"], ["copy.md"])
    (other,) = {"agency.txt", "copy.md"} - shown.keys()
    assert set(shown.values()) == {(other,)}


def test_the_list_names_copies_and_what_articles_say(index: Index) -> None:
    listed = {about["id"]: about for about in list_articles(index.generation)}
    assert listed["agency.txt"]["copies"] == ["copy.md"]
    assert listed["copy.md"]["copies"] == ["agency.txt"]
    assert listed["other.txt"]["copies"] == []
    assert listed["copy.md"]["title"] == "A bridge"
    assert listed["other.txt"]["characters"] == len(index.article("other.txt").text)


def test_citations_and_hits_carry_the_heading(index: Index) -> None:
    hit = index.search("choir", k=1)[0]
    assert (hit.article, hit.page, hit.heading) == ("copy.md", None, "Choir")
    citation = index.ask("choir").citations[0]
    assert (citation.article, citation.page, citation.heading) == ("copy.md", None, "Choir")
    assert index.article("copy.md").text[citation.start : citation.end] == citation.quote
