"""What the page's script asks the server for, beside answers: sources, lists, files.

Does not know Gradio. Paths are relative to the page's; what comes in is checked by its type.
"""

from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

from rag.errors import RagError
from rag.index import Index
from rag.web.catalogue import catalogue, original_file
from rag.web.conversation import about_article, read_asking
from rag.web.feedback import Judged, feedback_file, keep_judgement
from rag.web.labels import LANGUAGES, date_form, every_label, known_language, language_name
from rag.web.render.source import render_source
from rag.web.suggestions import examples
from rag.web.uploads import Uploads

MAX_SPANS = 32  # of one source request; an answer has at most five citations

Offset = Annotated[int, Field(strict=True, ge=0)]


class SourceRequest(BaseModel):
    """An article, and spans of it: the cited one first."""

    article: str
    spans: Annotated[list[tuple[Offset, Offset]], Field(max_length=MAX_SPANS)]
    language: str = "en"


class Feedback(BaseModel):
    """What a reader says of an answer, or of a passage."""

    question: str
    verdict: str
    article: str | None = None
    start: Offset = 0
    end: Offset = 0
    asking: dict[str, Any] | None = None


def page_data(index: Index, *, questions: list[str], uploads: bool = False) -> APIRouter:
    """Return the routes below `page/`; `questions` are the corpus's own examples, if it has any.

    Without `uploads` there is no route that takes a file.
    """
    routes = APIRouter(prefix="/page", include_in_schema=False)

    @routes.get("/about.json")
    def about(language: str = "en") -> dict[str, Any]:
        known = known_language(language)
        return {
            "index": index.fingerprint,
            "articles": len(index.articles()),
            "examples": questions or examples(index, known),
            "languages": LANGUAGES,
            "uploads": uploads,
        }

    @routes.get("/labels.json")
    def labels(language: str = "en") -> dict[str, Any]:
        known = known_language(language)
        codes = index.generation.languages
        names = {code: language_name(code, known) for code in codes}
        return {
            "labels": every_label()[known],
            "date": date_form(known),
            "languages": names,
        }

    @routes.get("/articles.json")
    def articles(examine: bool = False) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in catalogue(index, examine=examine)]

    @routes.post("/source", response_class=HTMLResponse)
    def source(asked: SourceRequest) -> str:
        language = known_language(asked.language)
        try:
            article = index.article(asked.article)
            known = about_article(index, article.id, changed=index.changed(article.id) is True)
            return render_source(article, asked.spans, known, language=language)
        except (RagError, ValueError) as error:
            raise HTTPException(404) from error

    @routes.get("/original")
    def original(article: Annotated[str, Query(max_length=4096)]) -> FileResponse:
        path = original_file(index, article)
        if path is None:
            raise HTTPException(404)
        # Whatever it is, it is saved, never shown: an HTML file would run in the page's name.
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)

    @routes.post("/feedback", status_code=204)
    def feedback(given: Feedback) -> None:
        judged = Judged(given.article, given.start, given.end) if given.article else None
        try:
            where = read_asking(given.asking).where
            file = feedback_file(index)
            keep_judgement(file, index, given.question, given.verdict, judged, where=where)
        except (RagError, ValueError) as error:
            raise HTTPException(422) from error

    if uploads:
        _take_files(routes, Uploads(index))
    return routes


def _take_files(routes: APIRouter, uploads: Uploads) -> None:
    """Add the routes that take a file and tell how far the index is with it."""

    @routes.post("/upload", status_code=202)
    async def upload(request: Request, name: Annotated[str, Query(max_length=1000)]) -> None:
        raw = await request.body()
        try:
            await to_thread.run_sync(uploads.add, name, raw)
        except RagError as error:
            raise HTTPException(422, str(error)) from error

    @routes.get("/progress.json")
    def progress() -> dict[str, Any]:
        return asdict(uploads.progress)


def page_files() -> StaticFiles:
    """Return the page's own scripts and styles, as they lie in the package."""
    return StaticFiles(directory=Path(str(files("rag") / "web" / "page")))
