"""Which components went into a work order, at what cost, and since when could they have?

Components go, first expired first out, to the warehouse's production location and their cost to the order's `wip_amount`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from kernel.errors import InvalidInput, Refused
from transactional.commands import (
    IssueComponents,
    IssueLine,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.allocation import pieces_for
from transactional.handlers.production import OPEN, add_component, begin
from transactional.handlers.support import (
    Row,
    lines_given,
    positive_quantity,
    refuse_status,
    step_of,
)


@handles(IssueComponents)
def issue_components(work: UnitOfWork, command: IssueComponents) -> dict[str, Any]:
    """Take components from the bins: everything still required, or the named lines. Short of anything, nothing is issued."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    if order["status"] not in OPEN:
        raise refuse_status("work_order", number, order["status"], "issue")
    components = work.children("work_order_component", "work_order_id", order_id)
    wanted: list[tuple[Row, int, IssueLine | None]]
    if command.lines is None:
        wanted = [
            (row, row["required_quantity"] - row["issued_quantity"], None)
            for row in components
            if row["required_quantity"] > row["issued_quantity"]
        ]
        if not wanted:
            raise Refused("command.nothing_to_issue", number=number)
    else:
        lines_given(command.lines, number)
        wanted = [(_component_of(work, order, line), line.quantity, line) for line in command.lines]
    if order["status"] == "released":
        begin(work, order, command.issue_date)
    movement = work.stock.movement("production_issue", "work_order", order_id, business_date=command.issue_date)
    production = work.stock.place(order["warehouse_id"], "production")
    cost = 0
    for component, quantity, line in wanted:
        place = (component["item_id"], order["warehouse_id"])
        named = (None, None) if line is None else (line.location, line.lot)
        for location_id, lot_id, part in pieces_for(
            work, place, quantity, named, "command.short_component", number=order["number"]
        ):
            moved = work.stock.move(
                movement,
                component["item_id"],
                part,
                from_location=location_id,
                to_location=production,
                lot_id=lot_id,
                document_line_id=component["work_order_component_id"],
            )
            cost += moved["cost_amount"]
        _book_issue(work, order, component, quantity, command.issue_date)
    work.change("work_order", order_id, wip_amount=order["wip_amount"] + cost)
    work.event("work_order", order_id, "issued", business_date=command.issue_date, new=str(cost))
    return {
        "document_id": order_id,
        "line_ids": [row["work_order_component_id"] for row, _, _ in wanted],
        "movement_id": movement["movement_id"],
        "cost_amount": cost,
    }


def _component_of(work: UnitOfWork, order: Row, line: IssueLine) -> Row:
    """The component row a named line issues to; an order placed without components takes what is issued as its components."""
    item_id = work.lookup("item", line.sku)
    step_of(work.row("item", item_id), positive_quantity(line.quantity, order["number"]), order["number"])
    for row in work.children("work_order_component", "work_order_id", order["work_order_id"]):
        if row["item_id"] == item_id:
            return row
    if order["bom_id"] is not None:
        raise InvalidInput("command.not_a_component", number=order["number"], got=line.sku)
    return add_component(work, order, item_id, line.quantity)


def _book_issue(work: UnitOfWork, order: Row, component: Row, quantity: int, when: date) -> None:
    columns: dict[str, Any] = {"issued_quantity": component["issued_quantity"] + quantity, "issued_date": when}
    if when > component["required_date"] and component["available_date"] is None:
        columns["available_date"] = _available_date(work, order, component, when)
    work.change("work_order_component", component["work_order_component_id"], **columns)


_STOCK_AND_LATER = """
    SELECT NULL AS day, SUM(b.on_hand_quantity) FROM stock_balance b JOIN location l ON l.location_id = b.location_id
    WHERE b.item_id = ? AND b.status = 'available' AND l.warehouse_id = ? AND l.kind = 'bin'
    UNION ALL
    SELECT d.business_date, SUM(d.quantity_delta)
    FROM stock_balance b
    JOIN location l ON l.location_id = b.location_id
    JOIN balance_daily d
        ON d.item_id = b.item_id AND d.location_id = b.location_id AND d.lot_id = b.lot_id AND d.status = b.status
    WHERE b.item_id = ? AND b.status = 'available' AND l.warehouse_id = ? AND l.kind = 'bin' AND d.business_date > ?
    GROUP BY d.business_date
"""


def _available_date(work: UnitOfWork, order: Row, component: Row, issued: date) -> date | None:
    """First day from the required date on whose closing stock covers the whole requirement; None when it was not short.

    Closing stock of a day = stock now less what moved on later days, so that only the days since the need are read. Days whose
    movements are posted in this very batch are not seen; the issue date stands for them.
    """
    needed, required_date = component["required_quantity"], component["required_date"]
    place = (component["item_id"], order["warehouse_id"])
    since = required_date.isoformat() if work.session.dialect == "sqlite" else required_date
    now = 0
    moved: dict[date, int] = {}
    for day, quantity in work.session.rows(_STOCK_AND_LATER, (*place, *place, since)):
        if day is None:
            now = int(quantity or 0)
        else:
            moved[date.fromisoformat(day) if isinstance(day, str) else day] = int(quantity)
    closing = now - sum(moved.values())
    if closing >= needed:
        return None
    for day in sorted(moved):
        closing += moved[day]
        if day < issued and closing >= needed:
            return day
    return issued
