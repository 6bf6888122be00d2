"""The seeds' questions, asked as users ask them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SEEDS

from rag import cli
from rag.bench.index_measure import measure
from rag.bench.questions import Question, read_questions
from rag.index import Index

QUESTIONS = SEEDS / "questions.jsonl"
# The first question of each language is one that staff see as an example: it must be right.
SHOWN = {question.lang: question for question in reversed(read_questions(QUESTIONS))}


@pytest.mark.parametrize(
    "question", [SHOWN[lang] for lang in ("en", "fr", "ru")], ids=lambda q: q.id
)
def test_a_shown_question_is_answered_with_the_articles_sentence(
    question: Question, seeds_index: Index, seeds_folder: Path
) -> None:
    answer = seeds_index.ask(question.question)
    assert question.quote is not None
    assert question.quote in str(answer.answer)
    first = answer.citations[0]
    text = (SEEDS / first.article).read_text(encoding="utf-8")
    assert text[first.start : first.end] == answer.answer
    command = [sys.executable, "-m", "rag", "ask", question.question, "--json"]
    done = subprocess.run(
        [*command, "--index", str(seeds_folder)], check=True, capture_output=True, encoding="utf-8"
    )
    assert json.loads(done.stdout)["answer"] == answer.answer


def test_the_passage_is_among_the_first_five_and_every_citation_holds(seeds_index: Index) -> None:
    result = measure(seeds_index, [QUESTIONS])
    assert result["all"]["Success@5"] >= 0.9
    assert result["citations"]["checked"] >= 200
    assert result["citations"]["wrong"] == 0


def test_most_answerable_questions_are_answered_and_most_others_are_not(
    seeds_index: Index,
) -> None:
    figures = measure(seeds_index, [QUESTIONS])["all"]
    assert figures["answered"] >= 0.9
    assert figures["abstained"] >= 0.5


def test_retrieval_and_answers_are_not_worse_than_the_baseline(
    seeds_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails where a change hurts; `make baseline` renews it where that was meant.

    Of 36 questions, one makes .028 of a recall, and .010 of nDCG@10 where its passage falls
    from the first place to the second. Processors round a little differently, which may swap
    two passages: so one question may be lost.
    """
    baseline = Path(__file__).parent / "seeds_baseline.json"
    conditions = ["hybrid nDCG@10 < -0.02", "hybrid Recall@5 < -0.03", "answers sentence@1 < -0.06"]
    gate = [option for text in conditions for option in ("--fail-if", text)]
    command = ["bench", str(QUESTIONS), "--index", str(seeds_folder), "--compare", str(baseline)]
    code = cli.main([*command, *gate, "--json"])
    assert (code, capsys.readouterr().err) == (0, "")
