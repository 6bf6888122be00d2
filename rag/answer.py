"""The sentence that answers → its citation and its answer span, checked.

Nothing is cited whose text is not, character for character, what was indexed.
"""

from rag.errors import IndexCorrupt
from rag.evidence import Evidence
from rag.generation import KINDS, Generation
from rag.manifest import digest
from rag.references import refers_back
from rag.types import AnswerSpan, Citation, Sentence


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
    """Return the sentence before the cited one in its passage, where the quote needs it."""
    before = evidence.row - 1
    if before < int(evidence.candidate.sentences[0]) or not refers_back(quote, language):
        return None
    row = generation.sentences[before]
    if row["kind"] != KINDS.index("sentence"):
        return None
    article = int(generation.passages[evidence.candidate.passage]["article"])
    start, end = int(row["start"]), int(row["end"])
    return Sentence(start, end, generation.text(article)[start:end])
