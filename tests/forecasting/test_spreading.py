"""A person's number replaces the forecast of exactly its group and period, at any level, and who decided what stays known."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.groups.spreading import MEMBER_SCHEMA, OVERRIDE_SCHEMA, Spread, spread_overrides
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

JUNE = [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15), date(2026, 6, 22), date(2026, 6, 29)]
MONTH = date(2026, 6, 1)
# Series 11 and 12: item 1 in warehouses 1 and 2; 21: item 2, the same category 5; 31: item 3 in category 6, sold by the metre.
MEMBERS = pl.DataFrame(
    [
        (11, 1, 5, 1, 10.0, "pcs", 100.0),
        (12, 1, 5, 2, 10.0, "pcs", 300.0),
        (21, 2, 5, 1, 4.0, "pcs", 0.0),
        (31, 3, 6, 1, 2.0, "m", 50.0),
    ],
    schema=MEMBER_SCHEMA,
    orient="row",
)


def weekly(**quantities: list[float]) -> pl.DataFrame:
    rows = [(int(name[1:]), JUNE[i], float(q)) for name, values in quantities.items() for i, q in enumerate(values)]
    return pl.DataFrame(rows, schema=["series_id", "period_start", "quantity"], orient="row")


def monthly(**quantities: float) -> pl.DataFrame:
    return weekly(**{name: [quantity] for name, quantity in quantities.items()})


def overrides(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {name: row.get(name) for name in OVERRIDE_SCHEMA} | {"override_id": row.get("override_id", i)}
            for i, row in enumerate(rows)
        ],
        schema=OVERRIDE_SCHEMA,
    )


def one(level: str, frequency: str = "month", period_start: date = MONTH, **told: Any) -> dict[str, Any]:
    return {"level": level, "frequency": frequency, "period_start": period_start, **told}


def after(found: Spread) -> dict[int, list[float]]:
    return {key[0]: rows["quantity"].to_list() for key, rows in found.forecast.group_by("series_id", maintain_order=True)}  # type: ignore[misc]


def month_of(forecast: pl.DataFrame, *rows: dict[str, Any]) -> Spread:
    return spread_overrides(forecast, overrides(*rows), MEMBERS, frequency="month")


def week_of(forecast: pl.DataFrame, *rows: dict[str, Any]) -> Spread:
    return spread_overrides(forecast, overrides(*rows), MEMBERS, frequency="week")


def test_without_overrides_nothing_changes() -> None:
    forecast = weekly(s11=[0.1, 0.2, 0.3])
    found = week_of(forecast)

    assert forecast["quantity"].to_list() == found.forecast["quantity"].to_list()
    assert found.applied.is_empty()


def test_a_category_is_spread_in_proportion_to_its_forecast() -> None:
    found = month_of(monthly(s11=10, s12=30, s21=20, s31=5), one("category", category_id=5, quantity=120.0))

    assert {11: [20.0], 12: [60.0], 21: [40.0], 31: [5.0]} == after(found)


def test_where_nothing_is_forecast_past_demand_shares_out_and_then_everybody_the_same() -> None:
    found = month_of(monthly(s11=0, s12=0, s21=0), one("category", category_id=5, quantity=80.0))
    even = month_of(monthly(s21=0, s31=0), one("company", amount=80.0))

    assert {11: [20.0], 12: [60.0], 21: [0.0]} == after(found)
    assert {21: [0.0], 31: [40.0]} == after(even)  # only 31 ever sold
    assert {21: [20.0]} == after(month_of(monthly(s21=0), one("item", item_id=2, amount=80.0)))


def test_an_amount_is_spread_at_prices() -> None:
    found = month_of(monthly(s11=10, s21=25, s31=0), one("company", amount=400.0))

    # 10 x 10 + 25 x 4 = 200 was forecast: everything doubles.
    assert {11: [20.0], 21: [50.0], 31: [0.0]} == after(found)


def test_a_change_moves_what_no_narrower_override_has_fixed() -> None:
    found = month_of(
        monthly(s11=10, s12=30, s21=20), one("series", series_id=11, quantity=50.0), one("category", category_id=5, change=0.1)
    )

    assert {11: [50.0], 12: [33.0], 21: [22.0]} == after(found)


def test_a_narrower_override_stands_and_the_wider_sum_holds() -> None:
    found = month_of(
        monthly(s11=10, s12=30, s21=20, s31=8),
        one("company", amount=1000.0),
        one("category", category_id=5, quantity=100.0),
        one("item", item_id=1, quantity=60.0),
        one("series", series_id=11, quantity=45.0),
    )

    assert {11: [45.0], 12: [15.0], 21: [40.0], 31: [120.0]} == after(found)
    assert found.problems.is_empty()
    assert [("series", 3), ("item", 2), ("category", 1), ("company", 0)] == found.applied.select("level", "override_id").rows()


def test_category_and_warehouse_both_keep_their_sums() -> None:
    found = month_of(
        monthly(s11=10, s12=30, s21=20, s31=10),
        one("warehouse", warehouse_id=1, amount=700.0),
        one("category", category_id=5, quantity=120.0),
    )

    values = after(found)
    assert values[11][0] + values[12][0] + values[21][0] == 120.0
    assert 10 * values[11][0] + 4 * values[21][0] + 2 * values[31][0] == pytest.approx(700.0)


def test_contradicting_overrides_have_a_defined_answer_and_are_named() -> None:
    found = month_of(
        monthly(s11=10, s12=30, s21=20), one("series", series_id=11, quantity=90.0), one("category", category_id=5, quantity=60.0)
    )
    below = month_of(
        monthly(s11=10, s12=30),
        one("series", series_id=11, quantity=1.0),
        one("series", series_id=12, quantity=2.0),
        one("item", item_id=1, quantity=60.0),
    )

    assert {11: [90.0], 12: [0.0], 21: [0.0]} == after(found)
    assert [("category", 1, "forecasting.override_narrower_above", 60.0, 90.0)] == found.problems.rows()
    assert {11: [1.0], 12: [2.0]} == after(below)
    assert [("item", 2, "forecasting.override_all_fixed", 60.0, 3.0)] == below.problems.rows()


def test_what_cannot_be_spread_is_said_and_changes_nothing() -> None:
    forecast = monthly(s11=10, s31=10)
    mixed = month_of(forecast, one("warehouse", warehouse_id=1, quantity=60.0))
    nobody = month_of(
        forecast, one("item", item_id=99, quantity=60.0), one("item", item_id=1, period_start=date(2027, 1, 1), amount=5.0)
    )

    assert ["forecasting.override_mixed_units"] == mixed.problems["problem_key"].to_list()
    assert ["forecasting.override_nothing_there"] * 2 == nobody.problems["problem_key"].to_list()
    for found in (mixed, nobody):
        assert {11: [10.0], 31: [10.0]} == after(found)
        assert found.applied.is_empty()


def test_a_series_without_a_price_is_left_alone_by_amounts() -> None:
    members = MEMBERS.with_columns(pl.when(pl.col("series_id") == 11).then(None).otherwise("unit_price").alias("unit_price"))
    found = spread_overrides(monthly(s11=10, s21=25), overrides(one("company", amount=50.0)), members, frequency="month")

    assert {11: [10.0], 21: [12.5]} == after(found)


def test_a_week_is_replaced_and_its_neighbours_stay() -> None:
    found = week_of(weekly(s11=[7, 7, 7]), one("series", "week", JUNE[1], series_id=11, quantity=50.0))

    assert {11: [7.0, 50.0, 7.0]} == after(found)


def test_zero_is_a_number() -> None:
    assert {11: [0.0]} == after(week_of(weekly(s11=[7]), one("series", "week", JUNE[0], series_id=11, quantity=0.0)))


def test_a_month_keeps_the_shape_of_its_weeks() -> None:
    found = week_of(weekly(s11=[7, 21, 7, 7, 7]), one("series", series_id=11, quantity=88.0))

    # June holds four whole weeks (42 forecast) and two days of the fifth (2 forecast): 88 is twice 44.
    assert [14.0, 42.0, 14.0, 14.0, 2 * 2 + 5.0] == pytest.approx(after(found)[11])
    even = week_of(weekly(s21=[0, 0, 0, 0, 0]), one("series", series_id=21, quantity=30.0))
    assert [7.0, 7.0, 7.0, 7.0, 2.0] == pytest.approx(after(even)[21])


def test_the_weekly_plan_follows_a_month_of_the_whole_category() -> None:
    found = week_of(weekly(s11=[7] * 5, s21=[21] * 5), one("category", category_id=5, quantity=240.0))

    # 30 days at 4 a day were forecast: 240 doubles them, in June only.
    assert [14.0] * 4 + [2 * 2 + 5.0] == pytest.approx(after(found)[11])
    assert [42.0] * 4 + [2 * 6 + 15.0] == pytest.approx(after(found)[21])


def test_a_week_stands_over_its_month_and_the_month_still_sums() -> None:
    found = week_of(
        weekly(s11=[7] * 5),
        one("series", series_id=11, quantity=300.0),
        one("series", "week", JUNE[2], series_id=11, quantity=1.0),
    )

    values = after(found)[11]
    assert values[2] == 1.0
    assert sum(values[:4]) + values[4] - 5.0 == pytest.approx(300.0)


def test_a_month_that_has_begun_takes_the_share_of_its_days() -> None:
    later = weekly(s11=[7, 7, 7, 7, 7]).filter(pl.col("period_start") >= JUNE[3])
    found = week_of(later, one("series", series_id=11, quantity=300.0))

    # Nine days of June are forecast: 90 of 300, 70 of them in the whole week.
    assert [70.0, 20.0 + 5.0] == pytest.approx(after(found)[11])


@given(
    st.lists(st.floats(0, 1e5), min_size=4, max_size=4),
    st.lists(st.one_of(st.none(), st.integers(0, 10**11)), min_size=4, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_sums_after_spreading_are_the_overrides_to_the_last_millionth(base: list[float], micro: list[int | None]) -> None:
    """Item inside category x warehouse inside category inside company, each with or without an override."""
    rows = [(series, MONTH, quantity) for series, quantity in zip((1, 2, 3, 4), base, strict=True)]
    members = pl.DataFrame(
        [(1, 1, 1, 1, 1.0, "u", 1.0), (2, 2, 1, 1, 1.0, "u", 0.0), (3, 3, 1, 2, 1.0, "u", 2.0), (4, 4, 2, 2, 1.0, "u", 0.0)],
        schema=MEMBER_SCHEMA,
        orient="row",
    )
    named = [
        ("item", {"item_id": 1}, [1]),
        ("category_warehouse", {"category_id": 1, "warehouse_id": 1}, [1, 2]),
        ("category", {"category_id": 1}, [1, 2, 3]),
        ("company", {}, [1, 2, 3, 4]),
    ]
    told = [
        one(level, **keys, quantity=wanted / 1e6, override_id=i)
        for i, ((level, keys, _), wanted) in enumerate(zip(named, micro, strict=True))
        if wanted is not None
    ]
    forecast = pl.DataFrame(rows, schema=["series_id", "period_start", "quantity"], orient="row")
    found = spread_overrides(forecast, overrides(*told), members, frequency="month")
    values = {series: round(quantity[0] * 1e6) for series, quantity in after(found).items()}

    named_problems = set(found.problems["override_id"].to_list())
    for i, ((_, _, inside), wanted) in enumerate(zip(named, micro, strict=True)):
        if wanted is not None and i not in named_problems:
            assert wanted == sum(values[series] for series in inside)
        if wanted is not None and i in named_problems:
            assert wanted < sum(values[series] for series in inside)
    assert all(value >= 0 for value in values.values())
    assert found.applied["quantity"].sum() <= found.forecast["quantity"].sum() * (1 + 1e-12) + 1e-9
    shuffled = spread_overrides(forecast.reverse(), overrides(*reversed(told)), members.reverse(), frequency="month")
    assert found.forecast.equals(shuffled.forecast)


def test_every_part_of_a_period_says_which_override_decided_it() -> None:
    july = date(2026, 7, 1)
    found = week_of(
        weekly(s11=[7] * 5),
        one("series", series_id=11, quantity=60.0),
        one("category", "month", july, category_id=5, quantity=62.0),
    )
    last = found.applied.filter(pl.col("period_start") == JUNE[4])

    assert [("category", 1, 5.0, 10.0), ("series", 0, 2.0, 4.0)] == [
        (level, key, round(before, 6), round(now, 6))
        for level, key, before, now in last.select("level", "override_id", "forecast_quantity", "quantity").rows()
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        [one("category", category_id=5)],
        [one("category", category_id=5, quantity=1.0, change=0.1)],
        [one("town", quantity=1.0)],
        [one("company", change=-1.5)],
        [one("company", quantity=-1.0)],
        [one("company", "day", quantity=1.0)],
        [one("item", item_id=1, quantity=1.0), one("item", item_id=1, amount=1.0)],
    ],
)
def test_an_override_that_says_nothing_or_two_things_is_refused(wrong: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidInput):
        month_of(monthly(s11=1), *wrong)
