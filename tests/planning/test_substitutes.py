"""When a component runs short, what may stand in for it, in which order, and what is then still ordered?

A product 1 is made of one component 2; 3 and 4 may stand in for 2. Every answer is worked out by hand.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from planning import PlanResult
from tests.planning.world import UNIT, World, day, message, messages, orders

pytestmark = pytest.mark.fast


def product(need: int, due: int = 20, *, primary: int = 0) -> World:
    """`need` of product 1 on a day; `primary` of component 2 in stock."""
    world = World().item(1, "make", quantity_step=1).demand(101, due, need, "SO:1").bom(1, 2)
    for component in (2, 3, 4):
        world.item(component, quantity_step=1)
    return world.stock(102, primary)


def components(result: PlanResult) -> dict[int, int]:
    """Pieces the suggestions need, by item-location."""
    frame = result.dependent_demands.group_by("item_location_id").agg(pl.col("quantity").sum())
    return {place: quantity // UNIT for place, quantity in frame.rows()}


def test_the_primarys_stock_then_the_substitutes_then_an_order_of_the_primary() -> None:
    """Need 100: 30 of 2 in stock, 20 of 3, 10 of 4 -> 30 + 20 + 10, and 40 of 2 are ordered; nothing of 3 or 4."""
    world = product(100, primary=30).stock(103, 20).stock(104, 10)
    world.substitute(2, 3, priority=1).substitute(2, 4, priority=2)

    result = world.plan()

    assert {102: 70, 103: 20, 104: 10} == components(result)
    assert orders(result, 102) == [(20, 40)]
    assert orders(result, 103) == orders(result, 104) == []


def test_priority_decides_which_substitute_is_taken_first() -> None:
    world = product(15).stock(103, 20).stock(104, 10).substitute(2, 3, priority=2).substitute(2, 4, priority=1)

    assert {103: 5, 104: 10} == components(world.plan())


def test_pegs_and_requirements_say_which_item_was_used_for_whom_and_why() -> None:
    result = product(10).stock(103, 4).substitute(2, 3).plan()

    row = result.dependent_demands.filter(pl.col("item_location_id") == 103).row(0, named=True)
    assert (102, "short", 4 * UNIT) == (row["substituted_item_location_id"], row["substitution_reason"], row["quantity"])
    own = result.dependent_demands.filter(pl.col("item_location_id") == 102).row(0, named=True)
    assert (None, None, 6 * UNIT) == (own["substituted_item_location_id"], own["substitution_reason"], own["quantity"])
    pegs = result.pegging.filter(pl.col("item_location_id") == 103)
    assert [("OH:103", "substitute", 4 * UNIT, "SO:1")] == pegs.select(
        "supply_id", "demand_kind", "quantity", "top_demand_id"
    ).rows()


def test_a_substitute_keeps_what_its_own_orders_and_safety_stock_need() -> None:
    """50 of 3 in stock: 5 safety stock and an own order of 30 in spring leave 15."""
    world = product(40).stock(103, 50).demand(103, 90, 30).substitute(2, 3)
    world.rows["item_locations"][2]["safety_stock_quantity"] = 5 * UNIT

    result = world.plan()

    assert {102: 25, 103: 15} == components(result)
    assert orders(result, 103) == []


def test_a_receipt_on_its_own_date_frees_stock_but_is_none_itself() -> None:
    """10 in stock, 30 coming on day 10, own need 25 on day 15: 10 are free, the 5 that stay of the receipt are no stock."""
    world = product(40).stock(103, 10).receipt(103, 10, 30).demand(103, 15, 25).substitute(2, 3)

    assert {102: 30, 103: 10} == components(world.plan())


def test_stock_to_be_used_up_goes_before_the_primarys_own() -> None:
    result = product(10, primary=30).stock(103, 4).substitute(2, 3, is_use_up=True).plan()

    assert {102: 6, 103: 4} == components(result)
    assert ["use_up"] == result.dependent_demands.get_column("substitution_reason").drop_nulls().to_list()
    assert orders(result, 102) == []


def test_effectivity_counts_on_the_day_of_need_not_today() -> None:
    """3 may stand in until day 30: a need on day 20 uses it, one on day 40 does not; 4 only from day 35 on."""
    world = product(10, 20).demand(101, 40, 10).stock(103, 50).stock(104, 50)
    world.substitute(2, 3, valid_to=day(30)).substitute(2, 4, priority=9, valid_from=day(35))

    found = world.plan().dependent_demands.select("due_date", "item_location_id", "quantity").sort("due_date").rows()

    assert [(day(20), 103, 10 * UNIT), (day(40), 104, 10 * UNIT)] == found


def test_the_ratio_converts_in_whole_pieces_of_the_component() -> None:
    """3 pieces of item 3 do the work of 2: 10 pieces replace 6 (9 used), the odd one stays; 4 are ordered of the primary."""
    result = product(10).stock(103, 10).substitute(2, 3, instead_of=2, takes=3).plan()

    assert {102: 4, 103: 9} == components(result)


def test_a_substitute_of_one_parent_serves_no_other() -> None:
    world = product(10).item(5, "make", quantity_step=1).bom(5, 2).demand(105, 20, 10).stock(103, 50)
    world.substitute(2, 3, parent_item_id=5)

    assert {102: 10, 103: 10} == components(world.plan())


def test_a_direct_customer_of_the_component_gets_the_component() -> None:
    """Only a bill of materials knows substitutes: the customer who ordered item 2 gets item 2."""
    world = product(5).demand(102, 20, 10).stock(103, 50).substitute(2, 3)

    result = world.plan()

    assert {103: 5} == components(result)
    assert orders(result, 102) == [(20, 10)]


def test_the_window_of_an_order_leaves_out_what_substitutes_will_serve() -> None:
    """A customer needs 10 of item 2 on day 5; the product's 8 on day 9 fall into the same 28 days but have a substitute."""
    world = product(8, 9).demand(102, 5, 10).stock(103, 8).substitute(2, 3)
    world.rows["item_locations"][1] |= {"order_policy": "period", "period_days": 28}

    assert [(5, 10)] == orders(world.plan(), 102)


def test_an_open_order_of_the_primary_comes_before_a_substitute() -> None:
    """Rescheduling before anything else: using 3 would leave the purchase order of 2 without a need."""
    result = product(10).receipt(102, 40, 10, "PO:1").stock(103, 10).substitute(2, 3).plan()

    assert {102: 10} == components(result)
    assert "expedite" in messages(result)


def test_two_items_may_stand_in_for_each_other() -> None:
    """Product 1 takes 2 or 3, product 5 takes 3 or 2; only 3 has some to spare."""
    world = product(10).item(5, "make", quantity_step=1).bom(5, 3).demand(105, 20, 6).stock(103, 9)
    world.substitute(2, 3).substitute(3, 2)

    result = world.plan()

    used = result.dependent_demands.select("item_location_id", "quantity", "substituted_item_location_id").rows()
    assert {(102, 7 * UNIT, None), (103, 3 * UNIT, 102), (103, 6 * UNIT, None)} == set(used)
    assert orders(result, 103) == []


def test_a_substitute_made_from_the_component_cannot_stand_in() -> None:
    """Item 3 is made of item 2: whoever lacks 2 cannot be helped with 3, and the plan says so instead of running in circles."""
    world = World().item(1, "make").item(2).item(3, "make").bom(1, 2).bom(3, 2).demand(101, 20, 10).stock(103, 10)
    world.substitute(2, 3)

    result = world.plan()

    assert orders(result, 102) == [(20, 10)]
    assert ["planning.substitute_cycle"] == [problem.key for problem in result.problems]


def test_an_open_work_order_is_told_to_use_the_substitute() -> None:
    world = product(0).receipt(101, 12, 10, "WO:1", kind="work", is_frozen=True).demand(101, 12, 10).stock(103, 10)
    world.rows["demands"] = [row for row in world.rows["demands"] if row["quantity"]]
    world.demand(102, 3, 10, "WOC:1", kind="component", parent_supply_id="WO:1", parent_item_id=1).substitute(2, 3)

    result = world.plan()

    told = message(result, "use_substitute")
    assert ("WO:1", 103, 10 * UNIT, day(3)) == (told["supply_id"], told["item_location_id"], told["quantity"], told["from_date"])
    assert orders(result, 102) == []
    assert ["SO:1"] == result.pegging.filter(pl.col("demand_id") == "WOC:1").get_column("top_demand_id").to_list()


def test_a_lot_about_to_expire_is_free_until_it_does() -> None:
    """8 of item 3 expire on day 30, its own need is on day 60: they may stand in on day 20, not on day 40."""
    world = product(5, 20).demand(101, 40, 5).stock(103, 8, lot_id=7, expiry=30).demand(103, 60, 8).substitute(2, 3)

    found = world.plan().dependent_demands.filter(pl.col("item_location_id") == 103)

    assert [(day(20), 5 * UNIT)] == found.select("due_date", "quantity").rows()


def test_the_next_bill_holds_from_its_day_and_the_lower_priority_only_where_no_other_does() -> None:
    """Bill 1 (priority 1) holds until day 25, bill 2 (priority 2) always: work of day 20 takes item 2, of day 40 item 3."""
    world = World().item(1, "make").item(2).item(3).demand(101, 20, 10).demand(101, 40, 10)
    world.bom(1, 2, bom_id=1, bom_priority=1, valid_to=day(25)).bom(1, 3, bom_id=2, bom_priority=2)

    found = world.plan().dependent_demands.select("due_date", "item_location_id").sort("due_date").rows()

    expected: list[tuple[date, int]] = [(day(20), 102), (day(40), 103)]
    assert expected == found
