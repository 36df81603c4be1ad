"""What does every model say about every series at one cutoff?

`prepare` brings demand into the common shape (gaps filled, holiday and season factors known),
`run_candidates` runs all models of `MODELS` on it and returns arrays with the model on the first axis. To
add a model: a function that takes `Prepared` and returns `ModelRun`, an entry in `MODELS` (order: simplest
first, ties go to the earlier), a name in `kernel/messages/forecasting.toml`, and its eligibility in
`champion`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.censoring import HALF_WINDOWS, fill_demand
from forecasting.ets import (
    DAMPED_GRID,
    SEASONAL_GRID,
    Season,
    aic_weights,
    ets_filter,
    ets_forecast,
    ets_shock_weights,
    initial_line,
    weighted,
)
from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray
from forecasting.intermittent import CROSTON_ALPHAS, TSB_ALPHAS, TSB_BETAS, croston, tsb
from forecasting.naive import WINDOWS, moving_average, seasonal_naive
from forecasting.seasonality import seasonal_indices
from forecasting.theta import THETA_GRID, long_run_slope, theta_paths

__all__ = ["MODELS", "RESIDUAL_LEVELS", "CandidateRun", "ModelRun", "Prepared", "prepare", "run_candidates"]

# Where the distribution of one-step errors is kept: denser in the tails that service levels read.
RESIDUAL_LEVELS = np.concatenate([[0.0, 0.01, 0.025, 0.05], np.arange(2, 19) / 20.0, [0.925, 0.95, 0.975, 0.99, 1.0]])


@dataclass(frozen=True)
class Prepared:
    """Series at one cutoff. `factors` (series, period + horizon) = season index * holiday factor."""

    frequency: Frequency
    horizon: int
    season_length: int
    starts: IntArray
    values: FloatArray
    is_scored: BoolArray
    positions: IntArray
    holiday: FloatArray
    index: FloatArray
    strength: FloatArray
    factors: FloatArray
    lost_quantity: FloatArray

    @property
    def period_count(self) -> int:
        return int(self.values.shape[1])

    @property
    def deseasonalised(self) -> FloatArray:
        return np.asarray(self.values / self.factors[:, : self.period_count])

    @property
    def future_factors(self) -> FloatArray:
        return self.factors[:, self.period_count :]

    @property
    def scored_count(self) -> FloatArray:
        return np.asarray(self.is_scored.sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class ModelRun:
    """`mean` (series, step), `fitted` (series, period) one step ahead, `shock_weights` (series, step)."""

    mean: FloatArray
    fitted: FloatArray
    shock_weights: FloatArray


@dataclass(frozen=True)
class CandidateRun:
    """All models at one cutoff.

    Args:
        mean: (model, series, step) >= 0, NaN where a model has no usable answer.
        sigma: (model, series) one-step error spread relative to the season factor.
        error_quantiles: (model, series, level) of one-step errors / sigma at `RESIDUAL_LEVELS`, mean 0.
        shock_weights: (model, series, step).
        future_factors: (series, step). index: (series, position). strength, slope, level, lost_quantity:
        (series,).
    """

    mean: FloatArray
    sigma: FloatArray
    error_quantiles: FloatArray
    shock_weights: FloatArray
    future_factors: FloatArray
    index: FloatArray
    strength: FloatArray
    slope: FloatArray
    scale_absolute: FloatArray
    scale_squared: FloatArray
    error_count: FloatArray
    lost_quantity: FloatArray


def prepare(
    values: FloatArray,
    starts: IntArray,
    is_censored: BoolArray,
    *,
    frequency: Frequency,
    season_length: int,
    horizon: int,
    positions: IntArray,
    holiday: FloatArray,
    common: FloatArray,
) -> Prepared:
    """Fill, find the season of each series, and lay the factors out over past and future."""
    period_count = values.shape[1]
    rough = (common[positions] * holiday)[None, :]
    filled = fill_demand(values, starts, is_censored, rough[:, :period_count], HALF_WINDOWS[frequency])
    plain = filled.values / holiday[None, :period_count]
    season = seasonal_indices(plain, starts, positions[:period_count], season_length, common)
    factors = season.index[:, positions] * holiday[None, :]
    return Prepared(
        frequency,
        horizon,
        season_length,
        starts,
        filled.values,
        filled.is_scored,
        positions,
        holiday,
        season.index,
        season.strength,
        factors,
        filled.lost_quantity,
    )


def run_candidates(prepared: Prepared) -> CandidateRun:
    """Run every model once. Each row depends on its own series and the prepared factors only."""
    runs: dict[str, ModelRun] = {}
    for name, function in MODELS.items():
        runs[name] = function(prepared, runs)
    stacked = list(runs.values())
    future = prepared.future_factors
    largest = np.where(prepared.values > 0, prepared.values, 0.0).max(axis=1, initial=0.0)
    # Nothing ever seen grows tenfold within a horizon; such a path is a failed fit, not a forecast.
    ceiling = 10.0 * largest[:, None] * np.maximum(future, 1.0)
    means, sigmas, quantiles, shocks = [], [], [], []
    counts = np.zeros(prepared.values.shape[0])
    for run in stacked:
        is_usable = np.isfinite(run.mean).all(axis=1) & (run.mean <= ceiling + 1e-9).all(axis=1)
        means.append(np.where(is_usable[:, None], np.maximum(run.mean, 0.0), np.nan))
        sigma, error_quantiles, count = _error_summary(prepared, run.fitted)
        sigmas.append(sigma)
        quantiles.append(error_quantiles)
        shocks.append(run.shock_weights)
        counts = np.maximum(counts, count)
    absolute, squared = _naive_scales(prepared)
    return CandidateRun(
        np.stack(means),
        np.stack(sigmas),
        np.stack(quantiles),
        np.stack(shocks),
        future,
        prepared.index,
        prepared.strength,
        long_run_slope(prepared.deseasonalised, prepared.starts),
        absolute,
        squared,
        counts,
        prepared.lost_quantity,
    )


def _error_summary(prepared: Prepared, fitted: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Spread and standardised quantile function of the one-step errors of scored periods."""
    error = (prepared.values - fitted) / prepared.factors[:, : prepared.period_count]
    is_used = prepared.is_scored & np.isfinite(error)
    count = is_used.sum(axis=1).astype(np.float64)
    kept = np.where(is_used, error, 0.0)
    mean = kept.sum(axis=1) / np.maximum(count, 1.0)
    # Two numbers (level, smoothing) are always fitted; the mean error stays in the spread, as it would in
    # use.
    sigma = np.sqrt((kept * kept).sum(axis=1) / np.maximum(count - 2.0, 1.0))
    ordered = np.sort(np.where(is_used, error - mean[:, None], np.inf), axis=1)
    place = RESIDUAL_LEVELS[None, :] * np.maximum(count - 1.0, 0.0)[:, None]
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count.astype(np.int64) - 1, 0)[:, None])
    below, above = np.take_along_axis(ordered, low, axis=1), np.take_along_axis(ordered, high, axis=1)
    has_errors = (count >= 2)[:, None] & (sigma > 0)[:, None]
    below, above = np.where(has_errors, below, 0.0), np.where(has_errors, above, 0.0)
    quantiles = (below + (above - below) * (place - low)) / np.where(sigma > 0, sigma, 1.0)[:, None]
    return sigma, quantiles, count


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


def _level_scale(prepared: Prepared) -> FloatArray:
    return np.asarray(prepared.values.sum(axis=1) / np.maximum(prepared.period_count - prepared.starts, 1))


def _seasonal_naive(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    mean, fitted = seasonal_naive(prepared.values, prepared.starts, prepared.season_length, prepared.horizon)
    return ModelRun(mean, fitted, np.zeros_like(mean))


def _moving_average(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    window = WINDOWS[prepared.frequency]
    level, fitted = moving_average(prepared.deseasonalised, prepared.starts, window)
    return _on_scale(prepared, np.repeat(level[:, None], prepared.horizon, axis=1), fitted, 1.0 / window)


def _theta(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    x = prepared.deseasonalised
    level, _slope = initial_line(x, prepared.starts, _initial_length(prepared))
    paths, fitted, sse = theta_paths(x, prepared.starts, prepared.is_scored, THETA_GRID, level, prepared.horizon)
    weights = aic_weights(sse, prepared.scored_count, THETA_GRID.parameter_counts, _level_scale(prepared))
    shock = _shocks(ets_shock_weights(THETA_GRID, prepared.horizon), weights)
    return _on_scale(prepared, weighted(paths, weights).T, weighted(fitted, weights).T, shock)


def _ets(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    x = prepared.deseasonalised
    level, slope = initial_line(x, prepared.starts, _initial_length(prepared))
    states = ets_filter(x, prepared.starts, prepared.is_scored, DAMPED_GRID, level, slope)
    weights = aic_weights(states.sse, prepared.scored_count, DAMPED_GRID.parameter_counts, _level_scale(prepared))
    mean = weighted(ets_forecast(states, DAMPED_GRID, prepared.horizon), weights).T
    shock = _shocks(ets_shock_weights(DAMPED_GRID, prepared.horizon), weights)
    return _on_scale(prepared, mean, weighted(states.fitted, weights).T, shock)


def _seasonal_ets(prepared: Prepared, season: Season) -> ModelRun:
    past = prepared.period_count
    holiday = prepared.holiday[None, :]
    x = prepared.values / holiday[:, :past]
    level, slope = initial_line(x / prepared.index[:, prepared.positions[:past]], prepared.starts, _initial_length(prepared))
    mean_level = _level_scale(prepared)[:, None]
    seasonal = prepared.index if season == "multiplicative" else (prepared.index - 1.0) * mean_level
    states = ets_filter(
        x,
        prepared.starts,
        prepared.is_scored,
        SEASONAL_GRID,
        level,
        slope,
        season=season,
        seasonal=seasonal,
        positions=prepared.positions[:past],
    )
    weights = aic_weights(states.sse, prepared.scored_count, SEASONAL_GRID.parameter_counts, _level_scale(prepared))
    paths = ets_forecast(states, SEASONAL_GRID, prepared.horizon, season=season, positions=prepared.positions[past:])
    shock = _shocks(ets_shock_weights(SEASONAL_GRID, prepared.horizon), weights)
    mean, fitted = weighted(paths, weights).T, weighted(states.fitted, weights).T
    return ModelRun(mean * holiday[:, past:], fitted * holiday[:, :past], shock)


def _ets_additive(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    return _seasonal_ets(prepared, "additive")


def _ets_multiplicative(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    return _seasonal_ets(prepared, "multiplicative")


def _croston_with(prepared: Prepared, correction: FloatArray | None) -> ModelRun:
    x = prepared.deseasonalised
    fit = croston(x, prepared.starts, prepared.is_scored, CROSTON_ALPHAS, correction)
    weights = aic_weights(fit.sse, prepared.scored_count, np.zeros_like(CROSTON_ALPHAS), _level_scale(prepared))
    level = weighted(fit.forecast[None], weights)[0]
    shock = weighted(CROSTON_ALPHAS[None, :, None] * np.ones_like(weights)[None], weights)[0]
    return _flat(prepared, level, weighted(fit.fitted, weights).T, shock)


def _croston(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    return _croston_with(prepared, None)


def _sba(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    return _croston_with(prepared, 1.0 - CROSTON_ALPHAS / 2.0)


def _tsb(prepared: Prepared, _: dict[str, ModelRun]) -> ModelRun:
    fit = tsb(prepared.deseasonalised, prepared.starts, prepared.is_scored, TSB_ALPHAS, TSB_BETAS)
    weights = aic_weights(fit.sse, prepared.scored_count, np.zeros_like(TSB_ALPHAS), _level_scale(prepared))
    level = weighted(fit.forecast[None], weights)[0]
    shock = weighted(TSB_BETAS[None, :, None] * np.ones_like(weights)[None], weights)[0]
    return _flat(prepared, level, weighted(fit.fitted, weights).T, shock)


def _mean_of(runs: dict[str, ModelRun], names: tuple[str, ...]) -> ModelRun:
    parts = [runs[name] for name in names]
    total = parts[0]
    for part in parts[1:]:
        total = ModelRun(
            total.mean + np.maximum(part.mean, 0.0),
            total.fitted + part.fitted,
            total.shock_weights + part.shock_weights,
        )
    share = 1.0 / len(parts)
    return ModelRun(total.mean * share, total.fitted * share, total.shock_weights * share)


def _combination(prepared: Prepared, runs: dict[str, ModelRun]) -> ModelRun:
    plain = _mean_of(runs, ("theta", "ets"))
    full = _mean_of(runs, ("theta", "ets", "ets_multiplicative"))
    # Without two whole years the seasonal states are only the shrunken indices again.
    is_old = (prepared.period_count - prepared.starts >= 2 * prepared.season_length)[:, None]
    if prepared.season_length == 1:
        return plain
    return ModelRun(
        np.where(is_old, full.mean, plain.mean),
        np.where(is_old, full.fitted, plain.fitted),
        np.where(is_old, full.shock_weights, plain.shock_weights),
    )


def _combination_intermittent(prepared: Prepared, runs: dict[str, ModelRun]) -> ModelRun:
    return _mean_of(runs, ("sba", "tsb", "ets"))


def _initial_length(prepared: Prepared) -> int:
    # Ten periods, or half a year of weeks: long enough to average noise, short enough to leave a trend to
    # learn.
    return max(10, prepared.season_length // 2)


def _shocks(by_grid: FloatArray, weights: FloatArray) -> FloatArray:
    return weighted(by_grid[:, :, None] * np.ones_like(weights)[None], weights).T


def _flat(prepared: Prepared, level: FloatArray, fitted: FloatArray, shock: FloatArray) -> ModelRun:
    return _on_scale(
        prepared,
        np.repeat(level[:, None], prepared.horizon, axis=1),
        fitted,
        np.repeat(shock[:, None], prepared.horizon, axis=1),
    )


def _on_scale(prepared: Prepared, mean: FloatArray, fitted: FloatArray, shock: FloatArray | float) -> ModelRun:
    return ModelRun(
        np.maximum(mean, 0.0) * prepared.future_factors,
        fitted * prepared.factors[:, : prepared.period_count],
        np.broadcast_to(np.asarray(shock), mean.shape).copy(),
    )


MODELS: dict[str, Callable[[Prepared, dict[str, ModelRun]], ModelRun]] = {
    "seasonal_naive": _seasonal_naive,
    "moving_average": _moving_average,
    "theta": _theta,
    "ets": _ets,
    "ets_additive": _ets_additive,
    "ets_multiplicative": _ets_multiplicative,
    "croston": _croston,
    "sba": _sba,
    "tsb": _tsb,
    "combination": _combination,
    "combination_intermittent": _combination_intermittent,
}
