"""When does an item run short, and what covers it: the textbook record and the rules one by one."""

from __future__ import annotations

import polars as pl
import pytest

from tests.planning.world import TODAY, UNIT, World, day, message, messages, orders

pytestmark = pytest.mark.fast


def test_textbook_record() -> None:
    """Gross 35,30,40,0,40,40,30,35 in weeks 1-8; on hand 35, receipt 10 in week 1, lead time 1 week, lot-for-lot:
    projected 10, then net requirements 20,40,0,40,40,30,35 released one week earlier (computed by hand)."""
    world = World().item(1, lead_time_days=7).stock(101, 35).receipt(101, 7, 10)
    for week, gross in enumerate([35, 30, 40, 0, 40, 40, 30, 35], start=1):
        if gross:
            world.demand(101, 7 * week, gross)

    result = world.plan()

    assert orders(result, 101) == [(14, 20), (21, 40), (35, 40), (42, 40), (49, 30), (56, 35)]
    releases = result.planned_orders.sort("need_date").get_column("release_date").to_list()
    assert [day(7), day(14), day(28), day(35), day(42), day(49)] == releases
    curve = result.projection.sort("date").select("date", "projected_with_plan_quantity").rows()
    assert [(day(0), 35), (day(7), 10)] + [(day(7 * w), 0) for w in (2, 3, 5, 6, 7, 8)] == [
        (at, quantity // UNIT) for at, quantity in curve
    ]


def test_receipts_count_before_requirements_on_the_same_day() -> None:
    assert orders(World().item(1).receipt(101, 5, 10).demand(101, 5, 10).plan()) == []


def test_stock_is_used_before_anything_is_ordered() -> None:
    assert orders(World().item(1).stock(101, 6).demand(101, 5, 10).plan()) == [(5, 4)]


def test_a_later_open_receipt_is_expedited_instead_of_buying_again() -> None:
    """Odoo's #69635 and #76466: a confirmed order beyond the lead-time horizon was not seen, and bought twice."""
    result = World().item(1, lead_time_days=7).receipt(101, 60, 10, "PO:1").demand(101, 20, 10).plan()

    assert orders(result) == []
    assert messages(result) == ["expedite"]
    row = message(result, "expedite")
    assert ("PO:1", day(60), day(20)) == (row["supply_id"], row["from_date"], row["to_date"])


def test_only_what_the_open_receipt_does_not_cover_is_ordered() -> None:
    assert orders(World().item(1).receipt(101, 60, 10).demand(101, 20, 15).plan()) == [(20, 5)]


def test_a_frozen_receipt_is_not_moved() -> None:
    result = World().item(1).receipt(101, 60, 10, is_frozen=True).demand(101, 20, 10).plan()

    assert orders(result) == [(20, 10)]
    assert "expedite" not in messages(result)


def test_a_past_due_order_is_expected_today_and_says_so() -> None:
    """InvenTree drops orders whose date has passed; OCA counts them without a word."""
    result = World().item(1, lead_time_days=5).receipt(101, -9, 10, "PO:1").demand(101, 3, 10).plan()

    assert orders(result) == []
    assert messages(result) == ["past_due_receipt"]
    assert day(-9) == message(result, "past_due_receipt")["from_date"]


def test_past_due_demand_is_required_today() -> None:
    assert orders(World().item(1).demand(101, -30, 10).plan()) == [(0, 10)]


def test_an_unneeded_receipt_is_cancelled_with_its_value() -> None:
    result = World().item(1).receipt(101, 20, 10, unit_price=3_000_000).plan()

    assert messages(result) == ["cancel"]
    assert message(result, "cancel")["value_at_stake_micro"] == 30_000_000


def test_a_receipt_needed_later_is_deferred_beyond_the_tolerance_only() -> None:
    early = World().item(1).receipt(101, 10, 10).demand(101, 18, 10).plan(defer_tolerance_days=7, defer_value_floor_micro=0)
    near = World().item(1).receipt(101, 10, 10).demand(101, 17, 10).plan(defer_tolerance_days=7, defer_value_floor_micro=0)

    assert messages(early) == ["defer"]
    assert day(18) == message(early, "defer")["to_date"]
    assert messages(near) == []


def test_value_above_the_threshold_speaks_inside_the_tolerance() -> None:
    world = World().item(1, unit_cost_micro=10**12).receipt(101, 10, 1000).demand(101, 17, 1000)
    assert messages(world.plan(message_value_threshold_micro=1_000_000)) == ["defer"]


def test_safety_stock_is_a_floor_applied_once() -> None:
    """ERPNext's #58806: safety stock added to every row, 1,450 instead of 1,350."""
    world = World().item(1, safety_stock_quantity=50)
    world.demand(101, 10, 500).demand(101, 11, 400).demand(101, 12, 400)

    result = world.stock(101, 0).plan()

    assert sum(quantity for _, quantity in orders(result)) == 1350


def test_safety_stock_may_be_used_up_by_demand_that_cannot_wait() -> None:
    """Demand beats safety stock: the buffer serves the order, the refill comes as soon as it can."""
    result = World().item(1, lead_time_days=30, safety_stock_quantity=10).stock(101, 10).demand(101, 3, 8).plan()

    assert orders(result) == [(3, 8)]
    served = result.pegging.filter(pl.col("demand_kind") == "sales_order")
    assert served.get_column("supply_kind").to_list() == ["on_hand"]
    assert result.planned_orders.item(0, "reason") == "safety_stock"


def test_the_six_numbers_add_up() -> None:
    """The arithmetic a person sees: 310 - 120 - 60 + 80 = 210, ordered as 240 in multiples of 40."""
    world = World().item(1, safety_stock_quantity=80, order_multiple_quantity=40).stock(101, 120)
    world.receipt(101, 4, 60).demand(101, 10, 310)

    row = world.plan().planned_orders.row(0, named=True)

    assert [
        row[name] // UNIT
        for name in (
            "gross_requirement_quantity",
            "on_hand_quantity",
            "scheduled_receipts_quantity",
            "safety_stock_quantity",
            "net_requirement_quantity",
            "lot_rounding_quantity",
            "quantity",
        )
    ] == [310, 120, 60, 80, 210, 30, 240]


def test_late_suggestions_say_how_late() -> None:
    result = World().item(1, lead_time_days=14).demand(101, 10, 5).plan()

    row = result.planned_orders.row(0, named=True)
    assert (TODAY, day(14), 4) == (row["release_date"], row["receipt_date"], row["late_days"])
    assert "release_past_due" in messages(result)
    assert day(-4) == message(result, "release_past_due")["from_date"]


def test_dates_walk_back_over_safety_time_inspection_and_lead_time() -> None:
    world = World().item(1, lead_time_days=10, safety_lead_time_days=3, inspection_days=2).demand(101, 40, 5)

    row = world.plan().planned_orders.row(0, named=True)

    assert (day(35), day(25)) == (row["receipt_date"], row["release_date"])


def test_a_larger_buffer_never_releases_later() -> None:
    """ERPNext's #59007: a larger buffer moved the release date later."""
    releases = []
    for buffer in range(0, 40, 3):
        world = World().item(1, lead_time_days=10, safety_lead_time_days=buffer).demand(101, 30, 5)
        releases.append(world.plan().planned_orders.item(0, "release_date"))

    assert sorted(releases, reverse=True) == releases


def test_period_policy_orders_a_window_at_once() -> None:
    world = World().item(1, order_policy="period", period_days=7)
    for offset in (10, 12, 16, 17):
        world.demand(101, offset, 5)

    assert orders(world.plan()) == [(10, 15), (17, 5)]


def test_min_max_refills_to_the_upper_level() -> None:
    world = World().item(1, order_policy="min_max", reorder_point_quantity=20, order_up_to_quantity=50)
    result = world.stock(101, 25).demand(101, 10, 10).plan()

    assert orders(result) == [(10, 35)]
    row = result.planned_orders.row(0, named=True)
    assert (row["net_requirement_quantity"], row["lot_rounding_quantity"]) == (5 * UNIT, 30 * UNIT)


def test_a_shortage_inside_the_planning_fence_is_a_message_and_is_covered_at_its_end() -> None:
    result = World().item(1, planning_fence_days=10).demand(101, 4, 6).plan()

    assert orders(result) == [(10, 6)]
    row = message(result, "fence_conflict")
    assert (6 * UNIT, day(4), day(10)) == (row["quantity"], row["from_date"], row["to_date"])


def test_negative_stock_is_reported_and_replenished() -> None:
    result = World().item(1).stock(101, -3).plan()

    assert orders(result) == [(0, 3)]
    assert "negative_stock" in messages(result)


def test_a_lot_that_expires_unused_is_not_counted() -> None:
    world = World().item(1).stock(101, 10, lot_id=7, expiry=5).stock(101, 4, lot_id=8)
    result = world.demand(101, 3, 6).demand(101, 20, 6).plan()

    assert orders(result) == [(20, 2)]
    row = message(result, "lot_expires")
    assert (row["supply_id"], row["quantity"], row["value_at_stake_micro"]) == ("7", 4 * UNIT, 40_000_000)


def test_nothing_is_ordered_for_an_item_nobody_supplies() -> None:
    result = World().item(1, "none").demand(101, 3, 6).plan()

    assert orders(result) == []
    assert "no_source" in messages(result)


def test_nobody_is_asked_for_an_earlier_date_than_today() -> None:
    """Due today but two days in inspection: the shortage is told, an impossible expedite is not."""
    result = World().item(1, inspection_days=2).receipt(101, 0, 10).demand(101, 0, 10).plan()

    assert messages(result) == ["below_safety_stock"]


def test_needs_that_are_late_anyway_are_ordered_together() -> None:
    """Nothing ordered today can be here before day 7: two orders, each lifted to the minimum, would only buy more."""
    world = World().item(1, lead_time_days=7, minimum_order_quantity=50).demand(101, 1, 60).demand(101, 4, 20)

    assert orders(world.demand(101, 9, 20).plan()) == [(1, 80), (9, 50)]
