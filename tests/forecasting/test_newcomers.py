"""A young series borrows from the one a person named, says so, and nobody else is moved."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import explain, forecast
from forecasting.engine import ForecastResult
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

FIRST = date(2022, 1, 3)
WEEKS = 120


def demand(young: list[float]) -> pl.DataFrame:
    """Series 1 and 2 are old (about 40 and 5 a week), series 3 is `young`."""
    generator = np.random.default_rng(4)
    parts = []
    for series, values in ((1, generator.poisson(40.0, WEEKS)), (2, generator.poisson(5.0, WEEKS)), (3, np.array(young))):
        starts = [FIRST + timedelta(weeks=WEEKS - len(values) + week) for week in range(len(values))]
        parts.append(pl.DataFrame({"series_id": series, "period_start": starts, "quantity": values.astype(float)}))
    return pl.concat([part.with_columns(pl.col("series_id").cast(pl.Int64)) for part in parts])


def run(young: list[float], references: pl.DataFrame | None = None) -> ForecastResult:
    cutoff = FIRST + timedelta(weeks=WEEKS, days=-1)
    return forecast(demand(young), frequency="week", horizon=4, cutoff=cutoff, is_boosted=False, references=references)


def mean_of(result: ForecastResult, series: int) -> float:
    rows = result.demand_forecasts.filter((pl.col("series_id") == series) & (pl.col("measure") == "mean"))
    return float(rows["quantity"].to_numpy().mean())


def reference(**change: object) -> pl.DataFrame:
    return pl.DataFrame({"series_id": [3], "reference_series_id": [1], "factor": [0.5]}).with_columns(**change)  # type: ignore[arg-type]


def test_a_new_item_takes_the_level_of_its_reference_times_the_factor() -> None:
    told, alone = run([0.0], reference()), run([0.0])

    assert 0.0 == mean_of(alone, 3)
    assert 20.0 == pytest.approx(mean_of(told, 3), rel=0.15)
    high = told.demand_forecasts.filter((pl.col("series_id") == 3) & (pl.col("measure") == "p95"))["quantity"]
    assert (high > 25).all()
    assert "forecasting.reason.borrowed_reference" in [one.key for one in explain(told, 3).sentences]


def test_what_the_item_sells_itself_counts_more_the_longer_it_is_known() -> None:
    gaps = [abs(mean_of(run([10.0] * weeks, reference()), 3) - 10.0) for weeks in (1, 30)]

    assert gaps[0] > 1.0 > gaps[1]


def test_only_the_borrower_is_moved() -> None:
    told, alone = run([12.0, 9.0], reference()), run([12.0, 9.0])
    others = pl.col("series_id") != 3

    assert alone.champions.filter(others).drop("reason_values").equals(told.champions.filter(others).drop("reason_values"))
    assert mean_of(alone, 1) == pytest.approx(mean_of(told, 1), rel=0.02)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"series_id": pl.lit(99, dtype=pl.Int64)}, "table_series_unknown"),
        ({"reference_series_id": pl.lit(3, dtype=pl.Int64)}, "reference_itself"),
        ({"factor": pl.lit(0.0)}, "reference_factor"),
    ],
)
def test_an_impossible_reference_is_refused(change: dict[str, pl.Expr], key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        run([5.0], reference(**change))

    assert f"forecasting.{key}" == refused.value.key
    assert refused.value.text("zh")
