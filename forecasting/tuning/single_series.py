"""How do the statsmodels models see one series that a planner opens, and do they beat the batch champion?

`fit_series` fits one model by maximum likelihood, gives its components, fit and interval, and re-fits it
at the same past cutoffs the champion was judged on, so that the two can be compared. `tune` does so for
several models and ranks them. A model that cannot be fitted does not raise: the champion's forecast stands
in, and the result says so. statsmodels is imported inside the functions, because its import costs more
than the whole batch forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from forecasting.engine import DEFAULT_LEVELS, ForecastResult, forecast
from forecasting.frames import FloatArray, Frequency, build_panel, period_starts
from forecasting.frames_out import measure_name
from forecasting.tuning.series_comparison import comparison
from forecasting.tuning.series_fit import SeriesFit
from forecasting.tuning.series_inputs import known_values, regressor_matrix, regressor_names
from forecasting.tuning.series_models import SERIES_MODELS, CannotFitError, Estimate, SeriesModel, estimate
from forecasting.tuning.series_parameters import checked_parameters
from kernel.errors import NotFound

__all__ = ["SERIES_MODELS", "SeriesModel", "fit_series", "tune"]


def fit_series(
    demand: pl.DataFrame,
    series_id: int,
    *,
    model: SeriesModel,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    parameters: Mapping[str, Any] | None = None,
    regressors: pl.DataFrame | None = None,
    batch: ForecastResult | None = None,
    is_compared: bool = True,
) -> SeriesFit:
    """Fit `model` to one series of `demand`.

    Args:
        demand: as for `forecast`; only rows of `series_id` are used for the fit.
        parameters: what is tuned (see `series_parameters`); what is not said takes its default.
        regressors: `period_start` and number columns, known for every period of history and horizon ("sarimax" and
            "unobserved_components" use them, the others do not).
        batch: the result of `forecast` to compare with; computed for this series alone when left out.
        is_compared: also fit at the champion's past cutoffs; false: `comparison` lacks this model, and it is five times quicker.

    Raises:
        NotFound: the series has no demand known at the cutoff.
        InvalidInput: an unknown model or parameter, or regressors with gaps.
    """
    settings = checked_parameters(model, parameters)
    own = demand.filter(pl.col("series_id") == series_id)
    panel = build_panel(own, frequency=frequency, cutoff=cutoff)
    if panel.series_count == 0:
        raise NotFound("forecasting.series_unknown", series_id=series_id, cutoff=cutoff)
    if batch is None:
        batch = forecast(own, frequency=frequency, horizon=horizon, cutoff=cutoff)
    values, start = known_values(panel, panel.period_count)
    names = regressor_names(regressors, model, settings)
    if "regressors" in settings:
        settings |= {"regressors": names}
    is_festive = bool(settings.get("spring_festival"))
    exog = regressor_matrix(regressors, panel, start, horizon, names, has_spring_festival=is_festive)
    past = period_starts(panel.first_index + np.arange(start, panel.period_count), frequency)
    key, facts = "", dict[str, object]()
    found: Estimate | None = None
    try:
        found = estimate(model, values, panel.season_length, horizon, exog, settings)
    except CannotFitError as problem:
        key, reason = problem.args
        facts = {"series_id": series_id, "model": model, "got": len(values), **reason}
    dates = period_starts(panel.first_index + panel.period_count + np.arange(horizon), frequency)
    compared_from = start if found is not None and is_compared else None
    return SeriesFit(
        series_id=series_id,
        model=model,
        is_fallback=found is None,
        reason_key=key,
        reason_values=facts,
        parameters=_parameter_frame({} if found is None else found.parameters),
        components=_components(values, panel.season_length, past),
        fitted=_fitted_frame(past, values, np.full_like(values, np.nan) if found is None else found.fitted),
        forecasts=_champion_frame(batch, series_id) if found is None else _forecast_frame(dates, found),
        comparison=comparison(batch, panel, model, compared_from, exog, horizon, settings),
        settings=settings,
        frequency=frequency,
        cutoff=cutoff,
    )


def tune(
    demand: pl.DataFrame,
    series_id: int,
    *,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    models: tuple[SeriesModel, ...] = SERIES_MODELS,
    candidates: Sequence[tuple[SeriesModel, Mapping[str, Any]]] | None = None,
    regressors: pl.DataFrame | None = None,
    batch: ForecastResult | None = None,
) -> list[SeriesFit]:
    """Fit several models to one series; the lowest RMSSE over past cutoffs first, those that fell back
    last.

    Args:
        models: with default parameters. candidates: in their place, models with the parameters to try.
        batch: as in `fit_series`.
    """
    own = demand.filter(pl.col("series_id") == series_id)
    if batch is None:
        batch = forecast(own, frequency=frequency, horizon=horizon, cutoff=cutoff)
    tried = [(model, dict[str, Any]()) for model in models] if candidates is None else candidates
    fits = [
        fit_series(
            own,
            series_id,
            model=model,
            parameters=parameters,
            frequency=frequency,
            horizon=horizon,
            cutoff=cutoff,
            regressors=regressors,
            batch=batch,
        )
        for model, parameters in tried
    ]

    def rank(fit: SeriesFit) -> tuple[bool, float]:
        row = fit.comparison.filter(pl.col("model") == fit.model)["rmsse"].to_list()
        return fit.is_fallback, row[0] if row and row[0] is not None else float("inf")

    return sorted(fits, key=rank)


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


def _champion_frame(batch: ForecastResult, series_id: int) -> pl.DataFrame:
    own = batch.demand_forecasts.filter(pl.col("series_id") == series_id)
    return own.select("period_start", "measure", "quantity").sort("period_start", "measure")


def _forecast_frame(dates: list[date], found: Estimate) -> pl.DataFrame:
    from scipy.special import ndtri

    measures = {"mean": np.maximum(found.mean, 0.0)}
    for level in DEFAULT_LEVELS:
        measures[measure_name(level)] = np.maximum(found.mean + float(ndtri(level)) * found.spread, 0.0)
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
