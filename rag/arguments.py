"""The command line's commands and options, and how their values are read.

Knows argparse; what a command does is `cli`'s.
"""

import argparse
import re
from pathlib import Path
from typing import Any, get_args

from rag.types import Arm

DESCRIPTION = "Cited answers from a folder of articles: offline, in any language."


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; what is parsed names its `command`."""
    root = argparse.ArgumentParser(prog="rag", description=DESCRIPTION)
    commands = root.add_subparsers(metavar="COMMAND", dest="command", required=True)

    def command(name: str, told: str) -> Any:
        sub = commands.add_parser(name, help=told, description=told)
        sub.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
        if name != "model":
            sub.add_argument(
                "--index", type=Path, default=Path("index"), metavar="DIR", help="default: index"
            )
        return sub

    index = command("index", "Bring the index up to date with a folder of articles.")
    index.add_argument("folder", type=Path, metavar="FOLDER")
    index.add_argument(
        "--model", metavar="NAME", help="any sentence-transformers model (default: as it was)"
    )
    search = command("search", "Find the passages that fit a question best.")
    search.add_argument("question", type=_question, metavar="QUESTION")
    search.add_argument("-k", type=_positive, default=5, help="how many (default: 5)")
    search.add_argument(
        "--per-article", type=_positive, metavar="N", help="hits from one article (default: 5)"
    )
    ask = command("ask", "Answer a question with a sentence of the articles, cited.")
    ask.add_argument("question", type=_question, metavar="QUESTION")
    for sub in (search, ask):
        _add_filters(sub)
    article = command("article", "Print an article's text as it was indexed.")
    article.add_argument("id", metavar="ID", help="its path relative to the indexed folder")
    chat = command("chat", "Serve the chat page on this machine.")
    chat.add_argument("--port", type=_positive, default=7860, help="default: 7860")
    bench = command("bench", "Measure retrieval and answers on files of questions.")
    bench.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="questions about --index (JSON Lines), or SQuAD-format files, each with passages of "
        "its own; those with the same question ids are measured across languages too",
    )
    squad = bench.add_argument_group("for SQuAD-format files")
    squad.add_argument(
        "--arms", type=_arms, metavar="ARM,…", help="dense,sparse,dense+sentence,hybrid (default)"
    )
    squad.add_argument(
        "--every", type=_natural, metavar="N", help="ask every Nth question (PIAF's test: 3)"
    )
    squad.add_argument(
        "--offset",
        type=_natural,
        metavar="K",
        help="with --every: those whose running index in the file, from 0, is K modulo N "
        "(default: 0; PIAF's tuning: 1 and 2)",
    )
    squad.add_argument("--model", metavar="NAME", help="any sentence-transformers model")
    command("doctor", "Check the index, the model and the environment.")
    model = command("model", "Export the bundled model as a sentence-transformers folder.")
    model.add_argument("action", choices=["export"])
    model.add_argument("directory", type=Path, metavar="DIR")
    return root


def _add_filters(parser: argparse.ArgumentParser) -> None:
    for name in ("since", "until"):
        parser.add_argument(
            f"--{name}",
            type=_date,
            metavar="DATE",
            help="2025, 2025-04 or 2025-04-01",
        )
    for name in ("source", "language", "article"):
        parser.add_argument(f"--{name}", action="append", metavar=name.upper(), default=[])


def _date(text: str) -> str:
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2025, 2025-04 or 2025-04-01")
    return text


def _question(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("the question is empty")
    return text


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _natural(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _arms(text: str) -> list[str]:

    arms, known = text.split(","), get_args(Arm)
    for arm in arms:
        if arm not in known:
            raise argparse.ArgumentTypeError(f"{arm!r} is none of {', '.join(known)}")
    return list(dict.fromkeys(arms))
