"""Files that must be there, whole: what they measure, and that they are on the disk."""

import hashlib
import os
from pathlib import Path
from typing import Any


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def measure(path: Path) -> dict[str, Any]:
    """Return the size and the SHA-256 of a file."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
