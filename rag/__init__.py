"""Cited answers from a folder of articles.

    import rag

    rag.build_index("seeds", "index")
    index = rag.open_index("index")
    answer = index.ask("How many exaflops does the Kazakh supercomputer have?")
    answer.answer, answer.citations[0].article, answer.citations[0].start

Importing this package takes milliseconds: what a name needs is imported with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.building.build import BuildReport, build_index, plan_index
    from rag.building.plan import Plan
    from rag.errors import RagError
    from rag.index import Index, open_index
    from rag.types import Answer, Article, Citation, Filter, Hit

_HOME = {
    "Answer": "rag.types",
    "Article": "rag.types",
    "BuildReport": "rag.building.build",
    "Citation": "rag.types",
    "Filter": "rag.types",
    "Hit": "rag.types",
    "Index": "rag.index",
    "Plan": "rag.building.plan",
    "RagError": "rag.errors",
    "build_index": "rag.building.build",
    "open_index": "rag.index",
    "plan_index": "rag.building.build",
}

__all__ = [
    "Answer",
    "Article",
    "BuildReport",
    "Citation",
    "Filter",
    "Hit",
    "Index",
    "Plan",
    "RagError",
    "build_index",
    "open_index",
    "plan_index",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
