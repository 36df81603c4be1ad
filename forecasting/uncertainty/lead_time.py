"""How much will be asked for until the next delivery can arrive? The distribution of the sum, not a sum of quantiles.

One-step errors are pushed through the model's shock weights, so that an error in the level stays for the following periods,
and their variances are added up:

    mean     = sum over h of f_h m_h                                  f_h share of period h inside the time to protect
    variance = sigma^2 sum over h of (s_h + s_{h+1} w_1 + ... )^2     s_h = factor(h) * sqrt(f_h)
    chance   = 1 - prod over h of (1 - p_h)^f_h                       of any demand at all

The last, partial period counts with its share of the mean and the root of its share of the deviation (days are taken as
independent). `distribution` turns these into quantiles that were calibrated on past sums.
"""

from __future__ import annotations

import numpy as np

from forecasting.frames import FloatArray

__all__ = ["PERIOD_DAYS", "protection_shares", "sum_moments"]

PERIOD_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}


def protection_shares(periods: FloatArray, horizon: int) -> FloatArray:
    """(series, step): share of each future period that lies inside the time to protect.

    >>> protection_shares(np.array([1.5]), 3).tolist()
    [[1.0, 0.5, 0.0]]
    """
    return np.clip(periods[:, None] - np.arange(horizon)[None, :], 0.0, 1.0)


def sum_moments(
    mean: FloatArray,
    factors: FloatArray,
    sigma: FloatArray,
    shock_weights: FloatArray,
    chance: FloatArray,
    shares: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, variance and chance of any demand (series,) of the sum over the shared-out steps.

    Args:
        mean, factors, shock_weights, chance, shares: (series, step). sigma: (series,).
    """
    horizon = int(np.flatnonzero((shares > 0).any(axis=0)).max(initial=-1)) + 1
    total, variance, quiet = np.zeros(mean.shape[0]), np.zeros(mean.shape[0]), np.ones(mean.shape[0])
    scale = factors * np.sqrt(shares)
    for step in range(horizon):
        # The weight of the error of this step in the whole sum: its own period and all later ones it leaks into.
        leak = scale[:, step].copy()
        for later in range(step + 1, horizon):
            leak = leak + scale[:, later] * shock_weights[:, later - step - 1]
        variance = variance + leak * leak
        # Step by step, so that a series' sum does not depend on how far others of the frame reach.
        total = total + mean[:, step] * shares[:, step]
        quiet = quiet * (1.0 - np.clip(chance[:, step], 0.0, 1.0)) ** shares[:, step]
    return total, variance * sigma * sigma, 1.0 - quiet
