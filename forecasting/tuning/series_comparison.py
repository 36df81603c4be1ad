"""How does a model of one series score beside the champion and seasonal naive, at the champion's own past cutoffs?

The model is fitted again at each of them with what was known then.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from forecasting import metrics
from forecasting.choosing.backtest import run_origins
from forecasting.engine import ForecastResult
from forecasting.frames import FloatArray, Panel, period_starts
from forecasting.tuning.series_inputs import known_values
from forecasting.tuning.series_models import CannotFitError, estimate
from forecasting.tuning.series_parameters import Parameters

__all__ = ["comparison"]


def comparison(
    batch: ForecastResult,
    panel: Panel,
    model: str,
    start: int | None,
    exog: FloatArray | None,
    horizon: int,
    settings: Parameters,
) -> pl.DataFrame:
    """This model, the champion and seasonal naive at the champion's own past cutoffs.

    Args:
        batch: the forecast with its backtest. panel: the one series.
        start: first period the model was fitted to; None: the model itself is left out.
        exog: regressors from `start` on, or None.

    Returns:
        `model` ('champion', 'seasonal_naive' or the model's name), `wape`, `bias`, `mase`, `rmsse`, `origin_count`.
    """
    series_id = int(panel.series_ids[0])
    past = batch.backtest_forecasts.filter((pl.col("series_id") == series_id) & (pl.col("measure") == "mean"))
    chosen = batch.champions.filter(pl.col("series_id") == series_id)["model"].to_list()
    stands_for = {"zero": "moving_average", "mean": "moving_average"}
    champion = stands_for.get(chosen[0], chosen[0]) if chosen else ""
    scales = run_origins(panel, [panel.period_count], 1)[panel.period_count].run
    rows = []
    for label, name in (("champion", champion), ("seasonal_naive", "seasonal_naive")):
        mine = past.filter(pl.col("model") == name)
        rows.append(_score_row(label, mine, panel, scales.scale_absolute, scales.scale_squared))
    if start is not None:
        parts = [past.head(0)]
        for cutoff in past["cutoff"].unique().sort():
            asked = past.filter((pl.col("model") == "seasonal_naive") & (pl.col("cutoff") == cutoff))
            known = _count_known(panel, cutoff)
            steps = int(asked["period_start"].n_unique())
            values, then_start = known_values(panel, known)
            part_exog = None if exog is None else exog[then_start - start :][: len(values) + horizon]
            try:
                mean = estimate(model, values, panel.season_length, horizon, part_exog, settings).mean
            except CannotFitError:
                continue
            dates = period_starts(panel.first_index + known + np.arange(horizon), panel.frequency)
            guess = pl.DataFrame({"period_start": dates, "guess": np.maximum(mean, 0.0)})
            joined = asked.join(guess, on="period_start", how="inner").head(steps)
            parts.append(
                joined.with_columns(pl.lit(model).alias("model"), pl.col("guess").alias("quantity")).select(past.columns)
            )
        rows.insert(0, _score_row(model, pl.concat(parts), panel, scales.scale_absolute, scales.scale_squared))
    return pl.DataFrame(
        rows,
        schema={
            "model": pl.String,
            "wape": pl.Float64,
            "bias": pl.Float64,
            "mase": pl.Float64,
            "rmsse": pl.Float64,
            "origin_count": pl.Int64,
        },
        orient="row",
    )


def _count_known(panel: Panel, cutoff: date) -> int:
    """How many columns of `panel` had ended by `cutoff`."""
    ends = period_starts(panel.first_index + np.arange(1, panel.period_count + 1), panel.frequency)
    return sum(end <= cutoff or (end - cutoff).days == 1 for end in ends)


def _score_row(
    label: str, forecasts: pl.DataFrame, panel: Panel, absolute: FloatArray, squared: FloatArray
) -> tuple[object, ...]:
    columns = period_starts(panel.first_index + np.arange(panel.period_count), panel.frequency)
    truth = pl.DataFrame({"period_start": columns, "actual": panel.values[0]})
    both = forecasts.join(truth, on="period_start", how="inner").sort("cutoff", "period_start")
    actual, guess = both["actual"].to_numpy()[None, :], both["quantity"].to_numpy()[None, :]
    if both.is_empty():
        return (label, None, None, None, None, 0)
    figures = [
        metrics.wape(actual, guess)[0],
        metrics.bias(actual, guess)[0],
        metrics.mase(actual, guess, absolute)[0],
        metrics.rmsse(actual, guess, squared)[0],
    ]
    return (
        label,
        *(float(figure) if np.isfinite(figure) else None for figure in figures),
        int(both["cutoff"].n_unique()),
    )
