"""How do arrays of groups and series become the frames of the contract? Sorted by their grain: equal results are equal bytes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from forecasting.frames import FloatArray
from forecasting.frames_out import measure_name
from forecasting.groups.hierarchy import Hierarchy, on_grid
from forecasting.groups.inputs import SeriesForecasts

__all__ = ["GROUP_SCHEMA", "SERIES_SCHEMA", "direct_frame", "group_rows", "series_frame"]

GROUP_SCHEMA = {
    "level": pl.String, "group_key": pl.String, "frequency": pl.String, "cutoff": pl.Date, "period_start": pl.Date,
    "unit": pl.String, "measure": pl.String, "quantity": pl.Float64,
}  # fmt: skip
"""Group x period x unit ('amount' at unit price; 'quantity' where all members share a unit) x measure ('mean', 'p10', ...)."""

SERIES_SCHEMA = {
    "series_id": pl.Int64, "frequency": pl.String, "cutoff": pl.Date, "period_start": pl.Date, "measure": pl.String,
    "quantity": pl.Float64, "amount": pl.Float64,
}  # fmt: skip


def group_rows(
    level: str, keys: list[str], kind: str, measures: Mapping[str, FloatArray], series: SeriesForecasts
) -> pl.DataFrame:
    """One level's rows: `measures` name -> (group, step)."""
    steps = len(series.starts)
    grain = pl.DataFrame(
        {"group_key": [key for key in keys for _ in range(steps)], "period_start": series.starts * len(keys)},
        schema={"group_key": pl.String, "period_start": pl.Date},
    ).with_columns(
        pl.lit(level).alias("level"),
        pl.lit(series.frequency).alias("frequency"),
        pl.lit(series.cutoff).alias("cutoff"),
        pl.lit(kind).alias("unit"),
    )
    frames = [
        grain.with_columns(pl.lit(name).alias("measure"), pl.Series("quantity", values.reshape(-1), dtype=pl.Float64))
        for name, values in measures.items()
    ]
    return pl.concat(frames).select(list(GROUP_SCHEMA))


def series_frame(series: SeriesForecasts, hierarchy: Hierarchy, is_priced: bool, count: int) -> pl.DataFrame:
    """Mean and quantiles of every series; amounts of means on the same grid as the groups'."""
    steps, size = len(series.starts), len(series.series_ids)
    grain = pl.DataFrame(
        {"series_id": np.repeat(series.series_ids, steps), "period_start": series.starts * size},
        schema={"series_id": pl.Int64, "period_start": pl.Date},
    ).with_columns(pl.lit(series.frequency).alias("frequency"), pl.lit(series.cutoff).alias("cutoff"))
    price = hierarchy.price[:, None] if is_priced else np.zeros((size, 1))
    bound = float((series.mean.max(axis=1, initial=0.0) * price[:, 0]).sum()) * count
    known = np.isfinite(hierarchy.unit_price) & is_priced
    parts = [pl.DataFrame(schema=SERIES_SCHEMA)]
    named = [("mean", series.mean), *((measure_name(x), series.quantiles[..., i]) for i, x in enumerate(series.levels))]
    for name, values in named:
        amount = on_grid(values * price, bound) if name == "mean" else values * price
        amount = np.where(known[:, None], amount, np.nan)
        parts.append(
            grain.with_columns(
                pl.lit(name).alias("measure"),
                pl.Series("quantity", values.reshape(-1), dtype=pl.Float64),
                pl.Series("amount", amount.reshape(-1), dtype=pl.Float64, nan_to_null=True),
            ).select(list(SERIES_SCHEMA))
        )
    return pl.concat(parts).sort("series_id", "period_start", "measure")


def direct_frame(named: list[tuple[str, str]], amount: FloatArray, series: SeriesForecasts) -> pl.DataFrame:
    """`level`, `group_key`, `period_start`, `amount` of the groups forecast by themselves: (group, step)."""
    steps = len(series.starts)
    rows = [(level, key, start) for level, key in named for start in series.starts]
    schema = {"level": pl.String, "group_key": pl.String, "period_start": pl.Date}
    frame = pl.DataFrame(rows if steps else [], schema=schema, orient="row")
    return frame.with_columns(pl.Series("amount", amount.reshape(-1)[: frame.height], dtype=pl.Float64)).sort(*schema)
