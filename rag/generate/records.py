"""What comes back from a language model, verified: records without behaviour.

Field names are the names in the JSON that the command line prints.
"""

from dataclasses import dataclass

from rag.types import Answer, Citation


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that the model wrote: `text[start:end]`, and whether the articles support it."""

    start: int
    end: int
    citations: tuple[int, ...]  # as numbered in the text; some may not exist
    supported: bool
    reason: str | None  # why not; None where it is supported


@dataclass(frozen=True, slots=True)
class Generated:
    """What a model wrote about an extractive answer, each claim verified.

    `text` is "" where nothing usable came. `used` tells whether the text may stand as the
    answer; where it is False the extractive answer does, and `note` says why in a sentence.
    `citations` are the sentences that the text cites, numbered as there; each is a proof
    like those of an `Answer`.
    """

    model: str
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    used: bool
    finish_reason: str | None
    note: str | None
    timings_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class GeneratedAnswer:
    """The extractive answer, and what a model made of it."""

    answer: Answer
    generated: Generated
