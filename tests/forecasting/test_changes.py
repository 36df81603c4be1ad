"""What changed since the last run is said in words: the forecast moved, and by what."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from forecasting.explaining.changes import RunView, what_changed

pytestmark = pytest.mark.fast

MONTHS = [date(2026, month, 1) for month in range(1, 7)]


def forecasts(first: int, quantity: float) -> pl.DataFrame:
    days = MONTHS[first : first + 3]
    return pl.DataFrame({"series_id": [7] * 3, "period_start": days, "measure": ["mean"] * 3, "quantity": [quantity] * 3})


def champions(model: str) -> pl.DataFrame:
    return pl.DataFrame({"series_id": [7], "model": [model]})


def demand(values: list[float]) -> pl.DataFrame:
    return pl.DataFrame({"series_id": [7] * len(values), "period_start": MONTHS[: len(values)], "quantity": values})


def test_nothing_changed_is_said_too() -> None:
    view = RunView(forecasts(2, 10.0), champions("ets"), demand([9.0, 11.0]))

    assert ["forecasting.change.nothing"] == [one.key for one in what_changed(view, view, 7)]


def test_every_cause_is_named_in_both_languages() -> None:
    adjustment = pl.DataFrame({"series_id": [7], "period_start": [MONTHS[0]], "adjustment_quantity": [-4.0], "kind": ["one_off"]})
    event = pl.DataFrame({"event": ["fair"], "start_date": [MONTHS[4]], "end_date": [MONTHS[4]]})
    before = RunView(forecasts(2, 10.0), champions("ets"), demand([9.0, 11.0]), adjustment.clear(), None, "a")
    after = RunView(forecasts(3, 14.0), champions("combination"), demand([5.0, 11.0, 30.0]), adjustment, event, "b")

    found = what_changed(before, after, 7)

    keys = ["up", "new_demand", "corrected", "adjusted", "event_added", "model", "selection"]
    assert [f"forecasting.change.{key}" for key in keys] == [one.key for one in found]
    assert "20.0" in found[0].text() and "28.0" in found[0].text()  # noqa: PT018
    assert {"period_count": 1, "quantity": 30.0, "expected": 10.0} == found[1].values
    assert "Weighted mean" in found[5].text("en")
    assert all(one.text("zh") != one.text("en") for one in found)


def test_other_series_are_not_spoken_of() -> None:
    other = pl.DataFrame({"series_id": [8], "period_start": [MONTHS[0]], "adjustment_quantity": [-4.0], "kind": ["outlier"]})
    view = RunView(forecasts(2, 10.0), champions("ets"))

    assert ["forecasting.change.nothing"] == [
        one.key for one in what_changed(view, RunView(view.demand_forecasts, view.champions, adjustments=other), 7)
    ]
