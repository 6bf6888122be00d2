"""Moves what is damaged in an index aside, and rebuilds what it can. Deletes nothing.

index/quarantine/<time>/    what was moved aside by one repair
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from rag.building.build import build_index
from rag.building.vectors import cached
from rag.doctor import Check, fault
from rag.encoders import Encoder
from rag.errors import IndexCorrupt, IndexMismatch, IndexMissing, RagError
from rag.store import files
from rag.store.generation import open_generation
from rag.store.lock import building
from rag.store.publish import generations, leftovers

QUARANTINE = "quarantine"


def repair(
    index: Path, *, encoder: Encoder | None = None, cache: Path | None = None
) -> list[Check]:
    """Move aside what is damaged or was left by builds that ended, and rebuild the index.

    Where the live generation is damaged, the newest whole one serves until the folder has been
    indexed again. Raises IndexMissing, and IndexLocked while another process builds.
    """
    if not index.is_dir():
        raise IndexMissing(f"there is no index at {index}; build one with: rag index FOLDER")
    with building(index):
        made_from = _made_from(index)
        moved = _quarantine(index)
        served = _serve_what_is_whole(index)
    checks = [_told("quarantine", moved, "nothing was to be moved aside")]
    checks += [Check("serving", ok=True, detail=served)] if served else []
    return [*checks, _rebuild(index, made_from, encoder, cache)]


def _quarantine(index: Path) -> list[str]:
    """Move aside what is of no use; return where to."""
    useless = [path for path in generations(index) if fault(path)] + leftovers(index)
    useless += [state.path for state in cached(index) if not state.good]
    current = index / "CURRENT"
    try:
        open_generation(index)
    except (IndexMissing, IndexMismatch):
        pass
    except IndexCorrupt:
        useless += [current] if current.exists() else []
    if not useless:
        return []
    home = index / QUARANTINE
    files.make_folder(home)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    place = files.make_draft(home, f"{stamp}-")
    moved = []
    for path in useless:
        target = place / path.name.lstrip(".")
        files.rename(path, target)
        moved.append(f"{path.relative_to(index)} → {target.relative_to(index)}")
    return moved


def _serve_what_is_whole(index: Path) -> str | None:
    """Let the newest whole generation serve where none does; return what was done."""
    whole = generations(index)
    if (index / "CURRENT").exists() or not whole:
        return None
    files.replace_text(index / "CURRENT", whole[0].name + "\n")
    return f"{whole[0].name} serves, which is whole"


def _made_from(index: Path) -> tuple[str, str] | None:
    """Return the folder and the model of the newest generation that still tells them."""
    for path in generations(index):
        try:
            raw = json.loads((path / "manifest.json").read_bytes())
            return str(raw["folder"]), str(raw["encoder"]["name"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
    return None


def _rebuild(
    index: Path, made_from: tuple[str, str] | None, encoder: Encoder | None, cache: Path | None
) -> Check:
    if made_from is None or not Path(made_from[0]).is_dir():
        told = "the folder of the articles is not known or out of reach"
        mend = f"rag index FOLDER --index {index}"
        return Check("rebuild", ok=False, detail=told, mend=mend)
    folder, model = made_from
    try:
        report = build_index(
            folder, index, model=model, encoder=encoder, cache=cache, rebuild=True, keep=True
        )
    except RagError as error:
        return Check("rebuild", ok=False, detail=str(error))
    told = "nothing was to be done" if report.unchanged else f"built {report.fingerprint}"
    return Check("rebuild", ok=True, detail=f"from {folder}: {told}")


def _told(name: str, done: list[str], nothing: str) -> Check:
    return Check(name, ok=True, detail="; ".join(done) or nothing)
