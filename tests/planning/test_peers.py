"""The failing cases users of other systems published, each as a test of ours."""

from __future__ import annotations

import polars as pl
import pytest

from planning import LotRules, lot_sizes
from tests.planning.world import UNIT, World, day, messages, orders

pytestmark = pytest.mark.fast


def test_minimum_applies_once_to_three_rows() -> None:
    """ERPNext #58710: the same material in three rows, minimum 100 applied to each: 300 bought for a need of 60."""
    world = World().item(1, minimum_order_quantity=100)
    for _ in range(3):
        world.demand(101, 10, 20)

    assert orders(world.plan()) == [(10, 100)]


def test_minimum_surplus_covers_the_next_row() -> None:
    """ERPNext #57399: projected 40, two rows of 50, minimum 100: 200 bought instead of 100."""
    world = World().item(1, minimum_order_quantity=100).stock(101, 40).demand(101, 5, 50).demand(101, 9, 50)

    assert orders(world.plan()) == [(5, 100)]


def test_intermediate_stock_is_netted() -> None:
    """ERPNext #26563: no netting of stock at intermediate levels."""
    world = World().item(1, "make").item(2, "make").item(3).bom(1, 2).bom(2, 3)
    world.stock(102, 8).demand(101, 10, 10)

    assert orders(world.plan(), 103) == [(10, 2)]


def test_a_shared_component_is_counted_for_every_parent() -> None:
    """ERPNext #37785: a shared component counted once instead of twice."""
    world = World().item(1, "make").item(2, "make").item(3).bom(1, 3).bom(2, 3)
    world.demand(101, 10, 4).demand(102, 10, 4)

    assert sum(quantity for _, quantity in orders(world.plan(), 103)) == 8


def test_a_component_on_two_lines_is_needed_twice() -> None:
    world = World().item(1, "make").item(3).bom(1, 3, per=2).bom(1, 3, per=3).demand(101, 10, 4)

    assert orders(world.plan(), 103) == [(10, 20)]


def test_dates_run_back_from_the_need() -> None:
    """ERPNext #47237 and #62571 of Odoo: dates offset forward from today; component lead time ignored."""
    world = World().item(1, "make", lead_time_days=5).item(2, lead_time_days=7).bom(1, 2).demand(101, 40, 1)

    frame = world.plan().planned_orders.sort("item_location_id")

    assert [day(35), day(28)] == frame.get_column("release_date").to_list()


def test_bom_output_other_than_one() -> None:
    """A bill for 10 pieces that takes 4 of a component needs 0.4 a piece."""
    world = World().item(1, "make").item(2).bom(1, 2, per=4, output=10).demand(101, 10, 25)

    assert orders(world.plan(), 102) == [(10, 10)]


def test_minimum_is_lifted_to_a_multiple() -> None:
    """OCA returns the minimum as it is: 15 with multiple 10 must be 20."""
    assert lot_sizes(12, LotRules(minimum=15, multiple=10)) == [20]


def test_maximum_is_aligned_to_the_multiple() -> None:
    """OCA caps at the maximum without the multiple: 45 with maximum 25 and multiple 10 is 20, 20, 10."""
    assert lot_sizes(45, LotRules(multiple=10, maximum=25)) == [20, 20, 10]


def test_the_last_chunk_respects_the_minimum() -> None:
    assert lot_sizes(45, LotRules(minimum=30, multiple=10, maximum=40)) == [40, 30]


def test_fixed_quantity_repeats() -> None:
    assert lot_sizes(45, LotRules(fixed=30)) == [30, 30]


def test_a_confirmed_order_beyond_the_lead_time_is_seen() -> None:
    """Odoo #69635: a confirmed purchase order later than the lead-time horizon was not seen, a second one proposed."""
    result = World().item(1, lead_time_days=2).receipt(101, 30, 50).demand(101, 10, 50).plan()

    assert orders(result) == []
    assert messages(result) == ["expedite"]


def test_production_is_not_planned_twice_for_one_need() -> None:
    """Odoo #173842 and #88590: 75 made instead of 45, 50 and 70 instead of 50."""
    world = World().item(1, "make").item(2).bom(1, 2).receipt(101, 20, 30, "WO:1", kind="work")

    assert orders(world.demand(101, 15, 45).plan(), 101) == [(15, 15)]


def test_a_late_purchase_order_is_never_dropped() -> None:
    """InvenTree leaves out every order whose date has passed, so late supply vanishes from the curve."""
    result = World().item(1).receipt(101, -40, 7).demand(101, 2, 7).plan()

    assert [q // UNIT for q in result.projection.get_column("projected_quantity").to_list()] == [7, 0]


def test_a_second_demand_is_planned_when_confirmed_supply_is_taken() -> None:
    """frePPLe #397: the second demand stayed unplanned, waiting for a confirmed supply already taken."""
    world = World().item(1).receipt(101, 30, 10).demand(101, 10, 10).demand(101, 12, 10)

    assert orders(world.plan()) == [(12, 10)]


def test_a_supply_of_an_unknown_supplier_still_counts() -> None:
    """frePPLe #394: a confirmed order with a missing supplier was silently dropped."""
    assert orders(World().item(1).receipt(101, 5, 10, supplier_id=None).demand(101, 9, 10).plan()) == []


def test_effectivity_starts_when_it_says() -> None:
    """frePPLe #115: effective start not respected."""
    world = World().item(1, "make").item(2).item(3)
    world.bom(1, 2, valid_to=day(19)).bom(1, 3, valid_from=day(20))
    world.demand(101, 10, 1).demand(101, 30, 1)

    result = world.plan()

    assert orders(result, 102) == [(10, 1)]
    assert orders(result, 103) == [(30, 1)]


def test_a_cycle_ends_with_a_message_and_the_rest_is_planned() -> None:
    """OCA #716: a cyclic bill of materials ran forever."""
    world = World().item(1, "make").item(2, "make").item(3, "make").item(4)
    world.bom(1, 2).bom(2, 1).bom(3, 1).bom(3, 4).demand(103, 10, 2)

    result = world.plan()

    assert orders(result, 103) == [(10, 2)]
    assert orders(result, 104) == [(10, 2)]
    stopped = result.exceptions.filter(pl.col("kind") == "bom_cycle").get_column("item_location_id").sort().to_list()
    assert stopped == [101, 102]
    assert any("I-1 > I-2 > I-1" in str(problem) for problem in result.problems)
