"""An extractive answer → what a language model makes of it, streamed, then verified.

Where the model is down, slow, cut off, refuses or writes what cannot be verified, a note
says so in one sentence, and the extractive answer stands.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from rag.errors import GenerationError
from rag.generate.claims import find_claims
from rag.generate.client import LanguageModel, SchemaRefused
from rag.generate.drafts import Draft, DraftStream
from rag.generate.prompt import answer_schema, messages
from rag.generate.records import Claim, Generated, GeneratedAnswer
from rag.generate.sources import Source, gather_sources
from rag.generate.support import reading_support
from rag.generate.verify import Verifier, vocabulary_casing
from rag.index import Index
from rag.types import Answer, Filter, Turn

ENOUGH = 0.5  # the share of the text that must be supported for it to stand
NOT_ASKED = "The articles do not seem to answer this, so the model was not asked."
INSTEAD = "the articles' own words stand instead."


def generate_answer(
    index: Index,
    question: str,
    *,
    model: LanguageModel,
    where: Filter | None = None,
    answer_from: float | None = None,
    after: Answer | Turn | None = None,
) -> GeneratedAnswer:
    """Return the extractive answer, and what a model writes about it, each claim verified.

    The options are those of `Index.ask`. A model that fails is a note, not an error; raises
    what `Index.ask` raises.
    """
    answer = index.ask(question, where=where, answer_from=answer_from, after=after)
    pieces = _write(index, answer, model)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return GeneratedAnswer(answer, end.value)


def write_answer(index: Index, answer: Answer, model: LanguageModel) -> Iterator[str | Generated]:
    """Yield what a model writes about an answer as it arrives, and at last the verified whole.

    The pieces are plain text, not yet verified, with citations as [n]; the last thing is always
    a `Generated`, whose text is theirs, or "" where the model failed. Closing the iterator ends
    the request. The model is not asked where the answer is an abstention.
    """
    generated = yield from _write(index, answer, model)
    yield generated


@dataclass(slots=True)
class _Writing:
    """What is known of a text while it is written."""

    model: str
    sources: Sequence[Source]
    finish_reason: str | None = None
    shown: dict[int, int] = field(default_factory=dict)  # a source's number → that in the text
    timings_ms: dict[str, float] = field(default_factory=dict)

    def number(self, cited: int) -> int:
        """Return the number to show for a cited one: in order of appearance, where it exists."""
        if not 1 <= cited <= len(self.sources):
            return cited
        return self.shown.setdefault(cited, len(self.shown) + 1)

    def result(
        self, note: str | None, text: str = "", claims: Sequence[Claim] = (), *, used: bool = False
    ) -> Generated:
        citations = [
            replace(self.sources[number - 1].citation, number=shown)
            for number, shown in self.shown.items()
        ]
        return Generated(
            model=self.model,
            text=text,
            claims=tuple(claims),
            citations=tuple(citations) if text else (),
            used=used,
            finish_reason=self.finish_reason,
            note=note,
            timings_ms=self.timings_ms,
        )


def _write(index: Index, answer: Answer, model: LanguageModel) -> Generator[str, None, Generated]:
    if answer.abstained:
        return _Writing(model.name, ()).result(NOT_ASKED)
    writing = _Writing(model.name, gather_sources(index.generation, answer))
    question = answer.completed or answer.question
    begin = perf_counter()
    try:
        draft = yield from _draft(writing, question, model)
    except GenerationError as error:
        writing.timings_ms["write"] = 1000 * (perf_counter() - begin)
        return writing.result(f"No answer of the model can be used: {error}; {INSTEAD}")
    written = perf_counter()
    writing.timings_ms["write"] = 1000 * (written - begin)
    if not draft.text:
        return writing.result(f"The model found no answer in the sentences; {INSTEAD}")
    claims = _verified(index, question, writing, draft)
    writing.timings_ms["verify"] = 1000 * (perf_counter() - written)
    used, note = _judged(writing, answer, claims)
    return writing.result(note, draft.text, claims, used=used)


def _draft(writing: _Writing, question: str, model: LanguageModel) -> Generator[str, None, Draft]:
    """Yield the text as it is written, and return it. Raises GenerationError."""
    schema = answer_schema(len(writing.sources)) if model.offers_schema else None
    asked = messages(question, writing.sources, schema=schema is not None)
    stream = DraftStream(writing.number)
    try:
        for delta in model.complete(asked, schema=schema):
            writing.finish_reason = delta.finish_reason or writing.finish_reason
            fresh = stream.feed(delta.text)
            if fresh:
                yield fresh
    except SchemaRefused:
        return (yield from _draft(writing, question, model))
    if writing.finish_reason != "stop":
        raise GenerationError(_ended(writing.finish_reason))
    rest, draft = stream.close()
    if rest:
        yield rest
    return draft


def _ended(reason: str | None) -> str:
    match reason:
        case "length":
            return "it was cut off at its greatest length"
        case "content_filter":
            return "a filter of the server withheld it"
        case _:
            return f"it ended with {reason!r} and not with 'stop'"


def _verified(index: Index, question: str, writing: _Writing, draft: Draft) -> list[Claim]:
    sources = writing.sources
    casing = vocabulary_casing(index.encoder)
    verifier = Verifier(question, sources, reading_support(index, sources), casing)
    given = {shown: number for number, shown in writing.shown.items()}
    claims = []
    for stated in find_claims(draft.text, draft.spans):
        wrong = [number for number in stated.numbers if number not in given]
        reason: str | None = f"there is no sentence [{wrong[0]}]" if wrong else None
        if not wrong:
            numbers = [given[number] for number in stated.numbers]
            reason = verifier.objection(stated.words, numbers, text=draft.text)
        claims.append(Claim(stated.start, stated.end, stated.numbers, reason is None, reason))
    return claims


def _judged(writing: _Writing, answer: Answer, claims: Sequence[Claim]) -> tuple[bool, str | None]:
    """Return whether the text may stand, and what is to be said about it."""
    lengths = [claim.end - claim.start for claim in claims]
    if not claims:
        return False, f"The model wrote nothing that could be verified; {INSTEAD}"
    supported = [claim for claim in claims if claim.supported]
    share = sum(claim.end - claim.start for claim in supported) / sum(lengths)
    failed = len(claims) - len(supported)
    told = f"{failed} of {len(claims)} statements of the model could not be verified"
    if not supported or share < ENOUGH:
        return False, f"{told}; {INSTEAD}"
    answering = {(c.article, c.start) for c in answer.citations}
    cited = {n for claim in supported for n in claim.citations}
    sources = [
        writing.sources[n - 1].citation for n, shown in writing.shown.items() if shown in cited
    ]
    if not any((source.article, source.start) in answering for source in sources):
        return False, f"What the model cites does not seem to answer the question; {INSTEAD}"
    return True, f"{told}." if failed else None
