"""Which commands tell what happened to a purchase order: placed, released, promised anew, received, closed short?"""

from __future__ import annotations

from kernel.numbers import amount_of
from transactional.commands import (
    CancelPurchaseLine,
    PlacePurchaseOrder,
    PromisePurchaseLine,
    PurchaseLine,
    ReceiptLine,
    ReceiveGoods,
    ReleasePurchaseOrder,
)
from transactional.importing.desk import Desk, Made, Row, day, day_or_none
from transactional.importing.poster import There
from transactional.importing.timeline import Step

__all__ = ["Buying"]


class Buying:
    """Steps of purchase orders as commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def place(self, step: Step) -> Made:
        """The order with all its accepted lines."""
        desk, head = self._desk, step.rows[0]
        if desk.id("purchase_order", step.document) in desk.known:
            yield There("PlacePurchaseOrder", "purchase_lines", len(step.rows))
            return
        # What was received is the fact: an order that goods came for was placed, whatever its status says today.
        has_receipts = any(row["received_quantity"] for row in step.rows)
        status = head["status"] if head["status"] in ("pending", "rejected") and not has_receipts else "approved"
        company = desk.stage.mapping.company
        command = PlacePurchaseOrder(
            **desk.common("purchase_order", step.document, step.date),
            supplier=head["supplier"],
            order_date=day(step.date),
            buyer=head["buyer"],
            currency=company.currency,
            ship_method=head["ship_method"],
            freight_amount=amount_of(head["freight"], company.minor_digits),
            status=status,
            number=step.document,
            source_key=step.document,
            lines=tuple(self._line(row) for row in step.rows),
        )
        yield desk.item(command, len(step.rows), "purchase_lines", step.rows)

    def _line(self, row: Row) -> PurchaseLine:
        entered = self._desk.packs.enter(
            row["sku"], row["quantity"], row["unit"], row["unit_price"], row["line_total"], row["supplier"]
        )
        return PurchaseLine(
            sku=row["sku"],
            warehouse=row["warehouse"],
            quantity=entered.quantity,
            unit_price=entered.unit_price,
            required_date=day_or_none(row["required_date"]),
            promised_date=day_or_none(row["promised_date"]),
            line_total_micro=entered.line_total_micro,
            entered_quantity=entered.entered_quantity,
            entered_unit=entered.entered_unit,
            source_key=row["line"],
        )

    def release(self, step: Step) -> Made:
        """An order that was pending when it was loaded."""
        desk = self._desk
        order = desk.id("purchase_order", step.document)
        command = ReleasePurchaseOrder(**desk.common("purchase_released", step.document, step.date), purchase_order=order)
        yield desk.item(command, 1, "purchase_lines", step.rows)

    def promise(self, step: Step) -> Made:
        """Dates the supplier has moved since."""
        desk = self._desk
        order = desk.id("purchase_order", step.document)
        for row in step.rows:
            key = f"{step.document}/{row['line']}/{row['promised_date']}"
            command = PromisePurchaseLine(
                **desk.common("purchase_promise", key, step.date),
                line=desk.line(order, "purchase_lines", row),
                promised_date=day(row["promised_date"]),
            )
            yield desk.item(command, 1, "purchase_lines", [row])

    def receive(self, step: Step) -> Made:
        """What came since the last load, one receipt per warehouse."""
        desk = self._desk
        order = desk.id("purchase_order", step.document)
        for warehouse in sorted({row["warehouse"] for row in step.rows}):
            rows = [row for row in step.rows if row["warehouse"] == warehouse and row["new_received"]]
            if not rows:
                yield There("ReceiveGoods")
                continue
            before = [(row["line"], row["held_received"] or 0) for row in rows]
            key = desk.fresh_key("goods_receipt", f"{step.document}/{step.date}/{warehouse}", before)
            lines = tuple(
                ReceiptLine(
                    line=desk.line(order, "purchase_lines", row),
                    received_quantity=row["new_received"],
                    rejected_quantity=row["new_rejected"],
                    location=desk.opening.home(row["sku"]),
                )
                for row in rows
            )
            command = ReceiveGoods(
                **desk.common("goods_receipt", key, step.date),
                purchase_order=order,
                warehouse=warehouse,
                received_date=day(step.date),
                inspected_date=day(step.date),
                is_date_assumed=any(row["is_received_date_assumed"] for row in rows),
                lines=lines,
            )
            yield desk.item(command, len(lines), "purchase_lines", rows, order)

    def close_short(self, step: Step) -> Made:
        """A completed order gives up what never came."""
        desk = self._desk
        if not desk.stage.mapping.rules.close_short:
            return
        order = desk.id("purchase_order", step.document)
        for row in step.rows:
            if row["held_line"] is None and row["held_order"] is not None:
                continue
            common = desk.common("purchase_closed_short", f"{step.document}/{row['line']}", step.date)
            if common["command_id"] in desk.known:
                yield There("CancelPurchaseLine")
                continue
            command = CancelPurchaseLine(**common, line=desk.line(order, "purchase_lines", row), reason="closed_short")
            yield desk.item(command, 1, "purchase_lines", [row], order)
