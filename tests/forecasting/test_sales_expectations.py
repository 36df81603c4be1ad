"""What the sales team expects lands on the right series and months, whole, and with its author's name."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.sales_expectations import CONTRIBUTION_SCHEMA, EXPECTATION_SCHEMA, sales_step
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

NOV, DEC, JAN = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
MEMBERS = pl.DataFrame(
    {
        "series_id": [1, 2, 3],
        "item_id": [10, 10, 20],
        "category_id": [100, 100, 200],
        "warehouse_id": [7, 8, 7],
        "unit_price": [5.0, 5.0, 20.0],
    }
)
SHARES = pl.DataFrame({"customer_id": [900, 900, 901], "series_id": [1, 2, 1], "share": [0.5, 0.1, 0.5]})


def monthly(**by_series: float) -> pl.DataFrame:
    rows = [(int(name[1:]), month, quantity) for name, quantity in by_series.items() for month in (DEC, JAN)]
    return pl.DataFrame(rows, schema=["series_id", "period_start", "quantity"], orient="row")


def expect(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = {
        "sales_expectation_id": 1,
        "kind": "deal",
        "first_period": DEC,
        "last_period": DEC,
        "probability": 1.0,
        "author_id": 50,
    }
    complete = [{name: (usual | row).get(name) for name in EXPECTATION_SCHEMA} for row in rows]
    return pl.DataFrame(complete, schema=EXPECTATION_SCHEMA)


def step(forecast: pl.DataFrame, *rows: dict[str, Any], frequency: str = "month") -> dict[tuple[int, date], float]:
    done = sales_step(
        forecast,
        frequency=frequency,
        expectations=expect(*rows),
        members=MEMBERS,
        customer_shares=SHARES,  # type: ignore[arg-type]
    )
    return {(each[0], each[1]): each[2] for each in done.forecast.iter_rows()}


def test_without_expectations_the_model_stands():
    assert step(monthly(s1=30, s2=10)) == {(1, DEC): 30, (1, JAN): 30, (2, DEC): 10, (2, JAN): 10}


def test_a_deal_is_spread_as_the_model_expects_and_weighed_with_its_probability():
    after = step(monthly(s1=30, s2=10, s3=5), {"item_id": 10, "quantity": 80.0, "probability": 0.5})
    assert after[1, DEC] == pytest.approx(30 + 30)
    assert after[2, DEC] == pytest.approx(10 + 10)
    assert after[3, DEC] == 5
    assert after[1, JAN] == 30


def test_a_deal_over_two_months_gives_half_to_each():
    after = step(monthly(s3=5), {"item_id": 20, "quantity": 80.0, "last_period": JAN})
    assert (after[3, DEC], after[3, JAN]) == (45, 45)


def test_a_customers_deal_goes_where_that_customer_buys():
    after = step(monthly(s1=10, s2=10), {"item_id": 10, "customer_id": 900, "quantity": 60.0})
    assert (after[1, DEC], after[2, DEC]) == (pytest.approx(60), pytest.approx(20))


def test_a_deal_of_a_new_customer_is_spread_as_if_none_were_named():
    after = step(monthly(s1=10, s2=30), {"item_id": 10, "customer_id": 999, "quantity": 40.0})
    assert (after[1, DEC], after[2, DEC]) == (pytest.approx(20), pytest.approx(60))


def test_an_amount_becomes_quantities_at_each_series_price():
    after = step(monthly(s1=40, s3=10), {"amount": 600.0, "warehouse_id": 7})
    assert after[1, DEC] - 40 == pytest.approx(300 / 5)
    assert after[3, DEC] - 10 == pytest.approx(300 / 20)


def test_a_deal_on_items_nobody_expects_is_spread_evenly():
    after = step(monthly(s1=0, s2=0), {"item_id": 10, "quantity": 8.0})
    assert (after[1, DEC], after[2, DEC]) == (4, 4)


def test_a_driver_changes_its_category_only_by_what_is_likely():
    after = step(monthly(s1=40, s3=10), {"kind": "driver", "category_id": 100, "change": -0.5, "probability": 0.5})
    assert (after[1, DEC], after[1, JAN], after[3, DEC]) == (30, 40, 10)


def test_a_customers_driver_moves_the_part_that_is_theirs():
    after = step(monthly(s1=40, s2=40, s3=40), {"kind": "driver", "customer_id": 900, "change": 1.0})
    assert (after[1, DEC], after[2, DEC], after[3, DEC]) == (pytest.approx(60), pytest.approx(44), 40)


def test_drivers_that_take_more_than_there_is_leave_nothing_and_share_the_cut():
    done = sales_step(
        monthly(s1=40),
        frequency="month",
        expectations=expect(
            {"kind": "driver", "change": -1.0},
            {"kind": "driver", "change": -1.0, "sales_expectation_id": 2, "author_id": 51},
        ),
        members=MEMBERS,
    )
    assert done.forecast.filter(pl.col("period_start") == DEC)["quantity"].to_list() == [0]
    assert done.contributions["quantity"].to_list() == [-20, -20]
    assert done.contributions["author_id"].to_list() == [50, 51]


def test_weeks_take_the_days_of_their_month():
    weeks = pl.DataFrame({"series_id": [1, 1], "period_start": [date(2026, 11, 30), date(2026, 12, 7)], "quantity": [7.0, 14.0]})
    after = step(weeks, {"kind": "driver", "change": 1.0}, frequency="week")
    assert after == {(1, date(2026, 11, 30)): 13, (1, date(2026, 12, 7)): 28}


def test_only_the_days_ahead_take_their_part_of_a_months_deal():
    weeks = pl.DataFrame({"series_id": [1], "period_start": [date(2026, 12, 7)], "quantity": [7.0]})
    after = step(weeks, {"quantity": 31.0}, frequency="week")
    assert after[1, date(2026, 12, 7)] == pytest.approx(14)


def test_what_no_series_can_take_is_named():
    done = sales_step(
        monthly(s1=4),
        frequency="month",
        expectations=expect(
            {"item_id": 77, "quantity": 3.0},
            {"quantity": 3.0, "sales_expectation_id": 2},
            {"quantity": 3.0, "first_period": NOV, "last_period": NOV, "sales_expectation_id": 3},
        ),
        members=MEMBERS,
    )
    assert done.unplaced["sales_expectation_id"].to_list() == [1]


@pytest.mark.parametrize(
    "row",
    [
        {"quantity": 1.0, "amount": 1.0},
        {},
        {"kind": "driver"},
        {"kind": "driver", "change": -1.5},
        {"quantity": 1.0, "probability": 1.5},
        {"quantity": 1.0, "last_period": NOV},
        {"kind": "guess", "change": 0.1},
    ],
)
def test_an_expectation_without_a_size_is_refused(row: dict[str, Any]):
    with pytest.raises(InvalidInput, match="Sales expectation 1"):
        step(monthly(s1=1), row)


@given(
    quantities=st.lists(st.floats(0, 1e4), min_size=4, max_size=4),
    sizes=st.lists(st.tuples(st.sampled_from(["deal", "driver"]), st.floats(-1, 5), st.floats(0, 1)), max_size=6),
)
def test_contributions_sum_to_the_change_and_a_deal_arrives_whole(quantities: list[float], sizes: list[tuple[str, float, float]]):
    forecast = pl.DataFrame({"series_id": [1, 1, 3, 3], "period_start": [DEC, JAN, DEC, JAN], "quantity": quantities})
    rows = [
        {
            "sales_expectation_id": number,
            "kind": kind,
            "quantity": abs(size) * 100 if kind == "deal" else None,
            "change": size if kind == "driver" else None,
            "probability": probability,
            "last_period": JAN,
        }
        for number, (kind, size, probability) in enumerate(sizes)
    ]
    done = sales_step(forecast, frequency="month", expectations=expect(*rows), members=MEMBERS)
    again = sales_step(forecast.reverse(), frequency="month", expectations=expect(*reversed(rows)), members=MEMBERS.reverse())
    assert done.contributions.equals(again.contributions)
    assert done.contributions.schema == CONTRIBUTION_SCHEMA
    assert done.forecast["quantity"].min() >= 0  # type: ignore[operator]
    change = done.forecast["quantity"].sum() - sum(quantities)
    assert done.contributions["quantity"].sum() == pytest.approx(change, abs=1e-6)
    for row in rows:
        if row["kind"] == "deal":
            mine = done.contributions.filter(pl.col("sales_expectation_id") == row["sales_expectation_id"])
            assert mine["quantity"].sum() == pytest.approx(row["quantity"] * row["probability"], rel=1e-9, abs=1e-9)
