"""An explanation of how two arms differ → lines for a terminal, the two side by side."""

from itertools import zip_longest
from textwrap import wrap

from rag.bench.slice_differences import SliceDifference
from rag.bench.why import Duel, Explanation, Side
from rag.terminal import safe

_COLUMN = 43  # characters of each of two columns
_GUTTER = "  "
_MOST_LINES = 8  # of a passage
_BEFORE = 120  # characters of a passage before what answers


def why_lines(found: Explanation, *, most: int) -> str:
    """Return the tested slices, and the `most` largest wins and losses."""
    whole = found.differences.whole
    lines = [
        f"{found.one} against {found.other}, {found.measure}: {whole.won} won, {whole.lost} lost, "
        f"{whole.even} even",
        f"{whole.compared.sentence}.",
        "",
        *_slice_lines(found),
    ]
    for told, duels in (("won", found.wins), ("lost", found.losses)):
        for duel in duels[:most]:
            lines += ["", *_duel_lines(duel, found, told)]
    shown = len(found.wins[:most]) + len(found.losses[:most])
    moved = len(found.wins) + len(found.losses)
    if shown < moved:
        lines += ["", f"{shown} of {moved} questions shown: -k N shows more, --json all."]
    return "\n".join(lines)


def _slice_lines(found: Explanation) -> list[str]:
    wide = max(9, len(found.one) + 1, len(found.other) + 1)
    lines = [
        f"{'':<30}{'n':>6}{found.one:>{wide}}{found.other:>{wide}}{'points':>8}"
        f"{'95% CI':>16}{'p':>8}{'won':>6}{'lost':>6}"
    ]
    by = ""
    for one in found.differences.slices:
        if one.by != by:
            by = one.by
            lines.append(by)
        lines.append(_slice_line(one, wide))
    for small_by, value, questions in found.differences.too_small:
        lines.append(f"not tested, too small: {small_by} {value} ({questions})")
    lines.append("p: paired randomisation test, Holm's correction over these slices; CI: without.")
    return lines


def _slice_line(one: SliceDifference, wide: int) -> str:
    compared = one.compared
    low, high = (f"{100 * end:+.1f}" for end in compared.interval)
    p = "<.001" if compared.p_holm < 0.001 else f"{compared.p_holm:.3f}"
    return (
        f"  {one.value:<28}{compared.questions:>6}{one.one:>{wide}.3f}{one.other:>{wide}.3f}"
        f"{100 * compared.difference:>+8.1f}{f'{low} {high}':>16}{p:>8}{one.won:>6}{one.lost:>6}"
    )


def _duel_lines(duel: Duel, found: Explanation, told: str) -> list[str]:
    languages = " → ".join(name or "?" for name in duel.languages)
    lines = [
        f"{told} by {abs(duel.difference):.3f}  {safe(duel.question or '')}",
        f"  {safe(duel.id)}, {safe(duel.pair)}, {languages}",
    ]
    if duel.gold:
        lines.append(f"  gold: {safe(' | '.join(duel.gold))}")
    columns = [
        _column(found.one, duel.one, duel.gold),
        _column(found.other, duel.other, duel.gold),
    ]
    for left, right in zip_longest(*columns, fillvalue=""):
        lines.append(f"  {left:<{_COLUMN}}{_GUTTER}{right}".rstrip())
    return lines


def _column(arm: str, side: Side, gold: tuple[str, ...]) -> list[str]:
    where = f"first relevant at {side.first_relevant}" if side.first_relevant else "none found"
    head = f"{arm} {side.figure:.3f}, {where}"
    if side.passage is None:
        return [head, "(no passage)"]
    right = "relevant" if side.relevant else "not relevant"
    named = f"1. {safe(side.passage)} ({right})"
    if side.text is None:
        return [head, named]
    return [head, *wrap(named, _COLUMN), *_excerpt(side.text, gold)]


def _excerpt(text: str, gold: tuple[str, ...]) -> list[str]:
    """Return the passage's lines around what answers, or its first."""
    flat = " ".join(safe(text).split())
    at = next((at for at in (flat.find(one) for one in gold) if at >= 0), 0)
    begin = flat.find(" ", at - _BEFORE, at) + 1 if at > _BEFORE else 0
    lines = wrap(("… " if begin else "") + flat[begin:], _COLUMN)
    return [*lines[:_MOST_LINES], "…"] if len(lines) > _MOST_LINES else lines
