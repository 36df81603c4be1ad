"""How much will be asked for until the next delivery can arrive? The distribution of the sum, not a sum of
quantiles.

Sample paths: one-step errors are drawn from the series' own (pooled) error quantiles, pushed through the
model's shock
weights, so that an error in the level stays for the following periods, and added up:

    demand over P periods = sum(mean) + sum over h of factor(h) * sigma * (e_h + w_1 e_{h-1} + ... +
    w_{h-1} e_1)

The last, partial period counts with its share f of the mean and sqrt(f) of the deviation (days are taken
as independent). The draws are a Latin hypercube shared by all series: the same seed gives the same paths
whatever else is forecast.
"""

from __future__ import annotations

import numpy as np

from forecasting.candidates import RESIDUAL_LEVELS
from forecasting.frames import FloatArray

__all__ = ["PATH_COUNT", "PERIOD_DAYS", "path_draws", "protection_shares", "sum_distribution"]

PATH_COUNT = 500
PERIOD_DAYS = {"week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}


def path_draws(path_count: int, horizon: int, seed: int) -> FloatArray:
    """(path, step) uniform draws, every step stratified into `path_count` equal slices."""
    generator = np.random.default_rng(seed)
    draws = np.empty((path_count, horizon))
    for step in range(horizon):
        draws[:, step] = (generator.permutation(path_count) + 0.5) / path_count
    return draws


def protection_shares(protection_days: FloatArray, frequency: str, horizon: int) -> FloatArray:
    """(series, step): share of each future period that lies inside the protection time.

    >>> protection_shares(np.array([10.5]), "week", 3).tolist()
    [[1.0, 0.5, 0.0]]
    """
    periods = protection_days[:, None] / PERIOD_DAYS[frequency]
    return np.clip(periods - np.arange(horizon)[None, :], 0.0, 1.0)


def sum_distribution(
    mean: FloatArray,
    factors: FloatArray,
    sigma: FloatArray,
    errors: FloatArray,
    shock_weights: FloatArray,
    shares: FloatArray,
    draws: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Mean (series,) and sorted sampled deviations from it (series, path) of demand over the shared-out
    steps."""
    horizon = int(np.flatnonzero((shares > 0).any(axis=0)).max(initial=-1)) + 1
    total = (mean * shares).sum(axis=1)
    deviation = np.zeros((mean.shape[0], draws.shape[0]))
    # The weight of the error drawn for step k in the whole sum: its own period and all later ones it leaks
    # into.
    scale = factors * np.sqrt(shares)
    centre = _mean_of_draws(errors)
    for step in range(horizon):
        leak = scale[:, step].copy()
        for later in range(step + 1, horizon):
            leak = leak + scale[:, later] * shock_weights[:, later - step - 1]
        drawn = _read(errors, draws[:, step]) - centre[:, None]
        deviation += (leak * sigma)[:, None] * drawn
    return total, np.sort(deviation, axis=1)


def sum_quantiles(total: FloatArray, deviation: FloatArray, levels: FloatArray) -> FloatArray:
    """(series, level) quantiles of total + deviation, before any correction."""
    count = deviation.shape[1]
    place = np.clip(levels * count - 0.5, 0.0, count - 1.0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, count - 1)
    between = deviation[:, low] + (deviation[:, high] - deviation[:, low]) * (place - low)
    return np.asarray(total[:, None] + between)


def _read(errors: FloatArray, draws: FloatArray) -> FloatArray:
    high = np.clip(np.searchsorted(RESIDUAL_LEVELS, draws), 1, len(RESIDUAL_LEVELS) - 1)
    low = high - 1
    share = (draws - RESIDUAL_LEVELS[low]) / (RESIDUAL_LEVELS[high] - RESIDUAL_LEVELS[low])
    return np.asarray(errors[:, low] * (1 - share) + errors[:, high] * share)


def _mean_of_draws(errors: FloatArray) -> FloatArray:
    width = np.diff(RESIDUAL_LEVELS)
    return np.asarray((0.5 * (errors[:, 1:] + errors[:, :-1]) * width).sum(axis=1))
