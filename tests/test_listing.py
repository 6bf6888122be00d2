"""A folder of many formats, from its files to the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import build_index
from rag.corpus.metadata import describe
from rag.index import open_index
from rag.store.generation import Generation
from rag.store.manifest import live_generation
from rag.terminal import answer_text, article_lines
from rag.types import Mark

FILES = Path(__file__).parent / "files"


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder("velocity", "train", "pont", "bakery", "choir")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    articles = tmp_path / "articles"
    articles.mkdir()
    for name in ("latex.pdf", "libreoffice.pdf", "pandoc.docx"):
        (articles / name).write_bytes((FILES / name).read_bytes())
    (articles / "news.jsonl").write_text(
        '{"title": "A choir", "text": "The choir sings.", "date": "2025-03-14"}\n'
    )
    return articles


def run(*args: object) -> str:
    command = [sys.executable, "-m", "rag", *map(str, args)]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def test_what_is_cited_stands_on_the_page_that_is_named(
    folder: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=encoder)
    index = open_index(tmp_path / "index", encoder=encoder, read=False)
    answer = index.ask("velocity eastern arch")
    places = {c.quote[:30]: (c.article, c.page, c.heading) for c in answer.citations}
    assert places["The velocity underneath the ea"] == ("latex.pdf", 2, None)
    assert ", p. 2)" in answer_text(answer)
    hit = index.search("bakery", k=1)[0]
    assert (hit.article, hit.page, hit.heading) in (
        *(("pandoc.docx", None, "Who pays"), ("libreoffice.pdf", 1, None)),
    )
    text = index.article("libreoffice.pdf").text
    turn = text.index("réouverture du pont que")
    row = index.generation.article_ids.index("libreoffice.pdf")
    assert index.generation.place(row, turn - 1) == Mark(0, 1)
    assert index.generation.place(row, turn) == Mark(turn, 2)


def test_a_change_of_metadata_alone_is_a_new_generation_that_embeds_nothing(
    folder: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    first = build_index(folder, tmp_path / "index", encoder=encoder)
    assert build_index(folder, tmp_path / "index", encoder=encoder).unchanged
    (folder / "metadata.csv").write_text("file,published\nlatex.pdf,2020-01-02\n")
    second = build_index(folder, tmp_path / "index", encoder=encoder)
    assert (second.unchanged, second.embedded) == (False, 0)
    assert second.fingerprint != first.fingerprint
    made = Generation(live_generation(tmp_path / "index"))
    article = made.article("latex.pdf")
    assert article.metadata.published == "2020-01-02"
    assert article.own == describe(article.text, article.metadata.__class__(
        title="Flow under old bridges", author="Ada Lovelace"))  # fmt: skip
    assert article.marks[0] == Mark(0, 1)
    assert made.known("latex.pdf", article.sha256) == article
    assert made.known("latex.pdf", "another") is None
    assert made.known("news.jsonl#1", made.article("news.jsonl#1").sha256) is None


def test_the_command_line_lists_articles_and_prints_their_text(
    folder: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    build_index(folder, tmp_path / "index", encoder=encoder)
    index = ("--index", tmp_path / "index")
    listed = json.loads(run("articles", *index, "--json"))["articles"]
    assert [about["id"] for about in listed] == [
        *("latex.pdf", "libreoffice.pdf", "news.jsonl#1", "pandoc.docx"),
    ]
    assert listed[2] == {
        "id": "news.jsonl#1", "title": "A choir", "published": "2025-03-14", "author": None,
        "source": None, "language": None, "url": None, "characters": 16, "copies": [],
    }  # fmt: skip
    assert run("articles", *index).splitlines()[4:6] == [
        *("news.jsonl#1  A choir", "    2025-03-14"),
    ]
    assert run("article", "news.jsonl#1", *index) == "The choir sings."


def test_a_listed_name_or_title_cannot_steer_the_terminal() -> None:
    about = dict.fromkeys(("published", "author", "source", "language", "url"))
    told = article_lines(
        [{**about, "id": "a.txt", "title": "T\x1b[2J\u202eT\nrag: ok", "copies": ["b\x07.txt"]}]
    )
    assert told == "a.txt  T\ufffd[2J\ufffdT rag: ok\n    nearly the same as b\ufffd.txt"
