"""Is everything as it should be: the environment, the bundled model's cache, the index?"""

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.bundled.model import default_cache
from rag.encoders import BUNDLED, Encoder, load_encoder
from rag.errors import RagError
from rag.generation import Generation
from rag.index import Index
from rag.manifest import digest, live_generation

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
    """Check the environment, the model's cache, and every hash, count and span of the index.

    A bundled model that was not built yet is built.
    """
    checks = [_environment()]
    generation: Generation | None = None
    try:
        generation = Generation(live_generation(index))
    except RagError as error:
        checks.append(_failed("index", error))
    name = generation.manifest.encoder["name"] if generation else BUNDLED
    try:
        encoder = load_encoder(name, cache=cache)
        where = f" in {cache or default_cache()}" if name == BUNDLED else ""
        checks.append(Check("model", ok=True, detail=f"{name}, {encoder.fingerprint[:12]}{where}"))
    except RagError as error:
        return [*checks, _failed("model", error)]
    if generation:
        counts = ", ".join(f"{n} {what}" for what, n in generation.manifest.counts.items())
        detail = f"{generation.manifest.fingerprint}: {counts}; every hash and count holds"
        checks.append(Check("index", ok=True, detail=detail))
        checks.append(_attempt("encoder", lambda: _same_encoder(generation, encoder)))
        checks.append(_spans(generation))
    return checks


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
    Index(generation, encoder)  # raises IndexMismatch
    return "the model is the one that the index was built with"


def _spans(generation: Generation) -> Check:
    """Compare every passage and sentence with the digest of the text that was embedded."""
    wrong = sum(1 for _ in _wrong_spans(generation))
    total = len(generation.passages) + len(generation.sentences)
    if wrong:
        mend = f"rag index {generation.manifest.folder} --index {generation.path.parent.parent}"
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


def _attempt(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, detail=check())
    except RagError as error:
        return _failed(name, error)


def _failed(name: str, error: RagError) -> Check:
    message = str(error)
    _, marked, command = message.partition(": rag ")
    return Check(name, ok=False, detail=message, mend=f"rag {command}" if marked else None)
