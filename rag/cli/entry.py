"""The command line: `rag index | search | ask | article | articles | chat | bench | …`.

Results go to stdout, progress and complaints to stderr. Exit codes: 0; 1 for an error
that the user can mend, in one line; 2 for wrong usage. Each command imports what it
needs inside, so that `rag --help` is instant and `rag ask` never imports torch or gradio.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

from rag.cli import asking, keeping, measuring, serving
from rag.cli.arguments import REPORT, WHY, parse
from rag.cli.output import complain
from rag.errors import RagError

_COMMANDS = {
    "index": keeping.index,
    "search": asking.search,
    "ask": asking.ask,
    "article": asking.article,
    "articles": asking.articles,
    "chat": serving.chat,
    "password": serving.password,
    "feedback": serving.feedback,
    "bench": measuring.bench,
    WHY: measuring.why,
    REPORT: measuring.report,
    "doctor": keeping.doctor,
    "model": keeping.model,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return _execute(parse(sys.argv[1:] if argv is None else argv))


def run() -> NoReturn:
    """Run one command as a process of its own."""
    args = parse(sys.argv[1:])
    code = _execute(args)
    # At once, while `args` holds the opened index: freeing a tokenizer's quarter of a
    # million pieces one by one takes 0.3 s.
    os._exit(code)


def _execute(args: argparse.Namespace) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = _COMMANDS[args.command](args)
        sys.stdout.flush()
    except RagError as error:
        complain(f"rag: {error}")
        return 1
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        kept = getattr(args, "save", None)
        told = (
            f"go on with --resume --save {kept}"
            if kept
            else "what was indexed before still serves, and what was embedded is kept"
        )
        complain(f"rag: interrupted; {told}")
        return 130
    return code
