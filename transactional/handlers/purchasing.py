"""What was ordered, promised and cancelled on the buying side?

A line stays open until received + cancelled = ordered; the order's status is a function of its lines:

    all cancelled -> cancelled    none open, pending or rejected -> completed    else what it came as, mostly approved
"""

from __future__ import annotations

from typing import Any

from kernel.errors import Refused
from kernel.numbers import line_total_micro, show_quantity
from transactional.commands import (
    CancelPurchaseLine,
    PlacePurchaseOrder,
    PromisePurchaseLine,
    PurchaseLine,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.reference_price import note_purchase, reference_price
from transactional.handlers.support import (
    HISTORY_SOURCES,
    Row,
    amount,
    document_number,
    given_text,
    known,
    lines_given,
    minor_amount,
    not_before,
    optional_key,
    origin_is_free,
    positive_quantity,
    price,
    promise,
    quantity_not_negative,
    rate,
    refuse_status,
    step_of,
    whole,
)

__all__ = ["close_lines", "open_quantity", "place_purchase_order", "refresh_order"]

_HEADER_STATUS = ("approved", "draft", "pending", "rejected")

_LINE_STATUS = ("open", "pending", "rejected")

_STRATEGIES = ("quote", "contract", "spot", "consolidated")

_SOURCES = ("contract", "list", "last_price", "standard_cost", "none")


@handles(PlacePurchaseOrder)
def place_purchase_order(work: UnitOfWork, command: PlacePurchaseOrder) -> dict[str, Any]:
    """An order to one supplier; each line freezes its reference price. Pending and rejected orders receive nothing."""
    supplier = work.row("supplier", work.lookup("supplier", command.supplier))
    where = f"purchase order to {command.supplier}"
    lines_given(command.lines, where)
    known(command.status, _HEADER_STATUS, "status", where)
    whole(command.exchange_rate_ppm, "exchange_rate_ppm", where, 1, 10**12)
    if supplier["status"] != "active" and command.source not in HISTORY_SOURCES:
        raise Refused("command.supplier_not_active", supplier=command.supplier, status=supplier["status"])
    currency = command.currency or work.company["currency"]
    order = work.insert(
        "purchase_order",
        purchase_order_id=work.new_id(),
        number=document_number(work, "purchase_order", command.number),
        supplier_id=supplier["supplier_id"],
        buyer_id=optional_key(work, "app_user", command.buyer),
        order_date=command.order_date,
        status=command.status,
        currency=currency,
        exchange_rate_ppm=command.exchange_rate_ppm,
        ship_method=command.ship_method,
        freight_amount=amount(command.freight_amount, where, "freight_amount"),
        source_key=command.source_key,
    )
    order_id = order["purchase_order_id"]
    work.event("purchase_order", order_id, "ordered", business_date=command.order_date, new=command.status)
    line_ids = [_add_line(work, command, order, line)["purchase_order_line_id"] for line in command.lines]
    return {"document_id": order_id, "line_ids": line_ids, "number": order["number"]}


@handles(PromisePurchaseLine)
def promise_purchase_line(work: UnitOfWork, command: PromisePurchaseLine) -> dict[str, Any]:
    """The supplier's word; the first one is kept for good."""
    line = work.line("purchase_order_line", command.line)
    order = work.row("purchase_order", line["purchase_order_id"])
    if line["status"] not in ("open", "pending"):
        raise refuse_status("purchase_order_line", order["number"], line["status"], "promise")
    not_before(work, command.promised_date, order["order_date"], "promised_date", "order_date", order["number"])
    promise(work, "purchase_order", order, line, command.promised_date)
    return {"document_id": order["purchase_order_id"], "line_ids": [line["purchase_order_line_id"]]}


@handles(CancelPurchaseLine)
def cancel_purchase_line(work: UnitOfWork, command: CancelPurchaseLine) -> dict[str, Any]:
    """Give up what has not arrived; what has been received stays."""
    line = work.line("purchase_order_line", command.line)
    order = work.row("purchase_order", line["purchase_order_id"])
    reason = given_text(command.reason, "reason", order["number"])
    if line["status"] not in ("open", "pending"):
        raise refuse_status("purchase_order_line", order["number"], line["status"], "cancel")
    cancelled = close_lines(work, order, line, command.quantity, reason)
    refresh_order(work, order)
    return {
        "document_id": order["purchase_order_id"],
        "line_ids": [line["purchase_order_line_id"]],
        "cancelled_quantity": cancelled,
    }


def open_quantity(line: Row) -> int:
    """What is still to come: ordered - received - cancelled, never below zero."""
    return int(max(line["ordered_quantity"] - line["received_quantity"] - line["cancelled_quantity"], 0))


def close_lines(work: UnitOfWork, order: Row, line: Row, quantity: int | None, reason: str) -> int:
    """Cancel a quantity of a line (None: all that is open). Raises Refused when less is open."""
    still_open = open_quantity(line)
    wanted = still_open if quantity is None else positive_quantity(quantity, order["number"])
    if wanted > still_open or still_open == 0:
        raise Refused(
            "command.more_than_open", document=order["number"], got=show_quantity(wanted), expected=show_quantity(still_open)
        )
    cancelled = line["cancelled_quantity"] + wanted
    done = line["received_quantity"] + cancelled >= line["ordered_quantity"]
    status = line["status"]
    if done:
        status = "received" if line["received_quantity"] > 0 else "cancelled"
    work.change(
        "purchase_order_line", line["purchase_order_line_id"], cancelled_quantity=cancelled, cancel_reason=reason, status=status
    )
    work.event(
        "purchase_order",
        order["purchase_order_id"],
        "cancelled",
        line_id=line["purchase_order_line_id"],
        quantity=wanted,
        new=reason,
    )
    return wanted


def refresh_order(work: UnitOfWork, order: Row) -> None:
    """Bring the order's status in line with its lines."""
    statuses = {row["status"] for row in work.children("purchase_order_line", "purchase_order_id", order["purchase_order_id"])}
    status = order["status"]
    if statuses == {"cancelled"}:
        status = "cancelled"
    elif statuses <= {"received", "closed", "cancelled"}:
        status = "completed"
    elif status in ("completed", "cancelled") and "open" in statuses:
        status = "approved"
    if status != order["status"]:
        work.event(
            "purchase_order",
            order["purchase_order_id"],
            "closed" if status == "completed" else "changed",
            old=order["status"],
            new=status,
        )
        work.change("purchase_order", order["purchase_order_id"], status=status)


def _add_line(work: UnitOfWork, command: PlacePurchaseOrder, order: Row, line: PurchaseLine) -> Row:
    item = work.row("item", work.lookup("item", line.sku))
    where = line.sku
    quantity = step_of(item, positive_quantity(line.quantity, where), where)
    unit_price = price(line.unit_price, where)
    status = known(line.status, _LINE_STATUS, "line status", where)
    if status == "open" and command.status != "approved":
        status = "rejected" if command.status == "rejected" else "pending"
    origin_is_free(work, "purchase_order_line", line.origin_planned_order_id)
    total = line.line_total_micro
    if total is None:
        total = line_total_micro(quantity, unit_price)
    else:
        whole(total, "line_total_micro", where, 0, 10**19)
    reference, source = line.reference_unit_price, line.reference_source
    as_of = line.requirement_date or command.order_date
    if reference is None:
        reference, source = reference_price(work, item, quantity, as_of)
    else:
        price(reference, where, "reference_unit_price")
        source = known(source, _SOURCES, "reference_source", where)
    if line.entered_quantity is not None:
        positive_quantity(line.entered_quantity, where, "entered_quantity")
    if line.required_quantity is not None:
        quantity_not_negative(line.required_quantity, where, "required_quantity")
    not_before(work, line.promised_date, command.order_date, "promised_date", "order_date", where)
    row = work.insert(
        "purchase_order_line",
        purchase_order_line_id=work.new_id(),
        purchase_order_id=order["purchase_order_id"],
        item_id=item["item_id"],
        warehouse_id=work.lookup("warehouse", line.warehouse),
        ordered_quantity=quantity,
        unit_price=unit_price,
        tax_rate_ppm=rate(line.tax_rate_ppm, where, "tax_rate_ppm"),
        line_total_micro=total,
        line_amount=minor_amount(work, total, order["currency"], where),
        currency=order["currency"],
        entered_quantity=line.entered_quantity,
        entered_unit_id=optional_key(work, "unit_of_measure", line.entered_unit),
        required_date=line.required_date,
        requested_date=line.requested_date,
        requirement_date=line.requirement_date,
        order_by_date=line.order_by_date,
        required_quantity=line.required_quantity,
        reference_unit_price=reference,
        reference_source=source,
        strategy=known(line.strategy, _STRATEGIES, "strategy", where),
        origin_planned_order_id=line.origin_planned_order_id,
        status=status,
        source_key=line.source_key,
    )
    if line.promised_date is not None:
        promise(work, "purchase_order", order, row, line.promised_date)
    if status == "open":
        note_purchase(work, item["item_id"], order["order_date"], order["supplier_id"])
    return row
