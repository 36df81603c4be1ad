"""The check finds what is broken: each invariant is violated on purpose, past every guard, and must be reported."""

from __future__ import annotations

import sqlite3

import pytest

from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger
from transactional.check import check
from transactional.commands import (
    AllocateSalesLine,
    CompleteWorkOrder,
    Count,
    EnterSalesOrder,
    IssueComponents,
    PlacePurchaseOrder,
    PlaceWorkOrder,
    PostStocktake,
    PurchaseLine,
    ReceiptLine,
    ReceiveGoods,
    RecordCounts,
    SalesLine,
    ShipGoods,
    ShipLine,
    StartStocktake,
)


def busy(ledger: Ledger) -> None:
    """A company that has bought, sold, made and counted."""
    tiny_company(ledger)
    bought = PlacePurchaseOrder(
        supplier="ACME",
        order_date=THE_DAY,
        lines=(PurchaseLine(sku="RAW-01", warehouse="MAIN", quantity=20 * UNIT, unit_price=UNIT),),
        **common(),
    )
    arrived = ReceiveGoods(
        purchase_order=bought.command_id,
        warehouse="MAIN",
        received_date=THE_DAY,
        inspected_date=THE_DAY,
        lines=(ReceiptLine(line=(bought.command_id, 0), received_quantity=10 * UNIT, location="A-02"),),
        **common(),
    )
    sold = EnterSalesOrder(
        customer="CITY",
        order_date=THE_DAY,
        lines=(SalesLine(sku="TRADE-01", warehouse="MAIN", quantity=9 * UNIT, unit_price=UNIT, requested_date=THE_DAY),),
        **common(),
    )
    sent = ShipGoods(
        warehouse="MAIN", shipped_date=THE_DAY, lines=(ShipLine(line=(sold.command_id, 0), quantity=4 * UNIT),), **common()
    )
    made = PlaceWorkOrder(
        sku="PART-01",
        warehouse="MAIN",
        quantity=2 * UNIT,
        order_date=THE_DAY,
        planned_start_date=THE_DAY,
        due_date=THE_DAY,
        **common(),
    )
    counted = StartStocktake(warehouse="MAIN", count_date=THE_DAY, skus=("RAW-03",), **common())
    ledger.post([
        bought, arrived, sold, AllocateSalesLine(line=(sold.command_id, 0), **common()), sent, made,
        IssueComponents(work_order=made.command_id, issue_date=THE_DAY, **common()),
        CompleteWorkOrder(work_order=made.command_id, completion_date=THE_DAY, quantity=UNIT, is_final=False, **common()),
        counted,
        RecordCounts(
            stocktake=counted.command_id,
            counts=(Count(sku="RAW-03", location="A-01", counted_quantity=UNIT),),
            **common(),
        ),
        PostStocktake(stocktake=counted.command_id, posted_date=THE_DAY, **common()),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE stock_balance SET on_hand_quantity = on_hand_quantity + 1 WHERE is_physical = 0", "I1"),
        ("UPDATE stock_balance SET on_hand_quantity = on_hand_quantity + 1 WHERE is_physical = 1", "I2"),
        ("UPDATE balance_daily SET quantity_delta = quantity_delta + 1", "I2"),
        ("UPDATE stock_balance SET is_physical = 0, on_hand_quantity = -1 WHERE is_physical = 1", "I4"),
        (
            "UPDATE stock_balance SET allocated_quantity = allocated_quantity + 1 WHERE on_hand_quantity > allocated_quantity",
            "I5",
        ),
        ("UPDATE allocation SET closed_date = '2026-01-05' WHERE state = 'open'", "I6"),
        ("UPDATE sales_order_line SET allocated_quantity = allocated_quantity - 1", "I6"),
        ("UPDATE lot SET item_id = (SELECT MIN(item_id) FROM item) WHERE lot_id <> 0", "I7"),
        ("UPDATE lot SET expiry_date = '2025-12-31' WHERE lot_id <> 0", "I7"),
        ("UPDATE item SET is_lot_tracked = 1", "I7"),
        ("UPDATE item_cost SET value_amount = value_amount + 1 WHERE on_hand_quantity > 0", "I9"),
        ("UPDATE cost_daily SET value_delta = value_delta + 1", "I9"),
        ("UPDATE work_order SET wip_amount = wip_amount + 1", "I13"),
        ("UPDATE purchase_order_line SET received_quantity = received_quantity + 1", "I14"),
        ("UPDATE purchase_order_line SET status = 'received'", "I14"),
        ("UPDATE purchase_order SET status = 'completed'", "I14"),
        ("UPDATE sales_order_line SET delivered_quantity = shipped_quantity + 1", "I14"),
        ("UPDATE sales_order SET status = 'delivered'", "I14"),
        ("UPDATE work_order SET completed_quantity = ordered_quantity + 1", "I14"),
        ("UPDATE work_order_component SET issued_quantity = 0", "I14"),
        ("UPDATE purchase_order SET number = 'X'", "I15"),
        ("UPDATE stocktake_line SET counted_quantity = book_quantity", "I18"),
        ("UPDATE sales_order SET customer_id = 999999", "I22"),
        ("UPDATE supplier SET code = 'bolt ' WHERE code = 'ACME'", "I22"),
        ("DROP TRIGGER movement_line_update_refused", "guards"),
    ],
)
def test_each_damage_is_found(sqlite_ledger: Ledger, damage: str, invariant: str) -> None:
    """A sound ledger is silent; one changed byte of meaning is named with its invariant."""
    busy(sqlite_ledger)
    assert check(sqlite_ledger) == []
    path = sqlite_ledger.store.path
    assert path is not None
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    raw.execute(damage)
    raw.commit()
    raw.close()

    found = check(sqlite_ledger)
    assert invariant in {violation.invariant for violation in found}
    assert all(violation.rule and violation.subject for violation in found)


def test_a_busy_company_is_sound_on_both_databases(ledger: Ledger) -> None:
    """The same queries run on PostgreSQL."""
    busy(ledger)
    assert check(ledger) == []
