"""What did customers ask for, what was promised, and what was cut?

    open quantity = ordered - shipped - cancelled

The ordered quantity is demand and never changes; the status of a line and of its order follow from the quantities.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import line_total_micro, show_quantity
from transactional.commands import (
    CancelSalesLine,
    EnterSalesOrder,
    MovePromiseForCustomer,
    Peg,
    PromiseSalesLine,
    SalesLine,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.allocation import give_back
from transactional.handlers.support import (
    HISTORY_SOURCES,
    Row,
    as_json,
    document_number,
    given_text,
    known,
    lines_given,
    minor_amount,
    not_before,
    optional_key,
    positive_quantity,
    price,
    promise,
    rate,
    refuse_status,
    step_of,
    whole,
)

__all__ = ["line_status", "refresh_order"]

_CANCEL_REASONS = ("no_stock", "price", "customer", "credit", "other")
_SUPPLY_TABLES = {
    "purchase_order_line": "purchase_order_line_id",
    "transfer_order_line": "transfer_order_line_id",
    "work_order": "work_order_id",
}
_SUPPLY_KINDS = ("stock", *_SUPPLY_TABLES, "planned", "none")


@handles(EnterSalesOrder)
def enter_sales_order(work: UnitOfWork, command: EnterSalesOrder) -> dict[str, Any]:
    """A customer's order; nothing is allocated yet."""
    customer = work.row("customer", work.lookup("customer", command.customer))
    where = f"sales order of {command.customer}"
    lines_given(command.lines, where)
    if not customer["is_active"] and command.source not in HISTORY_SOURCES:
        raise Refused("command.customer_not_active", customer=command.customer)
    order = work.insert(
        "sales_order",
        sales_order_id=work.new_id(),
        number=document_number(work, "sales_order", command.number),
        customer_id=customer["customer_id"],
        salesperson_id=optional_key(work, "app_user", command.salesperson),
        order_date=command.order_date,
        currency=command.currency or work.company["currency"],
        customer_reference=command.customer_reference,
        is_rush=int(command.is_rush),
        source_key=command.source_key,
    )
    work.event("sales_order", order["sales_order_id"], "ordered", business_date=command.order_date)
    line_ids = [_add_line(work, command, order, line)["sales_order_line_id"] for line in command.lines]
    return {"document_id": order["sales_order_id"], "line_ids": line_ids, "number": order["number"]}


@handles(PromiseSalesLine)
def promise_sales_line(work: UnitOfWork, command: PromiseSalesLine) -> dict[str, Any]:
    """A date we stand for; the first one is kept for good, and so is what each promise rested on."""
    line = work.line("sales_order_line", command.line)
    order = work.row("sales_order", line["sales_order_id"])
    if line["status"] != "open":
        raise refuse_status("sales_order_line", order["number"], line["status"], "promise")
    not_before(work, command.promised_date, order["order_date"], "promised_date", "order_date", order["number"])
    promise(work, "sales_order", order, line, command.promised_date)
    for peg in command.pegs:
        _archive_peg(work, order, line, peg, command.promised_date)
    return {"document_id": order["sales_order_id"], "line_ids": [line["sales_order_line_id"]]}


@handles(MovePromiseForCustomer)
def move_promise_for_customer(work: UnitOfWork, command: MovePromiseForCustomer) -> dict[str, Any]:
    """The customer wants it on another day: the last promise moves, the first one and the demand stay; who asked is kept."""
    line = work.line("sales_order_line", command.line)
    order = work.row("sales_order", line["sales_order_id"])
    number = order["number"]
    reason = given_text(command.reason, "reason", number)
    if line["status"] != "open":
        raise refuse_status("sales_order_line", number, line["status"], "move the promise")
    before = line["last_promised_date"]
    if before is None:
        raise Refused("command.not_promised", number=number)
    not_before(work, command.requested_date, order["order_date"], "requested_date", "order_date", number)
    not_before(work, command.promised_date, order["order_date"], "promised_date", "order_date", number)
    if command.promised_date == before:
        raise Refused("command.promise_not_moved", number=number, got=before)
    key = line["sales_order_line_id"]
    work.change("sales_order_line", key, last_promised_date=command.promised_date)
    work.event(
        "sales_order",
        order["sales_order_id"],
        "customer_change",
        line_id=key,
        old=as_json({"promised_date": str(before)}),
        new=as_json(
            {"promised_date": str(command.promised_date), "reason": reason, "requested_date": str(command.requested_date)}
        ),
    )
    return {"document_id": order["sales_order_id"], "line_ids": [key]}


@handles(CancelSalesLine)
def cancel_sales_line(work: UnitOfWork, command: CancelSalesLine) -> dict[str, Any]:
    """Cut what has not been shipped; it stays demand, with reason and date. Stock held for it goes back."""
    line = work.line("sales_order_line", command.line)
    order = work.row("sales_order", line["sales_order_id"])
    number = order["number"]
    known(command.reason, _CANCEL_REASONS, "reason", number)
    if line["status"] != "open":
        raise refuse_status("sales_order_line", number, line["status"], "cancel")
    still_open = line["ordered_quantity"] - line["shipped_quantity"] - line["cancelled_quantity"]
    quantity = still_open if command.quantity is None else positive_quantity(command.quantity, number)
    if quantity > still_open:
        raise Refused("command.more_than_open", document=number, got=show_quantity(quantity), expected=show_quantity(still_open))
    too_much = line["allocated_quantity"] - (still_open - quantity)
    if too_much > 0:
        give_back(work, line, too_much, "cancelled", None)
    cancelled = line["cancelled_quantity"] + quantity
    key = line["sales_order_line_id"]
    work.change(
        "sales_order_line",
        key,
        cancelled_quantity=cancelled,
        cancel_reason=command.reason,
        cancelled_date=command.business_date,
        status=line_status({**line, "cancelled_quantity": cancelled}),
    )
    work.event("sales_order", order["sales_order_id"], "cancelled", line_id=key, quantity=quantity, new=command.reason)
    refresh_order(work, order)
    return {"document_id": order["sales_order_id"], "line_ids": [key], "cancelled_quantity": quantity}


def line_status(line: Row) -> str:
    """The status that follows from a sales line's quantities."""
    if line["cancelled_quantity"] >= line["ordered_quantity"]:
        return "cancelled"
    if line["shipped_quantity"] + line["cancelled_quantity"] < line["ordered_quantity"]:
        return "open"
    return "delivered" if line["delivered_quantity"] >= line["shipped_quantity"] else "shipped"


def refresh_order(work: UnitOfWork, order: Row) -> None:
    """Bring the order's status in line with its lines: the least advanced line that is not cancelled decides."""
    statuses = {row["status"] for row in work.children("sales_order_line", "sales_order_id", order["sales_order_id"])}
    status = next((name for name in ("open", "shipped", "delivered", "cancelled") if name in statuses), order["status"])
    if status != order["status"]:
        work.event("sales_order", order["sales_order_id"], "changed", old=order["status"], new=status)
        work.change("sales_order", order["sales_order_id"], status=status)


def _add_line(work: UnitOfWork, command: EnterSalesOrder, order: Row, line: SalesLine) -> Row:
    item = work.row("item", work.lookup("item", line.sku))
    where = line.sku
    quantity = step_of(item, positive_quantity(line.quantity, where), where)
    discount = rate(line.discount_ppm, where, "discount_ppm")
    total = line.line_total_micro
    if total is None:
        total = line_total_micro(quantity, price(line.unit_price, where), discount)
    else:
        whole(total, "line_total_micro", where, 0, 10**19)
        price(line.unit_price, where)
    if line.entered_quantity is not None:
        positive_quantity(line.entered_quantity, where, "entered_quantity")
    not_before(work, line.requested_date, command.order_date, "requested_date", "order_date", where)
    not_before(work, line.promised_date, command.order_date, "promised_date", "order_date", where)
    row = work.insert(
        "sales_order_line",
        sales_order_line_id=work.new_id(),
        sales_order_id=order["sales_order_id"],
        item_id=item["item_id"],
        warehouse_id=work.lookup("warehouse", line.warehouse),
        ordered_quantity=quantity,
        unit_price=line.unit_price,
        discount_ppm=discount,
        tax_rate_ppm=rate(line.tax_rate_ppm, where, "tax_rate_ppm"),
        line_total_micro=total,
        line_amount=minor_amount(work, total, order["currency"], where),
        currency=order["currency"],
        entered_quantity=line.entered_quantity,
        entered_unit_id=optional_key(work, "unit_of_measure", line.entered_unit),
        order_date=command.order_date,
        requested_date=line.requested_date,
        business_event_id=optional_key(work, "business_event", line.business_event),
        source_key=line.source_key,
    )
    if line.promised_date is not None:
        promise(work, "sales_order", order, row, line.promised_date)
    return row


def _archive_peg(work: UnitOfWork, order: Row, line: Row, peg: Peg, promised_date: date) -> None:
    number = order["number"]
    kind = known(peg.supply_kind, _SUPPLY_KINDS, "supply_kind", number)
    supply_id = None
    if kind in _SUPPLY_TABLES:
        if peg.supply is None:
            raise InvalidInput("command.supply_missing", where=number, got=kind)
        if kind == "work_order":
            if isinstance(peg.supply, tuple):
                raise InvalidInput("command.supply_missing", where=number, got=kind)
            supply = work.document(kind, peg.supply)
        else:
            if isinstance(peg.supply, str):
                raise InvalidInput("command.supply_missing", where=number, got=kind)
            supply = work.line(kind, peg.supply)
        supply_id = supply[_SUPPLY_TABLES[kind]]
    work.insert(
        "promise_peg",
        promise_peg_id=work.new_id(),
        sales_order_line_id=line["sales_order_line_id"],
        supply_kind=kind,
        supply_id=supply_id,
        quantity=positive_quantity(peg.quantity, number),
        expected_date=peg.expected_date,
        promised_date=promised_date,
        business_date=work.command.business_date,
    )
