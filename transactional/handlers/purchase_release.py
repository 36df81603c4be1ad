"""When does an order that was waiting for approval become one that goods may come for?"""

from __future__ import annotations

from typing import Any

from transactional.commands import ReleasePurchaseOrder
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.reference_price import note_purchase
from transactional.handlers.support import refuse_status


@handles(ReleasePurchaseOrder)
def release_purchase_order(work: UnitOfWork, command: ReleasePurchaseOrder) -> dict[str, Any]:
    """A pending order is approved with its pending lines; from now on its prices count as paid ones."""
    order = work.document("purchase_order", command.purchase_order)
    order_id = order["purchase_order_id"]
    if order["status"] != "pending":
        raise refuse_status("purchase_order", order["number"], order["status"], "release")
    opened = []
    for line in list(work.children("purchase_order_line", "purchase_order_id", order_id)):
        if line["status"] == "pending":
            work.change("purchase_order_line", line["purchase_order_line_id"], status="open")
            note_purchase(work, line["item_id"], order["order_date"], order["supplier_id"])
            opened.append(line["purchase_order_line_id"])
    work.change("purchase_order", order_id, status="approved")
    work.event("purchase_order", order_id, "changed", business_date=command.business_date, old="pending", new="approved")
    return {"document_id": order_id, "line_ids": opened, "number": order["number"]}
