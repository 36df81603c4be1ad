"""How do the statsmodels models see one series that a planner opens, and do they beat the batch champion?

`fit_series` fits one model by maximum likelihood, gives its components, fit and interval, and re-fits it
at the same past cutoffs the champion was judged on, so that the two can be compared. `tune` does so for
several models and ranks them. A model that cannot be fitted does not raise: the champion's forecast stands
in, and the result says so. statsmodels is imported inside the functions, because its import costs more
than the whole batch forecast.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl

from forecasting import metrics
from forecasting.backtest import run_origins
from forecasting.censoring import HALF_WINDOWS, fill_demand
from forecasting.engine import DEFAULT_LEVELS, ForecastResult, forecast
from forecasting.frames import FloatArray, Frequency, Panel, build_panel, demand_starts, period_starts
from forecasting.frames_out import measure_name
from kernel.errors import InvalidInput, NotFound

__all__ = ["SERIES_MODELS", "SeriesFit", "SeriesModel", "fit_series", "tune"]

SeriesModel = Literal["ets", "theta", "stl", "sarimax", "unobserved_components"]
SERIES_MODELS: tuple[SeriesModel, ...] = ("ets", "theta", "stl", "sarimax", "unobserved_components")
_FEWEST_PERIODS = {"ets": 10, "theta": 8, "stl": 10, "sarimax": 12, "unobserved_components": 12}
# 52 seasonal states by maximum likelihood take minutes and learn noise: harmonics instead.
_LONGEST_STATE_SEASON = 12
_HARMONICS = 3
# Initial states by heuristic: estimating them with the rest takes ten times as long and rarely forecasts better.
_DAMPED = {"error": "add", "trend": "add", "damped_trend": True, "initialization_method": "heuristic"}


@dataclass(frozen=True)
class SeriesFit:
    """One model on one series.

    Args:
        model: the model asked for; `is_fallback` true: it could not be fitted and `forecasts` are the
        champion's.
        reason_key, reason_values: why it fell back (empty otherwise).
        parameters: `name`, `value`.
        components: `period_start`, `component` ('demand','trend','season','remainder'), `quantity`.
        fitted: `period_start`, `demand_quantity`, `fitted_quantity`: one step ahead.
        forecasts: `period_start`, `measure`, `quantity` with the measures of `demand_forecasts`.
        comparison: `model`, `wape`, `mase`, `rmsse`, `bias`, `origin_count` for this model, the champion,
        seasonal naive.
    """

    series_id: int
    model: str
    is_fallback: bool
    reason_key: str
    reason_values: dict[str, object]
    parameters: pl.DataFrame
    components: pl.DataFrame
    fitted: pl.DataFrame
    forecasts: pl.DataFrame
    comparison: pl.DataFrame


@dataclass(frozen=True)
class _Estimate:
    mean: FloatArray
    spread: FloatArray
    fitted: FloatArray
    parameters: dict[str, float]


def fit_series(
    demand: pl.DataFrame,
    series_id: int,
    *,
    model: SeriesModel,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    regressors: pl.DataFrame | None = None,
    batch: ForecastResult | None = None,
) -> SeriesFit:
    """Fit `model` to one series of `demand`.

    Args:
        demand: as for `forecast`; only rows of `series_id` are used for the fit.
        regressors: `period_start` and number columns, known for every period of history and horizon
        ("sarimax" and
            "unobserved_components" use them, the others do not).
        batch: the result of `forecast` to compare with; computed for this series alone when left out.

    Raises:
        NotFound: the series has no demand known at the cutoff.
        InvalidInput: an unknown model, or regressors with gaps.
    """
    if model not in SERIES_MODELS:
        raise InvalidInput("forecasting.bad_argument", argument="model", got=model, expected=", ".join(SERIES_MODELS))
    own = demand.filter(pl.col("series_id") == series_id)
    panel = build_panel(own, frequency=frequency, cutoff=cutoff)
    if panel.series_count == 0:
        raise NotFound("forecasting.series_unknown", series_id=series_id, cutoff=cutoff)
    if batch is None:
        batch = forecast(own, frequency=frequency, horizon=horizon, cutoff=cutoff)
    values, start = _known_values(panel, panel.period_count)
    exog = _regressor_matrix(regressors, panel, start, horizon)
    champion_forecasts = (
        batch.demand_forecasts.filter(pl.col("series_id") == series_id)
        .select("period_start", "measure", "quantity")
        .sort("period_start", "measure")
    )
    past = period_starts(panel.first_index + np.arange(start, panel.period_count), frequency)
    components = _components(values, panel.season_length, past)
    try:
        estimate = _estimate(model, values, panel.season_length, horizon, exog)
    except _CannotFitError as problem:
        key, reason = problem.args
        facts = {"series_id": series_id, "model": model, "got": len(values), **reason}
        return SeriesFit(
            series_id,
            model,
            True,
            key,
            facts,
            _parameter_frame({}),
            components,
            _fitted_frame(past, values, np.full_like(values, np.nan)),
            champion_forecasts,
            _comparison(batch, panel, model, None, exog, horizon),
        )
    dates = period_starts(panel.first_index + panel.period_count + np.arange(horizon), frequency)
    return SeriesFit(
        series_id,
        model,
        False,
        "",
        {},
        _parameter_frame(estimate.parameters),
        components,
        _fitted_frame(past, values, estimate.fitted),
        _forecast_frame(dates, estimate),
        _comparison(batch, panel, model, start, exog, horizon),
    )


def tune(
    demand: pl.DataFrame,
    series_id: int,
    *,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    models: tuple[SeriesModel, ...] = SERIES_MODELS,
    regressors: pl.DataFrame | None = None,
) -> list[SeriesFit]:
    """Fit several models to one series; the lowest RMSSE over past cutoffs first, those that fell back
    last."""
    own = demand.filter(pl.col("series_id") == series_id)
    batch = forecast(own, frequency=frequency, horizon=horizon, cutoff=cutoff)
    fits = [
        fit_series(
            own,
            series_id,
            model=model,
            frequency=frequency,
            horizon=horizon,
            cutoff=cutoff,
            regressors=regressors,
            batch=batch,
        )
        for model in models
    ]

    def rank(fit: SeriesFit) -> tuple[bool, float]:
        row = fit.comparison.filter(pl.col("model") == fit.model)["rmsse"].to_list()
        return fit.is_fallback, row[0] if row and row[0] is not None else float("inf")

    return sorted(fits, key=rank)


class _CannotFitError(Exception):
    """args: message key, values."""


def _known_values(panel: Panel, known_count: int) -> tuple[FloatArray, int]:
    """Filled history of the panel's one series up to `known_count`, and the column it starts at."""
    values, censored = panel.values[:, :known_count], panel.is_censored[:, :known_count]
    starts = demand_starts(values, panel.first_columns)
    flat = np.ones((1, known_count))
    filled = fill_demand(values, starts, censored, flat, HALF_WINDOWS[panel.frequency]).values
    return filled[0, starts[0] :], int(starts[0])


def _estimate(model: str, values: FloatArray, season_length: int, horizon: int, exog: FloatArray | None) -> _Estimate:
    if len(values) < _FEWEST_PERIODS[model]:
        raise _CannotFitError("forecasting.series_too_short", {"expected": _FEWEST_PERIODS[model]})
    has_season = season_length > 1 and len(values) >= 2 * season_length
    try:
        with warnings.catch_warnings():
            # Convergence warnings of a fit that is judged by its backtest would only clutter the worker's
            # log.
            warnings.simplefilter("ignore")
            estimate: _Estimate = _FITTERS[model](values, season_length if has_season else 1, horizon, exog)
    except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError) as problem:
        raise _CannotFitError("forecasting.fit_failed", {"reason": str(problem)}) from problem
    is_finite = np.isfinite(estimate.mean).all() and np.isfinite(estimate.spread).all()
    if not is_finite or estimate.mean.max() > 20 * max(values.max(), 1e-9):
        raise _CannotFitError("forecasting.fit_failed", {"reason": "the forecast explodes"})
    return estimate


def _fit_ets(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> _Estimate:
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
    return _Estimate(mean, spread, np.asarray(fit.fittedvalues), _named(fit.model.param_names, fit.params))


def _fit_theta(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> _Estimate:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    is_positive = bool((values > 0).all())
    fit = ThetaModel(
        _labelled(values),
        period=max(season, 2),
        deseasonalize=season > 1,
        method="multiplicative" if is_positive else "additive",
    ).fit()
    mean = np.asarray(fit.forecast(horizon), dtype=np.float64)
    interval = np.asarray(fit.prediction_intervals(horizon, alpha=0.2), dtype=np.float64)
    _, spread = _normal(mean, interval[:, 0], interval[:, 1])
    return _Estimate(mean, spread, np.full_like(values, np.nan), _named(fit.params.index, fit.params))


def _fit_stl(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> _Estimate:
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
    return _Estimate(mean, spread, fitted, _named(inner.model.param_names, inner.params))


def _fit_sarimax(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> _Estimate:
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


def _fit_unobserved(values: FloatArray, season: int, horizon: int, exog: FloatArray | None) -> _Estimate:
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


def _state_space(fit: Any, horizon: int, exog: FloatArray | None) -> _Estimate:
    frame = fit.get_forecast(horizon, exog=exog).summary_frame(alpha=0.2)
    mean, spread = _normal(frame["mean"], frame["mean_ci_lower"], frame["mean_ci_upper"])
    return _Estimate(mean, spread, np.asarray(fit.fittedvalues), _named(fit.param_names, fit.params))


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


def _regressor_matrix(regressors: pl.DataFrame | None, panel: Panel, start: int, horizon: int) -> FloatArray | None:
    if regressors is None:
        return None
    indices = panel.first_index + np.arange(start, panel.period_count + horizon)
    wanted = pl.DataFrame({"period_start": period_starts(indices, panel.frequency)})
    names = sorted(name for name in regressors.columns if name != "period_start")
    joined = wanted.join(regressors, on="period_start", how="left", maintain_order="left").select(names)
    matrix = joined.cast(pl.Float64).to_numpy()
    if joined.height != len(indices) or not np.isfinite(matrix).all():
        raise InvalidInput(
            "forecasting.bad_argument",
            argument="regressors",
            got=f"{int((~np.isfinite(matrix)).any(axis=1).sum())} periods without a value",
            expected="one row with numbers for every period of history and horizon",
        )
    return matrix


def _comparison(
    batch: ForecastResult,
    panel: Panel,
    model: str,
    start: int | None,
    exog: FloatArray | None,
    horizon: int,
) -> pl.DataFrame:
    """This model, the champion and seasonal naive at the champion's own past cutoffs."""
    series_id = int(panel.series_ids[0])
    past = batch.backtest_forecasts.filter((pl.col("series_id") == series_id) & (pl.col("measure") == "mean"))
    chosen = batch.champions.filter(pl.col("series_id") == series_id)["model"].to_list()
    stands_for = {"zero": "moving_average", "mean": "moving_average"}
    champion = stands_for.get(chosen[0], chosen[0]) if chosen else ""
    scales = run_origins(panel, [panel.period_count], 1)[panel.period_count].run
    rows = []
    for label, name in (("champion", champion), ("seasonal_naive", "seasonal_naive")):
        mine = past.filter(pl.col("model") == name)
        rows.append(_score_row(label, mine, panel, scales.scale_absolute, scales.scale_squared))
    if start is not None:
        parts = [past.head(0)]
        for cutoff in past["cutoff"].unique().sort():
            asked = past.filter((pl.col("model") == "seasonal_naive") & (pl.col("cutoff") == cutoff))
            known = _count_known(panel, cutoff)
            steps = int(asked["period_start"].n_unique())
            values, then_start = _known_values(panel, known)
            part_exog = None if exog is None else exog[then_start - start :][: len(values) + horizon]
            try:
                mean = _estimate(model, values, panel.season_length, horizon, part_exog).mean
            except _CannotFitError:
                continue
            dates = period_starts(panel.first_index + known + np.arange(horizon), panel.frequency)
            guess = pl.DataFrame({"period_start": dates, "guess": np.maximum(mean, 0.0)})
            joined = asked.join(guess, on="period_start", how="inner").head(steps)
            parts.append(
                joined.with_columns(pl.lit(model).alias("model"), pl.col("guess").alias("quantity")).select(past.columns)
            )
        rows.insert(0, _score_row(model, pl.concat(parts), panel, scales.scale_absolute, scales.scale_squared))
    return pl.DataFrame(
        rows,
        schema={
            "model": pl.String,
            "wape": pl.Float64,
            "bias": pl.Float64,
            "mase": pl.Float64,
            "rmsse": pl.Float64,
            "origin_count": pl.Int64,
        },
        orient="row",
    )


def _count_known(panel: Panel, cutoff: date) -> int:
    """How many columns of `panel` had ended by `cutoff`."""
    ends = period_starts(panel.first_index + np.arange(1, panel.period_count + 1), panel.frequency)
    return sum(end <= cutoff or (end - cutoff).days == 1 for end in ends)


def _score_row(
    label: str, forecasts: pl.DataFrame, panel: Panel, absolute: FloatArray, squared: FloatArray
) -> tuple[object, ...]:
    columns = period_starts(panel.first_index + np.arange(panel.period_count), panel.frequency)
    truth = pl.DataFrame({"period_start": columns, "actual": panel.values[0]})
    both = forecasts.join(truth, on="period_start", how="inner").sort("cutoff", "period_start")
    actual, guess = both["actual"].to_numpy()[None, :], both["quantity"].to_numpy()[None, :]
    if both.is_empty():
        return (label, None, None, None, None, 0)
    figures = [
        metrics.wape(actual, guess)[0],
        metrics.bias(actual, guess)[0],
        metrics.mase(actual, guess, absolute)[0],
        metrics.rmsse(actual, guess, squared)[0],
    ]
    return (
        label,
        *(float(figure) if np.isfinite(figure) else None for figure in figures),
        int(both["cutoff"].n_unique()),
    )


def _components(values: FloatArray, season_length: int, dates: list[date]) -> pl.DataFrame:
    """Trend, season and remainder by STL, or a smoothed trend alone while two years are not known."""
    if season_length > 1 and len(values) >= 2 * season_length:
        from statsmodels.tsa.seasonal import STL

        parts = STL(values, period=season_length, robust=True).fit()
        trend, season = np.asarray(parts.trend), np.asarray(parts.seasonal)
    else:
        trend, season = np.full_like(values, values.mean()), np.zeros_like(values)
    named = {"demand": values, "trend": trend, "season": season, "remainder": values - trend - season}
    return pl.concat(
        [
            pl.DataFrame({"period_start": dates, "quantity": part}).with_columns(pl.lit(name).alias("component"))
            for name, part in named.items()
        ]
    ).select("period_start", "component", "quantity")


def _parameter_frame(parameters: dict[str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        {"name": list(parameters), "value": list(parameters.values())},
        schema={"name": pl.String, "value": pl.Float64},
    )


def _fitted_frame(dates: list[date], values: FloatArray, fitted: FloatArray) -> pl.DataFrame:
    return pl.DataFrame({"period_start": dates, "demand_quantity": values, "fitted_quantity": fitted}).with_columns(
        pl.col("fitted_quantity").fill_nan(None)
    )


def _forecast_frame(dates: list[date], estimate: _Estimate) -> pl.DataFrame:
    from scipy.special import ndtri

    measures = {"mean": np.maximum(estimate.mean, 0.0)}
    for level in DEFAULT_LEVELS:
        measures[measure_name(level)] = np.maximum(estimate.mean + float(ndtri(level)) * estimate.spread, 0.0)
    return (
        pl.concat(
            [
                pl.DataFrame({"period_start": dates, "quantity": quantity}).with_columns(pl.lit(measure).alias("measure"))
                for measure, quantity in measures.items()
            ]
        )
        .select("period_start", "measure", "quantity")
        .sort("period_start", "measure")
    )
