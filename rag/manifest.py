"""What a generation is made of, and whether its files are still that.

Knows names, hashes and formats; what is in the files is `generation`'s.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import IndexCorrupt, IndexMismatch, IndexMissing
from rag.files import measure
from rag.sparse import K1, B
from rag.terms import RULES
from rag.types import Article

FORMAT = 3


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of. Two generations with one fingerprint answer alike."""

    format: int
    fingerprint: str
    created: str  # ISO 8601, UTC
    folder: str  # that was indexed, as an absolute path
    encoder: dict[str, Any]  # name, fingerprint, dimension
    splitter: dict[str, Any]
    corpus: str  # SHA-256 over the articles' ids, hashes and metadata
    counts: dict[str, int]  # articles, passages, sentences
    files: dict[str, dict[str, Any]]  # name → bytes, sha256


def digest(text: str) -> bytes:
    """Return the 16 bytes by which a text's vector is found again."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def fingerprint(encoder: dict[str, Any], splitter: dict[str, Any], corpus: str) -> str:
    """Return the name of everything that an answer depends on."""
    made_of = json.dumps([FORMAT, RULES, K1, B, encoder, splitter, corpus], sort_keys=True)
    return hashlib.sha256(made_of.encode()).hexdigest()[:16]


def corpus_hash(articles: Sequence[Article]) -> str:
    """Return the SHA-256 over the ids, files and metadata of `articles`, in their order."""
    total = hashlib.sha256()
    for article in articles:
        about = json.dumps(asdict(article.metadata), sort_keys=True)
        total.update(f"{article.sha256} {about} {article.id}\n".encode())
    return total.hexdigest()


def live_generation(index: Path) -> Path:
    """Return the folder of the live generation. Raises IndexMissing or IndexCorrupt."""
    name = current_name(index)
    if name is None:
        raise IndexMissing(f"there is no index at {index}; build one with: rag index FOLDER")
    path = index / "generations" / name
    if "/" in name or "\\" in name or name.startswith(".") or not path.is_dir():
        raise IndexCorrupt(
            f"{index / 'CURRENT'} names {name!r}, which does not exist; "
            f"rebuild it with: rag index FOLDER --index {index}"
        )
    return path


def read_manifest(path: Path) -> Manifest:
    """Read a generation's manifest. Raises IndexCorrupt, or IndexMismatch for a newer format."""
    try:
        raw = json.loads((path / "manifest.json").read_bytes())
        version = raw["format"]
        if isinstance(version, int) and version != FORMAT:
            age = "newer" if version > FORMAT else "older"
            raise IndexMismatch(
                f"{path} has format {version}, {age} than this version of rag reads ({FORMAT}); "
                + ("update rag" if version > FORMAT else f"rebuild it with: {_mend(path, raw)}")
            )
        return Manifest(**raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise corrupt(path, f"its manifest cannot be read ({error})") from error


def verify_files(path: Path, manifest: Manifest) -> None:
    """Compare each file with its size and hash in the manifest. Raises IndexCorrupt."""
    for name, expected in manifest.files.items():
        file = path / name
        if not file.is_file():
            raise corrupt(path, f"{name} is missing")
        found = measure(file)
        if found != expected:
            what = "size" if found["bytes"] != expected["bytes"] else "content"
            raise corrupt(path, f"the {what} of {name} is not what the manifest says")


def corrupt(path: Path, reason: str) -> IndexCorrupt:
    """Return the error that says what is wrong with the generation in `path`."""
    return IndexCorrupt(f"the index in {path} is damaged: {reason}; rebuild it with: {_mend(path)}")


def _mend(path: Path, raw: dict[str, Any] | None = None) -> str:
    if raw is None:
        try:
            raw = json.loads((path / "manifest.json").read_bytes())
        except (OSError, ValueError):
            raw = {}
    folder = raw.get("folder", "FOLDER") if isinstance(raw, dict) else "FOLDER"
    return f"rag index {folder} --index {path.parent.parent}"


def current_name(index: Path) -> str | None:
    """Return what CURRENT says, or None where there is none."""
    try:
        return (index / "CURRENT").read_text(encoding="utf-8").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        raise IndexCorrupt(
            f"{index / 'CURRENT'} is damaged; rebuild it with: rag index FOLDER --index {index}"
        ) from error
