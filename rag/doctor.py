"""Is everything as it should be: the environment, the bundled model's cache, the index?

Looks, and changes nothing; see `repair`.
"""

import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shlex import quote

from rag.building.vectors import cached
from rag.bundled.model import default_cache
from rag.encoders import BUNDLED, Encoder, load_encoder
from rag.errors import IndexCorrupt, IndexMismatch, RagError
from rag.store.following import check_encoder
from rag.store.freshness import Freshness
from rag.store.generation import Generation, open_generation
from rag.store.lock import holder
from rag.store.manifest import command, current_name, digest
from rag.store.publish import generations, leftovers

PACKAGES = (
    *("faiss-cpu", "gradio", "langchain-text-splitters", "numpy", "onnxruntime"),
    *("sentence-transformers", "sentencex", "tokenizers"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `mend` is the command that puts it right."""

    name: str
    ok: bool
    detail: str
    mend: str | None = None


def examine(index: Path, *, cache: Path | None = None) -> list[Check]:
    """Check the environment, the model and its cache, and the index.

    A bundled model that was not built yet is built.
    """
    generation = _opened(index)
    known = generation if isinstance(generation, Generation) else None
    name = known.manifest.encoder["name"] if known else BUNDLED
    checks = [_environment()]
    try:
        encoder = load_encoder(name, cache=cache)
        encoder.encode_document([name])  # questions and passages have a model each
        where = f" in {cache or default_cache()}" if name == BUNDLED else ""
        checks.append(Check("model", ok=True, detail=f"{name}, {encoder.fingerprint[:12]}{where}"))
        if known:
            checks.append(_attempt("encoder", lambda: _same_encoder(known, encoder)))
    except RagError as error:
        checks.append(_failed("model", error))
    return checks + examine_index(index)


def examine_index(index: Path) -> list[Check]:
    """Check every hash, count and span of an index, what builds have left, and its articles."""
    generation = _opened(index)
    if isinstance(generation, RagError):
        return [_failed("index", generation), *_left(index)]
    counts = ", ".join(f"{n} {what}" for what, n in generation.manifest.counts.items())
    detail = f"{generation.manifest.fingerprint}: {counts}; every hash and count holds"
    whole = Check("index", ok=True, detail=detail)
    return [whole, _spans(generation), _articles(index, generation), *_left(index)]


def _opened(index: Path) -> Generation | RagError:
    try:
        return open_generation(index)
    except RagError as error:
        return error


def _environment() -> Check:
    found, missing = [f"Python {platform.python_version()}"], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        mend = "pip install rag-articles"
        return Check("environment", ok=False, detail=f"missing: {', '.join(missing)}", mend=mend)
    return Check("environment", ok=True, detail=", ".join(found))


def _same_encoder(generation: Generation, encoder: Encoder) -> str:
    check_encoder(generation, encoder)
    return "the model is the one that the index was built with"


def _spans(generation: Generation) -> Check:
    """Compare every passage and sentence with the digest of the text that was embedded."""
    wrong = sum(1 for _ in _wrong_spans(generation))
    total = len(generation.passages) + len(generation.sentences)
    if wrong:
        mend = repairing(generation.path.parent.parent)
        detail = f"{wrong} of {total} spans do not hold the text that was embedded"
        return Check("citations", ok=False, detail=detail, mend=mend)
    return Check("citations", ok=True, detail=f"all {total} spans hold the text that was embedded")


def _wrong_spans(generation: Generation) -> Iterator[int]:
    article, text = -1, ""
    for row, passage in enumerate(generation.passages):
        if int(passage["article"]) != article:
            article = int(passage["article"])
            text = generation.text(article)
        sentences = generation.sentences[int(passage["first"]) : int(passage["last"])]
        for span in (passage, *sentences):
            held = digest(text[int(span["start"]) : int(span["end"])])
            if held != span["digest"].tobytes():
                yield row


def _articles(index: Path, generation: Generation) -> Check:
    """Compare every article with its file."""
    fresh = Freshness(generation)
    states = [fresh.changed(article) for article in generation.article_ids]
    changed, unknown = sum(map(bool, states)), states.count(None)
    told = f"{changed} of {len(states)} articles changed or went since they were indexed"
    told += f"; {unknown} cannot be compared with a file" if unknown else ""
    mend = command(generation.manifest.folder, index) if changed else None
    return Check("articles", ok=not changed, detail=told, mend=mend)


def _left(index: Path) -> list[Check]:
    """Say what builds have left: a lock, drafts, vectors, older generations."""
    if not index.is_dir():
        return []
    who, alive = holder(index)
    builder = f"{who or 'another process'} builds this index" if alive else "nobody builds"
    dead = f"; {who} did and was ended before it had finished" if who and not alive else ""
    drafts, vectors = leftovers(index), cached(index)
    checks = [Check("builder", ok=True, detail=builder + dead)]
    if drafts and not alive:
        told = f"{len(drafts)} left by builds that did not finish: {_names(drafts)}"
        checks.append(Check("drafts", ok=False, detail=told, mend=repairing(index)))
    if vectors and not alive:
        good, bad = sum(one.good for one in vectors), sum(one.bad for one in vectors)
        told = f"{good} vectors of a build that did not finish are kept for the next one"
        told += f", {bad} are damaged and will not be used" if bad else ""
        checks.append(Check("vectors", ok=True, detail=told))
    return [*checks, *_generations(index)]


def _generations(index: Path) -> list[Check]:
    live = _live_name(index)
    found = [path for path in generations(index) if path.name != live]
    damaged = {path: error for path in found if (error := fault(path))}
    told = f"{len(found)} besides the live one"
    if damaged:
        told += f", of which damaged: {'; '.join(map(str, damaged.values()))}"
        return [Check("generations", ok=False, detail=told, mend=repairing(index))]
    quarantine = list((index / "quarantine").glob("*/*"))
    told += ", none damaged"
    told += f"; {len(quarantine)} things in quarantine" if quarantine else ""
    return [Check("generations", ok=True, detail=told)]


def _live_name(index: Path) -> str | None:
    try:
        return current_name(index)
    except IndexCorrupt:
        return None


def fault(path: Path) -> RagError | None:
    """Return what is wrong with the generation in `path`, or None; another format is not wrong."""
    try:
        Generation(path)
    except IndexMismatch:
        return None
    except RagError as error:
        return error
    return None


def repairing(index: Path) -> str:
    """Return the command that repairs an index."""
    return f"rag doctor --repair --index {quote(str(index))}"


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths)


def _attempt(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, detail=check())
    except RagError as error:
        return _failed(name, error)


def _failed(name: str, error: RagError) -> Check:
    message = str(error)
    _, marked, command = message.partition(": rag ")
    return Check(name, ok=False, detail=message, mend=f"rag {command}" if marked else None)
