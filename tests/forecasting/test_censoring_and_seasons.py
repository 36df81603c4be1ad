"""Out-of-stock periods, seasons and the Spring Festival: what is estimated, and what noise must not
become."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import fit, forecast
from forecasting.demand.censoring import fill_demand
from forecasting.demand.seasonality import common_profile, season_doubt, seasonal_indices
from forecasting.events.moving_holidays import holiday_factors, spring_festival_date, window_shares
from forecasting.frames import period_index

pytestmark = pytest.mark.fast

START = np.zeros(1, dtype=np.int64)


def test_out_of_stock_counts_as_at_least_what_was_recorded() -> None:
    values = np.array([[10.0, 10.0, 2.0, 10.0, 25.0, np.nan, 10.0]])
    censored = np.array([[False, False, True, False, True, False, False]])
    filled = fill_demand(values, START, censored, np.ones((1, 7)), 8)

    assert filled.values[0].tolist() == pytest.approx([10, 10, 10, 10, 25, 10, 10])
    assert filled.is_scored[0].tolist() == [True, True, False, True, False, False, True]
    assert filled.lost_quantity[0] == pytest.approx(8.0)


def test_a_stockout_does_not_pull_the_forecast_down() -> None:
    monday = date(2023, 1, 2)
    weeks = 100
    base = pl.DataFrame(
        {
            "series_id": [1] * weeks,
            "period_start": [monday + timedelta(weeks=week) for week in range(weeks)],
            "quantity": [0.0 if week >= 90 else 20.0 for week in range(weeks)],
        }
    )
    told = base.with_columns((pl.col("quantity") > 0).alias("is_in_stock"))
    cutoff = monday + timedelta(weeks=weeks, days=-1)

    def mean(demand: pl.DataFrame) -> float:
        result = forecast(demand, frequency="week", horizon=4, cutoff=cutoff)
        return float(result.demand_forecasts.filter(pl.col("measure") == "mean")["quantity"][0])

    assert mean(told) == pytest.approx(20.0, rel=0.01)
    assert mean(base) < 15.0
    notes = forecast(told, frequency="week", horizon=4, cutoff=cutoff).series_notes
    assert {
        ("forecasting.note.out_of_stock", 10, 0.0),
        ("forecasting.note.lost_demand", 10, 200.0),
    } == {(key, count, round(quantity)) for _, key, count, quantity in notes.rows()}


def test_a_clear_season_is_found_and_noise_is_not() -> None:
    generator = np.random.default_rng(1)
    positions = np.arange(60) % 12
    true = 1 + 0.5 * np.sin(2 * np.pi * np.arange(12) / 12)
    seasonal = 100 * true[positions] * generator.lognormal(0, 0.05, 60)
    noise = 100 * generator.lognormal(0, 0.4, (20, 60))
    flat = np.ones(12)
    found = seasonal_indices(seasonal[None, :], START, positions, 12, flat)
    none = seasonal_indices(noise, np.zeros(20, dtype=np.int64), positions, 12, flat)

    np.testing.assert_allclose(true / true.mean(), found.index[0], atol=0.06)
    assert found.strength[0] > 0.8
    assert np.abs(none.index - 1).mean() < 0.05
    np.testing.assert_allclose(1.0, none.index.mean(axis=1))


def test_short_series_borrow_the_season_of_the_others() -> None:
    generator = np.random.default_rng(2)
    positions = np.arange(48) % 12
    true = 1 + 0.5 * np.sin(2 * np.pi * np.arange(12) / 12)
    many = 50 * true[positions] * generator.lognormal(0, 0.2, (30, 48))
    starts = np.zeros(30, dtype=np.int64)
    common = common_profile(many, starts, positions, 12)
    starts[0] = 42
    young = seasonal_indices(many, starts, positions, 12, common)

    np.testing.assert_allclose(true / true.mean(), common, atol=0.08)
    np.testing.assert_allclose(common, young.index[0], atol=1e-12)


def test_two_years_show_a_season_where_most_series_have_one_of_their_own() -> None:
    """One series alone could be chance; a company of winter and summer goods is not. Noise stays noise, however much of it."""
    generator = np.random.default_rng(6)
    positions = np.arange(24) % 12
    peak = generator.integers(0, 12, 60)
    season = 1 + 0.5 * np.cos(2 * np.pi * (positions[None, :] - peak[:, None]) / 12)
    starts, flat = np.zeros(60, dtype=np.int64), np.ones(12)
    own = generator.normal(100.0, 25.0, (60, 24)) * season
    noise = generator.normal(100.0, 25.0, (60, 24))
    doubt = season_doubt(own, starts, positions, 12, flat)
    strict, loose = (seasonal_indices(own, starts, positions, 12, flat, one).index for one in (0.001, doubt))
    truth = 1 + 0.5 * np.cos(2 * np.pi * (np.arange(12)[None, :] - peak[:, None]) / 12)

    assert doubt > 0.01
    assert np.abs(loose - truth).mean() < 0.7 * np.abs(strict - truth).mean()
    assert season_doubt(noise, starts, positions, 12, flat) == 0.001
    assert season_doubt(own[:, ::3], starts, positions[::3] // 3, 4, np.ones(4)) == 0.001


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2022, date(2022, 2, 1)),
        (2023, date(2023, 1, 22)),
        (2024, date(2024, 2, 10)),
        (2025, date(2025, 1, 29)),
    ],
)
def test_the_festival_is_on_the_published_day(year: int, expected: date) -> None:
    assert expected == spring_festival_date(year)


def test_a_moving_festival_is_learned_across_series_and_projected() -> None:
    generator = np.random.default_rng(3)
    mondays = pl.Series([date(2022, 1, 3) + timedelta(weeks=week) for week in range(170)])
    indices = period_index(mondays, "week")
    shares = window_shares(indices, "week")
    truth = 1 + shares @ np.array([0.3, 0.6, -0.8, 0.5, -0.3])
    values = generator.poisson(30 * truth, (40, 170)).astype(float)
    factors = holiday_factors(values[:, :140], np.zeros(40, dtype=np.int64), indices, "week")
    unaffected = generator.poisson(30.0, (40, 140)).astype(float)

    np.testing.assert_allclose(truth[140:], factors[140:], atol=0.15)
    assert (holiday_factors(unaffected, np.zeros(40, dtype=np.int64), indices, "week") == 1.0).all()


def _shut_for_a_fortnight(surge: list[float]) -> tuple[np.ndarray, pl.DataFrame]:
    """Forty items of a company that shuts around the festival, sells the backlog after it (`surge` by festival) and has no
    season."""
    generator = np.random.default_rng(4)
    mondays = [date(2022, 1, 3) + timedelta(weeks=week) for week in range(230)]
    factor = np.ones(len(mondays))
    years = iter(surge)
    for week, monday in enumerate(mondays):
        if any(monday <= spring_festival_date(year) <= monday + timedelta(days=6) for year in range(2022, 2027)):
            factor[week - 2 : week] = 1.5
            factor[week] = 0.0
            factor[week + 1] = next(years)
    values = generator.poisson(30.0 * factor, (40, len(mondays))).astype(float)
    demand = pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(1, 41), len(mondays)),
            "period_start": mondays * 40,
            "quantity": values.reshape(-1),
        }
    )
    return values, demand


def test_weeks_a_festival_emptied_leave_no_hole_in_the_season_of_other_years() -> None:
    """Closed weeks were divided by a factor near nothing and then read as a season: the same weeks of the next year, in which the
    festival falls elsewhere, were forecast at a third below what is usual."""
    _, demand = _shut_for_a_fortnight([2.0] * 5)
    found = fit(demand, frequency="week", horizon=30, cutoff=date(2025, 6, 29), is_boosted=False, backtest_origins=2)
    assert found.done is not None
    season = found.done.final.shared.season

    assert 0.93 < season.min()
    assert season.max() < 1.07


def test_intervals_around_a_festival_are_as_wide_as_festivals_differ() -> None:
    """The week after it sold 1, 4 and 1 times the usual: the next may do either. Other weeks keep their width."""
    levels = (0.05, 0.95)
    widths = []
    for surge in ([2.0, 2.0, 2.0, 2.0, 2.0], [1.0, 4.0, 1.0, 2.0, 2.0]):
        _, demand = _shut_for_a_fortnight(surge)
        frame = forecast(
            demand,
            frequency="week",
            horizon=10,
            cutoff=date(2024, 12, 29),
            is_boosted=False,
            backtest_origins=2,
            quantile_levels=levels,
        ).demand_forecasts.pivot(on="measure", index=["series_id", "period_start"], values="quantity")
        wide = frame.group_by("period_start").agg((pl.col("p95") - pl.col("p05")).mean()).sort("period_start")
        widths.append(dict(wide.iter_rows()))
    alike, differing = widths
    after, ordinary = date(2025, 2, 3), date(2024, 12, 30)

    assert differing[after] > 1.7 * alike[after]
    assert differing[ordinary] < 1.3 * alike[ordinary]
