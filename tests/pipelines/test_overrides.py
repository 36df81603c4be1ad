"""A person's number replaces the model's, for exactly its period."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pipelines.steps.overrides import apply_overrides
from pipelines.steps.plan import forecast_demands

pytestmark = pytest.mark.fast

JUNE = [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15), date(2026, 6, 22), date(2026, 6, 29)]


def weekly(*quantities: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"series_id": [1] * len(quantities), "period_start": JUNE[: len(quantities)], "quantity": list(quantities)}
    )


def overrides(*rows: tuple[str, date, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(1, *row) for row in rows],
        schema={"series_id": pl.Int64, "frequency": pl.String, "period_start": pl.Date, "quantity": pl.Float64},
        orient="row",
    )


def test_without_overrides_nothing_changes():
    assert apply_overrides(weekly(7, 14), overrides())["quantity"].to_list() == [7.0, 14.0]


def test_a_week_is_replaced_and_its_neighbours_stay():
    assert apply_overrides(weekly(7, 7, 7), overrides(("week", JUNE[1], 50)))["quantity"].to_list() == [7.0, 50.0, 7.0]


def test_an_override_of_zero_is_a_number():
    assert apply_overrides(weekly(7), overrides(("week", JUNE[0], 0)))["quantity"].to_list() == [0.0]


def test_a_month_keeps_the_shape_of_the_model():
    changed = apply_overrides(weekly(7, 21, 7, 7, 7), overrides(("month", JUNE[0], 88)))["quantity"].to_list()

    # June holds four whole weeks (42 modelled) and two days of the fifth (2 modelled): 88 is twice 44.
    assert pytest.approx(changed[:4]) == [14.0, 42.0, 14.0, 14.0]
    assert pytest.approx(changed[4]) == 2 * 2 + 5


def test_a_month_without_model_demand_is_spread_evenly():
    changed = apply_overrides(weekly(0, 0, 0, 0, 0), overrides(("month", JUNE[0], 30)))["quantity"].to_list()

    assert pytest.approx(changed) == [7.0, 7.0, 7.0, 7.0, 2.0]


def test_a_week_stands_over_its_month():
    changed = apply_overrides(weekly(7, 7, 7, 7, 7), overrides(("month", JUNE[0], 300), ("week", JUNE[2], 1)))

    assert changed["quantity"][2] == 1.0


def test_forecast_lines_carry_exact_quantities_and_their_week():
    lines = forecast_demands(weekly(1.5, 0))

    assert [("FC:1:2026-06-01", 1_500_000, JUNE[0], 7)] == lines.select("demand_id", "quantity", "due_date", "period_days").rows()


def test_forecast_lines_come_in_whole_steps_and_lose_nothing_over_the_weeks():
    """A piece item is never asked for in fractions; running totals are rounded, so the sum stays within half a step."""
    steps = pl.DataFrame({"series_id": [1], "quantity_step": [1_000_000]})
    lines = forecast_demands(weekly(0.4, 0.4, 0.4, 2.3, 0.0), steps)

    assert [(JUNE[1], 1_000_000), (JUNE[3], 3_000_000)] == lines.select("due_date", "quantity").rows()
