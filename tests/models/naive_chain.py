"""Whose days are they when a supply waited for another supply, followed back by hand to the root?

One supply calls for the one it waited for, until nothing is behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.models.naive_books import NEVER, SUPPLIES, Books, Came, Left, Place, Supply, days_between

__all__ = ["Chain", "Wait", "latest"]

Share = tuple[str, int]  # cause, days
Path = tuple[tuple[str, int | None], ...]  # supplies already met
ROOTLESS = {
    "none": "planning",
    "found": "wrong_count",
    "lost_stock": "wrong_count",
    "gone_stock": "stock_taken",
    "customer": "customer_change",
}


@dataclass
class Wait:
    """What somebody waited for: a supply or another kind of source; `came` is None while it is not there."""

    kind: str
    key: int | None = None
    came: Came | None = None
    on: date | None = None


class Chain:
    """The walk behind a line, from supply to supply."""

    def __init__(self, books: Books, end: date, given_days: int) -> None:
        self.books, self.end, self.given_days = books, end, given_days

    def blame(self, wait: Wait, need: date, actual: date, ahead: int) -> list[Share]:
        """Signed days by cause of the line's own supply, which had to be there on `need` and was there on `actual`."""
        if wait.kind not in SUPPLIES:
            return [(ROOTLESS.get(wait.kind, "untraceable"), days_between(actual, need))]
        planned, behind, own = self._shares(wait, need, actual, ahead, ())
        return [*behind, *own, ("planning", days_between(planned, need))]

    def _blame_wait(self, wait: Wait, need: date, actual: date, ahead: int, path: Path) -> list[Share]:
        """The same behind a wait, deepest first: only what got through, never more than the wait; the rest was planned so."""
        left = days_between(actual, need)
        if wait.kind not in SUPPLIES:
            return [(ROOTLESS.get(wait.kind, "untraceable"), left)]
        _, behind, own = self._shares(wait, need, actual, ahead, path)
        found = []
        for cause, days in [*behind, *own, ("planning", left)]:
            part = min(max(days, 0), left)
            found.append((cause, part))
            left -= part
        return found

    def _shares(self, wait: Wait, need: date, actual: date, ahead: int, path: Path) -> tuple[date, list[Share], list[Share]]:
        """When the supply was planned for, what is behind it, and what it added itself."""
        assert wait.key is not None
        supply = self.books.supplies[wait.kind, wait.key]
        is_there = wait.came is not None
        began = supply.began if supply.began is not None and supply.began <= self.end else None
        run, pick = supply.run_days, supply.pick_days
        if not is_there:
            # What still lies ahead counts neither for nor against anybody.
            run = 0 if began is None else min(run, days_between(self.end, began))
            pick = 0 if began is None else pick
        received = (wait.came.received or actual) if wait.came is not None else (began or self.end)
        planned = self._planned(supply, need, ahead, is_there)
        if planned is None:
            planned = received + timedelta(run)
        if wait.kind == "purchase_order_line":
            late, looked_at = days_between(received, planned) + run, days_between(actual, received) - run
            return planned, [], [("supplier", late), ("inspection", looked_at)]
        sent, further = self._behind(supply, wait, began)
        if is_there and sent is not None:
            # Sent early, it has until its due date: closed days are planned in.
            run = max(run, days_between(planned, sent))
        start = planned - timedelta(run + pick)
        behind: list[Share] = []
        waited = 0
        here = (*path, (wait.kind, wait.key))
        if further is not None and (further.kind, further.key) not in here:
            ended = min(further.on or self.end, actual)
            waited = max(days_between(ended, start), 0)
            if waited:
                still = supply.run_days + supply.pick_days - run - pick
                behind = self._blame_wait(further, start, ended, ahead + still, here)
        if wait.kind == "work_order":
            return planned, behind, [("production", days_between(actual, planned) - waited)]
        road = 0 if sent is None else days_between(actual, sent) - run
        return planned, behind, [("carrier", road), ("picking", days_between(sent or actual, planned) + run - waited)]

    def _planned(self, supply: Supply, need: date, ahead: int, is_there: bool) -> date | None:
        if supply.planned_end is None:
            # Nobody ever said a day: one that has not come is at least not here today.
            return None if is_there else min(need, self.end)
        planned = supply.planned_end + timedelta(ahead)
        # Time given by the customer's own move, or by a promise made knowing better, is not time that anybody won.
        planned = max(planned, min(planned + timedelta(self.given_days), need))
        return planned if is_there else min(planned, self.end)

    def _behind(self, supply: Supply, wait: Wait, began: date | None) -> tuple[date | None, Wait | None]:
        """When a transfer's goods left, and what the supply itself waited for last."""
        kind = "work_order" if supply.kind == "work_order" else "transfer_order"
        taken = self.books.takings[kind, supply.key]
        if wait.came is not None and supply.kind == "transfer_order_line":
            part = self._part_of(taken, supply, wait.came)
            return (part.on, wait_from(part)) if part is not None else (None, None)
        if wait.came is not None:
            return None, latest([left for left in taken if left.on <= wait.came.on])
        missing = self._missing(supply)
        return began, missing or latest(taken)

    def _part_of(self, taken: list[Left], supply: Supply, came: Came) -> Left | None:
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

    def _missing(self, supply: Supply) -> Wait | None:
        """What an open supply still lacks and the shelf has not: of several, what nobody ordered, else what is expected last."""
        if not supply.is_open:
            return None
        lacking: list[tuple[date, int, Wait]] = []
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
                wait = Wait("none") if coming is None else Wait(coming.kind, coming.key)
                lacking.append(((coming.expected if coming else None) or NEVER, -order, wait))
        return max(lacking, key=lambda entry: entry[:2], default=(None, None, None))[2]


def wait_from(left: Left) -> Wait | None:
    return None if left.origin is None else Wait(left.origin.kind, left.origin.supply, left.origin, left.came_on)


def latest(taken: list[Left]) -> Wait | None:
    known = [left for left in taken if left.origin is not None and left.came_on is not None]
    if not known:
        return None
    return wait_from(max(known, key=lambda left: (left.came_on or NEVER, left.origin.movement_line if left.origin else 0)))
