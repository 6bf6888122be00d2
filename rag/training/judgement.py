"""Fit what weighs how much in an answer: `python -m rag.training.judgement PIAF [FILE …]`.

Asks the questions about held-out articles of SQuAD-format files, which the reader was not
trained on, three times: of all passages; of every second article, so that half of them have
no answer; and of all but the passage that answers, so that what is near to it speaks of the
same things but does not answer. Each is asked once more in another language, where `asked`
has it so, and with them what was written anew about these articles, unanswerable questions
among it. Fits, with the reader and without it,

    choice       a conditional logit over the sentences of a question, some of which answer
    confidence   a logistic regression of "the first sentence answers"
    answer_from  the confidence that all but one in forty right answers reach: what is declined
                 below it would mostly have been a wrong one

and prints them with how well they do; `--write` puts them into `rag/data/judgement.json`.
Of PIAF only tuning questions are asked (`--every 3` leaves those out that measure).
"""

import argparse
import json
import random
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag.answering.evidence import Evidence, gather
from rag.answering.judgement import JUDGEMENT_FILE, Judged, Judgement, features, judge, top_features
from rag.answering.reader import Reader, lazy_reader
from rag.bench.collection import AskedQuestion
from rag.bench.corpora import cached_encoder, open_corpus
from rag.bench.halves import every_second_article, without_missing
from rag.bench.squad import read_squad, squad_collection
from rag.bundled.model import default_cache
from rag.encoders import BundledEncoder
from rag.index import Index
from rag.stories import one_slot_per_story
from rag.training.asked import learnable, translations, written
from rag.training.held_out import is_held_out

CHOICE = {True: ("span", "cosine", "passage"), False: ("cosine", "covered", "passage")}
CONFIDENCE = {True: ("span", "has", "lead", "passage"), False: ("cosine", "passage", "lead")}
WRONGLY_REFUSED = 0.025
PENALTY = 1e-3  # on squared weights of standardised features
_TRANSLATED = " translated"

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the evidence for each sentence, and which of them answer."""

    translated: bool  # else as it was first asked
    answerable: bool
    evidence: tuple[Evidence, ...]
    right: tuple[bool, ...]


def collect(path: Path, *, every: int, limit: int, reading: bool) -> list[Case]:
    """Return the cases of a file's held-out articles."""
    collection = squad_collection(read_squad(path))
    home = default_cache() / "bench"
    encoder = BundledEncoder()
    cached = cached_encoder(encoder, home)
    reader = lazy_reader(encoder)() if reading else None
    ids = {
        name
        for name, group in zip(collection.passage_ids, collection.groups, strict=True)
        if is_held_out(path, str(group))
    }
    found = [
        q for q in (*learnable(collection, every), *written(path)) if ids.issuperset(q.relevant)
    ]
    unanswered = [question for question in found if question.gold == ()]
    rng = random.Random(7)  # noqa: S311  (questions, not secrets)
    asked = [question for question in found if question.gold]
    asked = rng.sample(asked, min(limit, len(asked)))
    others = translations(path)
    asked += [
        replace(q, id=f"{q.id}{_TRANSLATED}", text=rng.choice(others[q.id]))
        for q in asked
        if q.id in others
    ]
    whole = open_corpus(collection, cached, home)
    rows = every_second_article(collection)
    half = open_corpus(collection, cached, home, rows=rows)
    kept = {collection.passage_ids[row] for row in rows}
    return [
        *(_case(whole, question, reader) for question in asked),
        *(_case(half, question, reader) for question in without_missing(asked, kept)),
        *(_case(whole, replace(q, gold=()), reader, drop=set(q.relevant)) for q in asked),
        *(_case(whole, question, reader) for question in unanswered),
    ]


def _case(
    index: Index, question: AskedQuestion, reader: Reader | None, *, drop: Set[str] = frozenset()
) -> Case:
    generation = index.generation
    found = [c for c in index.rank(question.text) if _article(index, c.passage) not in drop]
    ranked = one_slot_per_story(generation, found, k=10, per_article=None)
    evidence = gather(generation, question.text, ranked, reader)
    return Case(
        translated=question.id.endswith(_TRANSLATED),
        answerable=bool(question.gold),
        evidence=tuple(evidence),
        right=tuple(_is_right(index, one, question) for one in evidence),
    )


def _article(index: Index, passage: int) -> str:
    generation = index.generation
    return generation.article_id(int(generation.passages[passage]["article"]))


def _is_right(index: Index, evidence: Evidence, question: AskedQuestion) -> bool:
    article = _article(index, evidence.candidate.passage)
    sentence = index.generation.sentences[evidence.row]
    return any(
        span.passage == article and sentence["start"] <= span.start and span.end <= sentence["end"]
        for span in question.gold or ()
    )


def fit_choice(cases: Sequence[Case], names: Sequence[str]) -> dict[str, float]:
    """Return the weights under which right sentences are likeliest among their question's."""
    usable = [case for case in cases if any(case.right)]
    tables = [_table(case.evidence, names) for case in usable]
    scale = np.concatenate(tables).std(0) + 1e-9
    right = [np.array(case.right) for case in usable]

    def loss(weights: Array) -> float:
        total = 0.0
        for table, truth in zip(tables, right, strict=True):
            scores = table / scale @ weights
            total += np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[truth])
        return float(total / len(tables) + PENALTY * (weights**2).sum())

    found = minimize(loss, np.ones(len(names)), method="L-BFGS-B").x / scale
    return {name: round(float(weight), 4) for name, weight in zip(names, found, strict=True)}


def fit_confidence(
    cases: Sequence[Case], choice: Mapping[str, float], names: Sequence[str]
) -> Judgement:
    """Return the judgement with the weights of "the first sentence answers"."""
    ordered = [_ordered(case, choice) for case in cases if case.evidence]
    table = np.array([[top_features(judged)[name] for name in names] for judged, _ in ordered])
    right = np.array([truth for _, truth in ordered])
    scale = table.std(0) + 1e-9
    model = LogisticRegression(C=10).fit(table / scale, right)
    weights = {"one": round(float(model.intercept_[0]), 4)} | {
        name: round(float(w), 4) for name, w in zip(names, model.coef_[0] / scale, strict=True)
    }
    likely = model.predict_proba(table / scale)[:, 1]
    answerable = np.array([case.answerable for case in cases if case.evidence])
    threshold = float(np.quantile(likely[right], WRONGLY_REFUSED))
    print(
        f"  AUROC answerable {roc_auc_score(answerable, likely):.3f}, right "
        f"{roc_auc_score(right, likely):.3f}; from {threshold:.3f} on, "
        f"{np.mean(likely[answerable] < threshold):.0%} of the answerable and "
        f"{np.mean(likely[~answerable] < threshold):.0%} of the unanswerable are declined"
    )
    return Judgement(choice=choice, confidence=weights, answer_from=round(threshold, 3))


def report_choice(cases: Sequence[Case], choice: Mapping[str, float], told: str) -> None:
    """Print how often the first sentence, and one of the first three, is right."""
    answerable = [case for case in cases if case.answerable]
    ranks = [_rights(case, choice) for case in answerable]
    first, three = (np.mean([any(right[:k]) for right in ranks]) for k in (1, 3))
    found = np.mean([any(case.right) for case in answerable])
    print(
        f"  {told}, {len(answerable)} answerable questions: first {first:.3f}, one of three "
        f"{three:.3f}, among those read {found:.3f}"
    )


def _rights(case: Case, choice: Mapping[str, float]) -> list[bool]:
    truth = {id(e): right for e, right in zip(case.evidence, case.right, strict=True)}
    judged = judge(case.evidence, Judgement(choice, {}, 0.0))
    return [truth[id(one.evidence)] for one in judged]


def _ordered(case: Case, choice: Mapping[str, float]) -> tuple[list[Judged], bool]:
    return judge(case.evidence, Judgement(choice, {}, 0.0)), _rights(case, choice)[0]


def _table(evidence: Sequence[Evidence], names: Sequence[str]) -> Array:
    return np.array([[features(one)[name] for name in names] for one in evidence])


def main() -> None:
    """Fit, print and, where asked, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=3, help="of the first file")
    parser.add_argument("--limit", type=int, default=250, help="questions of each file")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    fitted: dict[str, Judgement] = {}
    for reading in (True, False):
        name = "with_reader" if reading else "without_reader"
        print(name)
        sets = {
            path: collect(
                path, every=args.every if i == 0 else 1, limit=args.limit, reading=reading
            )
            for i, path in enumerate(args.files)
        }
        cases = [case for own in sets.values() for case in own]
        choice = fit_choice(cases, CHOICE[reading])
        for path, own in sets.items():
            for told, translated in (("as asked", False), ("translated", True)):
                chosen = [case for case in own if case.translated == translated]
                if chosen:
                    report_choice(chosen, choice, f"{path.name} {told}")
        fitted[name] = fit_confidence(cases, choice, CONFIDENCE[reading])
        print(f"  {fitted[name]}")
    if args.write:
        _write(fitted)


def _write(fitted: Mapping[str, Judgement]) -> None:
    held = {
        name: {
            "choice": dict(j.choice),
            "confidence": dict(j.confidence),
            "answer_from": j.answer_from,
        }
        for name, j in fitted.items()
    }
    JUDGEMENT_FILE.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
