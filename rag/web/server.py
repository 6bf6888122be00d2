"""Serves the page: one socket, one uvicorn, one app.

Does not know what is on the page.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.applications import Starlette

from rag.errors import RagError
from rag.generate import LanguageModel
from rag.index import Index
from rag.web.api import api
from rag.web.app import mount_page
from rag.web.network import HEALTH, Exposure, guarded
from rag.web.page_data import page_data, page_files


@contextlib.contextmanager
def serving(
    index: Index,
    *,
    port: int,
    examples: Sequence[str] = (),
    exposure: Exposure = Exposure(),  # noqa: B008 - it is immutable
    model: LanguageModel | None = None,
) -> Iterator[str]:
    """Serve the page while the context lasts, and give its URL; port 0 takes any free one.

    `Blocks.launch` is not used: it asks its own server whether it runs, through the
    user's HTTP proxy if there is one, and fails when the proxy cannot reach it.
    """
    with _listen(exposure.host, port) as listener:
        tools = _tools(index)
        app = FastAPI(
            lifespan=tools.router.lifespan_context if tools else None,
            title="Cited answers from articles",
            openapi_url="/api/openapi.json",
            docs_url=None,  # they would fetch their scripts from another host
            redoc_url=None,
        )
        app.add_api_route(HEALTH, _health, response_class=PlainTextResponse)
        app.include_router(api(index))
        app.include_router(page_data(index, questions=list(examples), uploads=exposure.uploads))
        app.mount("/page", page_files())
        app.router.routes += tools.routes if tools else []
        gradio_app = mount_page(app, index, model=model, on_question=_asked(exposure)).app
        config = uvicorn.Config(
            guarded(app, exposure),
            log_level="error",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            if not server.started:
                where = f"{exposure.host}:{port}"
                raise RagError(f"the page's server at {where} did not start; try again")
            host = f"[{exposure.host}]" if ":" in exposure.host else exposure.host
            yield f"http://{host}:{listener.getsockname()[1]}/"
        finally:
            # Ends the stream that each browser keeps open and that uvicorn would wait for.
            gradio_app.stop_event.set()  # type: ignore[attr-defined]
            server.should_exit = True
            thread.join()


def serve(
    index: Index,
    *,
    port: int,
    examples: Sequence[str] = (),
    exposure: Exposure,
    model: LanguageModel | None = None,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the page until it is interrupted; `on_ready` is given its URL."""
    with serving(index, port=port, examples=examples, exposure=exposure, model=model) as url:
        on_ready(url)
        threading.Thread(target=_warm, args=(index,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def _tools(index: Index) -> Starlette | None:
    """Return the app of the tools for assistants, None where their package is not installed."""
    if find_spec("mcp") is None:
        return None
    from rag.web.mcp_tools import mcp_app

    return mcp_app(index)


def _asked(exposure: Exposure) -> Callable[[str], None] | None:
    log = exposure.log
    if log is None or not exposure.log_questions:
        return None
    return lambda question: log(f"asked {json.dumps(question)}")


def _warm(index: Index) -> None:
    """Load what the first question needs before someone asks it."""
    with contextlib.suppress(RagError):
        index.ask("Who?")


def _health() -> PlainTextResponse:
    return PlainTextResponse("ok")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise RagError(
            f"the page cannot be served at {host}:{port} ({error}); "
            "choose another port, as in: rag chat --port 7861"
        ) from error
