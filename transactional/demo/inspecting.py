"""When can received goods be used? Inspection of what some suppliers deliver, and its put-away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from transactional.commands import InspectGoods, InspectionResult, MoveStock
from transactional.demo.chance import draw, random_for
from transactional.demo.desk import Office
from transactional.demo.provenance import Bought
from transactional.demo.world import PLANT, Supplier

__all__ = ["INSPECTION_DAYS", "REJECT_REASONS", "Held", "Inspecting"]

REJECT_REASONS = ("dimension", "surface", "moisture", "packing")
INSPECTION_DAYS = 2
"""Days an inspection may take by the planning parameters."""


@dataclass(slots=True)
class Held:
    """A receipt that waits for inspection: receipt line, lot, quantity, and where it came from."""

    receipt: str | int
    position: int
    supplier: str
    sku: str
    location: str
    lot: str | None
    expiry: int
    quantity: int
    source: Bought | None = None


class Inspecting:
    """The inspectors."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.inspections: dict[int, list[Held]] = defaultdict(list)

    def hold(self, supplier: Supplier, number: str, receipt: str, held: list[Held]) -> None:
        """Take the lines of a receipt on the list of the day they will be looked at."""
        if not held:
            return
        days, problem = self._days(supplier, number)
        for entry in held:
            entry.receipt = receipt
            if entry.source is not None:
                entry.source.inspection_problem = problem
        self.inspections[self.office.calendar.add(self.office.day, days)].extend(held)

    def _days(self, supplier: Supplier, number: str) -> tuple[int, str]:
        """Working days until a receipt is looked at, and the planted problem behind a long wait."""
        office = self.office
        chance = draw(office.world.seed, "inspection", supplier.code, number, office.day)
        backlog = office.plot.inspection_backlog
        if backlog is not None and office.day >= backlog[0] and chance < backlog[1]:
            low, high = backlog[2]
            return low + int(chance / backlog[1] * (high - low + 1)), "inspection_backlog"
        return (1 if chance < 0.7 else 2), ""

    def inspect(self) -> None:
        """Inspections that end today, and the put-away that follows."""
        office, world = self.office, self.office.world
        by_receipt: dict[str | int, list[Held]] = {}
        for entry in self.inspections.pop(office.day, ()):
            by_receipt.setdefault(entry.receipt, []).append(entry)
        for receipt, entries in by_receipt.items():
            results, good = [], []
            for entry in entries:
                item = world.catalogue.items[entry.sku]
                supplier = world.suppliers[entry.supplier]
                random = random_for(world.seed, "inspected", entry.supplier, entry.sku, office.day)
                rejected = 0
                if random.random() < supplier.reject_rate:
                    rejected = max(
                        item.step, int(entry.quantity * supplier.reject_share * random.uniform(0.5, 2.0)) // item.step * item.step
                    )
                    rejected = min(rejected, entry.quantity)
                line = entry.position if isinstance(receipt, int) else (receipt, entry.position)
                results.append(InspectionResult(line, rejected, random.choice(REJECT_REASONS) if rejected else None))
                good.append(entry.quantity - rejected)
            office.send(
                InspectGoods(
                    **office.base("warehouse"), goods_receipt=receipt, inspected_date=office.today, results=tuple(results)
                )
            )
            for entry, quantity in zip(entries, good, strict=True):
                self._put_away(entry, quantity)

    def _put_away(self, entry: Held, quantity: int) -> None:
        office = self.office
        cell = office.cell(PLANT, entry.sku)
        cell.held -= entry.quantity
        source = entry.source
        if source is not None:
            source.usable = office.day
            if source in cell.inspecting:
                cell.inspecting.remove(source)
            if source.inspection_problem:
                office.tell(
                    "inspection_backlog",
                    sku=entry.sku,
                    supplier=entry.supplier,
                    order=source.number,
                    received=str(office.world.date(source.received)),
                    inspected=str(office.today),
                    late_days=office.day - source.received - source.inspection_days,
                )
        if quantity <= 0:
            return
        home = office.home(PLANT, entry.sku)
        if home != entry.location:
            office.send(
                MoveStock(
                    **office.base("warehouse"),
                    sku=entry.sku,
                    quantity=quantity,
                    from_location=entry.location,
                    to_location=home,
                    lot=entry.lot,
                    reason="put_away",
                )
            )
        cell.add(home, entry.lot, entry.expiry, quantity, source)
