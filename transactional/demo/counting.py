"""What do the quarterly counts find? A stocktake of every warehouse at the end of each quarter, posted the same evening."""

from __future__ import annotations

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import Count, PostStocktake, RecordCounts, StartStocktake
from transactional.demo.chance import random_for
from transactional.demo.desk import Office
from transactional.demo.state import Cell, Slot
from transactional.demo.world import PLANT, WAREHOUSES

__all__ = ["Counting"]

_COUNTERS = {"PL": "counter1", "DN": "counter2", "DS": "counter3"}


class Counting:
    """The counters. A record found wrong is posted and becomes the book."""

    def __init__(self, office: Office) -> None:
        self.office = office
        # What lies there beyond the book, where somebody counted too little before; too much is `Slot.missing`.
        self.offset: dict[tuple[str, str, str | None], int] = {}

    def is_count_day(self) -> bool:
        """The last working day of March, June, September and December."""
        office = self.office
        if office.today.month % 3 != 0:
            return False
        following = office.calendar.on_or_after(office.day + 1)
        return office.world.date(following).month != office.today.month

    def count(self) -> None:
        """Count every record of every warehouse."""
        if not self.is_count_day():
            return
        for warehouse, *_ in WAREHOUSES:
            self._count(warehouse)

    def _count(self, warehouse: str) -> None:
        office = self.office
        number = office.number(f"ST{warehouse}")
        counter = _COUNTERS[warehouse]
        stocktake = office.send(
            StartStocktake(
                **office.base("warehouse"), warehouse=warehouse, count_kind="full", count_date=office.today, number=number
            )
        )
        counts: list[Count] = []
        random = random_for(office.world.seed, "count", warehouse, office.day)
        miscounts = office.plot.miscounter.get(counter)
        is_careless = miscounts is not None and miscounts[0] <= office.day
        # The careless counter gets at least the largest pile of a sold item wrong.
        sold = [cell for cell in office.cells.values() if is_careless and cell.warehouse == warehouse and self._is_sold(cell)]
        largest = max(sold, key=lambda cell: (cell.on_hand, cell.sku), default=None)
        for cell in office.cells.values():
            if cell.warehouse != warehouse:
                continue
            item = office.world.catalogue.items.get(cell.sku)
            step = item.step if item is not None else QUANTITY_SCALE
            for slot in list(cell.slots):
                chance = random.random()
                if cell is largest and slot is cell.slots[-1]:
                    chance = 0.0
                size = random.uniform(0.005, 0.05)
                sign = -1 if random.random() < 0.7 else 1
                difference, cause = 0, None
                key = (warehouse, cell.sku, slot.lot)
                stolen = office.plot.unscanned.get(cell.sku) if warehouse == PLANT else None
                earlier = self.offset.pop(key, 0) - slot.missing
                if stolen is not None and stolen[0] <= office.day:
                    difference = -max(step, int(slot.on_hand * stolen[1] * (0.7 + 0.6 * random.random())) // step * step)
                    cause = "unscanned_issue"
                elif earlier and -earlier < slot.on_hand - slot.allocated:
                    difference, cause = earlier, "miscount"
                elif is_careless and chance < 0.18:
                    # Counted twice what lies in two places, or overlooked a little.
                    share = 0.6 + 12 * size if chance < 0.14 else -1.5 * size
                    difference = int(share * slot.on_hand) // step * step or step
                    cause = "miscount"
                elif chance < 0.021:
                    difference = sign * max(step, int(slot.on_hand * size) // step * step)
                    cause = random.choice(("unscanned_issue", "wrong_bin", "damaged", "unknown", "unknown"))
                difference = max(difference, -(slot.on_hand - slot.allocated))
                if cell.sku in office.plot.protected:
                    difference, cause = 0, None
                counted = slot.on_hand + difference
                counts.append(
                    Count(
                        sku=cell.sku,
                        location=slot.location,
                        counted_quantity=counted,
                        lot=slot.lot,
                        counter=counter,
                        cause_code=cause if difference else None,
                    )
                )
                if difference:
                    self._book(cell, slot, difference)
                    self._tell(number, counter, cell, slot, difference, cause, is_careless and earlier == 0)
                    if is_careless and cause == "miscount" and earlier == 0:
                        if difference > 0:
                            slot.missing += difference
                        else:
                            self.offset[key] = -difference
        for start in range(0, len(counts), 400):
            office.send(RecordCounts(**office.base(counter), stocktake=stocktake, counts=tuple(counts[start : start + 400])))
        office.send(PostStocktake(**office.base("warehouse"), stocktake=stocktake, posted_date=office.today))

    def _is_sold(self, cell: Cell) -> bool:
        item = self.office.world.catalogue.items.get(cell.sku)
        return item is not None and item.is_sold and bool(cell.slots)

    def _book(self, cell: Cell, slot: Slot, difference: int) -> None:
        if difference < 0:
            cell.lost_day = self.office.day
            slot.missing = max(0, slot.missing + difference)
        if difference > 0:
            cell.add(slot.location, slot.lot, slot.expiry, difference)
        else:
            cell.remove(slot, -difference)

    def _tell(
        self, number: str, counter: str, cell: Cell, slot: Slot, difference: int, cause: str | None, is_careless: bool
    ) -> None:
        office = self.office
        item = office.world.catalogue.items.get(cell.sku)
        cost = item.standard_cost if item is not None else 0
        facts = {
            "stocktake": number,
            "counter": counter,
            "warehouse": cell.warehouse,
            "sku": cell.sku,
            "location": slot.location,
            "lot": slot.lot,
            "difference": difference,
            "value_micro": difference * cost // QUANTITY_SCALE,
        }
        if cause == "miscount" and is_careless:
            office.tell("counter_miscounts", **facts)
        elif cause == "unscanned_issue" and cell.warehouse == PLANT and cell.sku in office.plot.unscanned:
            office.tell("unscanned_issues", **facts)
