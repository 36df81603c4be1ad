"""What does a notebook work on? Demand as the daily run sees it, in one call.

From the published snapshot of the home where there is one, else from a small generated company: seasonal, festive, steady and
quiet series, the same for the same seed. The snapshot is only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb
import numpy as np
import polars as pl

from forecasting.events.moving_holidays import window_shares
from forecasting.frames import period_index, period_starts
from pipelines.home import Home
from pipelines.settings import load_settings
from pipelines.steps.forecast_inputs import last_complete_day
from pipelines.warehouse import read_frame

__all__ = ["NotebookData", "generated_data", "notebook_data"]

_FIRST_YEAR = 2021
_LAST_DAY = date(2025, 12, 28)


@dataclass(frozen=True)
class NotebookData:
    """Demand of one frequency.

    Attributes:
        demand: as `forecasting.forecast` takes it. labels: `series_id`, `sku`, `warehouse`, `category`, for
            `forecasting.assign`.
        cutoff: last day of the last whole period. home: where a specification is saved. is_generated: no published company.
    """

    demand: pl.DataFrame
    labels: pl.DataFrame
    frequency: Literal["week", "month"]
    cutoff: date
    home: Home
    is_generated: bool

    @property
    def horizon(self) -> int:
        """As far as the notebooks look: a quarter of weeks or half a year of months."""
        return 13 if self.frequency == "week" else 6

    def label(self, series_id: int) -> str:
        """SKU@WAREHOUSE."""
        row = self.labels.row(by_predicate=pl.col("series_id") == series_id, named=True)
        return f"{row['sku']}@{row['warehouse']}"


def notebook_data(frequency: Literal["week", "month"] = "month", *, series_limit: int | None = None) -> NotebookData:
    """Demand of the company in `THROUGHLINE_HOME` (see `settings`), or of the generated one where nothing is published yet.

    Args:
        series_limit: at most so many series, those with the most demand.
    """
    home = Home(load_settings().home)
    manifest = home.manifest()
    data = generated_data(frequency, home=home) if manifest is None else _published(frequency, home, manifest)
    if series_limit is None:
        return data
    totals = (
        data.demand.group_by("series_id").agg(pl.col("quantity").sum()).sort(["quantity", "series_id"], descending=[True, False])
    )
    kept = totals.head(series_limit)["series_id"].implode()
    return NotebookData(
        data.demand.filter(pl.col("series_id").is_in(kept)),
        data.labels.filter(pl.col("series_id").is_in(kept)),
        data.frequency,
        data.cutoff,
        data.home,
        data.is_generated,
    )


def _published(frequency: Literal["week", "month"], home: Home, manifest: dict[str, str]) -> NotebookData:
    with duckdb.connect(str(home.snapshots / manifest["snapshot_id"] / "warehouse.duckdb"), read_only=True) as snapshot:
        demand = read_frame(
            snapshot,
            "SELECT series_id, period_start, CAST(demand_quantity AS DOUBLE) AS quantity, is_in_stock, is_complete "
            "FROM reports.rpt_forecast WHERE kind = 'history' AND frequency = ? ORDER BY series_id, period_start",
            [frequency],
        )
        labels = read_frame(
            snapshot,
            "SELECT DISTINCT series_id, sku, warehouse_code AS warehouse, category_code AS category "
            "FROM reports.rpt_forecast_series WHERE frequency = ? ORDER BY series_id",
            [frequency],
        )
    cutoff = last_complete_day(frequency, date.fromisoformat(manifest["as_of"]))
    return NotebookData(demand, labels, frequency, cutoff, home, False)


def generated_data(frequency: Literal["week", "month"] = "month", *, count: int = 24, seed: int = 7, home: Home) -> NotebookData:
    """A small company of `count` series and five years."""
    cutoff = last_complete_day(frequency, _LAST_DAY)
    first, after = (
        int(period_index(pl.Series([day]), frequency)[0]) for day in (date(_FIRST_YEAR, 1, 4), cutoff + timedelta(days=1))
    )
    indices = np.arange(first, after)
    starts = period_starts(indices, frequency)
    year = np.array([(start - date(start.year, 1, 1)).days / 365.25 for start in starts])
    closed = window_shares(indices, frequency)[:, 2]
    place = np.arange(len(indices)) / len(indices)
    demand, labels = [], []
    for number in range(count):
        draws = np.random.default_rng([seed, number])
        kind = ("SEASONAL", "FESTIVE", "STEADY", "QUIET")[number % 4]
        level = float(draws.uniform(30, 300))
        values = level * (1 + draws.uniform(-0.2, 0.5) * place) * draws.lognormal(0, 0.15, len(indices))
        if kind == "SEASONAL":
            values = values * (1 + 0.5 * np.sin(2 * np.pi * (year - draws.uniform(0, 1))))
        if kind == "FESTIVE":
            values = values * (1 - 0.7 * closed)
        if kind == "QUIET":
            values = np.where(draws.random(len(indices)) < 0.25, values / 10, 0.0)
        demand.append(
            pl.DataFrame({"series_id": [number + 1] * len(indices), "period_start": starts, "quantity": np.round(values)})
        )
        labels.append((number + 1, f"{kind}-{number + 1:02d}", "MAIN", kind))
    names = pl.DataFrame(
        labels, schema={"series_id": pl.Int64, "sku": pl.String, "warehouse": pl.String, "category": pl.String}, orient="row"
    )
    return NotebookData(pl.concat(demand), names, frequency, cutoff, home, True)
