"""What does our engine say about a judged set at each of its cutoffs, laid out beside what came?"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from forecast_sets import JudgedSet

from forecasting import forecast

__all__ = ["LEVELS", "FloatArray", "Grid", "Judged", "our_forecasts"]

FloatArray = npt.NDArray[np.float64]
LEVELS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
LEVELS = (*LEVELS, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995)
PERIOD_DAYS = {"week": 7.0, "month": 365.25 / 12}


@dataclass
class Judged:
    """One cutoff: rows are series; `mean` and `quantiles` are ours, per step or (lead time) per sum."""

    cutoff: date
    ids: npt.NDArray[np.int64]
    history: FloatArray
    actual: FloatArray
    mean: FloatArray
    quantiles: FloatArray


class Grid:
    """Demand as arrays: rows by series, columns by period; NaN before a series begins and where unknown."""

    def __init__(self, judged: JudgedSet) -> None:
        frame = judged.demand
        self.ids = frame["series_id"].unique().sort().to_numpy()
        self.starts = frame["period_start"].unique().sort().to_list()
        rows = np.searchsorted(self.ids, frame["series_id"].to_numpy())
        place = {day: column for column, day in enumerate(self.starts)}
        columns = np.array([place[day] for day in frame["period_start"].to_list()])
        self.values = np.full((len(self.ids), len(self.starts)), np.nan)
        self.values[rows, columns] = frame["quantity"].cast(pl.Float64).to_numpy()
        self.is_in_stock = np.ones(self.values.shape, dtype=bool)
        if "is_in_stock" in frame.columns:
            self.is_in_stock[rows, columns] = frame["is_in_stock"].to_numpy()
        self.price = np.full(self.values.shape, np.nan)
        if "price" in frame.columns:
            self.price[rows, columns] = frame["price"].to_numpy()

    def known(self, cutoff: date) -> int:
        """Number of columns known at a cutoff."""
        return sum(day <= cutoff for day in self.starts)


def our_forecasts(judged: JudgedSet, grid: Grid, workers: int) -> list[Judged]:
    """Call the engine once per cutoff."""
    mapper = None
    if workers > 1:
        from pipelines.chunks import chunk_mapper

        mapper = chunk_mapper(workers)
    found = []
    for cutoff in judged.cutoffs:
        known = judged.demand.filter(pl.col("period_start") <= cutoff)
        lead = None
        if judged.lead_periods is not None:
            days = (pl.col("periods") * PERIOD_DAYS[judged.frequency]).round().cast(pl.Int64).alias("protection_days")
            lead = judged.lead_periods.select("series_id", days, pl.col("periods").cast(pl.Float64).alias("protection_periods"))
            lead = lead.filter(pl.col("series_id").is_in(known["series_id"].unique().implode()))
        begin = time.process_time()
        result = forecast(
            known,
            frequency=cast("Any", judged.frequency),
            horizon=judged.horizon,
            cutoff=cutoff,
            lead_times=lead,
            quantile_levels=LEVELS,
            map_chunks=mapper,
            **_extra(judged),
        )
        print(f"{judged.name} {cutoff}: {time.process_time() - begin:.1f} CPU seconds here", file=sys.stderr, flush=True)
        frame = result.demand_forecasts if lead is None else result.lead_time_demand
        found.append(_laid_out(judged, grid, cutoff, frame))
    return found


def _extra(judged: JudgedSet) -> dict[str, Any]:
    """Static attributes, where this engine takes them."""
    import inspect

    takes = inspect.signature(forecast).parameters
    return {"attributes": judged.attributes} if judged.attributes is not None and "attributes" in takes else {}


def _laid_out(judged: JudgedSet, grid: Grid, cutoff: date, frame: pl.DataFrame) -> Judged:
    count = grid.known(cutoff)
    steps = judged.horizon if judged.lead_periods is None else 1
    by = ["series_id", "period_start"] if judged.lead_periods is None else ["series_id"]
    wide = frame.pivot(on="measure", index=by, values="quantity").sort(by)
    ids = wide["series_id"].unique().sort().to_numpy()
    rows = np.searchsorted(grid.ids, ids)
    mean = wide["mean"].to_numpy().reshape(len(ids), steps)
    names = ["p" + f"{level:.4f}"[2:].rstrip("0").ljust(2, "0") for level in LEVELS]
    quantiles = wide.select(names).to_numpy().reshape(len(ids), steps, len(LEVELS))
    future = np.where(grid.is_in_stock, grid.values, np.nan)[rows, count:]
    if judged.lead_periods is None:
        actual = np.full((len(ids), steps), np.nan)
        actual[:, : min(steps, future.shape[1])] = future[:, :steps]
    else:
        lead = dict(judged.lead_periods.iter_rows())
        actual = np.full((len(ids), 1), np.nan)
        for row, one in enumerate(ids):
            reach = lead[int(one)]
            if reach <= future.shape[1]:
                actual[row, 0] = future[row, :reach].sum()
    return Judged(cutoff, ids, grid.values[rows, :count], np.maximum(actual, 0.0), mean, quantiles)
