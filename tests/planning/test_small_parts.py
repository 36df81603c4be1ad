"""Calendars, safety stock, promises, explanations, what-if curves, and how bad input is answered."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from kernel.errors import InvalidInput
from kernel.messages import catalogue
from planning import PlanInputs, PlanParameters, available_to_promise, explain, plan, project
from planning.calendars import WorkingCalendar
from planning.message_rows import MESSAGE_KINDS
from planning.safety_stock import service_level_safety_stock
from tests.planning.world import TODAY, UNIT, World, day, orders

pytestmark = pytest.mark.fast

WEEKENDS = [TODAY.toordinal() + week * 7 + offset for week in range(-4, 60) for offset in (5, 6)]


def test_what_is_started_on_the_day_walked_back_to_is_ready_in_time() -> None:
    calendar = WorkingCalendar(WEEKENDS)
    for offset in range(60):
        for length in range(12):
            need = TODAY.toordinal() + offset
            assert calendar.forward(calendar.back(need, length), length) <= need


def test_working_days_skip_weekends() -> None:
    calendar = WorkingCalendar(WEEKENDS)
    monday = TODAY.toordinal()

    assert monday - 3 == calendar.back(monday, 1)
    assert monday + 7 == calendar.forward(monday, 5)
    assert monday + 4 == calendar.snap_back(monday + 6)


def test_own_and_supplier_calendars_move_the_release() -> None:
    world = World().item(1, lead_time_days=5, is_purchase_in_working_days=True).demand(101, 21, 1).term(7, 1, lead_time_days=5)
    for ordinal in WEEKENDS:
        for calendar in ("own", "supplier:7"):
            world.add("working_days", calendar_id=calendar, date=TODAY + timedelta(ordinal - TODAY.toordinal()), is_working=False)
    world.add("working_days", calendar_id="supplier:7", date=day(16), is_working=False)

    row = world.plan().planned_orders.row(0, named=True)

    # Needed on a Monday; five of the supplier's days back, of which Wednesday the 16th is a holiday.
    assert (day(21), day(11)) == (row["receipt_date"], row["release_date"])


def test_safety_stock_is_the_quantile_of_the_sum_minus_its_mean() -> None:
    frame = pl.DataFrame(
        {
            "series_id": [101] * 4,
            "protection_days": [10, 10, 20, 20],
            "measure": ["mean", "p95", "mean", "p95"],
            "quantity": [10.0, 14.0, 20.0, 27.5],
        }
    )

    assert service_level_safety_stock(frame, {101: 9}, {101: 0.95}) == {101: 4 * UNIT}
    assert service_level_safety_stock(frame, {101: 12}, {101: 0.95}) == {101: 7_500_000}
    assert service_level_safety_stock(frame, {101: 99}, {101: 0.90}) == {101: 7_500_000}


def test_a_typed_safety_stock_is_never_replaced() -> None:
    world = World().item(1, safety_stock_quantity=None).item(2, safety_stock_quantity=0)
    for series in (101, 102):
        for measure, quantity in (("mean", 10.0), ("p95", 13.2)):
            world.add("lead_time_demand", series_id=series, protection_days=7, measure=measure, quantity=quantity)
    world.rows["item_locations"][0]["quantity_step"] = UNIT

    assert orders(world.plan()) == [(0, 4)]


def test_an_items_own_service_level_comes_first() -> None:
    world = World().item(1, safety_stock_quantity=None, service_level_ppm=750_000)
    for measure, quantity in (("mean", 10.0), ("p75", 11.0), ("p95", 13.2)):
        world.add("lead_time_demand", series_id=101, protection_days=7, measure=measure, quantity=quantity)

    assert orders(world.plan()) == [(0, 1)]


def test_goods_in_inspection_are_not_inspected_twice() -> None:
    world = World().item(1, inspection_days=5).receipt(101, 3, 4, "QC:9", is_frozen=True).demand(101, 3, 4)

    assert orders(world.plan()) == []


def test_promise_looks_ahead_over_every_later_order() -> None:
    world = World().item(1).stock(101, 10).receipt(101, 20, 5).demand(101, 10, 8).demand(101, 30, 1).forecast(101, 5, 50)
    inputs = world.inputs()

    frame = available_to_promise(inputs.on_hand, inputs.scheduled_receipts, inputs.demands, 101, TODAY)

    assert [(day(0), 2), (day(10), 2), (day(20), 6), (day(30), 6)] == [
        (at, quantity // UNIT) for at, quantity in frame.select("date", "available_to_promise_quantity").rows()
    ]


def test_overcommitted_stock_promises_a_negative_quantity() -> None:
    inputs = World().item(1).stock(101, 3, lot_id=1, expiry=-1).demand(101, 10, 8).inputs()

    frame = available_to_promise(inputs.on_hand, inputs.scheduled_receipts, inputs.demands, 101, TODAY)

    assert frame.item(0, "available_to_promise_quantity") == -8 * UNIT


def test_an_explanation_reads_like_the_arithmetic() -> None:
    world = World().item(1, safety_stock_quantity=80, order_multiple_quantity=40).stock(101, 120)
    row = world.receipt(101, 4, 60).demand(101, 10, 310).plan().planned_orders.row(0, named=True)

    lines = explain(row)

    assert [line.quantity // UNIT for line in lines] == [310, 120, 60, 80, 210, 30, 240]
    assert lines[4].quantity == sum(line.sign * line.quantity for line in lines[:4])
    assert lines[6].quantity == lines[4].quantity + lines[5].quantity
    assert (lines[1].label("en"), lines[1].label("zh")) == ("- On hand", "- 现有量")


def test_half_a_row_cannot_be_explained() -> None:
    with pytest.raises(InvalidInput, match="on_hand_quantity"):
        explain({"planned_order_id": "x", "gross_requirement_quantity": 1})


def test_what_if_curve() -> None:
    frame = project(
        item_location_id=101,
        as_of=TODAY,
        on_hand_quantity=10,
        requirements=[(day(3), 12), (day(-2), 1)],
        scheduled_receipts=[(day(2), 4)],
        planned_receipts=[(day(3), 6)],
    )

    assert frame.select("projected_quantity", "projected_with_plan_quantity").rows() == [(9, 9), (13, 13), (1, 7)]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidInput, match="column procurement is missing"):
        plan(PlanInputs(item_locations=pl.DataFrame({"item_location_id": [1], "item_id": [1], "warehouse_id": [1]})), as_of=TODAY)


def test_a_float_quantity_is_refused_instead_of_rounded() -> None:
    inputs = World().item(1).demand(101, 3, 1).inputs()
    broken = PlanInputs(item_locations=inputs.item_locations, demands=inputs.demands.with_columns(pl.col("quantity") + 0.5))

    with pytest.raises(InvalidInput, match="quantity is Float64"):
        plan(broken, as_of=TODAY)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lead_time_days": -3}, "lead_time_days is -3"),
        ({"yield_ppm": 0}, "yield_ppm is 0"),
        ({"procurement": "magic"}, "procurement is magic"),
        ({"order_policy": "often"}, "order_policy is often"),
    ],
)
def test_a_record_that_cannot_be_right_is_left_out_and_named(change: dict[str, object], told: str) -> None:
    world = World().item(1).item(2).demand(101, 3, 1).demand(102, 3, 1)
    world.rows["item_locations"][0] |= change

    result = world.plan()

    assert orders(result) == [(3, 1)]
    assert any(told in str(problem) for problem in result.problems)


def test_document_lines_of_unknown_places_are_named() -> None:
    result = World().item(1).demand(999, 3, 1).receipt(998, 3, 1).stock(997, 3).plan()

    assert len(result.problems) == 3


def test_a_maximum_below_the_minimum_is_ignored_and_named() -> None:
    result = World().item(1, minimum_order_quantity=50, maximum_order_quantity=20).demand(101, 3, 1).plan()

    assert orders(result) == [(3, 50)]
    assert any("maximum order quantity" in str(problem) for problem in result.problems)


def test_quantities_at_the_intake_bound_do_not_overflow() -> None:
    """10^12 units is the largest quantity a document may hold; money at stake is clipped, never wrapped round."""
    world = World().item(1, "make").item(2).bom(1, 2, per=3)
    world.demand(101, 9, 10**12 - 1, unit_margin_micro=10**15, penalty_micro_per_unit_day=0)
    huge = World().item(1)
    for _ in range(7):
        huge.demand(101, 9, 10**12)

    result = world.plan()

    assert orders(result, 102) == [(9, 3 * 10**12 - 3)]
    assert result.planned_orders.item(0, "value_at_stake_micro") == 2**63 - 1
    assert any("in total" in str(problem) for problem in huge.plan().problems)


@pytest.mark.parametrize("change", [{"service_level": 1.0}, {"horizon_days": 0}, {"carrying_rate_ppm": -1}])
def test_impossible_parameters_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        PlanParameters(**change)


def test_every_message_kind_has_its_sentence() -> None:
    sentences = [f"screen.exception.{kind}" for kind in MESSAGE_KINDS]

    assert [name for name in sentences if name not in catalogue()] == []
