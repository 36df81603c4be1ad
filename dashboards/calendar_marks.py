"""Which days does a chart of demand shade, and which of them have room for their name?

Recorded events and the calendar's holidays and campaigns; what both name at the same time is shown once, as recorded.
"""

from __future__ import annotations

import re

import polars as pl

__all__ = ["marked_days"]

_LONG_DAYS = 3
_LABELS = 40  # so many upright names fit beside each other
_YEAR = re.compile(r"\s*\b(19|20)\d\d\b\s*")


def marked_days(events: pl.DataFrame, calendar: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """`first`, `last`, `name`, `is_recorded`, `has_label` of what falls into the drawn periods, by first day.

    Args:
        events: recorded, `first`, `last`, `name`, `stem` (its English name).
        calendar: the same columns. Of a country that has holidays of three days and more, only those.
        frame: `period_start` of every drawn period.
    """
    schema = {"first": pl.Date, "last": pl.Date, "name": pl.String, "is_recorded": pl.Boolean, "has_label": pl.Boolean}
    if frame.is_empty():
        return pl.DataFrame(schema=schema)
    begin, end = frame["period_start"].min(), frame["period_start"].max()
    days = (pl.col("last") - pl.col("first")).dt.total_days() + 1
    long = calendar.filter(days >= _LONG_DAYS)
    held = calendar if long.is_empty() else long
    told = [(row["first"], row["last"], _stem(row["stem"])) for row in events.iter_rows(named=True)]
    rows = [(row["first"], row["last"], row["name"], True) for row in events.iter_rows(named=True)]
    rows += [
        (row["first"], row["last"], row["name"], False)
        for row in held.iter_rows(named=True)
        if not any(stem == _stem(row["stem"]) and first <= row["last"] and last >= row["first"] for first, last, stem in told)
    ]
    seen = sorted((first, last, name, own) for first, last, name, own in set(rows) if last >= begin and first <= end)
    apart, place, marked = (end - begin).days / _LABELS, None, []  # type: ignore[operator, union-attr]
    for first, last, name, own in seen:
        middle = max(first, begin).toordinal() / 2 + min(last, end).toordinal() / 2
        has_label = place is None or middle - place >= apart
        place = middle if has_label else place
        marked.append((max(first, begin), last, _YEAR.sub(" ", name).strip(), own, has_label))
    return pl.DataFrame(marked, schema=schema, orient="row")


def _stem(name: str) -> str:
    return _YEAR.sub(" ", name).strip().casefold()
