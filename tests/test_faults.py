"""Builds that are killed or fail at any step, and indexes that are damaged; see `faults.py`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LEAST = {  # what each part tries at least, in its quick form
    "kills": 50,
    "errors": 100,
    "damage": 200,
    "forged": 300,
    "readers": 100,
    "builders": 2,
    "reaping": 1,
    "reading_only": 1,
}


@pytest.mark.parametrize("part", LEAST)
def test_an_index_is_always_exactly_the_old_or_the_new_one(part: str) -> None:
    harness = Path(__file__).parent / "faults.py"
    done = subprocess.run(
        [sys.executable, "-W", "error", harness, part],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(line["tried"] for line in told) >= LEAST[part]
