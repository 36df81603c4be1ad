"""A series whose demand stops falls to nothing within few periods; one that is only quiet, seasonal or rare does not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import ForecastResult, Selection, explain, fit, forecast
from forecasting.frames import FloatArray
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

FIRST = date(2022, 1, 3)
WEEKS = 160
CUTOFF = FIRST + timedelta(weeks=WEEKS, days=-1)
GENERATOR = np.random.default_rng(1)
OTHERS = GENERATOR.poisson(30.0, (12, WEEKS)).astype(float)
SERIES = pl.col("series_id")


def demand_of(values: FloatArray) -> pl.DataFrame:
    """The series as number 1, beside twelve busy ones."""
    whole = np.concatenate([values[None], OTHERS])
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(1, len(whole) + 1), WEEKS),
            "period_start": [FIRST + timedelta(weeks=week) for week in range(WEEKS)] * len(whole),
            "quantity": whole.reshape(-1),
        }
    )


def forecast_of(values: FloatArray, **options: object) -> ForecastResult:
    arguments: dict[str, object] = {"frequency": "week", "horizon": 8, "cutoff": CUTOFF, "is_boosted": False}
    return forecast(demand_of(values), **{**arguments, **options})  # type: ignore[arg-type]


def mean(result: ForecastResult, measure: str = "mean") -> FloatArray:
    return result.demand_forecasts.filter((SERIES == 1) & (pl.col("measure") == measure))["quantity"].to_numpy()


def busy(quiet: int, left: float = 0.0) -> FloatArray:
    """Forty a week, and `left` a week in the last `quiet` weeks."""
    values = GENERATOR.poisson(40.0, WEEKS).astype(float)
    values[WEEKS - quiet :] = left
    return values


@pytest.mark.parametrize("quiet", [5, 8, 13])
def test_a_busy_series_that_stops_is_below_a_tenth_of_its_level_after_five_weeks(quiet: int) -> None:
    result = forecast_of(busy(quiet))

    assert mean(result).max() < 4.0
    assert mean(result, "p90").max() < 12.0


def test_a_series_that_falls_to_a_tenth_is_forecast_at_that_tenth() -> None:
    result = forecast_of(busy(9, left=5.0))

    assert mean(result) == pytest.approx(5.0, abs=1.0)
    assert explain(result, 1).sentences[0].key == "forecasting.reason.fallen"


def test_one_quiet_week_of_a_busy_series_says_little() -> None:
    assert mean(forecast_of(busy(1))).min() > 20.0


def test_the_usual_gaps_of_an_intermittent_series_change_nothing() -> None:
    rare = np.where(np.arange(WEEKS) % 9 == 2, 6.0, 0.0)
    rare[WEEKS - 12 :] = 0.0

    assert forecast_of(rare).demand_forecasts.equals(forecast_of(rare, is_fading=False).demand_forecasts)


def test_the_low_of_a_season_is_no_end() -> None:
    """Goal: what is quiet every winter has not ended. Method: three years with fifteen weeks of nothing in each."""
    in_season = (np.arange(WEEKS) + 7) % 52 < 37
    values = np.where(in_season, GENERATOR.poisson(40.0, WEEKS), 0).astype(float)
    values[:52] = np.where(in_season[:52], 40.0, 0.0)
    cutoff = CUTOFF - timedelta(weeks=4)
    plain = forecast_of(values, is_fading=False, cutoff=cutoff)
    faded = forecast_of(values, cutoff=cutoff)

    assert mean(faded) == pytest.approx(mean(plain), rel=0.05, abs=0.5)


def test_weeks_out_of_stock_are_no_silence() -> None:
    frame = demand_of(busy(9)).with_columns(
        ~((SERIES == 1) & (pl.col("period_start") >= CUTOFF - timedelta(weeks=9))).alias("is_in_stock")
    )
    result = forecast(frame, frequency="week", horizon=8, cutoff=CUTOFF, is_boosted=False)

    assert mean(result).min() > 25.0


def test_nobody_else_is_moved_and_both_languages_say_why() -> None:
    values = busy(9)
    result, plain = forecast_of(values), forecast_of(values, is_fading=False)
    others = SERIES != 1
    sentence = explain(result, 1).sentences[0]

    assert result.demand_forecasts.filter(others).equals(plain.demand_forecasts.filter(others))
    assert "No demand for 9 weeks" in sentence.text("en")
    assert "9 周" in sentence.text("zh")


def test_where_silent_series_come_back_as_a_rule_nothing_fades() -> None:
    """Goal: what series taught before counts. Method: all of them pause for six weeks at times of their own and come back."""
    values = GENERATOR.poisson(30.0, (40, WEEKS)).astype(float)
    for row in range(40):
        for start in (30 + row, 90 + row // 2):
            values[row, start : start + 6] = 0.0
    values[0, WEEKS - 5 :] = 0.0
    frame = pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(1, 41), WEEKS),
            "period_start": [FIRST + timedelta(weeks=week) for week in range(WEEKS)] * 40,
            "quantity": values.reshape(-1),
        }
    )
    told = {"frequency": "week", "horizon": 8, "cutoff": CUTOFF, "is_boosted": False}
    faded, plain = (forecast(frame, is_fading=switch, **told) for switch in (True, False))  # type: ignore[arg-type]

    assert mean(faded).sum() > 0.8 * mean(plain).sum()


def test_a_series_that_dwindles_slowly_is_not_forecast_at_its_old_level() -> None:
    weeks = np.arange(WEEKS)
    values = GENERATOR.poisson(np.maximum(40.0 * (1 - np.clip((weeks - 80) / 70, 0, 1)), 0.0)).astype(float)

    assert mean(forecast_of(values)).max() < 2.0


def test_a_refit_knows_what_all_series_taught_of_endings() -> None:
    values = busy(9)
    told = {"frequency": "week", "horizon": 8, "cutoff": CUTOFF, "is_boosted": False}
    fitted = fit(demand_of(values), **told)  # type: ignore[arg-type]
    chosen = Selection.from_json(fitted.selection.to_json())  # type: ignore[union-attr]
    again = fit(demand_of(values).filter(SERIES == 1), selection=chosen, **told)  # type: ignore[arg-type]

    assert fitted.predict().filter(SERIES == 1).equals(again.predict())


def last_day(day: date, series_id: int = 1) -> pl.DataFrame:
    return pl.DataFrame({"series_id": [series_id], "last_date": [day]})


def test_nothing_is_forecast_after_the_last_day_the_master_data_name() -> None:
    """Goal: whole weeks after it are zero in every measure, the week it lies in counts its days."""
    values = busy(0)
    whole = mean(forecast_of(values))
    result = forecast_of(values, last_days=last_day(CUTOFF + timedelta(days=7 + 3)))
    cut = mean(result)

    assert cut[0] == pytest.approx(whole[0], rel=0.05)
    assert cut[1] == pytest.approx(whole[1] * 3 / 7, rel=0.05)
    assert (cut[2:] == 0.0).all()
    assert (mean(result, "p99")[2:] == 0.0).all()
    assert "discontinued after 2025-02-05" in explain(result, 1).sentences[0].text("en")
    assert "停止销售" in explain(result, 1).sentences[0].text("zh")


def test_a_last_day_that_demand_has_passed_is_not_believed() -> None:
    values = busy(0)

    assert mean(forecast_of(values, last_days=last_day(CUTOFF - timedelta(weeks=20)))).min() > 30.0


def test_last_days_of_series_nobody_knows_are_refused() -> None:
    with pytest.raises(InvalidInput, match="last_days"):
        forecast_of(busy(0), last_days=last_day(CUTOFF, series_id=99))
