"""The generation that a build starts from, and whether the build may go on from it.

Vectors of two models, or passages of two splitters, never come together in one index.
"""

from pathlib import Path

from rag.building.assemble import Recipe
from rag.errors import IndexCorrupt, IndexMismatch, IndexMissing
from rag.store.generation import Generation, open_generation
from rag.store.manifest import command, other_encoder


def generation_before(index: Path, *, rebuild: bool) -> Generation | None:
    """Return the live generation, or None where there is none that can be built upon.

    Raises IndexMismatch where it has another format, unless it is to be rebuilt.
    """
    try:
        return open_generation(index)
    except (IndexMissing, IndexCorrupt):
        return None
    except IndexMismatch:
        if rebuild:
            return None
        raise


def refuse_other_name(before: Generation | None, index: Path, model: str | None) -> None:
    """Raise IndexMismatch where another model is asked for, before it is loaded."""
    if before and model and model != before.manifest.encoder["name"]:
        made = before.manifest.encoder["name"]
        mend = command(before.manifest.folder, index, model=model, rebuild=True)
        raise IndexMismatch(
            f"{index} was built with encoder {made!r} but {model!r} was asked for; "
            f"rebuild it with: {mend}"
        )


def refuse_mixture(before: Generation, recipe: Recipe) -> None:
    """Raise IndexMismatch where the encoder or the splitter is not what it was."""
    made = before.manifest
    if made.encoder["fingerprint"] != recipe.encoder.fingerprint:
        raise other_encoder(made, recipe.index, recipe.described())
    if made.splitter != recipe.settings:
        mend = command(made.folder, recipe.index, rebuild=True)
        raise IndexMismatch(
            f"{recipe.index} was split as {made.splitter} but articles are now split as "
            f"{recipe.settings}; rebuild it with: {mend}"
        )
