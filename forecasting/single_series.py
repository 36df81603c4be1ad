"""How do the statsmodels models see one series that a planner opens, and do they beat the batch champion?

`fit_series` fits one model by maximum likelihood, gives its components, fit and interval, and re-fits it
at the same past cutoffs the champion was judged on, so that the two can be compared. `tune` does so for
several models and ranks them. A model that cannot be fitted does not raise: the champion's forecast stands
in, and the result says so. statsmodels is imported inside the functions, because its import costs more
than the whole batch forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from forecasting import metrics
from forecasting.backtest import run_origins
from forecasting.engine import DEFAULT_LEVELS, ForecastResult, forecast
from forecasting.frames import FloatArray, Frequency, Panel, build_panel, period_starts
from forecasting.frames_out import measure_name
from forecasting.series_inputs import known_values, regressor_matrix, regressor_names
from forecasting.series_models import SERIES_MODELS, CannotFitError, Estimate, SeriesModel, estimate
from forecasting.series_parameters import Parameters, checked_parameters
from forecasting.specification import Selector, SpecificationEntry
from kernel.errors import InvalidInput, NotFound

__all__ = ["SERIES_MODELS", "SeriesFit", "SeriesModel", "fit_series", "tune"]


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
        settings: the tuned parameters, whole, as they would be written down. frequency, cutoff: what was fitted.
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
    settings: Parameters
    frequency: Frequency
    cutoff: date

    def scores(self) -> dict[str, float]:
        """What this model scored on past cutoffs, and seasonal naive and the champion beside it: `wape`, `champion_wape`, ..."""
        found: dict[str, float] = {}
        for row in self.comparison.iter_rows(named=True):
            before = "" if row["model"] == self.model else f"{row['model']}_"
            found |= {f"{before}{name}": round(row[name], 4) for name in ("wape", "rmsse", "bias") if row[name] is not None}
        return found

    def specification(
        self,
        *,
        author: str,
        on: date,
        why: str,
        sku: str | None = None,
        warehouse: str | None = None,
        is_calibrated: bool = True,
        seed: int = 0,
    ) -> SpecificationEntry:
        """This fit as an entry of the file the next run reads.

        Args:
            on: the day it is decided. sku, warehouse: name the series so that people can read it; its id otherwise.

        Raises:
            InvalidInput: the model could not be fitted, or no author or reason is given.
        """
        if self.is_fallback:
            raise InvalidInput("forecasting.specification_not_fitted", series_id=self.series_id, model=self.model)
        whom = Selector(series_id=self.series_id) if sku is None else Selector(sku=sku, warehouse=warehouse)
        return SpecificationEntry(
            selector=whom,
            frequency=self.frequency,
            model=self.model,
            parameters=self.settings,
            author=author,
            decided_on=on,
            why=why,
            is_calibrated=is_calibrated,
            seed=seed,
            data_cutoff=self.cutoff,
            scores=self.scores(),
        ).checked()


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
        regressors: `period_start` and number columns, known for every period of history and horizon
        ("sarimax" and
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
    champion_forecasts = (
        batch.demand_forecasts.filter(pl.col("series_id") == series_id)
        .select("period_start", "measure", "quantity")
        .sort("period_start", "measure")
    )
    past = period_starts(panel.first_index + np.arange(start, panel.period_count), frequency)
    components = _components(values, panel.season_length, past)
    try:
        found = estimate(model, values, panel.season_length, horizon, exog, settings)
    except CannotFitError as problem:
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
            _comparison(batch, panel, model, None, exog, horizon, settings),
            settings,
            frequency,
            cutoff,
        )
    dates = period_starts(panel.first_index + panel.period_count + np.arange(horizon), frequency)
    return SeriesFit(
        series_id,
        model,
        False,
        "",
        {},
        _parameter_frame(found.parameters),
        components,
        _fitted_frame(past, values, found.fitted),
        _forecast_frame(dates, found),
        _comparison(batch, panel, model, start if is_compared else None, exog, horizon, settings),
        settings,
        frequency,
        cutoff,
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


def _comparison(
    batch: ForecastResult,
    panel: Panel,
    model: str,
    start: int | None,
    exog: FloatArray | None,
    horizon: int,
    settings: Parameters,
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
            values, then_start = known_values(panel, known)
            part_exog = None if exog is None else exog[then_start - start :][: len(values) + horizon]
            try:
                mean = estimate(model, values, panel.season_length, horizon, part_exog, settings).mean
            except CannotFitError:
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
