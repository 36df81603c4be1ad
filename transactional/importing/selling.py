"""Which commands tell what happened to a sales order: entered, promised anew, shipped?"""

from __future__ import annotations

from transactional.commands import EnterSalesOrder, PromiseSalesLine, SalesLine, ShipGoods, ShipLine
from transactional.importing.desk import Desk, Made, Row, day, day_or_none
from transactional.importing.poster import There
from transactional.importing.timeline import Step

__all__ = ["Selling"]


class Selling:
    """Steps of sales orders as commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def enter(self, step: Step) -> Made:
        """The order with all its accepted lines."""
        desk, head = self._desk, step.rows[0]
        if desk.id("sales_order", step.document) in desk.known:
            yield There("EnterSalesOrder", "sales_lines", len(step.rows))
            return
        command = EnterSalesOrder(
            **desk.common("sales_order", step.document, step.date),
            customer=head["customer"],
            order_date=day(step.date),
            salesperson=head["salesperson"],
            currency=desk.stage.mapping.company.currency,
            customer_reference=head["customer_reference"],
            number=step.document,
            source_key=step.document,
            lines=tuple(self._line(row, step.date) for row in step.rows),
        )
        yield desk.item(command, len(step.rows), "sales_lines", step.rows)

    def _line(self, row: Row, order_date: str) -> SalesLine:
        entered = self._desk.packs.enter(row["sku"], row["quantity"], row["unit"], row["unit_price"], row["line_total"])
        return SalesLine(
            sku=row["sku"],
            warehouse=row["warehouse"],
            quantity=entered.quantity,
            unit_price=entered.unit_price,
            discount_ppm=row["discount"],
            requested_date=day(row["requested_date"] or row["promised_date"] or order_date),
            promised_date=day_or_none(row["promised_date"]),
            line_total_micro=entered.line_total_micro,
            entered_quantity=entered.entered_quantity,
            entered_unit=entered.entered_unit,
            source_key=row["line"],
        )

    def promise(self, step: Step) -> Made:
        """Dates we have moved since."""
        desk = self._desk
        order = desk.id("sales_order", step.document)
        for row in step.rows:
            key = f"{step.document}/{row['line']}/{row['promised_date']}"
            command = PromiseSalesLine(
                **desk.common("sales_promise", key, step.date),
                line=desk.line(order, "sales_lines", row),
                promised_date=day(row["promised_date"]),
            )
            yield desk.item(command, 1, "sales_lines", [row])

    def ship(self, step: Step) -> Made:
        """What left since the last load, one shipment per warehouse, carrier and tracking number."""
        desk = self._desk
        order = desk.id("sales_order", step.document)
        parcels: dict[tuple[str, str | None, str], list[Row]] = {}
        for row in step.rows:
            parcels.setdefault((row["warehouse"], row["carrier"], row["tracking_number"]), []).append(row)
        for number, ((warehouse, carrier, tracking), parcel) in enumerate(parcels.items()):
            rows = [row for row in parcel if row["new_shipped"]]
            if not rows:
                yield There("ShipGoods")
                continue
            before = [(row["line"], row["held_shipped"] or 0) for row in rows]
            key = desk.fresh_key("shipment", f"{step.document}/{step.date}/{number}", before)
            lines = tuple(
                ShipLine(
                    line=desk.line(order, "sales_lines", row),
                    quantity=row["new_shipped"],
                    location=desk.opening.home(row["sku"]),
                )
                for row in rows
            )
            command = ShipGoods(
                **desk.common("shipment", key, step.date),
                warehouse=warehouse,
                shipped_date=day(step.date),
                carrier=carrier,
                tracking_number=tracking,
                source_key=step.document,
                lines=lines,
            )
            yield desk.item(command, len(lines), "sales_lines", rows, order)
