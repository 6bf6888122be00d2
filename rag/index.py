"""An opened index: search it, ask it, read its articles.

This is what `rag.open_index` returns, and what the page, the command line and the
benchmark all use.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, update_wrapper
from pathlib import Path
from time import perf_counter
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from rag.answering.asking import Asking
from rag.answering.followup import complete
from rag.answering.judgement import order_by_reading
from rag.answering.question_words import has_word
from rag.answering.reader import Reader, Reading, lazy_reader
from rag.encoders import Encoder, load_encoder
from rag.errors import QuestionError
from rag.retrieve import CANDIDATES, Candidate, rank_passages
from rag.store.following import Follower, check_encoder
from rag.store.freshness import Freshness
from rag.store.generation import Generation, open_generation
from rag.stories import PER_ARTICLE, one_slot_per_story
from rag.types import Answer, Arm, Article, Filter, Hit, Turn

P = ParamSpec("P")
T = TypeVar("T")


def _on_one_generation(
    method: Callable[Concatenate["Index", P], T],
) -> Callable[Concatenate["Index", P], T]:
    """Let a question be answered by the one generation that is live when it is asked."""

    def call(self: "Index", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return method(self._now(), *args, **kwargs)

    update_wrapper(call, method)
    return call


class Index:
    """A generation of an index, and the models that its questions need. Thread-safe.

    `reader` is called for every answer, and returns what reads, or None where nothing does.
    With a `follower`, each call looks for a newer generation first, and then uses one alone.
    """

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder,
        reader: Callable[[], Reader | None] = lambda: None,
        *,
        follower: Follower | None = None,
    ) -> None:
        check_encoder(generation, encoder)
        self.encoder = encoder
        self._generation = generation
        self._freshness = Freshness(generation)
        self._reader = reader
        self._follower = follower
        self._staying = None if follower is None else Index(generation, encoder, reader)

    def _now(self) -> "Index":
        """Return an index of the live generation that does not follow."""
        staying = self._staying
        if self._follower is None or staying is None:
            return self
        live = self._follower.generation()
        if staying._generation is not live:
            staying = Index(live, self.encoder, self._reader)
            self._generation, self._freshness, self._staying = live, staying._freshness, staying
        return staying

    @property
    def generation(self) -> Generation:
        """The generation that a call now would use."""
        return self._now()._generation

    @property
    def note(self) -> str | None:
        """Why a newer generation is not followed, or None."""
        return self._follower.note if self._follower else None

    @property
    def fingerprint(self) -> str:
        """The name of everything that an answer depends on."""
        return self.generation.manifest.fingerprint

    def articles(self) -> tuple[str, ...]:
        """Return the ids of all articles, in order."""
        return self.generation.article_ids

    def article(self, article_id: str) -> Article:
        """Return an article as it was indexed. Raises CorpusError where there is none."""
        return self.generation.article(article_id)

    @_on_one_generation
    def changed(self, article_id: str) -> bool | None:
        """Tell whether an article's file changed or went since; None where it cannot be told."""
        return self._freshness.changed(article_id)

    @_on_one_generation
    def search(
        self,
        question: str,
        k: int = 5,
        *,
        where: Filter | None = None,
        per_article: int | None = PER_ARTICLE,
        read: bool = False,
    ) -> list[Hit]:
        """Return the k passages that fit the question best, best first.

        Passages that say the same in several articles take one slot, and one article takes
        at most `per_article` while others are left (None: no limit). With `read` the reader
        orders the first ten, which takes a quarter of a second. Raises QuestionError
        where the question has no word in it, ValueError where k is below 1, FilterError where
        no article passes `where`.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        arm: Arm = "read" if read else "hybrid"
        ranked = self.rank(question, depth=max(k, CANDIDATES), arm=arm, where=where)
        kept = one_slot_per_story(self.generation, ranked, k=k, per_article=per_article)
        return self._asking(where).hits(question, kept)

    @_on_one_generation
    def rank(
        self,
        question: str,
        *,
        depth: int = CANDIDATES,
        arm: Arm = "hybrid",
        where: Filter | None = None,
    ) -> list[Candidate]:
        """Return the best passages as rows and scores, without their texts, best first.

        `depth` come from the vectors and as many from BM25. This is what `search` and `ask`
        build on, and what the benchmark measures.
        """
        query = self._encode(question)
        if arm != "read":
            return self._rank(question, query, depth=depth, arm=arm, where=where)
        ranked = self._rank(question, query, depth=depth, where=where)
        return order_by_reading(ranked, self._asking(where).judge(question, ranked))

    @_on_one_generation
    def ask(
        self,
        question: str,
        *,
        where: Filter | None = None,
        answer_from: float | None = None,
        after: Answer | Turn | None = None,
    ) -> Answer:
        """Return the sentences of the articles that answer the question, cited, or an abstention.

        Below the confidence `answer_from` it abstains; where that is None, below the fitted one,
        at which few answerable questions are declined. The citations of an abstention are the
        nearest sentences. `after` is what was asked and answered before: a question that
        leaves something to it ("Et en Arménie ?") is completed. Two questions in one are
        answered one by one. Raises QuestionError where the question has no word in it,
        ValueError where `answer_from` is not in [0, 1], FilterError where no article passes
        `where`, IndexCorrupt where a citation does not hold.
        """
        if answer_from is not None and not 0 <= answer_from <= 1:
            raise ValueError(f"answer_from must be a confidence in [0, 1], not {answer_from}")
        begin = perf_counter()
        before = None if after is None else _turn(after)
        if before and where is not None:  # its article may not pass
            before = replace(before, article=None)
        completed = complete(question, before) if before and question.strip() else None
        whole = completed or question
        query = self._encode(whole)
        encoded = perf_counter()
        asking = self._asking(where)
        ranked = asking.distinct(self._rank(whole, query, depth=CANDIDATES, where=where))
        retrieved = perf_counter()
        answer = asking.answer(
            question,
            completed,
            ranked,
            least=answer_from,
            freshness=self._freshness,
            before=before,
        )
        end = perf_counter()
        return replace(
            answer,
            timings_ms={
                "encode": 1000 * (encoded - begin),
                "retrieve": 1000 * (retrieved - encoded),
                "answer": 1000 * (end - retrieved),
                "total": 1000 * (end - begin),
            },
        )

    def prepare(self) -> None:
        """Load the reader, and build it where it is missing: the first answer needs it."""
        self._reader()

    def read_sentences(self, question: str, sentences: Sequence[str]) -> list[Reading] | None:
        """Read sentences, each by itself, for a question; None where nothing reads.

        Their spans can be compared with each other, as those of one answer.
        """
        reader = self._reader()
        if reader is None or not sentences:
            return None
        return reader.read(question, [[tokens] for tokens in reader.tokenize(sentences)])

    def _asking(self, where: Filter | None) -> Asking:
        return Asking(self.generation, partial(self.rank, where=where), self._reader())

    def _rank(
        self,
        question: str,
        query: npt.NDArray[np.float32],
        *,
        depth: int,
        where: Filter | None,
        arm: Arm = "hybrid",
    ) -> list[Candidate]:
        among = None if where is None else self.generation.passing(where)
        return rank_passages(self.generation, question, query, depth=depth, arm=arm, among=among)

    def _encode(self, question: str) -> npt.NDArray[np.float32]:
        if not has_word(question):
            raise QuestionError("the question has no word in it")
        vector: npt.NDArray[np.float32] = self.encoder.encode_query([question])[0]
        return vector


def _turn(before: Answer | Turn) -> Turn:
    if isinstance(before, Turn):
        return before
    return Turn(
        before.completed or before.question,
        before.answer_span.text if before.answer_span else None,
        before.citations[0].article if before.parts else None,
    )


def open_index(
    index: str | Path = "index",
    *,
    model: str | None = None,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
    read: bool = True,
    follow: bool = True,
) -> Index:
    """Open the live generation of an index, verified; between questions, move to a newer one.

    The encoder is the one that the index was built with; naming another with `model`
    or `encoder` raises IndexMismatch. Answers are read by the reader, which is loaded for the
    first of them, unless `read` is False: then vectors and shared words choose. Without
    `follow` the index stays as it is now, as measurements need it; with it, a generation that
    cannot be opened or that another model made is not followed, which `progress` and the
    index's `note` tell. Raises IndexMissing, IndexCorrupt, ModelError.
    """
    generation = open_generation(Path(index))
    name = model or generation.manifest.encoder["name"]
    encoder = encoder or load_encoder(name, cache=cache, progress=progress)
    follower = Follower(Path(index), generation, encoder, progress) if follow else None
    if not read:
        return Index(generation, encoder, follower=follower)
    reader = lazy_reader(encoder, cache=cache, progress=progress)
    return Index(generation, encoder, reader, follower=follower)
