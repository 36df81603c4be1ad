"""The supplier with the lowest expected total cost, within hard gates."""

from __future__ import annotations

import polars as pl
import pytest

from planning import rank_suppliers
from tests.planning.world import TODAY, UNIT, World, day, messages, orders

pytestmark = pytest.mark.fast


def chosen(world: World, **parameters: int) -> int | None:
    return world.plan(**parameters).planned_orders.item(0, "supplier_id")


def base() -> World:
    return World().item(1).demand(101, 30, 10)


def test_the_cheaper_one_wins_whatever_the_list_order() -> None:
    """Odoo takes the first vendor in the list, however dear."""
    assert chosen(base().term(7, 1, unit_price=3 * UNIT, preference=1).term(8, 1, unit_price=2 * UNIT, preference=2)) == 8


def test_equal_cost_is_decided_by_preference() -> None:
    assert chosen(base().term(7, 1, preference=2).term(9, 1, preference=1)) == 9


def test_a_held_or_unqualified_or_expired_supplier_is_never_chosen() -> None:
    world = base().term(1, 1, is_on_hold=True).term(2, 1, qualified_until=day(29)).term(3, 1, valid_to=day(3))
    world.term(4, 1, unit_price=9 * UNIT, qualified_until=day(30))

    result = world.plan()

    assert result.planned_orders.item(0, "supplier_id") == 4
    gates = dict(result.supplier_ranking.select("supplier_id", "gate").rows())
    assert gates == {1: "on_hold", 2: "unqualified", 3: "not_valid", 4: None}
    assert result.supplier_ranking.get_column("supplier_id").to_list() == [4, 1, 2, 3]


def test_without_a_qualified_supplier_the_suggestion_asks_for_one() -> None:
    result = base().term(2, 1, qualified_until=day(1)).plan()

    assert result.planned_orders.item(0, "supplier_id") is None
    assert "supplier_unqualified" in messages(result)


def test_the_chosen_suppliers_minimum_and_multiple_size_the_order() -> None:
    world = base().term(7, 1, minimum_order_quantity=15, order_multiple_quantity=10)

    assert orders(world.plan()) == [(30, 20)]


def test_a_price_break_is_taken_when_later_demand_uses_the_surplus() -> None:
    world = base().demand(101, 40, 90).term(7, 1, unit_price=10 * UNIT)
    world.term(7, 1, unit_price=5 * UNIT, price_break_quantity=50)

    result = world.plan()

    assert orders(result) == [(30, 50), (40, 50)]
    assert result.planned_orders.item(0, "unit_price") == 5 * UNIT


def test_a_price_break_is_not_worth_stock_nobody_needs() -> None:
    world = base().term(7, 1, unit_price=10 * UNIT).term(7, 1, unit_price=9 * UNIT, price_break_quantity=500)

    assert orders(world.plan()) == [(30, 10)]


def test_an_unreliable_supplier_costs_more_than_its_price() -> None:
    world = World().item(1, safety_lead_time_days=2)
    world.demand(101, 30, 10, penalty_micro_per_unit_day=5 * UNIT)
    world.term(7, 1, unit_price=10 * UNIT, lead_time_days=9, lead_time_sigma_days=6.0, receipt_count=40)
    world.term(8, 1, unit_price=11 * UNIT, lead_time_days=9, lead_time_sigma_days=0.5, receipt_count=40)

    assert chosen(world) == 8


def test_bad_quality_costs_too_but_one_bad_receipt_proves_little() -> None:
    known = base().term(7, 1, unit_price=100 * UNIT, reject_rate=0.5, receipt_count=200).term(8, 1, unit_price=110 * UNIT)
    barely = base().term(7, 1, unit_price=100 * UNIT, reject_rate=0.5, receipt_count=1).term(8, 1, unit_price=110 * UNIT)

    assert chosen(known) == 8
    assert chosen(barely) == 7


def test_cost_terms_add_up() -> None:
    world = World().item(1).demand(101, 3, 10).term(7, 1, minimum_order_quantity=40, lead_time_days=9, reject_rate=0.1)
    row = world.plan(order_cost_micro=UNIT).supplier_ranking.row(0, named=True)

    terms = ("purchase_cost_micro", "holding_cost_micro", "lateness_cost_micro", "quality_cost_micro")
    assert row["expected_cost_micro"] == sum(row[name] for name in terms)
    # 10 pieces at 1 + order cost 1; the 30 surplus pieces nobody needs count at their full price.
    assert (row["purchase_cost_micro"], row["holding_cost_micro"]) == (11 * UNIT, 30 * UNIT)


def test_warehouse_terms_replace_general_ones_of_the_same_supplier() -> None:
    world = base().term(7, 1, unit_price=5 * UNIT).term(7, 1, unit_price=6 * UNIT, warehouse_id=1)

    assert world.plan().planned_orders.item(0, "unit_price") == 6 * UNIT


def test_what_if_ranking_answers_without_a_plan() -> None:
    terms = base().term(7, 1, unit_price=3 * UNIT).term(8, 1, unit_price=2 * UNIT).inputs().supplier_terms

    frame = rank_suppliers(terms, item_id=1, quantity=10 * UNIT, need_date=day(30), as_of=TODAY)

    assert frame.get_column("supplier_id").to_list() == [8, 7]
    assert frame.filter(pl.col("rank") == 1).item(0, "purchase_cost_micro") == 20 * UNIT


def test_a_maximum_in_the_wrong_unit_does_not_tear_a_need_into_hundreds_of_orders() -> None:
    """5 stood for cartons: a need of 1,000 pieces became 200 orders of the same day, and a real company's plan 246,743."""
    world = World().item(1).demand(101, 30, 1000)
    world.term(7, 1, maximum_order_quantity=5).term(8, 1, unit_price=20 * UNIT, maximum_order_quantity=60)

    result = world.plan()

    assert [1000 * UNIT] == result.planned_orders["quantity"].to_list()
    (problem,) = result.problems
    assert "planning.maximum_ignored" == problem.key
    assert "5" == problem.values["maximum"]


def test_a_maximum_that_people_would_live_with_still_splits() -> None:
    world = World().item(1).demand(101, 30, 100).term(7, 1, maximum_order_quantity=5)

    result = world.plan()

    assert [5 * UNIT] * 20 == result.planned_orders["quantity"].to_list()
    assert () == result.problems
