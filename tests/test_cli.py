"""The command line, as a script would use it."""

import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import SEEDS
from saved_example import save, twelve
from scripted_server import Reply, claims, in_pieces, number_of, scripted

from rag import cli
from rag.cli.arguments import parse
from rag.index import Index
from rag.terminal import safe

QUESTION = "How many exaflops does the Kazakh supercomputer have?"


def run(*args: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rag", *map(str, args)]
    return subprocess.run(command, check=check, capture_output=True, encoding="utf-8")


def test_ask_prints_one_json_object_and_nothing_else(seeds_folder: Path) -> None:
    done = run("ask", QUESTION, "--index", seeds_folder, "--json")
    answer = json.loads(done.stdout)
    assert list(answer) == [
        *("question", "answer", "answer_span", "abstained", "confidence", "citations", "hits"),
        *("index", "timings_ms", "parts", "differing", "completed", "unanswered", "generated"),
    ]
    assert answer["generated"] is None
    assert "deux exaflops" in answer["answer"]
    first = answer["citations"][0]
    assert list(first) == [
        *("number", "article", "title", "source", "published", "start", "end", "quote"),
        *("answer_span", "context", "page", "heading", "confidence", "changed"),
    ]
    assert (first["number"], first["changed"]) == (1, False)
    assert first["quote"] == answer["answer"]
    text = (SEEDS / first["article"]).read_text(encoding="utf-8")
    assert text[first["start"] : first["end"]] == first["quote"]
    span = answer["answer_span"]
    assert span == first["answer_span"]
    assert span["text"] in "environ deux exaflops"
    assert text[span["start"] : span["end"]] == span["text"]
    assert done.stderr == ""


def test_an_answer_below_the_asked_confidence_is_an_abstention(seeds_folder: Path) -> None:
    done = run("ask", QUESTION, "--answer-from", "1", "--index", seeds_folder, "--json")
    answer = json.loads(done.stdout)
    assert (answer["answer"], answer["answer_span"], answer["abstained"]) == (None, None, True)


def test_search_prints_hits_with_their_scores(seeds_folder: Path) -> None:
    found = json.loads(run("search", QUESTION, "-k", 3, "--index", seeds_folder, "--json").stdout)
    assert found["question"] == QUESTION
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]
    hit = found["hits"][0]
    assert set(hit["scores"]) == {"dense", "sentence", "sparse"}
    assert set(hit["sentence"]) == {"start", "end", "text"}
    text = (SEEDS / hit["article"]).read_text(encoding="utf-8")
    assert text[hit["start"] : hit["end"]] == hit["text"]


def test_filters_choose_articles_and_an_impossible_one_names_what_exists(
    seeds_folder: Path,
) -> None:
    chosen = ("--index", seeds_folder, "--json", "--since", "2025-05", "--source", "la gazette")
    found = json.loads(run("search", QUESTION, "-k", 3, *chosen).stdout)
    assert {hit["article"] for hit in found["hits"]} == {"002_85e8d226dcede907.txt"}
    answer = json.loads(run("ask", QUESTION, *chosen).stdout)
    assert {hit["article"] for hit in answer["hits"]} == {"002_85e8d226dcede907.txt"}
    done = run("ask", QUESTION, "--index", seeds_folder, "--source", "Reuters", check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("there are: Bruxelles Korner, La Gazette\n")


def test_article_prints_the_file_to_the_byte(seeds_folder: Path) -> None:
    command = [sys.executable, "-m", "rag", "article", "001_96800e28dcdd0e72.txt"]
    done = subprocess.run([*command, "--index", seeds_folder], check=True, capture_output=True)
    assert done.stdout == (SEEDS / "001_96800e28dcdd0e72.txt").read_bytes()
    told = json.loads(run(*command[3:], "--index", seeds_folder, "--json").stdout)
    assert told["author"] == "Nathan Hourcade"
    assert told["text"].encode() == done.stdout


def test_ask_imports_neither_torch_nor_transformers_nor_gradio(seeds_folder: Path) -> None:
    program = (
        "import sys; from rag.cli import main; main(sys.argv[1:]);"
        "heavy = ('torch', 'transformers', 'sentence_transformers', 'gradio', 'onnx', 'lxml');"
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, "ask", QUESTION, "--index", seeds_folder]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    assert done.stderr.strip() == "[]"
    assert "deux exaflops" in done.stdout.replace("\n", " ")


def test_help_and_import_are_instant() -> None:
    def seconds(*command: str) -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        return time.perf_counter() - begin

    bare = min(seconds("-c", "pass") for _ in range(3))
    assert min(seconds("-m", "rag", "--help") for _ in range(5)) - bare < 0.3
    assert min(seconds("-c", "import rag") for _ in range(5)) - bare < 0.1


def test_index_says_what_it_did(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    first = json.loads(run("index", folder, "--index", index, "--json").stdout)
    assert (first["added"], first["unchanged"]) == (2, False)
    assert "nothing to do" in run("index", folder, "--index", index).stdout
    (folder / "empty.txt").touch()
    (folder / "train.txt").unlink()
    done = run("index", folder, "--index", index)
    assert done.stdout.startswith("+0 ~0 -1 ")
    assert done.stderr == "rag: +0 ~0 -1\nrag: skipped: empty.txt is empty\n"


def test_an_error_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = run("ask", QUESTION, "--index", tmp_path / "none", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "rag index FOLDER" in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        *(["ask"], ["ask", " "], ["search", "x", "-k", "0"], ["chat", "--port", "x"], ["fly"]),
        *(["ask", "x", "--since", "2025-13"], ["ask", "x", "--answer-from", "2"]),
        *(["ask", "x", "--llm-url", "http://h/v1"], ["ask", "x", "--llm-model", "m"]),
        ["ask", "x", "--llm-url", "localhost:11434", "--llm-model", "m"],
    ],
)
def test_wrong_usage_is_exit_code_2(args: list[str]) -> None:
    assert run(*args, check=False).returncode == 2


def test_doctor_finds_a_healthy_index_healthy_and_names_a_flipped_byte(
    folder: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    run("index", folder, "--index", index)
    healthy = run("doctor", "--index", index, "--json")
    assert json.loads(healthy.stdout)["ok"]
    path = next((index / "generations").iterdir()) / "texts.utf8"
    path.write_bytes(path.read_bytes().replace(b"river", b"rover"))
    ill = run("doctor", "--index", index, "--json", check=False)
    assert ill.returncode == 1
    wrong = [c for c in json.loads(ill.stdout)["checks"] if not c["ok"]]
    assert [c["name"] for c in wrong] == ["index"]
    assert wrong[0]["mend"] == f"rag index {folder} --index {index}"


def test_bench_prints_figures(seeds_folder: Path) -> None:
    file = SEEDS / "questions.jsonl"
    result = json.loads(run("bench", file, "--index", seeds_folder, "--json").stdout)
    assert result["all"]["questions"] == 50
    assert set(result["by_language"]) == {"en", "fr", "kk", "ru", "tr"}


def test_an_article_cannot_steer_the_terminal() -> None:
    assert safe("a\x1b[31mb\x9bc\nd") == "a\ufffd[31mb\ufffdc\nd"


def test_a_closed_pipe_is_not_an_error(seeds_folder: Path) -> None:
    command = f"{sys.executable} -m rag article 002_85e8d226dcede907.txt --index {seeds_folder}"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} | head -c 10"], capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_question_with_invalid_bytes_is_answered(seeds_index: Index) -> None:
    assert seeds_index.ask("Astana \udcff Hub?").citations


def test_the_word_after_bench_tells_why_and_report_from_files(tmp_path: Path) -> None:
    save(tmp_path / "saved", twelve())
    why = run("bench", "why", tmp_path / "saved", "--runs", "hybrid,dense", "--json")
    found = json.loads(why.stdout)
    assert (found["one"], found["other"], len(found["wins"])) == ("hybrid", "dense", 8)
    told = run("bench", "why", tmp_path / "saved", "--runs", "hybrid,dense").stdout
    assert told.startswith("hybrid against dense, nDCG@10: 8 won, 1 lost, 3 even\n")
    page = tmp_path / "report.html"
    done = run("bench", "report", tmp_path / "saved", "-o", page, "--json")
    assert json.loads(done.stdout) == {
        "file": str(page), "bytes": page.stat().st_size, "questions": 12,
    }  # fmt: skip
    bare = run("bench", "report", check=False)
    assert bare.returncode == 2
    assert "DIR" in bare.stderr


def test_a_file_called_why_is_measured_by_its_path() -> None:
    assert parse(["bench", "./why"]).files == [Path("why")]
    assert parse(["bench", "report.json", "why"]).files == [Path("report.json"), Path("why")]
    assert parse(["bench", "why", "saved", "--runs", "a,b"]).runs == ("a", "b")


def test_a_watch_reports_its_builds_and_ends_with_an_interrupt(
    folder: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "rag", "index", str(folder), "--watch", "--json"]
    watch = subprocess.Popen(
        [*command, "--index", str(tmp_path / "index")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        # A shell's background jobs ignore interrupts, and what they start does too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert watch.stdout is not None
    assert json.loads(watch.stdout.readline())["added"] == 2
    (folder / "new.txt").write_text("The ferry crosses the river at night.\n")
    assert json.loads(watch.stdout.readline())["added"] == 1
    watch.send_signal(signal.SIGINT)
    rest, complaints = watch.communicate(timeout=60)
    assert (watch.returncode, rest) == (0, "")
    assert complaints == "rag: +2 ~0 -0\nrag: +1 ~0 -0\n"


def test_another_model_is_refused_in_one_line(seeds_folder: Path) -> None:
    done = run("index", SEEDS, "--index", seeds_folder, "--model", "no/such", check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(f"--index {seeds_folder} --model no/such --rebuild\n")


def _about_exaflops(request: dict[str, Any]) -> Reply:
    n = number_of(request["messages"][-1]["content"], "deux exaflops")
    said = claims(("It has some two exaflops.", [n]), ("It has three exaflops.", [n]))
    return Reply(in_pieces(said))


def test_ask_prints_what_a_model_writes_and_marks_what_is_not_verified(
    seeds_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_LLM_KEY", " secret\n")
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    with scripted(_about_exaflops) as server:
        command = ("ask", QUESTION, "--index", seeds_folder, "--llm-url", server.url)
        done = run(*command, "--llm-model", "m")
        answer = json.loads(run(*command, "--llm-model", "m", "--json").stdout)
    assert done.stderr == ""
    assert done.stdout.startswith(
        "It has some two exaflops. [1] It has three exaflops. [1] (not verified)\n\n[1] "
    )
    assert (
        "Not verified: It has three exaflops. [1]\n"
        "  (“three exaflops” does not stand in what it cites)\n"
    ) in done.stdout
    assert [h["Authorization"] for h in server.headers] == ["Bearer secret"] * 2
    assert "deux exaflops" in answer["answer"]
    generated = answer["generated"]
    assert list(generated) == [
        *("model", "text", "claims", "citations", "used", "finish_reason", "note", "timings_ms")
    ]
    assert generated["text"] == "It has some two exaflops. [1] It has three exaflops. [1]"
    reason = "“three exaflops” does not stand in what it cites"
    assert generated["claims"] == [
        {"start": 0, "end": 29, "citations": [1], "supported": True, "reason": None},
        {"start": 30, "end": 56, "citations": [1], "supported": False, "reason": reason},
    ]
    assert "deux exaflops" in generated["citations"][0]["quote"]


def test_a_model_that_is_down_leaves_the_extractive_answer_and_a_note(seeds_folder: Path) -> None:
    model = ("--llm-url", "http://127.0.0.1:9/v1", "--llm-model", "m")
    done = run("ask", QUESTION, "--index", seeds_folder, *model)
    assert "deux exaflops" in done.stdout.replace("\n", " ")
    last = done.stdout.split("\n\n")[-1].replace("\n", " ")
    assert last.startswith("No answer of the model can be used: http://127.0.0.1:9/v1/chat/")
    assert last.endswith("the articles' own words stand instead. ")


def test_on_a_terminal_a_models_text_is_shown_while_it_is_written(
    seeds_folder: Path, seeds_index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("rag.index.open_index", lambda *_, **__: seeds_index)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr("builtins.print", lambda *said, **how: shown.append((*said, "")[0]))
    with scripted(_about_exaflops) as server:
        model = ["--llm-url", server.url, "--llm-model", "m"]
        assert cli.main(["ask", QUESTION, "--index", str(seeds_folder), *model]) == 0
    assert len(shown) > 10
    assert "".join(shown[:-1]) == "It has some two exaflops. [1] It has three exaflops. [1]"
    assert shown[-1].startswith("\n\n[1] ")
    assert "Not verified: It has three exaflops. [1]" in shown[-1]


def test_on_a_network_who_may_use_the_page_must_be_said(
    seeds_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["chat", "--host", "0.0.0.0", "--index", str(seeds_folder)]
    assert cli.main(args) == 1
    said = capsys.readouterr().err
    assert "rag password FILE NAME" in said
    assert "--no-auth" in said
    with pytest.raises(SystemExit):
        cli.main([*args, "--auth", "accounts", "--no-auth"])
    assert cli.main([*args, "--auth", str(seeds_folder / "no accounts")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_an_account_is_made_with_a_password_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rag.web.accounts import read_accounts

    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\n"))
    assert cli.main(["password", str(tmp_path / "accounts"), "ali"]) == 0
    assert read_accounts(tmp_path / "accounts").admits("ali", "a long password", "10.0.0.1")
    assert "long password" not in capsys.readouterr().out
