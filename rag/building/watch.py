"""Keeps an index up to date with its folder: builds whenever files there have changed.

Knows when to build, not how.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import watch

from rag.building.build import BuildReport
from rag.errors import CorpusError, IndexLocked, IndexUnwritable, RagError

_QUIET = 300  # ms without a change after which a build begins
_PATIENCE = 5000  # ms after which it begins although changes go on
_TRY_AGAIN = 1000  # ms between attempts while another process builds


def watch_folder(
    folder: Path,
    index: Path,
    *,
    build: Callable[[], BuildReport],
    on_report: Callable[[BuildReport], None],
    tell: Callable[[str], None],
    stop: threading.Event | None = None,
) -> None:
    """Build now and after every change of the folder, until interrupted or told to stop.

    Changes are noticed while a build runs, too. What goes wrong is told, and tried again with
    the next change; while another process builds, or the disk refuses, every second. Raises
    what the first build raises, unless waiting can mend it.
    """
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder; name the folder that holds the articles")
    pending, begun, told = True, False, ""
    for changed in _changes(folder, index, stop):
        if not (pending or changed):
            continue
        try:
            report = build()
        except RagError as error:
            pending = isinstance(error, IndexLocked | IndexUnwritable)
            if not begun and not pending:
                raise
            if str(error) != told:
                tell(f"rag: {error}")
            told = str(error)
            continue
        if not (begun and report.unchanged):
            on_report(report)
        pending, begun, told = False, True, ""


def _changes(folder: Path, index: Path, stop: threading.Event | None) -> Iterator[bool]:
    """Tell, at least every second, whether files of the folder, not of the index, changed."""
    inside = index.resolve()

    def matters(_change: object, path: str) -> bool:
        return not Path(path).is_relative_to(inside)

    try:
        for changes in watch(
            folder.resolve(),
            watch_filter=matters,
            step=_QUIET,
            debounce=_PATIENCE,
            rust_timeout=_TRY_AGAIN,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            yield bool(changes)
    except OSError as error:
        raise CorpusError(f"{folder} cannot be watched: {error}") from error
