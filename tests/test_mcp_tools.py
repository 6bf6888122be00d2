"""The articles as tools for assistants, asked with the protocol's own client."""

from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client

from rag.web.server import serving

QUESTION = "How many exaflops does the Kazakh supercomputer have?"


@pytest.fixture(scope="module")
def url(seeds_index: Any) -> Iterator[str]:
    with serving(seeds_index, port=0) as url:
        yield url


def call(url: str, tool: str, **given: Any) -> Any:
    async def talk() -> Any:
        async with Client(f"{url}mcp") as client:
            return await client.call_tool(tool, given)

    return anyio.run(talk)


def test_the_tools_search_ask_and_read(url: str, seeds_index: Any) -> None:
    found = call(url, "search_articles", question=QUESTION, k=2)
    assert [hit["rank"] for hit in found.structured_content["result"]] == [1, 2]
    answer = call(url, "ask_articles", question=QUESTION).structured_content
    assert answer["answer"] == seeds_index.ask(QUESTION).answer
    cited = answer["citations"][0]
    article = call(url, "read_article", article=cited["article"]).structured_content
    assert article["text"][cited["start"] : cited["end"]] == cited["quote"]


def test_what_is_wrong_is_an_error_of_the_tool(url: str) -> None:
    assert call(url, "read_article", article="../secret").is_error
    assert call(url, "search_articles", question=QUESTION, since="yesterday").is_error


def test_another_sites_page_reaches_no_tool(url: str) -> None:
    headers = {"Origin": "http://evil.example", "Accept": "application/json"}
    assert httpx.post(f"{url}mcp", headers=headers, json={}).status_code == 403
