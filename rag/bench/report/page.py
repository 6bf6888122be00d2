"""Saved measurements → the file: `rag bench report DIR… -o FILE`.

The page asks no other place for anything, and its Content-Security-Policy says so: no
request at all, and no script but its own, known by its hash.
"""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from rag.bench.report.rows import Packing
from rag.bench.report.sections import section
from rag.bench.saved import read_measurement, read_passages, read_questions, replace_text
from rag.errors import BenchmarkError

TITLE = "Retrieval, measured"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; "
    "form-action 'none'"
)


def write_report(
    folders: Sequence[Path], output: Path, *, title: str | None = None
) -> dict[str, Any]:
    """Write the page and return its `file`, `bytes` and `questions`. Raises BenchmarkError."""
    packing, sections = Packing(), []
    labels = _labels(folders)
    for number, (folder, label) in enumerate(zip(folders, labels, strict=True), start=1):
        measurement = read_measurement(folder)
        if not measurement.complete:
            raise BenchmarkError(
                f"{folder} is not complete: repeat its command with --resume, then report"
            )
        outcomes = list(read_questions(folder))
        passages_of = {one.name: one.passages_of for one in measurement.results}
        lacking = {outcome.pair for outcome in outcomes} - passages_of.keys()
        passages_of |= dict.fromkeys(lacking, "")
        texts = read_passages(folder)
        packing.add(label, outcomes, passages_of, texts, measurement.measures)
        sections.append(section(measurement, outcomes, label=label, number=number))
    page = _page(title or TITLE, labels, sections, packing)
    try:
        replace_text(output, page)
    except OSError as error:
        raise BenchmarkError(f"{output} cannot be written: {error}") from error
    return {"file": str(output), "bytes": output.stat().st_size, "questions": packing.questions}


def _labels(folders: Sequence[Path]) -> list[str]:
    """Return the folders' names; where two are the same, their paths."""
    names = [folder.resolve().name for folder in folders]
    return names if len(set(names)) == len(names) else [str(folder) for folder in folders]


def _page(title: str, labels: Sequence[str], sections: Sequence[str], packing: Packing) -> str:
    style, script = (
        (files("rag.bench.report") / name).read_text(encoding="utf-8")
        for name in ("report.css", "report.js")
    )
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    links = [
        f'<a href="#m{number}">{escape(label)}</a>' for number, label in enumerate(labels, start=1)
    ]
    links.append('<a href="#questions">questions</a>')
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY.format(hashed)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{escape(title)}</h1><nav>{" ".join(links)}</nav></header>
<main>
{"".join(sections)}
<section id="questions" aria-label="Questions">
<h2>Questions</h2>
<noscript><p>The table of questions needs JavaScript; the rest of the page does not.</p></noscript>
<p class="quiet">Select a question to see what each arm put first. Marked:
<mark class="gold">what answers</mark>, and <mark class="cited">the cited sentence</mark>.</p>
<div id="tools" hidden></div>
<div id="table"></div>
</section>
</main>
<script type="text/plain" id="packed">{packing.packed()}</script>
<script>{script}</script>
</body>
</html>
"""
