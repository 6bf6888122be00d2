"""Questions' records → figures by language: of the question, of the passages, and across."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean

from rag.bench.arms import TOP
from rag.bench.metrics import is_mean
from rag.bench.records import LanguageCell, LanguageOverlap, QuestionOutcome

UNKNOWN = "?"


def language_cells(
    outcomes: Iterable[QuestionOutcome], measures: Sequence[str]
) -> tuple[LanguageCell, ...]:
    """Return the matrix question language × passage language, for each arm.

    A gap is the cell's figure less that of the questions in the passages' own language.
    """
    means = [name for name in measures if is_mean(name)]
    rows: dict[tuple[str, str, str], list[dict[str, float]]] = defaultdict(list)
    for outcome in outcomes:
        of, over = (language or UNKNOWN for language in outcome.languages)
        for arm, found in outcome.arms.items():
            rows[of, over, arm].append(found.figures)
    figures = {
        key: {name: fmean(row[name] for row in group) for name in means}
        for key, group in rows.items()
    }
    return tuple(
        LanguageCell(of, over, arm, len(rows[of, over, arm]), found, _gaps(figures, of, over, arm))
        for (of, over, arm), found in figures.items()
    )


def language_overlaps(
    outcomes: Iterable[QuestionOutcome], passages_of: Mapping[str, str]
) -> tuple[LanguageOverlap, ...]:
    """Return how alike the first ten are for questions of one id in two languages.

    `passages_of` tells for each pair whose passages were ranked: only rankings of the same
    passages can be alike.
    """
    tops: dict[tuple[str, str], dict[str, dict[str, tuple[str, ...]]]] = defaultdict(dict)
    for outcome in outcomes:
        language = outcome.languages[0] or UNKNOWN
        for arm, found in outcome.arms.items():
            by_language = tops[passages_of[outcome.pair], arm].setdefault(language, {})
            by_language[outcome.id] = found.top[:TOP]
    overlaps = []
    for (corpus, arm), languages in tops.items():
        for one, other in combinations(languages, 2):
            both = languages[one].keys() & languages[other].keys()
            shares = [_share(languages[one][i], languages[other][i]) for i in sorted(both)]
            if shares:
                overlaps.append(
                    LanguageOverlap(corpus, arm, one, other, len(shares), fmean(shares))
                )
    return tuple(overlaps)


def _gaps(
    figures: Mapping[tuple[str, str, str], dict[str, float]], of: str, over: str, arm: str
) -> dict[str, float]:
    own = figures.get((over, over, arm))
    if of == over or own is None:
        return {}
    return {name: value - own[name] for name, value in figures[of, over, arm].items()}


def _share(one: Sequence[str], other: Sequence[str]) -> float:
    most = max(len(one), len(other))
    return len(set(one) & set(other)) / most if most else 1.0
