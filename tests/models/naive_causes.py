"""Who made each late line late, if one walks back through the documents by hand?

The slow, obvious version that `fct_late_cause` is checked against: it reads ledger rows, never a mart, plays every shelf forward
unit by unit (`naive_books`), and follows one line at a time, back through what its supplies waited for (`naive_chain`). The
definitions are those of docs/kpis.md, "Why a line was late", written down a second time and on purpose in another style.

    late_causes(read, as_of) -> {sales order line: {cause: days}}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from tests.models.naive_books import NEVER, NOT_FOUND, SUPPLIES, Books, days_between
from tests.models.naive_chain import Chain, Wait, latest
from tests.models.naive_kpis import Read, Row, whole_by

__all__ = ["late_causes"]

Causes = dict[str, int]
CUSTOMERS_REASONS = ("customer", "price", "credit")


def late_causes(read: Read, as_of: date) -> dict[int, dict[str, int]]:
    """Signed days by cause of every late line; they sum to its late days, and causes without days are left out."""
    books = Books(read, as_of)
    found = {}
    for line in books.table("sales_order_line").values():
        days = _Line(books, line).causes() if books.late_days(line) else None
        if days is not None:
            found[line["sales_order_line_id"]] = {cause: number for cause, number in days.items() if number}
    return found


@dataclass
class _Tied:
    """Goods that were the line's: (since, quantity, what became of them), and the first day some were taken or not found."""

    events: list[tuple[date, int, str]]
    taken: date | None = None
    not_found: date | None = None

    def whole(self, due: int, *outcomes: str) -> date | None:
        """First day on which those of such outcome covered the line."""
        return whole_by(sorted((on, 0, quantity) for on, quantity, outcome in self.events if outcome in outcomes), due)


def _add_days(found: Causes, cause: str, days: int) -> None:
    found[cause] = found.get(cause, 0) + days


class _Line:
    """One late sales line, from its delivery back to the shelf."""

    def __init__(self, books: Books, line: Row) -> None:
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
            standard_lane = days_between(shipment["expected_delivery_date"] or left, left)
            lane = standard_lane if self.delivered is not None else max(min(standard_lane, days_between(end, left)), 0)
            pick = standard_pick
        ahead = standard_lane + standard_pick - lane - pick if shipment is None else standard_lane - lane
        self._add("carrier", days_between(end, left) - lane)
        need, out = promise - timedelta(lane + pick), left - timedelta(pick)
        tied = self._tied(standard_pick if shipment is not None else 0)
        ready = min(self._ready(tied, shipment, need, out), out)
        self._add("picking", days_between(out, max(ready, need)))
        if ready > need:
            expected = max((peg["expected_date"] for peg in books.pegs[self.key]), default=date.min)
            allowed = promise - timedelta(standard_lane + standard_pick)
            known = min(max(days_between(expected, allowed), 0), days_between(ready, need))
            self._add("promise_infeasible", known)
            self._waited(tied, shipment, need + timedelta(known), ready, ahead, moved + known)
        return self.found

    def _add(self, cause: str, days: int) -> None:
        if cause == "picking" and self.is_called_off:
            cause = "customer_change"
        _add_days(self.found, cause, days)

    def _moved_days(self) -> int:
        """Days the customer asked for himself: from his word to the date he chose, or to his next word."""
        events = self.books.customer_moves[self.key]
        days = 0
        for event, following in zip(events, [*events[1:], None], strict=False):
            until = min(date.fromisoformat(json.loads(event["new_value"])["promised_date"]), self.end)
            if following is not None:
                until = min(until, following["business_date"])
            days += max(days_between(until, max(self.first, event["business_date"])), 0)
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
            if same_place and 0 <= days_between(lost["business_date"], row["closed_date"]) <= 7:
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
        source: Wait | None = None
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
                self._add(cause, days_between(ready, until))
                # Before that it lay ready and nobody sent it.
                self._idle(days_between(until, max(could, need)))
                ready = max(could, need)
        if not is_lost:
            source = latest(
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
        self._add("picking", days_between(ready, came))
        if came <= need:
            return
        if pegs and all(peg["supply_kind"] == "stock" for peg in pegs):
            since = min(peg["business_date"] for peg in pegs)
            place = (self.line["item_id"], self.line["warehouse_id"])
            written_off = any(
                (row["item_id"], warehouse) == place and since <= row["business_date"] <= came
                for row, warehouse in self.books.losses
            )
            source = Wait("lost_stock" if written_off else "gone_stock")
        for cause, days in Chain(self.books, self.end, given).blame(source, need, came, ahead):
            _add_days(self.found, cause, days)

    def _idle(self, days: int) -> None:
        _add_days(self.found, "picking", days)

    def _basis(self, pegs: list[Row]) -> Wait | None:
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
            waits.append(Wait(peg["supply_kind"], peg["supply_id"], came, came.on if came else None))
        return max(waits, key=lambda wait: (wait.on or NEVER, wait.key or 0), default=None)

    def _second_best(self, is_lost: bool, source: Wait | None, basis: Wait | None) -> Wait:
        if basis is not None:
            return basis
        if is_lost:
            return Wait("untraceable")
        if source is not None:
            return Wait("untraceable", None, source.came, source.on)
        place = (self.line["item_id"], self.line["warehouse_id"])
        if not self.is_cancelled and self._shipment() is None and place in self.books.known_places:
            coming = self.books.next_open(place)
            return Wait("none") if coming is None else Wait(coming.kind, coming.key)
        if self.is_called_off:
            return Wait("customer")
        if self.is_cancelled and self.line["cancel_reason"] == "no_stock":
            return Wait("none")
        return Wait("untraceable")
