"""One series in a planner's hands: statsmodels, its comparison with the champion, and words for both
languages."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import SERIES_MODELS, explain, fit_series, forecast, reason_text, score, tune
from forecasting.frames import period_starts
from forecasting.models.batch_models import MODEL_NAMES
from kernel.errors import InvalidInput, NotFound
from kernel.messages import has_text

CUTOFF = date(2024, 12, 31)


def seasonal_item(months: int = 60, series_id: int = 4) -> pl.DataFrame:
    generator = np.random.default_rng(4)
    place = np.arange(months)
    values = (100 + 0.5 * place) * (1 + 0.3 * np.sin(2 * np.pi * place / 12)) * generator.lognormal(0, 0.05, months)
    first = (2025 - 1970) * 12 - months
    return pl.DataFrame(
        {
            "series_id": [series_id] * months,
            "period_start": period_starts(first + place, "month"),
            "quantity": values,
        }
    )


def test_the_interval_of_theta_around_a_level_stays_near_the_noise_of_that_level() -> None:
    """statsmodels lets every shock stay for ever: half a year ahead its interval was six times the noise that was ever seen."""
    weeks = 130
    noise = np.random.default_rng(7).normal(100, 15, weeks)
    starts = period_starts((2024 - 1970) * 52 + np.arange(weeks), "week")
    demand = pl.DataFrame({"series_id": [1] * weeks, "period_start": starts, "quantity": noise})

    fit = fit_series(demand, 1, model="theta", frequency="week", horizon=26, cutoff=starts[-1] + timedelta(days=6))
    wide = fit.forecasts.pivot(on="measure", index="period_start", values="quantity").sort("period_start")
    widths = (wide["p90"] - wide["p10"]).to_list()

    assert widths[0] <= widths[-1] < 2 * 2 * 1.2816 * 15


@pytest.mark.parametrize("model", SERIES_MODELS)
def test_each_model_fits_a_seasonal_item_and_is_compared(model: str) -> None:
    fit = fit_series(
        seasonal_item(),
        4,
        model=model,
        frequency="month",
        horizon=6,
        cutoff=CUTOFF,  # type: ignore[arg-type]
    )
    wide = fit.forecasts.pivot(on="measure", index="period_start", values="quantity")
    parts = fit.components.pivot(on="component", index="period_start", values="quantity")
    scores = dict(fit.comparison.select("model", "rmsse").iter_rows())

    assert not fit.is_fallback
    assert wide.height == 6
    assert (wide["p10"] < wide["mean"]).all()
    assert (wide["mean"] < wide["p90"]).all()
    np.testing.assert_allclose(parts["demand"], parts["trend"] + parts["season"] + parts["remainder"])
    assert [model, "champion", "seasonal_naive"] == fit.comparison["model"].to_list()
    assert scores[model] < scores["seasonal_naive"] * 1.1


def test_a_series_too_short_to_fit_keeps_the_champion_and_says_so() -> None:
    demand = seasonal_item(7)
    fit = fit_series(demand, 4, model="sarimax", frequency="month", horizon=3, cutoff=CUTOFF)
    batch = forecast(demand, frequency="month", horizon=3, cutoff=CUTOFF).demand_forecasts

    assert fit.is_fallback
    assert fit.reason_key == "forecasting.series_too_short"
    assert has_text(fit.reason_key)
    assert batch["quantity"].to_list() == fit.forecasts["quantity"].to_list()


def test_tune_puts_the_best_first() -> None:
    fits = tune(seasonal_item(), 4, frequency="month", horizon=6, cutoff=CUTOFF, models=("ets", "stl"))
    errors = [fit.comparison["rmsse"][0] for fit in fits]

    assert errors == sorted(errors)


def test_regressors_are_used_and_must_be_complete() -> None:
    demand = seasonal_item()
    dates = period_starts((2020 - 1970) * 12 + np.arange(66), "month")
    promotion = (np.arange(66) % 5 == 0).astype(float)
    lifted = demand.with_columns(pl.col("quantity") + pl.Series(80 * promotion[:60]))
    regressors = pl.DataFrame({"period_start": dates, "promotion": promotion})
    options = {"model": "sarimax", "frequency": "month", "horizon": 6, "cutoff": CUTOFF}
    fit = fit_series(lifted, 4, regressors=regressors, **options)  # type: ignore[arg-type]
    effect = dict(fit.parameters.iter_rows())

    assert effect["x1"] == pytest.approx(80, rel=0.15)
    with pytest.raises(InvalidInput):
        fit_series(lifted, 4, regressors=regressors.head(60), **options)  # type: ignore[arg-type]


def test_unknown_series_and_models_are_named() -> None:
    with pytest.raises(NotFound):
        fit_series(seasonal_item(), 5, model="ets", frequency="month", horizon=3, cutoff=CUTOFF)
    with pytest.raises(InvalidInput):
        fit_series(seasonal_item(), 4, model="oracle", frequency="month", horizon=3, cutoff=CUTOFF)  # type: ignore


def test_every_reason_reads_well_in_both_languages() -> None:
    generator = np.random.default_rng(6)
    sparse = seasonal_item(60, 5).with_columns(pl.Series("quantity", generator.poisson(0.3, 60).astype(float)))
    demand = pl.concat([seasonal_item(), sparse, seasonal_item(2, 6), seasonal_item(9, 7)])
    demand = pl.concat([demand, seasonal_item(20, 8).with_columns(pl.lit(0.0).alias("quantity"))])
    result = forecast(demand, frequency="month", horizon=6, cutoff=CUTOFF)

    for row in result.champions.iter_rows(named=True):
        for language in ("en", "zh"):
            sentence = reason_text(row["reason_key"], row["reason_values"], language)
            assert "{" not in sentence
            assert "forecasting." not in sentence
        assert json.loads(row["reason_values"])["period_count"] > 0
        for sentence in explain(result, row["series_id"]).sentences:
            assert "{" not in sentence.text("zh")
    assert {"no_demand", "too_short"} <= set(result.champions["demand_pattern"])
    assert all(has_text(f"forecasting.model.{name}") for name in (*MODEL_NAMES, "mean", "zero"))
    with pytest.raises(NotFound):
        explain(result, 99)


def test_archived_forecasts_are_scored_when_the_truth_is_known() -> None:
    demand = seasonal_item()
    then = forecast(demand, frequency="month", horizon=6, cutoff=date(2024, 6, 30)).demand_forecasts
    scores = dict(score(then, demand).select("metric", "value").iter_rows())
    mean = then.filter(pl.col("measure") == "mean").join(demand, on="period_start", suffix="_came")
    error = (mean["quantity"] - mean["quantity_came"]).abs().sum() / mean["quantity_came"].sum()

    assert error == pytest.approx(scores["wape"])
    assert {"wape", "bias", "tracking_signal", "pinball", "coverage_80"} == set(scores)


def test_forecasting_starts_without_statsmodels_and_sklearn() -> None:
    """Their import costs more than the whole batch forecast, so only the functions that need them pay for
    it."""
    code = "import sys, forecasting; print(sorted({'statsmodels', 'sklearn', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
