"""What is stock worth when it moves?

A moving average per item and valuation area, kept as exact quantity and value: what leaves takes value x quantity / on hand,
half to even, and the last unit takes all that is left, so an empty stock is worth nothing. Cost moves in posting order; a
backdated document changes no earlier row.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kernel.numbers import divide_half_even
from transactional.engine.deltas import add_deltas
from transactional.engine.places import Places
from transactional.engine.rows import Row
from transactional.engine.store import Session

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["Cost", "Costs"]

_BOTH = ("on_hand_quantity", "value_amount")


class Cost:
    """One item's cost in one valuation area: its live row and what has changed in it, and what each day added: [quantity, value,
    posting sequence]."""

    __slots__ = ("changed", "daily", "row")

    def __init__(self, row: Row, changed: set[str]) -> None:
        self.row = row
        self.changed = changed
        self.daily: dict[date, list[int]] = {}


class Costs:
    """The item costs of a batch."""

    def __init__(self, work: UnitOfWork, places: Places) -> None:
        self._work = work
        self._places = places
        self._held: dict[tuple[int, int], Cost] = {}

    def of(self, item_id: int, area: int) -> Cost:
        """The item's cost in a valuation area; an empty one is made where there is none."""
        key = (item_id, area)
        cost = self._held.get(key)
        if cost is None:
            work = self._work
            row = work.get("item_cost", key)
            if row is None:
                row = work.insert("item_cost", item_id=item_id, valuation_area_id=area)
            cost = self._held[key] = Cost(row, work.rows.changes_of("item_cost", key))
        return cost

    def add(self, cost: Cost, quantity: int, value: int, when: date) -> None:
        """Add a quantity and its value on a day."""
        row, sequence = cost.row, self._work.posting_sequence
        row["on_hand_quantity"] += quantity
        row["value_amount"] += value
        row["posting_sequence"] = sequence
        cost.changed.update(_BOTH)
        entry = cost.daily.get(when)
        if entry is None:
            cost.daily[when] = [quantity, value, sequence]
        else:
            entry[0] += quantity
            entry[1] += value
            entry[2] = sequence

    def move(self, item_id: int, from_location: int, to_location: int, quantity: int, given: int | None, when: date) -> int:
        """Carry the value of a moved quantity from one area to the other; what it is in minor units."""
        from_area, to_area = self._places.area(from_location), self._places.area(to_location)
        amount = given
        if from_area is not None:
            cost = self.of(item_id, from_area)
            held, value = cost.row["on_hand_quantity"], cost.row["value_amount"]
            if quantity >= held and from_area != to_area:
                amount = value
            elif amount is None or amount > value:
                amount = divide_half_even(value * quantity, held) if held else 0
            if from_area == to_area:
                return amount
            self.add(cost, -quantity, -amount, when)
        elif amount is None:
            amount = 0
        if to_area is not None:
            self.add(self.of(item_id, to_area), quantity, amount, when)
        return amount

    def flush(self, session: Session) -> None:
        """Add the days' deltas to the daily table."""
        entries: list[tuple[tuple[Any, ...], list[int]]] = []
        for key, cost in self._held.items():
            entries.extend(((*key, day), delta) for day, delta in cost.daily.items())
        add_deltas(
            session,
            "cost_daily",
            ("item_id", "valuation_area_id", "business_date"),
            ("quantity_delta", "value_delta"),
            entries,
        )
