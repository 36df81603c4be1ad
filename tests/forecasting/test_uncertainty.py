"""Quantiles and lead-time demand: calibrated, and the sum is not the sum of quantiles."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import forecast
from forecasting.candidates import RESIDUAL_LEVELS
from forecasting.lead_time import path_draws, protection_shares, sum_distribution, sum_quantiles
from forecasting.quantiles import conformal_shift, error_spread

pytestmark = pytest.mark.fast

FIRST_MONDAY = date(2021, 1, 4)
WEEKS = 130


def poisson_company(series_count: int) -> pl.DataFrame:
    generator = np.random.default_rng(8)
    rates = np.linspace(2.0, 30.0, series_count)
    values = generator.poisson(rates[:, None], (series_count, WEEKS + 8)).astype(float)
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(series_count), WEEKS + 8),
            "period_start": [FIRST_MONDAY + timedelta(weeks=week) for week in range(WEEKS + 8)] * series_count,
            "quantity": values.reshape(-1),
        }
    )


def test_intervals_and_sums_cover_what_comes() -> None:
    """On independent Poisson demand the 80 % interval of weeks and of 4-week sums holds 80 % within five
    points."""
    demand = poisson_company(120)
    cutoff = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
    lead_times = pl.DataFrame({"series_id": range(120), "protection_days": [28] * 120})
    result = forecast(demand, frequency="week", horizon=8, cutoff=cutoff, lead_times=lead_times)
    came = demand.filter(pl.col("period_start") > cutoff)

    weeks = result.demand_forecasts.pivot(on="measure", index=["series_id", "period_start"], values="quantity")
    judged = weeks.join(came, on=["series_id", "period_start"])
    inside = ((judged["quantity"] >= judged["p10"]) & (judged["quantity"] <= judged["p90"])).mean()
    sums = came.filter(pl.col("period_start") < cutoff + timedelta(weeks=4)).group_by("series_id").agg(pl.col("quantity").sum())
    totals = result.lead_time_demand.pivot(on="measure", index="series_id", values="quantity").join(sums, on="series_id")
    inside_sum = ((totals["quantity"] >= totals["p10"]) & (totals["quantity"] <= totals["p90"])).mean()

    assert inside == pytest.approx(0.8, abs=0.05)
    assert inside_sum == pytest.approx(0.8, abs=0.08)
    # A sum of p90 would promise far more than the p90 of the sum.
    first_four = weeks.filter(pl.col("period_start") < cutoff + timedelta(weeks=4))
    stacked = first_four.group_by("series_id").agg(pl.col("p90").sum(), pl.col("mean").sum().alias("means")).sort("series_id")
    assert (stacked["p90"] > totals.sort("series_id")["p90"]).mean() > 0.95
    np.testing.assert_allclose(stacked["means"], totals.sort("series_id")["mean"])


def test_the_sum_of_independent_errors_spreads_with_the_root_of_time() -> None:
    from scipy.stats import norm

    shape = norm.ppf(np.clip(RESIDUAL_LEVELS, 0.001, 0.999))[None, :]
    shares = protection_shares(np.array([63.0]), "week", 9)
    draws = path_draws(4000, 9, seed=1)
    one = np.ones((1, 9))
    total, free = sum_distribution(10 * one, one, np.array([2.0]), shape, 0 * one, shares, draws)
    _, carried = sum_distribution(10 * one, one, np.array([2.0]), shape, 0.2 * one, shares, draws)

    assert total[0] == 90.0
    assert free.std() == pytest.approx(2.0 * 3.0, rel=0.05)
    assert carried.std() == pytest.approx(2.0 * np.sqrt(((1 + 0.2 * np.arange(9)) ** 2).sum()), rel=0.05)
    assert sum_quantiles(total, free, np.array([0.5]))[0, 0] == pytest.approx(90.0, abs=0.3)


def test_the_seed_decides_the_paths() -> None:
    assert (path_draws(50, 3, 1) == path_draws(50, 3, 1)).all()
    assert (path_draws(50, 3, 1) != path_draws(50, 3, 2)).any()


def test_spread_grows_with_what_is_carried_over() -> None:
    weights = np.full((1, 3), 0.5)

    np.testing.assert_allclose(2 * np.sqrt([[1.0, 1.25, 1.5]]), error_spread(np.array([2.0]), weights))


def test_conformal_correction_widens_what_was_too_narrow() -> None:
    """Scores are how far the truth lay above the quantile; by their own quantile it must be moved."""
    generator = np.random.default_rng(0)
    levels = np.array([0.1, 0.9])
    truth = 2 * generator.standard_normal(5000)
    scores = truth[:, None] - np.array([-1.2816, 1.2816])
    pattern = np.array(["smooth"] * 5000)
    shift = conformal_shift(scores, pattern, np.array(["smooth", "lumpy"]), levels)

    np.testing.assert_allclose([[-1.28, 1.28]] * 2, shift, atol=0.12)
    assert (conformal_shift(scores[:10], pattern[:10], pattern[:1], levels) == 0).all()
