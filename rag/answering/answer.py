"""What was found for a question → the answer: its sentences, their citations, checked.

Nothing is cited whose text is not, character for character, what was indexed. Sentences that
answer together stand first, in their article's order; then those that say something else;
then what supports the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answering.disagreement import Statement, disagreeing
from rag.answering.evidence import Evidence
from rag.answering.judgement import Judged, likelihoods
from rag.answering.references import refers_back
from rag.answering.several import is_item, of_a_list, opens_list, together
from rag.errors import IndexCorrupt
from rag.store.generation import SENTENCE, Generation
from rag.store.manifest import digest
from rag.types import AnswerSpan, Citation, Sentence

CITED = 5  # sentences: the answer, and what supports it
AROUND = 12  # sentences before and after the best one, among which others answer with it
COMPARED = 10  # sentences that may say something else
AS_SURE = 3.0  # the log of how much less likely one may be that says something else


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one question: its sentences, weighed, the likeliest answer first."""

    question: str
    judged: Sequence[Judged]
    confidence: float
    stated: Evidence | None = None  # what an article says of itself, where that was asked

    @property
    def evidence(self) -> list[Evidence]:
        """The sentences in the order in which they are cited."""
        own = [self.stated] if self.stated else []
        return own + [one.evidence for one in self.judged]


@dataclass(frozen=True, slots=True)
class Composed:
    """The citations of an answer; the first `parts` make it up, the `differing` contradict it."""

    citations: tuple[Citation, ...]
    parts: int
    differing: tuple[int, ...]  # numbers of citations


def compose(generation: Generation, answered: Sequence[Found]) -> Composed:
    """Return the citations of what was found. Raises IndexCorrupt where one does not hold."""
    leading = list({e.row: e for found in answered for e in _answering(generation, found)}.values())
    held = {evidence.row for evidence in leading}
    contrary = []
    if len(answered) == 1 and len(leading) == 1 and not answered[0].stated:
        contrary = _contrary(generation, answered[0])
        held |= {evidence.row for evidence in contrary}
    support = [e for found in answered for e in found.evidence if e.row not in held]
    support = list({e.row: e for e in support}.values())
    room = max(CITED - len(leading) - len(contrary), 0)
    cited = [*leading, *contrary, *support[:room]]
    likely = _likely(generation, answered)
    citations = [
        replace(cite(generation, e, number=number), confidence=likely.get(e.row))
        for number, e in enumerate(cited, start=1)
    ]
    for place in range(1, len(leading)):  # what comes before it stands there already
        if leading[place].row == leading[place - 1].row + 1:
            citations[place] = replace(citations[place], context=None)
            if opens_list(citations[place - 1].quote):  # what it announces is the answer
                citations[place - 1] = replace(citations[place - 1], answer_span=None)
    first = len(leading) + 1
    return Composed(tuple(citations), len(leading), tuple(range(first, first + len(contrary))))


def _likely(generation: Generation, answered: Sequence[Found]) -> dict[int, float]:
    """Return how likely each sentence answers, by its row; those that do so together, alike."""
    likely: dict[int, float] = {}
    for found in answered:
        # Where an article says it of itself, the reader was not asked about these.
        own = {} if found.stated else likelihoods(found.judged, found.confidence)
        own |= dict.fromkeys((e.row for e in _answering(generation, found)), found.confidence)
        likely |= {row: max(one, likely.get(row, 0.0)) for row, one in own.items()}
    return likely


def _answering(generation: Generation, found: Found) -> list[Evidence]:
    """Return the sentences that answer a question together."""
    if not found.evidence:
        return []
    best = found.evidence[0]
    if found.stated:
        return [best]
    low, high = _around(generation, best)
    article = generation.text(int(generation.passages[best.candidate.passage]["article"]))
    texts = []
    for row in generation.sentences[low:high]:
        text = article[int(row["start"]) : int(row["end"])]
        texts.append(text if row["kind"] == SENTENCE or of_a_list(text) else "")
    known = {one.evidence.row: one for one in found.judged if low <= one.evidence.row < high}
    scores = {row - low: one.score for row, one in known.items()}
    rows = [low + place for place in together(found.question, best.row - low, texts, scores)]
    return [
        known[row].evidence if row in known else Evidence(best.candidate, row, 0.0, 0.0)
        for row in rows
    ]


def _around(generation: Generation, best: Evidence) -> tuple[int, int]:
    """Return the range of rows near a sentence that are of its article."""
    article = generation.passages[best.candidate.passage]["article"]
    own = generation.passages[generation.passages["article"] == article]
    low, high = int(np.min(own["first"])), int(np.max(own["last"]))
    return max(low, best.row - AROUND), min(high, best.row + AROUND + 1)


def _contrary(generation: Generation, found: Found) -> list[Evidence]:
    """Return the sentences that say something else than the first one, one an article."""
    if not found.judged:
        return []
    sure = [
        one for one in found.judged[:COMPARED]
        if one.evidence.answer and (one.evidence.has or 0.0) > 0
        and one.score >= found.judged[0].score - AS_SURE
    ]  # fmt: skip
    if not sure or sure[0] is not found.judged[0]:
        return []
    statements = [_statement(generation, one.evidence) for one in sure]
    places: dict[str, int] = {}
    for place in disagreeing(found.question, statements):
        places.setdefault(statements[place].article, place)
    return [sure[place].evidence for place in places.values()]


def _statement(generation: Generation, evidence: Evidence) -> Statement:
    passage = generation.passages[evidence.candidate.passage]
    article = int(passage["article"])
    text = generation.text(article)
    row = generation.sentences[evidence.row]
    said = text[int(row["start"]) : int(row["end"])]
    low, high = evidence.answer or (0, 0)
    about = generation.metadata(article)
    around = f"{about.title or ''}\n{text[int(passage['start']) : int(passage['end'])]}"
    return Statement(generation.article_id(article), said, said[low:high], around, about.language)


def cite(generation: Generation, evidence: Evidence, *, number: int) -> Citation:
    """Cite a sentence. Raises IndexCorrupt where its text is not what was indexed."""
    article = int(generation.passages[evidence.candidate.passage]["article"])
    row = generation.sentences[evidence.row]
    start, end = int(row["start"]), int(row["end"])
    quote = generation.text(article)[start:end]
    if digest(quote) != row["digest"].tobytes():
        raise IndexCorrupt(
            f"characters {start}-{end} of {generation.article_id(article)} are not the sentence "
            f"that was indexed; rebuild the index with: rag index {generation.manifest.folder}"
        )
    about = generation.metadata(article)
    place = generation.place(article, start)
    return Citation(
        number=number,
        article=generation.article_id(article),
        title=about.title,
        source=about.source,
        published=about.published,
        start=start,
        end=end,
        quote=quote,
        answer_span=_answer_span(evidence, quote, start),
        context=_context(generation, evidence, quote, about.language),
        page=place.page,
        heading=place.heading,
    )


def _answer_span(evidence: Evidence, quote: str, begin: int) -> AnswerSpan | None:
    if evidence.answer is None:
        return None
    low, high = evidence.answer
    text = quote[low:high]
    start = begin + low + len(text) - len(text.lstrip())
    text = text.strip()
    return AnswerSpan(start, start + len(text), text) if text else None


def _context(
    generation: Generation, evidence: Evidence, quote: str, language: str | None
) -> Sentence | None:
    """Return the sentence of its passage that the quote leans on, where it needs one.

    That is the one before it, or of an item of a list the line that opens the list.
    """
    first, before = int(evidence.candidate.sentences[0]), evidence.row - 1
    listed = is_item(quote)
    if before < first or not (listed or refers_back(quote, language)):
        return None
    article = generation.text(int(generation.passages[evidence.candidate.passage]["article"]))

    def sentence(place: int) -> Sentence:
        row = generation.sentences[place]
        start, end = int(row["start"]), int(row["end"])
        return Sentence(start, end, article[start:end])

    while listed and before > first and is_item(sentence(before).text):
        before -= 1
    leans_on = sentence(before)
    if listed:
        return leans_on if opens_list(leans_on.text) else None
    return leans_on if generation.sentences[before]["kind"] == SENTENCE else None
