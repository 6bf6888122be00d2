"""Points → charts as SVG elements, whose colours are variables of the page that holds them.

The only importer of matplotlib. Its figures know fixed colours only: each stands for a
variable, which takes its place in the text, so that one chart serves by day and by night.
Texts stay texts, and none is read as mathematics.
"""

import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from rag.bench.report.numbers import Points

Span = tuple[float, float]

WIDTH = 360  # of every chart, in points: the pixels of a narrow phone
SERIES = 8  # colours
_LEAST_MS = 0.01  # that are told apart
_LINES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
_INK, _QUIET, _RULE, _HEAT = "#010101", "#020202", "#030303", "#040404"
_SERIES = tuple(f"#0506{number:02x}" for number in range(1, SERIES + 1))
_VARIABLES = {_INK: "--ink", _QUIET: "--quiet", _RULE: "--rule", _HEAT: "--heat"} | {
    colour: f"--s{number}" for number, colour in enumerate(_SERIES, start=1)
}
_STYLE: Any = {  # matplotlib's type lists its three hundred keys
    "svg.fonttype": "none",
    "svg.hashsalt": "rag",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.parse_math": False,
    "text.color": _INK,
    "axes.edgecolor": _RULE,
    "axes.labelcolor": _QUIET,
    "axes.titlecolor": _INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "grid.color": _RULE,
    "grid.linewidth": 0.6,
    "xtick.color": _RULE,
    "ytick.color": _RULE,
    "xtick.labelcolor": _QUIET,
    "ytick.labelcolor": _INK,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.labelcolor": _INK,
}


def bars(
    values: Mapping[str, Mapping[str, float]],
    intervals: Mapping[str, Mapping[str, Span]],
    measures: Sequence[str],
) -> str:
    """Return a panel for each measure: a bar for each arm, with its 95% interval."""
    arms, columns = list(values), 2
    rows = -(-len(measures) // columns)
    panel = 16 * len(arms) + 26
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / 72, (rows * panel + 6) / 72))
        left = 8 + 5.6 * min(18, max(map(len, arms)))
        wide = (WIDTH - left - 14) / columns
        for at, measure in enumerate(measures):
            row, column = divmod(at, columns)
            x, y = left + column * (wide + 10), 4 + (rows - 1 - row) * panel
            high = max(1.0, *(values[arm][measure] for arm in arms))
            axes = _axes(figure, x, y, wide, panel - 26)
            axes.set_title(measure, pad=3)
            axes.set(xlim=(0, 1.36 * high), ylim=(len(arms) - 0.4, -0.6))
            axes.spines["bottom"].set_visible(False)
            axes.set_xticks([])
            axes.set_yticks(range(len(arms)), [_short(arm) for arm in arms] if not column else [])
            for place, arm in enumerate(arms):
                value = values[arm][measure]
                axes.barh(place, value, height=0.68, color=_SERIES[place % SERIES])
                low, top = intervals.get(arm, {}).get(measure, (value, value))
                axes.plot([low, top], [place, place], color=_INK, linewidth=1.6)
                axes.text(1.36 * high, place, f"{value:.3f}", ha="right", va="center")
        return _svg(figure, f"Bars of {', '.join(measures)} for {', '.join(arms)}")


def recall(curves: Mapping[str, Points]) -> str:
    """Return Recall@k against k, a line for each arm."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / 72, 230 / 72))
        axes = _axes(figure, 34, 34, WIDTH - 46, 184)
        axes.set_xscale("log")
        _draw_lines(axes, curves)
        axes.set_xlim(1, 100)
        lowest = min(point[1] for points in curves.values() for point in points)
        axes.set_ylim(max(0.0, int(10 * lowest) / 10 - 0.05), 1.01)
        _log_ticks(axes, (1, 2, 5, 10, 20, 50, 100))
        axes.set_xlabel("passages looked at (k)")
        axes.legend(loc="lower right")
        return _svg(figure, f"Recall@k for {', '.join(curves)}")


def latency(distributions: Mapping[str, Points]) -> str:
    """Return the share of questions done within a time, a line for each arm."""
    drawn = {  # a logarithm has no 0
        name: [(max(x, _LEAST_MS), y) for x, y in points] for name, points in distributions.items()
    }
    every = [x for points in drawn.values() for x, _ in points]
    low, high = min(every), max(every)
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / 72, 230 / 72))
        axes = _axes(figure, 34, 34, WIDTH - 46, 184)
        axes.set_xscale("log")
        _draw_lines(axes, drawn)
        axes.set(xlim=(low * 0.9, high * 1.1), ylim=(0, 1.01))
        decades = [m * 10.0**e for e in range(-4, 7) for m in (1, 2, 5)]
        ticks = [tick for tick in decades if low * 0.9 <= tick <= high * 1.1]
        _log_ticks(axes, ticks if len(ticks) < 9 else ticks[::3])
        axes.set_xlabel("milliseconds")
        axes.legend(loc="upper left")
        return _svg(figure, f"Share of questions done within a time, {', '.join(distributions)}")


def risk_coverage(curves: Mapping[str, Points], shipped: Mapping[str, tuple[float, float]]) -> str:
    """Return the share of wrong answers against the share answered; dots: as shipped."""
    below = 14 * -(-len(curves) // 2) + 6 if len(curves) > 1 else 0  # the legend, in two columns
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / 72, (230 + below) / 72))
        axes = _axes(figure, 34, 34 + below, WIDTH - 46, 184)
        _draw_lines(axes, curves)
        for place, name in enumerate(curves):
            if name in shipped:
                axes.plot(*shipped[name], "o", color=_SERIES[place % SERIES], markersize=6)
        axes.set(xlim=(0, 1.01), ylim=(0, None))
        axes.set_xlabel("share of the questions that are answered")
        if below:
            figure.legend(loc="lower center", ncols=2)
        return _svg(figure, "Share of wrong answers against the share answered")


def heatmap(
    cells: Mapping[tuple[str, str], float], scale: Span, rows: Sequence[str], columns: Sequence[str]
) -> str:
    """Return a matrix: rows are the questions' languages, columns those of the passages.

    Colours run from one end of the scale to the other.
    """
    low, spread = scale[0], scale[1] - scale[0] or 1.0
    tall, left = 30 * len(rows), 62
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / 72, (tall + 44) / 72))
        axes = _axes(figure, left, 4, WIDTH - left - 8, tall)
        axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        for (row, column), value in cells.items():
            x, y = columns.index(column), rows.index(row)
            alpha = 0.06 + 0.62 * (value - low) / spread
            axes.bar(x + 0.5, 0.94, 0.97, y + 0.03, color=_HEAT, alpha=alpha, linewidth=0)
            axes.text(x + 0.5, y + 0.5, f"{value:.3f}", ha="center", va="center_baseline")
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.xaxis.tick_top()
        axes.tick_params(length=0, labelcolor=_INK)
        axes.set_xticks([i + 0.5 for i in range(len(columns))], columns)
        axes.set_yticks([i + 0.5 for i in range(len(rows))], rows)
        axes.set_ylabel("questions in")
        axes.xaxis.set_label_position("top")
        axes.set_xlabel("passages in")
        return _svg(figure, "Figures by language of the questions and of the passages")


def forest(points: Sequence[tuple[str, str, float, Span, bool]]) -> str:
    """Return differences with their intervals: (group, label, difference, interval, sure)."""
    groups = list(dict.fromkeys(group for group, *_ in points))
    tall = 15 * (len(points) + len(groups))
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / 72, (tall + 46) / 72))
        axes = _axes(figure, 108, 34, WIDTH - 118, tall)
        axes.axvline(0, color=_QUIET, linewidth=0.8)
        labels: list[str] = []
        for group in groups:
            labels.append(group)
            for _, label, value, span, sure in (one for one in points if one[0] == group):
                place, colour = len(labels), _SERIES[0] if sure else _QUIET
                axes.plot([100 * end for end in span], [place] * 2, color=colour, linewidth=1.6)
                axes.plot(100 * value, place, "o", color=colour, markersize=5)
                labels.append(label)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_yticks(range(len(labels)), [_short(label) for label in labels])
        for text in axes.get_yticklabels():
            text.set_fontweight("bold" if text.get_text() in groups else "normal")
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_xlabel("difference in points")
        return _svg(figure, "Differences by slice, with 95% intervals")


def _axes(figure: Figure, x: float, y: float, width: float, height: float) -> Any:
    """Add axes at a place in points."""
    across, up = figure.get_size_inches() * 72
    return figure.add_axes((x / across, y / up, width / across, height / up))


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"


def _draw_lines(axes: Any, curves: Mapping[str, Points]) -> None:
    for place, (name, points) in enumerate(curves.items()):
        x, y = zip(*points, strict=True)
        line = _LINES[place % len(_LINES)]
        axes.plot(x, y, label=_short(name), color=_SERIES[place % SERIES], linestyle=line,
                  linewidth=1.7)  # fmt: skip
    axes.grid()


def _log_ticks(axes: Any, ticks: Sequence[float]) -> None:
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _svg(figure: Figure, told: str) -> str:
    """Return the figure as an element of a page, and what it shows in words."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = text[text.index("<svg") :].replace("'DejaVu Sans'", "system-ui, sans-serif")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r' id="[a-zA-Z0-9.]+_\d+"', "", text)  # of groups; what is referred to stays
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    text = re.sub(r' (?:d|x|y|transform)="[^"]*"', _rounded, text)
    text = re.sub(r"\s*\n\s*", "\n", text)
    text = re.sub(r' (?:width|height)="[\d.]+pt"', "", text, count=2)  # the view box stays
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(told)}"', 1)


def _rounded(attribute: re.Match[str]) -> str:
    """Return places to the hundredth of a point, which is all that can be seen."""
    return re.sub(r"(\.\d\d)\d+", r"\1", attribute[0])
