"""What a language model wrote, as lines for a terminal."""

from rag.generate.records import Generated, GeneratedAnswer
from rag.terminal import answer_text, safe, source_line, wrapped


def written_text(written: GeneratedAnswer) -> str:
    """Return the verified text with its sources; where it may not stand, the extractive answer."""
    generated = written.generated
    if not generated.used:
        return "\n\n".join([answer_text(written.answer), *note_lines(generated)])
    marked = "\n".join(wrapped(line, indent="") for line in _marked(generated).splitlines())
    return f"{marked}\n\n{checked_text(written)}"


def checked_text(written: GeneratedAnswer) -> str:
    """Return what is to be said below a text that was shown while it was written."""
    generated = written.generated
    if not generated.used:
        return "\n\n".join([*note_lines(generated), answer_text(written.answer)])
    lines = [source_line(citation) for citation in generated.citations]
    for claim in generated.claims:
        if claim.reason:
            said = " ".join(generated.text[claim.start : claim.end].split())
            lines += ["", wrapped(f"Not verified: {said}", indent="")]
            lines.append(wrapped(f"({claim.reason})", indent="  "))
    took = sum(generated.timings_ms.values()) + written.answer.timings_ms["total"]
    lines += [line for note in note_lines(generated) for line in ("", note)]
    return "\n".join([*lines, "", f"written by {safe(generated.model)}, {took:.0f} ms"])


def note_lines(generated: Generated) -> list[str]:
    """Return the note, if there is one."""
    return [wrapped(generated.note, indent="")] if generated.note else []


def _marked(generated: Generated) -> str:
    """Return the text with a mark behind each statement that is not supported."""
    text = generated.text
    for claim in reversed(generated.claims):
        if not claim.supported:
            text = f"{text[: claim.end]} (not verified){text[claim.end :]}"
    return text
