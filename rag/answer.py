"""Ranked passages → the sentence that answers, cited, or an abstention.

The choice of the sentence is `choose_sentence` alone, and the decision to answer is
`confidence` alone: a better judge than cosines goes there. Nothing is cited whose text
is not, character for character, what was indexed.
"""

from dataclasses import dataclass
from math import exp

import numpy as np

from rag.errors import IndexCorrupt
from rag.generation import Generation
from rag.manifest import digest
from rag.retrieve import Candidate, citable
from rag.sparse import coverages
from rag.types import Citation

CONSIDERED = 10  # passages among which the answer is looked for
# PIAF's tuning questions alone would take 0.15 (58% right first, against 57%), but then the
# seeds' questions lose: names cover more than the one word that asks.
COVERAGE_WEIGHT = 0.05
SUPPORTING = 4  # further passages that are cited as evidence

# Logistic regression of "the articles answer this" on the chosen sentence's cosine, over
# seeds/questions.jsonl: python -m rag.training.confidence seeds/questions.jsonl
INTERCEPT, PER_COSINE = -40.1, 49.5
ANSWER_FROM = 0.5  # the confidence from which an answer is given


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that may answer, and the passage in which it stands."""

    candidate: Candidate
    sentence: int  # row
    cosine: float
    score: float


def choose_sentences(
    generation: Generation, question: str, candidates: list[Candidate]
) -> list[Choice]:
    """Return each passage's best citable sentence, the likeliest answer first.

    A sentence counts by its own cosine, by how much of the question its words cover, and
    by its passage's score.
    """
    texts, languages, possible = [], [], []
    for candidate in candidates[:CONSIDERED]:
        article = int(generation.passages[candidate.passage]["article"])
        text, language = generation.text(article), generation.metadata(article).language
        for place in np.flatnonzero(citable(generation, candidate)).tolist():
            row = int(candidate.sentences[place])
            start, end = (int(generation.sentences[row][name]) for name in ("start", "end"))
            texts.append(text[start:end])
            languages.append(language)
            possible.append((candidate, row, float(candidate.cosines[place])))
    best: dict[int, Choice] = {}  # by passage
    for (candidate, row, cosine), covered in zip(
        possible, coverages(question, texts, languages), strict=True
    ):
        score = cosine + COVERAGE_WEIGHT * covered + candidate.score
        known = best.get(candidate.passage)
        if known is None or score > known.score:
            best[candidate.passage] = Choice(candidate, row, cosine, score)
    return sorted(best.values(), key=lambda choice: -choice.score)


def confidence(choice: Choice) -> float:
    """Return how likely it is, in [0, 1], that the articles answer the question at all."""
    return 1 / (1 + exp(-(INTERCEPT + PER_COSINE * choice.cosine)))


def cite(generation: Generation, choice: Choice, *, number: int) -> Citation:
    """Cite a sentence. Raises IndexCorrupt where its text is not what was indexed."""
    article = int(generation.passages[choice.candidate.passage]["article"])
    row = generation.sentences[choice.sentence]
    start, end = int(row["start"]), int(row["end"])
    quote = generation.text(article)[start:end]
    if digest(quote) != row["digest"].tobytes():
        raise IndexCorrupt(
            f"characters {start}-{end} of {generation.article_id(article)} are not the sentence "
            f"that was indexed; rebuild the index with: rag index {generation.manifest.folder}"
        )
    about = generation.metadata(article)
    return Citation(
        number=number,
        article=generation.article_id(article),
        title=about.title,
        source=about.source,
        published=about.published,
        start=start,
        end=end,
        quote=quote,
    )
