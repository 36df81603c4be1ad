"""What lies in a warehouse, what of it may be used, and which of it goes first?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from kernel.errors import NotFound
from transactional.engine.balances import Balances
from transactional.engine.places import Places

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["Shelves", "Slot"]

_FAR = date(9999, 12, 31)
_FIRST_OUT = itemgetter(0, 1, 2, 3)


class Slot(NamedTuple):
    """A quantity of an item lying in one bin, of one lot, in one status."""

    location_id: int
    location_code: str
    lot_id: int
    status: str
    on_hand_quantity: int
    allocated_quantity: int
    expiry_date: date | None

    @property
    def free_quantity(self) -> int:
        """On hand and not allocated."""
        return self.on_hand_quantity - self.allocated_quantity


class Shelves:
    """Looks at balances and chooses among them; changes nothing."""

    def __init__(self, work: UnitOfWork, places: Places, balances: Balances) -> None:
        self._work = work
        self._places = places
        self._balances = balances

    def on_hand(
        self,
        item_id: int,
        warehouse_id: int,
        status: str = "available",
        *,
        location_id: int | None = None,
        lot_id: int | None = None,
    ) -> list[Slot]:
        """What lies in the warehouse's bins, or in one bin or of one lot: first expired first out, then oldest lot, then
        location code."""
        slots = []
        for balance in self._balances.of_item(item_id):
            row = balance.row
            on_hand = row["on_hand_quantity"]
            if on_hand <= 0:
                continue
            _, place, batch, lying_as = balance.key
            if lying_as != status or location_id not in (None, place) or lot_id not in (None, batch):
                continue
            location = self._places.row(place)
            if location["warehouse_id"] != warehouse_id or location["kind"] != "bin" or not row["is_physical"]:
                continue
            code = location["code"]
            expiry, received = None, None
            if batch:
                lot = self._work.row("lot", batch)
                expiry, received = lot["expiry_date"], lot["received_date"]
            slot = Slot(place, code, batch, status, on_hand, row["allocated_quantity"], expiry)
            slots.append((expiry or _FAR, received or date.min, batch, code, slot))
        if len(slots) > 1:
            slots.sort(key=_FIRST_OUT)
        return [entry[4] for entry in slots]

    def available(self, item_id: int, warehouse_id: int) -> int:
        """Free and usable now: available status, pickable bin, not expired on the command's business date."""
        return sum(slot.free_quantity for slot in self._usable(item_id, warehouse_id))

    def take(self, item_id: int, warehouse_id: int, quantity: int) -> list[tuple[int, int, int]]:
        """Choose free stock first expired first out: (location, lot, quantity); together at most `quantity`, maybe less."""
        chosen = []
        for slot in self._usable(item_id, warehouse_id):
            if quantity <= 0:
                break
            part = min(slot.free_quantity, quantity)
            chosen.append((slot.location_id, slot.lot_id, part))
            quantity -= part
        return chosen

    def default_bin(self, warehouse_id: int, item_id: int) -> int:
        """Automatic put-away: the bin where most of the item lies already, else the warehouse's first bin. Raises NotFound."""
        best: tuple[int, int] | None = None
        for balance in self._balances.of_item(item_id):
            location_id = balance.key[1]
            location = self._places.row(location_id)
            if location["warehouse_id"] == warehouse_id and location["kind"] == "bin":
                candidate = (-balance.row["on_hand_quantity"], location_id)
                best = candidate if best is None else min(best, candidate)
        found = self._places.first_bin(warehouse_id) if best is None else best[1]
        if found is None:
            raise NotFound("ledger.no_bin", warehouse=self._work.row("warehouse", warehouse_id)["code"])
        return found

    def _usable(self, item_id: int, warehouse_id: int) -> Iterator[Slot]:
        when = self._work.command.business_date
        for slot in self.on_hand(item_id, warehouse_id):
            if slot.on_hand_quantity <= slot.allocated_quantity or (slot.expiry_date is not None and slot.expiry_date < when):
                continue
            if self._places.row(slot.location_id)["is_pickable"]:
                yield slot
