"""Make or buy, from one supplier or several, and not before the supplier takes orders again."""

from __future__ import annotations

import polars as pl
import pytest

from planning import PlanResult
from tests.planning.world import UNIT, World, day, message, messages, orders

pytestmark = pytest.mark.fast


def ways(result: PlanResult, place: int = 101) -> list[tuple[str, int | None, int]]:
    """(kind, supplier, pieces) of the suggestions of an item-location, in the order they were made."""
    frame = result.planned_orders.filter(pl.col("item_location_id") == place).sort("need_date", "ordinal", "kind")
    return [
        (kind, supplier, quantity // UNIT) for kind, supplier, quantity in frame.select("kind", "supplier_id", "quantity").rows()
    ]


def made_or_bought(**extra: object) -> World:
    """Item 1 is made in 5 days of item 2, or bought from supplier 9 in 2 days."""
    world = World().item(1, "make", lead_time_days=5, alternate_procurement="buy", quantity_step=1, **extra).item(2).bom(1, 2)
    return world.term(9, 1, lead_time_days=2, unit_price=12 * UNIT)


def test_the_first_way_is_taken_while_it_is_in_time() -> None:
    result = made_or_bought().demand(101, 20, 10).plan()

    assert [("make", None, 10)] == ways(result)
    assert [("buy", None, 10)] == ways(result, 102)


def test_the_second_way_is_taken_when_the_first_would_be_late_and_it_is_not() -> None:
    """Needed on day 3: made it is two days late, bought it is there on day 2."""
    result = made_or_bought().demand(101, 3, 10).plan()

    assert [("buy", 9, 10)] == ways(result)
    assert result.planned_orders.get_column("late_days").to_list() == [0]
    assert result.dependent_demands.height == 0


def test_without_a_bill_that_day_the_item_is_bought() -> None:
    world = made_or_bought().demand(101, 20, 10)
    world.rows["bom_lines"][0]["valid_to"] = day(2)

    result = world.plan()

    assert [("buy", 9, 10)] == ways(result)
    assert "no_bom" not in messages(result)


def test_without_an_eligible_supplier_the_item_is_made() -> None:
    world = World().item(1, "buy", alternate_procurement="make", alternate_lead_time_days=4).item(2).bom(1, 2)
    world.term(9, 1, is_on_hold=True).demand(101, 20, 10)

    result = world.plan()

    assert [("make", None, 10)] == ways(result)
    assert day(16) == result.planned_orders.row(0, named=True)["release_date"]


def test_by_cost_the_cheaper_way_is_taken() -> None:
    """Made for 10 (unit cost), bought for 12, or for 8 from day 30 on; quality costs are off."""
    world = made_or_bought(alternate_rule="cost").demand(101, 20, 10).demand(101, 40, 10)
    world.rows["supplier_terms"][0]["valid_to"] = day(29)
    world.term(9, 1, lead_time_days=2, unit_price=8 * UNIT, valid_from=day(30))

    assert [("make", None, 10), ("buy", 9, 10)] == ways(world.plan(prior_reject_rate_ppm=0, prior_sigma_ppm=0))


def test_a_no_to_one_way_is_a_no_to_the_need() -> None:
    world = made_or_bought().demand(101, 20, 10)
    row = world.plan().planned_orders.filter(pl.col("item_location_id") == 101).row(0, named=True)
    world.add("decisions", item_location_id=101, kind="make", need_period=row["need_period"], ordinal=0, decision="reject")

    assert [] == ways(world.plan())


# -- release fence -------------------------------------------------------------------------------------------------


def test_inside_a_release_fence_nothing_is_released_and_the_plan_says_so() -> None:
    """Needed on day 12, 7 days lead time: day 5; the supplier takes no order before day 10, so it comes on day 17."""
    result = World().item(1).term(9, 1, lead_time_days=7, release_fence_days=10).demand(101, 12, 10).plan()

    row = result.planned_orders.row(0, named=True)
    assert (day(10), day(17), 5) == (row["release_date"], row["receipt_date"], row["late_days"])
    told = message(result, "release_fence")
    assert (day(5), day(10)) == (told["from_date"], told["to_date"])
    assert "release_past_due" not in messages(result)


def test_a_release_after_the_fence_is_untouched() -> None:
    result = World().item(1).term(9, 1, lead_time_days=7, release_fence_days=10).demand(101, 30, 10).plan()

    assert day(23) == result.planned_orders.row(0, named=True)["release_date"]
    assert [] == messages(result)


def test_another_supplier_without_a_fence_is_chosen_when_waiting_costs_more() -> None:
    world = World().item(1).term(8, 1, lead_time_days=7, release_fence_days=30, unit_price=10 * UNIT)
    world.term(9, 1, lead_time_days=7, unit_price=11 * UNIT).demand(101, 12, 10, penalty_micro_per_unit_day=UNIT)

    assert [("buy", 9, 10)] == ways(world.plan())


# -- several suppliers -------------------------------------------------------------------------------------------------


def test_one_supplier_unless_its_terms_say_otherwise() -> None:
    world = World().item(1, quantity_step=1).term(8, 1).term(9, 1, unit_price=2 * UNIT).demand(101, 20, 100)

    assert [("buy", 8, 100)] == ways(world.plan())


def test_what_a_supplier_cannot_deliver_goes_to_the_next_best() -> None:
    """The cheapest delivers at most 60, the second 25: the third gets the last 15."""
    world = World().item(1, quantity_step=1).demand(101, 20, 100)
    world.term(7, 1, unit_price=UNIT, maximum_order_quantity=60).term(8, 1, unit_price=2 * UNIT, maximum_order_quantity=25)
    world.term(9, 1, unit_price=3 * UNIT)

    result = world.plan()

    assert [("buy", 7, 60), ("buy", 8, 25), ("buy", 9, 15)] == ways(result)
    rows = result.planned_orders.sort("ordinal").rows(named=True)
    assert [100, 40, 15] == [row["net_requirement_quantity"] // UNIT for row in rows]


def test_a_lone_supplier_with_a_maximum_is_asked_several_times() -> None:
    world = World().item(1, quantity_step=1).term(7, 1, maximum_order_quantity=60).demand(101, 20, 100)

    assert [("buy", 7, 60), ("buy", 7, 40)] == ways(world.plan())


def test_agreed_shares_divide_a_need() -> None:
    """70 : 30 of 100 pieces, the dearer supplier included because it was agreed."""
    world = World().item(1, quantity_step=1).demand(101, 20, 100)
    world.term(7, 1, quota_ppm=300_000).term(8, 1, unit_price=2 * UNIT, quota_ppm=700_000).term(9, 1, unit_price=UNIT // 2)

    assert [("buy", 8, 70), ("buy", 7, 30)] == ways(world.plan())


def test_a_share_below_the_smallest_order_is_not_split_off() -> None:
    """30 % of 100 is less than the minimum of 40: one supplier gets it all, the cheapest."""
    world = World().item(1, quantity_step=1).demand(101, 20, 100)
    world.term(7, 1, quota_ppm=300_000, minimum_order_quantity=40).term(8, 1, unit_price=2 * UNIT, quota_ppm=700_000)

    assert [("buy", 7, 100)] == ways(world.plan())
    assert orders(world.plan()) == [(20, 100)]
