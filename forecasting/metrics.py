"""How good was a forecast? One function per measure, one number per series.

Arrays are (series, period); periods where actual or forecast is NaN do not count. A zero denominator gives
NaN ("no data"), never 0. Sign: a positive bias is a forecast above the actual.
"""

from __future__ import annotations

import numpy as np

from forecasting.frames import FloatArray

__all__ = [
    "bias",
    "coverage",
    "mase",
    "pinball",
    "rmsse",
    "smape",
    "tracking_signal",
    "wape",
]


def wape(actual: FloatArray, forecast: FloatArray) -> FloatArray:
    """Sum of absolute errors / sum of actuals.

    >>> wape(np.array([[10.0, 0.0]]), np.array([[8.0, 1.0]])).tolist()
    [0.3]
    """
    error = np.abs(forecast - actual)
    return _ratio(_total(error), _total(np.where(np.isfinite(error), np.abs(actual), np.nan)))


def bias(actual: FloatArray, forecast: FloatArray) -> FloatArray:
    """Sum of (forecast - actual) / sum of actuals; above 0: too much was forecast."""
    error = forecast - actual
    return _ratio(_total(error), _total(np.where(np.isfinite(error), np.abs(actual), np.nan)))


def smape(actual: FloatArray, forecast: FloatArray) -> FloatArray:
    """Mean of 200 |f - a| / (|a| + |f|) in percent, as the M competitions print it; 0/0 counts as 0."""
    size = np.abs(actual) + np.abs(forecast)
    error = np.where(size == 0, 0.0, 200.0 * np.abs(forecast - actual) / np.where(size == 0, 1.0, size))
    return _mean(np.where(np.isfinite(size), error, np.nan))


def mase(actual: FloatArray, forecast: FloatArray, scale: FloatArray) -> FloatArray:
    """Mean absolute error / `scale` (series,): the in-sample mean absolute error of the seasonal naive."""
    return _ratio(_mean(np.abs(forecast - actual)), scale)


def rmsse(actual: FloatArray, forecast: FloatArray, scale_squared: FloatArray) -> FloatArray:
    """Root of mean squared error / `scale_squared` (series,): the in-sample mean squared first difference."""
    return np.sqrt(_ratio(_mean((forecast - actual) ** 2), scale_squared))


def pinball(actual: FloatArray, quantiles: FloatArray, levels: FloatArray) -> FloatArray:
    """Mean quantile loss over periods and levels; `quantiles` is (series, period, level).

    >>> pinball(np.array([[10.0]]), np.array([[[8.0]]]), np.array([0.9])).tolist()
    [1.8]
    """
    gap = actual[:, :, None] - quantiles
    loss = np.maximum(levels * gap, (levels - 1.0) * gap)
    return _mean(loss.reshape(loss.shape[0], -1))


def coverage(actual: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Share of actuals inside [lower, upper]."""
    inside = np.where(np.isfinite(actual + lower + upper), (actual >= lower) & (actual <= upper), np.nan)
    return _mean(inside)


def tracking_signal(actual: FloatArray, forecast: FloatArray) -> FloatArray:
    """Sum of errors (actual - forecast) / mean absolute error; beyond +-4 the model no longer fits."""
    error = actual - forecast
    return _ratio(_total(error), _mean(np.abs(error)))


def _total(values: FloatArray) -> FloatArray:
    counted = np.isfinite(values)
    return np.where(counted.any(axis=1), np.where(counted, values, 0.0).sum(axis=1), np.nan)


def _mean(values: FloatArray) -> FloatArray:
    return _ratio(_total(values), np.isfinite(values).sum(axis=1).astype(np.float64))


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    usable = np.isfinite(denominator) & (denominator > 0)
    return np.where(usable, numerator / np.where(usable, denominator, 1.0), np.nan)
