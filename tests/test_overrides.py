"""metadata.csv."""

from pathlib import Path

from rag.corpus.articles import Problem, read_articles, read_folder
from rag.corpus.overrides import read_overrides
from rag.types import Article, Metadata


def test_it_overrides_what_an_article_says(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: Own\nauthor: Ada Lovelace\n---\n\nSome text.\n")
    (tmp_path / "n.jsonl").write_text('{"text": "One."}\n{"text": "Two."}\n')
    (tmp_path / "metadata.csv").write_text(
        "file;title;published;source;language;url\n"
        "a.md;Given;2025-03-14;The Gazette;fr;https://gazette.example/a\n"
        "n.jsonl;;2024-01-01;;;\n"
        "n.jsonl#2;Second;;;;\n"
    )
    corpus = read_folder(tmp_path)
    assert corpus.problems == ()
    assert [article.metadata for article in corpus.articles] == [
        Metadata(
            *("Given", "2025-03-14", "Ada Lovelace", "The Gazette", "fr"),
            url="https://gazette.example/a",
        ),
        Metadata(published="2024-01-01"),
        Metadata(title="Second", published="2024-01-01"),
    ]
    assert corpus.articles[0].own == Metadata(title="Own", author="Ada Lovelace")


def test_what_is_wrong_in_it_is_told_and_not_used(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some text.")
    (tmp_path / "metadata.csv").write_text(
        "file,title,published,language,colour\n"
        "a.txt,Given,31/02/2025,French,red\n"
        "a.txt,Again,,,\n"
        "b.txt,Nobody,,,\n"
    )
    found = list(read_articles(tmp_path))
    (article,) = [one for one in found if isinstance(one, Article)]
    assert article.metadata == Metadata(title="Given")
    problems = [one for one in found if isinstance(one, Problem)]
    assert {(problem.path, problem.skipped) for problem in problems} == {("metadata.csv", False)}
    assert [problem.reason for problem in problems] == [
        "has a column 'colour', which is none of title, published, author, source, language, url",
        "line 2: '31/02/2025' is not a date such as 2025-03-14",
        "line 2: 'French' is not a code such as fr",
        "line 3 names 'a.txt' again; the first counts",
        "names 'b.txt', which is no article here",
    ]


def test_it_must_name_files() -> None:
    assert read_overrides(b"title\nGiven\n").problems == ("has no column named file",)
    assert read_overrides(b"").problems == ("has no column named file",)
    assert read_overrides(b"\x00\x01\x02" * 40).problems[0].startswith("looks binary")
