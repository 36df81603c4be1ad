"""Which stock of another item stands in for a component that runs short, and how much of it may be taken?

    free stock = min over the days of the horizon of (stock + open receipts on their own dates - own requirements) - floor,
                 at most what is on hand; a lot nobody uses up before it expires is free until it does

so that standing in never makes the substitute itself run short. Per component: the primary's stock and open receipts
first, then free stock of substitutes by priority, and only the rest is ordered of the primary. Stock to be used up
(a part that is phased out) goes before the primary's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from planning.explosion import Exact
from planning.netting import Lot
from planning.pegging import Demand

__all__ = ["FreeStock", "Moved", "Option", "Substitute", "Substitution", "free_stock"]


@dataclass(frozen=True, slots=True)
class Substitute:
    """`substitute_quantity` of `item_id` does the work of `component_quantity`; days as ordinals, both included."""

    item_id: int
    priority: int
    component_quantity: int
    substitute_quantity: int
    is_use_up: bool
    valid_from: int | None
    valid_to: int | None

    def is_effective(self, day: int) -> bool:
        """Whether it may stand in for a component needed on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(slots=True)
class FreeStock:
    """What one item-location can give away."""

    lasting: Exact
    perishing: list[tuple[int, Exact]]
    """(last day of use, quantity), earliest first."""

    def at(self, day: int) -> Exact:
        """What is free for use on `day`."""
        return self.lasting + sum(quantity for expiry, quantity in self.perishing if expiry >= day)

    def take(self, day: int, quantity: Exact) -> None:
        """Book `quantity` for use on `day`, what expires first first."""
        for at, (expiry, held) in enumerate(self.perishing):
            used = min(held, quantity) if expiry >= day else 0
            self.perishing[at] = (expiry, held - used)
            quantity -= used
        self.lasting -= quantity


def free_stock(
    *,
    as_of: int,
    horizon_end: int,
    floor: int,
    lots: Sequence[Lot],
    receipts: Sequence[tuple[int, int]],
    requirements: Mapping[int, int],
) -> FreeStock:
    """What the own requirements of the horizon leave of an item-location's stock.

    Args:
        floor: stock that is never given away.
        receipts: (day usable, good quantity) of open supply, on its own date.
        requirements: day -> quantity, days not before `as_of`.
    """
    arriving: dict[int, int] = {}
    for day, good in receipts:
        arriving[day] = arriving.get(day, 0) + good
    dated = sorted((lot for lot in lots if lot.expiry is not None and lot.quantity > 0), key=lambda lot: lot.expiry or 0)
    left = [lot.quantity for lot in dated]
    days = {as_of} | set(arriving) | set(requirements) | {max(as_of, (lot.expiry or 0) + 1) for lot in dated}
    projected = on_hand = sum(lot.quantity for lot in lots)
    lowest: int | None = None
    perishing: list[tuple[int, Exact]] = []
    first = 0
    for day in sorted(day for day in days if day <= horizon_end):
        while first < len(dated) and (dated[first].expiry or 0) < day:
            if left[first] > 0:
                perishing.append((dated[first].expiry or 0, left[first]))
                projected -= left[first]
                on_hand -= left[first]
            first += 1
        required = requirements.get(day, 0)
        projected += arriving.get(day, 0) - required
        for at in range(first, len(dated)):
            used = min(required, left[at])
            left[at] -= used
            required -= used
        lowest = projected if lowest is None else min(lowest, projected)
    return FreeStock(max(0, min(projected if lowest is None else lowest, on_hand + floor) - floor), perishing)


@dataclass(frozen=True, slots=True)
class Option:
    """One substitute of one requirement: where its stock lies and what is free of it."""

    item_location_id: int
    free: FreeStock
    substitute: Substitute


@dataclass(frozen=True, slots=True)
class Moved:
    """A part of a requirement that a substitute serves; `quantity` in the primary's unit, `exact` in the substitute's."""

    demand: Demand
    item_location_id: int
    quantity: int
    exact: Exact
    reason: str
    """'short': the primary runs short; 'use_up': the substitute's stock is to be used up first."""


@dataclass(slots=True)
class _Line:
    demand: Demand
    left: int
    options: Sequence[Option]


class Substitution:
    """Moves requirements of one item-location to substitutes, day by day, as netting asks for it."""

    def __init__(self, lines: Sequence[Demand], options_of: Callable[[Demand], Sequence[Option]], step: int) -> None:
        self.moved: list[Moved] = []
        self._step = step
        self._lines: dict[int, list[_Line]] = {}
        # The most important requirement keeps the primary: substitutes serve the others first.
        for demand in sorted(lines, key=lambda one: (one.due, -one.priority, one.original_due, one.demand_id)):
            options = options_of(demand)
            if options:
                self._lines.setdefault(demand.due, []).append(_Line(demand, demand.quantity, options))

    def __bool__(self) -> bool:
        return bool(self._lines)

    def use_up(self) -> dict[int, int]:
        """Serve what stock to be used up can serve, before anything else; day -> quantity no longer required."""
        return {day: self._serve(lines, None, True) for day, lines in sorted(self._lines.items())}

    def cover(self, day: int, short: int) -> int:
        """Serve up to `short` of the requirements of `day` from substitutes; returns how much."""
        return self._serve(self._lines.get(day, ()), short, False)

    def preview(self) -> Substitution:
        """A copy that can be asked without moving anything."""
        other = Substitution((), lambda _: (), self._step)
        copies: dict[int, FreeStock] = {}
        for day, lines in self._lines.items():
            other._lines[day] = [
                _Line(line.demand, line.left, [replace(option, free=_copied(option.free, copies)) for option in line.options])
                for line in lines
            ]
        return other

    def _serve(self, lines: Sequence[_Line], short: int | None, is_use_up: bool) -> int:
        served = 0
        for line in lines:
            for option in line.options:
                wanted = line.left if short is None else min(line.left, short - served)
                if wanted > 0 and (option.substitute.is_use_up or not is_use_up):
                    served += self._move(line, option, wanted, "use_up" if is_use_up else "short")
        return served

    def _move(self, line: _Line, option: Option, wanted: int, reason: str) -> int:
        day, rule = line.demand.due, option.substitute
        possible = min(wanted, option.free.at(day) * rule.component_quantity // rule.substitute_quantity)
        if possible < wanted:
            possible -= possible % self._step
        if possible <= 0:
            return 0
        exact: Exact = Fraction(possible * rule.substitute_quantity, rule.component_quantity)
        if exact.denominator == 1:
            exact = exact.numerator
        option.free.take(day, exact)
        line.left -= possible
        self.moved.append(Moved(line.demand, option.item_location_id, possible, exact, reason))
        return possible


def _copied(free: FreeStock, copies: dict[int, FreeStock]) -> FreeStock:
    if id(free) not in copies:
        copies[id(free)] = FreeStock(free.lasting, list(free.perishing))
    return copies[id(free)]
