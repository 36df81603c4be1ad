"""What does each model that runs on all series at once say? One function per model, one registry.

To add a model: a function that takes `Prepared` and returns `ModelRun`, an entry in `MODELS` (order: simplest first, ties go
to the earlier), a name in `kernel/messages/forecasting.toml`, and its eligibility in `champion`. `boosting` (one model
over all series) and `combination` (weighted by past errors) follow from these and have modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecasting.demand.prepared import ModelRun, Prepared
from forecasting.frames import FloatArray
from forecasting.models.ets import (
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
from forecasting.models.intermittent import CROSTON_ALPHAS, TSB_ALPHAS, TSB_BETAS, croston, tsb
from forecasting.models.naive import LONG_WINDOWS, WINDOWS, moving_average, seasonal_naive
from forecasting.models.theta import THETA_GRID, theta_paths

__all__ = ["BOOSTING", "COMBINATION", "MODELS", "MODEL_NAMES"]


def _level_scale(prepared: Prepared) -> FloatArray:
    return np.asarray(prepared.values.sum(axis=1) / np.maximum(prepared.period_count - prepared.starts, 1))


def _seasonal_naive(prepared: Prepared) -> ModelRun:
    mean, fitted = seasonal_naive(prepared.values, prepared.starts, prepared.season_length, prepared.horizon)
    return ModelRun(mean, fitted, np.zeros_like(mean))


def _moving_average(prepared: Prepared) -> ModelRun:
    return _average_over(prepared, WINDOWS[prepared.frequency])


def _long_average(prepared: Prepared) -> ModelRun:
    return _average_over(prepared, LONG_WINDOWS[prepared.frequency])


def _average_over(prepared: Prepared, window: int) -> ModelRun:
    level, fitted = moving_average(prepared.deseasonalised, prepared.starts, window)
    return _on_scale(prepared, np.repeat(level[:, None], prepared.horizon, axis=1), fitted, 1.0 / window)


def _theta(prepared: Prepared) -> ModelRun:
    x = prepared.deseasonalised
    level, _slope = initial_line(x, prepared.starts, _initial_length(prepared))
    paths, fitted, sse = theta_paths(x, prepared.starts, prepared.is_scored, THETA_GRID, level, prepared.horizon)
    weights = aic_weights(sse, prepared.scored_count, THETA_GRID.parameter_counts, _level_scale(prepared))
    shock = _shocks(ets_shock_weights(THETA_GRID, prepared.horizon), weights)
    return _on_scale(prepared, weighted(paths, weights).T, weighted(fitted, weights).T, shock)


def _ets(prepared: Prepared) -> ModelRun:
    x = prepared.deseasonalised
    level, slope = initial_line(x, prepared.starts, _initial_length(prepared))
    states = ets_filter(x, prepared.starts, prepared.is_scored, DAMPED_GRID, level, slope)
    weights = aic_weights(states.sse, prepared.scored_count, DAMPED_GRID.parameter_counts, _level_scale(prepared))
    mean = weighted(ets_forecast(states, DAMPED_GRID, prepared.horizon), weights).T
    shock = _shocks(ets_shock_weights(DAMPED_GRID, prepared.horizon), weights)
    return _on_scale(prepared, mean, weighted(states.fitted, weights).T, shock)


def _seasonal_ets(prepared: Prepared, season: Season) -> ModelRun:
    past = prepared.period_count
    holiday = prepared.holiday
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


def _ets_additive(prepared: Prepared) -> ModelRun:
    return _seasonal_ets(prepared, "additive")


def _ets_multiplicative(prepared: Prepared) -> ModelRun:
    return _seasonal_ets(prepared, "multiplicative")


def _croston_with(prepared: Prepared, correction: FloatArray | None) -> ModelRun:
    x = prepared.deseasonalised
    fit = croston(x, prepared.starts, prepared.is_scored, CROSTON_ALPHAS, correction)
    weights = aic_weights(fit.sse, prepared.scored_count, np.zeros_like(CROSTON_ALPHAS), _level_scale(prepared))
    level = weighted(fit.forecast[None], weights)[0]
    shock = weighted(CROSTON_ALPHAS[None, :, None] * np.ones_like(weights)[None], weights)[0]
    return _flat(prepared, level, weighted(fit.fitted, weights).T, shock)


def _croston(prepared: Prepared) -> ModelRun:
    return _croston_with(prepared, None)


def _sba(prepared: Prepared) -> ModelRun:
    return _croston_with(prepared, 1.0 - CROSTON_ALPHAS / 2.0)


def _tsb(prepared: Prepared) -> ModelRun:
    fit = tsb(prepared.deseasonalised, prepared.starts, prepared.is_scored, TSB_ALPHAS, TSB_BETAS)
    weights = aic_weights(fit.sse, prepared.scored_count, np.zeros_like(TSB_ALPHAS), _level_scale(prepared))
    level = weighted(fit.forecast[None], weights)[0]
    shock = weighted(TSB_BETAS[None, :, None] * np.ones_like(weights)[None], weights)[0]
    return _flat(prepared, level, weighted(fit.fitted, weights).T, shock)


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


MODELS: dict[str, Callable[[Prepared], ModelRun]] = {
    "seasonal_naive": _seasonal_naive,
    "moving_average": _moving_average,
    "long_average": _long_average,
    "theta": _theta,
    "ets": _ets,
    "ets_additive": _ets_additive,
    "ets_multiplicative": _ets_multiplicative,
    "croston": _croston,
    "sba": _sba,
    "tsb": _tsb,
}

BOOSTING = "boosting"
COMBINATION = "combination"
MODEL_NAMES = (*MODELS, BOOSTING, COMBINATION)
