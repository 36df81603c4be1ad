"""Levels with wishes: what can stand in for each other shares one, documents are followed, and neither ever closes a cycle."""

from __future__ import annotations

import pytest

from planning.network import levels_of
from tests.planning.world import World

pytestmark = pytest.mark.fast


def test_bonded_nodes_wait_for_the_parents_of_both() -> None:
    """1 needs 2, 2 needs 3, 4 stands in for 2 and for nobody else: 4 is planned with 2, not with 1."""
    assert {1: 0, 2: 1, 3: 2, 4: 1} == levels_of([1, 2, 3, 4], {1: [2], 2: [3]}, bonds=[(2, 4)]).codes


def test_a_bond_that_closes_a_cycle_is_cut_and_named() -> None:
    """3 is made of 2: they cannot share a level; the bond of 5 and 6 is untouched."""
    levels = levels_of([1, 2, 3, 5, 6], {1: [2, 5], 3: [2]}, bonds=[(2, 3), (5, 6)])

    assert [(2, 3)] == levels.cut
    assert {1: 0, 2: 1, 3: 0, 5: 1, 6: 1} == levels.codes
    assert [] == levels.cycles


def test_a_bond_through_two_groups_is_found() -> None:
    """1 stands in for 2 and 3 for 4; 1 is made of 3 and 4 of 2: together a circle, apart none."""
    levels = levels_of([1, 2, 3, 4], {1: [3], 4: [2]}, bonds=[(1, 2), (3, 4)])

    assert levels.cut
    assert levels.codes[1] < levels.codes[3]
    assert levels.codes[4] < levels.codes[2]


def test_a_document_is_followed_unless_it_turns_back() -> None:
    """What an open document brings to 1 it takes from 2: 1 comes first. A rework of 2 that takes 1 back is not followed."""
    assert {1: 0, 2: 1} == levels_of([1, 2], {}, wishes=[(1, 2)]).codes
    assert {1: 0, 2: 1} == levels_of([1, 2], {1: [2]}, wishes=[(2, 1), (1, 1)]).codes


def test_a_manual_transfer_carries_the_customer_to_its_source_whatever_the_numbers() -> None:
    """Warehouse 2 has the smaller keys on neither side: the receiving place is always planned before the sending one."""
    for receiving, sending in ((1, 2), (2, 1)):
        world = World().item(1, warehouse_id=1).item(1, warehouse_id=2)
        place, source = 100 * receiving + 1, 100 * sending + 1
        world.demand(place, 10, 5, "SO:1").receipt(place, 10, 5, "TO:1", kind="transfer", is_frozen=True)
        world.demand(source, 6, 5, "TO:1", kind="transfer", parent_supply_id="TO:1").stock(source, 5)

        pegs = world.plan().pegging

        assert ["SO:1"] == pegs.filter(pegs["item_location_id"] == source)["top_demand_id"].to_list()
