"""Quantiles and lead-time demand: calibrated, and the sum is not the sum of quantiles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import fit, forecast
from forecasting.choosing.assembly import MEMBERS
from forecasting.choosing.combining import combination_weights, combine, pattern_ratios, weight_segments
from forecasting.uncertainty.distribution import Outlook, fit_calibration, level_of, quantiles_of
from forecasting.uncertainty.lead_time import protection_shares, sum_moments
from forecasting.uncertainty.outlook import error_variance

pytestmark = pytest.mark.fast

FIRST_MONDAY = date(2021, 1, 4)
WEEKS = 130
SERIES = 38  # fewer than the boosted model needs: this test is about intervals


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


def half_open(truth: pl.Series, low: pl.Series, high: pl.Series) -> float:
    """Share inside, a count that lies on an edge counting half: whole numbers cannot be cut more finely."""
    return float(((truth > low) & (truth < high)).mean() + 0.5 * ((truth == low) | (truth == high)).mean())  # type: ignore[operator, arg-type]


def test_intervals_and_sums_cover_what_comes() -> None:
    """On independent Poisson demand the 80 % interval of weeks and of 4-week sums holds 80 % within what 300 weeks
    and 38 sums can tell."""
    demand = poisson_company(SERIES)
    cutoff = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
    lead_times = pl.DataFrame({"series_id": range(SERIES), "protection_days": [28] * SERIES})
    result = forecast(demand, frequency="week", horizon=8, cutoff=cutoff, lead_times=lead_times)
    came = demand.filter(pl.col("period_start") > cutoff)

    weeks = result.demand_forecasts.pivot(on="measure", index=["series_id", "period_start"], values="quantity")
    judged = weeks.join(came, on=["series_id", "period_start"])
    inside = half_open(judged["quantity"], judged["p10"], judged["p90"])
    sums = came.filter(pl.col("period_start") < cutoff + timedelta(weeks=4)).group_by("series_id").agg(pl.col("quantity").sum())
    totals = result.lead_time_demand.pivot(on="measure", index="series_id", values="quantity").join(sums, on="series_id")
    inside_sum = half_open(totals["quantity"], totals["p10"], totals["p90"])

    assert inside == pytest.approx(0.8, abs=0.06)
    assert inside_sum == pytest.approx(0.8, abs=0.12)
    # A sum of p90 would promise far more than the p90 of the sum.
    first_four = weeks.filter(pl.col("period_start") < cutoff + timedelta(weeks=4))
    stacked = first_four.group_by("series_id").agg(pl.col("p90").sum(), pl.col("mean").sum().alias("means")).sort("series_id")
    assert (stacked["p90"] > totals.sort("series_id")["p90"]).mean() > 0.95
    np.testing.assert_allclose(stacked["means"], totals.sort("series_id")["mean"])


def test_the_sum_of_independent_errors_spreads_with_the_root_of_time() -> None:
    shares = protection_shares(np.array([9.0, 4.5]), 9)
    one = np.ones((2, 9))
    sigma = np.array([2.0, 2.0])
    total, free, _ = sum_moments(10 * one, one, sigma, 0 * one, one, shares)
    _, carried, _ = sum_moments(10 * one, one, sigma, 0.2 * one, one, shares)

    np.testing.assert_allclose([90.0, 45.0], total)
    np.testing.assert_allclose([4.0 * 9.0, 4.0 * 4.5], free)
    assert carried[0] == pytest.approx(4.0 * ((1 + 0.2 * np.arange(9)) ** 2).sum())


def test_a_sum_is_quiet_only_where_every_period_is() -> None:
    shares = protection_shares(np.array([2.0, 0.5]), 3)
    half = np.full((2, 3), 0.5)
    chance = sum_moments(half, np.ones((2, 3)), np.ones(2), 0 * half, half, shares)[2]

    np.testing.assert_allclose([0.75, 1.0 - 0.5**0.5], chance)


def test_spread_grows_with_what_is_carried_over() -> None:
    weights = np.full((1, 3), 0.5)

    np.testing.assert_allclose(4.0 * np.array([[1.0, 1.25, 1.5]]), error_variance(np.array([2.0]), weights))


def outlook(mean: float, variance: float, chance: float, count: int, is_count: bool) -> Outlook:
    ones = np.ones(count)
    return Outlook(mean * ones, variance * ones, chance * ones, np.full(count, is_count), np.full(count, "smooth"), 0.0 * ones)


def test_the_hurdle_gamma_has_the_mean_variance_and_zeros_it_was_given() -> None:
    """Read at many levels, the quantiles are a sample of the distribution."""
    plain = fit_calibration(np.zeros(0), outlook(1.0, 1.0, 1.0, 0, False))
    levels = (np.arange(4000) + 0.5) / 4000
    sample = quantiles_of(outlook(3.0, 8.0, 0.6, 1, False), plain, levels)[0]

    assert (sample == 0).mean() == pytest.approx(0.4, abs=0.001)
    assert sample.mean() == pytest.approx(3.0, rel=0.01)
    assert sample.var() == pytest.approx(8.0, rel=0.02)


def test_without_zeros_and_calibration_it_is_the_gamma_distribution() -> None:
    from scipy.stats import gamma

    plain = fit_calibration(np.zeros(0), outlook(1.0, 1.0, 1.0, 0, False))
    levels = np.array([0.05, 0.5, 0.95])
    quantiles = quantiles_of(outlook(6.0, 9.0, 1.0, 1, False), plain, levels)[0]

    np.testing.assert_allclose(gamma.ppf(levels, 4.0, scale=1.5), quantiles, rtol=1e-8)


def test_counts_get_whole_quantiles() -> None:
    plain = fit_calibration(np.zeros(0), outlook(1.0, 1.0, 1.0, 0, True))
    quantiles = quantiles_of(outlook(2.3, 3.0, 0.8, 5, True), plain, np.array([0.1, 0.5, 0.9, 0.99]))

    assert (quantiles == np.round(quantiles)).all()
    assert quantiles[0, 0] == 0.0
    assert quantiles[0, 3] > quantiles[0, 2] > 0


def test_what_is_not_known_of_an_event_widens_its_periods_only() -> None:
    """Surprises of holidays are left to their own variance; ordinary periods are calibrated by ordinary ones."""
    generator = np.random.default_rng(5)
    count = 400
    is_festive = np.arange(count) % 4 == 0
    truth = np.where(is_festive, generator.gamma(1.0, 20.0, count), generator.poisson(20.0, count)).round()
    past = replace(outlook(20.0, 20.0, 1.0, count, True), event_variance=np.where(is_festive, 400.0, 0.0))
    learned = fit_calibration(truth, past)
    low, high = quantiles_of(past[:2], learned, np.array([0.1, 0.9])).T

    assert high[0] - low[0] > 2.5 * (high[1] - low[1])
    assert 10 <= high[1] - low[1] <= 13
    np.testing.assert_allclose(
        [0.8, 0.8], [((truth >= low[k]) & (truth <= high[k]))[is_festive == (k == 0)].mean() for k in (0, 1)], atol=0.06
    )


def test_a_holiday_may_leave_nothing_to_the_busiest_series() -> None:
    """It never had a period without demand; the distribution must not exclude zero where the warehouse may be shut."""
    plain = fit_calibration(np.zeros(0), outlook(1.0, 1.0, 1.0, 0, True))
    shut = replace(outlook(2.0, 2.0, 1.0, 1, True), event_variance=np.array([900.0]))

    assert quantiles_of(shut, plain, np.array([0.1]))[0, 0] == 0.0
    assert quantiles_of(outlook(2.0, 2.0, 1.0, 1, True), plain, np.array([0.1]))[0, 0] == 1.0
    assert 0.3 < level_of(np.array([0.0]), shut, plain)[0] < 0.6


def test_calibration_makes_wrong_spreads_true() -> None:
    """The model says variance 4 where it is 36 and skewed: afterwards 80 % of new truths lie in the 80 % interval."""
    generator = np.random.default_rng(3)
    truth = generator.gamma(4.0, 3.0, 6000)
    calibration = fit_calibration(truth[:3000], outlook(12.0, 4.0, 1.0, 3000, False))
    quantiles = quantiles_of(outlook(12.0, 4.0, 1.0, 1, False), calibration, np.array([0.1, 0.9]))[0]
    inside = ((truth[3000:] >= quantiles[0]) & (truth[3000:] <= quantiles[1])).mean()

    assert inside == pytest.approx(0.8, abs=0.02)


def test_levels_of_counts_are_even_where_the_distribution_is_true() -> None:
    """Poisson truths against their own mean and variance, an atom of zeros included."""
    generator = np.random.default_rng(4)
    truth = generator.poisson(1.2, 4000).astype(float)
    true = outlook(1.2, 1.2, 1.0 - np.exp(-1.2), 4000, True)
    calibration = fit_calibration(truth, true)
    pit = level_of(truth, true, calibration)

    np.testing.assert_allclose([0.1, 0.5, 0.9], np.quantile(pit, [0.1, 0.5, 0.9]), atol=0.05)


def test_all_weight_goes_to_the_model_that_is_right_and_none_is_lost_to_gaps() -> None:
    """One model is exact, one noisy, one silent: with many forecasts the exact one takes most; equal weights without any."""
    generator = np.random.default_rng(5)
    actual = generator.normal(10.0, 1.0, (4, 400, 3))
    noisy = actual + generator.normal(0.0, 3.0, actual.shape)
    forecasts = np.stack([actual, noisy, np.full_like(actual, np.nan)], axis=1)
    pattern = np.array(["smooth"] * 400)
    weights = combination_weights(actual, forecasts, np.ones(400), pattern, ["smooth"])["smooth"]
    none = combination_weights(actual[:0], forecasts[:0], np.ones(400), pattern, ["smooth"])["smooth"]

    assert (weights[0] > 0.7).all()
    assert (weights[2] == 0.0).all()
    np.testing.assert_allclose([1.0] * 3, weights.sum(axis=0))
    np.testing.assert_allclose(np.full((3, 3), 1 / 3), none)
    mixed = combine(forecasts[0], np.repeat(np.array([[0.5], [0.0], [0.5]]), 400, axis=1))
    np.testing.assert_allclose(actual[0], mixed)


def test_a_model_that_is_right_near_by_is_trusted_near_by_only() -> None:
    """Goal: weights go by distance ahead. Method: one model is exact at the first step and lost at the second, one the reverse;
    a hundred forecasts are too few to tell steps apart, and a pattern never seen takes what all series say."""
    generator = np.random.default_rng(6)
    actual = generator.normal(10.0, 1.0, (4, 2000, 2))
    noise = generator.normal(0.0, 3.0, actual.shape)
    near, far = actual + noise * np.array([0.0, 1.0]), actual + noise * np.array([1.0, 0.0])
    forecasts, pattern = np.stack([near, far], axis=1), np.array(["smooth"] * 2000)
    weights = combination_weights(actual, forecasts, np.ones(2000), pattern, ["smooth", "lumpy"])
    few = combination_weights(actual[:, :25], forecasts[:, :, :25], np.ones(25), pattern[:25], ["smooth"])["smooth"]

    assert weights["smooth"][0, 0] > 0.6
    assert weights["smooth"][1, 1] > 0.6
    assert (np.abs(few - 0.5) < np.abs(weights["smooth"] - 0.5)).all()
    np.testing.assert_allclose(weights["lumpy"][:, 0], weights["lumpy"][:, 1])


def test_weights_are_taught_apart_for_the_busiest() -> None:
    segments = weight_segments(np.array(["smooth"] * 10 + ["lumpy"]), np.arange(11, dtype=float))

    assert ["smooth|0", "smooth|1", "smooth|2", "lumpy|0"] == [segments[0], segments[5], segments[9], segments[10]]


def test_a_model_that_is_always_twice_too_high_is_brought_down_before_it_is_weighed() -> None:
    generator = np.random.default_rng(7)
    actual = generator.gamma(2.0, 1.0, (4, 5000, 3))
    forecasts = np.stack([2.0 * actual, actual], axis=1)
    pattern = np.array(["lumpy"] * 5000)
    ratios = pattern_ratios(actual, forecasts, np.ones(5000), pattern, ["lumpy"])["lumpy"]
    smooth = pattern_ratios(actual, forecasts, np.ones(5000), np.array(["smooth"] * 5000), ["smooth"])["smooth"]

    np.testing.assert_allclose([1.0 - 0.75 * 0.5, 1.0], ratios, atol=0.01)
    np.testing.assert_allclose([1.0, 1.0], smooth)


def test_quiet_series_that_come_back_are_expected_to() -> None:
    """Half of the series are thought 2 % likely to be asked for and are 20 % of the time: their 90 % quantile is not zero."""
    generator = np.random.default_rng(8)
    count = 4000
    thought = np.where(np.arange(count) % 2, 0.02, 0.8)
    truth = np.where(generator.random(count) < np.where(np.arange(count) % 2, 0.2, 0.8), 3.0, 0.0)
    past = Outlook(3.0 * thought, np.full(count, 2.0), thought, np.full(count, True), np.full(count, "lumpy"), np.zeros(count))
    learned = fit_calibration(truth, past)
    unlearned = fit_calibration(truth[:0], past[np.zeros(0, dtype=np.int64)])
    quiet = past[np.array([1])]

    assert quantiles_of(quiet, unlearned, np.array([0.9]))[0, 0] == 0.0
    assert quantiles_of(quiet, learned, np.array([0.9]))[0, 0] >= 1.0


@pytest.mark.parametrize("frequency", ["month", "week"])
def test_last_year_has_a_say_in_months_only(frequency: str) -> None:
    """Two years of months in which every item has a season of its own. Last year's week holds other holidays."""
    generator = np.random.default_rng(8)
    length = {"month": 12, "week": 52}[frequency]
    count = 2 * length + length // 2
    peak = generator.integers(0, length, 40)
    season = 1 + 0.8 * np.cos(2 * np.pi * (np.arange(count)[None, :] - peak[:, None]) / length)
    starts = [_start(frequency, period) for period in range(count + 1)]
    demand = pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(40), count),
            "period_start": starts[:-1] * 40,
            "quantity": generator.poisson(60.0 * season).astype(float).reshape(-1),
        }
    )
    found = fit(demand, frequency=frequency, horizon=6, cutoff=starts[-1] - timedelta(days=1), is_boosted=False)  # type: ignore[arg-type]
    assert found.done is not None

    assert (found.done.weights[MEMBERS.index("seasonal_naive")].max() > 0.05) == (frequency == "month")


def _start(frequency: str, period: int) -> date:
    if frequency == "week":
        return date(2021, 1, 4) + timedelta(weeks=period)
    return date(2021 + period // 12, period % 12 + 1, 1)
