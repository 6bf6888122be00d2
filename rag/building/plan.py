"""What a build would do: the folder's articles against those of the live generation."""

from collections.abc import Mapping
from dataclasses import dataclass

from rag.corpus.articles import Problem
from rag.store.generation import Generation


@dataclass(frozen=True, slots=True)
class Plan:
    """The ids of the articles that come, change and go, and how many stay as they are.

    `settled` where an index of the folder exists and holds just these articles.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    settled: bool
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return f"+{len(self.added)} ~{len(self.changed)} -{len(self.removed)}"


def compare(
    before: Generation | None,
    hashes: Mapping[str, str],
    corpus: str,
    problems: tuple[Problem, ...],
) -> Plan:
    """Compare a corpus, given by its articles' hashes and its own, with the generation before.

    An article that is the same file but reads otherwise than before counts as unchanged; only
    `settled` tells.
    """
    old = before.hashes() if before else {}
    return Plan(
        added=tuple(i for i in hashes if i not in old),
        changed=tuple(i for i, sha256 in hashes.items() if old.get(i, sha256) != sha256),
        removed=tuple(i for i in old if i not in hashes),
        unchanged=sum(old.get(i) == sha256 for i, sha256 in hashes.items()),
        settled=before is not None and before.manifest.corpus == corpus,
        problems=problems,
    )
