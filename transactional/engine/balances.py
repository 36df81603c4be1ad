"""How much of which item lies where, of which lot, in which status: now, and by how much did each day change it?

A balance is one row per item x location x lot x status; the daily deltas are summed up during the batch and added at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from transactional.engine.deltas import add_deltas
from transactional.engine.places import Places
from transactional.engine.rows import Row
from transactional.engine.store import Session

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["Balance", "Balances"]


class Balance:
    """One balance of the batch: its live row and what has changed in it, its key, and what each day added: [quantity, posting
    sequence]."""

    __slots__ = ("changed", "daily", "key", "row")

    def __init__(self, key: tuple[int, int, int, str], row: Row, changed: set[str]) -> None:
        self.key = key
        self.row = row
        self.changed = changed
        self.daily: dict[date, list[int]] = {}


class Balances:
    """The balances of a batch, by item."""

    def __init__(self, work: UnitOfWork, places: Places) -> None:
        self._work = work
        self._places = places
        self._held: dict[int, dict[tuple[int, int, str], Balance]] = {}
        self._loaded: set[int] = set()

    def one(self, item_id: int, location_id: int, lot_id: int, status: str) -> Balance:
        """The balance of one place; an empty one is made where there is none."""
        held = self._held.get(item_id)
        if held is None:
            held = self._held[item_id] = {}
        place = (location_id, lot_id, status)
        known = held.get(place)
        if known is not None:
            return known
        work = self._work
        key = (item_id, location_id, lot_id, status)
        row = work.get("stock_balance", key)
        if row is None:
            row = work.insert(
                "stock_balance",
                item_id=item_id,
                location_id=location_id,
                lot_id=lot_id,
                status=status,
                is_physical=self._places.row(location_id)["is_physical"],
            )
        balance = held[place] = Balance(key, row, work.rows.changes_of("stock_balance", key))
        return balance

    def of_item(self, item_id: int) -> Iterable[Balance]:
        """The item's balances that hold something, or were touched in this batch; empty ones of long ago stay where they are."""
        held = self._held.setdefault(item_id, {})
        if item_id not in self._loaded:
            self._loaded.add(item_id)
            rows = self._work.rows
            for row in rows.read("stock_balance", "item_id = ? AND on_hand_quantity > 0", (item_id,)):
                place = (row["location_id"], row["lot_id"], row["status"])
                if place not in held:
                    key = (item_id, *place)
                    held[place] = Balance(key, row, rows.changes_of("stock_balance", key))
        return held.values()

    def add(self, balance: Balance, quantity: int, when: date) -> None:
        """Add a quantity on a day."""
        row, sequence = balance.row, self._work.posting_sequence
        row["on_hand_quantity"] += quantity
        row["posting_sequence"] = sequence
        balance.changed.add("on_hand_quantity")
        entry = balance.daily.get(when)
        if entry is None:
            balance.daily[when] = [quantity, sequence]
        else:
            entry[0] += quantity
            entry[1] = sequence

    def tie(self, balance: Balance, quantity: int) -> None:
        """Add to the allocated quantity."""
        row = balance.row
        row["allocated_quantity"] += quantity
        row["posting_sequence"] = self._work.posting_sequence
        balance.changed.add("allocated_quantity")

    def flush(self, session: Session) -> None:
        """Add the days' deltas to the daily table."""
        entries: list[tuple[tuple[Any, ...], list[int]]] = []
        for held in self._held.values():
            for balance in held.values():
                entries.extend(((*balance.key, day), delta) for day, delta in balance.daily.items())
        key = ("item_id", "location_id", "lot_id", "status", "business_date")
        add_deltas(session, "balance_daily", key, ("quantity_delta",), entries)

    def forget(self) -> None:
        """Let go of every balance."""
        self._held.clear()
