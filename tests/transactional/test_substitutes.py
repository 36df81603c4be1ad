"""Substitutes, second ways, shares and fences as master data; and the order in which one item takes another's place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import InvalidInput, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger
from transactional.check import check
from transactional.commands import (
    DefineSubstitute,
    IssueComponents,
    PlaceWorkOrder,
    ReleaseWorkOrder,
    SetPlanning,
    SubstituteComponent,
)

LATER = THE_DAY + timedelta(days=30)


def substitute(**columns: Any) -> DefineSubstitute:
    """3 pieces of RAW-05 do the work of 2 of RAW-06."""
    terms = {"component_quantity": 2 * UNIT, "substitute_quantity": 3 * UNIT, "valid_from": THE_DAY}
    return DefineSubstitute(**{"component_sku": "RAW-06", "substitute_sku": "RAW-05", **terms, **common(), **columns})


def order(**columns: Any) -> PlaceWorkOrder:
    """10 of GOOD-02 need 10 PART-02, 10 RAW-06 and 1 PACK-02."""
    dates = {"order_date": THE_DAY, "planned_start_date": THE_DAY, "due_date": THE_DAY + timedelta(days=5)}
    return PlaceWorkOrder(**{"sku": "GOOD-02", "warehouse": "MAIN", "quantity": 10 * UNIT, **dates, **common(), **columns})


def swap(placed: PlaceWorkOrder, quantity: int = 5) -> SubstituteComponent:
    return SubstituteComponent(
        work_order=placed.command_id, component_sku="RAW-06", substitute_sku="RAW-05", quantity=quantity * UNIT, **common()
    )


def needs(ledger: Ledger) -> dict[str, int]:
    rows = ledger.rows("SELECT i.sku, c.required_quantity FROM work_order_component c JOIN item i ON i.item_id = c.item_id")
    return {sku: quantity // UNIT for sku, quantity in rows}


def test_new_terms_end_the_earlier_ones_and_a_repeat_changes_nothing(ledger: Ledger) -> None:
    tiny_company(ledger)
    ledger.post([substitute()])
    ledger.post([substitute()])
    ledger.post([substitute(valid_from=LATER, is_use_up=True)])

    rows = ledger.rows("SELECT valid_from, valid_to, is_use_up FROM component_substitute ORDER BY valid_from")
    assert [(str(THE_DAY), str(LATER - timedelta(days=1)), 0), (str(LATER), "None", 1)] == [
        (str(begin), str(end), use_up) for begin, end, use_up in rows
    ]
    assert check(ledger) == []


def test_an_order_takes_a_recorded_substitute_at_its_ratio(ledger: Ledger) -> None:
    """5 of RAW-06 are 7.5 of RAW-05, rounded up to whole pieces: 8."""
    tiny_company(ledger)
    placed = order()
    ledger.post([substitute(), placed])
    answer = ledger.post([swap(placed)])[0]

    assert answer.ids["quantity"] == 8 * UNIT
    assert {"PART-02": 10, "RAW-06": 5, "PACK-02": 1, "RAW-05": 8} == needs(ledger)
    assert check(ledger) == []


def test_only_what_is_recorded_and_not_issued_may_be_replaced(ledger: Ledger) -> None:
    tiny_company(ledger)
    placed = order()
    ledger.post([placed])

    with pytest.raises(Refused, match="no substitute is recorded"):
        ledger.post([swap(placed)])
    ledger.post([substitute(parent_sku="GOOD-01")])
    with pytest.raises(Refused, match="no substitute is recorded"):
        ledger.post([swap(placed)])
    ledger.post([substitute()])
    with pytest.raises(Refused, match="only 10 are not issued"):
        ledger.post([swap(placed, 11)])
    with pytest.raises(InvalidInput, match="cannot stand in for itself"):
        ledger.post([substitute(substitute_sku="RAW-06")])


def test_a_firm_planned_order_is_not_issued_before_its_release(ledger: Ledger) -> None:
    tiny_company(ledger)
    placed = order(is_firm_planned=True)
    ledger.post([placed])
    assert [("planned", None)] == ledger.rows("SELECT status, released_date FROM work_order")

    with pytest.raises(Refused):
        ledger.post([IssueComponents(work_order=placed.command_id, issue_date=THE_DAY, **common())])
    ledger.post([ReleaseWorkOrder(work_order=placed.command_id, release_date=THE_DAY, **common())])
    assert [("released",)] == ledger.rows("SELECT status FROM work_order")
    with pytest.raises(Refused):
        ledger.post([ReleaseWorkOrder(work_order=placed.command_id, release_date=THE_DAY, **common())])


def test_the_second_way_must_be_another_one(ledger: Ledger) -> None:
    tiny_company(ledger)
    ways = {"sku": "PART-01", "warehouse": "MAIN", "procurement": "make"}
    ledger.post([SetPlanning(**ways, alternate_procurement="buy", alternate_rule="cost", alternate_lead_time_days=4, **common())])

    found = ledger.rows(
        "SELECT alternate_procurement, alternate_rule, alternate_lead_time_days FROM item_location_version "
        "ORDER BY item_location_version_id DESC LIMIT 1"
    )
    assert [("buy", "cost", 4)] == found
    with pytest.raises(InvalidInput, match="alternate_procurement"):
        ledger.post([SetPlanning(**ways, alternate_procurement="make", **common())])
