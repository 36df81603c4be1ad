"""What does every model say about every series at one cutoff, and how large are its errors?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.demand.prepared import Prepared
from forecasting.frames import BoolArray, FloatArray
from forecasting.models.batch_models import MODELS
from forecasting.models.theta import long_run_slope

__all__ = ["LEVEL_MODELS", "CandidateRun", "run_candidates"]

# Whose one-step fits, averaged, tell the level of a series at every time: a fast, a slow and two intermittent views.
LEVEL_MODELS = ("theta", "ets", "sba", "tsb")


@dataclass(frozen=True)
class CandidateRun:
    """All models at one cutoff.

    Args:
        mean: (model, series, step) >= 0, NaN where a model has no usable answer.
        sigma: (model, series) one-step error spread relative to the season factor.
        shock_weights: (model, series, step).
        future_factors: (series, step). index: (series, position).
        levels: (series, period + 1) deseasonalised level expected one step ahead after each number of periods.
        filled, is_scored: (series, period) demand without gaps and where it is a plain observation.
        size: (series,) mean of the positive quantities. frequency: (series,) share of periods with demand.
        is_count: (series,) 1.0 where all quantities are whole.
        strength, slope, scale_absolute, scale_squared, error_count, lost_quantity: (series,).
    """

    mean: FloatArray
    sigma: FloatArray
    shock_weights: FloatArray
    future_factors: FloatArray
    index: FloatArray
    levels: FloatArray
    filled: FloatArray
    is_scored: BoolArray
    size: FloatArray
    frequency: FloatArray
    is_count: FloatArray
    strength: FloatArray
    slope: FloatArray
    scale_absolute: FloatArray
    scale_squared: FloatArray
    error_count: FloatArray
    lost_quantity: FloatArray


def run_candidates(prepared: Prepared) -> CandidateRun:
    """Run every batch model once. Each row depends on its own series and the prepared factors only."""
    future = prepared.future_factors
    largest = np.where(prepared.values > 0, prepared.values, 0.0).max(axis=1, initial=0.0)
    # Nothing ever seen grows tenfold within a horizon; such a path is a failed fit, not a forecast.
    ceiling = 10.0 * largest[:, None] * np.maximum(future, 1.0)
    means, sigmas, shocks = [], [], []
    counts = np.zeros(prepared.values.shape[0])
    levels = np.zeros((prepared.values.shape[0], prepared.period_count + 1))
    past = prepared.factors[:, : prepared.period_count]
    for name, function in MODELS.items():
        run = function(prepared)
        is_usable = np.isfinite(run.mean).all(axis=1) & (run.mean <= ceiling + 1e-9).all(axis=1)
        means.append(np.where(is_usable[:, None], np.maximum(run.mean, 0.0), np.nan))
        sigma, count = _error_spread(prepared, run.fitted)
        sigmas.append(sigma)
        shocks.append(run.shock_weights)
        counts = np.maximum(counts, count)
        if name in LEVEL_MODELS:
            ahead = run.mean[:, :1] / future[:, :1]
            levels += np.nan_to_num(np.concatenate([run.fitted / past, ahead], axis=1)) / len(LEVEL_MODELS)
    absolute, squared = _naive_scales(prepared)
    positive = prepared.is_scored & (prepared.values > 0)
    total = np.where(positive, prepared.values, 0.0).sum(axis=1)
    is_whole = (np.where(prepared.is_scored, prepared.values % 1.0, 0.0) == 0.0).all(axis=1)
    return CandidateRun(
        np.stack(means),
        np.stack(sigmas),
        np.stack(shocks),
        future,
        prepared.index,
        np.maximum(levels, 0.0),
        prepared.values,
        prepared.is_scored,
        total / np.maximum(positive.sum(axis=1), 1),
        positive.sum(axis=1) / np.maximum(prepared.scored_count, 1.0),
        is_whole.astype(np.float64),
        prepared.strength,
        long_run_slope(prepared.deseasonalised, prepared.starts),
        absolute,
        squared,
        counts,
        prepared.lost_quantity,
    )


def _error_spread(prepared: Prepared, fitted: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Root mean square of the one-step errors of scored periods, and their number."""
    error = (prepared.values - fitted) / prepared.factors[:, : prepared.period_count]
    is_used = prepared.is_scored & np.isfinite(error)
    count = is_used.sum(axis=1).astype(np.float64)
    kept = np.where(is_used, error, 0.0)
    # Two numbers (level, smoothing) are always fitted; the mean error stays in the spread, as it would in use.
    return np.sqrt((kept * kept).sum(axis=1) / np.maximum(count - 2.0, 1.0)), count


def _naive_scales(prepared: Prepared) -> tuple[FloatArray, FloatArray]:
    """Mean absolute seasonal difference (MASE) and mean squared first difference (RMSSE), in sample."""
    values, is_scored = prepared.values, prepared.is_scored
    lag = np.where(prepared.period_count - prepared.starts > prepared.season_length, prepared.season_length, 1)
    result = []
    for lags, power in ((lag, 1), (np.ones_like(lag), 2)):
        total, count = np.zeros(len(lag)), np.zeros(len(lag))
        for one in np.unique(lags):
            if one >= prepared.period_count:
                continue
            both = is_scored[:, one:] & is_scored[:, :-one] & (lags == one)[:, None]
            gap = np.where(both, np.abs(values[:, one:] - values[:, :-one]), 0.0)
            total += (gap**power).sum(axis=1)
            count += both.sum(axis=1)
        result.append(np.where(count > 0, total / np.maximum(count, 1.0), np.nan))
    return result[0], result[1]
