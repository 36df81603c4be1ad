"""How good were archived forecasts, now that the demand is known?

Joins forecasts (`series_id`, `cutoff`, `period_start`, `measure`, `quantity`) with demand and scores each
series and cutoff. Periods out of stock or incomplete are left out: there the truth is not known. A period
without a row is a demand of zero once the series has begun.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from forecasting import metrics
from forecasting.frames_out import measure_name

__all__ = ["score"]

_LEVELS = {measure_name(level / 1000): level / 1000 for level in range(5, 1000, 5)}


def score(forecasts: pl.DataFrame, demand: pl.DataFrame) -> pl.DataFrame:
    """`series_id`, `cutoff`, `metric` ('wape','bias','tracking_signal','pinball','coverage_80'),
    `numerator`-free `value` and `period_count`; only periods up to the last one of `demand` are judged.

    Args:
        forecasts: as `demand_forecasts`, any number of cutoffs.
        demand: as for `forecast`.
    """
    last = demand["period_start"].max()
    firsts = demand.group_by("series_id").agg(pl.col("period_start").min().alias("first"))
    flags = [
        (pl.col(name) if name in demand.columns else pl.lit(True)).fill_null(True).alias(name)
        for name in ("is_in_stock", "is_complete")
    ]
    truth = demand.select("series_id", "period_start", pl.col("quantity").alias("actual"), *flags)
    judged = (
        forecasts.filter(pl.col("period_start") <= last)
        .join(firsts, on="series_id", how="inner")
        .join(truth, on=["series_id", "period_start"], how="left")
        .filter(
            (pl.col("period_start") >= pl.col("first"))
            & pl.col("is_in_stock").fill_null(True)
            & pl.col("is_complete").fill_null(True)
        )
        .with_columns(pl.col("actual").fill_null(0.0).clip(lower_bound=0.0))
    )
    key = ["series_id", "cutoff"]
    rows: list[tuple[object, ...]] = []
    for (series_id, cutoff), part in judged.sort(*key, "period_start").group_by(key, maintain_order=True):
        wide = part.pivot(on="measure", index=["period_start", "actual"], values="quantity")
        actual, mean = wide["actual"].to_numpy()[None, :], wide["mean"].to_numpy()[None, :]
        values = {
            "wape": metrics.wape(actual, mean)[0],
            "bias": metrics.bias(actual, mean)[0],
            "tracking_signal": metrics.tracking_signal(actual, mean)[0],
        }
        names = [name for name in wide.columns if name in _LEVELS]
        if names:
            quantiles = wide.select(names).to_numpy()[None, :, :]
            levels = np.array([_LEVELS[name] for name in names])
            values["pinball"] = metrics.pinball(actual, quantiles, levels)[0]
        if "p10" in names and "p90" in names:
            low, high = wide["p10"].to_numpy()[None, :], wide["p90"].to_numpy()[None, :]
            values["coverage_80"] = metrics.coverage(actual, low, high)[0]
        rows.extend(
            (series_id, cutoff, metric, float(value), wide.height) for metric, value in values.items() if np.isfinite(value)
        )
    schema = {
        "series_id": pl.Int64,
        "cutoff": pl.Date,
        "metric": pl.String,
        "value": pl.Float64,
        "period_count": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort(*key, "metric")
