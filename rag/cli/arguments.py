"""The command line's commands and options, and how their values are read.

Knows argparse; what a command does is its module's.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.cli import values
from rag.cli.bench_arguments import add_bench

DESCRIPTION = "Cited answers from a folder of articles: offline, in any language."


WHY, REPORT = "bench why", "bench report"


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the arguments. `bench` takes `why` or `report` as its next word; a file is ./why."""
    first = " ".join(argv[:2])
    root = parser()
    args = root.parse_args([first, *argv[2:]] if first in (WHY, REPORT) else argv)
    if (getattr(args, "llm_url", None) is None) != (getattr(args, "llm_model", None) is None):
        root.error("--llm-url and --llm-model go together")
    return args


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; what is parsed names its `command`."""
    root = argparse.ArgumentParser(prog="rag", description=DESCRIPTION)
    commands = root.add_subparsers(metavar="COMMAND", dest="command", required=True)

    def command(name: str, told: str) -> Any:
        sub = commands.add_parser(name, help=told, description=told)
        sub.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
        if name not in ("model", "password", WHY, REPORT):
            sub.add_argument(
                "--index", type=Path, default=Path("index"), metavar="DIR", help="default: index"
            )
        return sub

    index = command("index", "Bring the index up to date with a folder of articles.")
    index.add_argument("folder", type=Path, metavar="FOLDER")
    index.add_argument(
        "--model", metavar="NAME", help="any sentence-transformers model (default: as it was)"
    )
    index.add_argument(
        "--rebuild", action="store_true", help="replace an index of another model, splitter, format"
    )
    how = index.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="say what would be done, and stop")
    how.add_argument("--watch", action="store_true", help="keep the index up to date until Ctrl-C")
    search = command("search", "Find the passages that fit a question best.")
    search.add_argument("question", type=values.question, metavar="QUESTION")
    search.add_argument("-k", type=values.positive, default=5, help="how many (default: 5)")
    search.add_argument(
        "--per-article",
        type=values.positive,
        metavar="N",
        help="hits from one article (default: 5)",
    )
    search.add_argument(
        "--read", action="store_true", help="let the reader order the first ten (0.3 s)"
    )
    ask = command("ask", "Answer a question with a sentence of the articles, cited.")
    ask.add_argument("question", type=values.question, metavar="QUESTION")
    ask.add_argument(
        "--answer-from",
        type=values.confidence,
        metavar="P",
        help="least confidence, 0 to 1, of an answer: higher declines more (default: as fitted)",
    )
    ask.add_argument(
        "--after",
        type=values.question,
        action="append",
        default=[],
        metavar="QUESTION",
        help="what was asked before, which this question leaves something to; repeat",
    )
    add_model(ask)
    for sub in (search, ask):
        _add_filters(sub)
    article = command("article", "Print an article's text as it was indexed.")
    article.add_argument("id", metavar="ID", help="its path relative to the indexed folder")
    command("articles", "List the articles, with what they say about themselves.")
    chat = command("chat", "Serve the chat page on this machine.")
    chat.add_argument("--port", type=values.positive, default=7860, help="default: 7860")
    chat.add_argument(
        "--uploads", action="store_true", help="let readers of the page add files to the folder"
    )
    _add_network(chat)
    add_model(chat)
    password = command("password", "Add an account that may use the page, or change its password.")
    password.add_argument("file", type=Path, metavar="FILE", help="of rag chat --auth FILE")
    password.add_argument("name", metavar="NAME")
    command("feedback", "Print what readers said of answers, as lines for: rag bench FILE.")
    add_bench(command("bench", "Measure retrieval and answers, on your questions or public sets."))
    why = command(WHY, "Tell on which questions one of two runs of a saved measurement is better.")
    why.add_argument("directory", type=Path, metavar="DIR", help="of rag bench … --save DIR")
    why.add_argument(
        "--runs",
        type=values.two_runs,
        required=True,
        metavar="ONE,OTHER",
        help="such as hybrid,dense",
    )
    why.add_argument("--measure", metavar="NAME", help="default: the first that was measured")
    why.add_argument("--pair", metavar="NAME", help="only these questions (default: all)")
    why.add_argument(
        "-k", type=values.natural, default=5, help="how many wins, and losses, to show (default: 5)"
    )
    report = command(REPORT, "Write saved measurements as one HTML page that needs no network.")
    report.add_argument(
        "directories", type=Path, nargs="+", metavar="DIR", help="of rag bench … --save DIR"
    )
    report.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    report.add_argument("--title", help="of the page (default: Retrieval, measured)")
    doctor = command("doctor", "Check the index, the model and the environment.")
    doctor.add_argument(
        "--repair",
        action="store_true",
        help="move what is damaged aside and rebuild; delete nothing",
    )
    model = command("model", "Export the bundled model as a sentence-transformers folder.")
    model.add_argument("action", choices=["export"])
    model.add_argument("directory", type=Path, metavar="DIR")
    return root


def _add_network(chat: Any) -> None:
    network = chat.add_argument_group("on a network")
    network.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where to listen, such as 0.0.0.0; needs --auth or --no-auth (default: 127.0.0.1)",
    )
    who = network.add_mutually_exclusive_group()
    who.add_argument("--auth", type=Path, metavar="FILE", help="accounts, of rag password")
    who.add_argument("--no-auth", action="store_true", help="everyone who reaches it may use it")
    network.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="a name under which browsers reach the page, beside this machine's own; repeat",
    )
    network.add_argument(
        "--access-log", type=Path, metavar="FILE", help="on a network: stderr, if not given"
    )
    network.add_argument(
        "--log-questions", action="store_true", help="write what was asked to the log, too"
    )


def add_model(parser: Any) -> None:
    """Add the options of a language model; its key comes from the environment."""
    model = parser.add_argument_group(
        "a language model, optional: each of its claims is verified, RAG_LLM_KEY is its key"
    )
    model.add_argument(
        "--llm-url",
        type=values.url,
        metavar="URL",
        help="OpenAI-compatible, such as http://127.0.0.1:11434/v1",
    )
    model.add_argument(
        "--llm-model", metavar="NAME", type=values.question, help="as its server calls it"
    )
    model.add_argument(
        "--llm-timeout", type=values.positive, metavar="SECONDS", help="of an answer (default: 120)"
    )


def _add_filters(parser: argparse.ArgumentParser) -> None:
    for name in ("since", "until"):
        parser.add_argument(
            f"--{name}",
            type=values.date,
            metavar="DATE",
            help="2025, 2025-04 or 2025-04-01",
        )
    for name in ("source", "language", "article"):
        parser.add_argument(f"--{name}", action="append", metavar=name.upper(), default=[])
