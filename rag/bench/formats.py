"""Paths → collections: which format a file or folder has, said or evident, and its reader."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rag.bench.beir import read_beir
from rag.bench.collection import Collection
from rag.bench.squad import find_format, read_squad, squad_collection
from rag.errors import BenchmarkError

Format = Literal["questions", "feedback", "squad", "beir"]


def format_of(path: Path) -> Format:
    """Tell what a file or folder is by what it holds. Raises BenchmarkError for anything else."""
    if path.is_dir():
        missing = [n for n in ("corpus.jsonl", "queries.jsonl", "qrels") if not (path / n).exists()]
        if missing:
            raise BenchmarkError(f"{path} is no BEIR-format folder: it has no {missing[0]}")
        return "beir"
    return find_format(path)


def common_format(paths: Sequence[Path]) -> Format:
    """Return the one format of all paths. Raises BenchmarkError where they differ."""
    formats = {path: format_of(path) for path in paths}
    if len(set(formats.values())) > 1:
        one, other = ({f: p for p, f in reversed(formats.items())}[f] for f in
                      list(dict.fromkeys(formats.values()))[:2])  # fmt: skip
        raise BenchmarkError(
            f"{one} is a benchmark of the format {formats[one]} and {other} of {formats[other]}: "
            "they are measured in separate runs"
        )
    return next(iter(formats.values()))


def read_collections(
    paths: Sequence[Path], form: Format, *, split: str | None = None
) -> list[Collection]:
    """Read files or folders that bring their passages along. Raises BenchmarkError."""
    twice = [path for i, path in enumerate(paths) if path.resolve() in map(Path.resolve, paths[:i])]
    if twice:
        raise BenchmarkError(f"{twice[0]} is given twice")
    if form == "beir":
        return [read_beir(path, split=split) for path in paths]
    return [squad_collection(read_squad(path)) for path in paths]


def pair_names(paths: Sequence[Path]) -> list[str]:
    """Return a name for each path that no other has: its stem, numbered where that is not one."""
    names: list[str] = []
    for path in paths:
        stem = path.name if path.is_dir() else path.stem
        free = (f"{stem}-{number}" if number > 1 else stem for number in range(1, len(paths) + 1))
        names.append(next(name for name in free if name not in names))
    return names
