"""The chat page: wires a conversation about an index to Gradio.

Does not know how answers are found, what they look like as HTML, or how it is served.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.resources import files
from typing import Any

# Gradio calls home while it is being imported, and its `analytics_enabled` comes too late
# for that; so this is set here, beside the import, not in cli.py. The second one stops it
# from counting every question with pandas for a monitoring page that is switched off.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"

import gradio as gr
from fastapi import FastAPI
from gradio.events import api
from starlette.routing import Mount

from rag.generate import LanguageModel
from rag.index import Index
from rag.types import Turn
from rag.web.conversation import Message, read_asking, with_answer, with_question

MAX_AT_ONCE = 2  # questions answered at the same time
MAX_WAITING = 64  # questions in the queue; beyond it the page says that it is busy

_STYLES = ("frame", "conversation", "answer", "source", "dialogs", "articles", "print")
HEAD = "".join(f'<link rel="stylesheet" href="page/{name}.css">' for name in _STYLES)


def build_page(
    index: Index,
    *,
    model: LanguageModel | None = None,
    on_question: Callable[[str], None] | None = None,
) -> gr.Blocks:
    """Return the page that asks `index`: a conversation, and a panel that shows its sources.

    Everything on it but the conversation and the question box is HTML of our own, with
    constant values in the default template: Gradio evaluates what is in a template, so
    articles reach the page as messages, or through `page_data`.
    """

    def begin(question: str, turns: list[Any], asking: Any) -> tuple[list[Message], Any]:
        """Show a question at once, whoever waits for an answer before it."""
        return with_question(question, turns), {"question": question, "asking": asking}

    def answer(turns: list[Any], asked: Any) -> Iterator[list[Message]]:
        question = asked["question"]
        if question.strip():
            if on_question:
                on_question(question)
            asking = read_asking(asked["asking"])
            yield from with_answer(index, question, turns, asking, model=model)

    page = gr.Blocks(title="Ask the articles", fill_width=True)
    with page:
        gr.HTML(_asset("masthead.html"), elem_id="masthead")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="conversation"):
                turns = _chatbot()
                gr.HTML(_asset("tray.html"), elem_id="tray")
                box = _question_box()
            with gr.Column(elem_id="articles"):
                gr.HTML(_asset("articles.html"), apply_default_css=False)
            with gr.Column(elem_id="source"):
                gr.HTML(_asset("source.html"), apply_default_css=False)
        gr.HTML(_asset("dialogs.html"), elem_id="dialogs", apply_default_css=False)
        asked, go = gr.JSON(visible=False), gr.Button(visible="hidden", elem_id="go")
        shown = gr.Button(visible="hidden", elem_id="show")
        begun = gr.on(
            [box.submit, go.click],
            begin,
            inputs=[box, turns, asked],
            outputs=[turns, asked],
            js=_script("begin"),
            queue=False,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
        )
        answering = begun.then(
            answer,
            inputs=[turns, asked],
            outputs=turns,
            concurrency_limit=MAX_AT_ONCE,
            concurrency_id="answers",
            show_progress="hidden",
            api_visibility="private",
        )
        # "then" is not reached from a question that the queue refuses.
        for ending in (answering.then, answering.failure):
            ending(fn=None, inputs=turns, outputs=turns, js=_script("end"))
        box.stop(fn=None, inputs=turns, outputs=turns, js=_script("stop"), cancels=[answering])
        # An earlier conversation is kept by the browser alone, which puts it back.
        shown.click(fn=None, outputs=turns, js=_script("restored"))
        page.load(fn=None, js=_script("start"))
        _for_programs(index)
        page.queue(max_size=MAX_WAITING)
    return page


def _for_programs(index: Index) -> None:
    """Give `gradio_client` the two endpoints that the page has for people."""

    def ask(question: str, after: str = "") -> dict[str, Any]:
        """Answer a question with cited sentences of the articles; `after` is the one before it."""
        return asdict(index.ask(question, after=Turn(after) if after else None))

    def search(question: str, k: int = 5) -> list[dict[str, Any]]:
        """Find the k passages that fit a question best."""
        return [asdict(hit) for hit in index.search(question, k=k)]

    for endpoint in (ask, search):
        api(
            endpoint,
            api_name=endpoint.__name__,
            concurrency_limit=MAX_AT_ONCE,
            concurrency_id="answers",
        )


def mount_page(
    app: FastAPI,
    index: Index,
    *,
    model: LanguageModel | None = None,
    on_question: Callable[[str], None] | None = None,
) -> Mount:
    """Mount the page at the root of an app, and return where; its `app` has a `stop_event`."""
    gr.mount_gradio_app(
        app,
        build_page(index, model=model, on_question=on_question),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        max_file_size=1,  # byte: uploads through Gradio are closed elsewhere, too
        # Its own fonts would be fetched, from this server but for nothing.
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        head=HEAD,
    )
    return next(route for route in app.routes if isinstance(route, Mount) and route.path == "")


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        show_label=False,
        container=False,
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
        label="Question",
        submit_btn="Ask",
        stop_btn="Stop",
        max_lines=8,
        elem_id="question",
    )


def _script(name: str) -> str:
    """Return JavaScript that calls an exported function of the page's script."""
    return (
        "async (...given) => "
        f"(await import(new URL('page/main.js', document.baseURI))).{name}(...given)"
    )


def _asset(name: str) -> str:
    return (files("rag") / "web" / "page" / name).read_text(encoding="utf-8")
