"""Small parts of the page as HTML. Every text that comes in as `str` is escaped, but markup."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NewType

Markup = NewType("Markup", str)
"""HTML that was made here, and is not escaped again."""


def text(value: object) -> Markup:
    """Return any value as text that cannot be markup."""
    return Markup(escape(str(value)))


def paragraph(content: str, *, kind: str = "") -> Markup:
    """Return a paragraph of text."""
    return Markup(f'<p class="{kind}">{text(content)}</p>' if kind else f"<p>{text(content)}</p>")


def items(lines: Iterable[str], *, kind: str) -> Markup:
    """Return a list of texts; nothing where there is none."""
    entries = "".join(f"<li>{text(line)}</li>" for line in lines)
    return Markup(f'<ul class="{kind}">{entries}</ul>' if entries else "")


def chart(title: str, caption: str, drawn: str) -> Markup:
    """Return a chart with its title above and what must be known below."""
    told = f'<p class="quiet">{text(caption)}</p>' if caption else ""
    return Markup(f"<figure><figcaption>{text(title)}</figcaption>{drawn}{told}</figure>")


def grid(charts: Sequence[Markup]) -> Markup:
    """Return charts side by side, as many as there is room for."""
    return Markup(f'<div class="charts">{"".join(charts)}</div>' if charts else "")


def folded(summary: str, content: str, *, unfolded: bool = False) -> Markup:
    """Return something that is read on demand."""
    state = " open" if unfolded else ""
    return Markup(f"<details{state}><summary>{text(summary)}</summary>{content}</details>")


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> Markup:
    """Return a table; the first `words` columns are texts, the others are figures.

    A cell that is a figure and its interval, "0.866 [0.846, 0.885]", is set in two lines.
    """
    kinds = [' class="word"'] * words + [""] * (len(header) - words)
    head = "".join(
        f'<th scope="col"{kind}>{text(name)}</th>' for name, kind in zip(header, kinds, strict=True)
    )
    body = "".join(f"<tr>{_cells(row, words)}</tr>" for row in rows)
    return Markup(
        f'<div class="wide" role="region" tabindex="0" aria-label="{text(header[-1])}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(row: Sequence[str], words: int) -> str:
    cells = []
    for place, cell in enumerate(row):
        if place < words:
            cells.append(f'<th scope="row">{text(cell)}</th>')
        else:
            figure, bracket, interval = cell.partition(" [")
            below = f"<small>[{text(interval)}</small>" if bracket else ""
            cells.append(f"<td>{text(figure)}{below}</td>")
    return "".join(cells)


def definitions(values: Mapping[str, Any]) -> Markup:
    """Return names and values, nested ones as JSON."""
    entries = []
    for name, value in values.items():
        plain = isinstance(value, str | int | float)
        told = str(value) if plain else json.dumps(value, ensure_ascii=False, indent=1)
        entries.append(f"<dt>{text(name)}</dt><dd>{text(told)}</dd>")
    return Markup(f"<dl>{''.join(entries)}</dl>")


def figure(value: float | None, sure: tuple[float, float] | None) -> str:
    """Return a figure, and its interval where there is one."""
    if value is None:
        return "–"
    return f"{value:.3f} [{sure[0]:.3f}, {sure[1]:.3f}]" if sure else f"{value:.3f}"


def points(difference: float, interval: tuple[float, float]) -> str:
    """Return a difference of .083 as +8.3, and its interval."""
    low, high = interval
    told = f"{100 * difference:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
    return told.replace("-", "−")


def p_value(value: float) -> str:
    """Return a p-value as papers print it."""
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
