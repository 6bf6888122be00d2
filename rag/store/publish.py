"""A written draft → the live generation: flush, name, verify, swap; then tidy up.

    index/generations/.draft-…     being written, or left by a build that was killed

At every moment CURRENT names a generation that is whole. Only the holder of the index's lock
calls this.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import IndexCorrupt
from rag.store import files
from rag.store.generation import Generation, unused
from rag.store.manifest import Manifest, current_name, sealed

KEPT = 2  # generations besides the live one
DRAFT, LEAVING = ".draft-", ".leaving-"

_NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{16}(?:-\d+)?")

Describe = Callable[[dict[str, dict[str, Any]]], Manifest]


@contextmanager
def drafted(index: Path) -> Iterator[Path]:
    """Give a new folder for a generation's files; it is gone afterwards if not published."""
    home = index / "generations"
    files.make_folder(home)
    draft = files.make_draft(home, DRAFT)
    try:
        yield draft
    finally:
        files.remove(draft)


def publish(index: Path, draft: Path, describe: Describe) -> Generation:
    """Make the draft's files the live generation, and return it. `describe` is given the files."""
    manifest = describe({path.name: files.measure(path) for path in sorted(draft.iterdir())})
    files.write_text(draft / "manifest.json", sealed(manifest))
    for path in sorted(draft.iterdir()):
        files.sync(path)
    files.sync(draft)
    final = _free_name(index / "generations", manifest)
    files.rename(draft, final)
    files.sync(final.parent)
    opened = Generation(final)
    files.replace_text(index / "CURRENT", final.name + "\n")
    return opened


def tidy(index: Path) -> None:
    """Remove generations beyond `KEPT` that nobody has open, and what killed builds have left."""
    live = _live(index)
    others = [path for path in generations(index) if path.name != live]
    for path in others[KEPT:]:
        with unused(path) as free:
            if free:
                files.rename(path, path.with_name(LEAVING + path.name))
    for path in leftovers(index):
        files.remove(path)


def generations(index: Path) -> list[Path]:
    """Return the folders of all generations, newest first."""
    home = index / "generations"
    found = [path for path in home.glob("*") if _NAME.fullmatch(path.name)]
    return sorted(found, key=lambda p: (p.name[:15], p.stat().st_mtime_ns), reverse=True)


def leftovers(index: Path) -> list[Path]:
    """Return what builds that were killed have left. A build that runs has a draft there, too."""
    home = index / "generations"
    begun = [*home.glob(f"{DRAFT}*"), *home.glob(f"{LEAVING}*")]
    return sorted([*begun, *index.glob(".CURRENT-*")])


def _live(index: Path) -> str | None:
    try:
        return current_name(index)
    except IndexCorrupt:
        return None


def _free_name(home: Path, manifest: Manifest) -> Path:
    stamp = manifest.created.replace(":", "").replace("-", "").rstrip("Z")
    name, number = f"{stamp}-{manifest.fingerprint}", 1
    while (home / name).exists():  # built twice within a second
        number += 1
        name = f"{stamp}-{manifest.fingerprint}-{number}"
    return home / name
