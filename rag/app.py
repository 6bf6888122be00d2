"""The chat page: wires an index to Gradio and serves it on this machine only.

Does not know how answers are found, nor what they look like as HTML.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import Any

# Gradio calls home while it is being imported, and its `analytics_enabled` comes too late
# for that; so this is set here, beside the import, not in cli.py. The second one stops it
# from counting every question with pandas for a monitoring page that is switched off.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag import render
from rag.errors import RagError
from rag.index import Index

HOST = "127.0.0.1"
MAX_AT_ONCE = 2  # questions answered at the same time
MAX_WAITING = 64  # questions in the queue; beyond it Gradio says that it is busy
MAX_SPANS = 32  # of one source request; an answer has at most five citations

# Gradio's own page needs inline scripts and eval; nothing may come from or go to another host.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def build_page(index: Index, *, examples: Sequence[str] = ()) -> gr.Blocks:
    """Return the page that asks `index`: a conversation, and a panel that shows its sources."""

    def answer(question: str, messages: list[Any]) -> str | list[Any]:
        if not question.strip():
            return []  # no message at all
        try:
            before = render.read_turns(_exchanges(messages))
            return render.render_answer(index.ask(question, after=before[-1] if before else None))
        except RagError as error:
            return render.render_problem(str(error))

    def open_source(request: Any) -> str:
        try:
            article_id, spans = _read_source_request(request)
            return render.render_source(index.article(article_id), spans)
        except (RagError, ValueError):
            return render.render_problem_source()

    page = gr.Blocks(title=render.LABELS["title"], fill_width=True)
    with page:
        gr.HTML(render.render_header(len(index.articles())), elem_id="masthead")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="conversation"):
                _Conversation(
                    answer,
                    chatbot=_chatbot(),
                    textbox=_question_box(),
                    examples=list(examples),
                    api_name="ask",
                    api_description="Answer a question with a sentence of the articles, as HTML.",
                    concurrency_limit=MAX_AT_ONCE,
                    show_progress="hidden",
                )
            with gr.Column(elem_id="source"):
                # The default template and a constant value: Gradio evaluates what is in a
                # template, so articles reach the page through `open_source` alone.
                gr.HTML(
                    render.render_panel(),
                    apply_default_css=False,
                    js_on_load=_asset("page.js"),
                    server_functions=[open_source],
                )
        page.queue(max_size=MAX_WAITING)
    return page


@contextlib.contextmanager
def serving(index: Index, *, port: int, examples: Sequence[str] = ()) -> Iterator[str]:
    """Serve the page while the context lasts, and give its URL; port 0 takes any free one.

    `Blocks.launch` is not used: it asks its own server whether it runs, through the
    user's HTTP proxy if there is one, and fails when the proxy cannot reach it.
    """
    with _listen(port) as listener:
        page = gr.mount_gradio_app(
            FastAPI(openapi_url=None, middleware=[Middleware(_SecurityHeaders)]),
            build_page(index, examples=examples),
            path="/",
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            # Its own fonts would be fetched, from this server but for nothing.
            theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
            css=_asset("page.css"),
        )
        config = uvicorn.Config(page, log_level="error", timeout_graceful_shutdown=3)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            if not server.started:
                raise RagError(f"the page's server at {HOST}:{port} did not start; try again")
            yield f"http://{HOST}:{listener.getsockname()[1]}/"
        finally:
            # Ends the stream that each browser keeps open and that uvicorn would wait for.
            gradio_app: Any = next(r.app for r in page.routes if isinstance(r, Mount))
            gradio_app.stop_event.set()
            server.should_exit = True
            thread.join()


def serve(
    index: Index,
    *,
    port: int,
    examples: Sequence[str] = (),
    on_ready: Callable[[str], None],
) -> None:
    """Serve the page until it is interrupted; `on_ready` is given its URL."""
    with serving(index, port=port, examples=examples) as url:
        on_ready(url)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


class _Conversation(gr.ChatInterface):
    """A `ChatInterface` that shows the asker's words as they are.

    Gradio renders them as Markdown and HTML, so a pasted image would be fetched. They are
    escaped where a message enters the history, and read back where "retry" takes it out.
    """

    def _message_as_message_dict(self, message: Any, role: Any) -> list[Any]:
        if role == "user":
            question = message["text"] if isinstance(message, dict) else str(message)
            message = render.render_question(question) if question.strip() else []
        return super()._message_as_message_dict(message, role)

    def _pop_last_user_message(self, history: list[Any]) -> tuple[list[Any], Any]:
        history, shown = super()._pop_last_user_message(history)
        return history, render.read_question(str(shown))


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        label=render.LABELS["conversation"],
        container=False,
        placeholder=render.render_welcome(),
        layout="panel",
        autoscroll=False,
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        allow_tags=False,
        elem_id="turns",
    )


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        label=render.LABELS["placeholder"],
        placeholder=render.LABELS["placeholder"],
        submit_btn=render.LABELS["send"],
        max_lines=8,
        autofocus=True,
        elem_id="question",
    )


class _SecurityHeaders:
    """Middleware that adds `SECURITY_HEADERS` to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _exchanges(messages: Sequence[Any]) -> list[tuple[str, str]]:
    """Return the (question, answer) pairs of a conversation as Gradio keeps it."""
    said = [(message["role"], _text(message["content"])) for message in messages]
    return [
        (one, other)
        for (role, one), (other_role, other) in pairwise(said)
        if (role, other_role) == ("user", "assistant")
    ]


def _text(content: Any) -> str:
    """Return a message's text: Gradio keeps it as a string, or in a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part.get("type") == "text")


def _read_source_request(request: Any) -> tuple[str, list[tuple[int, int]]]:
    """Return the article id and spans that a browser asks for; ValueError if they are not that."""
    match request:
        case {"article": str(article_id), "spans": [*spans]} if 0 < len(spans) <= MAX_SPANS:
            if all(_is_span(span) for span in spans):
                return article_id, [(start, end) for start, end in spans]
    raise ValueError(f"not a request for a source: {request!r}")


def _is_span(span: Any) -> bool:
    return isinstance(span, list) and len(span) == 2 and all(type(end) is int for end in span)


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise RagError(
            f"the page cannot be served at {HOST}:{port} ({error}); "
            "choose another port, as in: rag chat --port 7861"
        ) from error


def _asset(name: str) -> str:
    return (files("rag") / "page" / name).read_text(encoding="utf-8")
