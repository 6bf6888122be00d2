"""What a generation is made of, and whether its files are still that.

Knows names, hashes and formats; what is in the files is `generation`'s.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from rag.errors import IndexCorrupt, IndexMismatch, IndexMissing
from rag.store.files import measure
from rag.store.sparse import K1, B
from rag.terms import RULES
from rag.types import Article

FORMAT = 3

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of. Two generations with one fingerprint answer alike."""

    format: int
    fingerprint: str
    created: str  # ISO 8601, UTC
    folder: str  # that was indexed, as an absolute path
    encoder: dict[str, Any]  # name, fingerprint, dimension
    splitter: dict[str, Any]
    corpus: str  # what `corpus_hash` gives for the articles
    counts: dict[str, int]  # articles, passages, sentences
    files: dict[str, dict[str, Any]]  # name → bytes, sha256


def digest(text: str) -> bytes:
    """Return the 16 bytes by which a text's vector is found again."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def fingerprint(encoder: dict[str, Any], splitter: dict[str, Any], corpus: str) -> str:
    """Return the name of everything that an answer depends on."""
    made_of = json.dumps([FORMAT, RULES, K1, B, encoder, splitter, corpus], sort_keys=True)
    return hashlib.sha256(made_of.encode()).hexdigest()[:16]


class CorpusHash:
    """SHA-256 over what articles are, one after the other: their ids, files, texts, metadata."""

    def __init__(self) -> None:
        self._total = hashlib.sha256()

    def add(self, article: Article) -> None:
        """Count an article in. Articles come ordered by id."""
        about = json.dumps(asdict(article.metadata), sort_keys=True)
        text = digest(article.text).hex()
        self._total.update(f"{article.sha256} {text} {about} {article.id}\n".encode())

    def hexdigest(self) -> str:
        """Return the hash of the articles so far."""
        return self._total.hexdigest()


def corpus_hash(articles: Iterable[Article]) -> str:
    """Return the hash of `articles`, which are ordered by id."""
    total = CorpusHash()
    for article in articles:
        total.add(article)
    return total.hexdigest()


def command(folder: str, index: Path, *, model: str | None = None, rebuild: bool = False) -> str:
    """Return the command that builds an index, as a shell reads it."""
    words = ["rag", "index", folder if folder == "FOLDER" else quote(folder)]
    words += ["--index", quote(str(index))]
    words += ["--model", quote(model)] if model else []
    return " ".join([*words, "--rebuild"] if rebuild else words)


def live_generation(index: Path) -> Path:
    """Return the folder of the live generation. Raises IndexMissing or IndexCorrupt."""
    name = current_name(index)
    if name is None:
        raise IndexMissing(f"there is no index at {index}; build one with: rag index FOLDER")
    path = index / "generations" / name
    if not path.is_dir():
        raise IndexCorrupt(
            f"{index / 'CURRENT'} names {name!r}, which does not exist; "
            f"rebuild it with: {command('FOLDER', index)}"
        )
    return path


def current_name(index: Path) -> str | None:
    """Return what CURRENT says, or None where there is none. Raises IndexCorrupt."""
    try:
        said = (index / "CURRENT").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise IndexCorrupt(f"{index / 'CURRENT'} cannot be read: {error.strerror}") from error
    name = said[:-1].decode("ascii", "replace")
    if said[-1:] != b"\n" or not _NAME.fullmatch(name):
        raise IndexCorrupt(
            f"{index / 'CURRENT'} is damaged; rebuild it with: {command('FOLDER', index)}"
        )
    return name


def read_manifest(path: Path) -> Manifest:
    """Read a generation's manifest. Raises IndexCorrupt, or IndexMismatch for another format."""
    try:
        said = (path / "manifest.json").read_bytes()
        raw = json.loads(said)
        version = raw["format"]
        if isinstance(version, int) and version != FORMAT:
            age = "newer" if version > FORMAT else "older"
            raise IndexMismatch(
                f"{path} has format {version}, {age} than this version of rag reads ({FORMAT}); "
                + ("update rag, or " if version > FORMAT else "")
                + f"rebuild it with: {_mend(path, raw, rebuild=True)}"
            )
        del raw["seal"]
        manifest = Manifest(**raw)
        if said != sealed(manifest).encode():
            raise ValueError("its seal does not hold")
        return manifest
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise corrupt(path, f"its manifest cannot be read ({error})") from error


def sealed(manifest: Manifest) -> str:
    """Return a manifest as text, with a hash of itself."""
    raw = asdict(manifest)
    seal = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    return json.dumps(raw | {"seal": seal}, indent=2) + "\n"


def verify_files(path: Path, manifest: Manifest) -> None:
    """Compare each file with its size and hash in the manifest. Raises IndexCorrupt."""
    for name, expected in manifest.files.items():
        file = path / name
        if not file.is_file():
            raise corrupt(path, f"{name} is missing")
        try:
            found = measure(file)
        except OSError as error:
            raise corrupt(path, f"{name} cannot be read: {error.strerror}") from error
        if found != expected:
            what = "size" if found["bytes"] != expected["bytes"] else "content"
            raise corrupt(path, f"the {what} of {name} is not what the manifest says")


def corrupt(path: Path, reason: str) -> IndexCorrupt:
    """Return the error that says what is wrong with the generation in `path`."""
    return IndexCorrupt(f"the index in {path} is damaged: {reason}; rebuild it with: {_mend(path)}")


def other_encoder(manifest: Manifest, index: Path, asked: dict[str, Any]) -> IndexMismatch:
    """Return the error that says that an index was built with another encoder than `asked`."""
    made = manifest.encoder
    mend = command(manifest.folder, index, model=asked["name"], rebuild=True)
    return IndexMismatch(
        f"{index} was built with encoder {made['name']!r} "
        f"({made['fingerprint'][:12]}, d={made['dimension']}) but "
        f"{asked['name']!r} ({asked['fingerprint'][:12]}, d={asked['dimension']}) was asked for; "
        f"rebuild it with: {mend}"
    )


def _mend(path: Path, raw: Any = None, *, rebuild: bool = False) -> str:
    if raw is None:
        try:
            raw = json.loads((path / "manifest.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            raw = None
    folder, model = None, None
    if isinstance(raw, dict):
        folder, encoder = raw.get("folder"), raw.get("encoder")
        model = encoder.get("name") if isinstance(encoder, dict) else None
    return command(
        folder if isinstance(folder, str) else "FOLDER",
        path.parent.parent,
        model=model if isinstance(model, str) and not model.startswith("bundled:") else None,
        rebuild=rebuild,
    )
