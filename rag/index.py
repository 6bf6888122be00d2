"""An opened index: search it, ask it, read its articles.

This is what `rag.open_index` returns, and what the page, the command line and the
benchmark all use.
"""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from rag.about import asks_about, statement, topic
from rag.answer import cite
from rag.encoders import Encoder, load_encoder
from rag.errors import IndexMismatch
from rag.evidence import Evidence, gather
from rag.generation import Generation
from rag.judgement import (
    Judged,
    Judgement,
    confidence,
    judge,
    order_by_reading,
    read_judgement,
)
from rag.manifest import live_generation
from rag.reader import Reader, lazy_reader
from rag.retrieve import CANDIDATES, Candidate, rank_passages, to_hit
from rag.stories import PER_ARTICLE, one_slot_per_story
from rag.types import Answer, Arm, Article, Filter, Hit

ANSWER_HITS = 10  # passages that an answer carries along
CITED = 5  # sentences: the answer, and what supports it
STATED = 0.9  # the confidence in what an article says of itself; the article may be another


class Index:
    """One generation of an index, and the models that its questions need. Thread-safe.

    `reader` is called for every answer, and returns what reads, or None where nothing does.
    """

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder,
        reader: Callable[[], Reader | None] = lambda: None,
    ) -> None:
        made_with = generation.manifest.encoder
        if encoder.fingerprint != made_with["fingerprint"]:
            raise IndexMismatch(
                f"{generation.path.parent.parent} was built with encoder {made_with['name']!r} "
                f"({made_with['fingerprint'][:12]}, d={made_with['dimension']}) but "
                f"{encoder.name!r} ({encoder.fingerprint[:12]}, d={encoder.dimension}) was asked "
                f"for; rebuild it with: rag index {generation.manifest.folder} "
                f"--index {generation.path.parent.parent} --model {encoder.name}"
            )
        self.generation = generation
        self.encoder = encoder
        self._reader = reader

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
        orders the first ten, which takes a quarter of a second. Raises ValueError where
        the question is empty or k is below 1, FilterError where no article passes `where`.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        arm: Arm = "read" if read else "hybrid"
        ranked = self.rank(question, depth=max(k, CANDIDATES), arm=arm, where=where)
        kept = one_slot_per_story(self.generation, ranked, k=k, per_article=per_article)
        return self._hits(question, kept)

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
        ranked = self._rank(question, query, depth=depth, arm="hybrid", where=where)
        return order_by_reading(ranked, self._judge(question, ranked)[0])

    def ask(
        self, question: str, *, where: Filter | None = None, answer_from: float | None = None
    ) -> Answer:
        """Return the sentence of the articles that answers the question, cited, or an abstention.

        Below the confidence `answer_from` it abstains; where that is None, below the fitted one,
        at which few answerable questions are declined. The citations of an abstention are the
        nearest sentences. Raises ValueError where the question is empty or `answer_from` is not
        in [0, 1], FilterError where no article passes `where`, IndexCorrupt where a citation
        does not hold.
        """
        if answer_from is not None and not 0 <= answer_from <= 1:
            raise ValueError(f"answer_from must be a confidence in [0, 1], not {answer_from}")
        begin = perf_counter()
        query = self._encode(question)
        encoded = perf_counter()
        ranked = one_slot_per_story(
            self.generation,
            self._rank(question, query, depth=CANDIDATES, arm="hybrid", where=where),
            k=ANSWER_HITS,
            per_article=None,
        )
        retrieved = perf_counter()
        judged, judgement = self._judge(question, ranked)
        stated = self._stated(question, where)
        likely = STATED if stated else confidence(judged, judgement)
        cited = ([stated] if stated else []) + [one.evidence for one in judged]
        cited = cited[:CITED]
        citations = tuple(cite(self.generation, e, number=i) for i, e in enumerate(cited, start=1))
        hits = tuple(self._hits(question, ranked))
        least = judgement.answer_from if answer_from is None else answer_from
        abstained = not citations or likely < least
        end = perf_counter()
        return Answer(
            question=question,
            answer=None if abstained else citations[0].quote,
            answer_span=None if abstained else citations[0].answer_span,
            abstained=abstained,
            confidence=likely,
            citations=citations,
            hits=hits,
            index=self.fingerprint,
            timings_ms={
                "encode": 1000 * (encoded - begin),
                "retrieve": 1000 * (retrieved - encoded),
                "answer": 1000 * (end - retrieved),
                "total": 1000 * (end - begin),
            },
        )

    def _rank(
        self,
        question: str,
        query: npt.NDArray[np.float32],
        *,
        depth: int,
        arm: Arm,
        where: Filter | None,
    ) -> list[Candidate]:
        among = None if where is None else self.generation.passing(where)
        return rank_passages(self.generation, question, query, depth=depth, arm=arm, among=among)

    def _stated(self, question: str, where: Filter | None) -> Evidence | None:
        """Return the line that answers a question about an article itself."""
        field = asks_about(question)
        if field is None:
            return None
        return statement(self.generation, field, self.rank(topic(question), where=where))

    def _judge(self, question: str, ranked: list[Candidate]) -> tuple[list[Judged], Judgement]:
        reader = self._reader()
        judgement = read_judgement(reader=reader is not None)
        return judge(gather(self.generation, question, ranked, reader), judgement), judgement

    def _hits(self, question: str, candidates: list[Candidate]) -> list[Hit]:
        words = self.generation.sparse.matched(question, [c.passage for c in candidates])
        return [
            to_hit(self.generation, candidate, rank=rank, matched=matched)
            for rank, (candidate, matched) in enumerate(zip(candidates, words, strict=True), 1)
        ]

    def _encode(self, question: str) -> npt.NDArray[np.float32]:
        if not question.strip():
            raise ValueError("the question is empty")
        vector: npt.NDArray[np.float32] = self.encoder.encode_query([question])[0]
        return vector


def open_index(
    index: str | Path = "index",
    *,
    model: str | None = None,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
    read: bool = True,
) -> Index:
    """Open the live generation of an index, verified.

    The encoder is the one that the index was built with; naming another with `model`
    or `encoder` raises IndexMismatch. Answers are read by the reader, which is loaded for the
    first of them, unless `read` is False: then vectors and shared words choose. Raises
    IndexMissing, IndexCorrupt, ModelError.
    """
    generation = Generation(live_generation(Path(index)))
    name = model or generation.manifest.encoder["name"]
    encoder = encoder or load_encoder(name, cache=cache, progress=progress)
    if not read:
        return Index(generation, encoder)
    return Index(generation, encoder, lazy_reader(encoder, cache=cache, progress=progress))
