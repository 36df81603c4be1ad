"""What do the statsmodels models say about one series? Maximum likelihood, one function per model, tuned by `series_parameters`.

A season needs two years of history. "auto" takes what serves that length and season: ETS an added season up to 12 positions and
STL beyond; Theta a multiplied season where no demand is 0; SARIMAX and unobserved components seasonal states up to 12 positions
and harmonics beyond. statsmodels is imported inside the functions, because its import costs more than the whole batch forecast.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.frames import FloatArray
from forecasting.tuning.series_parameters import SERIES_MODELS, Parameters, SeriesModel, checked_parameters
from forecasting.tuning.transformation import Scale

__all__ = ["SERIES_MODELS", "CannotFitError", "Estimate", "SeriesModel", "estimate"]

_FEWEST_PERIODS = {"ets": 10, "theta": 8, "stl": 10, "sarimax": 12, "unobserved_components": 12}
# 52 seasonal states by maximum likelihood take minutes and learn noise: harmonics instead.
_LONGEST_STATE_SEASON = 12
_ENDINGS = {"additive": "add", "multiplicative": "mul", "none": None}


@dataclass(frozen=True)
class Estimate:
    """`mean`, `spread` (step,) of the forecast, `fitted` (period,) one step ahead, `parameters` by name."""

    mean: FloatArray
    spread: FloatArray
    fitted: FloatArray
    parameters: dict[str, float]


class CannotFitError(Exception):
    """args: message key, values."""


def estimate(
    model: str,
    values: FloatArray,
    season_length: int,
    horizon: int,
    exog: FloatArray | None,
    parameters: Mapping[str, Any] | None = None,
) -> Estimate:
    """Fit `model` to the known `values`.

    Args:
        exog: (period + horizon, column) regressors of "sarimax" and "unobserved_components".
        parameters: as in `series_parameters`; what is not said takes its default.

    Raises:
        CannotFitError: too short, no convergence, or a forecast beyond reason.
        InvalidInput: parameters that cannot be.
    """
    settings = checked_parameters(model, parameters)
    if len(values) < _FEWEST_PERIODS[model]:
        raise CannotFitError("forecasting.series_too_short", {"expected": _FEWEST_PERIODS[model]})
    has_season = season_length > 1 and len(values) >= 2 * season_length
    scale = Scale.named(settings["transformation"], settings["box_cox_lambda"])
    try:
        with warnings.catch_warnings():
            # Convergence warnings of a fit that is judged by its backtest would only clutter the worker's
            # log.
            warnings.simplefilter("ignore")
            seen: Estimate = _FITTERS[model](scale.forward(values), season_length if has_season else 1, horizon, exog, settings)
    except (ValueError, ArithmeticError, IndexError, NotImplementedError, np.linalg.LinAlgError) as problem:
        raise CannotFitError("forecasting.fit_failed", {"reason": str(problem)}) from problem
    mean, spread = scale.outlook(seen.mean, seen.spread)
    found = replace(seen, mean=mean, spread=spread, fitted=scale.backward(seen.fitted))
    is_finite = np.isfinite(found.mean).all() and np.isfinite(found.spread).all()
    if not is_finite or found.mean.max() > 20 * max(values.max(), 1e-9):
        raise CannotFitError("forecasting.fit_failed", {"reason": "the forecast explodes"})
    return found


def _smoothing(settings: Parameters) -> dict[str, Any]:
    """Error and trend of an ETS model."""
    has_trend = settings["trend"] != "none"
    return {
        "error": _ENDINGS[settings.get("error", "additive")],
        "trend": "add" if has_trend else None,
        "damped_trend": has_trend and settings["is_damped"],
        # By heuristic: estimating the initial states with the rest takes ten times as long and rarely forecasts better.
        "initialization_method": "heuristic",
    }


def _short_season(settings: Parameters, season: int) -> None:
    if season > _LONGEST_STATE_SEASON:
        reason = f"season {settings['season']!r} holds at most {_LONGEST_STATE_SEASON} positions, the year has {season} here"
        raise ValueError(reason)


def _fit_ets(values: FloatArray, season: int, horizon: int, exog: FloatArray | None, settings: Parameters) -> Estimate:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    kind = settings["season"]
    if kind == "auto" and season > _LONGEST_STATE_SEASON:
        return _fit_stl(values, season, horizon, exog, settings)
    options = _smoothing(settings)
    if season > 1 and kind != "none":
        _short_season(settings, season)
        options |= {"seasonal": _ENDINGS["additive" if kind == "auto" else kind], "seasonal_periods": season}
    fit = ETSModel(_labelled(values), **options).fit(disp=False)
    last = len(values)
    if "mul" in (options["error"], options.get("seasonal")):
        return _simulated_ets(fit, horizon)
    frame = fit.get_prediction(start=last, end=last + horizon - 1).summary_frame(alpha=0.2)
    mean, spread = _normal(frame["mean"], frame["pi_lower"], frame["pi_upper"])
    return Estimate(mean, spread, np.asarray(fit.fittedvalues), _named(fit.model.param_names, fit.params))


def _simulated_ets(fit: Any, horizon: int) -> Estimate:
    """Multiplied models have no formula for the spread: 500 paths from a fixed seed instead."""
    paths = np.asarray(fit.simulate(horizon, anchor="end", repetitions=500, rng=np.random.default_rng(0)))
    mean = np.asarray(fit.forecast(horizon), dtype=np.float64)
    return Estimate(mean, paths.std(axis=1), np.asarray(fit.fittedvalues), _named(fit.model.param_names, fit.params))


def _fit_theta(values: FloatArray, season: int, horizon: int, exog: FloatArray | None, settings: Parameters) -> Estimate:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    is_positive = bool((values > 0).all())
    method = settings["season"]
    if method in ("auto", "none"):
        method = "multiplicative" if is_positive else "additive"
    fit = ThetaModel(
        _labelled(values),
        period=max(season, 2),
        deseasonalize=season > 1 and settings["season"] != "none",
        method=method,
    ).fit()
    mean = np.asarray(fit.forecast(horizon), dtype=np.float64)
    # Theta is smoothing with a drift (Hyndman and Billah 2003): a shock stays with its share alpha. The interval of statsmodels
    # lets all of it and more stay, which makes half a year of weeks around a level wider than the level itself.
    alpha = float(fit.params["alpha"])
    spread = np.sqrt(float(fit.sigma2) * (1.0 + np.arange(horizon) * alpha * alpha))
    return Estimate(mean, spread, np.full_like(values, np.nan), _named(fit.params.index, fit.params))


def _fit_stl(values: FloatArray, season: int, horizon: int, exog: FloatArray | None, settings: Parameters) -> Estimate:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.forecasting.stl import STLForecast

    if season == 1:
        return _fit_ets(values, 1, horizon, exog, settings | {"season": "none"})
    fit = STLForecast(
        _labelled(values),
        ETSModel,
        model_kwargs=_smoothing(settings),
        period=season,
        seasonal=settings.get("season_window", 7),
        robust=settings.get("is_robust", True),
    ).fit(fit_kwargs={"disp": False})
    last = len(values)
    inner = fit.model_result
    mean = np.asarray(fit.forecast(horizon), dtype=np.float64)
    frame = inner.get_prediction(start=last, end=last + horizon - 1).summary_frame(alpha=0.2)
    _, spread = _normal(frame["mean"], frame["pi_lower"], frame["pi_upper"])
    fitted = np.asarray(inner.fittedvalues) + np.asarray(fit.result.seasonal)
    return Estimate(mean, spread, fitted, _named(inner.model.param_names, inner.params))


def _fit_sarimax(values: FloatArray, season: int, horizon: int, exog: FloatArray | None, settings: Parameters) -> Estimate:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    kind = settings["season"] if season > 1 else "none"
    if kind == "auto":
        # Orders are learned from differences a year apart: two years leave one.
        is_short = season <= _LONGEST_STATE_SEASON and len(values) >= 3 * season
        kind = "states" if is_short else "harmonics"
    if kind == "states":
        _short_season(settings, season)
    waves = settings["harmonics"] if kind == "harmonics" else 0
    design = _with_harmonics(len(values) + horizon, season, waves, exog)
    fit = SARIMAX(
        values,
        exog=None if design is None else design[: len(values)],
        order=tuple(settings["order"]),
        seasonal_order=(*settings["seasonal_order"], season) if kind == "states" else (0, 0, 0, 0),
        enforce_invertibility=False,
        concentrate_scale=True,
    ).fit(disp=False, maxiter=50)
    return _state_space(fit, horizon, None if design is None else design[len(values) :])


def _fit_unobserved(values: FloatArray, season: int, horizon: int, exog: FloatArray | None, settings: Parameters) -> Estimate:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    kind = settings["season"] if season > 1 else "none"
    if kind == "auto":
        kind = "states" if season <= _LONGEST_STATE_SEASON else "harmonics"
    options: dict[str, Any] = {}
    if kind == "states":
        _short_season(settings, season)
        options["seasonal"] = season
    elif kind == "harmonics":
        options["freq_seasonal"] = [{"period": season, "harmonics": min(settings["harmonics"], season // 2)}]
    known = None if exog is None else exog[: len(values)]
    fit = UnobservedComponents(values, settings["level"], exog=known, **options).fit(disp=False, maxiter=100)
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


def _with_harmonics(length: int, season: int, waves: int, exog: FloatArray | None) -> FloatArray | None:
    """`exog` with a sine and a cosine beside it for each of so many harmonics of the year."""
    if not waves:
        return exog
    angle = 2 * np.pi * np.arange(length) / season
    # The last harmonic of an even season has no sine: it is zero at every period.
    found = [wave(k * angle) for k in range(1, min(waves, (season - 1) // 2) + 1) for wave in (np.sin, np.cos)]
    return np.column_stack([*found, exog] if exog is not None else found)
