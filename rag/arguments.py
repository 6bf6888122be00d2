"""The command line's commands and options, and how their values are read.

Knows argparse; what a command does is `cli`'s.
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from rag.types import Arm

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
    search.add_argument("question", type=_question, metavar="QUESTION")
    search.add_argument("-k", type=_positive, default=5, help="how many (default: 5)")
    search.add_argument(
        "--per-article", type=_positive, metavar="N", help="hits from one article (default: 5)"
    )
    search.add_argument(
        "--read", action="store_true", help="let the reader order the first ten (0.3 s)"
    )
    ask = command("ask", "Answer a question with a sentence of the articles, cited.")
    ask.add_argument("question", type=_question, metavar="QUESTION")
    ask.add_argument(
        "--answer-from",
        type=_confidence,
        metavar="P",
        help="least confidence, 0 to 1, of an answer: higher declines more (default: as fitted)",
    )
    ask.add_argument(
        "--after",
        type=_question,
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
    chat.add_argument("--port", type=_positive, default=7860, help="default: 7860")
    chat.add_argument(
        "--uploads", action="store_true", help="let readers of the page add files to the folder"
    )
    _add_network(chat)
    add_model(chat)
    password = command("password", "Add an account that may use the page, or change its password.")
    password.add_argument("file", type=Path, metavar="FILE", help="of rag chat --auth FILE")
    password.add_argument("name", metavar="NAME")
    command("feedback", "Print what readers said of answers, as lines for: rag bench FILE.")
    _add_bench(command("bench", "Measure retrieval and answers, on your questions or public sets."))
    why = command(WHY, "Tell on which questions one of two runs of a saved measurement is better.")
    why.add_argument("directory", type=Path, metavar="DIR", help="of rag bench … --save DIR")
    why.add_argument(
        "--runs", type=_two, required=True, metavar="ONE,OTHER", help="such as hybrid,dense"
    )
    why.add_argument("--measure", metavar="NAME", help="default: the first that was measured")
    why.add_argument("--pair", metavar="NAME", help="only these questions (default: all)")
    why.add_argument(
        "-k", type=_natural, default=5, help="how many wins, and losses, to show (default: 5)"
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


def _add_bench(bench: Any) -> None:
    bench.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="questions about --index or feedback on it (JSON Lines); or SQuAD-format files or "
        "BEIR-format folders, each with passages of its own: those with the same question ids "
        "are measured across languages too",
    )
    bench.add_argument("--format", choices=["questions", "feedback", "squad", "beir"])
    bench.add_argument(
        "--measures", metavar="NAMES", help='of ir-measures, such as "nDCG@10 R@100 RR@10 AP"'
    )
    bench.add_argument(
        "--arms", type=_arms, metavar="ARM,…", help="dense,sparse,dense+sentence,hybrid (default)"
    )
    bench.add_argument("--table", choices=["csv", "markdown", "latex"], help="print only a table")
    kept = bench.add_argument_group("keeping it")
    kept.add_argument("--save", type=Path, metavar="DIR", help="runs, qrels, figures, questions")
    kept.add_argument("--resume", action="store_true", help="go on with what --save DIR holds")
    kept.add_argument("--run-tag", type=_tag, metavar="TAG", help="of the TREC runs (rag)")
    gate = bench.add_argument_group("as a gate")
    gate.add_argument("--compare", type=Path, metavar="BASELINE")
    gate.add_argument(
        "--fail-if",
        action="append",
        metavar="CONDITION",
        default=[],
        help='exit 1 if the difference to BASELINE is such: "nDCG@10 < -0.01", of every arm, or '
        '"hybrid R@1 < -0.02"',
    )
    gate.add_argument("--write-baseline", type=Path, metavar="BASELINE")
    own = bench.add_argument_group("for SQuAD-format files and BEIR-format folders")
    own.add_argument(
        "--every", type=_natural, metavar="N", help="ask every Nth question (PIAF's test: 3)"
    )
    own.add_argument(
        "--offset",
        type=_natural,
        metavar="K",
        help="with --every: those whose running index in the file, from 0, is K modulo N "
        "(default: 0; PIAF's tuning: 1 and 2)",
    )
    own.add_argument("--model", metavar="NAME", help="any sentence-transformers model")
    own.add_argument("--answers", action="store_true", help="SQuAD: measure the answers too")
    own.add_argument(
        "--held-out-half",
        action="store_true",
        help="SQuAD: measure the answers with every second article left out of the index, so "
        "that half of the questions have none",
    )
    own.add_argument(
        "--given-passage",
        action="store_true",
        help="SQuAD: measure the answers with each question asked of its own passage alone",
    )
    own.add_argument("--split", metavar="NAME", help="BEIR: which of the qrels")
    own.add_argument(
        "--export-beir", type=Path, metavar="DIR", help="write a BEIR-format folder, and no more"
    )
    runs = bench.add_argument_group("for runs that you have, instead of FILE")
    runs.add_argument("--qrels", type=Path, metavar="FILE", help="TREC qrels")
    runs.add_argument(
        "--run", type=Path, metavar="FILE", action="append", default=[], help="a TREC run; repeat"
    )
    runs.add_argument("--topics", type=Path, metavar="FILE", help="TREC topics, or id, tab, text")
    runs.add_argument(
        "--missing-as-zero",
        action="store_true",
        help="a judged question that a run lacks counts as 0 (default: an error)",
    )


def add_model(parser: Any) -> None:
    """Add the options of a language model; its key comes from the environment."""
    model = parser.add_argument_group(
        "a language model, optional: each of its claims is verified, RAG_LLM_KEY is its key"
    )
    model.add_argument(
        "--llm-url",
        type=_url,
        metavar="URL",
        help="OpenAI-compatible, such as http://127.0.0.1:11434/v1",
    )
    model.add_argument("--llm-model", metavar="NAME", type=_question, help="as its server calls it")
    model.add_argument(
        "--llm-timeout", type=_positive, metavar="SECONDS", help="of an answer (default: 120)"
    )


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


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text, re.IGNORECASE):
        raise argparse.ArgumentTypeError(f"{text!r} is no URL such as http://127.0.0.1:11434/v1")
    return text


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _natural(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _confidence(text: str) -> float:
    if not re.fullmatch(r"0|1|0?\.[0-9]+|1\.0+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return float(text)


def _tag(text: str) -> str:
    if not re.fullmatch(r"\S+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not one word")
    return text


def _two(text: str) -> tuple[str, str]:
    names = text.split(",")
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is not two runs, such as hybrid,dense")
    return names[0], names[1]


def _arms(text: str) -> list[str]:
    arms, known = text.split(","), get_args(Arm)
    for arm in arms:
        if arm not in known:
            raise argparse.ArgumentTypeError(f"{arm!r} is none of {', '.join(known)}")
    return list(dict.fromkeys(arms))
