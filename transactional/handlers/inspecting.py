"""What of a receipt was good, and what goes back to the supplier at once?

InspectGoods adds receipt lines with received quantity 0 that hold what was accepted and rejected, so that sums over receipt
lines are right at any time.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput
from kernel.numbers import show_quantity
from transactional.commands import InspectGoods
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import (
    Row,
    not_before,
    quantity_not_negative,
    refuse_status,
)


@handles(InspectGoods)
def inspect_goods(work: UnitOfWork, command: InspectGoods) -> dict[str, Any]:
    """Somebody has looked: what is good becomes available where it lies, what is not goes back to the supplier.

    Lines without a result are accepted whole.
    """
    receipt = work.document("goods_receipt", command.goods_receipt)
    if receipt["inspected_date"] is not None:
        raise refuse_status("goods_receipt", receipt["number"], f"inspected {receipt['inspected_date']}", "inspect")
    not_before(work, command.inspected_date, receipt["received_date"], "inspected_date", "received_date", receipt["number"])
    receipt_id = receipt["goods_receipt_id"]
    lines = list(work.children("goods_receipt_line", "goods_receipt_id", receipt_id))
    by_id = {line["goods_receipt_line_id"]: line for line in lines}
    rejected: dict[int, tuple[int, str | None]] = {}
    for result in command.results:
        line = work.line("goods_receipt_line", result.line)
        key = line["goods_receipt_line_id"]
        if key not in by_id or key in rejected:
            raise InvalidInput("command.line_of_other_document", where=receipt["number"], got=key)
        waiting = line["received_quantity"] - line["rejected_quantity"]
        quantity_not_negative(result.rejected_quantity, receipt["number"], "rejected_quantity")
        if result.rejected_quantity > waiting:
            raise InvalidInput(
                "command.rejected_above_received",
                where=receipt["number"],
                got=show_quantity(result.rejected_quantity),
                expected=show_quantity(waiting),
            )
        rejected[key] = (result.rejected_quantity, result.reject_reason)
    order = work.row("purchase_order", receipt["purchase_order_id"])
    back: Row | None = None
    passed: Row | None = None
    ids = []
    for line in lines:
        waiting = line["received_quantity"] - line["rejected_quantity"]
        if not waiting:
            continue
        bad, reason = rejected.get(line["goods_receipt_line_id"], (0, None))
        good = waiting - bad
        place = {"item_id": line["item_id"], "lot_id": line["lot_id"], "location_id": line["location_id"]}
        added = work.insert(
            "goods_receipt_line",
            goods_receipt_line_id=work.new_id(),
            goods_receipt_id=receipt_id,
            purchase_order_line_id=line["purchase_order_line_id"],
            received_quantity=0,
            accepted_quantity=good,
            rejected_quantity=bad,
            reject_reason=reason,
            **place,
        )
        ids.append(added["goods_receipt_line_id"])
        if good:
            if passed is None:
                passed = work.stock.movement("status_change", "goods_receipt", receipt_id, business_date=command.inspected_date)
            _leave_quarantine(work, passed, line, good, line["location_id"], "available", added["goods_receipt_line_id"])
        if bad:
            if back is None:
                back = work.stock.movement(
                    "supplier_return", "goods_receipt", receipt_id, business_date=command.inspected_date, reason_code=reason
                )
            supplier = work.stock.virtual("SUPPLIER")
            _leave_quarantine(work, back, line, bad, supplier, "available", added["goods_receipt_line_id"])
        _book_inspection(work, command, order, line["purchase_order_line_id"], good, bad, reason)
    work.change("goods_receipt", receipt_id, inspected_date=command.inspected_date)
    work.event("goods_receipt", receipt_id, "inspected", business_date=command.inspected_date)
    return {"document_id": receipt_id, "line_ids": ids, "number": receipt["number"]}


def _leave_quarantine(
    work: UnitOfWork, movement: Row, line: Row, quantity: int, to_location: int, to_status: str, document_line_id: int
) -> None:
    work.stock.move(
        movement,
        line["item_id"],
        quantity,
        from_location=line["location_id"],
        from_status="quarantine",
        to_location=to_location,
        to_status=to_status,
        lot_id=line["lot_id"],
        document_line_id=document_line_id,
    )


def _book_inspection(
    work: UnitOfWork, command: InspectGoods, order: Row, line_id: int, good: int, bad: int, reason: str | None
) -> None:
    row = work.row("purchase_order_line", line_id)
    work.change(
        "purchase_order_line",
        line_id,
        accepted_quantity=row["accepted_quantity"] + good,
        rejected_quantity=row["rejected_quantity"] + bad,
    )
    for kind, quantity in (("accepted", good), ("rejected", bad)):
        if quantity:
            work.event(
                "purchase_order",
                order["purchase_order_id"],
                kind,
                line_id=line_id,
                quantity=quantity,
                business_date=command.inspected_date,
                new=reason if kind == "rejected" else None,
            )
