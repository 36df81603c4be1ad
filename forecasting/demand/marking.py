"""Marks at one origin, and the frame people see: what the automatic marks found, and what would be learned instead."""

from __future__ import annotations

import json

import numpy as np
import polars as pl

from forecasting.demand.marks import KINDS, Marks, find_marks
from forecasting.events.effects import near_events
from forecasting.events.moving_holidays import holiday_factors, window_shares
from forecasting.events.occurrences import EventCalendar, last_day
from forecasting.frames import FloatArray, IntArray, Panel, demand_starts, period_starts

__all__ = ["MARKS_SCHEMA", "cleaned", "marks_at", "marks_frame"]

MARKS_SCHEMA = {
    "series_id": pl.Int64,
    "frequency": pl.String,
    "period_start": pl.Date,
    "kind": pl.String,
    "recorded_quantity": pl.Float64,
    "suggested_quantity": pl.Float64,
    "score": pl.Float64,
    "is_applied": pl.Boolean,
    "reason_key": pl.String,
    "reason_values": pl.String,
}


def marks_at(panel: Panel, rows: IntArray, values: FloatArray, starts: IntArray, events: EventCalendar | None) -> Marks:
    """Marks among the first periods of the panel's `rows`, from nothing but these periods.

    Args:
        values: (row, period) as known at the origin.
    """
    count = values.shape[1]
    usable = np.isfinite(values) & ~panel.is_censored[rows, :count]
    if panel.is_adjusted is not None:
        usable &= ~panel.is_adjusted[rows, :count]
    if panel.below_zero is not None:  # a return already
        usable &= panel.below_zero[rows, :count] == 0
    indices = panel.first_index + np.arange(count)
    festival = holiday_factors(np.nan_to_num(values), starts, indices, panel.frequency)[None, :]
    is_event = np.zeros((1, count), dtype=bool)
    if panel.frequency in ("day", "week", "month") and count:
        is_event = (window_shares(indices, panel.frequency).sum(axis=1) > 0)[None, :] & (festival != 1.0)
        if events is not None:
            day = last_day(panel.first_index + count - 1, panel.frequency)
            is_event = is_event | near_events(events.of_rows(rows), panel.first_index, count, day, len(rows))
    return find_marks(
        values,
        starts,
        usable,
        festival,
        is_event,
        frequency=panel.frequency,
        season_length=panel.season_length,
        largest_order=None if panel.largest_order is None else panel.largest_order[rows, :count],
        returned=None if panel.returned is None else panel.returned[rows, :count],
    )


def cleaned(panel: Panel, rows: IntArray, values: FloatArray, starts: IntArray, events: EventCalendar | None) -> FloatArray:
    """`values` with what would be learned instead of what is marked."""
    marks = marks_at(panel, rows, values, starts, events)
    return np.where(marks.kind > 0, marks.suggested, values)


def marks_frame(panel: Panel, count: int, events: EventCalendar | None, is_applied: bool) -> pl.DataFrame:
    """`demand_marks` of the first `count` periods; negative quantities are always learned as 0 and marked as returns."""
    rows = np.flatnonzero(panel.first_columns < count)
    if not rows.size or not count:
        return pl.DataFrame(schema=MARKS_SCHEMA)
    values = panel.values[rows, :count]
    starts = demand_starts(values, panel.first_columns[rows])
    values = np.where(np.arange(count)[None, :] >= starts[:, None], values, np.nan)
    marks = marks_at(panel, rows, values, starts, events)
    places = [(row, column, KINDS[marks.kind[row, column]], is_applied) for row, column in np.argwhere(marks.kind > 0)]
    below = np.zeros_like(values) if panel.below_zero is None else panel.below_zero[rows, :count]
    places += [(row, column, "return", True) for row, column in np.argwhere((below > 0) & (marks.kind == 0))]
    dates = period_starts(panel.first_index + np.arange(count), panel.frequency)
    found = []
    for row, column, kind, applied in places:
        recorded = float(np.nan_to_num(values[row, column])) - float(below[row, column])
        suggested = float(marks.suggested[row, column]) if below[row, column] == 0 else 0.0
        facts: dict[str, object] = {"recorded": round(recorded, 3), "suggested": round(suggested, 3)}
        key = kind
        if kind == "one_off" and panel.largest_order is not None:
            largest = float(panel.largest_order[rows[row], column])
            facts |= {"largest_order": round(largest, 3), "share": round(largest / recorded, 3) if recorded > 0 else 1.0}
        elif kind == "return":
            facts["returned"] = round(float(below[row, column]) or float(_returned(panel, rows[row], column)), 3)
        elif marks.score[row, column] < 0:
            key = "outlier_low"
        found.append(
            (
                int(panel.series_ids[rows[row]]),
                panel.frequency,
                dates[column],
                kind,
                recorded,
                suggested,
                round(float(marks.score[row, column]), 2) if below[row, column] == 0 else 1.0,
                applied,
                f"forecasting.mark.{key}",
                json.dumps(facts, sort_keys=True),
            )
        )
    return pl.DataFrame(found, schema=MARKS_SCHEMA, orient="row").sort("series_id", "period_start")


def _returned(panel: Panel, row: int, column: int) -> float:
    return 0.0 if panel.returned is None else float(panel.returned[row, column])
