"""Which commands bring the stock to where it must begin, and to where a later export says it should have begun?

The first load posts the opening stock. A later load computes the opening anew, from the whole history it now knows, and posts the
difference to what is there: what history needs is raised in the opening itself; what is left over or missing at the end is an
adjustment on the day of the export; what lies in another bin is moved. So a company followed export by export closes like one
loaded in one go, and every such adjustment is a posting of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from kernel.ids import import_command_id, stable_id
from kernel.numbers import show_quantity
from transactional.commands import AdjustStock, MoveStock, OpeningLine, PostOpening
from transactional.importing.costs import Costs
from transactional.importing.opening import Opening
from transactional.importing.poster import ACTOR, SOURCE, Item
from transactional.importing.problems import Finding
from transactional.importing.staging import Stage

__all__ = ["StockPlan", "stated_opening"]

_LINES = 2_000


@dataclass(slots=True)
class _Change:
    """One quantity of an item to be moved, found or given up."""

    sku: str
    quantity: int
    source: str | None
    target: str | None


@dataclass(slots=True)
class StockPlan:
    """What is to be posted before and after the documents.

    Attributes:
        raised: opening lines to post.
        before: moves into the bin the documents go through.
        after: everything else, once the documents are in.
    """

    company: str
    first: date
    last: date
    costs: Costs
    raised: list[OpeningLine] = field(default_factory=list)
    before: list[_Change] = field(default_factory=list)
    after: list[_Change] = field(default_factory=list)
    _held: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, stage: Stage, opening: Opening, held: dict[tuple[str, str], int], costs: Costs, first: date, last: date
    ) -> StockPlan:
        """Compare the opening of this load with what the ledger holds.

        Args:
            held: opening stock and its adjustments so far, by item and bin.
            first: the day of the opening stock.
            last: when differences at the end are posted; the same day where the load continues nothing.
        """
        plan = cls(stage.mapping.company.code, first, last, costs, _held=held)
        wanted: dict[str, dict[str, int]] = {}
        for place in opening.places():
            wanted.setdefault(place.sku, {})[place.location] = place.quantity
        there: dict[str, dict[str, int]] = {}
        for (sku, location), quantity in held.items():
            there.setdefault(sku, {})[location] = quantity
        for sku in sorted({*wanted, *there}):
            plan._settle(sku, opening, wanted.get(sku, {}), there.get(sku, {}))
        return plan

    def _settle(self, sku: str, opening: Opening, wanted: dict[str, int], there: dict[str, int]) -> None:
        item = opening.items.get(sku)
        home = opening.home(sku)
        required = 0 if item is None else item.required
        total = sum(there.values())
        if total and not opening.is_stated:
            # Nobody says what should be left: only what history needs is raised.
            self._raise(sku, home, required - there.get(home, 0))
            return
        gaps = {place: wanted.get(place, 0) - there.get(place, 0) for place in sorted({*wanted, *there})}
        for place in sorted(gaps, key=lambda name: (name != home, name)):
            for other in sorted(gaps):
                part = min(gaps[place], -gaps[other])
                if part > 0:
                    gaps[place] -= part
                    gaps[other] += part
                    (self.before if place == home else self.after).append(_Change(sku, part, other, place))
        # What history needs must lie in the bin the documents go through, before they do.
        moved = sum(change.quantity for change in self.before if change.sku == sku)
        is_first = self.last == self.first or not total
        for place in sorted(gaps, key=lambda name: (name != home, name)):
            if gaps[place] > 0:
                needed = required - there.get(home, 0) - moved if place == home else 0
                part = gaps[place] if is_first else max(min(gaps[place], needed), 0)
                self._raise(sku, place, part)
                if gaps[place] > part:
                    self.after.append(_Change(sku, gaps[place] - part, None, place))
            elif gaps[place] < 0:
                self.after.append(_Change(sku, -gaps[place], place, None))

    def _raise(self, sku: str, location: str, quantity: int) -> None:
        if quantity > 0:
            cost = self.costs.on(sku, self.first.isoformat())
            self.raised.append(OpeningLine(sku=sku, location=location, quantity=quantity, unit_cost=cost))

    def items_before(self) -> Iterator[Item]:
        """Opening stock, then moves into the bins the documents go through."""
        yield from opening_items(self.company, self.first, [(line, 0) for line in self.raised], self._held)
        for change in self.before:
            yield self._item(change, self.first)

    def items_after(self) -> Iterator[Item]:
        """Moves and differences at the end."""
        for change in self.after:
            yield self._item(change, self.last)

    def _item(self, change: _Change, when: date) -> Item:
        sku, quantity = change.sku, change.quantity
        before = [self._held.get((sku, place), 0) for place in (change.source, change.target) if place is not None]
        key = stable_id(sku, quantity, change.source, change.target, *before, when)
        command: AdjustStock | MoveStock
        if change.source is not None and change.target is not None:
            command = MoveStock(
                command_id=import_command_id(self.company, "stock_move", key),
                actor=ACTOR,
                source=SOURCE,
                business_date=when,
                sku=sku,
                quantity=quantity,
                from_location=change.source,
                to_location=change.target,
            )
        else:
            is_found = change.target is not None
            command = AdjustStock(
                command_id=import_command_id(self.company, "stock_difference", key),
                actor=ACTOR,
                source=SOURCE,
                business_date=when,
                sku=sku,
                location=change.target or change.source or "",
                quantity=quantity if is_found else -quantity,
                reason="found" if is_found else "other",
                unit_cost=self.costs.on(sku, when.isoformat()) if is_found else None,
            )
        return Item(command, 1, "stock", 0)

    def findings(self) -> list[Finding]:
        """Every item whose opening a later export changed."""
        told: dict[str, dict[str, int]] = {}
        is_later = any(quantity for quantity in self._held.values())
        for line in self.raised if is_later else []:
            told.setdefault(line.sku, {})["raised"] = told.get(line.sku, {}).get("raised", 0) + line.quantity
        for change in [*self.before, *self.after]:
            kind = "moved" if change.source and change.target else "found" if change.target else "given_up"
            held = told.setdefault(change.sku, {})
            held[kind] = held.get(kind, 0) + change.quantity
        names = ("raised", "found", "given_up", "moved")
        return [
            Finding("opening_adjusted", "stock", sku, {name: show_quantity(parts.get(name, 0)) for name in names})
            for sku, parts in sorted(told.items())
        ]


def opening_items(
    company: str, first: date, lines: list[tuple[OpeningLine, int]], held: dict[tuple[str, str], int]
) -> Iterator[Item]:
    """Opening documents of at most some thousand lines; each line beside the staged row it comes from, 0 for none."""
    for start in range(0, len(lines), _LINES):
        part = lines[start : start + _LINES]
        document = tuple(line for line, _ in part)
        parts = [
            f"{line.sku}|{line.location}|{line.lot}|{line.quantity}|{line.unit_cost}|{held.get((line.sku, line.location), 0)}"
            for line in document
        ]
        command = PostOpening(
            command_id=import_command_id(company, "opening", stable_id(*parts)),
            actor=ACTOR,
            source=SOURCE,
            business_date=first,
            opening_date=first,
            lines=document,
        )
        yield Item(command, len(document), "stock", part[0][1], tuple(row for _, row in part if row))


def stated_opening(
    stage: Stage, costs: Costs, first: date, held: dict[tuple[str, str, str | None], int]
) -> tuple[list[tuple[OpeningLine, int]], list[Finding]]:
    """Where the stock table is the opening itself: what the ledger does not hold yet of it, and what it holds too much of."""
    query = (
        "SELECT id, sku, location, quantity, lot, expiry_date, unit_cost FROM t_stock WHERE bad = 0 AND quantity > 0 ORDER BY id"
    )
    missing, found = [], []
    for row, sku, location, quantity, lot, expiry, unit_cost in stage.database.execute(query).fetchall():
        there = held.get((sku, location, lot), 0)
        line = OpeningLine(
            sku=sku,
            location=location,
            quantity=quantity,
            unit_cost=costs.on(sku, first.isoformat()) if unit_cost is None else unit_cost,
            lot=lot,
            expiry_date=None if expiry is None else date.fromisoformat(expiry),
        )
        if quantity > there:
            missing.append((replace(line, quantity=quantity - there), row))
        elif quantity < there:
            values = {"column": "quantity", "posted": show_quantity(there), "now": show_quantity(quantity), "kind": "PostOpening"}
            found.append(Finding("changed_since_load", "stock", stage.place_of("stock", row), values))
    return missing, found
