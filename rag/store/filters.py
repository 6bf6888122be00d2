"""A filter + the articles' metadata → which articles to look at."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from rag.errors import FilterError
from rag.types import Filter, Metadata

_MOST = 12  # values that an error names


def passing(where: Filter, ids: Sequence[str], about: Sequence[Metadata]) -> npt.NDArray[np.bool_]:
    """Tell which articles pass, (articles,). Raises FilterError, with what exists, if none does."""
    passes = np.ones(len(ids), bool)
    _keep(passes, "id", where.articles, list(ids), str)
    _keep(passes, "language", where.languages, [m.language for m in about], str.lower)
    _keep(passes, "source", where.sources, [m.source for m in about], str.casefold)
    if where.since or where.until:
        dates = [m.published for m in about]
        in_time = [_in_time(date, where) for date in dates]
        if not any(in_time):
            raise FilterError(_no_dates(where, dates))
        passes &= np.array(in_time)
    if not passes.any():
        raise FilterError("no article passes all of these filters together; leave one out")
    return passes


def _keep(
    passes: npt.NDArray[np.bool_],
    what: str,
    wanted: Sequence[str],
    values: Sequence[str | None],
    normal: Callable[[str], str],
) -> None:
    if not wanted:
        return
    known = {normal(value): value for value in values if value is not None}
    for value in wanted:
        if normal(value) not in known:
            names = sorted(known.values())
            more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
            there = ", ".join(names[:_MOST]) + more if names else "none"
            raise FilterError(f"no article has the {what} {value!r}; there are: {there}")
    asked = {normal(value) for value in wanted}
    passes &= np.array([value is not None and normal(value) in asked for value in values])


def _in_time(date: str | None, where: Filter) -> bool:
    # ISO dates sort as text, and a year is the beginning of its days.
    return date is not None and (
        (not where.since or date[: len(where.since)] >= where.since)
        and (not where.until or date[: len(where.until)] <= where.until)
    )


def _no_dates(where: Filter, dates: Sequence[str | None]) -> str:
    known = sorted(date for date in dates if date)
    asked = " ".join(
        f"{word} {day}" for word, day in (("since", where.since), ("until", where.until)) if day
    )
    there = f"they are from {known[0]} to {known[-1]}" if known else "none carries a date"
    return f"no article was published {asked}; {there}, {len(dates) - len(known)} carry no date"
