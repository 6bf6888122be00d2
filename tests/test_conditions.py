"""What a measurement depends on is told, whatever the machine."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from rag.bench import conditions
from rag.bench.conditions import check_same, commit, manifest_of
from rag.errors import BenchmarkError

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing


def test_the_manifest_hashes_every_input_and_names_versions_and_machine(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.jsonl").touch()
    found = manifest_of(inputs=[tmp_path / "set"], settings={"every": 3})
    assert found.identity["inputs"] == {str(tmp_path / "set" / "a.jsonl"): EMPTY}
    assert found.identity["settings"]["every"] == 3
    assert {"python", "numpy", "ir-measures", "onnxruntime"} <= found.versions.keys()
    assert found.machine["cores"] >= 1
    assert found.machine["cpu"]


def test_a_difference_is_named(tmp_path: Path) -> None:
    one = manifest_of(inputs=[], settings={"every": 3})
    check_same(one, manifest_of(inputs=[], settings={"every": 3}), tmp_path)
    with pytest.raises(BenchmarkError, match="another settings: every was 3 and is 1"):
        check_same(one, manifest_of(inputs=[], settings={"every": 1}), tmp_path)


def test_the_commit_is_that_of_the_checkout_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditions, "_CHECKOUT", tmp_path)
    assert commit() is None  # installed, not checked out

    def hangs(*_: Any, **options: Any) -> None:
        raise subprocess.TimeoutExpired("git", options["timeout"])

    (tmp_path / ".git").touch()
    monkeypatch.setattr(subprocess, "run", hangs)
    assert commit() is None
