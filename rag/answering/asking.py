"""A question + what ranks passages for it → what was found, weighed, and the answer of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rag.answering.about import asks_about, spoken_of, statement, topic
from rag.answering.answer import Found, compose
from rag.answering.evidence import Evidence, gather
from rag.answering.followup import complete
from rag.answering.judgement import Judged, Judgement, confidence, judge, read_judgement
from rag.answering.reader import Reader
from rag.answering.several import split_question
from rag.retrieve import Candidate, to_hit
from rag.store.freshness import Freshness
from rag.store.generation import Generation
from rag.stories import one_slot_per_story
from rag.types import Answer, Hit, Turn

ANSWER_HITS = 10  # passages that an answer carries along
STATED = 0.9  # the confidence in what an article says of itself; another may be meant


@dataclass(frozen=True, slots=True)
class Asking:
    """What questions are asked of: one generation, how it is ranked, and who reads, if any."""

    generation: Generation
    rank: Callable[[str], list[Candidate]]  # passages, best first
    reader: Reader | None

    @property
    def judgement(self) -> Judgement:
        """The fitted weights, for whether there is a reader."""
        return read_judgement(reader=self.reader is not None)

    def judge(self, question: str, ranked: list[Candidate]) -> list[Judged]:
        """Return the sentences of the first passages, the likeliest answer first."""
        return judge(gather(self.generation, question, ranked, self.reader), self.judgement)

    def distinct(self, ranked: list[Candidate]) -> list[Candidate]:
        """Return the passages that an answer is looked for in, one of each story."""
        return one_slot_per_story(self.generation, ranked, k=ANSWER_HITS, per_article=None)

    def hits(self, question: str, candidates: list[Candidate]) -> list[Hit]:
        """Return passages as what users get."""
        words = self.generation.sparse.matched(question, [c.passage for c in candidates])
        return [
            to_hit(self.generation, candidate, rank=rank, matched=matched)
            for rank, (candidate, matched) in enumerate(zip(candidates, words, strict=True), 1)
        ]

    def find(
        self, question: str, ranked: list[Candidate], before: Turn | None = None
    ) -> list[Found]:
        """Return what is found for a question, or for each of several questions in one."""
        single, *others = split_question(question)
        if not others:
            return [self._find(question, ranked, before)]
        found: list[Found] = []
        for part in (single, *others):
            asked = (complete(part, Turn(single)) if found else None) or part
            found.append(self._find(asked, self.distinct(self.rank(asked)), before))
            if found[0].evidence:
                passage = found[0].evidence[0].candidate.passage
                article = int(self.generation.passages[passage]["article"])
                before = Turn(single, article=self.generation.article_id(article))
        return found

    def answer(
        self,
        question: str,
        completed: str | None,
        ranked: list[Candidate],
        *,
        least: float | None,
        freshness: Freshness,
        before: Turn | None = None,
    ) -> Answer:
        """Return the answer, not timed: an abstention below the confidence `least`, or the fitted.

        Raises IndexCorrupt where a citation does not hold.
        """
        whole = completed or question
        asked = self.find(whole, ranked, before)
        least = self.judgement.answer_from if least is None else least
        answered = [found for found in asked if found.evidence and found.confidence >= least]
        composed = compose(self.generation, answered or asked[:1])
        parts = composed.citations[: composed.parts] if answered else ()
        return Answer(
            question=question,
            answer="\n".join(part.quote for part in parts) if parts else None,
            answer_span=next((part.answer_span for part in parts if part.answer_span), None),
            abstained=not answered,
            confidence=min((f.confidence for f in answered), default=asked[0].confidence),
            citations=tuple(
                replace(cited, changed=freshness.changed(cited.article))
                for cited in composed.citations
            ),
            hits=tuple(self.hits(whole, ranked)),
            index=self.generation.manifest.fingerprint,
            timings_ms={},
            parts=len(parts),
            differing=composed.differing if answered else (),
            completed=completed,
            unanswered=tuple(
                found.question
                for found in asked
                if answered and not any(found is one for one in answered)
            ),
        )

    def _find(self, question: str, ranked: list[Candidate], before: Turn | None) -> Found:
        judged = self.judge(question, ranked)
        stated = self._stated(question, before)
        likely = STATED if stated else confidence(judged, self.judgement)
        return Found(question, judged, likely, stated)

    def _stated(self, question: str, before: Turn | None) -> Evidence | None:
        """Return the line that answers a question about an article itself."""
        field = asks_about(question)
        if field is None:
            return None
        if subject := topic(question):
            article = spoken_of(self.generation, subject, self.rank(subject))
        else:
            article = self._cited(before)
        return None if article is None else statement(self.generation, field, article)

    def _cited(self, before: Turn | None) -> int | None:
        """Return the article that is meant where none is named: cited before, or the only one."""
        ids = self.generation.article_ids
        if before and before.article in ids:
            return ids.index(before.article)
        return 0 if len(ids) == 1 else None
