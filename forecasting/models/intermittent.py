"""How much per period, when most periods ask for nothing? Croston, SBA and TSB.

Croston (1972): at each demand, size z and interval p are smoothed, z += alpha (y - z), p += alpha (q - p),
with q the periods since the last demand; the forecast is z / p. SBA (Syntetos and Boylan 2005) removes its
bias: (1 - alpha/2) z/p. TSB (Teunter, Syntetos and Babai 2011) smooths the probability of a demand in
every period, d += beta (1{y>0} - d), and the size at each demand; the forecast is d * z, which fades when
an item dies. The first demand starts size and interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["CROSTON_ALPHAS", "TSB_ALPHAS", "TSB_BETAS", "IntermittentFit", "croston", "tsb"]

CROSTON_ALPHAS = np.array([0.05, 0.1, 0.2, 0.3])
TSB_ALPHAS = np.repeat(np.array([0.05, 0.15, 0.3]), 4)
TSB_BETAS = np.tile(np.array([0.02, 0.05, 0.1, 0.2]), 3)


@dataclass(frozen=True)
class IntermittentFit:
    """`forecast` (grid, series) for every period ahead, `fitted` (period, grid, series), `sse` (grid,
    series)."""

    forecast: FloatArray
    fitted: FloatArray
    sse: FloatArray


def croston(
    values: FloatArray,
    starts: IntArray,
    is_scored: BoolArray,
    alphas: FloatArray,
    correction: FloatArray | None = None,
) -> IntermittentFit:
    """Croston's estimator under each alpha, times `correction` (grid,): 1 - alpha/2 gives SBA."""
    alpha = alphas[:, None]
    factor = np.ones_like(alpha) if correction is None else correction[:, None]
    shape = (len(alphas), values.shape[0])
    size, interval = np.zeros(shape), np.ones(shape)
    since = np.ones(values.shape[0])
    has_begun = np.zeros(values.shape[0], dtype=bool)
    fitted = np.empty((values.shape[1], *shape))
    sse = np.zeros(shape)
    for period in range(values.shape[1]):
        is_active = starts <= period
        now = np.where(is_active, values[:, period], 0.0)
        rate = factor * size / interval
        fitted[period] = np.where(is_active, rate, np.nan)
        sse += np.where(is_active & is_scored[:, period] & has_begun, (now - rate) ** 2, 0.0)
        is_demand = now > 0
        is_first = is_demand & ~has_begun
        size = np.where(is_first, now, np.where(is_demand, size + alpha * (now - size), size))
        interval = np.where(is_first, since, np.where(is_demand, interval + alpha * (since - interval), interval))
        has_begun = has_begun | is_demand
        since = np.where(is_demand, 1.0, since + is_active)
    return IntermittentFit(factor * size / interval, fitted, sse)


def tsb(values: FloatArray, starts: IntArray, is_scored: BoolArray, alphas: FloatArray, betas: FloatArray) -> IntermittentFit:
    """The TSB estimator under each pair (alpha for size, beta for probability)."""
    alpha, beta = alphas[:, None], betas[:, None]
    shape = (len(alphas), values.shape[0])
    size, probability = np.zeros(shape), np.zeros(shape)
    since = np.ones(values.shape[0])
    has_begun = np.zeros(values.shape[0], dtype=bool)
    fitted = np.empty((values.shape[1], *shape))
    sse = np.zeros(shape)
    for period in range(values.shape[1]):
        is_active = starts <= period
        now = np.where(is_active, values[:, period], 0.0)
        rate = probability * size
        fitted[period] = np.where(is_active, rate, np.nan)
        sse += np.where(is_active & is_scored[:, period] & has_begun, (now - rate) ** 2, 0.0)
        is_demand = now > 0
        is_first = is_demand & ~has_begun
        size = np.where(is_first, now, np.where(is_demand, size + alpha * (now - size), size))
        moved = probability + beta * (is_demand - probability)
        probability = np.where(is_first, 1.0 / since, np.where(has_begun, moved, probability))
        has_begun = has_begun | is_demand
        since = since + is_active
    return IntermittentFit(probability * size, fitted, sse)
