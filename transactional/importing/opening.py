"""With how much stock did the history begin?

    opening(item) = max(what keeps every running balance at or above zero, closing bins - net flow)

Everything moves through the item's home bin (where most of it closes). Stock that history never touches rests in the
item's other bins from the first day, as far as it reaches, so that bins close as the source states them wherever the
documents allow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from transactional.importing.staging import Stage
from transactional.importing.timeline import Step

__all__ = ["ItemStock", "Opening", "OpeningPlace"]


@dataclass(slots=True)
class ItemStock:
    """What one item's documents do to its stock.

    Attributes:
        net: sum of all flows until `as_of`.
        lowest: lowest running balance if history began with nothing (never above zero).
        closing: closing quantity by bin as the source states it.
    """

    net: int = 0
    lowest: int = 0
    closing: dict[str, int] = field(default_factory=dict)

    @property
    def required(self) -> int:
        """The least opening that keeps every balance at or above zero."""
        return -self.lowest

    @property
    def opening(self) -> int:
        """See the formula above; without a stated closing only what is required."""
        if not self.closing:
            return self.required
        return max(self.required, sum(self.closing.values()) - self.net)


@dataclass(frozen=True, slots=True)
class OpeningPlace:
    """Opening quantity of an item in a bin."""

    sku: str
    location: str
    quantity: int


class Opening:
    """The opening stock of a load, from its steps and its closing bins.

    Attributes:
        items: what is known of every item that moves or is kept.
        is_stated: whether the source states any stock; where it does not, nothing is said about closings.
    """

    def __init__(self, stage: Stage, steps: Iterator[Step], default_location: str, homes: dict[str, str]) -> None:
        self.items: dict[str, ItemStock] = {}
        self._default = default_location
        self._homes = homes
        self.is_stated = stage.has("stock")
        if stage.mapping.rules.stock == "closing":
            query = "SELECT sku, location, sum(quantity) FROM t_stock WHERE bad = 0 GROUP BY sku, location ORDER BY sku, location"
            for sku, location, quantity in stage.database.execute(query):
                self.items.setdefault(sku, ItemStock()).closing[location] = quantity
        for step in steps:
            for sku, change in step.flows:
                item = self.items.get(sku)
                if item is None:
                    item = self.items[sku] = ItemStock()
                item.net += change
                if item.net < item.lowest:
                    item.lowest = item.net

    def home(self, sku: str) -> str:
        """The bin an item moves through: where it has moved so far, else the one that holds most of it."""
        found = self._homes.get(sku)
        if found is None:
            item = self.items.get(sku)
            closing = {} if item is None else item.closing
            found = min(closing, key=lambda location: (-closing[location], location), default=self._default)
            self._homes[sku] = found
        return found

    def places(self) -> list[OpeningPlace]:
        """The opening document's lines by item and bin."""
        return [
            OpeningPlace(sku, location, quantity)
            for sku in sorted(self.items)
            for location, quantity in self.placed(sku).items()
            if quantity > 0
        ]

    def placed(self, sku: str) -> dict[str, int]:
        """The opening of one item by bin."""
        item, home = self.items[sku], self.home(sku)
        spare = item.opening - item.required
        placed: dict[str, int] = {}
        for location in sorted(item.closing):
            part = min(item.closing[location], spare - sum(placed.values())) if location != home else 0
            if part > 0:
                placed[location] = part
        placed[home] = item.opening - sum(placed.values())
        return placed
