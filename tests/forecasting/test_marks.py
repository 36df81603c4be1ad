"""Odd periods are found, ordinary ones left alone, and whatever is done about them can be undone to the byte."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import forecast
from forecasting.demand.marks import find_marks
from forecasting.engine import ForecastResult
from forecasting.frames import FloatArray
from kernel.errors import InvalidInput
from kernel.messages import text

pytestmark = pytest.mark.fast

FIRST = date(2022, 1, 3)
WEEKS = 120
SEASON = 1 + 0.3 * np.sin(2 * np.pi * np.arange(WEEKS) / 52)


def weekly(values: FloatArray, **columns: FloatArray) -> pl.DataFrame:
    count, weeks = values.shape
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(1, count + 1), weeks),
            "period_start": [FIRST + timedelta(weeks=week) for week in range(weeks)] * count,
            "quantity": values.reshape(-1),
            **{name: column.reshape(-1) for name, column in columns.items()},
        }
    )


def run(demand: pl.DataFrame, **options: object) -> ForecastResult:
    arguments: dict[str, object] = {
        "frequency": "week",
        "horizon": 4,
        "cutoff": FIRST + timedelta(weeks=WEEKS, days=-1),
        "is_boosted": False,
    }
    return forecast(demand, **{**arguments, **options})  # type: ignore[arg-type]


def steady(count: int = 3, mean: float = 30.0, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).poisson(np.repeat(mean * SEASON[None], count, axis=0)).astype(float)


def test_planted_outliers_are_found_and_nothing_else() -> None:
    values = steady()
    values[0, 50], values[1, 80] = 300.0, 250.0

    marks = run(weekly(values)).demand_marks

    assert [(1, FIRST + timedelta(weeks=50)), (2, FIRST + timedelta(weeks=80))] == marks.select(
        "series_id", "period_start"
    ).rows()
    assert ["outlier", "outlier"] == marks["kind"].to_list()
    assert marks["suggested_quantity"].is_between(20.0, 45.0).all()
    assert not marks["is_applied"].any()
    for row in marks.iter_rows(named=True):
        assert "{" not in text(row["reason_key"], "zh", **json.loads(row["reason_values"]))


def test_an_intermittent_series_is_judged_by_its_sizes_only() -> None:
    generator = np.random.default_rng(2)
    values = ((generator.random((1, WEEKS)) < 0.25) * generator.integers(2, 6, (1, WEEKS))).astype(float)
    values[0, 60] = 200.0

    assert [FIRST + timedelta(weeks=60)] == run(weekly(values)).demand_marks["period_start"].to_list()


@pytest.mark.parametrize(("frequency", "season", "periods"), [("week", 52, 156), ("month", 12, 48)])
def test_clean_series_are_left_alone(frequency: str, season: int, periods: int) -> None:
    """The false alarm rate on generated clean series of many kinds: less than one period in a thousand."""
    generator = np.random.default_rng(1)
    phase, swing = generator.uniform(0, 6.28, (300, 1)), generator.uniform(0, 0.8, (300, 1))
    rate = 1 + swing * np.sin(2 * np.pi * np.arange(periods) / season + phase)
    peak = np.where(np.arange(periods) % season == season // 2, 3.0, 1.0) * np.ones((300, 1))
    kinds = {f"counts of {mean}": generator.poisson(mean * rate).astype(float) for mean in (200, 20, 4, 0.3)}
    kinds["dispersed"] = generator.poisson(generator.gamma(2.0, 10.0 * rate)).astype(float)
    kinds["yearly peak"] = generator.poisson(50 * peak).astype(float)
    kinds["lumpy"] = generator.poisson(0.2, rate.shape) * np.round(np.exp(generator.normal(2.0, 0.8, rate.shape)))
    for name, values in kinds.items():
        marks = find_marks(
            values,
            np.zeros(300, dtype=np.int64),
            np.ones(values.shape, dtype=bool),
            np.ones((1, periods)),
            np.zeros((1, periods), dtype=bool),
            frequency=frequency,
            season_length=season,
        )
        assert (marks.kind > 0).mean() < 0.001, name


def test_a_project_is_told_by_its_single_order_and_a_return_by_what_came_back() -> None:
    values = steady(1)
    largest, returned = values / 4, np.zeros_like(values)
    values[0, 40], largest[0, 40] = 150.0, 125.0
    returned[0, 70] = 20.0

    marks = run(weekly(values, largest_order_quantity=largest, returned_quantity=returned)).demand_marks

    assert ["one_off", "return"] == marks["kind"].to_list()
    assert marks["suggested_quantity"].to_list() == pytest.approx([150 - 125 + np.median(largest), values[0, 70] - 20], abs=15)


def test_a_negative_quantity_is_a_return_learned_as_nothing() -> None:
    values = steady(1)
    values[0, 70] = -12.0

    mark = run(weekly(values)).demand_marks.row(0, named=True)

    assert ("return", -12.0, 0.0, True) == (
        mark["kind"],
        mark["recorded_quantity"],
        mark["suggested_quantity"],
        mark["is_applied"],
    )


def test_a_known_event_is_no_outlier() -> None:
    values = steady()
    values[:, 50] *= 4
    day = FIRST + timedelta(weeks=50)
    events = pl.DataFrame({"event": ["fair"], "start_date": [day], "end_date": [day + timedelta(days=6)]})

    assert run(weekly(values[:1]), events=events).demand_marks.is_empty()
    assert 1 == run(weekly(values[:1])).demand_marks.height


def test_applied_marks_change_what_is_learned() -> None:
    values = steady(1)
    values[0, -6] = 400.0
    with_mark, plain = (run(weekly(values), is_cleaned=is_cleaned) for is_cleaned in (True, False))

    assert with_mark.demand_marks["is_applied"].all()
    assert with_mark.demand_forecasts["quantity"].mean() < plain.demand_forecasts["quantity"].mean()  # type: ignore[operator]


@settings(max_examples=8, deadline=None)
@given(week=st.integers(0, WEEKS - 1), quantity=st.floats(-50, 500), kind=st.sampled_from(["outlier", "one_off", "lost_sale"]))
def test_taking_an_adjustment_back_gives_the_bytes_of_never_having_made_it(week: int, quantity: float, kind: str) -> None:
    demand = weekly(steady(2))
    row = {"series_id": [1], "period_start": [FIRST + timedelta(weeks=week)], "adjustment_quantity": [quantity], "kind": [kind]}
    adjustments = pl.DataFrame(row)
    back = adjustments.with_columns(-pl.col("adjustment_quantity"))
    plain = run(demand, backtest_origins=1)

    for undone in (
        (adjustments.clear(), None) if kind == "lost_sale" else (adjustments.clear(), None, pl.concat([adjustments, back]))
    ):
        again = run(demand, adjustments=undone, backtest_origins=1)
        assert plain.demand_forecasts.equals(again.demand_forecasts)


def test_an_adjusted_period_is_learned_and_never_marked_again() -> None:
    values = steady()
    values[0, 50] = 300.0
    row = {
        "series_id": [1],
        "period_start": [FIRST + timedelta(weeks=50, days=3)],
        "adjustment_quantity": [-270.0],
        "kind": ["outlier"],
    }
    corrected = values.copy()
    corrected[0, 50] = 30.0

    result = run(weekly(values), adjustments=pl.DataFrame(row))

    assert result.demand_marks.is_empty()
    assert result.demand_forecasts.equals(run(weekly(corrected)).demand_forecasts)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"series_id": [99]}, "table_series_unknown"),
        ({"kind": ["mood"]}, "adjustment_kind"),
        ({"adjustment_quantity": [float("nan")]}, "adjustment_quantity"),
        ({"period_start": [date(2020, 1, 6)]}, "adjustment_before_start"),
        ({"period_start": ["2023-01-02"]}, "table_column_type"),
    ],
)
def test_an_impossible_adjustment_is_refused(change: dict[str, list[object]], key: str) -> None:
    row = {"series_id": [1], "period_start": [date(2023, 1, 2)], "adjustment_quantity": [1.0], "kind": ["outlier"]}
    with pytest.raises(InvalidInput) as refused:
        run(weekly(steady(1)), adjustments=pl.DataFrame({**row, **change}))

    assert f"forecasting.{key}" == refused.value.key
    assert refused.value.text("zh")
