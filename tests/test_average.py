"""Weights of several runs, averaged."""

import sys
from pathlib import Path

import numpy as np
import pytest

from rag.bundled.tuned import Tensors, read_tuned, write_tuned
from rag.training.average import average, main


def run(bias: float, matrix: float) -> Tensors:
    return {
        "has.b": np.array([bias, 0.0], np.float32),
        "has.w": np.full((2, 3), matrix, np.float32),
    }


def test_each_run_counts_by_its_share() -> None:
    found = average([(run(1.0, 2.0), 3), (run(5.0, 10.0), 1)])
    assert found["has.b"].tolist() == [2.0, 0.0]
    assert (found["has.w"] == 4.0).all()
    assert found["has.w"].dtype == np.float32


def test_runs_of_other_models_are_refused() -> None:
    with pytest.raises(ValueError, match="not runs of one model"):
        average([(run(1.0, 1.0), 1), ({"has.b": np.zeros(2, np.float32)}, 1)])
    with pytest.raises(ValueError, match="not runs of one model"):
        average([(run(1.0, 1.0), 1), (run(1.0, 1.0) | {"has.b": np.zeros(3, np.float32)}, 1)])


def test_shares_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        average([(run(1.0, 1.0), 0)])


def test_files_are_averaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, out = (tmp_path / f"{name}.safetensors" for name in ("a=1", "b", "out"))
    write_tuned(a, run(1.0, 1.27))
    write_tuned(b, run(2.0, 2.54))
    monkeypatch.setattr(sys, "argv", ["average", str(out), f"{a}=0.5", f"{b}=0.5"])
    main()
    assert read_tuned(out)["has.b"].tolist() == [1.5, 0.0]
    assert read_tuned(out)["has.w"] == pytest.approx(np.full((2, 3), 1.905), abs=0.01)
