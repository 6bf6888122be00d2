"""Ranked passages → the sentence that answers, cited, or an abstention.

The choice of the sentence is `choose_sentence` alone, and the decision to answer is
`confidence` alone: a better judge than cosines goes there. Nothing is cited whose text
is not, character for character, what was indexed.
"""

from dataclasses import dataclass
from math import exp

from rag.errors import IndexCorrupt
from rag.generation import Generation
from rag.manifest import digest
from rag.retrieve import Candidate, citable
from rag.types import Citation

CONSIDERED = 10  # passages among which the answer is looked for
SUPPORTING = 4  # further passages that are cited as evidence

# Logistic regression of "the articles answer this" on the chosen sentence's cosine, over
# seeds/questions.jsonl: python -m rag.training.confidence seeds/questions.jsonl
INTERCEPT, PER_COSINE = -40.0, 49.4
ANSWER_FROM = 0.5  # the confidence from which an answer is given


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that may answer, and the passage in which it stands."""

    candidate: Candidate
    sentence: int  # row
    cosine: float


def choose_sentences(generation: Generation, candidates: list[Candidate]) -> list[Choice]:
    """Return each passage's best citable sentence, the likeliest answer first.

    A sentence counts by its own cosine and by its passage's score.
    """
    choices = []
    for candidate in candidates[:CONSIDERED]:
        may = citable(generation, candidate)
        if may.any():
            best = int((candidate.cosines * may - 2.0 * ~may).argmax())
            row, cosine = int(candidate.sentences[best]), float(candidate.cosines[best])
            choices.append(Choice(candidate, row, cosine))
    return sorted(choices, key=lambda c: -(c.cosine + c.candidate.score))


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
