"""Which commands tell the ledger what happened to one document?

Commands point at the document by the id of the command that created it, so a load needs no ledger ids and a repeat has the same content.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from kernel.ids import import_command_id
from kernel.numbers import amount_of, divide_half_even
from transactional.commands import (
    CancelPurchaseLine,
    CompleteWorkOrder,
    EnterSalesOrder,
    IssueComponents,
    IssueLine,
    OperationDone,
    PlacePurchaseOrder,
    PlaceWorkOrder,
    PurchaseLine,
    ReceiptLine,
    ReceiveGoods,
    RecordOperations,
    SalesLine,
    ShipGoods,
    ShipLine,
)
from transactional.importing.mapping import Company
from transactional.importing.opening import Opening
from transactional.importing.packs import Packs
from transactional.importing.poster import ACTOR, SOURCE, Item
from transactional.importing.staging import Stage
from transactional.importing.timeline import Step

__all__ = ["DocumentWriter"]

Row = dict[str, Any]
day = lru_cache(maxsize=8192)(date.fromisoformat)


class DocumentWriter:
    """Turns steps into commands."""

    def __init__(self, stage: Stage, opening: Opening, packs: Packs, as_of: str) -> None:
        self._stage = stage
        self._company: Company = stage.mapping.company
        self._opening = opening
        self._packs = packs
        self._as_of = as_of
        self._ids: dict[tuple[str, str], str] = {}
        self._order_lines: dict[str, tuple[str, ...]] = {}
        self._operations = stage.database.execute("SELECT 1 FROM t_operations WHERE bad = 0 LIMIT 1").fetchone() is not None
        self.unknown_packs = 0

    def items(self, step: Step) -> Iterator[Item]:
        """The commands of one step."""
        yield from getattr(self, f"_{step.kind}")(step)

    # --- buying ------------------------------------------------------------------------------------------------------------

    def _place_purchase_order(self, step: Step) -> Iterator[Item]:
        head = step.rows[0]
        # What was received is the fact: an order that goods came for was placed, whatever its status says today.
        has_receipts = any(row["received_quantity"] for row in step.rows)
        status = head["status"] if head["status"] in ("pending", "rejected") and not has_receipts else "approved"
        lines = tuple(self._purchase_line(row) for row in step.rows)
        command = PlacePurchaseOrder(
            **self._common("purchase_order", step.document, step.date),
            supplier=head["supplier"],
            order_date=day(step.date),
            buyer=head["buyer"],
            currency=self._company.currency,
            ship_method=head["ship_method"],
            freight_amount=amount_of(head["freight"], self._company.minor_digits),
            status=status,
            number=step.document,
            source_key=step.document,
            lines=lines,
        )
        yield self._item(command, len(lines), "purchase_lines", step)

    def _purchase_line(self, row: Row) -> PurchaseLine:
        entered = self._packs.enter(
            row["sku"], row["quantity"], row["unit"], row["unit_price"], row["line_total"], row["supplier"]
        )
        self.unknown_packs += not entered.is_pack_known
        return PurchaseLine(
            sku=row["sku"],
            warehouse=row["warehouse"],
            quantity=entered.quantity,
            unit_price=entered.unit_price,
            required_date=_day(row["required_date"]),
            promised_date=_day(row["promised_date"]),
            line_total_micro=entered.line_total_micro,
            entered_quantity=entered.entered_quantity,
            entered_unit=entered.entered_unit,
            source_key=row["line"],
        )

    def _receive(self, step: Step) -> Iterator[Item]:
        order = self._id("purchase_order", step.document)
        for warehouse in sorted({row["warehouse"] for row in step.rows}):
            rows = [row for row in step.rows if row["warehouse"] == warehouse]
            lines = tuple(
                ReceiptLine(
                    line=(order, self._position("purchase_lines", row)),
                    received_quantity=self._received(row, row["received_quantity"]),
                    rejected_quantity=self._received(row, row["rejected_quantity"]),
                    location=self._opening.home(row["sku"]),
                )
                for row in rows
            )
            command = ReceiveGoods(
                **self._common("goods_receipt", f"{step.document}/{step.date}/{warehouse}", step.date),
                purchase_order=order,
                warehouse=warehouse,
                received_date=day(step.date),
                inspected_date=day(step.date),
                is_date_assumed=any(row["is_received_date_assumed"] for row in rows),
                lines=lines,
            )
            yield self._item(command, len(lines), "purchase_lines", step, order)

    def _received(self, row: Row, quantity: int) -> int:
        return self._packs.enter(row["sku"], quantity, row["unit"], row["unit_price"], None, row["supplier"]).quantity

    def _close_short(self, step: Step) -> Iterator[Item]:
        if not self._stage.mapping.rules.close_short:
            return
        order = self._id("purchase_order", step.document)
        for row in step.rows:
            command = CancelPurchaseLine(
                **self._common("purchase_closed_short", f"{step.document}/{row['line']}", step.date),
                line=(order, self._position("purchase_lines", row)),
                reason="closed_short",
            )
            yield self._item(command, 1, "purchase_lines", step, order)

    # --- selling -----------------------------------------------------------------------------------------------------------

    def _enter_sales_order(self, step: Step) -> Iterator[Item]:
        head = step.rows[0]
        lines = []
        for row in step.rows:
            entered = self._packs.enter(row["sku"], row["quantity"], row["unit"], row["unit_price"], row["line_total"])
            self.unknown_packs += not entered.is_pack_known
            lines.append(
                SalesLine(
                    sku=row["sku"],
                    warehouse=row["warehouse"],
                    quantity=entered.quantity,
                    unit_price=entered.unit_price,
                    discount_ppm=row["discount"],
                    requested_date=day(row["requested_date"] or row["promised_date"] or step.date),
                    promised_date=_day(row["promised_date"]),
                    line_total_micro=entered.line_total_micro,
                    entered_quantity=entered.entered_quantity,
                    entered_unit=entered.entered_unit,
                    source_key=row["line"],
                )
            )
        command = EnterSalesOrder(
            **self._common("sales_order", step.document, step.date),
            customer=head["customer"],
            order_date=day(step.date),
            salesperson=head["salesperson"],
            currency=self._company.currency,
            customer_reference=head["customer_reference"],
            number=step.document,
            source_key=step.document,
            lines=tuple(lines),
        )
        yield self._item(command, len(lines), "sales_lines", step)

    def _ship(self, step: Step) -> Iterator[Item]:
        order = self._id("sales_order", step.document)
        parcels: dict[tuple[str, str | None, str], list[Row]] = {}
        for row in step.rows:
            parcels.setdefault((row["warehouse"], row["carrier"], row["tracking_number"]), []).append(row)
        for number, ((warehouse, carrier, tracking), rows) in enumerate(parcels.items()):
            lines = tuple(
                ShipLine(
                    line=(order, self._position("sales_lines", row)),
                    quantity=self._shipped(row),
                    location=self._opening.home(row["sku"]),
                )
                for row in rows
            )
            command = ShipGoods(
                **self._common("shipment", f"{step.document}/{step.date}/{number}", step.date),
                warehouse=warehouse,
                shipped_date=day(step.date),
                carrier=carrier,
                tracking_number=tracking,
                source_key=step.document,
                lines=lines,
            )
            yield self._item(command, len(lines), "sales_lines", step, order)

    def _shipped(self, row: Row) -> int:
        quantity = row["quantity"] if row["shipped_quantity"] is None else row["shipped_quantity"]
        return self._packs.enter(row["sku"], quantity, row["unit"], 0, None).quantity

    # --- making ------------------------------------------------------------------------------------------------------------

    def _place_work_order(self, step: Step) -> Iterator[Item]:
        row = step.rows[0]
        command = PlaceWorkOrder(
            **self._common("work_order", step.document, step.date),
            sku=row["sku"],
            warehouse=row["warehouse"],
            quantity=row["quantity"],
            order_date=day(step.date),
            planned_start_date=day(row["start_date"]),
            due_date=day(row["due_date"]),
            number=step.document,
            source_key=step.document,
        )
        yield self._item(command, 8, "work_orders", step)
        if self._operations and (row["end_date"] is None or row["end_date"] > self._as_of):
            yield from self._record_operations(step, row, "open")

    def _issue(self, step: Step) -> Iterator[Item]:
        order = self._id("work_order", step.document)
        lines = tuple(IssueLine(sku=sku, quantity=-change, location=self._opening.home(sku)) for sku, change in step.flows)
        command = IssueComponents(
            **self._common("component_issue", step.document, step.date), work_order=order, issue_date=day(step.date), lines=lines
        )
        yield self._item(command, len(lines), "work_orders", step, order)

    def _complete(self, step: Step) -> Iterator[Item]:
        row = step.rows[0]
        order = self._id("work_order", step.document)
        if self._operations:
            yield from self._record_operations(step, row, "done")
        command = CompleteWorkOrder(
            **self._common("completion", step.document, step.date),
            work_order=order,
            completion_date=day(step.date),
            quantity=row["quantity"] - row["scrapped_quantity"],
            scrapped_quantity=row["scrapped_quantity"],
            scrap_reason=row["scrap_reason"] if row["scrapped_quantity"] else None,
            location=self._opening.home(row["sku"]),
        )
        yield self._item(command, 2, "work_orders", step, order)

    def _record_operations(self, step: Step, row: Row, state: str) -> Iterator[Item]:
        query = (
            "SELECT sequence, work_center, scheduled_start_date, scheduled_end_date, actual_start_date, actual_end_date, hours, "
            'planned_cost, actual_cost FROM t_operations WHERE bad = 0 AND "order" = ? ORDER BY sequence'
        )
        operations = tuple(self._operation(cells) for cells in self._stage.database.execute(query, (step.document,)))
        if operations:
            order = self._id("work_order", step.document)
            command = RecordOperations(
                **self._common("operations", f"{step.document}/{state}", step.date), work_order=order, operations=operations
            )
            yield self._item(command, len(operations), "operations", step, order)

    def _operation(self, cells: tuple[Any, ...]) -> OperationDone:
        sequence, work_center, planned_start, planned_end, start, end, hours, planned_cost, actual_cost = cells
        started = start is not None and start <= self._as_of
        ended = end is not None and end <= self._as_of
        return OperationDone(
            operation_sequence=sequence,
            work_center=work_center,
            scheduled_start_date=day(planned_start),
            scheduled_end_date=day(planned_end),
            actual_start_date=day(start) if started else None,
            actual_end_date=day(end) if ended else None,
            actual_minutes=divide_half_even(hours * 60, 1_000_000) if ended and hours is not None else None,
            planned_cost=planned_cost,
            actual_cost=actual_cost if ended else None,
        )

    # --- what all share ------------------------------------------------------------------------------------------------------

    def _id(self, table: str, key: str) -> str:
        found = self._ids.get((table, key))
        if found is None:
            if len(self._ids) > 20_000:
                self._ids.clear()
            found = self._ids[(table, key)] = import_command_id(self._company.code, table, key)
        return found

    def _common(self, table: str, key: str, date_text: str) -> dict[str, Any]:
        return {"command_id": self._id(table, key), "actor": ACTOR, "source": SOURCE, "business_date": day(date_text)}

    def _item(self, command: Any, lines: int, target: str, step: Step, *after: str) -> Item:
        return Item(command, lines, target, step.rows[0]["id"], tuple(row["id"] for row in step.rows), after)

    def _position(self, table: str, row: Row) -> int:
        """Where a row stands among the accepted lines of its document, as they were placed."""
        key = f"{table}/{row['order']}"
        held = self._order_lines.get(key)
        if held is None:
            query = f'SELECT id FROM t_{table} WHERE "order" = ? AND bad = 0 ORDER BY id'
            held = tuple(found for (found,) in self._stage.database.execute(query, (row["order"],)))
            if len(self._order_lines) > 1000:
                self._order_lines.clear()
            self._order_lines[key] = held
        return held.index(row["id"])


def _day(text: str | None) -> date | None:
    return None if text is None else day(text)
