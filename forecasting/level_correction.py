"""How far should a forecast be brought back towards what is usual, judged by the sums that came over past lead times?

A quiet series comes back more often than its own last year says, a busy one falls quiet: the combination's means are too far apart.
Per demand pattern, from sums over all known steps of past origins,

    sum of truth = b sum of forecast + a sum of sigma + c sum of rate      sigma  root mean square of first differences
                                                                           rate   mean demand over the whole history

by least squares, every row divided by sigma and the root of the steps, b, a, c >= 0, pulled towards (1, 0, 0): an empirical Bayes
step (Efron and Morris 1975) whose target is the series' own past. It is used as far as it would have helped: learned from
all past origins but one, it is tried on that one, and the share of the way with the lowest loss is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.frames import FloatArray, StrArray

__all__ = ["Correction", "PastSums", "fit_correction", "past_sums"]

_PULL = 150.0  # past sums at which what they teach counts half
_FEWEST = 60
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_LARGEST = 8.0  # a sum beyond so many usual moves, and beyond 995 of 1,000, is a one-off
_PRIOR = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Correction:
    """Corrected mean = `factor` mean + `offset`, both (series,); offset in units per period."""

    factor: FloatArray
    offset: FloatArray


@dataclass(frozen=True)
class PastSums:
    """Of one origin, rows are series, NaN where nothing is known: `truth` (series,), `parts` (series, 3) forecast, sigma and rate,
    all divided by sigma and the root of the number of steps."""

    truth: FloatArray
    parts: FloatArray


def past_sums(actual: FloatArray, forecast: FloatArray, sigma: FloatArray, rate: FloatArray) -> PastSums:
    """Sums over the known steps at one origin.

    Args:
        actual, forecast: (series, step), NaN where unknown. sigma, rate: (series,) as known at the origin.
    """
    known = np.isfinite(actual) & np.isfinite(forecast)
    steps = known.sum(axis=1)
    usable = (steps > 0) & (sigma > 0) & np.isfinite(rate)
    unit = np.where(usable, sigma * np.sqrt(np.maximum(steps, 1)), np.nan)
    parts = np.stack([np.where(known, forecast, 0.0).sum(axis=1), steps * sigma, steps * rate], axis=1)
    return PastSums(np.where(known, actual, 0.0).sum(axis=1) / unit, parts / unit[:, None])


def fit_correction(past: list[PastSums], sigma: FloatArray, rate: FloatArray, pattern: StrArray) -> Correction:
    """Correction per series from the sums of past origins; sigma and rate (series,) are those of today."""
    factor, offset = np.ones(len(pattern)), np.zeros(len(pattern))
    for name in np.unique(pattern):
        mine = pattern == name
        b, a, c = _coefficients([one.truth[mine] for one in past], [one.parts[mine] for one in past])
        factor[mine] = b
        offset[mine] = a * np.nan_to_num(sigma[mine]) + c * np.nan_to_num(rate[mine])
    return Correction(factor, offset)


def _coefficients(truths: list[FloatArray], parts: list[FloatArray]) -> FloatArray:
    kept = [np.isfinite(truth) & np.isfinite(part).all(axis=1) for truth, part in zip(truths, parts, strict=True)]
    ys = [truth[rows] for truth, rows in zip(truths, kept, strict=True)]
    xs = [part[rows] for part, rows in zip(parts, kept, strict=True)]
    used = [place for place in range(len(ys)) if len(ys[place])]
    if len(used) < 2 or sum(len(ys[place]) for place in used) < _FEWEST:
        return _PRIOR
    every = np.concatenate([ys[place] for place in used])
    limit = max(_LARGEST, float(np.quantile(every, 0.995)))
    ys = [np.minimum(y, limit) for y in ys]
    losses = np.zeros(len(_SHARES))
    for place in used:
        others = [one for one in used if one != place]
        found = _solve(np.concatenate([ys[one] for one in others]), np.concatenate([xs[one] for one in others]))
        for number, share in enumerate(_SHARES):
            losses[number] += ((ys[place] - xs[place] @ (_PRIOR + share * (found - _PRIOR))) ** 2).sum()
    share = _SHARES[int(np.argmin(losses))]
    found = _solve(np.concatenate([ys[one] for one in used]), np.concatenate([xs[one] for one in used]))
    return np.asarray(_PRIOR + share * (found - _PRIOR))


def _solve(truth: FloatArray, parts: FloatArray) -> FloatArray:
    """Non-negative least squares with the pull as further rows."""
    from scipy.optimize import nnls

    pull = np.sqrt(_PULL * (parts * parts).mean(axis=0) + 1e-12)
    design = np.concatenate([parts, np.diag(pull)])
    return np.asarray(nnls(design, np.concatenate([truth, pull * _PRIOR]))[0])
