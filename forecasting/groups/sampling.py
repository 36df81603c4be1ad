"""What could become of each series, period by period together? Sample paths of one fit, for sums over any periods or series."""

from __future__ import annotations

import numpy as np
import polars as pl

from forecasting.frames import BoolArray, FloatArray
from forecasting.groups.dependence import Dependence, PastErrors, draws_of, factor_draws, fit_dependence, moments_of
from forecasting.groups.hierarchy import Hierarchy, build_hierarchy
from forecasting.groups.inputs import SeriesForecasts
from forecasting.groups.paths import arranged, marginal_values

__all__ = ["PATHS_FOR_MOMENTS", "past_errors", "sample_paths"]

PATHS_FOR_MOMENTS = 64  # enough for the deviation of a marginal
_CHUNK = 1024  # series whose values are held at once


def sample_paths(
    series: SeriesForecasts,
    count: int,
    seed: int,
    *,
    rows: slice = slice(None),
    hierarchy: Hierarchy | None = None,
    dependence: Dependence | None = None,
) -> FloatArray:
    """(series, step, path): every path a possible future; quantiles and means over paths are the published ones.

    Args:
        rows: which series, so that many can be streamed; a series' paths do not depend on who else is asked for.
        hierarchy, dependence: what series share (`Coherent` has both); none: series are independent, periods are not.
    """
    steps = len(series.starts)
    if dependence is None or hierarchy is None:
        hierarchy = build_hierarchy(series.series_ids, pl.DataFrame({"series_id": series.series_ids}), {})
        dependence = fit_dependence(_standardised(past_errors(series, np.nan_to_num(series.past_mean))), hierarchy)
    values = marginal_values(series.mean[rows], series.quantiles[rows], series.levels, count)
    factors = factor_draws(dependence, hierarchy, steps, count, seed)
    return arranged(values, draws_of(dependence, factors, series.series_ids, rows, steps, count, seed))


def past_errors(series: SeriesForecasts, past_mean: FloatArray, price: FloatArray | None = None) -> PastErrors:
    """Errors of past forecasts (origin, series, step), beside what their own marginals say; in amounts where prices are given."""
    factor = np.ones((len(series.series_ids), 1)) if price is None else price[:, None]
    is_known = np.isfinite(series.past_truth)
    error = np.where(is_known, np.nan_to_num(series.past_truth) - past_mean, 0.0) * factor
    deviation, covariance = np.zeros_like(error), np.zeros_like(error)
    if not error.size:
        return PastErrors(error, deviation, covariance, 0.0)
    quantiles = np.nan_to_num(series.past_moved_to(past_mean))
    for i in range(len(error)):
        for first in range(0, error.shape[1], _CHUNK):
            rows = slice(first, first + _CHUNK)
            values = marginal_values(past_mean[i, rows], quantiles[i, rows], series.levels, PATHS_FOR_MOMENTS)
            deviation[i, rows], covariance[i, rows] = moments_of(values)
    # A period that nobody knows yet is no evidence.
    whole: BoolArray = np.asarray(is_known.any(axis=1))
    seen = np.unique(series.past_periods[whole])
    deviation = np.where(whole[:, None, :], deviation, 0.0) * factor
    covariance = np.where(whole[:, None, :], covariance, 0.0) * factor
    return PastErrors(error, deviation, covariance, len(seen) / error.shape[2])


def _standardised(past: PastErrors) -> PastErrors:
    """Every series counts the same: how long its errors stay is no matter of its size."""
    scale = np.where(past.deviation > 0, past.deviation, np.inf)
    return PastErrors(past.error / scale, past.deviation / scale, past.covariance / scale, past.window_count)
