"""Between which quantities will demand probably lie?

    quantile_q(h) = max(0, mean(h) + factor(h) * spread(h) * (z_q + d_q))

spread(h) = sigma * sqrt(1 + w_1^2 + ... + w_{h-1}^2), w the shock weights of the model; z_q is the
quantile of the series' own standardised one-step errors, shrunk towards its pattern's while it has few;
d_q is the conformal correction (Romano, Patterson and Candes 2019): the q-quantile, over the past
forecasts of all series of the pattern, of how far the standardised truth lay above z_q. Sorted over q, so
that quantiles never cross.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.candidates import RESIDUAL_LEVELS
from forecasting.frames import FloatArray

__all__ = [
    "conformal_shift",
    "error_spread",
    "forecast_quantiles",
    "measure_name",
    "pooled_errors",
    "pooled_sigma",
]

_FEWEST_SCORES = 40  # below this a tail quantile of the scores is not an estimate
_OWN_WEIGHT = 12.0  # errors a series needs before its own shape counts half
_ENOUGH_ERRORS = 8.0
_UNKNOWN_VARIATION = 0.5  # spread / level assumed where nothing at all can be compared


def measure_name(level: float) -> str:
    """Name of a quantile in the frames: p05, p50, p975.

    >>> [measure_name(level) for level in (0.05, 0.5, 0.975)]
    ['p05', 'p50', 'p975']
    """
    digits = f"{level:.4f}"[2:].rstrip("0")
    return "p" + digits.ljust(2, "0")


def error_spread(sigma: FloatArray, shock_weights: FloatArray) -> FloatArray:
    """(series, step): standard deviation of the h-step error on the deseasonalised scale."""
    carried = np.cumsum(shock_weights * shock_weights, axis=1)
    growth = np.concatenate([np.zeros((len(sigma), 1)), carried[:, :-1]], axis=1)
    return sigma[:, None] * np.sqrt(1.0 + growth)


def pooled_sigma(sigma: FloatArray, level: FloatArray, error_count: FloatArray) -> FloatArray:
    """sigma, completed with the typical sigma / level of the other series while fewer than 8 errors are
    known."""
    mature = (error_count >= _ENOUGH_ERRORS) & (level > 0)
    variation = float(np.median(sigma[mature] / level[mature])) if mature.any() else _UNKNOWN_VARIATION
    share = np.minimum(error_count, _ENOUGH_ERRORS) / _ENOUGH_ERRORS
    return np.sqrt(share * sigma * sigma + (1 - share) * (variation * np.maximum(level, 0.0)) ** 2)


def pooled_errors(error_quantiles: FloatArray, error_count: FloatArray, pattern: npt.NDArray[np.str_]) -> FloatArray:
    """(series, level): own error quantiles shrunk towards the mean shape of the pattern."""
    pooled = np.empty_like(error_quantiles)
    for one in np.unique(pattern):
        members = pattern == one
        weight = error_count[members]
        total = weight.sum()
        if total > 0:
            shape = (error_quantiles[members] * weight[:, None]).sum(axis=0) / total
        else:
            shape = _normal_shape()
        share = (weight / (weight + _OWN_WEIGHT))[:, None]
        pooled[members] = share * error_quantiles[members] + (1 - share) * shape
    return pooled


def forecast_quantiles(
    mean: FloatArray,
    factors: FloatArray,
    spread: FloatArray,
    errors: FloatArray,
    shift: FloatArray,
    levels: FloatArray,
) -> FloatArray:
    """(series, step, level): non-negative, rising with the level.

    Args:
        errors: (series, residual level) as from `pooled_errors`. shift: (series, level) conformal
        corrections.
    """
    z = at_levels(errors, levels) + shift
    raw = mean[:, :, None] + (factors * spread)[:, :, None] * z[:, None, :]
    return np.sort(np.maximum(raw, 0.0), axis=2)


def conformal_shift(
    scores: FloatArray, pattern: npt.NDArray[np.str_], own_pattern: npt.NDArray[np.str_], levels: FloatArray
) -> FloatArray:
    """(series, level) corrections d_q.

    Args:
        scores: (forecast, level): standardised truth - z_q of past forecasts; NaN rows are left out.
        pattern: (forecast,) pattern of each. own_pattern: (series,) patterns to answer for.
    """
    shift = np.zeros((len(own_pattern), len(levels)))
    known = np.isfinite(scores).all(axis=1)
    everyone = _level_quantiles(scores[known], levels)
    for one in np.unique(own_pattern):
        mine = _level_quantiles(scores[known & (pattern == one)], levels)
        answer = mine if mine is not None else everyone
        if answer is not None:
            shift[own_pattern == one] = answer
    return shift


def at_levels(errors: FloatArray, levels: FloatArray) -> FloatArray:
    """Quantile function (series, residual level) read at other levels, linearly between."""
    high = np.clip(np.searchsorted(RESIDUAL_LEVELS, levels), 1, len(RESIDUAL_LEVELS) - 1)
    low = high - 1
    share = (levels - RESIDUAL_LEVELS[low]) / (RESIDUAL_LEVELS[high] - RESIDUAL_LEVELS[low])
    return np.asarray(errors[:, low] * (1 - share) + errors[:, high] * share)


def _level_quantiles(scores: FloatArray, levels: FloatArray) -> FloatArray | None:
    count = scores.shape[0]
    if count < _FEWEST_SCORES:
        return None
    ordered = np.sort(scores, axis=0)
    # The finite-sample rank of conformal prediction: (n + 1) q, kept inside the sample.
    place = np.clip((count + 1) * levels - 1.0, 0.0, count - 1.0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, count - 1)
    columns = np.arange(len(levels))
    below, above = ordered[low, columns], ordered[high, columns]
    return np.asarray(below + (above - below) * (place - low))


def _normal_shape() -> FloatArray:
    from scipy.stats import norm

    return np.asarray(norm.ppf(np.clip(RESIDUAL_LEVELS, 0.002, 0.998)), dtype=np.float64)
