"""Notices that an index has a new live generation, and opens it.

What cannot be opened, or was made by another model, is not followed: the generation that was
opened before goes on serving, and `note` says why.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from rag.encoders import Encoder
from rag.errors import RagError
from rag.store.generation import Generation, open_generation
from rag.store.manifest import current_name, other_encoder


def check_encoder(generation: Generation, encoder: Encoder) -> None:
    """Raise IndexMismatch where the generation was made by another encoder."""
    if encoder.fingerprint != generation.manifest.encoder["fingerprint"]:
        asked = {
            "name": encoder.name,
            "fingerprint": encoder.fingerprint,
            "dimension": encoder.dimension,
        }
        raise other_encoder(generation.manifest, generation.path.parent.parent, asked)


class Follower:
    """Holds the generation that is live, as far as it can be opened. Thread-safe."""

    def __init__(
        self,
        index: Path,
        generation: Generation,
        encoder: Encoder,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._index, self._encoder, self._tell = index, encoder, tell
        self._opened = generation
        self._seen: str | None = generation.path.name  # what CURRENT said last
        self._moving = Lock()
        self.note: str | None = None
        """Why a newer generation is not followed, or None."""

    def generation(self) -> Generation:
        """Return the live generation; one small file is read to know whether it is another."""
        if self._says() != self._seen and self._moving.acquire(blocking=False):
            try:
                self._move()
            finally:
                self._moving.release()
        return self._opened

    def _says(self) -> str | None:
        try:
            return current_name(self._index) or self._seen  # gone: nothing new to follow
        except (OSError, RagError):
            return self._seen

    def _move(self) -> None:
        said = self._says()
        if said == self._seen:  # another thread was faster
            return
        try:
            generation = open_generation(self._index)
            check_encoder(generation, self._encoder)
        except RagError as error:
            self.note = f"the index has changed but is not followed: {error}"
            self._seen = said
            if self._tell:
                self._tell(self.note)
            return
        self._opened, self._seen, self.note = generation, generation.path.name, None
