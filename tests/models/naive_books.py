"""What do the documents of a company say, read by hand: what came, what was tied, what left, what was on its way?

Every shelf is played forward unit by unit, first in, first out, from ledger rows and never from a mart.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tests.models.naive_kpis import Read, Row, delivery_dates, whole_by

__all__ = ["NEVER", "NOT_FOUND", "SUPPLIES", "Books", "Came", "Left", "Place", "Supply", "days_between"]

NEVER = date.max
Place = tuple[int, int]  # item, warehouse
NOT_FOUND = re.compile("count|not found|not there|missing|找不到|盘|缺", re.IGNORECASE)
SUPPLIES = ("purchase_order_line", "work_order", "transfer_order_line")


@dataclass(frozen=True)
class Came:
    """Goods that came into usable stock: from what, and when."""

    kind: str
    supply: int | None
    movement_line: int
    on: date
    received: date | None


@dataclass(frozen=True)
class Left:
    """Goods that left usable stock, and what the last of their units had come with."""

    on: date
    movement_line: int
    quantity: int
    lot: int
    tied: date | None
    origin: Came | None

    @property
    def came_on(self) -> date | None:
        return None if self.origin is None else min(self.origin.on, self.on)


@dataclass(frozen=True)
class Supply:
    """A purchase line, work order or transfer line, and its plan."""

    kind: str
    key: int
    item: int
    warehouse: int
    planned_end: date | None
    run_days: int
    pick_days: int
    began: date | None  # received, started, sent
    is_open: bool
    expected: date | None
    source: int | None = None
    unsent: int = 0


def days_between(later: date, earlier: date) -> int:
    return (later - earlier).days


class Books:
    """The ledger's rows, by key, and the shelves played forward."""

    def __init__(self, read: Read, as_of: date) -> None:
        self.read, self.as_of = read, as_of
        self._tables: dict[str, dict[int, Row]] = {}

    def table(self, name: str) -> dict[int, Row]:
        if name not in self._tables:
            key = {"bill_of_materials": "bom_id"}.get(name, f"{name}_id")
            self._tables[name] = {row[key]: row for row in self.read(name)}
        return self._tables[name]

    @cached_property
    def deliveries(self) -> dict[int, list[tuple[date, int, int]]]:
        return delivery_dates(self.read, self.as_of)

    # -- lateness

    def first_date(self, line: Row) -> date:
        day: date = line["first_promised_date"] or line["requested_date"]
        return day

    def due(self, line: Row) -> int:
        is_in_time = line["cancelled_date"] is not None and line["cancelled_date"] <= self.first_date(line)
        wanted: int = line["ordered_quantity"] - (line["cancelled_quantity"] if is_in_time else 0)
        return wanted

    def delivered_on(self, line: Row) -> date | None:
        return whole_by(self.deliveries.get(line["sales_order_line_id"], []), self.due(line))

    def is_open(self, line: Row) -> bool:
        parts = self.deliveries.get(line["sales_order_line_id"], [])
        return bool(line["ordered_quantity"] - line["cancelled_quantity"] > sum(quantity for _, _, quantity in parts))

    def late_days(self, line: Row) -> int:
        first = self.first_date(line)
        if self.due(line) <= 0 or first > self.as_of:
            return 0
        delivered = self.delivered_on(line)
        if delivered is not None:
            return max(days_between(delivered, first), 0)
        if line["cancelled_quantity"] and line["cancelled_date"] > first and not self.is_open(line):
            parts = self.deliveries.get(line["sales_order_line_id"], [])
            return days_between(max([line["cancelled_date"], *[day for day, _, _ in parts]]), first)
        return max(days_between(self.as_of, first), 1)

    # -- the shelves

    @cached_property
    def undone(self) -> set[int]:
        movements = self.table("movement")
        reversals = {row["movement_id"] for row in movements.values() if row["reversal_of_movement_id"] is not None}
        return reversals | {movements[key]["reversal_of_movement_id"] for key in reversals}

    def _usable(self, location: int, status: str) -> int | None:
        place = self.table("location")[location]
        return place["warehouse_id"] if place["kind"] == "bin" and status == "available" else None

    @cached_property
    def _changes(self) -> tuple[list[tuple[Row, int]], list[tuple[Row, int]]]:
        """Movement lines that brought something into a warehouse's usable stock, and those that took something."""
        came, went = [], []
        for row in self.table("movement_line").values():
            if row["movement_id"] in self.undone:
                continue
            source = self._usable(row["from_location_id"], row["from_status"])
            target = self._usable(row["to_location_id"], row["to_status"])
            if source == target:
                continue
            if target is not None:
                came.append((row, target))
            if source is not None:
                went.append((row, source))
        return came, went

    def _arrival(self, row: Row) -> Came:
        movement = self.table("movement")[row["movement_id"]]
        kind, line = movement["document_kind"], row["document_line_id"]
        on, received = row["business_date"], None
        receipt_line: Row | None = None
        if kind == "goods_receipt":
            receipt_line = self.table("goods_receipt_line").get(line)
            supply: tuple[str, int | None] = ("other", None)
        elif kind == "work_order":
            supply = ("work_order", movement["document_id"])
        elif kind == "transfer_order":
            supply = ("transfer_order_line", line)
        elif self.table("location")[row["from_location_id"]]["kind"] == "count_difference":
            supply = ("found", movement["document_id"])
        elif kind in ("opening", "customer_return"):
            supply = (kind, movement["document_id"])
        else:
            supply = ("other", None)
            lot = self.table("lot").get(row["lot_id"])
            if kind == "move" and row["lot_id"] and lot is not None:
                if lot["origin_kind"] == "work_order":
                    supply = ("work_order", lot["origin_id"])
                elif lot["origin_kind"] == "goods_receipt_line":
                    born = self.table("goods_receipt_line")[lot["origin_id"]]
                    supply = ("purchase_order_line", born["purchase_order_line_id"])
                    received = self.table("goods_receipt")[born["goods_receipt_id"]]["received_date"]
        if receipt_line is not None:
            receipt = self.table("goods_receipt")[receipt_line["goods_receipt_id"]]
            supply = ("purchase_order_line", receipt_line["purchase_order_line_id"])
            received = receipt["received_date"]
            on = max(on, receipt["inspected_date"] or on)
        return Came(supply[0], supply[1], row["movement_line_id"], on, received)

    @cached_property
    def arrivals(self) -> list[tuple[Came, int, Row]]:
        """What came, into which warehouse."""
        return [(self._arrival(row), warehouse, row) for row, warehouse in self._changes[0]]

    def _tied_date(self, row: Row) -> date | None:
        """When shipped goods had been tied to their line: by then they had left the queue."""
        part = self.table("shipment_line")[row["document_line_id"]]
        shipped = self.table("shipment")[part["shipment_id"]]["shipped_date"]
        dates = [
            entry["allocated_date"]
            for entry in self.allocations[part["sales_order_line_id"]]
            if entry["state"] == "consumed"
            and (entry["location_id"], entry["lot_id"], entry["closed_date"]) == (part["location_id"], part["lot_id"], shipped)
        ]
        return max(dates, default=None)

    @cached_property
    def allocations(self) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.table("allocation").values():
            if row["demand_kind"] == "sales_order_line":
                found[row["demand_line_id"]].append(row)
        return found

    @cached_property
    def shipped(self) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.table("shipment_line").values():
            found[row["sales_order_line_id"]].append(row)
        return found

    def arrived_on(self, shipment: Row) -> date | None:
        if shipment["status"] == "lost":
            return None
        day: date = (
            shipment["signed_date"]
            or shipment["carrier_delivered_date"]
            or shipment["expected_delivery_date"]
            or shipment["shipped_date"]
        )
        return day if day <= self.as_of else None

    @cached_property
    def customer_moves(self) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in sorted(self.read("document_event"), key=lambda row: (row["posting_sequence"], row["event_id"])):
            if row["document_kind"] == "sales_order" and row["event_kind"] == "customer_change":
                found[row["line_id"]].append(row)
        return found

    @cached_property
    def components(self) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.table("work_order_component").values():
            found[row["work_order_id"]].append(row)
        return found

    @cached_property
    def pegs(self) -> dict[int, list[Row]]:
        """What each line's first promise rested on; later promises do not count."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.read("promise_peg"):
            if row["promised_date"] == self.table("sales_order_line")[row["sales_order_line_id"]]["first_promised_date"]:
                found[row["sales_order_line_id"]].append(row)
        return defaultdict(
            list,
            {
                line: [row for row in rows if row["posting_sequence"] == min(peg["posting_sequence"] for peg in rows)]
                for line, rows in found.items()
            },
        )

    @cached_property
    def takings(self) -> dict[tuple[str, int], list[Left]]:
        """By document: what it took from the shelf, and where that had come from, first in, first out by lot."""
        shelves: dict[tuple[int, int, int], list[tuple[Came, int]]] = defaultdict(list)
        days: dict[tuple[int, int, int, date], list[tuple[Came, int]]] = defaultdict(list)
        for came, warehouse, row in self.arrivals:
            days[row["item_id"], warehouse, row["lot_id"], came.on].append((came, row["quantity"]))
        for (item, warehouse, lot, _), entries in days.items():
            # What came to a shelf on one day cannot be told apart: the last of it stands for all.
            last = max((came for came, _ in entries), key=lambda came: came.movement_line)
            shelves[item, warehouse, lot].append((last, sum(quantity for _, quantity in entries)))
        queues: dict[tuple[int, int, int], list[tuple[date, int, Row, date | None, str]]] = defaultdict(list)
        for row, warehouse in self._changes[1]:
            kind = self.table("movement")[row["movement_id"]]["document_kind"]
            tied = self._tied_date(row) if kind == "shipment" else None
            place = (row["item_id"], warehouse, row["lot_id"])
            queues[place].append((tied or row["business_date"], row["movement_line_id"], row, tied, kind))
        for row in self.table("allocation").values():
            # Tied and not yet shipped: gone from the queue as well.
            if row["demand_kind"] == "sales_order_line" and row["state"] == "open":
                place = (row["item_id"], self.table("location")[row["location_id"]]["warehouse_id"], row["lot_id"])
                queues[place].append((row["allocated_date"], row["allocation_id"], row, row["allocated_date"], "allocation"))
        found: dict[tuple[str, int], list[Left]] = defaultdict(list)
        for place, queue in queues.items():
            shelf = deque(sorted(shelves[place], key=lambda entry: (entry[0].on, entry[0].movement_line)))
            left_of_first = shelf[0][1] if shelf else 0
            for _, movement_line, row, tied, kind in sorted(queue, key=lambda entry: entry[:2]):
                wanted, origin = row["quantity"], None
                while wanted and shelf:
                    part = min(wanted, left_of_first)
                    wanted, left_of_first, origin = wanted - part, left_of_first - part, shelf[0][0]
                    if not left_of_first:
                        shelf.popleft()
                        left_of_first = shelf[0][1] if shelf else 0
                if kind == "allocation":
                    document, on = row["demand_line_id"], row["allocated_date"]
                elif kind == "work_order":
                    document, on = self.table("movement")[row["movement_id"]]["document_id"], row["business_date"]
                else:
                    document, on = row["document_line_id"], row["business_date"]
                left = Left(on, movement_line, row["quantity"], row["lot_id"], tied, None if wanted else origin)
                if kind in ("shipment", "work_order", "transfer_order", "allocation"):
                    found[kind, document].append(left)
        return found

    @cached_property
    def losses(self) -> list[tuple[Row, int]]:
        """Usable stock written off as a count difference, and its warehouse."""
        locations = self.table("location")
        reversals = {key for key, row in self.table("movement").items() if row["reversal_of_movement_id"] is not None}
        return [
            (row, locations[row["from_location_id"]]["warehouse_id"])
            for row in self.table("movement_line").values()
            if locations[row["to_location_id"]]["kind"] == "count_difference"
            and self._usable(row["from_location_id"], row["from_status"]) is not None
            and row["movement_id"] not in reversals
        ]

    # -- standards

    def pick_days(self, warehouse: int) -> int:
        return int(self.pick_settings.get(f"warehouse:{warehouse}", self.pick_settings.get("", "0")))

    @cached_property
    def pick_settings(self) -> dict[str, str]:
        return {row["scope"]: row["value"] for row in self.read("setting") if row["name"] == "pick_days"}

    def lane_days(self, warehouse: int, region: str) -> int | None:
        lanes = [
            row["transit_days"]
            for row in self.table("carrier_lane").values()
            if (row["warehouse_id"], row["region"]) == (warehouse, region)
        ]
        return min(lanes, default=None)

    # -- supplies

    @cached_property
    def supplies(self) -> dict[tuple[str, int], Supply]:
        found = [*self._purchases(), *self._work_orders(), *self._transfers()]
        return {(supply.kind, supply.key): supply for supply in found}

    def _purchases(self) -> list[Supply]:
        orders = self.table("purchase_order")
        places = {(row["item_id"], row["warehouse_id"]): row["inspection_days"] for row in self.read("item_location")}
        receipts: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
        for row in self.table("goods_receipt_line").values():
            when = self.table("goods_receipt")[row["goods_receipt_id"]]["received_date"]
            receipts[row["purchase_order_line_id"]].append((when, row["goods_receipt_line_id"], row["received_quantity"]))
        found = []
        for row in self.table("purchase_order_line").values():
            key, wanted = row["purchase_order_line_id"], row["ordered_quantity"] - row["cancelled_quantity"]
            looked_at = places.get((row["item_id"], row["warehouse_id"]), 0)
            asked = row["requested_date"] or row["required_date"]
            promised = row["first_promised_date"] or asked
            is_open = (
                row["status"] == "open"
                and orders[row["purchase_order_id"]]["status"] == "approved"
                and wanted > row["received_quantity"]
            )
            found.append(
                Supply(
                    "purchase_order_line",
                    key,
                    row["item_id"],
                    row["warehouse_id"],
                    promised and promised + timedelta(looked_at),
                    looked_at,
                    0,
                    whole_by(sorted(receipts[key]), wanted),
                    is_open,
                    row["last_promised_date"] or promised,
                )
            )
        return found

    def _work_orders(self) -> list[Supply]:
        return [
            Supply(
                "work_order",
                row["work_order_id"],
                row["item_id"],
                row["warehouse_id"],
                row["due_date"],
                days_between(row["due_date"], row["planned_start_date"]),
                0,
                row["actual_start_date"],
                row["status"] in ("planned", "released", "in_progress"),
                row["due_date"],
            )
            for row in self.table("work_order").values()
        ]

    def _transfers(self) -> list[Supply]:
        found = []
        for row in self.table("transfer_order_line").values():
            order = self.table("transfer_order")[row["transfer_order_id"]]
            source, target = order["from_warehouse_id"], order["to_warehouse_id"]
            planned = days_between(order["due_date"], order["order_date"])
            lane = self.lane_days(source, self.table("warehouse")[target]["region"])
            wanted = row["ordered_quantity"] - row["cancelled_quantity"]
            found.append(
                Supply(
                    "transfer_order_line",
                    row["transfer_order_line_id"],
                    row["item_id"],
                    target,
                    order["due_date"],
                    planned if lane is None else min(lane, planned),
                    self.pick_days(source),
                    row["shipped_date"],
                    order["status"] in ("open", "shipped") and wanted > row["received_quantity"],
                    order["due_date"],
                    source,
                    wanted - row["shipped_quantity"],
                )
            )
        return found

    @cached_property
    def came_from(self) -> dict[tuple[str, int], list[Came]]:
        found: dict[tuple[str, int], list[Came]] = defaultdict(list)
        for came, _, _ in self.arrivals:
            if came.supply is not None:
                found[came.kind, came.supply].append(came)
        return found

    @cached_property
    def known_places(self) -> set[Place]:
        shelves = {(row["item_id"], warehouse) for _, warehouse, row in self.arrivals}
        return shelves | {(supply.item, supply.warehouse) for supply in self.supplies.values()}

    @cached_property
    def free(self) -> Counter[Place]:
        """Usable, not tied, not expired, today."""
        found: Counter[Place] = Counter()
        for row in self.read("stock_balance"):
            place = self.table("location")[row["location_id"]]
            expiry = self.table("lot")[row["lot_id"]]["expiry_date"]
            if place["kind"] == "bin" and row["status"] == "available" and (expiry is None or expiry >= self.as_of):
                found[row["item_id"], place["warehouse_id"]] += row["on_hand_quantity"] - row["allocated_quantity"]
        return found

    def next_open(self, place: Place) -> Supply | None:
        """The open supply expected first."""
        candidates = [s for s in self.supplies.values() if s.is_open and (s.item, s.warehouse) == place]
        return min(candidates, key=lambda s: (s.expected or NEVER, s.key), default=None)
