"""Breaks builds and indexes in every way, and looks at what is left.

    python tests/faults.py            all of it, quickly; as the tests run it, part by part
    python tests/faults.py --full     all of it, thoroughly: `make faults`
    python tests/faults.py kills      one part

Each part prints one JSON line: what was tried, how often, and what came of it. A process of
its own, so that it can fork: the build that is killed is a child's.
"""

import argparse
import errno
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, NoReturn

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

from conftest import WordEncoder

from rag.building.build import build_index
from rag.building.vectors import cached
from rag.doctor import examine_index
from rag.errors import IndexLocked, RagError
from rag.index import Index, open_index
from rag.store.dense import DenseIndex
from rag.store.manifest import live_generation
from rag.store.publish import generations, leftovers

WORDS = ("river", "bridge", "train", "night", "ferry", "snow")
QUESTIONS = ("Where does the bridge go?", "When does the train leave?", "Is there a ferry?")
STEPS = ("open", "write", "fsync", "rename", "replace", "unlink", "rmdir", "mkdir", "truncate",
         "ftruncate", "chmod")  # fmt: skip
Act = Literal["kill", "torn", "full", "ENOSPC", "EIO"]
BLOCK = 4096


class Scene:
    """An index over a folder that has changed since, and the answers before and after."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder, self.base = home, home / "articles", home / "base"
        self.encoder = WordEncoder(*WORDS)
        self.folder.mkdir()
        self.write(new=False)
        self.build(self.base)
        self.old = fingerprint_of(self.base)
        self.write(new=True)
        with self.index() as copy:
            self.fresh = self.build(copy).embedded  # texts that the change brings
        self.build(home / "new")
        self.new = fingerprint_of(home / "new")
        self.expected = {self.old: self.answers(self.base), self.new: self.answers(home / "new")}
        assert self.expected[self.old] != self.expected[self.new]

    def write(self, *, new: bool) -> None:
        """Give the folder its old or its new articles."""
        for path in self.folder.iterdir():
            path.unlink()
        state = "closed for the night" if new else "open at night"
        texts = {
            "bridge.txt": f"The old bridge\n\nThe bridge crosses the river. It is {state}.\n",
            "snow.txt": "Snow fell on the river. The train stood in the snow all night.\n",
        }
        if new:
            texts["ferry.txt"] = "The ferry crosses the river at night. The ferry is late.\n"
        else:
            texts["train.txt"] = "The train leaves at night. The train is late.\n"
        for name, text in texts.items():
            (self.folder / name).write_text(text)

    def build(self, index: Path) -> Any:
        """Bring an index up to date."""
        return build_index(self.folder, index, encoder=self.encoder)

    def answers(self, index: Path | Index) -> list[Any]:
        """Return what an index says to all questions, but for times and files' states."""
        opened = (
            index
            if isinstance(index, Index)
            else open_index(index, encoder=self.encoder, read=False)
        )
        return [said(opened, question) for question in QUESTIONS]

    @contextmanager
    def index(self) -> Iterator[Path]:
        """Give a copy of the index to break."""
        copy = self.home / "copy"
        shutil.copytree(self.base, copy)
        try:
            yield copy
        finally:
            shutil.rmtree(copy)

    def check(self, index: Path) -> str:
        """Return "old" or "new", as which of them the index answers; it must be one."""
        opened = open_index(index, encoder=self.encoder, read=False)
        assert self.answers(opened) == self.expected[opened.fingerprint]
        return "old" if opened.fingerprint == self.old else "new"


def said(index: Index, question: str) -> Any:
    answer = asdict(index.ask(question))
    answer.pop("timings_ms")
    for citation in answer["citations"]:
        citation.pop("changed")
    return answer


def fingerprint_of(index: Path) -> str:
    return live_generation(index).name.split("-")[1]


class Steps:
    """Counts this process's steps on the disk, and does something at one of them."""

    def __init__(self, at: int | None, act: Act = "kill") -> None:
        self.at, self.act = at, act
        self.count = 0
        for name in STEPS:
            setattr(os, name, self._counting(name, getattr(os, name)))

    def _counting(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return step(*args, **kwargs)
            self.count += 1
            if self.count == self.at:
                return self._strike(name, step, args, kwargs)
            if (
                self.act == "full"
                and self.at
                and self.count > self.at
                and name in ("write", "mkdir")
            ):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return step(*args, **kwargs)

        return call

    def _strike(self, name: str, step: Callable[..., Any], args: Any, kwargs: Any) -> NoReturn:
        if self.act == "torn":
            step(args[0], bytes(args[1])[: len(args[1]) // 2]) if name == "write" else step(
                *args, **kwargs
            )
        if self.act in ("kill", "torn"):
            os.kill(os.getpid(), signal.SIGKILL)
        number = errno.EIO if self.act == "EIO" else errno.ENOSPC
        raise OSError(number, os.strerror(number))


def build_in_child(scene: Scene, index: Path, at: int | None, act: Act) -> str:
    """Build in a child that is struck at a step; return how that ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            steps = Steps(at, act)
            scene.build(index)
            code = 0 if at is None or steps.count >= at else 4  # 4: there is no such step
        except RagError:
            code = 3
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return "killed"
    return {0: "built", 3: "refused", 4: "over"}[os.WEXITSTATUS(status)]


def strike(scene: Scene, act: Act) -> dict[str, Any]:
    """Strike a build at each of its steps, and look at the index each time."""
    ended: Counter[str] = Counter()
    at = furthest = 0
    while True:
        at += 1
        with scene.index() as index:
            end = build_in_child(scene, index, at, act)
            if end == "over":
                break
            serves = scene.check(index)
            assert end != "built" or serves == "new"
            ended[f"{end}, {serves} serves"] += 1
            kept = sum(state.good for state in cached(index)) if serves == "old" else scene.fresh
            assert scene.build(index).embedded == scene.fresh - kept
            furthest = max(furthest, kept)
            assert scene.check(index) == "new"
            assert not leftovers(index)
            assert not cached(index)
    assert furthest == scene.fresh  # what had been embedded was found again
    return {"what": f"{act} at every step of a build", "tried": at - 1, "ended": dict(ended)}


def kills(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """SIGKILL in the middle of each write and right after each other step; in full, before, too."""
    for act in ("kill", "torn") if full else ("torn",):
        yield strike(scene, act)


def errors(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """One step after the other fails; and the disk is full from one step on."""
    for act in ("ENOSPC", "EIO", "full") if full else ("EIO", "full"):
        yield strike(scene, act)


def damage(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """Every file cut at many lengths, and with one bit flipped in every 4 KB."""
    chance = random.Random(0)
    for path in sorted(path for path in scene.base.rglob("*") if path.is_file()):
        name = path.relative_to(scene.base)
        content = path.read_bytes()
        if not content:
            continue
        few = 400 if full else 12
        cuts = sorted({0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(few))})
        told = [noticed(scene, name, content[:length]) for length in cuts]
        every = 16 if full else min(BLOCK, max(len(content) // 8, 1))
        for low in range(0, len(content), every):
            at = min(low + chance.randrange(every), len(content) - 1)
            flipped = bytearray(content)
            flipped[at] ^= 1 << chance.randrange(8)
            told.append(noticed(scene, name, bytes(flipped)))
        yield {"what": f"damage to {name}", "tried": len(told), "ended": dict(Counter(told))}
        assert set(told) == {"noticed at open"}, name


def noticed(scene: Scene, name: Path, content: bytes) -> str:
    with scene.index() as index:
        (index / name).write_bytes(content)
        try:
            scene.check(index)
        except RagError:
            return "noticed at open"
        checks = [check for check in examine_index(index) if check.name != "articles"]
        wrong = [check for check in checks if not check.ok]
        return "noticed by doctor" if wrong else "not noticed, right answers"


def forged(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """FAISS reads a damaged file whose hash nobody has checked: it is refused or read, no more."""
    content = (live_generation(scene.base) / "passages.faiss").read_bytes()
    path = scene.home / "forged.faiss"
    ended: Counter[str] = Counter()
    for at in range(len(content) if full else 45):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            path.write_bytes(flipped)
            try:
                DenseIndex.read(path)
                ended["read"] += 1
            except ValueError:
                ended["refused"] += 1
    for length in range(0, len(content), 1 if full else 16):
        path.write_bytes(content[:length])
        try:
            DenseIndex.read(path)
            raise AssertionError(f"a FAISS file of {length} bytes was read")
        except ValueError:
            ended["refused"] += 1
    yield {"what": "FAISS files not hashed", "tried": ended.total(), "ended": dict(ended)}


def readers(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """Eight threads ask while another process builds one generation after the other."""
    with scene.index() as index:
        child = os.fork()
        if child == 0:
            try:
                for new in iter(lambda: None, 0):
                    for new in (False, True):
                        scene.write(new=new)
                        scene.build(index)
            finally:
                os._exit(1)
        opened = open_index(index, encoder=scene.encoder, read=False)
        seen: Counter[str] = Counter()
        wrong: list[str] = []
        end = time.monotonic() + (60 if full else 3)

        def ask() -> None:
            chance = random.Random(threading.get_ident())
            while time.monotonic() < end and not wrong:
                try:
                    row = chance.randrange(len(QUESTIONS))
                    answer = said(opened, QUESTIONS[row])
                    if answer != scene.expected[answer["index"]][row]:
                        wrong.append(f"mixed: {answer}")
                    hits = [asdict(hit) for hit in opened.search(QUESTIONS[row], k=10)]
                    if hits not in [list(own[row]["hits"]) for own in scene.expected.values()]:
                        wrong.append(f"mixed: {hits}")
                    seen[answer["index"]] += 1
                except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
                    wrong.append(repr(error))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        moves, before = 0, opened.generation.path
        while any(thread.is_alive() for thread in threads):
            now = opened.generation.path
            moves, before = moves + (now != before), now
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert not wrong, wrong[0]
        assert len(seen) == 2, seen
        held = {line.split("generations/")[1].split("/")[0]
                for line in Path("/proc/self/maps").read_text().splitlines()
                if str(index) in line and "generations/" in line}  # fmt: skip
        assert len(held) <= 2, held
        scene.write(new=True)
        yield {
            "what": "8 readers while generations change",
            "tried": seen.total(),
            "ended": {"right, of one generation": seen.total(), "generations": moves},
        }


def builders(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """Two builders at once; then the first one dies."""
    with scene.index() as index:
        ready, begun = os.pipe()
        child = os.fork()
        if child == 0:
            scene.encoder.encode_document = lambda _: (os.write(begun, b"x"), time.sleep(600))
            scene.build(index)
        os.read(ready, 1)
        try:
            scene.build(index)
            raise AssertionError("two built at once")
        except IndexLocked as error:
            told = str(error)
            assert f"process {child} on " in told, told
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert scene.check(index) == "old"
        scene.build(index)
        assert scene.check(index) == "new"
        yield {"what": "a second builder", "tried": 1, "ended": {"refused: " + told: 1}}
        yield {"what": "the lock of a dead builder", "tried": 1, "ended": {"taken over": 1}}


def reaping(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """Old generations go, but not the one that another process has open."""
    with scene.index() as index:
        ready, opened = os.pipe()
        ask, asked = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                held = open_index(index, encoder=scene.encoder, read=False, follow=False)
                os.write(opened, b"x")
                os.read(ask, 1)
                fresh = open_index(held.generation.path.parent.parent, encoder=scene.encoder)
                assert scene.answers(held) == scene.expected[scene.old]
                assert fresh.fingerprint != held.fingerprint
                code = 0 if (held.generation.path / "texts.utf8").exists() else 1
            finally:
                os._exit(code)
        os.read(ready, 1)
        held = live_generation(index)
        for number in range(6):
            (scene.folder / "extra.txt").write_text(f"The train number {number} is late.\n")
            scene.build(index)
        assert len(generations(index)) == 4  # the live one, two older ones, and the one in use
        os.write(asked, b"x")
        assert os.waitpid(child, 0)[1] == 0
        (scene.folder / "extra.txt").unlink()
        scene.build(index)
        assert len(generations(index)) == 3
        assert not held.exists()
        ended = {"kept while open, removed afterwards": 1}
        yield {"what": "a generation that another process has open", "tried": 1, "ended": ended}


def reading_only(scene: Scene, *, full: bool) -> Iterator[dict[str, Any]]:
    """An index on a disk that takes no write serves; a build there is refused."""
    with scene.index() as index:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                steps = Steps(1, "EIO")
                steps.at = None

                def refuse(event: str, args: tuple[Any, ...]) -> None:
                    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
                    if event == "open" and str(args[0]).startswith(str(index)) and args[2] & writes:
                        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(args[0]))

                sys.addaudithook(refuse)
                assert scene.check(index) == "old"
                assert steps.count == 0
                assert all(check.ok or check.name == "articles" for check in examine_index(index))
                try:
                    scene.build(index)
                except RagError:
                    code = 0 if scene.check(index) == "old" else 1
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        ended = {"serves, and refuses to build": 1}
        yield {"what": "an index that cannot be written", "tried": 1, "ended": ended}


PARTS = {part.__name__: part for part in
         (kills, errors, damage, forged, readers, builders, reaping, reading_only)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    memory = Path("/dev/shm")  # where flushing takes no time
    place = memory if not options.full and os.access(memory, os.W_OK) else None
    for name in options.parts or PARTS:
        with tempfile.TemporaryDirectory(dir=place) as home:
            for told in PARTS[name](Scene(Path(home)), full=options.full):
                print(json.dumps({"part": name} | told), flush=True)


if __name__ == "__main__":
    main()
