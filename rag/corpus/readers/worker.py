"""The process in which files are read that may have been made to harm.

It reads requests from its standard input and writes what it finds to its standard output, a
line of JSON each. It limits its own memory and time, and can neither open a connection nor
start a program nor write a file. Whatever goes wrong ends it: `confined` starts another.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Any, BinaryIO

from rag.corpus.readers.formats import read_file
from rag.errors import CorpusError

_FORBIDDEN = (
    *("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.spawn"),
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("pty.spawn", "shutil.", "webbrowser.", "urllib.Request"),
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main(seconds: float, memory: int, output: int) -> None:
    """Read files until the standard input ends. `output` characters may come of one file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_forbid)
    sys.excepthook = _end
    requests = sys.stdin.buffer
    while line := requests.readline():
        asked = json.loads(line)
        raw = requests.read(asked["bytes"])
        _answer(raw, asked["kind"], asked["entry"], seconds, output)


def _answer(raw: bytes, kind: str, entry: int, seconds: float, output: int) -> None:
    """Write what is in a file; in an archive, from its member `entry` on."""
    written = 0
    _alarm(seconds)
    try:
        for part in read_file(raw, kind, entry=entry):
            _alarm(0)  # whoever reads this may take their time
            written += len(part.read.text) if part.read else 0
            if written > output:
                raise CorpusError(f"holds more than {output:,} characters; split it")
            _write({"part": asdict(part)})
            _alarm(seconds)
    except CorpusError as error:
        _alarm(0)
        _write({"problem": str(error)})
    else:
        _alarm(0)
        _write({"end": True})


def _alarm(seconds: float) -> None:
    """Have the process end after so long, by a signal that nothing handles; 0 for never."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _write(frame: dict[str, Any]) -> None:
    stream: BinaryIO = sys.stdout.buffer
    # Halves of surrogate pairs in names are escaped; texts hold none.
    stream.write(json.dumps(frame, ensure_ascii=True).encode() + b"\n")
    stream.flush()


def _end(kind: type[BaseException], _error: BaseException, _where: TracebackType | None) -> None:
    """Say what could not be handled, in place of a traceback, as the process ends."""
    _write({"fault": "MemoryError" if issubclass(kind, MemoryError) else kind.__name__})


def _forbid(event: str, arguments: Sequence[Any]) -> None:
    if event == "open":
        flags = arguments[2]
        forbidden = isinstance(flags, int) and bool(flags & _WRITES)
    else:
        forbidden = event.startswith(_FORBIDDEN)
    if forbidden:
        raise PermissionError(f"a reader of articles may not do this: {event}")
