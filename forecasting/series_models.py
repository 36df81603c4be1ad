"""What do the statsmodels models say about one series? Maximum likelihood, one function per model.

statsmodels is imported inside the functions, because its import costs more than the whole batch forecast.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from forecasting.frames import FloatArray

__all__ = ["SERIES_MODELS", "CannotFitError", "Estimate", "SeriesModel", "estimate"]

SeriesModel = Literal["ets", "theta", "stl", "sarimax", "unobserved_components"]
SERIES_MODELS: tuple[SeriesModel, ...] = ("ets", "theta", "stl", "sarimax", "unobserved_components")
_FEWEST_PERIODS = {"ets": 10, "theta": 8, "stl": 10, "sarimax": 12, "unobserved_components": 12}
# 52 seasonal states by maximum likelihood take minutes and learn noise: harmonics instead.
_LONGEST_STATE_SEASON = 12
_HARMONICS = 3
# Initial states by heuristic: estimating them with the rest takes ten times as long and rarely forecasts better.
_DAMPED = {"error": "add", "trend": "add", "damped_trend": True, "initialization_method": "heuristic"}


@dataclass(frozen=True)
class Estimate:
    """`mean`, `spread` (step,) of the forecast, `fitted` (period,) one step ahead, `parameters` by name."""

    mean: FloatArray
    spread: FloatArray
    fitted: FloatArray
    parameters: dict[str, float]


class CannotFitError(Exception):
    """args: message key, values."""


def estimate(model: str, values: FloatArray, season_length: int, horizon: int, exog: FloatArray | None) -> Estimate:
    """Fit `model` to the known `values`.

    Raises:
        CannotFitError: too short, no convergence, or a forecast beyond reason.
    """
    if len(values) < _FEWEST_PERIODS[model]:
        raise CannotFitError("forecasting.series_too_short", {"expected": _FEWEST_PERIODS[model]})
    has_season = season_length > 1 and len(values) >= 2 * season_length
    try:
        with warnings.catch_warnings():
            # Convergence warnings of a fit that is judged by its backtest would only clutter the worker's
            # log.
            warnings.simplefilter("ignore")
            found: Estimate = _FITTERS[model](values, season_length if has_season else 1, horizon, exog)
    except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError) as problem:
        raise CannotFitError("forecasting.fit_failed", {"reason": str(problem)}) from problem
    is_finite = np.isfinite(found.mean).all() and np.isfinite(found.spread).all()
    if not is_finite or found.mean.max() > 20 * max(values.max(), 1e-9):
        raise CannotFitError("forecasting.fit_failed", {"reason": "the forecast explodes"})
    return found


def _fit_ets(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> Estimate:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    if season > _LONGEST_STATE_SEASON:
        return _fit_stl(values, season, horizon, exog)
    options: dict[str, Any] = {**_DAMPED}
    if season > 1:
        options |= {"seasonal": "add", "seasonal_periods": season}
    fit = ETSModel(_labelled(values), **options).fit(disp=False)
    last = len(values)
    frame = fit.get_prediction(start=last, end=last + horizon - 1).summary_frame(alpha=0.2)
    mean, spread = _normal(frame["mean"], frame["pi_lower"], frame["pi_upper"])
    return Estimate(mean, spread, np.asarray(fit.fittedvalues), _named(fit.model.param_names, fit.params))


def _fit_theta(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> Estimate:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    is_positive = bool((values > 0).all())
    fit = ThetaModel(
        _labelled(values),
        period=max(season, 2),
        deseasonalize=season > 1,
        method="multiplicative" if is_positive else "additive",
    ).fit()
    mean = np.asarray(fit.forecast(horizon), dtype=np.float64)
    # Theta is smoothing with a drift (Hyndman and Billah 2003): a shock stays with its share alpha. The interval of statsmodels
    # lets all of it and more stay, which makes half a year of weeks around a level wider than the level itself.
    alpha = float(fit.params["alpha"])
    spread = np.sqrt(float(fit.sigma2) * (1.0 + np.arange(horizon) * alpha * alpha))
    return Estimate(mean, spread, np.full_like(values, np.nan), _named(fit.params.index, fit.params))


def _fit_stl(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> Estimate:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.forecasting.stl import STLForecast

    if season == 1:
        return _fit_ets(values, 1, horizon, exog)
    fit = STLForecast(
        _labelled(values),
        ETSModel,
        model_kwargs=_DAMPED,
        period=season,
        robust=True,
    ).fit(fit_kwargs={"disp": False})
    last = len(values)
    inner = fit.model_result
    mean = np.asarray(fit.forecast(horizon), dtype=np.float64)
    frame = inner.get_prediction(start=last, end=last + horizon - 1).summary_frame(alpha=0.2)
    _, spread = _normal(frame["mean"], frame["pi_lower"], frame["pi_upper"])
    fitted = np.asarray(inner.fittedvalues) + np.asarray(fit.result.seasonal)
    return Estimate(mean, spread, fitted, _named(inner.model.param_names, inner.params))


def _fit_sarimax(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> Estimate:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    is_short = 1 < season <= _LONGEST_STATE_SEASON and len(values) >= 3 * season
    design = _with_harmonics(len(values) + horizon, season, exog) if season > 1 and not is_short else exog
    fit = SARIMAX(
        values,
        exog=None if design is None else design[: len(values)],
        order=(0, 1, 1),
        seasonal_order=(0, 1, 1, season) if is_short else (0, 0, 0, 0),
        enforce_invertibility=False,
        concentrate_scale=True,
    ).fit(disp=False, maxiter=50)
    return _state_space(fit, horizon, None if design is None else design[len(values) :])


def _fit_unobserved(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> Estimate:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    options: dict[str, Any] = {}
    if 1 < season <= _LONGEST_STATE_SEASON:
        options["seasonal"] = season
    elif season > 1:
        options["freq_seasonal"] = [{"period": season, "harmonics": _HARMONICS}]
    fit = UnobservedComponents(values, "lltrend", exog=None if exog is None else exog[: len(values)], **options).fit(
        disp=False, maxiter=100
    )
    return _state_space(fit, horizon, None if exog is None else exog[len(values) :])


_FITTERS: dict[str, Any] = {
    "ets": _fit_ets,
    "theta": _fit_theta,
    "stl": _fit_stl,
    "sarimax": _fit_sarimax,
    "unobserved_components": _fit_unobserved,
}


def _state_space(fit: Any, horizon: int, exog: FloatArray | None) -> Estimate:
    frame = fit.get_forecast(horizon, exog=exog).summary_frame(alpha=0.2)
    mean, spread = _normal(frame["mean"], frame["mean_ci_lower"], frame["mean_ci_upper"])
    return Estimate(mean, spread, np.asarray(fit.fittedvalues), _named(fit.param_names, fit.params))


def _normal(mean: Any, lower: Any, upper: Any) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation behind an 80 % interval, whatever the model calls its columns."""
    width = np.asarray(upper, dtype=np.float64) - np.asarray(lower, dtype=np.float64)
    return np.asarray(mean, dtype=np.float64), width / (2 * 1.2815515655446004)


def _labelled(values: FloatArray) -> Any:
    """As a pandas series: some prediction results of statsmodels need an index."""
    import pandas as pd

    return pd.Series(values)


def _named(names: Any, values: Any) -> dict[str, float]:
    return {str(name): float(value) for name, value in zip(names, np.asarray(values), strict=True)}


def _with_harmonics(length: int, season: int, exog: FloatArray | None) -> FloatArray:
    angle = 2 * np.pi * np.arange(length) / season
    waves = [wave(k * angle) for k in range(1, _HARMONICS + 1) for wave in (np.sin, np.cos)]
    return np.column_stack([*waves, exog] if exog is not None else waves)
