"""A folder → articles."""

import hashlib
import os
import socket
from pathlib import Path

import pytest

from rag.corpus import articles
from rag.corpus.articles import Problem, read_articles, read_folder
from rag.errors import CorpusError
from rag.types import Article, Metadata


def read(folder: Path) -> tuple[dict[str, Article], dict[str, str]]:
    found = list(read_articles(folder))
    return (
        {one.id: one for one in found if isinstance(one, Article)},
        {one.path: one.reason for one in found if isinstance(one, Problem)},
    )


def test_ids_are_relative_paths_in_order(tmp_path: Path) -> None:
    names = ("b.txt", "a.md", "sub/c.TXT", "notes.odt", ".hidden.txt", ".git/x.txt", "d.jsonl")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Some text.")
    (tmp_path / "d.jsonl").write_text('{"text": "One."}\n\n{"text": "Two."}\n')
    expected = ["a.md", "b.txt", "d.jsonl#1", "d.jsonl#3", "sub/c.TXT"]
    assert [a.id for a in read_folder(tmp_path).articles] == expected


def test_an_article_is_named_by_its_bytes_and_a_part_by_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some text.")
    (tmp_path / "b.jsonl").write_text('{"text": "One."}\n{"text": "Two."}\n')
    before, _ = read(tmp_path)
    assert before["a.txt"].sha256 == hashlib.sha256(b"Some text.").hexdigest()
    assert (before["a.txt"].file, before["b.jsonl#1"].file) == (None, "b.jsonl")
    whole = hashlib.sha256((tmp_path / "b.jsonl").read_bytes()).hexdigest()
    assert before["b.jsonl#1"].file_sha256 == whole
    (tmp_path / "b.jsonl").write_text('{"text": "One."}\n{"text": "Other."}\n')
    after, _ = read(tmp_path)
    assert after["b.jsonl#1"].sha256 == before["b.jsonl#1"].sha256
    assert after["b.jsonl#2"].sha256 != before["b.jsonl#2"].sha256


def test_what_cannot_be_read_is_reported_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "MAX_BYTES", 1000)
    (tmp_path / "good.txt").write_text("Some text.")
    (tmp_path / "blank.txt").write_text(" \n")
    (tmp_path / "none.pdf").touch()
    (tmp_path / "huge.txt").write_text("x" * 1001)
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.txt"))
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "out.txt").symlink_to("/etc/hostname")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "self.txt").symlink_to("self.txt")
    (tmp_path / "up").symlink_to("..")
    found, problems = read(tmp_path)
    assert list(found) == ["good.txt"]
    assert problems == {
        "blank.txt": "is empty",
        "none.pdf": "is empty",
        "huge.txt": "is larger than 0 MiB; split it",
        "pipe.txt": "is not a regular file",
        "socket.txt": "cannot be read: No such device or address",
        "gone.txt": "cannot be read: No such file or directory",
        "out.txt": "is a link to a file outside the folder",
        "zero.txt": "is a link to a file outside the folder",
        "self.txt": "cannot be read: Too many levels of symbolic links",
        "up": "is a link to a folder, which is not followed",
    }


def test_a_file_that_grows_while_it_is_read_is_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "MAX_BYTES", 1000)
    path = tmp_path / "log.txt"
    path.write_bytes(b"x" * 900)
    real = os.fstat

    def grow(handle: int) -> os.stat_result:
        status = real(handle)
        with path.open("ab") as file:
            file.write(b"x" * 5000)
        return status

    monkeypatch.setattr(articles.os, "fstat", grow)
    with pytest.raises(CorpusError, match="larger than"):
        articles.read_bytes(path)


def test_a_link_inside_the_folder_is_another_article(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Some text.")
    (tmp_path / "link.txt").symlink_to("good.txt")
    assert list(read(tmp_path)[0]) == ["good.txt", "link.txt"]


@pytest.mark.parametrize(
    ("name", "shown", "reason"),
    [
        (b"bad\xff.txt", "bad?.txt", "not valid Unicode"),
        (b"two\nlines.txt", "two\nlines.txt", "control characters"),
        (b"\x1b[31mred.txt", "\x1b[31mred.txt", "control characters"),
    ],
)
def test_a_name_that_would_harm_is_reported(
    tmp_path: Path, name: bytes, shown: str, reason: str
) -> None:
    (tmp_path / "good.txt").write_text("Some text.")
    (tmp_path / os.fsdecode(name)).write_text("Some text.")
    found, problems = read(tmp_path)
    assert (list(found), list(problems)) == (["good.txt"], [shown])
    assert reason in problems[shown]


def test_a_folder_too_deep_to_be_named_is_reported(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Some text.")
    handle = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # 20 names of 250 bytes are more than a path may have
        os.mkdir("d" * 250, dir_fd=handle)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    found, problems = read(tmp_path)
    assert list(found) == ["good.txt"]
    assert list(problems.values()) == ["cannot be read: File name too long"]
    assert all(len(shown) < 250 for shown in problems)


def test_invalid_bytes_are_shown_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Les dépenses élevées de l’été ".encode() * 9 + b"\xff.")
    found = list(read_articles(tmp_path))
    assert isinstance(found[0], Article)
    assert found[0].text.endswith("\ufffd.")
    assert found[1] == Problem("a.txt", "holds invalid bytes, shown as \ufffd", skipped=False)


def test_a_folder_without_articles_is_an_error_that_names_the_formats(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"\.txt, \.md, \.html"):
        read_folder(tmp_path)
    with pytest.raises(CorpusError, match="not a folder"):
        read_folder(tmp_path / "missing")


def test_a_known_file_is_not_read_again_and_keeps_the_owners_words(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>One sentence of the article.</p>")
    (tmp_path / "metadata.csv").write_text("file,title\na.html,Given\n")
    (first,) = read_folder(tmp_path).articles
    assert (first.metadata.title, first.own) == ("Given", Metadata())
    asked: list[tuple[str, str]] = []

    def known(name: str, sha256: str) -> Article | None:
        asked.append((name, sha256))
        return Article(name, "As before.", sha256, Metadata("Given"), own=Metadata("Its own"))

    (again,) = read_folder(tmp_path, known=known).articles
    assert asked == [("a.html", first.sha256)]
    assert (again.text, again.metadata.title) == ("As before.", "Given")
    (tmp_path / "metadata.csv").unlink()
    (freed,) = read_folder(tmp_path, known=known).articles
    assert (freed.metadata.title, freed.own) == ("Its own", None)
