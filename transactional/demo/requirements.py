"""What does the demo company have to buy? Reorder points on expected use.

order when   free + held + on order - wanted  <  expected use until the next chance to receive + safety
order        up to that level + the lot's days of use, in the supplier's minimum and multiple
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from kernel.numbers import QUANTITY_SCALE
from transactional.demo.chance import draw
from transactional.demo.desk import Office
from transactional.demo.items import Item
from transactional.demo.world import PLANT, Supplier, Terms

__all__ = ["Request", "Requirements", "arrival_day"]


@dataclass(slots=True)
class Request:
    """A requirement to be ordered: quantities in 10^-6, days as numbers; `is_late` when somebody let it lie."""

    item: Item
    terms: Terms
    required: int
    quantity: int
    need_day: int
    requirement_day: int
    strategy: str


def arrival_day(office: Office, supplier: Supplier, day: int) -> int:
    """The day a supplier promises for an order of `day`: its lead time in its working days, then a day of ours."""
    sent = supplier.calendar.add(day, supplier.lead_days - 1)
    return office.calendar.on_or_after(sent + 1)


class Requirements:
    """The buyers' lists: a third of the bought items a day, and what somebody let lie."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.items = [item for item in office.world.items() if item.procurement == "buy"]
        self.delayed: dict[str, int] = {}

    def today(self) -> list[Request]:
        """What is to be ordered today."""
        turn = self.office.calendar.between(0, self.office.day) % 3
        found = []
        for index, item in enumerate(self.items):
            if index % 3 == turn or item.sku in self.delayed:
                request = self._request(item)
                if request is not None:
                    found.append(request)
        return found

    def _request(self, item: Item) -> Request | None:
        office, demand = self.office, self.office.demand
        plot, day = office.plot, office.day
        sources = self._sources(item)
        if not sources:
            return None
        cell = office.cell(PLANT, item.sku)
        terms = sources[0]
        arrival = arrival_day(office, office.world.suppliers[terms.supplier], day)
        ahead = demand.expected(PLANT, item.sku, day, arrival + 5)
        pace = demand.expected(PLANT, item.sku, day, day + 60) / 60
        lump = item.weekly_units / max(item.weekly_lines, 0.05) * 0.6 if item.pattern in ("intermittent", "lumpy") else 0.0
        safety = max(pace * item.safety_days, lump)
        if item.category in plot.overstock and day >= plot.overstock[item.category][0]:
            safety += pace * plot.overstock[item.category][1]
        position = cell.position / QUANTITY_SCALE
        level = ahead + safety
        if position >= level or level <= 0:
            self.delayed.pop(item.sku, None)
            return None
        requirement_day = self._arisen(item)
        if requirement_day < 0:
            return None
        terms = self._choose(item, terms)
        wanted = level + pace * item.lot_days - position
        required = max(QUANTITY_SCALE, ceil(wanted) * QUANTITY_SCALE)
        quantity = max(required, terms.minimum_quantity)
        quantity = ceil(quantity / terms.multiple_quantity) * terms.multiple_quantity
        cover = max(position, 0.0) / pace if pace > 0 else 0.0
        need = office.calendar.on_or_before(max(day + 1, requirement_day + int(cover) + 1))
        chance = draw(office.world.seed, "strategy", item.sku, day)
        strategy = "contract" if terms.is_contract else "quote" if chance < 0.45 else "spot"
        return Request(item, terms, required, quantity, need, requirement_day, strategy)

    def _arisen(self, item: Item) -> int:
        """The day the requirement arose; -1 while its buyer lets it lie."""
        office, day = self.office, self.office.day
        late = office.plot.late_buyer.get(office.world.buyer_of[item.sku])
        if late is None or not late[0] <= day < late[1]:
            self.delayed.pop(item.sku, None)
            return day
        first = self.delayed.setdefault(item.sku, day)
        chance = draw(office.world.seed, "late buyer", item.sku, first)
        if chance < late[2] and day < office.calendar.add(first, 6 + int(chance / late[2] * 6)):
            return -1
        del self.delayed[item.sku]
        return first

    def _sources(self, item: Item) -> list[Terms]:
        dead = self.office.plot.dead_supplier
        sources = self.office.world.sources.get(item.sku, [])
        if not dead:
            return sources
        return [terms for terms in sources if terms.supplier not in dead or self.office.day < dead[terms.supplier]]

    def _choose(self, item: Item, usual: Terms) -> Terms:
        sources = self._sources(item)
        if len(sources) < 2 or usual.is_contract:
            return usual
        return sources[1] if draw(self.office.world.seed, "source", item.sku, self.office.day) < 0.22 else usual
