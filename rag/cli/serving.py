"""The chat page, who may use it, and what its readers said: `chat`, `password`, `feedback`."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.asking import language_model
from rag.cli.output import complain, open_index_of, print_json
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.web.network import Exposure


def chat(args: argparse.Namespace) -> int:
    """Serve the chat page."""
    from rag.bench.questions import example_questions

    exposure, model = _exposure(args), language_model(args)
    index = open_index_of(args)
    index.prepare()  # whoever asks first should not wait for it
    examples = example_questions(Path(index.generation.manifest.folder))
    from rag.web.server import serve

    def ready(url: str) -> None:
        if args.json:
            print_json({"url": url, "index": index.fingerprint})
        else:
            print(f"Ask your articles at {url}  (Ctrl-C stops)", flush=True)

    serve(index, port=args.port, examples=examples, exposure=exposure, model=model, on_ready=ready)
    return 0


def _exposure(args: argparse.Namespace) -> "Exposure":
    """Return who can reach the page; on a network, not without a word on who may use it."""
    from rag.web.accounts import read_accounts
    from rag.web.network import Exposure

    log = _access_log(args)
    accounts = read_accounts(args.auth) if args.auth else None
    exposure = Exposure(
        host=args.host,
        names=tuple(args.name),
        accounts=accounts,
        log=log,
        log_questions=args.log_questions,
        uploads=args.uploads,
    )
    if not exposure.local and not accounts and not args.no_auth:
        raise RagError(
            f"--host {args.host} lets others reach the page: say who may use it with --auth FILE "
            "(make one with: rag password FILE NAME), or that everyone may with --no-auth"
        )
    return exposure


def _access_log(args: argparse.Namespace) -> Callable[[str], None] | None:
    if args.access_log:
        file = args.access_log.open("a", encoding="utf-8", buffering=1)
        return lambda line: print(line, file=file)
    from rag.web.network import Exposure

    return None if Exposure(args.host).local else complain


def password(args: argparse.Namespace) -> int:
    """Add an account to a file, or change its password."""
    from getpass import getpass

    from rag.web.accounts import write_account

    asked = "Password: "
    password = getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    write_account(args.file, args.name, password)
    if args.json:
        return print_json({"file": str(args.file), "name": args.name})
    print(f"{args.name} may now use the page of: rag chat --auth {args.file}")
    return 0


def feedback(args: argparse.Namespace) -> int:
    """Print what readers said of answers."""
    from rag.web.feedback import FILE, exported

    lines = exported(args.index / FILE)
    if args.json:
        return print_json({"judgements": [json.loads(line) for line in lines]})
    for line in lines:
        print(line)
    return 0
