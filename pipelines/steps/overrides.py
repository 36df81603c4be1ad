"""What do people expect instead of the model? Overrides replace the mean forecast of their week or month.

A week's override replaces that week. A month's override is spread over the days of the month in the shape of the
model's forecast (evenly where the model expects nothing), then the days are summed to weeks again; a week's own
override stands over its month's.
"""

from __future__ import annotations

import polars as pl

__all__ = ["apply_overrides"]

_DAYS = 7


def apply_overrides(weekly: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """The weekly mean forecast after overrides.

    Args:
        weekly: series_id, period_start (Monday), quantity.
        overrides: series_id, frequency ('week' or 'month'), period_start, quantity; the ones in force, one per key.

    Returns: the columns of `weekly`, sorted by series and period.
    """
    keys = ["series_id", "period_start"]
    weekly = weekly.select(pl.col("series_id").cast(pl.Int64), "period_start", pl.col("quantity").cast(pl.Float64))
    overrides = overrides.select(
        pl.col("series_id").cast(pl.Int64), "frequency", "period_start", pl.col("quantity").cast(pl.Float64).alias("wanted")
    )
    monthly = overrides.filter(pl.col("frequency") == "month").drop("frequency")
    if monthly.height and weekly.height:
        weekly = _spread_months(weekly, monthly)
    exact = overrides.filter(pl.col("frequency") == "week").drop("frequency")
    result = weekly.join(exact, on=keys, how="left").with_columns(pl.coalesce("wanted", "quantity").alias("quantity"))
    return result.select(*keys, "quantity").sort(keys)


def _spread_months(weekly: pl.DataFrame, monthly: pl.DataFrame) -> pl.DataFrame:
    days = (
        weekly.with_columns(pl.lit(list(range(_DAYS))).alias("offset"))
        .explode("offset")
        .with_columns(
            (pl.col("period_start") + pl.duration(days=pl.col("offset"))).alias("day"),
            (pl.col("quantity") / _DAYS).alias("daily"),
        )
        .with_columns(pl.col("day").dt.truncate("1mo").alias("month"))
    )
    by_month = ["series_id", "month"]
    totals = days.group_by(by_month).agg(pl.col("daily").sum().alias("modelled"), pl.len().alias("forecast_days"))
    factors = (
        monthly.rename({"period_start": "month"})
        .join(totals, on=by_month, how="inner")
        # Only the part of the month that is forecast is wanted here: the rest has passed or lies beyond the horizon.
        .with_columns(
            (pl.col("wanted") * pl.col("forecast_days") / pl.col("month").dt.days_in_month()).alias("ahead"),
        )
        .select(*by_month, "ahead", "modelled", "forecast_days")
    )
    joined = days.join(factors, on=by_month, how="left")
    even = pl.col("ahead") / pl.col("forecast_days")
    shaped = pl.col("daily") * pl.col("ahead") / pl.col("modelled")
    new = pl.when(pl.col("ahead").is_null()).then(pl.col("daily")).when(pl.col("modelled") > 0).then(shaped).otherwise(even)
    return (
        joined.with_columns(new.alias("daily"))
        .group_by("series_id", "period_start")
        .agg(pl.col("daily").sort_by("day").sum().alias("quantity"))
        .sort("series_id", "period_start")
    )
