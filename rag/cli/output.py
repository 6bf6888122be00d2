"""What the commands share: results to stdout, complaints to stderr, the index that was named."""

import argparse
import json
import sys
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rag.index import Index


def print_json(value: Any, *, leave_out: str | None = None) -> int:
    """Print an object as one line of JSON and return 0."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    plain = {key: part for key, part in plain.items() if key != leave_out}
    print(json.dumps(plain, ensure_ascii=False), flush=True)
    return 0


def complain(line: str) -> None:
    """Print a line to stderr."""
    print(line, file=sys.stderr, flush=True)


def open_index_of(args: argparse.Namespace, *, follow: bool = True) -> "Index":
    """Open the index that was named; `args` keeps it."""
    from rag.index import open_index

    args.opened = open_index(args.index, progress=complain, follow=follow)
    return cast("Index", args.opened)
