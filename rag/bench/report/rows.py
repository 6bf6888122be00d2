"""Questions' records → what the page's table of questions holds, packed.

The packed text is base64 of gzip of JSON: a browser unpacks it, and no character of an
article or a question can end the element that it stands in. Texts are written once and
named by their place in a list; `report.js` knows the same order of fields.
"""

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rag.bench.answers import RIGHT
from rag.bench.records import AnswerOutcome, ArmOutcome, PassageText, QuestionOutcome
from rag.bench.slices import ANSWER, ASKS, slices_of

Texts = Mapping[tuple[str, str], PassageText]

_Shown = tuple[str, str | None, str | None]  # a passage's id, text and title

SHOWN = 1  # passages of each arm that are shown


class Packing:
    """Collects the questions of all measurements of a page."""

    def __init__(self) -> None:
        self._groups: list[dict[str, Any]] = []
        self._passages: list[_Shown] = []
        self._places: dict[_Shown, int] = {}
        self.questions = 0

    def add(
        self,
        label: str,
        outcomes: Iterable[QuestionOutcome],
        passages_of: Mapping[str, str],
        texts: Texts,
        measures: tuple[str, ...],
    ) -> None:
        """Add a measurement's questions: a group for each pair, with its arms."""
        by_pair: dict[str, list[QuestionOutcome]] = {}
        for outcome in outcomes:
            by_pair.setdefault(outcome.pair, []).append(outcome)
        for pair, group in by_pair.items():
            arms = list(dict.fromkeys(arm for outcome in group for arm in outcome.arms))
            rows = [
                self._row(outcome, dict(slices), arms, measures, passages_of[pair], texts)
                for outcome, slices in zip(group, slices_of(group), strict=True)
            ]
            self.questions += len(rows)
            self._groups.append(
                {
                    "of": label,
                    "pair": pair,
                    "languages": group[0].languages,
                    "measures": measures,
                    "arms": arms,
                    "rows": rows,
                }
            )

    def packed(self) -> str:
        """Return what the page unpacks; the same for the same questions."""
        held = {"groups": self._groups, "passages": self._passages}
        text = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        packed = gzip.compress(text.encode("utf-8", "replace"), mtime=0)
        return base64.b64encode(packed).decode("ascii")

    def _row(
        self,
        outcome: QuestionOutcome,
        slices: Mapping[str, str],
        arms: list[str],
        measures: tuple[str, ...],
        passages_of: str,
        texts: Texts,
    ) -> list[Any]:
        def place(passage: str) -> int:
            return self._place(passages_of, passage, texts)

        def arm_fields(found: ArmOutcome) -> list[Any]:
            figures = [round(found.figures[name], 4) for name in measures]
            top = [place(passage) for passage in found.top[:SHOWN]]
            return [figures, top, found.ranks[:1]]

        relevant = [place(p) for p, grade in outcome.relevant.items() if grade > 0]
        gold = [[place(span.passage), span.start, span.end, span.text] for span in outcome.gold]
        answer = _answer_fields(outcome.answer, place) if outcome.answer else None
        return [
            outcome.id,
            outcome.text or outcome.id,
            gold,
            relevant,
            [arm_fields(outcome.arms[arm]) if arm in outcome.arms else None for arm in arms],
            answer,
            [slices.get(ASKS, ""), slices.get(ANSWER, "")],
        ]

    def _place(self, passages_of: str, passage: str, texts: Texts) -> int:
        """Return where a passage stands in the list of all; it is added where it is new."""
        found = texts.get((passages_of, passage))
        key = (passage, found.text, found.title) if found else (passage, None, None)
        if key not in self._places:
            self._places[key] = len(self._passages)
            self._passages.append(key)
        return self._places[key]


def _answer_fields(answer: AnswerOutcome, place: Callable[[str], int]) -> list[Any]:
    cited = [[place(one.passage), one.start, one.end] for one in answer.citations[:1]]
    quoted = [one.quote for one in answer.citations[:1]]
    scored = None if [answer.scored] == quoted else answer.scored
    return [state_of(answer), round(answer.confidence, 3), scored, cited]


def state_of(answer: AnswerOutcome) -> str:
    """Return in words how an answer went."""
    if answer.abstained:
        return "abstained, rightly" if not answer.answerable else "abstained, wrongly"
    return "right" if answer.figures.get(RIGHT) == 1.0 else "wrong"
