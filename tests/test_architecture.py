"""Imports go one way, and each library has one door."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import rag

PACKAGE = Path(rag.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
}
CLI = ("arguments", "asking", "entry", "keeping", "measuring", "output", "serving", "values")
DOORS = {
    "chardet": {"rag.corpus.readers.text"},
    "yaml": {"rag.corpus.readers.text"},
    "lxml": {f"rag.corpus.readers.{name}" for name in ("epub", "html_blocks", "trees", "web")},
    "trafilatura": {"rag.corpus.readers.web"},
    "pypdfium2": {"rag.corpus.readers.pdf"},
    "mammoth": {"rag.corpus.readers.word"},
    "rensa": {"rag.corpus.resemblance"},
    "dateparser": {"rag.corpus.metadata"},
    "py3langid": {"rag.corpus.metadata"},
    "langchain_text_splitters": {"rag.corpus.passages"},
    "onnxruntime": {"rag.bundled.model", "rag.bundled.calibrate"},
    "sentencex": {"rag.corpus.passages"},
    "Stemmer": {"rag.terms"},
    "anyascii": {"rag.terms"},
    "sentence_transformers": {"rag.encoders"},
    "onnx": {"rag.bundled.graph"},
    "tokenizers": {
        *("rag.bundled.model", "rag.bundled.calibrate", "rag.bundled.tokenizer"),
        *("rag.answering.reader", "rag.training.query_encoder"),  # the former for its type
    },
    "faiss": {"rag.store.dense"},
    "ir_measures": {"rag.bench.metrics"},
    "matplotlib": {"rag.bench.report.charts"},
    "pydantic": {
        *("rag.web.api", "rag.web.mcp_tools", "rag.web.page_data"),
        *("rag.bench.saved", "rag.bench.store"),
    },
    "gradio": {"rag.web.app"},
    "uvicorn": {"rag.web.server"},
    "mcp": {"rag.web.mcp_tools"},
    "fastapi": {"rag.web.api", "rag.web.app", "rag.web.server", "rag.web.page_data"},
    "babel": {"rag.web.labels", "rag.training.places"},
    "pydantic_core": {"rag.generate.drafts"},
    "httpx2": {"rag.generate.client"},
    "watchfiles": {"rag.building.watch"},
    "argparse": {
        *(f"rag.cli.{name}" for name in CLI),
        *(
            "rag.training.average",
            "rag.training.judgement",
            "rag.training.lexical",
            "rag.training.late_interaction",
            "rag.training.query_encoder",
            "rag.training.reader",
        ),
    },
    "sklearn": {"rag.training.judgement"},
    "scipy": {"rag.training.judgement"},
    "torch": {f"rag.training.{name}" for name in ("query_encoder", "reader", "tuning")},
    "transformers": {"rag.training.tuning"},
}
NEVER = {"pickle", "marshal", "shelve", "requests", "httpx", "openai", "urllib.request"}


def imports(path: Path, *, inside_functions: bool = True) -> set[str]:
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if inside_functions else iter(tree.body)
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_imports_form_no_cycle() -> None:
    own = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}
    own.pop("rag.__init__")  # names its modules lazily, for users only
    TopologicalSorter(own).prepare()  # raises CycleError


@pytest.mark.parametrize("library", DOORS)
def test_only_its_door_imports_a_library(library: str) -> None:
    importers = {
        name
        for name, path in MODULES.items()
        if any(i == library or i.startswith(library + ".") for i in imports(path))
    }
    assert importers <= DOORS[library]
    assert importers


def test_only_the_command_line_makes_a_language_model_and_only_the_page_is_handed_one() -> None:
    """So that nothing can be sent anywhere but where a URL was given."""
    users, makers = set(), set()
    for name, path in MODULES.items():
        if not name.startswith("rag.generate"):
            found = imports(path)
            users |= {name for i in found if i.startswith("rag.generate")}
            makers |= {name for i in found if i.startswith("rag.generate.client")}
            calls = (
                node.func
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Call)
            )
            makers |= {name for call in calls if getattr(call, "id", "") == "LanguageModel"}
    page = {
        "rag.web.app",
        "rag.web.server",
        "rag.web.conversation",
        "rag.web.render.answer",
        "rag.web.render.written",
    }
    assert makers == {"rag.cli.asking"}
    assert users <= page | {"rag.cli.asking"}


def test_nothing_unpickles_or_makes_requests() -> None:
    for name, path in MODULES.items():
        assert not imports(path) & NEVER, name


def test_only_the_command_line_prints_and_only_two_places_touch_the_environment() -> None:
    printing, environment = set(), set()
    for name, path in MODULES.items():
        if name.startswith("rag.training."):  # scripts, with a command line of their own
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                printing.add(name)
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
                environment.add(name)
    assert all(name.startswith("rag.cli.") for name in printing)
    # The key of a language model; one variable that Gradio reads while it is imported.
    assert environment <= {"rag.cli.asking", "rag.web.app"}


def test_the_command_line_imports_the_rest_inside_its_commands() -> None:
    own = {name for name in MODULES if name.startswith("rag.cli.")}
    light = {"rag.errors", "rag.terminal", "rag.types"}
    for name in own:
        top = imports(MODULES[name], inside_functions=False)
        assert top & MODULES.keys() <= own | light, name


def test_an_index_is_written_through_the_functions_that_the_fault_harness_watches() -> None:
    steps = {"write_text", "write_bytes", "save", "savez", "rename", "unlink", "rmtree", "rmdir",
             "mkdir", "mkdtemp", "mkstemp", "touch", "write_index", "tofile"}  # fmt: skip
    allowed = {"rag.store.files", "rag.store.dense"}  # FAISS writes into a file that it is given
    others = (
        *("rag.bench.", "rag.bundled.", "rag.corpus.readers."),
        *("rag.generate.", "rag.training."),
    )
    for name, path in MODULES.items():
        if name.startswith(others) or name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(getattr(node, "func", None), "attr", None)
            through = getattr(getattr(getattr(node, "func", None), "value", None), "id", None)
            assert called not in steps or through == "files", f"{name}:{node.lineno} {called}"
