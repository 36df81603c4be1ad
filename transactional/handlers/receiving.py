"""What arrived, what was accepted, what went back to the supplier, and with which value does it enter stock?

    value of a receipt line = quantity x unit price x exchange rate, rounded once to the minor unit, half to even

The sum of the rounded lines may differ from the rounded sum; that difference goes from SUPPLIER to VARIANCE as a `rounding`
value entry, so the supplier account shows what the whole receipt is worth.

Quantity rejected at the door never becomes stock and moves nowhere: it stands on the receipt line and in the events. Without an
inspection date everything that is not rejected waits in status 'quarantine' with accepted quantity 0; InspectGoods then adds
receipt lines with received quantity 0 that hold what was accepted and rejected, so that sums over receipt lines are right at
any time.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import decimal_from, divide_half_even, show_quantity
from transactional.commands import InspectGoods, ReceiptLine, ReceiveGoods, ReturnToSupplier
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.lots import born_lot, existing_lot
from transactional.handlers.purchasing import refresh_order
from transactional.handlers.support import (
    Row,
    bin_of,
    document_number,
    given_text,
    known,
    lines_given,
    not_before,
    positive_quantity,
    quantity_not_negative,
    refuse_status,
    step_of,
)

_STATUSES = ("available", "quarantine", "blocked")


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


def _tolerance(work: UnitOfWork, supplier_id: int) -> Any:
    """Share of the ordered quantity that may arrive on top; the supplier's own setting wins over the company's."""
    found = {row["scope"]: row["value"] for row in work.children("setting", "name", "over_receipt_tolerance")}
    code = work.row("supplier", supplier_id)["code"]
    return decimal_from(found.get(f"supplier:{code}", found.get("", "0")))
