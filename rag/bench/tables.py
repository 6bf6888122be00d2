"""A measurement's JSON → tables: lines for a terminal, CSV, Markdown, LaTeX."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

TableFormat = Literal["csv", "markdown", "latex"]
TABLE_FORMATS: tuple[TableFormat, ...] = get_args(TableFormat)

_ANSWER_FIGURES = ("exact_match", "f1", "sentence@1", "sentence@3", "span_precision@1",
                   "span_recall@1", "span_f1@1")  # fmt: skip
_SEARCH_FIGURES = ("Success@1", "Success@5", "RR@10", "nDCG@10", "answer@1", "answer@3",
                   "abstained", "answered")  # fmt: skip


def terminal_table(result: Mapping[str, Any]) -> str:
    """Return a measurement as lines for a terminal."""
    measures = result["measures"]
    lines: list[str] = []
    if "by_language" in result:
        lines += [*_search_lines(result), ""]
    timed = any("rank_ms" in row for one in result["results"] for row in one["arms"].values())
    lines += [_header(measures, timed=timed)] if result["results"] else []
    if "by_language" in result or "judgements" in result:
        for pair, arms in result["arms"].items():
            lines += _arm_lines(pair, arms, measures)
    else:
        for one in result["results"]:
            lines += _arm_lines(_heading(one), one["arms"], measures)
    for name, arms in result.get("means", {}).items():
        lines += _arm_lines(f"mean, {name}", arms, measures)
    for one in result["answers"]:
        lines += ["", *_answer_lines(one)]
    lines += _language_lines(result)
    lines += ["", *_sentences(result)]
    lines += _foot(result)
    return "\n".join(lines)


def table(result: Mapping[str, Any], form: TableFormat) -> str:
    """Return the figures of every arm with their intervals, for a paper or a spreadsheet."""
    measures = result["measures"]
    if form == "csv":
        return _csv(result, measures)
    header = ["questions", "arm", *measures]
    rows = [
        [one["name"], arm, *(_figure(one, arm, name) for name in measures)]
        for one in result["results"]
        for arm in one["arms"]
    ]
    return _markdown(header, rows) if form == "markdown" else _latex(header, rows)


def _csv(result: Mapping[str, Any], measures: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["questions", "arm", "measure", "value", "low", "high"])
    for one in result["results"]:
        for arm, row in one["arms"].items():
            for name in measures:
                low, high = one["intervals"][arm].get(name, ("", ""))
                writer.writerow([one["name"], arm, name, row[name], low, high])
    for one in result["answers"]:
        for name, value in one["figures"].items():
            writer.writerow([one["pair"], "answers", name, value, *one["intervals"][name]])
        for name, value in one["abstention"].items():
            writer.writerow(
                [one["pair"], "abstention", name, "" if value is None else value, "", ""]
            )
    return out.getvalue().removesuffix("\n")


def _figure(one: Mapping[str, Any], arm: str, measure: str) -> str:
    value, sure = one["arms"][arm][measure], one["intervals"][arm].get(measure)
    return f"{value:.3f} [{sure[0]:.3f}, {sure[1]:.3f}]" if sure else f"{value:g}"


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", r"\|") for c in row) + " |" for row in cells)


def _latex(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = [" & ".join(map(_escape, row)) + r" \\" for row in rows]
    columns = "ll" + "r" * (len(header) - 2)
    return "\n".join(
        [
            rf"\begin{{tabular}}{{{columns}}}",
            r"\hline",
            " & ".join(map(_escape, header)) + r" \\",
            r"\hline",
            *body,
            r"\hline",
            r"\end{tabular}",
        ]
    )


def _escape(text: str) -> str:
    special = {char: "\\" + char for char in "&%$#_{}"}
    special |= {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(char, char) for char in text)


def _header(measures: Sequence[str], *, timed: bool) -> str:
    names = [*measures, *(["rank_ms"] if timed else [])]
    return f"{'':<16}" + "".join(f"{name:>{_width(name)}}" for name in names)


def _arm_lines(
    heading: str, arms: Mapping[str, Mapping[str, float]], measures: Sequence[str]
) -> list[str]:
    lines = [heading]
    for arm, row in arms.items():
        figures = "".join(f"{row[name]:>{_width(name)}.4f}" for name in measures)
        ms = f"{row['rank_ms']:>{_width('rank_ms')}.1f}" if "rank_ms" in row else ""
        lines.append(f"  {arm:<14}{figures}{ms}")
    return lines


def _width(name: str) -> int:
    return max(11, len(name) + 1)


def _heading(one: Mapping[str, Any]) -> str:
    asked, held = (Path(one[side]).name for side in ("questions_of", "passages_of"))
    if one["passages"] is None:
        return f"{asked}: {one['questions']} questions"
    where = f"{asked} → {held}" if asked != held else asked
    told = f"{one['questions']} questions, {one['passages']} passages"
    return f"{' → '.join(name or '?' for name in one['languages'])}  {where}: {told}"


def _search_lines(result: Mapping[str, Any]) -> list[str]:
    lines = ["      asked " + "".join(f"{name:>11}" for name in _SEARCH_FIGURES)]
    for name, row in [("all", result["all"]), *result["by_language"].items()]:
        cells = "".join(f"{_number(row[column]):>11}" for column in _SEARCH_FIGURES)
        lines.append(f"{name:<5} {row['questions']:>5} {cells}")
    return [
        *lines,
        "",
        "Success@k: a passage that holds the gold quote is among the first k.",
        "answer@k: a sentence that overlaps it is among the first k citations.",
        "abstained: of the questions that the articles do not answer; answered: of the others.",
    ]


def _answer_lines(one: Mapping[str, Any]) -> list[str]:
    half = ", every second article held out" if one["held_out_half"] else ""
    lines = [
        f"answers, {one['pair']}: {one['questions']} questions over {one['passages']} passages"
        f"{half}; {one['answerable']} can be answered"
    ]
    for name in _ANSWER_FIGURES if one["figures"] else ():
        low, high = one["intervals"][name]
        lines.append(f"  {name:<18}{one['figures'][name]:.3f}  [{low:.3f}, {high:.3f}]")
    told = {name: _number(value) for name, value in one["abstention"].items()}
    return [
        *lines,
        f"  abstaining: AUROC {told['auroc']}, precision {told['precision']}, recall "
        f"{told['recall']}, F1 {told['f1']}",
        f"  answered: {told['coverage']} of all, of these wrong {told['risk']} (area under the "
        f"curve {told['aurc']}); dealt with rightly {told['right']}",
    ]


def _language_lines(result: Mapping[str, Any]) -> list[str]:
    cells = [cell for cell in result["languages"] if cell["gaps"]]
    if not cells:
        return []
    first = result["measures"][0]
    lines = ["", f"{first} by language, and the gap to the passages' own language:"]
    for cell in cells:
        pair = f"{cell['question_language']} → {cell['passage_language']}"
        lines.append(
            f"  {pair:<10}{cell['arm']:<16}{cell['figures'][first]:.4f}  {cell['gaps'][first]:+.4f}"
        )
    lines += ["", "share of the first 10 that is the same when asked in two languages:"] * bool(
        result["overlaps"]
    )
    for one in result["overlaps"]:
        pair = f"{one['one']} / {one['other']}"
        lines.append(f"  {pair:<10}{one['arm']:<16}{one['overlap']:.3f}  "
                     f"{Path(one['passages_of']).name}")  # fmt: skip
    return lines


def _sentences(result: Mapping[str, Any]) -> list[str]:
    """Return how the best arm of each result differs from the others, in the first measure."""
    lines = []
    for one in result["results"]:
        mine = [c for c in one["comparisons"] if c["measure"] == result["measures"][0]]
        if mine:
            best = max(one["arms"], key=lambda arm: one["arms"][arm][result["measures"][0]])
            told = [c["sentence"] for c in mine if best in (c["one"], c["other"])]
            several = [f"{one['name']}:"] if len(result["results"]) > 1 else []
            lines += [*several, *(f"{sentence}." for sentence in told)]
    if lines:
        lines.append("p: paired randomisation test, Holm's correction over all measures and pairs.")
    return lines


def _foot(result: Mapping[str, Any]) -> list[str]:
    lines = [f"{warned['count']} {warned['what']}" + (
        f" (first: {warned['first']})" if warned["first"] else ""
    ) for warned in result["warnings"]]  # fmt: skip
    for corpus in result.get("corpora", ()):
        lines.append(
            f"{Path(corpus['file']).name}: index {corpus['index']}, {corpus['sentences']} "
            f"sentences, Index.search {corpus['search_ms']:.1f} ms a question (median, encoding "
            "included)"
        )
    if result.get("every", 1) > 1:
        lines.append(f"asked: questions {result['offset']} modulo {result['every']} of each file")
    lines += result.get("notes", [])
    if "judgements" in result:
        told = result["judgements"]
        lines.append(f"{told['used']} of {told['read']} judgements used")
    if result.get("arms"):  # questions about an index, one by one
        lines.append("rank_ms: median of Index.rank, encoding included.")
    if "citations" in result:
        checked = result["citations"]
        lines.append(
            f"{checked['checked']} citations checked against their articles, "
            f"{checked['wrong']} wrong; median {result['median_ask_ms']:.1f} ms a question."
        )
    if "seconds" in result:
        lines.append("rank_ms: median of Index.rank, encoding excluded.")
        lines.append(f"encoder {result['encoder']}; {result['seconds']:.1f} s")
    return lines


def _number(value: float | None) -> str:
    return "-" if value is None else format(value, ".3f")
