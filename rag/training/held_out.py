"""Which articles of the training material the reader never sees.

On their questions the weights of the evidence are fitted, and training is watched. All
articles of one of the files that were written for this are held out.
"""

import hashlib
from pathlib import Path

from rag.training.asked import FITTING

ONE_IN = 12


def is_held_out(file: Path, group: str) -> bool:
    """Tell whether an article, by its place or title in its file, is held out."""
    if file.resolve() == FITTING:
        return True
    name = f"{file.resolve().parent.name}/{group}"
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return int(digest, 16) % ONE_IN == 0
