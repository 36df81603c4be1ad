"""What is stock worth when it moves?

A moving average per item and valuation area, kept as exact quantity and value: what leaves takes value x quantity / on hand,
half to even, and the last unit takes all that is left, so an empty stock is worth nothing. Cost moves in posting order; a
backdated document changes no earlier row.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kernel.numbers import divide_half_even
from transactional.engine.deltas import add_deltas
from transactional.engine.places import Places
from transactional.engine.rows import Row
from transactional.engine.store import Session

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["Costs"]


class Costs:
    """The item costs of a batch, and what each day added: [quantity, value, posting sequence]."""

    def __init__(self, work: UnitOfWork, places: Places) -> None:
        self._work = work
        self._places = places
        self._daily: dict[tuple[int, int, date], list[int]] = {}

    def of(self, item_id: int, area: int) -> Row:
        """The item's cost in a valuation area; an empty one is made where there is none."""
        cost = self._work.get("item_cost", (item_id, area))
        if cost is None:
            cost = self._work.insert("item_cost", item_id=item_id, valuation_area_id=area)
        return cost

    def add(self, item_id: int, area: int, quantity: int, value: int, when: date) -> None:
        """Add a quantity and its value on a day."""
        cost = self.of(item_id, area)
        work = self._work
        work.rows.change(
            "item_cost",
            (item_id, area),
            {"on_hand_quantity": cost["on_hand_quantity"] + quantity, "value_amount": cost["value_amount"] + value},
            work.posting_sequence,
        )
        entry = self._daily.get((item_id, area, when))
        if entry is None:
            self._daily[(item_id, area, when)] = [quantity, value, work.posting_sequence]
        else:
            entry[0] += quantity
            entry[1] += value
            entry[2] = work.posting_sequence

    def move(self, item_id: int, from_location: int, to_location: int, quantity: int, given: int | None, when: date) -> int:
        """Carry the value of a moved quantity from one area to the other; what it is in minor units."""
        from_area, to_area = self._places.area(from_location), self._places.area(to_location)
        amount = given
        if from_area is not None:
            cost = self.of(item_id, from_area)
            held, value = cost["on_hand_quantity"], cost["value_amount"]
            if quantity >= held and from_area != to_area:
                amount = value
            elif amount is None or amount > value:
                amount = divide_half_even(value * quantity, held) if held else 0
            if from_area == to_area:
                return amount
            self.add(item_id, from_area, -quantity, -amount, when)
        elif amount is None:
            amount = 0
        if to_area is not None:
            self.add(item_id, to_area, quantity, amount, when)
        return amount

    def flush(self, session: Session) -> None:
        """Add the days' deltas to the daily table."""
        key = ("item_id", "valuation_area_id", "business_date")
        add_deltas(session, "cost_daily", key, ("quantity_delta", "value_delta"), list(self._daily.items()))
