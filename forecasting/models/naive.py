"""What would anyone say without a model? The baselines every model must beat.

Seasonal naive: the same period a year ago (the last value while there is no year). Moving average: the
mean of the last `window` deseasonalised periods, seasonality put back by the caller.
"""

from __future__ import annotations

import numpy as np

from forecasting.frames import FloatArray, IntArray

__all__ = ["LONG_WINDOWS", "WINDOWS", "moving_average", "seasonal_naive"]

# A quarter of a year of weeks, half a year of months: the usual planner's window.
WINDOWS = {"day": 28, "week": 13, "month": 6, "quarter": 4, "year": 2}
# Two years (a quarter of days): what a series comes back to.
LONG_WINDOWS = {"day": 91, "week": 104, "month": 24, "quarter": 8, "year": 4}


def seasonal_naive(values: FloatArray, starts: IntArray, season_length: int, horizon: int) -> tuple[FloatArray, FloatArray]:
    """Forecasts (series, step) and one-step fits (series, period), NaN in a series' first period."""
    period_count = values.shape[1]
    has_year = period_count - starts >= season_length
    last = values[:, -1]
    forecast = np.repeat(last[:, None], horizon, axis=1)
    if period_count >= season_length:
        columns = period_count - season_length + np.arange(horizon) % season_length
        forecast = np.where(has_year[:, None], values[:, columns], forecast)
    fitted = np.full_like(values, np.nan)
    fitted[:, 1:] = values[:, :-1]
    if period_count > season_length:
        lagged = values[:, :-season_length]
        old_enough = np.arange(season_length, period_count)[None, :] - starts[:, None] >= season_length
        fitted[:, season_length:] = np.where(old_enough, lagged, fitted[:, season_length:])
    columns_all = np.arange(period_count)[None, :]
    return forecast, np.where(columns_all > starts[:, None], fitted, np.nan)


def moving_average(values: FloatArray, starts: IntArray, window: int) -> tuple[FloatArray, FloatArray]:
    """Mean of the last `window` periods (fewer while young): forecast (series,) and fits (series, period)."""
    period_count = values.shape[1]
    columns = np.arange(period_count + 1)
    amount = np.where(columns[None, :-1] >= starts[:, None], values, 0.0)
    total = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(amount, axis=1)], axis=1)
    first = np.maximum(columns[None, :] - window, np.minimum(starts[:, None], columns[None, :]))
    count = columns[None, :] - first
    before = np.take_along_axis(total, first, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, (total - before) / count, np.nan)
    return np.maximum(mean[:, -1], 0.0), mean[:, :-1]
