"""From the customer order down: bills of materials, phantoms, yield, scrap, transfers, and who is served."""

from __future__ import annotations

import json

import polars as pl
import pytest

from planning import low_level_codes
from tests.planning.world import UNIT, World, day, message, messages, orders

pytestmark = pytest.mark.fast


def test_low_level_code_is_the_longest_path() -> None:
    codes, cycles, on_cycle = low_level_codes([1, 2, 3], {1: [2, 3], 2: [3]})

    assert codes == {1: 0, 2: 1, 3: 2}
    assert cycles == []
    assert set() == on_cycle


def test_a_future_bill_counts_for_the_level() -> None:
    """An item needed only by next year's bill is still planned after its parent."""
    world = World().item(1, "make").item(2, "make").item(3).bom(2, 3).bom(1, 2, valid_from=day(3000))

    result = world.demand(102, 5, 1).plan()

    assert result.planned_orders.filter(pl.col("item_location_id") == 102).item(0, "level") == 1


def test_yield_starts_more_than_is_needed() -> None:
    world = World().item(1, "make", yield_ppm=800_000).item(2).bom(1, 2, per=3).demand(101, 10, 8)

    result = world.plan()

    row = result.planned_orders.filter(pl.col("item_location_id") == 101).row(0, named=True)
    assert (
        row["quantity"],
        row["expected_good_quantity"],
        row["lot_rounding_quantity"],
    ) == (10 * UNIT, 8 * UNIT, 2 * UNIT)
    assert orders(result, 102) == [(10, 30)]


def test_scrap_is_the_share_lost() -> None:
    world = World().item(1, "make").item(2).bom(1, 2, per=9, scrap_ppm=100_000).demand(101, 10, 10)

    assert orders(world.plan(), 102) == [(10, 100)]


def test_a_fixed_component_does_not_grow_with_the_order() -> None:
    world = World().item(1, "make").item(2).bom(1, 2, per=3, is_fixed=True).demand(101, 10, 50)

    assert orders(world.plan(), 102) == [(10, 3)]


def test_a_fraction_is_rounded_up_to_the_step_only_in_the_components_order() -> None:
    """Thirds of a piece, needed three times: one piece, not three."""
    world = World().item(1, "make").item(2, quantity_step=1, order_policy="period", period_days=30).bom(1, 2, per=1, output=3)
    world.demand(101, 10, 1).demand(101, 11, 1).demand(101, 12, 1)

    result = world.plan()

    needed = result.dependent_demands.sort("due_date").get_column("quantity").to_list()
    assert needed == [333_334, 333_333, 333_333]
    assert orders(result, 102) == [(10, 1)]


def test_a_phantom_uses_its_own_stock_and_passes_the_rest_on_at_once() -> None:
    world = World().item(1, "make", lead_time_days=4).item(2, "phantom", lead_time_days=9).item(3)
    world.bom(1, 2).bom(2, 3, per=2).stock(102, 3).demand(101, 20, 10)

    result = world.plan()

    assert orders(result, 102) == []
    assert orders(result, 103) == [(16, 14)]
    top = result.pegging.filter(pl.col("item_location_id") == 103).get_column("top_demand_id").to_list()
    assert top == ["SO:0"]


def test_a_by_product_is_supply_when_its_order_is_received() -> None:
    world = World().item(1, "make", lead_time_days=5).item(2).bom(1, 2, per=-1)
    world.demand(101, 20, 10).demand(102, 25, 12)

    assert orders(world.plan(), 102) == [(25, 2)]


def test_a_transfer_is_demand_at_its_source() -> None:
    world = World().item(1, "transfer", warehouse_id=2, lead_time_days=3, source_warehouse_id=1)
    world.item(1, "buy", lead_time_days=10).stock(101, 4).demand(201, 30, 10)

    result = world.plan()

    assert orders(result, 201) == [(30, 10)]
    assert orders(result, 101) == [(27, 6)]
    assert result.planned_orders.sort("level").get_column("kind").to_list() == ["transfer", "buy"]
    assert {"SO:0"} == set(result.pegging.get_column("top_demand_id").to_list())


def test_the_customer_order_is_named_at_the_last_level() -> None:
    world = World().item(1, "make").item(2, "make").item(3)
    world.bom(1, 2, per=2).bom(2, 3, per=3).demand(101, 10, 1, "SO:a").demand(101, 12, 2, "SO:b")

    result = world.plan()

    bought = result.pegging.filter(pl.col("item_location_id") == 103).sort("top_demand_id")
    assert bought.select("top_demand_id", "quantity").rows() == [("SO:a", 6 * UNIT), ("SO:b", 12 * UNIT)]


def test_one_order_for_two_customers_is_split_in_proportion_below() -> None:
    world = World().item(1, "make", order_policy="period", period_days=10).item(2).bom(1, 2, per=2)
    world.demand(101, 10, 1, "SO:a").demand(101, 12, 3, "SO:b")

    result = world.plan()

    below = result.pegging.filter(pl.col("item_location_id") == 102).sort("top_demand_id")
    assert below.select("top_demand_id", "quantity").rows() == [("SO:a", 2 * UNIT), ("SO:b", 6 * UNIT)]
    assert result.planned_orders.filter(pl.col("item_location_id") == 102).item(0, "served_order_count") == 2


def test_a_component_of_an_open_work_order_names_the_customer_too() -> None:
    world = World().item(1, "make").item(2).bom(1, 2).receipt(101, 10, 5, "WO:1", kind="work")
    world.demand(101, 10, 5, "SO:a").demand(102, 6, 5, "WOC:1", kind="component", parent_supply_id="WO:1")

    below = world.plan().pegging.filter(pl.col("item_location_id") == 102)

    assert below.get_column("top_demand_id").to_list() == ["SO:a"]


def test_the_important_order_gets_the_stock_when_the_rest_is_late() -> None:
    """Ten in stock, both orders want ten; the next ten take three weeks: the important order is served."""
    world = World().item(1, lead_time_days=21).stock(101, 10)
    world.demand(101, 3, 10, "SO:plain", priority=5).demand(101, 4, 10, "SO:important", priority=1)

    pegging = world.plan().pegging.filter(pl.col("supply_kind") == "on_hand")

    assert pegging.get_column("demand_id").to_list() == ["SO:important"]


def test_importance_does_not_hoard_stock_needed_earlier() -> None:
    """The important order is due later than the next receipt, so today's stock stays with the earlier order."""
    world = World().item(1, lead_time_days=21).stock(101, 10)
    world.demand(101, 3, 10, "SO:early", priority=5).demand(101, 60, 10, "SO:important", priority=1)
    world.demand(101, 5, 1, "SO:late", priority=9)

    pegging = world.plan().pegging.filter(pl.col("demand_id") == "SO:early")

    assert pegging.get_column("supply_kind").to_list() == ["on_hand"]


def test_missing_master_data_is_a_message_not_a_stop() -> None:
    world = World().item(1, "make", lead_time_days=None).item(2, lead_time_days=None).demand(101, 10, 1).demand(102, 10, 1)

    result = world.plan()

    assert result.planned_orders.height == 2
    assert {"no_bom", "no_lead_time", "no_source"} <= set(messages(result))


def test_a_message_lists_the_customer_orders_it_endangers() -> None:
    world = World().item(1, "make").item(2, lead_time_days=30).bom(1, 2)
    world.demand(101, 10, 4, "SO:a", unit_margin_micro=2 * UNIT, penalty_micro_per_unit_day=UNIT)

    row = message(world.plan(), "release_past_due")

    assert json.loads(row["pegged_demands"]) == [{"demand_id": "SO:a", "quantity": 4 * UNIT}]
    assert row["late_order_count"] == 1
    # margin 4 x 2, penalty 4 x 1 x 20 days late
    assert row["value_at_stake_micro"] == 88 * UNIT
