"""The index keeps up with its folder."""

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import BuildReport, build_index
from rag.building.watch import watch_folder
from rag.errors import CorpusError, IndexLocked, RagError
from rag.index import open_index
from rag.store.lock import building

Event = BuildReport | str
PATIENCE = 60  # s until a test gives up


class Watch:
    """A watch that runs in a thread, and what it has reported and told."""

    def __init__(self, folder: Path, index: Path, build: Callable[[], BuildReport]) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(folder, index, build))
        self.thread.start()

    def _run(self, folder: Path, index: Path, build: Callable[[], BuildReport]) -> None:
        watch_folder(
            folder, index, build=build, on_report=self.events.put, tell=self.events.put,
            stop=self.stop,
        )  # fmt: skip

    def next(self) -> Event:
        return self.events.get(timeout=PATIENCE)


@pytest.fixture
def begin(folder: Path, tmp_path: Path, words: WordEncoder) -> Iterator[Callable[[], Watch]]:
    """Start a watch of the folder; its index lies in it."""
    begun: list[Watch] = []

    def start() -> Watch:
        index = folder / "index"
        begun.append(Watch(folder, index, lambda: build_index(folder, index, encoder=words)))
        return begun[-1]

    yield start
    for watch in begun:
        watch.stop.set()
        watch.thread.join(PATIENCE)


def counts(event: Event) -> tuple[int, int, int]:
    assert isinstance(event, BuildReport), event
    return event.added, event.changed, event.removed


def test_changes_reach_an_index_that_is_open(
    folder: Path, words: WordEncoder, begin: Callable[[], Watch]
) -> None:
    watch = begin()
    assert counts(watch.next()) == (2, 0, 0)
    index = open_index(folder / "index", encoder=words, read=False)
    (folder / "ferry.txt").write_text("The ferry crosses the river at night.\n")
    assert counts(watch.next()) == (1, 0, 0)
    assert index.articles() == ("bridge.txt", "ferry.txt", "train.txt")
    (folder / "train.txt").unlink()
    assert counts(watch.next()) == (0, 0, 1)
    assert index.articles() == ("bridge.txt", "ferry.txt")
    assert watch.events.empty()  # what the builds wrote was no change of the folder


def test_what_goes_wrong_is_told_and_mended_by_the_next_change(
    folder: Path, begin: Callable[[], Watch]
) -> None:
    watch = begin()
    watch.next()
    for path in folder.glob("*.txt"):
        path.unlink()
    told = watch.next()
    while isinstance(told, BuildReport):  # one article may have gone before the other
        told = watch.next()
    assert "no article" in told
    (folder / "new.txt").write_text("The night train is late.\n")
    report = watch.next()
    assert isinstance(report, BuildReport)
    assert (report.articles, report.added) == (1, 1)


def test_a_watch_waits_for_another_builder(folder: Path, begin: Callable[[], Watch]) -> None:
    with building(folder / "index"):
        watch = begin()
        assert "is being built by process" in str(watch.next())
    assert counts(watch.next()) == (2, 0, 0)


def test_what_waiting_cannot_mend_ends_a_watch_at_its_beginning(
    folder: Path, tmp_path: Path
) -> None:
    def fail() -> BuildReport:
        raise RagError("no")

    nothing = {"on_report": lambda _: None, "tell": lambda _: None}
    with pytest.raises(RagError, match="no"):
        watch_folder(folder, tmp_path / "index", build=fail, **nothing)
    with pytest.raises(CorpusError, match="is not a folder"):
        watch_folder(tmp_path / "none", tmp_path / "index", build=fail, **nothing)
    assert not issubclass(CorpusError, IndexLocked)
