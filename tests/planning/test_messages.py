"""Which open orders does a planner have to touch, and which not? The list must be complete and short."""

from __future__ import annotations

import pytest

from tests.planning.world import UNIT, World, day, message, messages, orders

pytestmark = pytest.mark.fast


# -- quantities ----------------------------------------------------------------------------------------------------------


def test_part_of_an_order_nobody_needs_is_to_be_taken_off() -> None:
    """100 open for a need of 60 in lots of 25: 75 would do, so 25 less, 3.00 each."""
    world = World().item(1, order_multiple_quantity=25).receipt(101, 20, 100, "PO:1", unit_price=3 * UNIT).demand(101, 20, 60)

    told = message(world.plan(), "decrease")

    assert ("PO:1", 25 * UNIT, 75 * UNIT) == (told["supply_id"], told["quantity"], told["value_at_stake_micro"])


@pytest.mark.parametrize(
    "why",
    [
        {"minimum_order_quantity": 100},
        {"order_policy": "min_max", "order_up_to_quantity": 200},
        {"order_policy": "fixed", "fixed_order_quantity": 100},
    ],
)
def test_a_surplus_the_lot_rules_explain_is_none(why: dict[str, object]) -> None:
    assert "decrease" not in messages(World().item(1, **why).receipt(101, 20, 100).demand(101, 20, 60).plan())


def test_a_price_break_that_was_paid_for_is_kept() -> None:
    world = World().item(1, quantity_step=1).receipt(101, 20, 100, supplier_id=9).demand(101, 20, 60)
    world.term(9, 1, unit_price=UNIT).term(9, 1, unit_price=UNIT // 2, price_break_quantity=100)

    assert "decrease" not in messages(world.plan())


def test_a_small_or_fixed_surplus_is_no_message() -> None:
    """5 of 100 is below the tolerance of a tenth; what is partly received cannot be changed at all."""
    little = World().item(1, quantity_step=1).receipt(101, 20, 100).demand(101, 20, 95)
    received = World().item(1, quantity_step=1).receipt(101, 20, 100, is_quantity_fixed=True).demand(101, 20, 60)

    assert [] == messages(little.plan())
    assert [] == messages(received.plan())


def test_an_open_order_is_raised_instead_of_a_new_one_placed() -> None:
    """50 open with supplier 9 for day 20, 70 needed: the suggestion of 20 (minimum 40) is 20 more on the open order."""
    world = World().item(1, quantity_step=1).term(9, 1, lead_time_days=5, minimum_order_quantity=40)
    world.receipt(101, 20, 50, "PO:1", supplier_id=9).demand(101, 20, 50).demand(101, 22, 20)

    result = world.plan()

    told = message(result, "increase")
    suggestion = result.planned_orders.row(0, named=True)
    assert suggestion["quantity"] == 40 * UNIT
    assert ("PO:1", suggestion["planned_order_id"], 20 * UNIT) == (told["supply_id"], told["planned_order_id"], told["quantity"])


@pytest.mark.parametrize(
    "receipt",
    [
        {"supplier_id": 8},
        {"supplier_id": 9, "is_frozen": True},
        {"supplier_id": 9, "is_quantity_fixed": True},
        {"supplier_id": 9, "kind": "transfer"},
    ],
)
def test_only_an_order_that_may_change_is_raised(receipt: dict[str, object]) -> None:
    world = World().item(1, quantity_step=1).term(9, 1, lead_time_days=5)
    world.receipt(101, 20, 50, **receipt).demand(101, 20, 50).demand(101, 22, 20)

    assert "increase" not in messages(world.plan())


def test_stock_above_its_maximum_is_reported_with_the_days_it_stays() -> None:
    """Ordered up to 100, 150 on hand, 20 a week from day 7 on: 50 too many, below 100 (and its lots of 1) on day 21."""
    world = World().item(1, order_policy="min_max", order_up_to_quantity=100, reorder_point_quantity=10, quantity_step=1)
    world.stock(101, 150)
    for week in range(1, 9):
        world.demand(101, 7 * week, 20)

    told = message(world.plan(), "above_maximum")

    # One piece more than 100 is what rounding up to whole pieces may add.
    assert (49 * UNIT, day(0), day(21)) == (told["quantity"], told["from_date"], told["to_date"])
    assert told["value_at_stake_micro"] == 10 * UNIT * 49 * 18 * 21 // (100 * 365)


# -- dates ---------------------------------------------------------------------------------------------------------------


def test_orders_far_away_are_left_alone() -> None:
    """Needed on day 200, expected on day 150: nobody can act on that today; the same 30 days from now is a message."""
    far = World().item(1, unit_cost_micro=900 * UNIT).receipt(101, 150, 10).demand(101, 200, 10)
    near = World().item(1, unit_cost_micro=900 * UNIT).receipt(101, 30, 10).demand(101, 80, 10)

    assert [] == messages(far.plan())
    assert ["defer"] == messages(near.plan())
    assert ["defer"] == messages(far.plan(rescheduling_horizon_days=365))


def test_safety_stock_alone_does_not_hurry_anybody() -> None:
    """A receipt 5 days late for the floor only: that is what safety stock is for; 9 days are beyond the tolerance."""

    def late_by(days: int) -> list[str]:
        world = World().item(1, safety_stock_quantity=10).stock(101, 10).demand(101, 5, 4).receipt(101, 5 + days, 4)
        return messages(world.plan())

    assert [] == [kind for kind in late_by(5) if kind == "expedite"]
    assert ["expedite"] == [kind for kind in late_by(9) if kind == "expedite"]


def test_an_overdue_receipt_is_as_urgent_as_the_harm_it_does() -> None:
    """A day late and nobody waits: no message. Ten days and nobody waits: the last of the list. A customer waits: the first."""
    quiet = World().item(1).receipt(101, -1, 10).demand(101, 30, 10)
    harmless = World().item(1).receipt(101, -10, 10).demand(101, 30, 10)
    harmful = World().item(1, inspection_days=3).receipt(101, -1, 10).demand(101, 0, 10)

    assert [] == messages(quiet.plan())
    assert message(harmless.plan(), "past_due_receipt")["urgency"] == 1
    assert message(harmful.plan(), "past_due_receipt")["urgency"] == 3


def test_the_list_begins_with_what_makes_customers_wait() -> None:
    world = World().item(1).item(2, unit_cost_micro=900 * UNIT)
    world.receipt(101, 10, 10).demand(101, 5, 10).receipt(102, 10, 100)

    assert ["expedite", "cancel"] == world.plan().exceptions.get_column("kind").to_list()


def test_a_deferral_must_save_more_than_the_call_costs() -> None:
    """10 pieces 50 days too early cost 10 x 10 x 18 % x 50 / 365 = 2.47 to carry: nobody calls for that."""
    world = World().item(1).receipt(101, 30, 10).demand(101, 80, 10)

    assert [] == messages(world.plan())
    assert ["defer"] == messages(world.plan(defer_value_floor_micro=2_000_000))


def test_a_dip_below_safety_stock_that_mends_itself_is_none() -> None:
    """Below the floor for 5 days until a fixed receipt comes: no message; for 20 days: one."""

    def told(days: int) -> list[str]:
        world = World().item(1, lead_time_days=90, safety_stock_quantity=10).stock(101, 10).demand(101, 5, 4)
        return messages(world.receipt(101, 5 + days, 4, is_frozen=True).plan())

    assert "below_safety_stock" not in told(5)
    assert "below_safety_stock" in told(20)


# -- states --------------------------------------------------------------------------------------------------------------


def test_work_that_should_have_begun_says_when_it_can_end() -> None:
    """To begin 3 days ago and end on day 2; begun today it takes 5 days: day 5, three days late for the customer."""
    world = World().item(1, "make", lead_time_days=5).item(2).bom(1, 2).demand(101, 2, 10)
    world.receipt(101, 2, 10, "WO:1", kind="work", start_date=day(-3))

    told = message(world.plan(), "start_in_past")

    assert (day(-3), day(5), 1) == (told["from_date"], told["to_date"], told["late_order_count"])
    assert told["value_at_stake_micro"] == 10 * UNIT // 100 * 10 * 3


def test_a_late_start_that_harms_nobody_waits_for_a_week() -> None:
    """To end on day 2, needed on day 30; begun today it ends 3 days late, or 10: only the second is worth a word."""

    def told(lead_time: int) -> list[str]:
        world = World().item(1, "make", lead_time_days=lead_time).item(2).bom(1, 2).demand(101, 30, 10)
        return messages(world.receipt(101, 2, 10, "WO:1", kind="work", start_date=day(-3)).plan())

    assert [] == told(5)
    assert ["start_in_past"] == told(12)


def test_work_that_can_still_end_in_time_needs_nobody() -> None:
    world = World().item(1, "make", lead_time_days=5).item(2).bom(1, 2).demand(101, 8, 10)

    assert [] == messages(world.receipt(101, 8, 10, "WO:1", kind="work", start_date=day(-1)).plan())


def test_a_firm_planned_order_is_counted_on_never_changed_and_asks_for_its_release() -> None:
    """Firm for day 10, 10 pieces, while 15 are needed on day 8: the plan adds 5 and does not touch the 10."""
    world = World().item(1, "make", lead_time_days=5, quantity_step=1).item(2).bom(1, 2).demand(101, 8, 15)
    world.receipt(101, 10, 10, "WO:1", kind="work", state="firm_planned", start_date=day(0), is_frozen=False)

    result = world.plan()

    assert orders(result, 101) == [(8, 5)]
    assert {"WO:1"} == set(result.exceptions.get_column("supply_id").drop_nulls().to_list())
    told = message(result, "release_due")
    assert ("WO:1", None, day(0), day(10)) == (told["supply_id"], told["planned_order_id"], told["from_date"], told["to_date"])
    assert day(10) == message(result, "expedite")["from_date"]


def test_a_firm_planned_order_not_released_in_time_is_past_due() -> None:
    world = World().item(1, "make", lead_time_days=5).item(2).bom(1, 2).demand(101, 10, 10)

    result = world.receipt(101, 3, 10, "WO:1", kind="work", state="firm_planned").plan()

    assert day(-2) == message(result, "release_past_due")["from_date"]
