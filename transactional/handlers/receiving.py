"""What arrived, and with which value does it enter stock?

    value of a receipt line = quantity x unit price x exchange rate, rounded once to the minor unit, half to even

The sum of the rounded lines may differ from the rounded sum; that difference goes from SUPPLIER to VARIANCE as a `rounding`
value entry, so the supplier account shows what the whole receipt is worth.

Quantity rejected at the door never becomes stock and moves nowhere: it stands on the receipt line and in the events. Without an
inspection date everything that is not rejected waits in status 'quarantine' with accepted quantity 0, see `inspecting`.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import decimal_from, divide_half_even, show_quantity
from transactional.commands import ReceiptLine, ReceiveGoods
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.lots import born_lot
from transactional.handlers.purchasing import refresh_order
from transactional.handlers.support import (
    Row,
    bin_of,
    document_number,
    lines_given,
    not_before,
    positive_quantity,
    quantity_not_negative,
    refuse_status,
    step_of,
)


@handles(ReceiveGoods)
def receive_goods(work: UnitOfWork, command: ReceiveGoods) -> dict[str, Any]:
    """Goods arrive against one purchase order; never more than is open, but for the tolerance people set."""
    order = work.document("purchase_order", command.purchase_order)
    number = order["number"]
    if order["status"] not in ("approved", "completed"):
        raise refuse_status("purchase_order", number, order["status"], "receive")
    lines_given(command.lines, number)
    not_before(work, command.received_date, order["order_date"], "received_date", "order_date", number)
    not_before(work, command.inspected_date, command.received_date, "inspected_date", "received_date", number)
    warehouse_id = work.lookup("warehouse", command.warehouse)
    receipt = work.insert(
        "goods_receipt",
        goods_receipt_id=work.new_id(),
        number=document_number(work, "goods_receipt", None),
        purchase_order_id=order["purchase_order_id"],
        warehouse_id=warehouse_id,
        received_date=command.received_date,
        inspected_date=command.inspected_date,
        is_date_assumed=int(command.is_date_assumed),
    )
    desk = _Desk(work, command, order, receipt, warehouse_id)
    line_ids = [desk.receive(line) for line in command.lines]
    desk.post_rounding()
    refresh_order(work, order)
    return {"document_id": receipt["goods_receipt_id"], "line_ids": line_ids, "number": receipt["number"]}


class _Desk:
    """One receipt being written."""

    def __init__(self, work: UnitOfWork, command: ReceiveGoods, order: Row, receipt: Row, warehouse_id: int) -> None:
        self.work, self.command, self.order, self.receipt, self.warehouse_id = work, command, order, receipt, warehouse_id
        self.movement: Row | None = None
        self.supplier_location = work.stock.virtual("SUPPLIER")
        # quantity, price and rate are 10^-6 each, the amount 10^-digits
        self.scale = 10 ** (18 - work.company["minor_digits"])
        self.exact = 0
        self.posted = 0

    def receive(self, line: ReceiptLine) -> int:
        """One line: guard, lot, receipt line, stock, order line, events."""
        work, command, order = self.work, self.command, self.order
        row = work.line("purchase_order_line", line.line)
        item = work.row("item", row["item_id"])
        self._guard(line, row, item)
        location_id = bin_of(work, self.warehouse_id, line.location)
        kept = line.received_quantity - line.rejected_quantity
        accepted = kept if command.inspected_date is not None else 0
        key = work.new_id()
        lot_id = 0
        if kept:
            lot_id = born_lot(
                work,
                item,
                line.lot,
                received_date=command.received_date,
                expiry_date=line.expiry_date,
                origin_kind="goods_receipt_line",
                origin_id=key,
                supplier_id=order["supplier_id"],
                supplier_lot_code=line.lot or "",
            )
        work.insert(
            "goods_receipt_line",
            goods_receipt_line_id=key,
            goods_receipt_id=self.receipt["goods_receipt_id"],
            purchase_order_line_id=row["purchase_order_line_id"],
            item_id=item["item_id"],
            lot_id=lot_id,
            location_id=location_id,
            received_quantity=line.received_quantity,
            accepted_quantity=accepted,
            rejected_quantity=line.rejected_quantity,
            reject_reason=line.reject_reason,
        )
        if kept:
            self._into_stock(item, kept, location_id, lot_id, key, row["unit_price"])
        received = row["received_quantity"] + line.received_quantity
        work.change(
            "purchase_order_line",
            row["purchase_order_line_id"],
            received_quantity=received,
            accepted_quantity=row["accepted_quantity"] + accepted,
            rejected_quantity=row["rejected_quantity"] + line.rejected_quantity,
            status="received" if received + row["cancelled_quantity"] >= row["ordered_quantity"] else "open",
        )
        self._events(row["purchase_order_line_id"], line, accepted)
        return key

    def post_rounding(self) -> None:
        """What the rounded lines lack to the rounded whole."""
        self.work.stock.value_entry(
            "rounding",
            divide_half_even(self.exact, self.scale) - self.posted,
            from_location=self.supplier_location,
            to_location=self.work.stock.virtual("VARIANCE"),
            document_kind="goods_receipt",
            document_id=self.receipt["goods_receipt_id"],
            business_date=self.command.received_date,
        )

    def _guard(self, line: ReceiptLine, row: Row, item: Row) -> None:
        number = self.order["number"]
        if row["purchase_order_id"] != self.order["purchase_order_id"]:
            raise InvalidInput("command.line_of_other_document", where=number, got=row["purchase_order_line_id"])
        if row["status"] not in ("open", "received"):
            raise refuse_status("purchase_order_line", number, row["status"], "receive")
        if row["warehouse_id"] != self.warehouse_id:
            expected = self.work.row("warehouse", row["warehouse_id"])["code"]
            raise InvalidInput("command.other_warehouse", where=number, got=self.command.warehouse, expected=expected)
        where = f"{number} {item['sku']}"
        step_of(item, positive_quantity(line.received_quantity, where, "received_quantity"), where)
        quantity_not_negative(line.rejected_quantity, where, "rejected_quantity")
        if line.rejected_quantity > line.received_quantity:
            raise InvalidInput(
                "command.rejected_above_received",
                where=where,
                got=show_quantity(line.rejected_quantity),
                expected=show_quantity(line.received_quantity),
            )
        open_quantity = row["ordered_quantity"] - row["received_quantity"] - row["cancelled_quantity"]
        if line.received_quantity > open_quantity:
            allowed = open_quantity + int(row["ordered_quantity"] * _tolerance(self.work, self.order["supplier_id"]))
            if row["cancelled_quantity"] or line.received_quantity > allowed:
                raise Refused(
                    "command.received_above_ordered",
                    number=number,
                    item=item["sku"],
                    got=show_quantity(line.received_quantity),
                    expected=show_quantity(max(open_quantity, 0)),
                )

    def _into_stock(self, item: Row, quantity: int, location_id: int, lot_id: int, key: int, unit_price: int) -> None:
        work, command = self.work, self.command
        if self.movement is None:
            self.movement = work.stock.movement(
                "receipt", "goods_receipt", self.receipt["goods_receipt_id"], business_date=command.received_date
            )
        exact = quantity * unit_price * self.order["exchange_rate_ppm"]
        cost = divide_half_even(exact, self.scale)
        self.exact += exact
        self.posted += cost
        work.stock.move(
            self.movement,
            item["item_id"],
            quantity,
            from_location=self.supplier_location,
            to_location=location_id,
            lot_id=lot_id,
            to_status="available" if command.inspected_date is not None else "quarantine",
            cost_amount=cost,
            document_line_id=key,
        )

    def _events(self, line_id: int, line: ReceiptLine, accepted: int) -> None:
        counted = (("received", line.received_quantity), ("accepted", accepted), ("rejected", line.rejected_quantity))
        for kind, quantity in counted:
            if quantity:
                self.work.event(
                    "purchase_order",
                    self.order["purchase_order_id"],
                    kind,
                    line_id=line_id,
                    quantity=quantity,
                    business_date=self.command.received_date,
                    new=line.reject_reason if kind == "rejected" else self.receipt["number"],
                )


def _tolerance(work: UnitOfWork, supplier_id: int) -> Any:
    """Share of the ordered quantity that may arrive on top; the supplier's own setting wins over the company's."""
    found = {row["scope"]: row["value"] for row in work.children("setting", "name", "over_receipt_tolerance")}
    code = work.row("supplier", supplier_id)["code"]
    return decimal_from(found.get(f"supplier:{code}", found.get("", "0")))
