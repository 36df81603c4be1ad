"""A season is reported where there is one, and noise is called noise."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from forecasting.events.moving_holidays import spring_festival_date
from forecasting.explaining.seasonality_report import REPORT_SCHEMA, seasonality_report
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

WAVE = 1.0 + 0.4 * np.sin(2 * np.pi * (np.arange(12) + 1) / 12)
CUTOFF = date(2025, 12, 31)


def months(count: int) -> list[date]:
    return [date(2025 - place // 12, 12 - place % 12, 1) for place in range(count)][::-1]


def demand(*series: np.ndarray) -> pl.DataFrame:
    return pl.concat(
        [
            pl.DataFrame({"series_id": [number] * len(values), "period_start": months(len(values)), "quantity": values})
            for number, values in enumerate(series, start=1)
        ]
    )


def attributes(count: int, **changes: list[object]) -> pl.DataFrame:
    usual = {
        "series_id": list(range(1, count + 1)), "category": ["juicers"] * count, "warehouse": ["W"] * count,
        "unit": ["EA"] * count, "unit_price": [2.0] * count,
    }  # fmt: skip
    return pl.DataFrame(usual | changes)


def noisy(seed: int, wave: np.ndarray, count: int = 48) -> np.ndarray:
    start = months(count)[0].month - 1
    shape = wave[(start + np.arange(count)) % 12]
    return np.asarray(100 * shape * np.random.default_rng(seed).lognormal(0, 0.1, count))


def profile(found: pl.DataFrame, level: str = "category", unit: str = "quantity") -> pl.DataFrame:
    mine = found.filter((pl.col("level") == level) & (pl.col("unit") == unit) & pl.col("year").is_null())
    return mine.sort("position")


def test_a_known_wave_comes_back_with_its_peak_and_range() -> None:
    found = profile(seasonality_report(demand(noisy(1, WAVE), noisy(2, WAVE)), attributes(2), cutoff=CUTOFF))

    assert found["is_significant"].all()
    assert 3 == found["position"][int(found["index"].arg_max())]
    assert np.abs(found["index"].to_numpy() - WAVE).max() < 0.12
    assert ((found["low"].to_numpy() <= WAVE) & (found["high"].to_numpy() >= WAVE)).sum() >= 11
    assert (2, 2) == (found["series_count"][0], found["agreeing_count"][0])


def test_noise_is_called_noise() -> None:
    flat = np.ones(12)
    verdicts = [
        profile(seasonality_report(demand(noisy(seed, flat)), attributes(1), cutoff=CUTOFF))["is_significant"][0]
        for seed in range(40)
    ]

    assert sum(verdicts) <= 1


def test_amounts_weigh_by_price_and_units_that_differ_add_up_only_as_amounts() -> None:
    frame = demand(noisy(1, WAVE), noisy(2, 2 - WAVE))
    found = seasonality_report(frame, attributes(2, unit=["EA", "KG"], unit_price=[99.0, 1.0]), cutoff=CUTOFF)

    assert {"amount"} == set(found["unit"])
    assert 3 == profile(found, unit="amount")["position"][int(profile(found, unit="amount")["index"].arg_max())]
    assert 1 == profile(found, unit="amount")["agreeing_count"][0]


def test_what_comes_after_the_cutoff_changes_nothing() -> None:
    frame = demand(noisy(1, WAVE))
    later = pl.concat([frame, pl.DataFrame({"series_id": [1], "period_start": [date(2026, 1, 1)], "quantity": [9e6]})])

    assert seasonality_report(frame, attributes(1), cutoff=CUTOFF).equals(seasonality_report(later, attributes(1), cutoff=CUTOFF))


def test_the_order_of_rows_does_not_matter() -> None:
    frame, told = demand(noisy(1, WAVE), noisy(2, WAVE)), attributes(2)
    shuffled = seasonality_report(frame.sample(fraction=1, shuffle=True, seed=4), told.reverse(), cutoff=CUTOFF)

    assert seasonality_report(frame, told, cutoff=CUTOFF).equals(shuffled)


def test_less_than_two_years_give_no_rows() -> None:
    found = seasonality_report(demand(noisy(1, WAVE, 20)), attributes(1), cutoff=CUTOFF)

    assert found.is_empty()
    assert REPORT_SCHEMA == dict(found.schema)
    assert seasonality_report(demand(np.zeros(48)), attributes(1), cutoff=CUTOFF).is_empty()


def test_a_festival_that_empties_its_month_is_found_as_it_moves() -> None:
    values = noisy(3, np.ones(12), 60)
    for place, start in enumerate(months(60)):
        if spring_festival_date(start.year).month == start.month:
            values[place] *= 0.6
    found = profile(seasonality_report(demand(values), attributes(1), cutoff=CUTOFF))

    assert found["is_festival_clear"].all()
    assert -0.55 < found["festival_effect"][0] < -0.25


def test_a_wave_that_comes_a_month_later_each_year_is_shifting_and_a_steady_one_is_not() -> None:
    steps = np.arange(60)
    moving = 100 * (1 + 0.4 * np.sin(2 * np.pi * (steps - steps // 12) / 12))
    steady = 100 * (1 + 0.4 * np.sin(2 * np.pi * steps / 12)) * np.random.default_rng(1).lognormal(0, 0.05, 60)
    moved = profile(seasonality_report(demand(moving), attributes(1), cutoff=CUTOFF))
    stood = profile(seasonality_report(demand(steady), attributes(1), cutoff=CUTOFF))

    assert 0.7 < moved["shift_per_year"][0] < 1.3
    assert moved["is_shifting"].all()
    assert not stood["is_shifting"].any()


def test_a_series_described_twice_is_refused() -> None:
    told = attributes(1)

    with pytest.raises(InvalidInput):
        seasonality_report(demand(noisy(1, WAVE)), pl.concat([told, told]), cutoff=CUTOFF)
