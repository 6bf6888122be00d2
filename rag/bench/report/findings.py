"""What a measurement shows beyond the figures of its arms: languages, slices, answers, times."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from rag.bench.metrics import is_mean
from rag.bench.records import AnswerResult, Measurement, QuestionOutcome
from rag.bench.report import charts
from rag.bench.report.elements import Markup, chart, figure, folded, grid, p_value, points, table
from rag.bench.report.elements import text as escaped
from rag.bench.report.numbers import distribution, quantiles, times
from rag.bench.significance import ALPHA
from rag.bench.slice_differences import SliceDifference, compare_slices

_LEAST_SHOWN = 0.02  # coverage: the risk of the few most confident questions is chance
_NOTHING = Markup("")


def languages(measurement: Measurement) -> Markup:
    """Return a heatmap for each arm, where there is more than one pair of languages."""
    measure = measurement.measures[0]
    arms: dict[str, dict[tuple[str, str], float]] = {}
    for cell in measurement.languages:
        if measure in cell.figures:
            where = cell.question_language, cell.passage_language
            arms.setdefault(cell.arm, {})[where] = cell.figures[measure]
    shown = []
    every = [value for cells in arms.values() for value in cells.values()]
    for arm, cells in arms.items():
        if len(cells) > 1:
            rows = list(dict.fromkeys(of for of, _ in cells))
            columns = list(dict.fromkeys(over for _, over in cells))
            drawn = charts.heatmap(cells, (min(every), max(every)), rows, columns)
            shown.append(chart(f"{measure} of {arm}", "", drawn))
    if not shown:
        return _NOTHING
    overlaps = [
        [Path(one.passages_of).name, f"{one.one} / {one.other}", one.arm, f"{one.overlap:.3f}"]
        for one in measurement.overlaps
    ]
    told = "The share of the first ten that is the same when a question is asked in two languages"
    header = ["passages", "asked in", "arm", "share"]
    shared = folded(told, table(header, overlaps, words=3)) if overlaps else ""
    return Markup(f"<h3>Languages</h3>{grid(shown)}{shared}")


def slices(measurement: Measurement, outcomes: Sequence[QuestionOutcome]) -> Markup:
    """Return where the best arm differs from the second best, over all pairs."""
    measure = measurement.measures[0]
    results = measurement.results
    means = {
        arm: fmean(one.arms[arm][measure] for one in results)
        for arm in results[0].arms
        if all(arm in one.arms for one in results)
    }
    if len(means) < 2 or not is_mean(measure):
        return _NOTHING
    best, second, *_ = sorted(means, key=lambda arm: -means[arm])
    ranked = [one for one in outcomes if one.arms]
    found = compare_slices(ranked, (best, second), measure).slices
    if not found:
        return _NOTHING
    drawn = charts.forest(
        [
            (s.by, s.value, s.compared.difference, s.compared.interval, s.compared.p_holm < ALPHA)
            for s in found
        ]
    )
    note = (
        f"Above 0 {best} is better. Lines: 95% intervals, bootstrap over the questions; in "
        "colour: p < .05 in the paired randomisation test, after Holm's correction over the "
        "slices. A question in several languages counts once."
    )
    header = ["by", "slice", "n", best, second, "points", "p", "won", "lost"]
    beside = table(header, map(_slice_row, found), words=2)
    title = f"{best} less {second}, {measure}"
    return Markup(
        f"<h3>{escaped(f'Where {best} differs from {second}')}</h3>"
        f"{grid([chart(title, note, drawn), beside])}"
    )


def _slice_row(found: SliceDifference) -> list[str]:
    compared = found.compared
    return [
        found.by,
        found.value,
        f"{compared.questions:,}",
        f"{found.one:.3f}",
        f"{found.other:.3f}",
        points(compared.difference, compared.interval),
        p_value(compared.p_holm),
        f"{found.won:,}",
        f"{found.lost:,}",
    ]


def answers(results: Sequence[AnswerResult]) -> Markup:
    """Return the figures of the answers, and their risk at every coverage."""
    if not results:
        return _NOTHING
    curves, shipped = {}, {}
    for one in results:
        curves[one.pair] = [point for point in one.risk_coverage if point[0] >= _LEAST_SHOWN]
        coverage, risk = one.abstention.get("coverage"), one.abstention.get("risk")
        if coverage is not None and risk is not None:
            shipped[one.pair] = (coverage, risk)
    note = (
        f"The share of given answers that are wrong, from {_LEAST_SHOWN:.0%} of coverage on. An "
        "answer to a question that nothing answers is always wrong. Dots: the threshold as shipped."
    )
    curves = {pair: curve for pair, curve in curves.items() if curve}
    drawn = (
        [chart("Risk and coverage", note, charts.risk_coverage(curves, shipped))] if curves else []
    )
    return Markup(f"<h3>Answers</h3>{grid([*drawn, _answer_table(results)])}")


def _answer_table(results: Sequence[AnswerResult]) -> Markup:
    names = dict.fromkeys(name for one in results for name in one.figures)
    abstaining = dict.fromkeys(name for one in results for name in one.abstention)
    rows = [
        ["questions", *(f"{one.questions:,}" for one in results)],
        ["that can be answered", *(f"{one.answerable:,}" for one in results)],
    ]
    for name in names:
        rows.append(
            [name, *(figure(one.figures.get(name), one.intervals.get(name)) for one in results)]
        )
    for name in abstaining:
        if any(one.abstention.get(name) is not None for one in results):
            row = [figure(one.abstention.get(name), None) for one in results]
            rows.append([f"abstaining: {name}", *row])
    halves = [" (half held out)" if one.held_out_half else "" for one in results]
    header = [one.pair + half for one, half in zip(results, halves, strict=True)]
    return table(["", *header], rows)


def latency(outcomes: Sequence[QuestionOutcome]) -> list[Markup]:
    """Return how long the arms and the answers took, where that is known."""
    known = times(outcomes)
    if not known:
        return []
    drawn = charts.latency({name: distribution(values) for name, values in known.items()})
    note = "The share of the questions that took no longer. Arms: ranking, encoding excluded."
    return [chart("Latency", note, drawn)]


def time_table(outcomes: Sequence[QuestionOutcome]) -> Markup:
    """Return the quantiles of the times."""
    rows = [
        [name, f"{len(values):,}", *(f"{value:.1f}" for value in quantiles(values))]
        for name, values in times(outcomes).items()
    ]
    return table(["milliseconds", "questions", "median", "95%", "99%"], rows)
