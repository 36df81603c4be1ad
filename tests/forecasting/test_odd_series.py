"""Every odd demand frame has a defined answer or an error that names the series."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from forecasting import forecast
from forecasting.frames import build_panel, period_index, period_starts, season_positions
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

CUTOFF = date(2024, 12, 31)


def monthly(series_id: int, quantities: list[float | None], first_year: int = 2022) -> pl.DataFrame:
    dates = period_starts(np.arange(len(quantities)) + (first_year - 1970) * 12, "month")
    return pl.DataFrame(
        {"series_id": [series_id] * len(dates), "period_start": dates, "quantity": quantities},
        schema={"series_id": pl.Int64, "period_start": pl.Date, "quantity": pl.Float64},
    )


def champion_of(demand: pl.DataFrame, **flags: object) -> dict[str, object]:
    result = forecast(demand, frequency="month", horizon=3, cutoff=CUTOFF)
    mean = result.demand_forecasts.filter(pl.col("measure") == "mean")["quantity"].to_list()
    return {**result.champions.row(0, named=True), "mean": mean, "notes": result.series_notes}


def test_an_empty_frame_gives_empty_frames() -> None:
    result = forecast(monthly(1, []), frequency="month", horizon=3, cutoff=CUTOFF)

    assert result.demand_forecasts.is_empty()
    assert result.champions.columns[0] == "series_id"


def test_one_point_is_repeated_and_called_too_short() -> None:
    answer = champion_of(monthly(1, [12.0], first_year=2024).with_columns(pl.lit(date(2024, 12, 1)).alias("period_start")))

    assert answer["mean"] == pytest.approx([12.0] * 3)
    assert (answer["model"], answer["reason_key"]) == ("mean", "forecasting.reason.too_short")
    assert answer["is_fallback"] is True


def test_all_zero_is_forecast_as_zero() -> None:
    answer = champion_of(monthly(1, [0.0] * 36))

    assert answer["mean"] == [0.0] * 3
    assert (answer["model"], answer["demand_pattern"]) == ("zero", "no_demand")


def test_a_constant_stays_constant() -> None:
    answer = champion_of(monthly(1, [7.0] * 36))

    assert answer["mean"] == pytest.approx([7.0] * 3)
    assert answer["demand_pattern"] == "smooth"


def test_returns_are_learned_as_nothing_asked_for_and_noted() -> None:
    answer = champion_of(monthly(1, [5.0] * 35 + [-40.0]))
    same = champion_of(monthly(1, [5.0] * 35 + [0.0]))

    assert answer["mean"] == same["mean"]
    assert answer["notes"].select("note_key", "period_count", "quantity").rows() == [("forecasting.note.negative", 1, -40.0)]


def test_a_missing_row_is_zero_but_a_null_is_unknown() -> None:
    full = monthly(1, [10.0] * 36)
    gap = full.filter(pl.col("period_start") != date(2024, 6, 1))
    null = full.with_columns(
        pl.when(pl.col("period_start") == date(2024, 6, 1)).then(None).otherwise(pl.col("quantity")).alias("quantity")
    )
    values = build_panel(gap, frequency="month", cutoff=CUTOFF).values

    assert values[0, 29] == 0.0
    assert champion_of(null)["mean"] == pytest.approx([10.0] * 3)
    assert champion_of(gap)["adi"] == pytest.approx(36 / 35)


def test_an_incomplete_period_is_not_learned() -> None:
    demand = monthly(1, [10.0] * 35 + [1.0]).with_columns((pl.col("period_start") < date(2024, 12, 1)).alias("is_complete"))

    assert champion_of(demand)["mean"] == pytest.approx([10.0] * 3)


def test_an_unfinished_month_is_forecast_not_learned() -> None:
    demand = monthly(1, [10.0] * 35 + [1.0])
    result = forecast(demand, frequency="month", horizon=2, cutoff=date(2024, 12, 15))

    assert date(2024, 12, 1) == result.demand_forecasts["period_start"].min()
    assert result.demand_forecasts.filter(pl.col("measure") == "mean")["quantity"][0] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([(8, date(2024, 1, 1), float("nan"))], "forecasting.quantity_out_of_bounds"),
        ([(8, date(2024, 1, 1), 1e13)], "forecasting.quantity_out_of_bounds"),
        ([(8, date(2024, 1, 1), float("inf"))], "forecasting.quantity_out_of_bounds"),
        ([(8, date(2024, 1, 2), 1.0)], "forecasting.off_grid"),
        ([(8, date(2024, 1, 1), 1.0), (8, date(2024, 1, 1), 2.0)], "forecasting.duplicate_period"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(rows: list[tuple[object, ...]], key: str) -> None:
    good = monthly(3, [1.0] * 12)
    bad = pl.DataFrame(rows, schema=good.schema, orient="row")
    with pytest.raises(InvalidInput) as caught:
        forecast(pl.concat([good, bad]), frequency="month", horizon=3, cutoff=CUTOFF)

    assert key == caught.value.key
    assert caught.value.values["series_id"] == 8
    assert "8" in caught.value.text("zh")


def test_nonsense_after_the_cutoff_is_not_even_looked_at() -> None:
    demand = pl.concat([monthly(1, [5.0] * 36), monthly(1, [float("nan")] * 3, first_year=2025)])

    assert champion_of(demand)["mean"] == pytest.approx([5.0] * 3)


def test_missing_columns_types_and_arguments_are_named() -> None:
    good = monthly(1, [1.0] * 12)
    for demand, key in (
        (good.drop("quantity"), "forecasting.column_missing"),
        (good.with_columns(pl.col("series_id").cast(pl.String)), "forecasting.column_type"),
        (good.with_columns(pl.lit(None, dtype=pl.Int64).alias("series_id")), "forecasting.key_missing"),
    ):
        with pytest.raises(InvalidInput) as caught:
            forecast(demand, frequency="month", horizon=3, cutoff=CUTOFF)
        assert key == caught.value.key
    with pytest.raises(InvalidInput):
        forecast(good, frequency="month", horizon=0, cutoff=CUTOFF)
    with pytest.raises(InvalidInput):
        forecast(
            good,
            frequency="month",
            horizon=3,
            cutoff=CUTOFF,
            lead_times=pl.DataFrame({"series_id": [1], "protection_days": [0]}),
        )


def test_periods_are_numbered_without_gaps() -> None:
    weeks = pl.Series([date(2020, 12, 28), date(2021, 1, 4)])

    assert np.diff(period_index(weeks, "week")).tolist() == [1]
    assert period_starts(period_index(weeks, "week"), "week") == weeks.to_list()
    assert season_positions(period_index(weeks, "week"), "week").tolist() == [51, 0]
