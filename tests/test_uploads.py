"""Files that readers of the page add to the folder."""

import shutil
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import ask, opened
from conftest import SEEDS

from rag.building.build import build_index
from rag.errors import CorpusError
from rag.index import Index, open_index
from rag.store.lock import building
from rag.web import uploads
from rag.web.network import Exposure
from rag.web.server import serving
from rag.web.uploads import Progress, Uploads

TEXT = b"The new bridge\n\nThe bridge of Almaty was opened on 5 May 2025 and is 412 metres long.\n"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """An index over one of the seeds, which follows what is built."""
    articles = tmp_path / "articles"
    articles.mkdir()
    seed = min(SEEDS.glob("*.txt"))
    shutil.copy(seed, articles)
    build_index(articles, tmp_path / "index")
    return open_index(tmp_path / "index")


def test_an_added_file_can_be_asked_without_a_restart(
    chromium: Any, index: Index, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    exposure = Exposure(uploads=True)
    (tmp_path / "bridge.txt").write_bytes(TEXT)
    (tmp_path / "broken.txt").write_bytes(b"\x00\xff\xfe\x81" * 50)
    with serving(index, port=0, exposure=exposure) as url, opened(chromium, url) as page:
        page.get_by_role("button", name="Articles", exact=True).click()
        page.get_by_label("Add articles").set_input_files(
            [tmp_path / "bridge.txt", tmp_path / "broken.txt"]
        )
        expect(page.locator("#upload p")).to_contain_text("broken.txt", timeout=60_000)
        expect(page.locator("td.of-title")).to_have_count(2)
        page.get_by_role("button", name="Ask", exact=True).first.click()
        answer = ask(page, "How long is the bridge of Almaty?")
        expect(answer.locator(".lead")).to_contain_text("412 metres")
    folder = Path(index.generation.manifest.folder)
    assert (folder / "bridge.txt").read_bytes() == TEXT
    assert not (folder / "broken.txt").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_an_added_file_waits_for_a_build_that_somebody_else_has_begun(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "RETRY", 0.01)
    added = Uploads(index)
    with building(tmp_path / "index"):
        added.add("bridge.txt", TEXT)
        assert added.progress.state == "working"
    ended(added)
    assert added.progress == Progress("done")
    assert "412" in (index.ask("How long is the bridge of Almaty?").answer or "")


def test_why_a_build_failed_is_logged_and_not_told(
    index: Index,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0.0)
    added = Uploads(index)
    with building(tmp_path / "index"):
        added.add("bridge.txt", TEXT)
        ended(added)
    assert added.progress == Progress("failed", said="")
    assert "bridge.txt could not be indexed" in caplog.text
    assert str(tmp_path) in caplog.text


def ended(added: Uploads) -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("uploads"):
            thread.join(60)
    assert added.progress.state != "working"


def test_a_bar_shows_how_far_the_index_is(chromium: Any, index: Index, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    (tmp_path / "bridge.txt").write_bytes(TEXT)
    told = {"state": "working", "what": "embedding", "done": 3, "total": 12, "said": ""}
    with (
        serving(index, port=0, exposure=Exposure(uploads=True)) as url,
        opened(chromium, url) as page,
    ):
        page.route("**/page/progress.json", lambda route: route.fulfill(json=told))
        page.get_by_role("button", name="Articles", exact=True).click()
        bar = page.locator("#upload progress")
        expect(bar).to_be_hidden()
        page.get_by_label("Add articles").set_input_files([tmp_path / "bridge.txt"])
        expect(bar).to_be_visible()
        expect(bar).to_have_js_property("position", 0.25)
        told |= {"done": 9}
        expect(bar).to_have_js_property("position", 0.75)
        page.unroute("**/page/progress.json")
        expect(bar).to_be_hidden()
        expect(page.locator("td.of-title")).to_have_count(2)


@pytest.mark.parametrize(
    "name",
    ["../a.txt", "a/b.txt", "a\\b.txt", ".a.txt", "a.exe", "a", "metadata.csv", "a\n.txt", " a.txt",
     "C:a.txt", "a" * 250 + ".txt", ""],
)  # fmt: skip
def test_a_name_that_is_no_plain_articles_name_is_refused(seeds_index: Index, name: str) -> None:
    with pytest.raises(CorpusError):
        Uploads(seeds_index).add(name, TEXT)


def test_nothing_that_is_there_is_replaced(seeds_index: Index) -> None:
    name = seeds_index.articles()[0]
    before = (SEEDS / name).read_bytes()
    with pytest.raises(CorpusError, match="is there already"):
        Uploads(seeds_index).add(name, TEXT)
    assert (SEEDS / name).read_bytes() == before


def test_unless_it_is_allowed_no_file_is_taken(seeds_index: Index) -> None:
    with serving(seeds_index, port=0) as url:
        answered = httpx.post(f"{url}page/upload", params={"name": "a.txt"}, content=TEXT)
        assert answered.status_code in (404, 405)
        assert not (SEEDS / "a.txt").exists()
