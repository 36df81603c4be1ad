"""What do customers wait for, what is on its way to them and what will they send back? Read from the ledger."""

from __future__ import annotations

from typing import Any

from transactional.demo.open_documents import Delivery, OrderLine, SalesOpen
from transactional.demo.present_supply import as_date
from transactional.demo.returning import coming_back
from transactional.demo.simulate import Simulation
from transactional.demo.state import Slot
from transactional.ledger import Ledger

__all__ = ["PresentSales"]

_POSITION = (
    "(SELECT COUNT(*) FROM sales_order_line e WHERE e.sales_order_id = l.sales_order_id "
    "AND e.sales_order_line_id < l.sales_order_line_id) AS position"
)
_RETURN_DAYS = 60
"""No return comes later than this after its delivery."""


class PresentSales:
    """Fills the sales book."""

    def __init__(self, ledger: Ledger, simulation: Simulation) -> None:
        self.ledger = ledger
        self.simulation = simulation
        self.office = simulation.office
        self.world = simulation.world
        self.book = simulation.selling.book
        self.today = self.office.day

    def _day(self, value: Any) -> int:
        return self.world.day(as_date(value))

    def bad_lots(self) -> None:
        """The lot that leaks, if it has been made."""
        plot = self.simulation.plot
        for sku, (first, reason, share) in list(plot.bad_product.items()):
            made = self.ledger.records(
                "SELECT o.number FROM work_order o JOIN item i ON i.item_id = o.item_id "
                "WHERE i.sku = ? AND o.actual_end_date >= ? ORDER BY o.actual_end_date, o.work_order_id LIMIT 1",
                (sku, self.world.date(first)),
            )
            if made:
                del plot.bad_product[sku]
                plot.bad_lots[sku, f"L{made[0]['number'][2:]}"] = (reason, share)
                # Where that one was hardly felt, others were planted: they show by what came back.
                for row in self.ledger.records(
                    "SELECT i.sku, t.code AS lot FROM customer_return_line l JOIN item i ON i.item_id = l.item_id "
                    "JOIN lot t ON t.lot_id = l.lot_id JOIN return_reason r ON r.return_reason_id = l.return_reason_id "
                    "WHERE r.code = ? AND l.lot_id <> 0 GROUP BY i.sku, t.code HAVING COUNT(*) > 1",
                    (reason,),
                ):
                    plot.bad_lots.setdefault((row["sku"], row["lot"]), (reason, share))

    def orders(self) -> None:
        """Lines with something still to ship, and what is tied to them."""
        held: dict[int, list[tuple[str, str | None, int]]] = {}
        for row in self.ledger.records(
            "SELECT a.demand_line_id AS line_id, l.code AS location, a.lot_id, t.code AS lot, a.quantity FROM allocation a "
            "JOIN location l ON l.location_id = a.location_id JOIN lot t ON t.lot_id = a.lot_id "
            "WHERE a.state = 'open' AND a.demand_kind = 'sales_order_line' ORDER BY a.allocation_id"
        ):
            held.setdefault(int(row["line_id"]), []).append(
                (row["location"], row["lot"] if row["lot_id"] else None, int(row["quantity"]))
            )
        orders: dict[int, SalesOpen] = {}
        ordering = self.simulation.selling.ordering
        for row in self.ledger.records(
            f"SELECT l.sales_order_line_id AS line_id, {_POSITION}, "
            " o.sales_order_id AS order_id, o.number, c.code AS customer, "
            "c.region, w.code AS warehouse, "
            "i.sku, l.ordered_quantity, l.ordered_quantity - l.shipped_quantity - l.cancelled_quantity AS "
            "open_quantity, l.allocated_quantity, "
            "l.order_date, l.requested_date, l.first_promised_date, l.last_promised_date FROM sales_order_line l "
            "JOIN sales_order o ON o.sales_order_id = l.sales_order_id JOIN customer c ON c.customer_id = o.customer_id "
            "JOIN warehouse w ON w.warehouse_id = l.warehouse_id JOIN item i ON i.item_id = l.item_id WHERE l.status = 'open' "
            "ORDER BY l.sales_order_line_id"
        ):
            customer = ordering.by_code.get(row["customer"])
            if customer is None or (row["warehouse"], row["region"]) not in self.world.lanes:
                continue
            order = orders.setdefault(
                int(row["order_id"]),
                SalesOpen(
                    int(row["order_id"]),
                    row["number"],
                    row["customer"],
                    row["region"],
                    row["warehouse"],
                    self._day(row["order_date"]),
                ),
            )
            requested = self._day(row["requested_date"])
            promised = requested if row["first_promised_date"] is None else self._day(row["first_promised_date"])
            lane = self.world.lanes[row["warehouse"], row["region"]]
            ship = max(
                self.office.calendar.add(order.order_day, 1), self.office.calendar.on_or_before(promised - lane.transit_days - 1)
            )
            open_quantity = int(row["open_quantity"]) - int(row["allocated_quantity"])
            line = OrderLine(
                int(row["line_id"]),
                order,
                int(row["position"]),
                row["sku"],
                int(row["ordered_quantity"]),
                open_quantity,
                requested,
                promised,
                ship,
                is_reissued=row["last_promised_date"] != row["first_promised_date"],
            )
            order.lines.append(line)
            cell = self.office.cell(row["warehouse"], row["sku"])
            cell.wanted += open_quantity
            for location, lot, quantity in held.get(int(row["line_id"]), ()):
                line.picks.append((self._slot(cell.slots, location, lot), quantity))
            next_day = self.office.calendar.on_or_after(self.today + 1)
            if open_quantity > 0:
                when = self.office.calendar.on_or_before(ship - 1)
                self.book.plan[max(when, next_day)].append(line)
            elif line.picks:
                self.book.ready[max(ship, next_day)].append(line)

    def _slot(self, slots: list[Slot], location: str, lot: str | None) -> Slot:
        return next(slot for slot in slots if slot.location == location and slot.lot == lot)

    def on_the_road(self) -> None:
        """Shipments that have not arrived."""
        carried: dict[int, list[tuple[OrderLine, str | None, int]]] = {}
        heads: dict[int, tuple[str, SalesOpen, int]] = {}
        for row in self.ledger.records(
            "SELECT s.shipment_id AS id, s.number, s.shipped_date, s.region, c.code AS customer, w.code AS warehouse, "
            "i.sku, n.lot_id, "
            "t.code AS lot, n.quantity, n.sales_order_line_id AS line_id, "
            f"{_POSITION}, l.first_promised_date, l.requested_date, "
            "o.number AS order_number, "
            "o.sales_order_id AS order_id FROM shipment s JOIN shipment_line n ON n.shipment_id = s.shipment_id "
            "JOIN sales_order_line l ON l.sales_order_line_id = n.sales_order_line_id "
            "JOIN sales_order o ON o.sales_order_id = l.sales_order_id JOIN customer c ON c.customer_id = s.customer_id "
            "JOIN warehouse w ON w.warehouse_id = s.warehouse_id JOIN item i ON i.item_id = n.item_id JOIN lot t ON "
            "t.lot_id = n.lot_id "
            "WHERE s.status = 'shipped' AND s.carrier_delivered_date IS NULL AND s.signed_date IS NULL ORDER BY "
            "s.shipment_id, n.shipment_line_id"
        ):
            if (row["warehouse"], row["region"]) not in self.world.lanes:
                continue
            key, shipped = int(row["id"]), self._day(row["shipped_date"])
            order = SalesOpen(
                int(row["order_id"]), row["order_number"], row["customer"], row["region"], row["warehouse"], shipped
            )
            promised = self._day(row["first_promised_date"] or row["requested_date"])
            quantity, position = int(row["quantity"]), int(row["position"])
            line = OrderLine(int(row["line_id"]), order, position, row["sku"], quantity, 0, promised, promised, shipped)
            heads[key] = (row["number"], order, shipped)
            carried.setdefault(key, []).append((line, row["lot"] if row["lot_id"] else None, int(row["quantity"])))
        for key, (number, order, shipped) in heads.items():
            delivery = Delivery(key, number, order.customer, shipped, carried[key])
            self.simulation.selling.shipping.send_off(delivery, order, earliest=self.today + 1)

    def coming_back(self) -> None:
        """What was delivered before today and is sent back later; what should have come back by today already has."""
        for row in self.ledger.records(
            "SELECT s.number, s.region, c.code AS customer, w.code AS warehouse, i.sku, n.lot_id, t.code AS lot, n.quantity, "
            "t.expiry_date, COALESCE(s.carrier_delivered_date, s.signed_date) AS delivered, l.sales_order_line_id AS line_id, "
            f"{_POSITION}, l.order_date, o.number AS order_number, o.sales_order_id AS order_id "
            "FROM shipment s JOIN shipment_line n ON n.shipment_id = s.shipment_id "
            "JOIN sales_order_line l ON l.sales_order_line_id = n.sales_order_line_id "
            "JOIN sales_order o ON o.sales_order_id = l.sales_order_id JOIN customer c ON c.customer_id = s.customer_id "
            "JOIN warehouse w ON w.warehouse_id = s.warehouse_id JOIN item i ON i.item_id = n.item_id "
            "JOIN lot t ON t.lot_id = n.lot_id WHERE COALESCE(s.carrier_delivered_date, s.signed_date) >= ? "
            "ORDER BY s.shipment_id, n.shipment_line_id",
            (self.world.date(max(self.today - _RETURN_DAYS, 0)),),
        ):
            if row["sku"] not in self.world.catalogue.items:
                continue
            lot = row["lot"] if row["lot_id"] else None
            delivered, ordered = self._day(row["delivered"]), self._day(row["order_date"])
            order = SalesOpen(
                int(row["order_id"]), row["order_number"], row["customer"], row["region"], row["warehouse"], ordered
            )
            quantity = int(row["quantity"])
            line = OrderLine(
                int(row["line_id"]), order, int(row["position"]), row["sku"], quantity, 0, delivered, delivered, delivered
            )
            coming = coming_back(self.office, row["number"], line, lot, quantity, delivered)
            if coming is not None and coming[0] > self.today:
                day, part, reason = coming
                if row["expiry_date"] is not None:
                    self.book.lot_expiry[row["sku"], lot] = self._day(row["expiry_date"])
                self.book.returns[day].append((row["number"], line.position, line, lot, part, reason))
