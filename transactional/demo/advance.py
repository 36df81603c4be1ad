"""How does the demo company live on after its end? From the ledger's present state, so that what people did counts.

Stock, open purchases (also those that people approved: their supplier delivers by its habit), work orders,
transfers, sales orders and shipments are read from the ledger; what the generator would have drawn for them (the day
a supplier really comes) is drawn again from the same seed and the document's own number. Every day is one
transaction, so an interruption leaves whole days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from kernel.errors import Refused
from transactional.demo.buying import Held
from transactional.demo.chance import random_for
from transactional.demo.demand import Demand
from transactional.demo.load import recorded_at
from transactional.demo.plot import Plot
from transactional.demo.problems import plan_problems
from transactional.demo.scale import FULL, SMALL
from transactional.demo.selling import Delivery
from transactional.demo.simulate import Simulation
from transactional.demo.state import FAR, OrderLine, PurchaseOpen, SalesOpen, Slot, Supply, TransferOpen, WorkOpen
from transactional.demo.world import PLANT, build_world
from transactional.ledger import Ledger

__all__ = ["advance", "present_company"]


def advance(ledger: Ledger, days: int, *, progress: Callable[[int, int, str], None] | None = None) -> date:
    """Post `days` more days of business.

    Args:
        ledger: a demo company's ledger.
        days: calendar days, at least 1.
        progress: told after each posted day: days posted, days in all, date.

    Returns: the company's new today.

    Raises: Refused when the ledger does not hold a demo company.
    """
    company, today = present_company(ledger)
    for done in range(1, days + 1):
        today += timedelta(days=1)
        commands = company.live(company.world.day(today))
        ledger.post(commands, recorded_at=recorded_at(today))
        if progress is not None:
            progress(done, days, today.isoformat())
    return today


def present_company(ledger: Ledger) -> tuple[Simulation, date]:
    """The simulated company as the ledger has it now, and the ledger's today. Raises Refused when it is no demo company."""
    found = ledger.records("SELECT code, source, demo_seed, today FROM company")
    if not found or found[0]["source"] != "demo" or found[0]["demo_seed"] is None:
        raise Refused("demo.not_a_demo_company", got=found[0]["code"] if found else "-")
    company = found[0]
    scale = SMALL if f"-{SMALL.name.upper()}-" in company["code"] else FULL
    world = build_world(int(company["demo_seed"]), scale)
    plot = Plot()
    plan_problems(world, plot)
    codes = tuple(item.sku for item in plot.duplicates)
    places = ", ".join("?" * len(codes))
    if codes and not ledger.rows(f"SELECT 1 FROM item WHERE sku IN ({places})", codes):
        plot = Plot()  # the twin without problems
    simulation = Simulation(world, plot, Demand(world, plot.collapse))
    today = _date(company["today"])
    simulation.office.begin(world.day(today))
    reader = _Reader(ledger, simulation)
    reader.stock()
    reader.purchases()
    reader.inspections()
    reader.work_orders()
    reader.transfers()
    reader.sales()
    reader.shipments()
    return simulation, today


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


class _Reader:
    """Fills the mirror from the ledger's tables."""

    def __init__(self, ledger: Ledger, simulation: Simulation) -> None:
        self.ledger = ledger
        self.simulation = simulation
        self.office = simulation.office
        self.world = simulation.world
        self.today = self.office.day

    def _day(self, value: Any) -> int:
        return self.world.day(_date(value))

    def stock(self) -> None:
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
                self.simulation.selling.lot_expiry[row["sku"], lot] = expiry
                random = random_for(self.world.seed, "returned", row["sku"], lot, self.today)
                when = self.office.calendar.add(self.today + 1, random.randint(1, 6))
                self.simulation.selling.returned[when].append((row["warehouse"], row["sku"], lot, quantity, 0))

    def purchases(self) -> None:
        rows = self.ledger.records(
            "SELECT p.purchase_order_line_id AS line_id, o.purchase_order_id AS order_id, o.number, s.code AS supplier, i.sku, "
            "p.ordered_quantity - p.received_quantity - p.cancelled_quantity AS quantity, p.unit_price, o.order_date, "
            "p.first_promised_date, p.last_promised_date FROM purchase_order_line p "
            "JOIN purchase_order o ON o.purchase_order_id = p.purchase_order_id JOIN supplier s ON s.supplier_id = o.supplier_id "
            "JOIN item i ON i.item_id = p.item_id JOIN warehouse w ON w.warehouse_id = p.warehouse_id "
            "WHERE p.status = 'open' AND o.status = 'approved' AND w.code = ? ORDER BY p.purchase_order_line_id",
            (PLANT,),
        )
        buying = self.simulation.buying
        for row in rows:
            supplier = self.world.suppliers.get(row["supplier"])
            if supplier is None or int(row["quantity"]) <= 0:
                continue
            order_day = self._day(row["order_date"])
            usual = self.office.calendar.on_or_after(supplier.calendar.add(order_day, supplier.lead_days - 1) + 1)
            promised = usual if row["first_promised_date"] is None else self._day(row["first_promised_date"])
            arrival = buying.habit(supplier, row["sku"], order_day, promised)
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
                int(row["line_id"]) % 10,
                row["supplier"],
                row["sku"],
                quantity,
                int(row["unit_price"]),
                order_day,
                promised,
                self.office.calendar.on_or_after(arrival),
                supply,
            )
            cell = self.office.cell(PLANT, row["sku"])
            cell.coming += quantity
            cell.supplies.append(supply)
            buying.expect(opened)

    def inspections(self) -> None:
        rows = self.ledger.records(
            "SELECT r.goods_receipt_id AS receipt_id, g.goods_receipt_line_id AS line_id, s.code AS supplier, i.sku, "
            "l.code AS location, "
            "g.lot_id, t.code AS lot, t.expiry_date, g.received_quantity - g.rejected_quantity AS quantity FROM "
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
            self.simulation.buying.inspections[when].append(
                Held(
                    int(row["receipt_id"]),
                    line,
                    line,
                    row["supplier"],
                    row["sku"],
                    row["location"],
                    row["lot"] if row["lot_id"] else None,
                    expiry,
                    quantity,
                )
            )

    def work_orders(self) -> None:
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
                int(row["line_id"]), int(row["order_id"]), row["number"], row["sku"], row["target"], to_ship, due, supply
            )
            moving.claim(opened)
            for lot, expiry, quantity in on_road.get(int(row["line_id"]), ()):
                arrival = self.office.calendar.on_or_after(max(self._day(row["shipped_date"]) + 3, self.today + 1))
                moving.on_road[arrival].append((opened, self.office.home(row["target"], row["sku"]), lot, expiry, quantity))

    def sales(self) -> None:
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
        selling = self.simulation.selling
        for row in self.ledger.records(
            "SELECT l.sales_order_line_id AS line_id, o.sales_order_id AS order_id, o.number, c.code AS customer, "
            "c.region, w.code AS warehouse, "
            "i.sku, l.ordered_quantity, l.ordered_quantity - l.shipped_quantity - l.cancelled_quantity AS "
            "open_quantity, l.allocated_quantity, "
            "l.order_date, l.requested_date, l.first_promised_date, l.last_promised_date FROM sales_order_line l "
            "JOIN sales_order o ON o.sales_order_id = l.sales_order_id JOIN customer c ON c.customer_id = o.customer_id "
            "JOIN warehouse w ON w.warehouse_id = l.warehouse_id JOIN item i ON i.item_id = l.item_id WHERE l.status = 'open' "
            "ORDER BY l.sales_order_line_id"
        ):
            customer = selling.by_code.get(row["customer"])
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
                len(order.lines),
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
                selling.plan[max(when, next_day)].append(line)
            elif line.picks:
                selling.ready[max(ship, next_day)].append(line)

    def _slot(self, slots: list[Slot], location: str, lot: str | None) -> Slot:
        return next(slot for slot in slots if slot.location == location and slot.lot == lot)

    def shipments(self) -> None:
        carried: dict[int, list[tuple[OrderLine, str | None, int]]] = {}
        heads: dict[int, tuple[str, SalesOpen, int]] = {}
        for row in self.ledger.records(
            "SELECT s.shipment_id AS id, s.number, s.shipped_date, s.region, c.code AS customer, w.code AS warehouse, "
            "i.sku, n.lot_id, "
            "t.code AS lot, n.quantity, n.sales_order_line_id AS line_id, l.first_promised_date, l.requested_date, "
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
            line = OrderLine(int(row["line_id"]), order, 0, row["sku"], int(row["quantity"]), 0, promised, promised, shipped)
            heads[key] = (row["number"], order, shipped)
            carried.setdefault(key, []).append((line, row["lot"] if row["lot_id"] else None, int(row["quantity"])))
        for key, (number, order, shipped) in heads.items():
            delivery: Delivery = (key, number, order.customer, carried[key])
            self.simulation.selling.send_off(delivery, shipped, order, earliest=self.today + 1)
