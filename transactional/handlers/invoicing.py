"""What was charged for what was received?"""

from __future__ import annotations

from typing import Any

from kernel.errors import Refused
from kernel.numbers import line_total_micro, show_quantity
from transactional.commands import (
    RecordSupplierInvoice,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import (
    amount,
    given_text,
    minor_amount,
    positive_quantity,
    price,
    refuse_status,
)


@handles(RecordSupplierInvoice)
def record_supplier_invoice(work: UnitOfWork, command: RecordSupplierInvoice) -> dict[str, Any]:
    """What was charged for a line; together never more than was received."""
    line = work.line("purchase_order_line", command.line)
    order = work.row("purchase_order", line["purchase_order_id"])
    where = order["number"]
    number = given_text(command.invoice_number, "invoice_number", where)
    quantity = positive_quantity(command.quantity, where)
    price(command.unit_price, where)
    amount(command.landed_cost_amount, where, "landed_cost_amount")
    if line["status"] in ("pending", "rejected"):
        raise refuse_status("purchase_order_line", where, line["status"], "invoice")
    line_id = line["purchase_order_line_id"]
    charged = sum(row["quantity"] for row in work.children("supplier_invoice_line", "purchase_order_line_id", line_id))
    if charged + quantity > line["received_quantity"]:
        raise Refused(
            "command.invoice_above_received",
            number=where,
            got=show_quantity(charged + quantity),
            expected=show_quantity(line["received_quantity"]),
        )
    invoice = work.insert(
        "supplier_invoice_line",
        supplier_invoice_line_id=work.new_id(),
        invoice_number=number,
        purchase_order_line_id=line_id,
        invoice_date=command.invoice_date,
        quantity=quantity,
        unit_price=command.unit_price,
        landed_cost_amount=command.landed_cost_amount,
        line_amount=minor_amount(work, line_total_micro(quantity, command.unit_price), order["currency"], where),
        currency=order["currency"],
        exchange_rate_ppm=order["exchange_rate_ppm"],
    )
    invoice_id = invoice["supplier_invoice_line_id"]
    work.event(
        "purchase_order",
        order["purchase_order_id"],
        "invoiced",
        line_id=line_id,
        quantity=quantity,
        business_date=command.invoice_date,
        new=number,
    )
    return {"document_id": invoice_id, "line_ids": [invoice_id], "number": number}
