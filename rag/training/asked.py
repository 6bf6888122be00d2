"""Questions written for training: in other languages than their passages, and unanswerable.

The corpora that there are to learn from ask in the language of their passages, and always
about something that is there. The files of `asked/` add what people do besides:

    NAME.tsv            question id, language, question: the questions of the corpus in the
                        folder NAME, translated by a language model
    NAME-written.tsv    passage id, language, question, start, answer: new questions about its
                        passages, most in another language and in other words; without start
                        and answer those that the passage does not answer, though it speaks
                        of the same

    articles.json       articles, written for this: news, encyclopedic, of institutions; short
                        ones and, at the end, 312 long ones, many of whose sentences look like
                        an answer; with questions in seven languages, in SQuAD 2.0's format
    fitting.json        more of both kinds, all held out of the training
    choosing.jsonl      questions about the articles in `seeds/`, never trained on, nor fitted on:
                        `rag bench` asks them, where it is to be chosen which weights ship
    measuring.jsonl     more of these, by others, for what is chosen: asked once it is

None of them is of a question that measures. PIAF's licence is the Etalab open licence;
what was made of KazQAD is, like it, under CC BY-SA 4.0.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from rag.bench.collection import AskedQuestion, Collection, choose_questions
from rag.bench.records import GoldSpan

_FOLDER = Path(__file__).parent / "asked"
ARTICLES, FITTING = _FOLDER / "articles.json", _FOLDER / "fitting.json"


def learnable(collection: Collection, every: int) -> list[AskedQuestion]:
    """Return the questions whose running index is no multiple of `every`; all where it is 1."""
    return [
        question
        for offset in range(1 if every > 1 else 0, every)
        for question in choose_questions(collection, collection, every=every, offset=offset)
    ]


def translations(corpus: Path) -> Mapping[str, list[str]]:
    """Return what the questions of a corpus file are in other languages, by their ids."""
    found = defaultdict(list)
    for name, _, question in _rows(f"{corpus.resolve().parent.name}.tsv"):
        found[name].append(question)
    return found


def written(corpus: Path) -> list[AskedQuestion]:
    """Return the questions written about passages of a corpus file.

    `relevant` names the passage that each is about, also where `gold` is (): unanswered.
    """
    return [
        AskedQuestion(
            id=f"written {number}",
            text=question,
            language=language,
            relevant={passage: 1},
            gold=(GoldSpan(passage, int(start), int(start) + len(answer), answer),)
            if answer
            else (),
        )
        for number, (passage, language, question, start, answer) in enumerate(
            _rows(f"{corpus.resolve().parent.name}-written.tsv")
        )
    ]


def _rows(name: str) -> Iterator[list[str]]:
    path = _FOLDER / name
    if path.exists():
        with path.open(encoding="utf-8", newline="") as lines:
            yield from csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
