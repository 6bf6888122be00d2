"""Reads files in another process, which is stopped where it takes too much.

One process reads many files; it is started for the first, and again whenever it has ended.
"""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import rag
from rag.corpus.readers.blocks import Extracted
from rag.corpus.readers.parts import Part
from rag.errors import CorpusError
from rag.types import Mark, Metadata

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from rag.corpus.readers.worker import main; main(*json.loads(sys.argv[2]))"
)
_FILES_EACH = 1000  # after which a process is replaced: libraries keep some of what they read
_STOPPED_IN_A_FILE = 20  # times, after which the rest of an archive is left


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one article may take."""

    seconds: float = 60.0
    memory: int = 2 * 2**30  # bytes of address space
    output: int = 128 * 2**20  # characters of all articles of one file


class Confined:
    """A process that reads files. Close it, or use it as a context."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self.started = 0  # processes so far

    def __enter__(self) -> "Confined":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        process.wait()

    def read(self, raw: bytes, kind: str) -> Iterator[Part]:
        """Yield what a file holds. Raises CorpusError where it, or its rest, cannot be read."""
        entry, stopped = 0, 0
        while True:
            begun, reason = None, None
            for frame in self._ask(raw, kind, entry):
                if "part" not in frame:
                    reason = frame["reason"]
                    break
                part = _part(frame["part"])
                if part.entry is None:
                    yield part
                else:
                    begun, entry = part.place, part.entry + 1
            if reason is None:
                return
            if begun is None:
                raise CorpusError(reason)
            yield Part(begun, problem=reason)
            stopped += 1
            if stopped == _STOPPED_IN_A_FILE:
                raise CorpusError(f"holds {stopped} files that cannot be read; its rest is left")

    def _ask(self, raw: bytes, kind: str, entry: int) -> Iterator[dict[str, Any]]:
        """Yield the frames about a file; the last says why where the process ended in it.

        Raises CorpusError where the process says that there is nothing more to read in it.
        """
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise ValueError("the process was started without pipes")
        request = json.dumps({"kind": kind, "bytes": len(raw), "entry": entry})
        longest = 12 * self._limits.output  # a character is escaped as up to twelve
        with contextlib.suppress(BrokenPipeError):  # why it ended shows when its output is read
            process.stdin.write(request.encode() + b"\n")
            process.stdin.write(raw)
            process.stdin.flush()
        whole = False
        try:
            while line := process.stdout.readline(longest):
                frame: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
                whole = "end" in frame or "problem" in frame
                if "problem" in frame:
                    raise CorpusError(frame["problem"])
                if "part" not in frame:
                    break
                yield frame
            if not whole:
                yield {"reason": self._why(frame.get("fault") if line else None)}
        finally:
            if not whole:  # what is left of its output belongs to no other file
                self.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is not None and self._served >= _FILES_EACH:
            self.close()
        if self._process is None:
            paths = [str(Path(rag.__file__).parent.parent), *sys.path]
            limits = (self._limits.seconds, self._limits.memory, self._limits.output)
            # No shell, and nothing in it comes from a file.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", "-c", _START, json.dumps(paths), json.dumps(limits)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the build, which ends this process
            )
            self._served = 0
            self.started += 1
        self._served += 1
        return self._process

    def _why(self, fault: str | None) -> str:
        """End the process and return why it could not go on."""
        process = self._process
        code = None
        with contextlib.suppress(subprocess.TimeoutExpired):  # it writes on, beyond its limit
            code = process.wait(timeout=5) if process else None
        self.close()
        if code == -signal.SIGALRM:
            return f"takes longer than {self._limits.seconds:g} s to read"
        if fault == "MemoryError":
            return f"needs more than {self._limits.memory // 2**20} MiB to read"
        if fault is None and code is not None and code < 0:
            fault = signal.Signals(-code).name
        return f"cannot be read: its reader failed ({fault or f'exit {code}'})"


def _part(frame: dict[str, Any]) -> Part:
    read = frame["read"]
    if read is None:
        return Part(**frame)
    marks = tuple(Mark(**mark) for mark in read["marks"])
    found = Extracted(read["text"], Metadata(**read["metadata"]), marks)
    return Part(frame["place"], found, frame["sha256"])
