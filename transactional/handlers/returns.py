"""What came back from customers, why, and with which value?

Value comes back at the average cost the goods left with, where the order line is known; else at the present average, else at
standard cost, else at zero. Restocked goods are available, others wait in quarantine; scrapped goods go straight on to SCRAP.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import divide_half_even, show_quantity
from transactional.commands import ReturnGoods, ReturnLine
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.costs import known_cost
from transactional.handlers.lots import born_lot
from transactional.handlers.support import Row, amount, document_number, known, lines_given, positive_quantity, step_of

_DISPOSITIONS = ("restock", "quarantine", "scrap")


@handles(ReturnGoods)
def return_goods(work: UnitOfWork, command: ReturnGoods) -> dict[str, Any]:
    """Goods of one customer come back, each with its reason."""
    customer_id = work.lookup("customer", command.customer)
    lines_given(command.lines, f"return of {command.customer}")
    document = work.insert(
        "customer_return",
        customer_return_id=work.new_id(),
        number=document_number(work, "customer_return", None),
        customer_id=customer_id,
        return_date=command.return_date,
    )
    return_id = document["customer_return_id"]
    movement = work.stock.movement("customer_return", "customer_return", return_id, business_date=command.return_date)
    ids = [_take_back(work, command, document, movement, line) for line in command.lines]
    work.event("customer_return", return_id, "returned", business_date=command.return_date)
    return {"document_id": return_id, "line_ids": ids, "number": document["number"]}


def _take_back(work: UnitOfWork, command: ReturnGoods, document: Row, movement: Row, line: ReturnLine) -> int:
    item = work.row("item", work.lookup("item", line.sku))
    where = f"{document['number']} {line.sku}"
    quantity = step_of(item, positive_quantity(line.quantity, where), where)
    disposition = known(line.disposition, _DISPOSITIONS, "disposition", where)
    location_id = work.lookup("location", line.location)
    location = work.row("location", location_id)
    if location["kind"] != "bin":
        raise InvalidInput("command.not_a_bin", where=where, got=line.location)
    order_line = None if line.line is None else work.line("sales_order_line", line.line)
    cost = None
    sent_lot = None
    if order_line is not None:
        _guard(work, command, item, order_line, quantity, where)
        cost, sent_lot = _as_sent(work, order_line, quantity)
    if cost is None:
        cost = known_cost(work, item, location["warehouse_id"], quantity) or 0
    key = work.new_id()
    lot_id = 0
    if line.lot is None and sent_lot is not None:
        lot_id = sent_lot
    else:
        lot_id = born_lot(
            work,
            item,
            line.lot,
            received_date=command.return_date,
            expiry_date=None,
            origin_kind="customer_return_line",
            origin_id=key,
        )
    work.insert(
        "customer_return_line",
        customer_return_line_id=key,
        customer_return_id=document["customer_return_id"],
        sales_order_line_id=None if order_line is None else order_line["sales_order_line_id"],
        item_id=item["item_id"],
        lot_id=lot_id,
        location_id=location_id,
        quantity=quantity,
        return_reason_id=work.lookup("return_reason", line.reason),
        disposition=disposition,
        refund_amount=amount(line.refund_amount, where, "refund_amount"),
        note=line.note,
    )
    work.stock.move(
        movement,
        item["item_id"],
        quantity,
        from_location=work.stock.virtual("CUSTOMER"),
        to_location=work.stock.virtual("SCRAP") if disposition == "scrap" else location_id,
        to_status="quarantine" if disposition == "quarantine" else "available",
        lot_id=lot_id,
        cost_amount=cost,
        document_line_id=key,
    )
    if order_line is not None:
        line_id = order_line["sales_order_line_id"]
        work.change("sales_order_line", line_id, returned_quantity=order_line["returned_quantity"] + quantity)
        work.event(
            "sales_order",
            order_line["sales_order_id"],
            "returned",
            line_id=line_id,
            quantity=quantity,
            business_date=command.return_date,
            new=line.reason,
        )
    return key


def _guard(work: UnitOfWork, command: ReturnGoods, item: Row, order_line: Row, quantity: int, where: str) -> None:
    if order_line["item_id"] != item["item_id"]:
        expected = work.row("item", order_line["item_id"])["sku"]
        raise InvalidInput("command.other_item", where=where, got=item["sku"], expected=expected)
    order = work.row("sales_order", order_line["sales_order_id"])
    customer = work.row("customer", order["customer_id"])["code"]
    if customer != command.customer:
        raise InvalidInput("command.other_customer", where=where, got=command.customer, expected=customer)
    unreturned = order_line["shipped_quantity"] - order_line["returned_quantity"]
    if quantity > unreturned:
        raise Refused(
            "command.return_above_shipped",
            number=order["number"],
            got=show_quantity(quantity),
            expected=show_quantity(unreturned),
        )


def _as_sent(work: UnitOfWork, order_line: Row, quantity: int) -> tuple[int | None, int | None]:
    """Cost of a quantity at the average it left with, and the lot it left in (the first, if several)."""
    cost = sent = 0
    lot_id = None
    for shipment_line in work.children("shipment_line", "sales_order_line_id", order_line["sales_order_line_id"]):
        if lot_id is None:
            lot_id = shipment_line["lot_id"]
        for movement in work.children("movement", "document_id", shipment_line["shipment_id"]):
            for moved in work.children("movement_line", "movement_id", movement["movement_id"]):
                if moved["document_line_id"] == shipment_line["shipment_line_id"]:
                    cost += moved["cost_amount"]
                    sent += moved["quantity"]
    return (divide_half_even(cost * quantity, sent) if sent else None), lot_id
