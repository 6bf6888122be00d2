"""A measurement is read back as it was written."""

import json
from pathlib import Path

import pytest

from rag.bench.records import (
    AnswerOutcome,
    ArmOutcome,
    CitedSpan,
    Comparison,
    GoldSpan,
    Measurement,
    PairResult,
    PassageText,
    QuestionOutcome,
    RunManifest,
    Warned,
)
from rag.bench.saved import (
    as_json,
    read_measurement,
    read_passages,
    read_questions,
    write_passages,
    write_questions,
    write_result,
)
from rag.errors import BenchmarkError

COMPARED = Comparison(
    "nDCG@10", "hybrid", "dense", 0.1, (0.0, 0.2), 0.04, 0.08, 0.12, 7, "hybrid is …"
)
MEASUREMENT = Measurement(
    complete=True,
    manifest=RunManifest("2026-01-02T03:04:05Z", {"rag": "0.1.0"}, {"numpy": "2"}, {"cores": 2}),
    measures=("nDCG@10",),
    results=(
        PairResult(
            name="small",
            questions_of="small.json",
            passages_of="small.json",
            languages=("fr", None),
            questions=7,
            passages=3,
            questions_sha256="ab",
            arms={"dense": {"nDCG@10": 0.5, "rank_ms": 1.0}},
            intervals={"dense": {"nDCG@10": (0.25, 0.75)}},
            comparisons=(COMPARED,),
        ),
    ),
    warnings=(Warned(2, "questions without text", "q1"),),
)
OUTCOME = QuestionOutcome(
    pair="small",
    id="q1",
    text="Où ?",
    languages=("fr", "kk"),
    relevant={"p1": 1},
    gold=(GoldSpan("p1", 0, 5, "Astan"),),
    arms={"dense": ArmOutcome({"nDCG@10": 1.0}, ("p1", "p0"), (1,), 0.5)},
    answer=AnswerOutcome(
        True, False, 0.9, "Astana", "Astana", (CitedSpan("p1", 0, 6, "Astana"),), {"f1": 1.0}, 2.0
    ),
)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    passage = PassageText("small.json", "p1", "Astana", language="kk")
    write_result(tmp_path, as_json(MEASUREMENT, {"seconds": 1.5}))
    write_questions(tmp_path, [OUTCOME])
    write_passages(tmp_path, [passage])
    assert read_measurement(tmp_path) == MEASUREMENT
    assert list(read_questions(tmp_path)) == [OUTCOME]
    assert read_passages(tmp_path) == {("small.json", "p1"): passage}
    assert json.loads((tmp_path / "result.json").read_text())["seconds"] == 1.5


def test_a_missing_damaged_or_newer_measurement_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="holds no measurement"):
        read_measurement(tmp_path)
    with pytest.raises(BenchmarkError, match=r"questions\.jsonl cannot be read.*--resume"):
        list(read_questions(tmp_path))
    (tmp_path / "result.json").write_text('{"format": 2}')
    with pytest.raises(BenchmarkError, match=r"result\.json has format 2.*reads 1"):
        read_measurement(tmp_path)
    (tmp_path / "result.json").write_text('{"format": 1, "complete": true}')
    with pytest.raises(BenchmarkError, match=r"damaged.*manifest"):
        read_measurement(tmp_path)
    (tmp_path / "questions.jsonl").write_text('{"pair": "a"}\n')
    with pytest.raises(BenchmarkError, match=r"questions\.jsonl, line 1 is damaged \(id:"):
        list(read_questions(tmp_path))
