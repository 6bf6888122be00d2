"""What the README shows to programs is run, word for word, against a page."""

import ast
import inspect
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from rag.web.server import serving

README = Path(__file__).parents[1] / "README.md"
PAGE = re.compile(r"(?:http://127\.0\.0\.1|localhost):7860/")


def blocks(language: str) -> list[str]:
    """Return the code blocks of the section on programs."""
    section = README.read_text(encoding="utf-8").split("### For programs")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0) as url:
        yield url


def test_every_curl_line_gets_what_it_says(url: str) -> None:
    [block] = blocks("sh")
    commands = re.sub(r"\\\n\s*", "", PAGE.sub(url, block)).strip().splitlines()
    found = [
        subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
        for command in commands
    ]
    answer, stream, search, description = found
    assert "deux exaflops" in json.loads(answer)["answer"]
    assert re.findall(r"^event: (\w+)$", stream, re.MULTILINE) == ["hits", "answer"]
    hits = json.loads(search)["hits"]
    assert len(hits) == 3
    assert all(hit["published"] >= "2025-04" for hit in hits)
    assert {"/api/ask", "/api/search"} <= set(json.loads(description)["paths"])


@pytest.mark.parametrize("number", [0, 1])
def test_every_python_example_gets_an_answer(url: str, number: int) -> None:
    shown = blocks("python")
    assert len(shown) == 2
    code = compile(
        PAGE.sub(url, shown[number]), str(README), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    )
    names: dict[str, Any] = {}

    async def run() -> None:
        done = eval(code, names)
        if inspect.isawaitable(done):
            await done

    anyio.run(run)
    answer = names["answer"]
    if number == 0:
        assert "visa" in json.dumps(answer, ensure_ascii=False)
    else:
        assert answer.structured_content["citations"]
