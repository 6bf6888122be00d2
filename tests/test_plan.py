"""What a build would do, told before it does it; and what it refuses to do."""

import json
from pathlib import Path

import pytest
from conftest import WordEncoder

from rag.building.build import build_index, plan_index
from rag.building.plan import Plan
from rag.cli import main
from rag.corpus.passages import Splitter
from rag.encoders import BUNDLED
from rag.errors import CorpusError, IndexMismatch
from rag.index import open_index
from rag.store.manifest import live_generation


@pytest.fixture
def index(folder: Path, tmp_path: Path, words: WordEncoder) -> Path:
    build_index(folder, tmp_path / "index", encoder=words)
    return tmp_path / "index"


def change(folder: Path) -> None:
    """Make it +2 ~1 -1; one of the two is a rename."""
    (folder / "train.txt").rename(folder / "renamed.txt")
    (folder / "new.txt").write_text("The river is wide.\n")
    (folder / "bridge.txt").write_text("The bridge crosses the river. It is closed.\n")


def files(index: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}


def test_a_plan_names_what_comes_changes_and_goes(folder: Path, index: Path) -> None:
    assert plan_index(folder, index) == Plan((), (), (), 2, settled=True, problems=())
    (folder / "same.txt").write_text("Nothing changes here. It is a river.\n")
    change(folder)
    plan = plan_index(folder, index)
    assert plan.added == ("new.txt", "renamed.txt", "same.txt")
    assert (plan.changed, plan.removed) == (("bridge.txt",), ("train.txt",))
    assert (plan.unchanged, plan.settled, str(plan)) == (0, False, "+3 ~1 -1")


def test_a_dry_run_says_the_plan_and_touches_nothing(
    folder: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder)
    before = files(index)
    dry = ["index", str(folder), "--index", str(index), "--dry-run"]
    assert main(dry) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == ["+2 ~1 -1  (0 unchanged)", "+ new.txt", "+ renamed.txt", "~ bridge.txt",
                    "- train.txt"]  # fmt: skip
    assert main([*dry, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["added"], plan["changed"]) == (["new.txt", "renamed.txt"], ["bridge.txt"])
    assert files(index) == before


def test_a_dry_run_where_there_is_no_index_makes_none(folder: Path, tmp_path: Path) -> None:
    assert str(plan_index(folder, tmp_path / "none")) == "+2 ~0 -0"
    assert not (tmp_path / "none").exists()
    with pytest.raises(CorpusError):
        plan_index(tmp_path / "nothing", tmp_path / "none")


def test_the_plan_is_told_before_anything_is_embedded(
    folder: Path, index: Path, words: WordEncoder
) -> None:
    change(folder)
    words.encoded.clear()
    told: list[tuple[str, int]] = []
    build_index(
        folder, index, encoder=words,
        on_plan=lambda plan: told.append((str(plan), len(words.encoded))),
    )  # fmt: skip
    assert told == [("+2 ~1 -1", 0)]
    assert words.encoded


def test_a_renamed_article_is_not_embedded_again(
    folder: Path, index: Path, words: WordEncoder
) -> None:
    (folder / "train.txt").rename(folder / "renamed.txt")
    words.encoded.clear()
    report = build_index(folder, index, encoder=words)
    assert (report.added, report.removed, report.embedded, words.encoded) == (1, 1, 0, [])
    assert open_index(index, encoder=words).articles() == ("bridge.txt", "renamed.txt")


def refused(folder: Path, index: Path, **settings: object) -> str:
    """Return how a build is refused, having checked that nothing was changed."""
    before = files(index)
    with pytest.raises(IndexMismatch) as caught:
        build_index(folder, index, **settings)
    message = str(caught.value)
    live = live_generation(index)
    assert {path: content for path, content in files(index).items() if live in path.parents} == {
        path: content for path, content in before.items() if live in path.parents
    }
    assert live_generation(index) == live
    return message


def test_another_model_is_refused_by_name_before_it_is_loaded(folder: Path, index: Path) -> None:
    mend = f"rag index {folder} --index {index} --model no/such --rebuild"
    assert refused(folder, index, model="no/such").endswith(f"rebuild it with: {mend}")
    with pytest.raises(IndexMismatch, match="--model no/such --rebuild"):
        plan_index(folder, index, model="no/such")


def test_another_encoder_is_refused_and_replaces_all_vectors_when_told_to(
    folder: Path, index: Path
) -> None:
    other = WordEncoder("river", "night")
    assert "d=4) but 'words'" in refused(folder, index, encoder=other)
    report = build_index(folder, index, encoder=other, rebuild=True)
    assert len(set(other.encoded)) == len(other.encoded) == report.embedded > 0
    assert open_index(index, encoder=other).generation.dense.dimension == 2


def test_another_splitter_is_refused_and_keeps_the_vectors_when_told_to_rebuild(
    folder: Path, index: Path, words: WordEncoder
) -> None:
    shorter = Splitter(passage_tokens=199)
    assert "passage_tokens': 200" in (
        told := refused(folder, index, encoder=words, splitter=shorter)
    )
    assert told.endswith(f"rag index {folder} --index {index} --rebuild")
    report = build_index(folder, index, encoder=words, splitter=shorter, rebuild=True)
    assert (report.unchanged, report.embedded) == (False, 0)


@pytest.mark.parametrize(("version", "age"), [(2, "older"), (99, "newer")])
def test_another_format_is_refused_until_told_to_rebuild(
    folder: Path, index: Path, words: WordEncoder, version: int, age: str
) -> None:
    path = live_generation(index) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": version}))
    told = refused(folder, index, encoder=words)
    assert f"format {version}, {age}" in told
    assert told.endswith(f"rag index {folder.resolve()} --index {index} --model words --rebuild")
    report = build_index(folder, index, encoder=words, rebuild=True)
    assert report.articles == 2
    open_index(index, encoder=words)


def test_the_mending_command_can_be_pasted_into_a_shell(tmp_path: Path, words: WordEncoder) -> None:
    folder, index = tmp_path / "my articles", tmp_path / "my index"
    folder.mkdir()
    (folder / "a.txt").write_text("The river is wide.\n")
    build_index(folder, index, encoder=words)
    told = refused(folder, index, model=BUNDLED)
    assert f"rag index '{folder}' --index '{index}' --model {BUNDLED} --rebuild" in told
