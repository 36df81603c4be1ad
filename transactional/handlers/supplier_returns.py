"""What goes back to a supplier after it was taken in?"""

from __future__ import annotations

from typing import Any

from kernel.errors import Refused
from kernel.numbers import show_quantity
from transactional.commands import ReturnToSupplier
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.lots import existing_lot
from transactional.handlers.support import (
    bin_of,
    given_text,
    known,
    positive_quantity,
    step_of,
)

_STATUSES = ("available", "quarantine", "blocked")


@handles(ReturnToSupplier)
def return_to_supplier(work: UnitOfWork, command: ReturnToSupplier) -> dict[str, Any]:
    """Received goods go back, at the moving average; the order line keeps its history, a replacement is a new order."""
    line = work.line("purchase_order_line", command.line)
    order = work.row("purchase_order", line["purchase_order_id"])
    item = work.row("item", line["item_id"])
    where = f"{order['number']} {item['sku']}"
    reason = given_text(command.reason, "reason", where)
    quantity = step_of(item, positive_quantity(command.quantity, where), where)
    known(command.status, _STATUSES, "status", where)
    line_id = line["purchase_order_line_id"]
    kept = line["received_quantity"] - line["rejected_quantity"]
    if quantity > kept:
        raise Refused("command.return_above_received", number=where, got=show_quantity(quantity), expected=show_quantity(kept))
    movement = work.stock.movement(
        "supplier_return",
        "purchase_order",
        order["purchase_order_id"],
        business_date=command.business_date,
        reason_code=reason,
    )
    work.stock.move(
        movement,
        item["item_id"],
        quantity,
        from_location=bin_of(work, line["warehouse_id"], command.location),
        from_status=command.status,
        to_location=work.stock.virtual("SUPPLIER"),
        lot_id=existing_lot(work, item, command.lot),
        document_line_id=line_id,
    )
    # Sent back later counts as rejected, so received - rejected stays what was kept.
    work.change(
        "purchase_order_line",
        line_id,
        rejected_quantity=line["rejected_quantity"] + quantity,
        accepted_quantity=max(line["accepted_quantity"] - quantity, 0),
    )
    work.event("purchase_order", order["purchase_order_id"], "returned", line_id=line_id, quantity=quantity, new=reason)
    return {"document_id": order["purchase_order_id"], "line_ids": [line_id], "movement_id": movement["movement_id"]}
