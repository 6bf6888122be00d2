"""The folder of a measurement while it is made: what is computed is kept, arm by arm.

See `saved` for the layout. An arm is complete when its times are there, which come last.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag.bench.arms import ArmRun
from rag.bench.collection import AskedQuestion
from rag.bench.conditions import check_same
from rag.bench.records import AnswerOutcome, Measurement, RunManifest
from rag.bench.saved import RESULT, as_json, read_measurement, replace_text, write_result
from rag.bench.trec import from_column, read_run, write_qrels, write_run
from rag.errors import BenchmarkError

_ANSWERS = TypeAdapter(dict[str, AnswerOutcome])


class Store:
    """A folder that takes runs and answers, and gives back those that it has."""

    def __init__(self, folder: Path, *, tag: str = "rag") -> None:
        self.folder, self._tag = folder, tag

    def begin(self, manifest: RunManifest, measures: Sequence[str], *, resume: bool) -> None:
        """Start the folder, or go on with it. Raises BenchmarkError where it holds another."""
        if (self.folder / RESULT).exists() and resume:
            check_same(read_measurement(self.folder).manifest, manifest, self.folder)
        elif self.folder.exists() and any(self.folder.iterdir()):
            raise BenchmarkError(
                f"{self.folder} is not empty; go on with its measurement with --resume, or name "
                "a new folder"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        write_result(self.folder, as_json(Measurement(False, manifest, tuple(measures))))

    def put_qrels(self, pair: str, questions: Sequence[AskedQuestion]) -> None:
        """Write the judgements of a pair."""
        home = self._home(pair)
        home.mkdir(parents=True, exist_ok=True)
        write_qrels(home / "qrels.txt", ((asked.id, asked.relevant) for asked in questions))

    def run(self, pair: str, arm: str) -> ArmRun | None:
        """Return what the arm ranked, where that is complete."""
        times = self._home(pair) / f"{arm}.ms.json"
        if not times.is_file():
            return None
        rankings: dict[str, list[tuple[str, float]]] = {}
        path = self._home(pair) / f"{arm}.run"
        for found in read_run(path) if path.stat().st_size else ():
            scores = ((from_column(passage), score) for passage, score in found.scores.items())
            rankings[from_column(found.question)] = list(scores)
        return ArmRun(rankings, _read_json(times))

    def put_run(self, pair: str, arm: str, run: ArmRun) -> None:
        """Write what the arm ranked."""
        path = self._home(pair) / f"{arm}.run"
        partial = path.with_name(f".{path.name}.partial")
        write_run(partial, run.rankings.items(), tag=f"{self._tag}-{arm}")
        partial.replace(path)
        replace_text(path.with_suffix(".ms.json"), json.dumps(run.ms))

    def answers(self, pair: str) -> dict[str, AnswerOutcome] | None:
        """Return the answers to a pair's questions, where they are complete."""
        path = self._home(pair) / "answers.json"
        if not path.is_file():
            return None
        try:
            return _ANSWERS.validate_json(path.read_bytes())
        except ValidationError as error:
            raise BenchmarkError(f"{path} is damaged; delete it and go on") from error

    def put_answers(self, pair: str, answers: Mapping[str, AnswerOutcome]) -> None:
        """Write the answers to a pair's questions."""
        content = _ANSWERS.dump_json(dict(answers)).decode()
        replace_text(self._home(pair) / "answers.json", content)

    def _home(self, pair: str) -> Path:
        return self.folder / "pairs" / pair


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise BenchmarkError(f"{path} is damaged; delete it and go on") from error
