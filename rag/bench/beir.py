"""A BEIR-format folder ↔ a collection.

DIR/corpus.jsonl     {"_id", "title", "text"}; a passage is title and text, as BEIR joins them
DIR/queries.jsonl    {"_id", "text"}
DIR/qrels/SPLIT.tsv  query-id, corpus-id, score, under a line that names the columns
"""

import json
from collections.abc import Sequence
from pathlib import Path

from rag.bench.collection import AskedQuestion, Collection, Query
from rag.bench.lines import Ids, clean_text, json_lines, numbered_lines
from rag.bench.records import Warned
from rag.bench.trec import read_grade
from rag.corpus.metadata import detect_language
from rag.errors import BenchmarkError

COLUMNS = ["query-id", "corpus-id", "score"]


def read_beir(folder: Path, *, split: str | None = None) -> Collection:
    """Read a BEIR-format folder. Raises BenchmarkError with file and line."""
    passages, empty = _read_corpus(folder / "corpus.jsonl")
    queries = _read_queries(folder / "queries.jsonl")
    path = _qrels_path(folder, split)
    judged, strangers = _read_qrels(path, {*passages, *empty}, queries)
    warnings = [
        Warned(len(empty), f"passages of {folder.name} without text, never found", _first(empty)),
        Warned(len(strangers), f"questions of {path.name} without text", _first(strangers)),
        Warned(
            len(unjudged := [name for name in queries if name not in judged]),
            f"questions of {folder.name} without judgements in {path.name}, not asked",
            _first(unjudged),
        ),
        Warned(
            len(hopeless := [name for name, row in judged.items() if max(row.values()) < 1]),
            f"questions of {path.name} without a relevant passage, which count as 0",
            _first(hopeless),
        ),
    ]
    if not judged:
        raise BenchmarkError(f"{path} judges none of the questions of {folder / 'queries.jsonl'}")
    return Collection(
        path=folder,
        language=detect_language("\n".join(passages.values())) or folder.name,
        passage_ids=tuple(passages),
        contexts=tuple(passages.values()),
        groups=tuple(range(len(passages))),
        queries=tuple(Query(name, text) for name, text in queries.items() if name in judged),
        judged=judged,
        warnings=tuple(warned for warned in warnings if warned.count),
    )


def write_beir(
    folder: Path, collection: Collection, questions: Sequence[AskedQuestion], *, split: str = "test"
) -> None:
    """Write the passages and these questions about them as a BEIR-format folder."""
    if folder.exists() and any(folder.iterdir()):
        raise BenchmarkError(f"{folder} is not empty; name a new folder")
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for name, text in zip(collection.passage_ids, collection.contexts, strict=True):
            file.write(json.dumps({"_id": name, "title": "", "text": text}) + "\n")
    with (folder / "queries.jsonl").open("w", encoding="utf-8") as file:
        for asked in questions:
            file.write(json.dumps({"_id": asked.id, "text": asked.text}) + "\n")
    with (folder / "qrels" / f"{split}.tsv").open("w", encoding="utf-8") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for asked in questions:
            for passage, grade in asked.relevant.items():
                file.write(f"{asked.id}\t{passage}\t{grade}\n")


def _read_corpus(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the passages by id, and the ids of those without text."""
    ids, passages, empty = Ids("passage id"), dict[str, str](), list[str]()
    for at, line in json_lines(path):
        name = ids.add(line.get("_id"), at)
        parts = [line.get(part) or "" for part in ("title", "text")]
        if not all(isinstance(part, str) for part in parts):
            raise BenchmarkError(f"{at}: title and text must be strings")
        text = " ".join(part for part in parts if part).strip()
        if text:
            passages[name] = clean_text(text, "text", at)
        else:
            empty.append(name)
    if not passages:
        raise BenchmarkError(f"{path} holds no passage")
    return passages, empty


def _read_queries(path: Path) -> dict[str, str]:
    ids, queries = Ids("question id"), dict[str, str]()
    for at, line in json_lines(path):
        queries[ids.add(line.get("_id"), at)] = clean_text(line.get("text"), "text", at)
    if not queries:
        raise BenchmarkError(f"{path} holds no question")
    return queries


def _qrels_path(folder: Path, split: str | None) -> Path:
    found = {path.stem: path for path in sorted((folder / "qrels").glob("*.tsv"))}
    if not found:
        raise BenchmarkError(f"{folder / 'qrels'} holds no .tsv file")
    if split is None and len(found) > 1:
        raise BenchmarkError(f"{folder} has the splits {', '.join(found)}; name one with --split")
    if split is not None and split not in found:
        raise BenchmarkError(f"{folder} has no split {split!r}, only {', '.join(found)}")
    return found[split] if split else next(iter(found.values()))


def _read_qrels(
    path: Path, passages: set[str], queries: dict[str, str]
) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Return the judgements of known questions, and the questions that have no text."""
    judged: dict[str, dict[str, int]] = {}
    strangers: dict[str, None] = {}
    for number, line in numbered_lines(path):
        at, cells = f"{path}, line {number}", line.split("\t")
        if number == 1 and cells == COLUMNS:
            continue
        if len(cells) != 3:
            raise BenchmarkError(f"{at}: expected 3 columns with tabs, found {len(cells)}")
        question, passage, score = cells
        if passage not in passages:
            raise BenchmarkError(f"{at}: the corpus holds no passage {passage!r}")
        if question not in queries:
            strangers[question] = None
            continue
        row = judged.setdefault(question, {})
        if passage in row:
            raise BenchmarkError(f"{at}: {passage!r} is judged twice for question {question!r}")
        row[passage] = read_grade(score, at)
    return judged, list(strangers)


def _first(names: Sequence[str]) -> str | None:
    return names[0] if names else None
