"""Which series end on a day somebody named, so that nothing is forecast after it?

The master data of an item may say when it was, or will be, sold for the last time. A forecast is then multiplied by the share of
a period's days up to that day. A day that demand has passed already is no longer believed: what is asked for is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.choosing.champion import Choice, reason_json
from forecasting.frames import BoolArray, FloatArray, IntArray, Panel, period_starts
from kernel.errors import InvalidInput

__all__ = ["LastDays", "checked_last_days", "shares_left", "told_as_discontinued"]

_NEVER = date.max.toordinal()


@dataclass(frozen=True)
class LastDays:
    """(panel row,) the ordinal of the last day of demand, `date.max` where nobody named one."""

    day: IntArray


def checked_last_days(last_days: pl.DataFrame | None, panel: Panel, demand: pl.DataFrame) -> LastDays | None:
    """The table by panel row; None where there is none.

    Args:
        last_days: `series_id`, `last_date`. One row per series.

    Raises:
        InvalidInput: a missing column, a series that is not in demand, or twice the same, no date.
    """
    if last_days is None or last_days.is_empty():
        return None
    for name in ("series_id", "last_date"):
        if name not in last_days.columns:
            raise InvalidInput(
                "forecasting.table_column_missing", table="last_days", column=name, got=", ".join(last_days.columns)
            )
    rows = last_days.select("series_id", "last_date").sort("series_id")
    unknown = rows.filter(~pl.col("series_id").is_in(demand["series_id"].unique().implode()))
    if not unknown.is_empty():
        raise InvalidInput("forecasting.table_series_unknown", table="last_days", series_id=unknown["series_id"][0])
    bad = rows.filter(pl.col("series_id").is_duplicated() | pl.col("last_date").is_null())
    if not bad.is_empty():
        raise InvalidInput("forecasting.last_day_twice", series_id=bad["series_id"][0])
    day = np.full(panel.series_count, _NEVER, dtype=np.int64)
    kept = rows.filter(pl.col("series_id").is_in(panel.series_ids.tolist()))
    day[np.searchsorted(panel.series_ids, kept["series_id"].to_numpy())] = [one.toordinal() for one in kept["last_date"]]
    return LastDays(day)


def shares_left(told: LastDays, panel: Panel, origin: int, rows: IntArray, horizon: int) -> FloatArray:
    """(series, step): share of the days of each period ahead on which there is demand still."""
    edges = [day.toordinal() for day in period_starts(panel.first_index + np.arange(origin + horizon + 1), panel.frequency)]
    starts = np.array(edges)
    demand: BoolArray = panel.values[rows, :origin] > 0
    latest = origin - 1 - np.argmax(demand[:, ::-1], axis=1)
    passed = demand.any(axis=1) & (starts[np.clip(latest, 0, None)] > told.day[rows])
    day = np.where(passed, _NEVER, told.day[rows])[:, None]
    first, after = starts[origin:-1][None, :], starts[origin + 1 :][None, :]
    return np.asarray(np.clip(day + 1 - first, 0, after - first) / (after - first))


def told_as_discontinued(choice: Choice, told: LastDays | None, rows: IntArray, left: FloatArray | None) -> Choice:
    """The choice with the last day as its reason where it cuts the forecast."""
    if told is None or left is None or (left == 1.0).all():
        return choice
    keys, values = list(choice.reason_key), list(choice.reason_values)
    for place in np.flatnonzero((left < 1.0).any(axis=1)):
        day = date.fromordinal(int(told.day[rows[place]]))
        keys[place] = "forecasting.reason.discontinued"
        values[place] = reason_json({"last_date": day.isoformat(), "first_without": (day + timedelta(days=1)).isoformat()})
    return replace(choice, reason_key=keys, reason_values=values)
