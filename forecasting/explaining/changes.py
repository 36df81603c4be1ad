"""What differs from the last run for one series, and why?

Two runs go in as frames, sentences come out, in the order of the chain: how far the forecast moved, then what may have moved it:
demand that became known, demand that was corrected, adjustments, events, the model, the selection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from forecasting.explaining.explanation import Sentence

__all__ = ["RunView", "what_changed"]

_MOVED = 0.005  # below half a per cent a forecast has not moved
_KEY = "forecasting.change."


@dataclass(frozen=True)
class RunView:
    """What a run knew and said; a frame that is None is not compared.

    Args:
        demand_forecasts, champions: as in `ForecastResult`. demand: `series_id`, `period_start`, `quantity` as learned.
        adjustments, events: the tables given to `forecast`. selection_id: of the weights in use.
    """

    demand_forecasts: pl.DataFrame
    champions: pl.DataFrame
    demand: pl.DataFrame | None = None
    adjustments: pl.DataFrame | None = None
    events: pl.DataFrame | None = None
    selection_id: str | None = None


def what_changed(previous: RunView, current: RunView, series_id: int) -> list[Sentence]:
    """Sentences on what moved the forecast of `series_id` from one run to the next; one that says so where nothing did.

    >>> columns = {"series_id": pl.Int64, "period_start": pl.Date, "measure": pl.String, "quantity": pl.Float64}
    >>> nothing, champions = pl.DataFrame(schema=columns), pl.DataFrame(schema={"series_id": pl.Int64, "model": pl.String})
    >>> [one.key for one in what_changed(RunView(nothing, champions), RunView(nothing, champions), 1)]
    ['forecasting.change.nothing']
    """
    before, after = (_means(one.demand_forecasts, series_id) for one in (previous, current))
    causes = [
        *_demand(previous.demand, current.demand, before, series_id),
        *_adjustments(previous.adjustments, current.adjustments, series_id),
        *_events(previous.events, current.events, series_id),
        *_model(previous.champions, current.champions, series_id),
    ]
    if previous.selection_id is not None and current.selection_id is not None and previous.selection_id != current.selection_id:
        causes.append(Sentence(f"{_KEY}selection", {}))
    common = before.join(after, on="period_start", suffix="_after").sort("period_start")
    moved = []
    if not common.is_empty():
        old, new = float(common["quantity"].sum()), float(common["quantity_after"].sum())
        if abs(new - old) > _MOVED * max(abs(old), 1e-9):
            values: dict[str, object] = {"before": round(old, 1), "after": round(new, 1), "period_count": common.height}
            moved.append(Sentence(f"{_KEY}{'up' if new > old else 'down'}", values))
    return [*moved, *causes] or [Sentence(f"{_KEY}nothing", {})]


def _means(forecasts: pl.DataFrame, series_id: int) -> pl.DataFrame:
    return forecasts.filter((pl.col("series_id") == series_id) & (pl.col("measure") == "mean")).select("period_start", "quantity")


def _demand(
    previous: pl.DataFrame | None, current: pl.DataFrame | None, forecast: pl.DataFrame, series_id: int
) -> list[Sentence]:
    if previous is None or current is None:
        return []
    columns = ["period_start", "quantity"]
    old, new = (one.filter(pl.col("series_id") == series_id).select(columns) for one in (previous, current))
    found = []
    fresh = new.join(old, on="period_start", how="anti")
    last = old["period_start"].max()
    if last is not None:
        fresh = fresh.filter(pl.col("period_start") > last)
    said = fresh.join(forecast, on="period_start", suffix="_said")
    if not said.is_empty():
        values: dict[str, object] = {
            "period_count": said.height,
            "quantity": round(float(said["quantity"].fill_null(0.0).sum()), 1),
            "expected": round(float(said["quantity_said"].sum()), 1),
        }
        found.append(Sentence(f"{_KEY}new_demand", values))
    both = old.join(new, on="period_start", suffix="_new")
    corrected = both.filter(pl.col("quantity").ne_missing(pl.col("quantity_new")))
    if not corrected.is_empty():
        change = float((corrected["quantity_new"].fill_null(0.0) - corrected["quantity"].fill_null(0.0)).sum())
        found.append(Sentence(f"{_KEY}corrected", {"period_count": corrected.height, "quantity": f"{change:+.1f}"}))
    return found


def _adjustments(previous: pl.DataFrame | None, current: pl.DataFrame | None, series_id: int) -> list[Sentence]:
    if previous is None and current is None:
        return []
    columns = ["period_start", "adjustment_quantity", "kind"]
    old, new = (_mine(one, columns, series_id) for one in (previous, current))
    found = []
    for key, rows in (("adjusted", new - old), ("unadjusted", old - new)):
        for day, quantity, kind in sorted(rows, key=repr):
            values: dict[str, object] = {"date": day, "quantity": f"{float(cast('Any', quantity)):+.1f}", "kind": kind}
            found.append(Sentence(f"{_KEY}{key}", values))
    return found


def _events(previous: pl.DataFrame | None, current: pl.DataFrame | None, series_id: int) -> list[Sentence]:
    if previous is None and current is None:
        return []
    old, new = (_mine(one, ["event", "start_date", "end_date"], series_id) for one in (previous, current))
    return [
        Sentence(f"{_KEY}{key}", {"event": event, "first": first, "last": last})
        for key, rows in (("event_added", new - old), ("event_removed", old - new))
        for event, first, last in sorted(rows, key=repr)
    ]


def _mine(table: pl.DataFrame | None, columns: list[str], series_id: int) -> set[tuple[object, ...]]:
    """Rows of the series, and those without one."""
    if table is None:
        return set()
    if "series_id" in table.columns:
        table = table.filter(pl.col("series_id").is_null() | (pl.col("series_id") == series_id))
    return set(table.select(columns).rows())


def _model(previous: pl.DataFrame, current: pl.DataFrame, series_id: int) -> list[Sentence]:
    rows = [one.filter(pl.col("series_id") == series_id) for one in (previous, current)]
    if any(one.is_empty() for one in rows):
        return [Sentence(f"{_KEY}first_time", {})] if rows[0].is_empty() and not rows[1].is_empty() else []
    before, after = (one.row(0, named=True) for one in rows)
    if before["model"] == after["model"]:
        return []
    values: dict[str, object] = {"model": after["model"], "runner_up": before["model"]}
    return [Sentence(f"{_KEY}model", values)]
