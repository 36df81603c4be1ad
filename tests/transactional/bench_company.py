"""A bare company for tests of the engine itself: one item, two bins, one virtual supplier; and two commands to move stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.ids import new_command_id
from transactional import Ledger
from transactional.commands import Command
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork

DAY = date(2026, 3, 2)
ITEM, BIN_A, BIN_B, SUPPLIER = 1, 1, 2, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class LayGround(Command):
    """Create the bare company."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift(Command):
    """Move a quantity of the item between two locations."""

    quantity: int
    from_location: int
    to_location: int
    cost_amount: int | None = None


@handles(LayGround)
def lay_ground(work: UnitOfWork, command: LayGround) -> dict[str, Any]:
    work.insert(
        "company", company_id=1, code="T", name="T", name_zh="T", currency="CNY", minor_digits=2, time_zone="UTC", today=DAY
    )
    work.insert("unit_of_measure", unit_id=1, code="EA", name="each")
    work.insert("valuation_area", valuation_area_id=1, code="W", name="W")
    work.insert("warehouse", warehouse_id=1, code="W", name="W", valuation_area_id=1)
    for key, code, kind, warehouse, physical in (
        (BIN_A, "A", "bin", 1, 1),
        (BIN_B, "B", "bin", 1, 1),
        (SUPPLIER, "SUPPLIER", "supplier", None, 0),
    ):
        work.insert("location", location_id=key, code=code, kind=kind, warehouse_id=warehouse, is_physical=physical)
    work.insert("item", item_id=ITEM, sku="X", sku_normalised="x", name="X", item_type="trading_good", base_unit_id=1)
    return {"document_id": 1}


@handles(Shift)
def shift(work: UnitOfWork, command: Shift) -> dict[str, Any]:
    movement = work.stock.movement("transfer", "test", 1, business_date=command.business_date)
    line = work.stock.move(
        movement,
        ITEM,
        command.quantity,
        from_location=command.from_location,
        to_location=command.to_location,
        cost_amount=command.cost_amount,
    )
    return {"document_id": movement["movement_id"], "line_ids": [line["movement_line_id"]]}


def common(command_id: str | None = None) -> dict[str, Any]:
    return {"command_id": command_id or new_command_id(), "actor": "system", "source": "test", "business_date": DAY}


def ground(ledger: Ledger) -> None:
    ledger.post([LayGround(**common())])


def buy(quantity: int, cost: int, **more: Any) -> Shift:
    return Shift(quantity=quantity, from_location=SUPPLIER, to_location=BIN_A, cost_amount=cost, **{**common(), **more})


def give_back(quantity: int, **more: Any) -> Shift:
    return Shift(quantity=quantity, from_location=BIN_A, to_location=SUPPLIER, **{**common(), **more})


def balance(ledger: Ledger, location: int) -> int:
    rows = ledger.rows("SELECT on_hand_quantity FROM stock_balance WHERE item_id = 1 AND location_id = ?", (location,))
    return int(rows[0][0]) if rows else 0


def cost(ledger: Ledger) -> tuple[int, int]:
    rows = ledger.rows("SELECT on_hand_quantity, value_amount FROM item_cost WHERE item_id = 1")
    return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)
