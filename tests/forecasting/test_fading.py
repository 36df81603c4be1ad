"""A series that has ended fades to nothing when asked for; one that is only quiet, or seasonal, does not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import explain, forecast
from forecasting.fading import fading
from forecasting.frames import FloatArray

pytestmark = pytest.mark.fast

FIRST = date(2022, 1, 3)
WEEKS = 180


def alive(values: FloatArray) -> float:
    found = fading(values[None], np.ones((1, len(values))), np.zeros(1, dtype=np.int64), "week")
    return float(found.alive[0])


def test_a_busy_series_silent_for_more_than_two_years_has_ended() -> None:
    assert 0.0 == alive(np.concatenate([np.full(80, 5.0), np.zeros(110)]))


def test_a_pause_shorter_than_two_years_is_a_season() -> None:
    assert 1.0 == alive(np.concatenate([np.full(100, 5.0), np.zeros(40)]))


def test_a_rare_demand_may_well_come_back() -> None:
    rare = np.zeros(360)
    rare[[10, 80, 170, 240]] = 3.0

    assert 0.2 < alive(rare) < 1.0


def test_the_forecast_of_an_ended_series_is_zero_and_nobody_else_is_moved() -> None:
    values = np.random.default_rng(1).poisson(9.0, (4, WEEKS)).astype(float)
    values[0, 70:] = 0.0
    frame = pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(1, 5), WEEKS),
            "period_start": [FIRST + timedelta(weeks=week) for week in range(WEEKS)] * 4,
            "quantity": values.reshape(-1),
        }
    )
    cutoff = FIRST + timedelta(weeks=WEEKS, days=-1)
    result = forecast(frame, frequency="week", horizon=4, cutoff=cutoff, is_boosted=False, is_fading=True)
    mine = pl.col("series_id") == 1

    assert (result.demand_forecasts.filter(mine)["quantity"] == 0.0).all()
    means = result.demand_forecasts.filter(~mine & (pl.col("measure") == "mean"))["quantity"]
    assert means.is_between(7.0, 11.0).all()
    assert "ended" in explain(result, 1).sentences[0].text("en")
    assert "结束" in explain(result, 1).sentences[0].text("zh")
