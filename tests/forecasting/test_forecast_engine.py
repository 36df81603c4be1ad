"""The promises of the one entry: no future, no order, no chunking, honest quantiles, an answer for every
odd series."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import ForecastResult, forecast, simulate_archive

pytestmark = pytest.mark.fast

FIRST_MONDAY = date(2022, 1, 3)


def weekly(series: dict[int, list[float]], first: date = FIRST_MONDAY) -> pl.DataFrame:
    return pl.concat(
        [
            pl.DataFrame(
                {
                    "series_id": [series_id] * len(values),
                    "period_start": [first + timedelta(weeks=week) for week in range(len(values))],
                    "quantity": values,
                },
                schema_overrides={"series_id": pl.Int64, "quantity": pl.Float64},
            )
            for series_id, values in series.items()
        ]
    )


def company(series_count: int = 12, weeks: int = 120) -> pl.DataFrame:
    generator = np.random.default_rng(5)
    season = 1 + 0.4 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    return weekly(
        {
            series_id: generator.poisson((20.0, 3.0, 0.3)[series_id % 3] * season).astype(float).tolist()
            for series_id in range(1, series_count + 1)
        }
    )


def last_day(weeks: int) -> date:
    return FIRST_MONDAY + timedelta(weeks=weeks, days=-1)


def run(demand: pl.DataFrame, weeks: int = 120, **options: object) -> ForecastResult:
    arguments: dict[str, object] = {"frequency": "week", "horizon": 8, "cutoff": last_day(weeks)}
    return forecast(demand, **{**arguments, **options})  # type: ignore[arg-type]


def frames(result: ForecastResult) -> list[pl.DataFrame]:
    return [
        result.demand_forecasts,
        result.lead_time_demand,
        result.backtest_scores,
        result.backtest_forecasts,
        result.champions,
        result.seasonal_profile,
        result.series_notes,
    ]


LEAD_TIMES = pl.DataFrame({"series_id": range(1, 13), "protection_days": [7, 10, 21, 45] * 3})


def test_the_future_leaves_no_trace() -> None:
    """Demand after the cutoff, altered beyond recognition or absent, changes not one byte."""
    demand = company()
    altered = demand.with_columns(
        pl.when(pl.col("period_start") > last_day(90))
        .then(pl.col("quantity") * 1000 + 7)
        .otherwise(pl.col("quantity"))
        .alias("quantity")
    )
    absent = demand.filter(pl.col("period_start") <= last_day(90))
    newcomer = weekly({99: [5.0] * 20}, FIRST_MONDAY + timedelta(weeks=95))
    expected = run(absent, 90, lead_times=LEAD_TIMES)

    for other in (demand, altered, pl.concat([demand, newcomer])):
        for left, right in zip(frames(expected), frames(run(other, 90, lead_times=LEAD_TIMES)), strict=True):
            assert left.equals(right)


@pytest.mark.parametrize("chunk_size", [1, 5])
def test_row_order_and_chunking_change_nothing(chunk_size: int) -> None:
    demand = company()
    expected = run(demand, lead_times=LEAD_TIMES)
    shuffled = demand.sample(fraction=1.0, shuffle=True, seed=3)
    calls: list[int] = []

    def backwards(function: object, chunks: object) -> list[object]:
        done = [function(chunk) for chunk in reversed(chunks)]  # type: ignore[operator, call-overload]
        calls.append(len(done))
        return done[::-1]

    got = run(shuffled, lead_times=LEAD_TIMES.reverse(), chunk_size=chunk_size, map_chunks=backwards)

    assert calls
    for left, right in zip(frames(expected), frames(got), strict=True):
        assert left.equals(right)


def test_the_archive_is_what_would_have_been_forecast() -> None:
    demand = company()
    cutoffs = [last_day(100), last_day(104), last_day(113)]
    archive = simulate_archive(demand, frequency="week", horizon=8, cutoffs=cutoffs)

    for cutoff in cutoffs:
        then = forecast(demand, frequency="week", horizon=8, cutoff=cutoff).demand_forecasts
        assert then.equals(archive.filter(pl.col("cutoff") == cutoff))


def test_quantiles_never_cross_and_never_fall_below_zero() -> None:
    result = run(company(), lead_times=LEAD_TIMES)
    order = ["p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975", "p99"]
    for frame, key in (
        (result.demand_forecasts, ["series_id", "period_start"]),
        (result.lead_time_demand, ["series_id", "protection_days"]),
    ):
        wide = frame.pivot(on="measure", index=key, values="quantity")
        values = wide.select(order).to_numpy()

        assert np.isfinite(wide.select("mean", *order).to_numpy()).all()
        assert (values >= 0).all()
        assert (np.diff(values, axis=1) >= 0).all()
        assert (wide["p99"] > wide["p05"]).all()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(st.floats(0, 1e9) | st.just(0.0), min_size=1, max_size=40), min_size=1, max_size=4))
def test_every_finite_history_gets_a_finite_ordered_forecast(histories: list[list[float]]) -> None:
    demand = weekly(dict(enumerate(histories)))
    result = run(demand, 40, horizon=3)
    wide = result.demand_forecasts.pivot(on="measure", index=["series_id", "period_start"], values="quantity")
    values = wide.select("p05", "p50", "p95").to_numpy()

    assert len(histories) * 3 == wide.height
    assert len(histories) == result.champions.height
    assert np.isfinite(wide["mean"].to_numpy()).all()
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (np.diff(values, axis=1) >= 0).all()
