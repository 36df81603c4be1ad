"""Where is the series heading if half of its long-run slope goes on? The Theta method.

Assimakopoulos and Nikolopoulos (2000) in the closed form of Hyndman and Billah (2003): simple exponential
smoothing of the deseasonalised series plus half of the least-squares slope b,

    forecast(T + h) = ses_T + b / 2 * (h - 1 + 1/alpha - (1 - alpha)^T / alpha)

`statsmodels.tsa.forecasting.theta.ThetaModel` is the oracle. alpha is a weighted grid as in `ets`.
"""

from __future__ import annotations

import numpy as np

from forecasting.frames import BoolArray, FloatArray, IntArray
from forecasting.models.ets import SmoothingGrid, ets_filter

__all__ = ["THETA_GRID", "long_run_slope", "simple_grid", "theta_paths"]


def simple_grid(alphas: FloatArray) -> SmoothingGrid:
    """Simple exponential smoothing for each alpha, in the terms of `ets`."""
    zero = np.zeros_like(alphas)
    return SmoothingGrid(alphas, zero, zero, np.ones_like(alphas), zero)


THETA_GRID = simple_grid(np.array([0.03, 0.07, 0.12, 0.2, 0.3, 0.42, 0.56, 0.72, 0.88, 0.99]))


def long_run_slope(values: FloatArray, starts: IntArray) -> FloatArray:
    """Least-squares slope per period over each series' whole known length; 0 for a single period."""
    columns = np.arange(values.shape[1])[None, :]
    is_known = columns >= starts[:, None]
    count = values.shape[1] - starts
    middle = starts + (count - 1) / 2.0
    centred = np.where(is_known, columns - middle[:, None], 0.0)
    amount = np.where(is_known, values, 0.0)
    spread = (centred * centred).sum(axis=1)
    return np.where(spread > 0, (centred * amount).sum(axis=1) / np.where(spread > 0, spread, 1.0), 0.0)


def _decay(alpha: FloatArray, longest: int) -> FloatArray:
    """(1 - alpha)^t / alpha (grid, age) for t = 0 .. longest: looked up, since powers are the slow part."""
    a = alpha[:, None]
    return np.asarray((1 - a) ** np.arange(longest + 1)[None, :] / a)


def _drift(slope: FloatArray, alpha: FloatArray, decay: FloatArray, age: IntArray, step: int) -> FloatArray:
    """The trend half of the forecast (grid, series) `step` >= 1 periods after `age` known periods."""
    return np.asarray(0.5 * slope[None, :] * (step - 1 + 1 / alpha[:, None] - decay[:, age]))


def theta_paths(
    values: FloatArray,
    starts: IntArray,
    is_scored: BoolArray,
    grid: SmoothingGrid,
    level: FloatArray,
    horizon: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Forecasts (step, grid, series), one-step fits (period, grid, series) and sse (grid, series).

    Args:
        values: deseasonalised (series, period). level: (series,) before the first period.
    """
    slope = long_run_slope(values, starts)
    states = ets_filter(values, starts, is_scored, grid, level, np.zeros_like(level))
    period_count = values.shape[1]
    decay = _decay(grid.alpha, period_count)
    fitted = states.fitted
    sse = np.zeros_like(states.sse)
    for period in range(period_count):
        fitted[period] += _drift(slope, grid.alpha, decay, np.maximum(period - starts, 0), 1)
        error = values[:, period][None, :] - fitted[period]
        sse += np.where(is_scored[:, period] & (period >= starts), error * error, 0.0)
    forecasts = np.stack(
        [states.level + _drift(slope, grid.alpha, decay, period_count - starts, step) for step in range(1, horizon + 1)]
    )
    return forecasts, fitted, sse
