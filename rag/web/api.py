"""The page's answers for programs: a REST interface, described at `/api/openapi.json`.

Does not know the page or Gradio. The records are those of `rag.types`.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from rag.errors import CorpusError, FilterError, RagError
from rag.index import Index
from rag.types import Answer, Article, Filter, Hit, Turn

AT_ONCE = 2  # questions answered at the same time
WAITING = 64  # beyond them: "busy"

Question = Annotated[str, Field(min_length=1, max_length=4_000)]
Values = Annotated[list[str], Field(max_length=1_000)]
Day = Annotated[str, Field(pattern=r"^\d{4}(-\d\d){0,2}$")]
T = TypeVar("T")


class Where(BaseModel):
    """Which articles to look at; all, where nothing is given."""

    since: Day | None = None
    until: Day | None = None
    sources: Values = []
    languages: Values = []
    articles: Values = []

    def filter(self) -> Filter | None:
        """Return the filter that this is, None for all articles."""
        chosen = (tuple(self.sources), tuple(self.languages), tuple(self.articles))
        where = Filter(self.since, self.until, *chosen)
        return None if where == Filter() else where


class Ask(Where):
    """A question, and how to answer it."""

    question: Question
    after: Question | None = Field(None, description="the question before it, if it leans on one")
    answer_from: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="the least confidence of an answer; as fitted, if not given"
    )
    stream: bool = Field(False, description="server-sent events: first `hits`, then `answer`")


class Search(Where):
    """A question, and how many passages to find for it."""

    question: Question
    k: Annotated[int, Field(ge=1, le=100)] = 5


class Found(BaseModel):
    """Passages, best first, and the fingerprint of the index that they are from."""

    hits: list[Hit]
    index: str


def api(index: Index) -> APIRouter:
    """Return the routes below `api/`."""
    routes, turns = APIRouter(prefix="/api", tags=["articles"]), _Turns()

    @routes.post("/ask", response_model=Answer)
    async def ask(asked: Ask) -> Answer | StreamingResponse:
        """Answer a question with sentences of the articles, cited, or say that none answers."""
        if not asked.stream:
            return await turns.take(lambda: _answer(index, asked))
        hits = await turns.take(lambda: index.search(asked.question, where=asked.filter()))

        async def events() -> AsyncIterator[str]:
            yield _event("hits", [asdict(hit) for hit in hits])
            try:
                answer = await turns.take(lambda: _answer(index, asked))
            except HTTPException as refused:
                yield _event("error", refused.detail)
            else:
                yield _event("answer", asdict(answer))

        return StreamingResponse(events(), media_type="text/event-stream")

    @routes.post("/search")
    async def search(asked: Search) -> Found:
        """Find the passages that fit a question best."""
        where = asked.filter()
        hits = await turns.take(lambda: index.search(asked.question, k=asked.k, where=where))
        return Found(hits=hits, index=index.fingerprint)

    @routes.get("/articles")
    def articles() -> list[str]:
        """Return the ids of all articles."""
        return list(index.articles())

    @routes.get("/articles/{article_id:path}")
    def article(article_id: str) -> Article:
        """Return an article as it was indexed; spans count in its `text`."""
        try:
            return index.article(article_id)
        except CorpusError as error:
            raise HTTPException(404, str(error)) from error

    return routes


class _Turns:
    """Lets a few questions be answered at once, keeps some waiting in order, refuses more."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(AT_ONCE)
        self._waiting = 0

    async def take(self, work: Callable[[], T]) -> T:
        """Do the work when its turn comes. Raises HTTPException: 503 busy, 422 what is wrong."""
        if self._waiting >= AT_ONCE + WAITING:
            raise HTTPException(503, "Too many questions are waiting.", {"Retry-After": "2"})
        self._waiting += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        except (FilterError, ValueError) as error:
            raise HTTPException(422, str(error)) from error
        except RagError as error:
            raise HTTPException(500, str(error)) from error
        finally:
            self._waiting -= 1


def _answer(index: Index, asked: Ask) -> Answer:
    before = Turn(asked.after) if asked.after else None
    return index.ask(
        asked.question, where=asked.filter(), answer_from=asked.answer_from, after=before
    )


def _event(name: str, value: object) -> str:
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
