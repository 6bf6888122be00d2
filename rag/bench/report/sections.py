"""A saved measurement → its part of the page: sentences, figures, charts, manifest."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.bench.metrics import is_mean
from rag.bench.records import Comparison, Measurement, PairResult, QuestionOutcome
from rag.bench.report import charts
from rag.bench.report.elements import (
    Markup,
    chart,
    definitions,
    figure,
    folded,
    grid,
    items,
    p_value,
    paragraph,
    points,
    table,
    text,
)
from rag.bench.report.findings import answers, languages, latency, slices, time_table
from rag.bench.report.numbers import recall_curve


def section(
    measurement: Measurement, outcomes: Sequence[QuestionOutcome], *, label: str, number: int
) -> Markup:
    """Return the part of the page that is about one measurement."""
    several = len(measurement.results) > 1
    shown: list[Markup] = [_facts(measurement)]
    times = latency(outcomes)
    shown.append(languages(measurement))  # one file may hold questions in several
    if several:
        shown.append(Markup("<h3>Pair by pair</h3>"))
    for place, result in enumerate(measurement.results):
        asked = [one for one in outcomes if one.pair == result.name and one.arms]
        content = _pair(result, measurement.measures, asked, [] if several else times)
        told = f"{result.name}: {_where(result)}"
        shown.append(folded(told, content, unfolded=not place) if several else content)
    if measurement.results:
        shown.append(slices(measurement, outcomes))
    shown.append(answers(measurement.answers))
    if times:
        alone = several or not measurement.results
        shown.append(Markup(f"<h3>Time</h3>{grid([*times * alone, time_table(outcomes)])}"))
    warned = (
        f"{w.count:,} {w.what}" + (f" (first: {w.first})" if w.first else "")
        for w in measurement.warnings
    )
    shown += [items(warned, kind="warnings"), _manifest(measurement)]
    return Markup(
        f'<section class="measurement" id="m{number}" aria-label="{text(label)}">'
        f"<h2>{text(label)}</h2>{''.join(shown)}</section>"
    )


def _facts(measurement: Measurement) -> Markup:
    identity, made = measurement.manifest.identity, measurement.manifest.created
    encoder = identity.get("encoder")
    named = encoder.get("name") if isinstance(encoder, dict) else encoder
    results = measurement.results
    told = [_where(results[0])] if len(results) == 1 else []
    if len(results) > 1:
        told.append(f"{len(results)} pairs of questions and passages")
    told += [f"encoder {named}"] * bool(named) + [f"measured {made}"]
    return paragraph(" · ".join(told), kind="quiet")


def _where(result: PairResult) -> str:
    asked, held = (Path(name).name for name in (result.questions_of, result.passages_of))
    told = f"{result.questions:,} questions"
    if result.passages is not None:
        told += f" over {result.passages:,} passages"
    between = " → ".join(name for name in result.languages if name)
    files = asked if asked == held else f"{asked} → {held}"
    return " · ".join(part for part in (told, between, files) if part)


def _pair(
    result: PairResult,
    measures: Sequence[str],
    outcomes: Sequence[QuestionOutcome],
    further: Sequence[Markup],
) -> Markup:
    """Return the figures of one pair; `further` charts stand beside its own."""
    best = max(result.arms, key=lambda arm: result.arms[arm][measures[0]])
    mine = [one for one in result.comparisons if one.measure == measures[0]]
    sentences = [one.sentence + "." for one in mine if best in (one.one, one.other)]
    drawn = [name for name in measures if is_mean(name)]
    shown = []
    if drawn:
        note = "Thin lines: 95% intervals of the mean, bootstrap over the questions."
        bars = charts.bars(result.arms, result.intervals, drawn)
        shown.append(chart("Figures of each arm", note, bars))
    note = "The mean share of the relevant passages that are among the first k."
    curves = {arm: recall_curve(outcomes, arm) for arm in result.arms}
    shown.append(chart("Recall@k", note, charts.recall(curves)))
    rows = [
        [arm, *(figure(found[name], result.intervals.get(arm, {}).get(name)) for name in measures)]
        for arm, found in result.arms.items()
    ]
    return Markup(
        items(sentences, kind="sentences")
        + grid([*shown, *further])
        + table(["arm", *measures], rows)
        + _comparisons(result.comparisons)
    )


def _comparisons(compared: Sequence[Comparison]) -> Markup:
    if not compared:
        return Markup("")
    rows = [
        [
            one.measure,
            one.one,
            one.other,
            points(one.difference, one.interval),
            p_value(one.p_holm),
            "–" if one.detectable is None else f"{100 * one.detectable:.1f}",
        ]
        for one in compared
    ]
    header = ["measure", "arm", "less", "points", "p", "detectable"]
    note = paragraph(
        "p: paired randomisation test, after Holm's correction over all rows. Detectable: the "
        "least difference, in points, that this set shows with power .8.",
        kind="quiet",
    )
    return folded("All differences", table(header, rows, words=3) + note)


def _manifest(measurement: Measurement) -> Markup:
    made = measurement.manifest
    identity = {name: _without_folders(value) for name, value in made.identity.items()}
    further = {"versions": made.versions, "machine": made.machine}
    parts: Mapping[str, object] = {"measured": made.created, **identity, **further}
    return folded("Manifest", definitions(parts))


def _without_folders(value: object) -> object:
    """Return what was measured by the names of its files: a page that is passed on tells no paths.

    Files of one name stay apart by their paths.
    """
    if not isinstance(value, dict):
        return value
    names = [Path(str(key)).name for key in value]
    return dict(zip(names, value.values(), strict=True)) if len(set(names)) == len(names) else value
