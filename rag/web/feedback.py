"""What readers of the page say of its answers, kept in a SQLite file beside the index.

Each judgement keeps the question, the passages that were found for it and the index's
fingerprint. They are exported as the lines that `rag bench` reads (rag/bench/feedback.py).
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from rag.errors import CorpusError, RagError
from rag.index import Index
from rag.types import Filter

Verdict = Literal["right", "wrong", "should-have-answered"]

FILE = "feedback.sqlite3"
HITS = 10  # passages that are kept with a judgement
MAX_QUESTION = 4_000

_TABLE = """
create table if not exists judgements (
    id integer primary key,
    time text not null,        -- ISO 8601, UTC
    question text not null,
    verdict text not null,
    article text,              -- null where no span is judged
    start integer,
    "end" integer,
    quote text,
    "index" text not null,     -- the fingerprint of the index that answered
    hits text not null,        -- JSON: article, start, end, score of what was found, best first
    filters text not null      -- JSON
) strict
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A span of an article, as a judgement names it."""

    article: str
    start: int
    end: int


def feedback_file(index: Index) -> Path:
    """Return where the judgements of an index are kept."""
    return index.generation.path.parent.parent / FILE


def keep_judgement(
    file: Path,
    index: Index,
    question: str,
    verdict: str,
    judged: Judged | None,
    *,
    where: Filter | None = None,
) -> None:
    """Keep one judgement. Raises ValueError where it is none, CorpusError for no such article."""
    if verdict not in get_args(Verdict) or not question.strip() or len(question) > MAX_QUESTION:
        raise ValueError(f"not a judgement: {verdict!r} of {question[:80]!r}")
    if judged is None and verdict != "should-have-answered":
        raise ValueError(f"{verdict!r} needs the span that was judged")
    quote = _quote(index, judged) if judged else None
    found = index.search(question, k=HITS, where=where)
    hits = [[hit.article, hit.start, hit.end, round(hit.score, 4)] for hit in found]
    row = (
        datetime.now(UTC).isoformat(timespec="milliseconds"),
        question,
        verdict,
        *((judged.article, judged.start, judged.end) if judged else (None, None, None)),
        quote,
        index.fingerprint,
        json.dumps(hits, ensure_ascii=False),
        json.dumps(asdict(where or Filter()), ensure_ascii=False),
    )
    with closing(sqlite3.connect(file)) as store, store:
        store.execute(_TABLE)
        store.execute(f"insert into judgements values (null{', ?' * len(row)})", row)  # noqa: S608


def exported(file: Path) -> Iterator[str]:
    """Yield each judgement as a line of JSON that `rag bench` reads, in the order of time."""
    if not file.is_file():
        raise RagError(f"there is no feedback in {file}; it is left in the page of: rag chat")
    columns = ("question", "verdict", "article", "start", "end", "quote", "index", "time", "hits")
    names = ", ".join(f'"{column}"' for column in columns)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
        for row in store.execute(f"select {names} from judgements order by time, id"):  # noqa: S608
            line = dict(zip(columns, row, strict=True))
            yield json.dumps(line | {"hits": json.loads(line["hits"])}, ensure_ascii=False)


def _quote(index: Index, judged: Judged) -> str:
    text = index.article(judged.article).text
    if not 0 <= judged.start < judged.end <= len(text):
        raise CorpusError(f"{judged.article} has no characters {judged.start}-{judged.end}")
    return text[judged.start : judged.end]
