"""Who made each late line late, if one walks back through the documents by hand?

The slow, obvious version that `fct_late_cause` is checked against: it reads ledger rows, never a mart, plays every shelf forward
unit by unit (first in, first out), and follows one line at a time, calling itself for what a supply waited for. The definitions
are those of docs/kpis.md, "Why a line was late", written down a second time and on purpose in another style.

    late_causes(read, as_of) -> {sales order line: {cause: days}}
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tests.models.naive_kpis import Read, Row, delivery_dates, whole_by

__all__ = ["late_causes"]

Causes = dict[str, int]
Share = tuple[str, int]  # cause, days
Place = tuple[int, int]  # item, warehouse
Path = tuple[tuple[str, int | None], ...]  # supplies already met
NOT_FOUND = re.compile("count|not found|not there|missing|找不到|盘|缺", re.IGNORECASE)
CUSTOMERS_REASONS = ("customer", "price", "credit")
ROOTLESS = {
    "none": "planning",
    "found": "wrong_count",
    "lost_stock": "wrong_count",
    "gone_stock": "stock_taken",
    "customer": "customer_change",
}
SUPPLIES = ("purchase_order_line", "work_order", "transfer_order_line")
NEVER = date.max


def late_causes(read: Read, as_of: date) -> dict[int, dict[str, int]]:
    """Signed days by cause of every late line; they sum to its late days, and causes without days are left out."""
    books = _Books(read, as_of)
    found = {}
    for line in books.table("sales_order_line").values():
        days = _Line(books, line).causes() if books.late_days(line) else None
        if days is not None:
            found[line["sales_order_line_id"]] = {cause: number for cause, number in days.items() if number}
    return found


@dataclass(frozen=True)
class _Came:
    """Goods that came into usable stock: from what, and when."""

    kind: str
    supply: int | None
    movement_line: int
    on: date
    received: date | None


@dataclass(frozen=True)
class _Left:
    """Goods that left usable stock, and what the last of their units had come with."""

    on: date
    movement_line: int
    quantity: int
    lot: int
    tied: date | None
    origin: _Came | None

    @property
    def came_on(self) -> date | None:
        return None if self.origin is None else min(self.origin.on, self.on)


@dataclass(frozen=True)
class _Supply:
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


def _days(later: date, earlier: date) -> int:
    return (later - earlier).days


class _Books:
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
            return max(_days(delivered, first), 0)
        if line["cancelled_quantity"] and line["cancelled_date"] > first and not self.is_open(line):
            parts = self.deliveries.get(line["sales_order_line_id"], [])
            return _days(max([line["cancelled_date"], *[day for day, _, _ in parts]]), first)
        return max(_days(self.as_of, first), 1)

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

    def _arrival(self, row: Row) -> _Came:
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
        return _Came(supply[0], supply[1], row["movement_line_id"], on, received)

    @cached_property
    def arrivals(self) -> list[tuple[_Came, int, Row]]:
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
    def takings(self) -> dict[tuple[str, int], list[_Left]]:
        """By document: what it took from the shelf, and where that had come from, first in, first out by lot."""
        shelves: dict[tuple[int, int, int], list[tuple[_Came, int]]] = defaultdict(list)
        days: dict[tuple[int, int, int, date], list[tuple[_Came, int]]] = defaultdict(list)
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
        found: dict[tuple[str, int], list[_Left]] = defaultdict(list)
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
                left = _Left(on, movement_line, row["quantity"], row["lot_id"], tied, None if wanted else origin)
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
    def supplies(self) -> dict[tuple[str, int], _Supply]:
        found = [*self._purchases(), *self._work_orders(), *self._transfers()]
        return {(supply.kind, supply.key): supply for supply in found}

    def _purchases(self) -> list[_Supply]:
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
                _Supply(
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

    def _work_orders(self) -> list[_Supply]:
        return [
            _Supply(
                "work_order",
                row["work_order_id"],
                row["item_id"],
                row["warehouse_id"],
                row["due_date"],
                _days(row["due_date"], row["planned_start_date"]),
                0,
                row["actual_start_date"],
                row["status"] in ("planned", "released", "in_progress"),
                row["due_date"],
            )
            for row in self.table("work_order").values()
        ]

    def _transfers(self) -> list[_Supply]:
        found = []
        for row in self.table("transfer_order_line").values():
            order = self.table("transfer_order")[row["transfer_order_id"]]
            source, target = order["from_warehouse_id"], order["to_warehouse_id"]
            planned = _days(order["due_date"], order["order_date"])
            lane = self.lane_days(source, self.table("warehouse")[target]["region"])
            wanted = row["ordered_quantity"] - row["cancelled_quantity"]
            found.append(
                _Supply(
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
    def came_from(self) -> dict[tuple[str, int], list[_Came]]:
        found: dict[tuple[str, int], list[_Came]] = defaultdict(list)
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

    def next_open(self, place: Place) -> _Supply | None:
        """The open supply expected first."""
        candidates = [s for s in self.supplies.values() if s.is_open and (s.item, s.warehouse) == place]
        return min(candidates, key=lambda s: (s.expected or NEVER, s.key), default=None)


@dataclass
class _Wait:
    """What somebody waited for: a supply or another kind of source; `came` is None while it is not there."""

    kind: str
    key: int | None = None
    came: _Came | None = None
    on: date | None = None


@dataclass
class _Tied:
    """Goods that were the line's: (since, quantity, what became of them), and the first day some were taken or not found."""

    events: list[tuple[date, int, str]]
    taken: date | None = None
    not_found: date | None = None

    def whole(self, due: int, *outcomes: str) -> date | None:
        """First day on which those of such outcome covered the line."""
        return whole_by(sorted((on, 0, quantity) for on, quantity, outcome in self.events if outcome in outcomes), due)


def _add(found: Causes, cause: str, days: int) -> None:
    found[cause] = found.get(cause, 0) + days


class _Chain:
    """The walk behind a line, from supply to supply."""

    def __init__(self, books: _Books, end: date, given_days: int) -> None:
        self.books, self.end, self.given_days = books, end, given_days

    def blame(self, wait: _Wait, need: date, actual: date, ahead: int) -> list[Share]:
        """Signed days by cause of the line's own supply, which had to be there on `need` and was there on `actual`."""
        if wait.kind not in SUPPLIES:
            return [(ROOTLESS.get(wait.kind, "untraceable"), _days(actual, need))]
        planned, behind, own = self._shares(wait, need, actual, ahead, ())
        return [*behind, *own, ("planning", _days(planned, need))]

    def _blame_wait(self, wait: _Wait, need: date, actual: date, ahead: int, path: Path) -> list[Share]:
        """The same behind a wait, deepest first: only what got through, never more than the wait; the rest was planned so."""
        left = _days(actual, need)
        if wait.kind not in SUPPLIES:
            return [(ROOTLESS.get(wait.kind, "untraceable"), left)]
        _, behind, own = self._shares(wait, need, actual, ahead, path)
        found = []
        for cause, days in [*behind, *own, ("planning", left)]:
            part = min(max(days, 0), left)
            found.append((cause, part))
            left -= part
        return found

    def _shares(self, wait: _Wait, need: date, actual: date, ahead: int, path: Path) -> tuple[date, list[Share], list[Share]]:
        """When the supply was planned for, what is behind it, and what it added itself."""
        assert wait.key is not None
        supply = self.books.supplies[wait.kind, wait.key]
        is_there = wait.came is not None
        began = supply.began if supply.began is not None and supply.began <= self.end else None
        run, pick = supply.run_days, supply.pick_days
        if not is_there:
            # What still lies ahead counts neither for nor against anybody.
            run = 0 if began is None else min(run, _days(self.end, began))
            pick = 0 if began is None else pick
        received = (wait.came.received or actual) if wait.came is not None else (began or self.end)
        planned = self._planned(supply, need, ahead, is_there)
        if planned is None:
            planned = received + timedelta(run)
        if wait.kind == "purchase_order_line":
            late, looked_at = _days(received, planned) + run, _days(actual, received) - run
            return planned, [], [("supplier", late), ("inspection", looked_at)]
        sent, further = self._behind(supply, wait, began)
        if is_there and sent is not None:
            # Sent early, it has until its due date: closed days are planned in.
            run = max(run, _days(planned, sent))
        start = planned - timedelta(run + pick)
        behind: list[Share] = []
        waited = 0
        here = (*path, (wait.kind, wait.key))
        if further is not None and (further.kind, further.key) not in here:
            ended = min(further.on or self.end, actual)
            waited = max(_days(ended, start), 0)
            if waited:
                still = supply.run_days + supply.pick_days - run - pick
                behind = self._blame_wait(further, start, ended, ahead + still, here)
        if wait.kind == "work_order":
            return planned, behind, [("production", _days(actual, planned) - waited)]
        road = 0 if sent is None else _days(actual, sent) - run
        return planned, behind, [("carrier", road), ("picking", _days(sent or actual, planned) + run - waited)]

    def _planned(self, supply: _Supply, need: date, ahead: int, is_there: bool) -> date | None:
        if supply.planned_end is None:
            # Nobody ever said a day: one that has not come is at least not here today.
            return None if is_there else min(need, self.end)
        planned = supply.planned_end + timedelta(ahead)
        # Time given by the customer's own move, or by a promise made knowing better, is not time that anybody won.
        planned = max(planned, min(planned + timedelta(self.given_days), need))
        return planned if is_there else min(planned, self.end)

    def _behind(self, supply: _Supply, wait: _Wait, began: date | None) -> tuple[date | None, _Wait | None]:
        """When a transfer's goods left, and what the supply itself waited for last."""
        kind = "work_order" if supply.kind == "work_order" else "transfer_order"
        taken = self.books.takings[kind, supply.key]
        if wait.came is not None and supply.kind == "transfer_order_line":
            part = self._part_of(taken, supply, wait.came)
            return (part.on, _from(part)) if part is not None else (None, None)
        if wait.came is not None:
            return None, _latest([left for left in taken if left.on <= wait.came.on])
        missing = self._missing(supply)
        return began, missing or _latest(taken)

    def _part_of(self, taken: list[_Left], supply: _Supply, came: _Came) -> _Left | None:
        """Of a transfer sent in parts, the part that arrived: lot by lot, in the order sent."""
        arrived = [
            (row["movement_line_id"], row["lot_id"], row["quantity"])
            for other, _, row in self.books.arrivals
            if (other.kind, other.supply) == (supply.kind, supply.key)
        ]
        lot = next(lot for key, lot, _ in arrived if key == came.movement_line)
        come_to = sum(quantity for key, of, quantity in arrived if of == lot and key <= came.movement_line)
        sent_to = 0
        for left in sorted((left for left in taken if left.lot == lot), key=lambda left: left.movement_line):
            sent_to += left.quantity
            if sent_to >= come_to:
                return left
        return None

    def _missing(self, supply: _Supply) -> _Wait | None:
        """What an open supply still lacks and the shelf has not: of several, what nobody ordered, else what is expected last."""
        if not supply.is_open:
            return None
        lacking: list[tuple[date, int, _Wait]] = []
        wanted: list[tuple[int, Place, int]] = []
        if supply.kind == "work_order":
            for row in self.books.components[supply.key]:
                place = (row["item_id"], supply.warehouse)
                wanted.append((row["work_order_component_id"], place, row["required_quantity"] - row["issued_quantity"]))
        elif supply.source is not None:
            wanted.append((0, (supply.item, supply.source), supply.unsent))
        for order, place, quantity in wanted:
            if place in self.books.known_places and quantity > self.books.free[place]:
                coming = self.books.next_open(place)
                wait = _Wait("none") if coming is None else _Wait(coming.kind, coming.key)
                lacking.append(((coming.expected if coming else None) or NEVER, -order, wait))
        return max(lacking, key=lambda entry: entry[:2], default=(None, None, None))[2]


def _from(left: _Left) -> _Wait | None:
    return None if left.origin is None else _Wait(left.origin.kind, left.origin.supply, left.origin, left.came_on)


def _latest(taken: list[_Left]) -> _Wait | None:
    known = [left for left in taken if left.origin is not None and left.came_on is not None]
    if not known:
        return None
    return _from(max(known, key=lambda left: (left.came_on or NEVER, left.origin.movement_line if left.origin else 0)))


class _Line:
    """One late sales line, from its delivery back to the shelf."""

    def __init__(self, books: _Books, line: Row) -> None:
        self.books, self.line, self.key = books, line, line["sales_order_line_id"]
        self.first = books.first_date(line)
        self.late_days = books.late_days(line)
        self.end = self.first + timedelta(self.late_days)
        self.delivered = books.delivered_on(line)
        after_promise = line["cancelled_quantity"] > 0 and line["cancelled_date"] > self.first
        self.is_cancelled = self.delivered is None and after_promise and not books.is_open(line)
        self.is_called_off = self.is_cancelled and line["cancel_reason"] in CUSTOMERS_REASONS
        self.found: Causes = {}

    def causes(self) -> Causes:
        """All days of the line; they sum to its late days."""
        books, end = self.books, self.end
        moved = self._moved_days()
        self._add("customer_change", moved)
        promise = self.first + timedelta(moved)
        shipment = self._shipment()
        order = books.table("sales_order")[self.line["sales_order_id"]]
        region = books.table("customer")[order["customer_id"]]["region"]
        standard_pick = books.pick_days(self.line["warehouse_id"])
        if shipment is None:
            standard_lane = books.lane_days(self.line["warehouse_id"], region) or 0
            lane, pick, left = 0, 0, end
        else:
            left = shipment["shipped_date"]
            standard_lane = _days(shipment["expected_delivery_date"] or left, left)
            lane = standard_lane if self.delivered is not None else max(min(standard_lane, _days(end, left)), 0)
            pick = standard_pick
        ahead = standard_lane + standard_pick - lane - pick if shipment is None else standard_lane - lane
        self._add("carrier", _days(end, left) - lane)
        need, out = promise - timedelta(lane + pick), left - timedelta(pick)
        tied = self._tied(standard_pick if shipment is not None else 0)
        ready = min(self._ready(tied, shipment, need, out), out)
        self._add("picking", _days(out, max(ready, need)))
        if ready > need:
            expected = max((peg["expected_date"] for peg in books.pegs[self.key]), default=date.min)
            allowed = promise - timedelta(standard_lane + standard_pick)
            known = min(max(_days(expected, allowed), 0), _days(ready, need))
            self._add("promise_infeasible", known)
            self._waited(tied, shipment, need + timedelta(known), ready, ahead, moved + known)
        return self.found

    def _add(self, cause: str, days: int) -> None:
        if cause == "picking" and self.is_called_off:
            cause = "customer_change"
        _add(self.found, cause, days)

    def _moved_days(self) -> int:
        """Days the customer asked for himself: from his word to the date he chose, or to his next word."""
        events = self.books.customer_moves[self.key]
        days = 0
        for event, following in zip(events, [*events[1:], None], strict=False):
            until = min(date.fromisoformat(json.loads(event["new_value"])["promised_date"]), self.end)
            if following is not None:
                until = min(until, following["business_date"])
            days += max(_days(until, max(self.first, event["business_date"])), 0)
        return days

    def _shipment(self) -> Row | None:
        """The shipment that made the line whole, or would once it arrives."""
        whole = self.line["shipped_quantity"] >= self.books.due(self.line)
        candidates = []
        for part in self.books.shipped[self.key]:
            shipment = self.books.table("shipment")[part["shipment_id"]]
            arrived = self.books.arrived_on(shipment)
            if (self.delivered is not None and arrived == self.delivered) or (
                self.delivered is None and arrived is None and whole
            ):
                candidates.append((arrived or NEVER, part["shipment_line_id"], shipment))
        return max(candidates, key=lambda entry: entry[:2], default=(None, None, None))[2]

    def _tied(self, pick: int) -> _Tied:
        """What was tied to the line, or went to it straight from the shelf, with what became of it."""
        tied = _Tied([])
        for row in self.books.allocations[self.key]:
            outcome = self._outcome(row)
            if outcome is not None:
                tied.events.append((row["allocated_date"], row["quantity"], outcome))
            if outcome == "taken":
                tied.taken = min(tied.taken or NEVER, row["closed_date"])
            if outcome == "not_found":
                tied.not_found = min(tied.not_found or NEVER, row["closed_date"])
        lost = [day for day in (tied.taken, tied.not_found) if day is not None]
        for part in self.books.shipped[self.key]:
            for left in self.books.takings["shipment", part["shipment_line_id"]]:
                if left.tied is not None:
                    continue
                came = left.came_on
                replaces = came is not None and bool(lost) and came <= min(lost)
                on = left.on - timedelta(pick) if came is None or replaces else came
                tied.events.append((on, left.quantity, "kept"))
        return tied

    def _outcome(self, row: Row) -> str | None:
        if row["state"] != "released" or row["release_reason"] == "cancelled":
            return "kept"
        if row["taken_by_line_id"] is not None:
            return "taken"
        if NOT_FOUND.search(row["release_reason"] or ""):
            return "not_found"
        for lost, _ in self.books.losses:
            same_place = all(lost[name] == row[name] for name in ("item_id", "lot_id")) and (
                lost["from_location_id"] == row["location_id"]
            )
            if same_place and 0 <= _days(lost["business_date"], row["closed_date"]) <= 7:
                return "not_found"
        return None

    def _ready(self, tied: _Tied, shipment: Row | None, need: date, out: date) -> date:
        whole = tied.whole(self.books.due(self.line), "kept")
        if whole is not None:
            return whole
        if shipment is not None:
            return out
        line, place = self.line, (self.line["item_id"], self.line["warehouse_id"])
        untied = line["ordered_quantity"] - line["cancelled_quantity"] - line["shipped_quantity"] - line["allocated_quantity"]
        if not self.is_cancelled and place in self.books.known_places and self.books.free[place] >= untied:
            return need
        return self.end

    def _waited(self, tied: _Tied, shipment: Row | None, need: date, ready: date, ahead: int, given: int) -> None:
        """The days the goods were not there: taken, not found, not tied, and then what their supply has to answer for."""
        due = self.books.due(self.line)
        without_taking, without_loss = tied.whole(due, "kept", "taken"), tied.whole(due, "kept", "taken", "not_found")
        pegs = self.books.pegs[self.key]
        source: _Wait | None = None
        is_lost = False
        for cause, since, whole in (
            ("stock_taken", tied.taken, without_taking),
            ("wrong_count", tied.not_found, without_loss),
        ):
            if since is None:
                continue
            could = whole or ready
            until = max(could, since, need)
            if until < ready:
                is_lost = True
                self._add(cause, _days(ready, until))
                # Before that it lay ready and nobody sent it.
                self._idle(_days(until, max(could, need)))
                ready = max(could, need)
        if not is_lost:
            source = _latest(
                [
                    left
                    for part in self.books.shipped[self.key]
                    if shipment is not None and part["shipment_id"] == shipment["shipment_id"]
                    for left in self.books.takings["shipment", part["shipment_line_id"]]
                ]
                or (self.books.takings["allocation", self.key] if shipment is None else [])
            )
        basis = self._basis(pegs)
        if basis is not None and basis.came is not None and shipment is None and not is_lost:
            # It has come and is not here any more: the line waits for what comes next.
            basis = None
        if is_lost or source is None or source.kind not in (*SUPPLIES, "found"):
            source = self._second_best(is_lost, source, basis)
        came = need if ready <= need else max(min(source.on or ready, ready), need)
        self._add("picking", _days(ready, came))
        if came <= need:
            return
        if pegs and all(peg["supply_kind"] == "stock" for peg in pegs):
            since = min(peg["business_date"] for peg in pegs)
            place = (self.line["item_id"], self.line["warehouse_id"])
            written_off = any(
                (row["item_id"], warehouse) == place and since <= row["business_date"] <= came
                for row, warehouse in self.books.losses
            )
            source = _Wait("lost_stock" if written_off else "gone_stock")
        for cause, days in _Chain(self.books, self.end, given).blame(source, need, came, ahead):
            _add(self.found, cause, days)

    def _idle(self, days: int) -> None:
        _add(self.found, "picking", days)

    def _basis(self, pegs: list[Row]) -> _Wait | None:
        """The part of the first promise's basis that came last, or has not come."""
        waits = []
        for peg in pegs:
            if peg["supply_id"] is None:
                continue
            supply = self.books.supplies.get((peg["supply_kind"], peg["supply_id"]))
            came = max(
                self.books.came_from[peg["supply_kind"], peg["supply_id"]], key=lambda c: (c.on, c.movement_line), default=None
            )
            if came is not None and (came.on > self.end or (supply is not None and supply.is_open)):
                came = None
            waits.append(_Wait(peg["supply_kind"], peg["supply_id"], came, came.on if came else None))
        return max(waits, key=lambda wait: (wait.on or NEVER, wait.key or 0), default=None)

    def _second_best(self, is_lost: bool, source: _Wait | None, basis: _Wait | None) -> _Wait:
        if basis is not None:
            return basis
        if is_lost:
            return _Wait("untraceable")
        if source is not None:
            return _Wait("untraceable", None, source.came, source.on)
        place = (self.line["item_id"], self.line["warehouse_id"])
        if not self.is_cancelled and self._shipment() is None and place in self.books.known_places:
            coming = self.books.next_open(place)
            return _Wait("none") if coming is None else _Wait(coming.kind, coming.key)
        if self.is_called_off:
            return _Wait("customer")
        if self.is_cancelled and self.line["cancel_reason"] == "no_stock":
            return _Wait("none")
        return _Wait("untraceable")
