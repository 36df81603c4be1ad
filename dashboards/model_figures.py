"""Which model wins where, is it stable, and where does it lose?

Pure functions over the backtest: `rpt_forecast_horizon` (source backtest: errors added up) and the scores per series of
`reports.forecast_scores`. Every figure stands beside the baseline, the seasonal naive forecast, on the same series and origins.
"""

from __future__ import annotations

import polars as pl

from dashboards.forecast_figures import horizon_errors

__all__ = ["BASELINE", "gallery", "leaderboard", "serving", "shown_horizons"]

BASELINE = "seasonal_naive"
"""What every model must beat."""

_DRAWN = 5


def leaderboard(backtest: pl.DataFrame, scores: pl.DataFrame, weight: str = "quantity") -> pl.DataFrame:
    """One row per model, the best first, with the baseline among them.

    Args:
        backtest: rows of `rpt_forecast_horizon` of one frequency and any segments, source backtest.
        scores: scores per series of the same frequency and segments.
        weight: quantity or value, as `forecast_figures.WEIGHTS`.

    Returns:
        `model`, `wape`, `relative` (error / the baseline's), `bias`, `win_rate` (share of series with a smaller MASE than the
        baseline; ties count half), `win_count`, `loss_count`, `best_count` and `origin_count` (past cutoffs at which it had the
        smallest error, and how many there were), `origin_low` and `origin_high` (error against the baseline at its best and
        worst cutoff), `serving_count` (series it forecasts now).
    """
    whole = _pooled(backtest, weight, [])
    by_origin = _pooled(backtest, weight, ["cutoff"])
    base = by_origin.filter(pl.col("model") == BASELINE).select("cutoff", pl.col("wape").alias("base"))
    stable = (
        by_origin.join(base, on="cutoff", how="left")
        .with_columns(
            (pl.col("wape") / pl.col("base")).alias("against"),
            (pl.col("wape") == pl.col("wape").min().over("cutoff")).alias("is_best"),
        )
        .group_by("model")
        .agg(
            pl.col("is_best").sum().cast(pl.Int64).alias("best_count"),
            pl.col("cutoff").n_unique().cast(pl.Int64).alias("origin_count"),
            pl.col("against").min().alias("origin_low"),
            pl.col("against").max().alias("origin_high"),
        )
    )
    naive = whole.filter(pl.col("model") == BASELINE)["wape"]
    level = naive[0] if len(naive) else None
    return (
        whole.with_columns((pl.col("wape") / pl.lit(level, dtype=pl.Float64)).alias("relative"))
        .join(_duels(scores), on="model", how="left")
        .join(stable, on="model", how="left")
        .join(serving(scores).group_by("model").agg(pl.col("serving_count").sum()), on="model", how="left")
        .with_columns(pl.col("serving_count").fill_null(0))
        .sort(["wape", "model"], nulls_last=True)
    )


def serving(scores: pl.DataFrame) -> pl.DataFrame:
    """How many series each model forecasts now: `model`, `demand_pattern`, `serving_count`."""
    return (
        scores.select("series_id", "demand_pattern", pl.col("champion").alias("model"))
        .unique()
        .group_by("model", "demand_pattern")
        .agg(pl.len().cast(pl.Int64).alias("serving_count"))
        .sort(["serving_count", "model", "demand_pattern"], descending=[True, False, False])
    )


def shown_horizons(backtest: pl.DataFrame, board: pl.DataFrame, weight: str = "quantity") -> pl.DataFrame:
    """Error by distance of the best few models and the baseline: `horizon`, `model`, `wape`, `record_count`."""
    names = [*board["model"].head(_DRAWN).to_list(), BASELINE]
    return horizon_errors(backtest.filter(pl.col("model").is_in(names)), weight, ["model"])


def gallery(series: pl.DataFrame, count: int = 6) -> pl.DataFrame:
    """Series the model in use forecasts worst against repeating last year, by the money it concerns; the worst first."""
    excess = pl.col("wape").cast(pl.Float64) - pl.col("naive_wape").cast(pl.Float64)
    return (
        series.filter(excess > 0)
        .with_columns((excess * pl.col("value_at_stake").cast(pl.Float64)).alias("worse_value"))
        .sort(["worse_value", "series_id"], descending=[True, False], nulls_last=True)
        .head(count)
    )


def _pooled(backtest: pl.DataFrame, weight: str, keys: list[str]) -> pl.DataFrame:
    tail = "_value" if weight == "value" else ""
    demand = pl.col("demand_value" if weight == "value" else "demand_quantity").sum()
    found = backtest.group_by("model", *keys).agg(
        (pl.col(f"absolute_error{tail}").sum() / demand).alias("wape"),
        (pl.col(f"signed_error{tail}").sum() / demand).alias("bias"),
    )
    return found.with_columns(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in ("wape", "bias"))


def _duels(scores: pl.DataFrame) -> pl.DataFrame:
    """Series by series against the baseline, each counting once however many origins it has."""
    mean = scores.group_by("series_id", "model").agg(pl.col("mase").mean())
    base = mean.filter(pl.col("model") == BASELINE).select("series_id", pl.col("mase").alias("base"))
    both = mean.join(base, on="series_id", how="inner").drop_nulls(["mase", "base"])
    better, worse = pl.col("mase") < pl.col("base"), pl.col("mase") > pl.col("base")
    return both.group_by("model").agg(
        better.sum().cast(pl.Int64).alias("win_count"),
        worse.sum().cast(pl.Int64).alias("loss_count"),
        ((better.cast(pl.Float64) + (~better & ~worse).cast(pl.Float64) * 0.5).mean()).alias("win_rate"),
    )
