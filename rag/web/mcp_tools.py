"""The articles as tools of the Model Context Protocol, for assistants: an optional extra.

Served under `/mcp`, behind the same guards as the page.
"""

from dataclasses import asdict
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field
from starlette.applications import Starlette

from rag.index import Index
from rag.types import Filter

PATH = "/mcp"

Question = Annotated[str, Field(min_length=1, max_length=4_000)]
Day = Annotated[str | None, Field(pattern=r"^\d{4}(-\d\d){0,2}$")]


def mcp_app(index: Index) -> Starlette:
    """Return the app that serves the tools; its lifespan has to run with the server's."""
    tools = MCPServer(
        "articles",
        log_level="ERROR",
        instructions="Cite articles by id and span; quotes are exact, the articles' own words.",
    )

    @tools.tool(structured_output=True)
    def search_articles(
        question: Question,
        k: Annotated[int, Field(ge=1, le=50)] = 5,
        since: Day = None,
        until: Day = None,
    ) -> list[dict[str, Any]]:
        """Find the passages that fit a question best, in any language."""
        hits = index.search(question, k=k, where=_where(since, until))
        return [asdict(hit) for hit in hits]

    @tools.tool(structured_output=True)
    def ask_articles(question: Question, since: Day = None, until: Day = None) -> dict[str, Any]:
        """Answer with sentences of the articles, word for word, or say that none answers."""
        return asdict(index.ask(question, where=_where(since, until)))

    @tools.tool(structured_output=True)
    def read_article(article: str) -> dict[str, Any]:
        """Return the whole text of an article; the spans of citations count in it."""
        return asdict(index.article(article))

    return tools.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        # Hosts and origins are checked before a request comes here.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


def _where(since: str | None, until: str | None) -> Filter | None:
    return Filter(since, until) if since or until else None
