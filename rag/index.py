"""An opened index: search it, ask it, read its articles.

This is what `rag.open_index` returns, and what the page, the command line and the
benchmark all use.
"""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from rag.answer import ANSWER_FROM, SUPPORTING, choose_sentences, cite, confidence
from rag.encoders import Encoder, load_encoder
from rag.errors import IndexMismatch
from rag.generation import Generation
from rag.manifest import live_generation
from rag.retrieve import CANDIDATES, Candidate, rank_passages, to_hit
from rag.stories import PER_ARTICLE, one_slot_per_story
from rag.types import Answer, Arm, Article, Filter, Hit

ANSWER_HITS = 10  # passages that an answer carries along


class Index:
    """One generation of an index and the encoder that its questions need. Thread-safe."""

    def __init__(self, generation: Generation, encoder: Encoder) -> None:
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
    ) -> list[Hit]:
        """Return the k passages that fit the question best, best first.

        Passages that say the same in several articles take one slot, and one article takes
        at most `per_article` while others are left (None: no limit). Raises ValueError where
        the question is empty or k is below 1, FilterError where no article passes `where`.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        ranked = self.rank(question, depth=max(k, CANDIDATES), where=where)
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
        return self._rank(question, self._encode(question), depth=depth, arm=arm, where=where)

    def ask(self, question: str, *, where: Filter | None = None) -> Answer:
        """Return the sentence of the articles that answers the question, cited, or an abstention.

        The citations of an abstention are the nearest sentences. Raises ValueError where the
        question is empty, FilterError where no article passes `where`, IndexCorrupt where a
        citation does not hold.
        """
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
        choices = choose_sentences(self.generation, question, ranked)
        likely = confidence(choices[0]) if choices else 0.0
        cited = choices[: 1 + SUPPORTING]
        citations = tuple(cite(self.generation, c, number=i) for i, c in enumerate(cited, start=1))
        hits = tuple(self._hits(question, ranked))
        abstained = likely < ANSWER_FROM
        end = perf_counter()
        return Answer(
            question=question,
            answer=None if abstained else citations[0].quote,
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
) -> Index:
    """Open the live generation of an index, verified.

    The encoder is the one that the index was built with; naming another with `model`
    or `encoder` raises IndexMismatch. Raises IndexMissing, IndexCorrupt, ModelError.
    """
    generation = Generation(live_generation(Path(index)))
    name = model or generation.manifest.encoder["name"]
    return Index(generation, encoder or load_encoder(name, cache=cache, progress=progress))
