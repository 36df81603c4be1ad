"""What lies, comes and is made now? Stock, purchases, inspections, invoices, work orders and transfers, read from the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from transactional.demo.chance import random_for
from transactional.demo.inspecting import INSPECTION_DAYS, Held
from transactional.demo.open_documents import PurchaseOpen, TransferOpen, WorkOpen
from transactional.demo.provenance import Bought
from transactional.demo.simulate import Simulation
from transactional.demo.state import FAR, Supply
from transactional.demo.world import PLANT
from transactional.ledger import Ledger

__all__ = ["PresentSupply", "as_date"]

_POSITION = (
    "(SELECT COUNT(*) FROM purchase_order_line e WHERE e.purchase_order_id = p.purchase_order_id "
    "AND e.purchase_order_line_id < p.purchase_order_line_id) AS position"
)


def as_date(value: Any) -> date:
    """A date of the ledger, whatever the database returns for it."""
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


class PresentSupply:
    """Fills cells, dock, shop floor and trucks."""

    def __init__(self, ledger: Ledger, simulation: Simulation) -> None:
        self.ledger = ledger
        self.simulation = simulation
        self.office = simulation.office
        self.world = simulation.world
        self.today = self.office.day

    def _day(self, value: Any) -> int:
        return self.world.day(as_date(value))

    def stock(self) -> None:
        """What lies on the shelves, and returned goods nobody has decided on."""
        rows = self.ledger.records(
            "SELECT i.sku, w.code AS warehouse, l.code AS location, b.lot_id, t.code AS lot, t.expiry_date, b.status, "
            "b.on_hand_quantity, "
            "b.allocated_quantity FROM stock_balance b JOIN item i ON i.item_id = b.item_id JOIN location l ON "
            "l.location_id = b.location_id "
            "JOIN warehouse w ON w.warehouse_id = l.warehouse_id JOIN lot t ON t.lot_id = b.lot_id "
            "WHERE b.on_hand_quantity > 0 AND l.kind = 'bin' ORDER BY b.lot_id, l.code, i.sku"
        )
        for row in rows:
            lot = row["lot"] if row["lot_id"] else None
            expiry = FAR if row["expiry_date"] is None else self._day(row["expiry_date"])
            quantity = int(row["on_hand_quantity"])
            if row["status"] == "available":
                cell = self.office.cell(row["warehouse"], row["sku"])
                slot = cell.add(row["location"], lot, expiry, quantity)
                cell.allocate(slot, int(row["allocated_quantity"]))
            elif row["status"] == "quarantine" and row["location"].endswith("-RET"):
                self.simulation.selling.book.lot_expiry[row["sku"], lot] = expiry
                random = random_for(self.world.seed, "returned", row["sku"], lot, self.today)
                when = self.office.calendar.add(self.today + 1, random.randint(1, 6))
                self.simulation.selling.book.returned[when].append(
                    (row["warehouse"], row["sku"], lot, quantity, int(random.random() < 0.4))
                )

    def purchases(self) -> None:
        """Open purchase lines, also those people ordered, by their supplier's habit."""
        rows = self.ledger.records(
            f"SELECT p.purchase_order_line_id AS line_id, {_POSITION}, "
            "o.purchase_order_id AS order_id, o.number, s.code AS supplier, i.sku, "
            "p.ordered_quantity - p.received_quantity - p.cancelled_quantity AS quantity, p.unit_price, o.order_date, "
            "p.first_promised_date, p.last_promised_date FROM purchase_order_line p "
            "JOIN purchase_order o ON o.purchase_order_id = p.purchase_order_id JOIN supplier s ON s.supplier_id = o.supplier_id "
            "JOIN item i ON i.item_id = p.item_id JOIN warehouse w ON w.warehouse_id = p.warehouse_id "
            "WHERE p.status = 'open' AND o.status = 'approved' AND w.code = ? ORDER BY p.purchase_order_line_id",
            (PLANT,),
        )
        receiving = self.simulation.buying.receiving
        for row in rows:
            supplier = self.world.suppliers.get(row["supplier"])
            if supplier is None or int(row["quantity"]) <= 0:
                continue
            order_day = self._day(row["order_date"])
            usual = self.office.calendar.on_or_after(supplier.calendar.add(order_day, supplier.lead_days - 1) + 1)
            promised = usual if row["first_promised_date"] is None else self._day(row["first_promised_date"])
            arrival = receiving.habit(supplier, row["sku"], order_day, promised)
            if row["last_promised_date"] is not None:
                arrival = max(
                    arrival,
                    self._day(row["last_promised_date"]) if row["last_promised_date"] != row["first_promised_date"] else 0,
                )
            # What should have come by now comes within the next days, in an order drawn from the document.
            soon = random_for(self.world.seed, "overdue", row["number"], row["sku"]).randint(1, 6)
            if arrival <= self.today:
                arrival = self.office.calendar.add(self.today + 1, soon)
            quantity = int(row["quantity"])
            supply = Supply("purchase_order_line", int(row["line_id"]), row["number"], promised, quantity)
            opened = PurchaseOpen(
                int(row["line_id"]),
                int(row["order_id"]),
                row["number"],
                int(row["position"]),
                row["supplier"],
                row["sku"],
                quantity,
                int(row["unit_price"]),
                order_day,
                promised,
                self.office.calendar.on_or_after(arrival),
                supply,
            )
            supply.opened = opened
            cell = self.office.cell(PLANT, row["sku"])
            cell.coming += quantity
            cell.supplies.append(supply)
            receiving.expect(opened)

    def inspections(self) -> None:
        """Receipts nobody has looked at; they are on the next working day."""
        rows = self.ledger.records(
            "SELECT r.goods_receipt_id AS receipt_id, g.goods_receipt_line_id AS line_id, s.code AS supplier, i.sku, "
            "l.code AS location, "
            "g.lot_id, t.code AS lot, t.expiry_date, g.received_quantity - g.rejected_quantity AS quantity, "
            "r.received_date, o.number FROM "
            "goods_receipt_line g "
            "JOIN goods_receipt r ON r.goods_receipt_id = g.goods_receipt_id "
            "JOIN purchase_order o ON o.purchase_order_id = r.purchase_order_id JOIN supplier s ON s.supplier_id = o.supplier_id "
            "JOIN item i ON i.item_id = g.item_id JOIN location l ON l.location_id = g.location_id JOIN lot t ON "
            "t.lot_id = g.lot_id "
            "JOIN warehouse w ON w.warehouse_id = r.warehouse_id WHERE r.inspected_date IS NULL AND w.code = ? "
            "ORDER BY g.goods_receipt_line_id",
            (PLANT,),
        )
        when = self.office.calendar.on_or_after(self.today + 1)
        for row in rows:
            if row["supplier"] not in self.world.suppliers:
                continue
            line = int(row["line_id"])
            expiry = FAR if row["expiry_date"] is None else self._day(row["expiry_date"])
            quantity = int(row["quantity"])
            self.office.cell(PLANT, row["sku"]).held += quantity
            self.simulation.buying.receiving.inspecting.inspections[when].append(
                Held(
                    int(row["receipt_id"]),
                    line,
                    row["supplier"],
                    row["sku"],
                    row["location"],
                    row["lot"] if row["lot_id"] else None,
                    expiry,
                    quantity,
                    self._bought(row),
                )
            )

    def _bought(self, row: dict[str, Any]) -> Bought:
        received = self._day(row["received_date"])
        return Bought(row["number"], row["sku"], received, received, received, INSPECTION_DAYS, received, received)

    def invoices(self) -> None:
        """Invoices of what was received before today and that come later."""
        first = self.world.date(max(self.today - 40, 0))
        invoicing = self.simulation.buying.receiving.invoicing
        for row in self.ledger.records(
            f"SELECT g.purchase_order_line_id AS line_id, {_POSITION}, "
            "o.purchase_order_id AS order_id, o.number, s.code AS supplier, i.sku, g.received_quantity, g.rejected_quantity, "
            "p.unit_price, o.order_date, r.received_date FROM goods_receipt_line g "
            "JOIN goods_receipt r ON r.goods_receipt_id = g.goods_receipt_id "
            "JOIN purchase_order_line p ON p.purchase_order_line_id = g.purchase_order_line_id "
            "JOIN purchase_order o ON o.purchase_order_id = p.purchase_order_id JOIN supplier s ON s.supplier_id = o.supplier_id "
            "JOIN item i ON i.item_id = g.item_id WHERE r.received_date >= ? "
            "AND g.received_quantity > 0 ORDER BY g.goods_receipt_line_id",
            (first,),
        ):
            supplier = self.world.suppliers.get(row["supplier"])
            if supplier is None:
                continue
            line, order_day, received = int(row["line_id"]), self._day(row["order_date"]), self._day(row["received_date"])
            supply = Supply("purchase_order_line", line, row["number"], received, 0)
            opened = PurchaseOpen(
                line, int(row["order_id"]), row["number"], int(row["position"]), row["supplier"], row["sku"], 0,
                int(row["unit_price"]), order_day, received, received, supply,
            )  # fmt: skip
            rejected = 0 if supplier.is_inspected else int(row["rejected_quantity"])
            invoicing.bill(opened, int(row["received_quantity"]) - rejected, received)
        for day in [day for day in invoicing.invoices if day <= self.today]:
            del invoicing.invoices[day]

    def work_orders(self) -> None:
        """Released orders wait for their components; those on the line finish by their routing."""
        rows = self.ledger.records(
            "SELECT o.work_order_id AS id, o.number, i.sku, o.ordered_quantity - o.completed_quantity - "
            "o.scrapped_quantity AS quantity, "
            "o.planned_start_date, o.due_date, o.actual_start_date, o.is_rush FROM work_order o JOIN item i ON "
            "i.item_id = o.item_id "
            "WHERE o.status IN ('released', 'in_progress') ORDER BY o.work_order_id"
        )
        parts: dict[int, list[tuple[str, int]]] = {}
        for row in self.ledger.records(
            "SELECT c.work_order_id AS id, i.sku, c.required_quantity - c.issued_quantity AS quantity FROM "
            "work_order_component c "
            "JOIN work_order o ON o.work_order_id = c.work_order_id JOIN item i ON i.item_id = c.item_id "
            "WHERE o.status IN ('released', 'in_progress') AND c.required_quantity > c.issued_quantity ORDER BY "
            "c.work_order_component_id"
        ):
            parts.setdefault(int(row["id"]), []).append((row["sku"], int(row["quantity"])))
        making = self.simulation.making
        for row in rows:
            quantity, number = int(row["quantity"]), row["number"]
            item = self.world.catalogue.items.get(row["sku"])
            if item is None or quantity <= 0:
                continue
            due = self._day(row["due_date"])
            supply = Supply("work_order", int(row["id"]), number, due, quantity)
            order = WorkOpen(
                int(row["id"]),
                number,
                row["sku"],
                quantity,
                self._day(row["planned_start_date"]),
                due,
                supply,
                parts.get(int(row["id"]), []),
                bool(row["is_rush"]),
            )
            supply.opened = order
            if row["actual_start_date"] is None:
                making.claim(order)
                continue
            # Already on the line: it finishes by its routing, on the next working day at the earliest.
            order.started, order.components = self._day(row["actual_start_date"]), []
            finish = self.office.calendar.add(order.started, making.duration(item, quantity))
            order.finish = max(finish, self.office.calendar.on_or_after(self.today + 1))
            cell = self.office.cell(PLANT, row["sku"])
            cell.coming += quantity
            cell.supplies.append(supply)
            making.running[order.finish].append(order)

    def transfers(self) -> None:
        """Transfers that have not left, and what is on the road."""
        on_road: dict[int, list[tuple[str | None, int, int]]] = {}
        for row in self.ledger.records(
            "SELECT m.document_line_id AS line_id, m.lot_id, t.code AS lot, t.expiry_date, "
            "SUM(CASE WHEN l.kind = 'in_transit' THEN m.quantity ELSE -m.quantity END) AS quantity FROM movement_line m "
            "JOIN movement v ON v.movement_id = m.movement_id JOIN location l ON l.location_id = m.to_location_id "
            "JOIN lot t ON t.lot_id = m.lot_id JOIN transfer_order_line n ON n.transfer_order_line_id = m.document_line_id "
            "WHERE v.document_kind = 'transfer_order' AND n.shipped_quantity > n.received_quantity "
            "GROUP BY m.document_line_id, m.lot_id, t.code, t.expiry_date ORDER BY m.document_line_id, m.lot_id"
        ):
            if int(row["quantity"]) > 0:
                expiry = FAR if row["expiry_date"] is None else self._day(row["expiry_date"])
                lot = row["lot"] if row["lot_id"] else None
                on_road.setdefault(int(row["line_id"]), []).append((lot, expiry, int(row["quantity"])))
        moving = self.simulation.moving
        for row in self.ledger.records(
            "SELECT n.transfer_order_line_id AS line_id, o.transfer_order_id AS order_id, o.number, i.sku, w.code AS "
            "target, o.due_date, "
            "n.ordered_quantity - n.shipped_quantity - n.cancelled_quantity AS to_ship, n.shipped_quantity - "
            "n.received_quantity AS to_receive, "
            "n.shipped_date FROM transfer_order_line n JOIN transfer_order o ON o.transfer_order_id = n.transfer_order_id "
            "JOIN item i ON i.item_id = n.item_id JOIN warehouse w ON w.warehouse_id = o.to_warehouse_id "
            "JOIN warehouse f ON f.warehouse_id = o.from_warehouse_id WHERE o.status IN ('open', 'shipped') AND f.code = ? "
            "ORDER BY n.transfer_order_line_id",
            (PLANT,),
        ):
            to_ship, to_receive = max(int(row["to_ship"]), 0), max(int(row["to_receive"]), 0)
            if to_ship + to_receive == 0:
                continue
            due = self._day(row["due_date"])
            supply = Supply("transfer_order_line", int(row["line_id"]), row["number"], due, to_ship + to_receive)
            opened = TransferOpen(
                int(row["line_id"]),
                int(row["order_id"]),
                row["number"],
                row["sku"],
                row["target"],
                to_ship,
                due,
                self.today,
                self.office.calendar.on_or_before(due - 1),
                supply,
            )
            supply.opened = opened
            moving.claim(opened)
            for lot, expiry, quantity in on_road.get(int(row["line_id"]), ()):
                arrival = self.office.calendar.on_or_after(max(self._day(row["shipped_date"]) + 3, self.today + 1))
                home, left = self.office.home(row["target"], row["sku"]), self._day(row["shipped_date"])
                moving.on_road[arrival].append((opened, home, lot, expiry, quantity, left, None))
