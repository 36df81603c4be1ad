"""Which supply serves whom, for all item-locations of one level at once?

The pairs of `planning.pegging` are laid over the segments of the demands (both run over the same total, demand by
demand), sorted by supply, and summed per supply and top demand. Everything is a column over the whole level; a supply
is a slice of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.pegging import Demand, Floats, Integers, Pairs, Segments, Share, Supply
from planning.tops import CUSTOMER, OTHER, OWN_STOCK, TopDemands

__all__ = ["LevelPegs", "PlacePegs", "Served"]

_EXACT = 2**62
_NEVER = 2**62


class Served(NamedTuple):
    """What one suggestion is for, in short."""

    reason: str
    """'demand', 'safety_stock' or 'lot_rule': the strongest cause it serves."""
    first_due: int | None
    """First dated demand it serves: the day stock runs out without it."""
    customer_orders: int
    demands: int
    """Customer orders and forecast buckets."""


class PlacePegs:
    """What the supplies of one item-location serve, asked for by their ids."""

    def __init__(self, level: LevelPegs, place: int, values: Sequence[int], urgent_values: Sequence[int]) -> None:
        self._level, self._values, self._urgent_values = level, values, urgent_values
        first, last = int(level.supply_base[place]), int(level.supply_base[place + 1])
        self.number = {level.supplies[at].supply_id: at for at in range(first, last)}

    def share(self, supply_id: str) -> Share:
        """What a supply serves."""
        return self._level.share(self.number[supply_id])

    def value(self, supply_id: str) -> int:
        """Value of its lateness as planned."""
        return self._values[self.number[supply_id]]

    def urgent_value(self, supply_id: str) -> int:
        """What is lost if it does not come at all."""
        return self._urgent_values[self.number[supply_id]]


class LevelPegs:
    """The pegs of several item-locations; supplies and demands are numbered through, item-location by item-location.

    Attributes:
        supply, demand: numbers, -1 for unmet and surplus.
        top, quantity, top_quantity: top demand (-1: none) and how much of it.
        days: between due day and availability, positive when late; 1 for unmet, 0 for surplus.
        place: position of the item-location.
    """

    def __init__(self, pairs: Sequence[Pairs], tops: TopDemands) -> None:
        self._tops = tops
        self.demands: list[Demand] = [line for one in pairs for line in one.demands]
        self.supplies: list[Supply] = [piece for one in pairs for piece in one.supplies]
        self.demand_base: Integers = np.cumsum([0, *(len(one.demands) for one in pairs)])
        self.supply_base: Integers = np.cumsum([0, *(len(one.supplies) for one in pairs)])
        lengths = [len(one.pairs) for one in pairs]
        flat = np.array([number for one in pairs for pair in one.pairs for number in pair], dtype=np.int64).reshape(-1, 3)
        place = np.repeat(np.arange(len(pairs)), lengths)
        supply = np.where(flat[:, 0] >= 0, flat[:, 0] + self.supply_base[place], -1)
        demand, quantity = flat[:, 1] + self.demand_base[place], flat[:, 2].copy()
        given = np.array([piece.quantity for piece in self.supplies], dtype=np.int64)
        used = np.zeros(len(given), np.int64)
        np.add.at(used, supply[supply >= 0], quantity[supply >= 0])
        supply, demand, quantity, top, top_quantity, place = self._overlaid(supply, demand, quantity, place)
        rest = given - used
        surplus = np.flatnonzero(rest > 0)
        nothing = np.full(len(surplus), -1, dtype=np.int64)
        of_place = np.repeat(np.arange(len(pairs)), np.diff(self.supply_base))
        supply = np.concatenate([supply, surplus])
        demand = np.concatenate([demand, nothing])
        quantity = np.concatenate([quantity, rest[surplus]])
        top = np.concatenate([top, nothing])
        top_quantity = np.concatenate([top_quantity, np.zeros(len(surplus))])
        place = np.concatenate([place, of_place[surplus]])
        available = np.array([piece.available for piece in self.supplies] + [0], dtype=np.int64)
        due = np.array([line.due for line in self.demands] + [0], dtype=np.int64)
        days = np.where(supply < 0, 1, available[supply] - due[demand])
        days[demand < 0] = 0
        # Sorted by supply, what is unmet last of its item-location, so that what one supply serves is one slice.
        key = np.where(supply < 0, 2 * self.supply_base[place + 1] - 1, 2 * supply)
        order = np.argsort(key, kind="stable")
        self.supply, self.demand, self.quantity = supply[order], demand[order], quantity[order]
        self.top, self.top_quantity, self.days, self.place = top[order], top_quantity[order], days[order], place[order]
        key = key[order]
        self._starts = np.searchsorted(key, 2 * np.arange(len(given)))
        self._ends = np.searchsorted(key, 2 * np.arange(len(given)), side="right")
        self._places = np.searchsorted(self.place, np.arange(len(pairs) + 1))
        self._merge()

    # -- one supply ----------------------------------------------------------------------------------------------------

    def share(self, number: int) -> Share:
        """What one supply serves, its surplus included (top -1)."""
        rows = slice(int(self._starts[number]), int(self._ends[number]))
        return Share(self.top[rows], self.quantity[rows], self.top_quantity[rows], self.days[rows], self.priority(number))

    def segments(self, number: int) -> Segments:
        """What one supply serves, one segment per top demand, its surplus (top -1) included."""
        rows = slice(int(self._merged_starts[number]), int(self._merged_starts[number + 1]))
        return Segments(self._merged_top[rows], self._merged_quantity[rows], self._merged_top_quantity[rows])

    def priority(self, number: int) -> int | None:
        """The most important priority among the demands a supply serves; None when it serves none."""
        found = int(self._priority[number])
        return None if found == _NEVER else found

    def late(self, place: int) -> Share:
        """What is late or unmet at an item-location, safety stock aside."""
        rows = slice(int(self._places[place]), int(self._places[place + 1]))
        is_late = (self.days[rows] > 0) & ~self._is_floor[self.demand[rows]]
        return Share(
            self.top[rows][is_late], self.quantity[rows][is_late], self.top_quantity[rows][is_late], self.days[rows][is_late]
        )

    def values(self, at_least_days: int) -> list[int]:
        """Value of lateness of every supply (see `planning.messages`), each peg late by at least `at_least_days`."""
        days = np.maximum(self.days, at_least_days)
        is_late = (days > 0) & (self.supply >= 0)
        top = self.top[is_late]
        worth = self.top_quantity[is_late] * (self._tops.margin(top) + self._tops.penalty(top) * days[is_late])
        sums = np.bincount(self.supply[is_late], weights=worth, minlength=len(self.supplies))
        return [round(value) for value in (sums / 1_000_000).tolist()]

    def served(self) -> list[Served]:
        """What each supply serves, in short."""
        kinds = self._tops.kind(self._merged_top)
        of_supply = np.repeat(np.arange(len(self.supplies)), np.diff(self._merged_starts))

        def number_of(mask: NDArray[np.bool_]) -> list[int]:
            return [int(number) for number in np.bincount(of_supply[mask], minlength=len(self.supplies))]

        customers, own = number_of(kinds == CUSTOMER), number_of(kinds == OWN_STOCK)
        named, anything = number_of((kinds == CUSTOMER) | (kinds == OTHER)), number_of(kinds >= 0)
        return [
            Served(
                reason="demand" if anything[at] > own[at] else "safety_stock" if own[at] else "lot_rule",
                first_due=None if day == _NEVER else day,
                customer_orders=customers[at],
                demands=named[at],
            )
            for at, day in enumerate(self._first_due.tolist())
        ]

    # -- columns -------------------------------------------------------------------------------------------------------

    def _overlaid(
        self, supply: Integers, demand: Integers, quantity: Integers, place: Integers
    ) -> tuple[Integers, Integers, Integers, Integers, Floats, Integers]:
        """Lay the pairs over the segments of the demands: both run over the same total, demand by demand."""
        sizes = np.array([line.quantity for line in self.demands], dtype=np.int64)
        single = np.array([line.segments if isinstance(line.segments, int) else -2 for line in self.demands], dtype=np.int64)
        if not np.any(single == -2):
            return supply, demand, quantity, single[demand], quantity.astype(np.float64), place
        several = [line.segments for line in self.demands if not isinstance(line.segments, int)]
        counts = np.ones(len(sizes), dtype=np.int64)
        counts[single == -2] = [len(part.tops) for part in several]
        is_several = np.repeat(single == -2, counts)
        tops, parts = np.repeat(single, counts), np.repeat(sizes, counts)
        whole = parts.astype(np.float64)
        tops[is_several] = np.concatenate([part.tops for part in several])
        parts[is_several] = np.concatenate([part.quantities for part in several])
        whole[is_several] = np.concatenate([part.top_quantities for part in several])
        segment_ends, pair_ends = np.cumsum(parts), np.cumsum(quantity)
        ends = np.sort(np.concatenate([segment_ends, pair_ends]), kind="stable")
        ends = ends[np.diff(ends, prepend=0) > 0]
        overlap = np.diff(ends, prepend=0)
        of_pair = np.searchsorted(pair_ends, ends, side="left")
        of_segment = np.searchsorted(segment_ends, ends, side="left")
        share = whole[of_segment] * (overlap / parts[of_segment])
        return supply[of_pair], demand[of_pair], overlap, tops[of_segment], share, place[of_pair]

    def _merge(self) -> None:
        """Per supply: one row per top demand, the most important priority, the first day something needs it."""
        count = len(self.supplies)
        rows = np.flatnonzero(self.supply >= 0)
        supply, top = self.supply[rows], self.top[rows]
        key = supply * (len(self._tops.names) + 1) + top + 1
        order = np.argsort(key, kind="stable")
        key, rows = key[order], rows[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        self._merged_top = self.top[rows[first]]
        self._merged_quantity = np.add.reduceat(self.quantity[rows], first) if len(first) else np.zeros(0, np.int64)
        self._merged_top_quantity = np.add.reduceat(self.top_quantity[rows], first) if len(first) else np.zeros(0)
        self._merged_starts = np.searchsorted(self.supply[rows[first]], np.arange(count + 1))
        self._is_floor = np.array([line.kind == "safety_stock" for line in self.demands] + [True])
        due = np.array([_NEVER if line.kind == "safety_stock" else line.due for line in self.demands] + [_NEVER])
        priority = np.array([line.priority for line in self.demands] + [_NEVER])
        self._first_due = np.full(count, _NEVER, dtype=np.int64)
        np.minimum.at(self._first_due, self.supply[self.supply >= 0], due[self.demand[self.supply >= 0]])
        self._priority = np.full(count, _NEVER, dtype=np.int64)
        np.minimum.at(self._priority, self.supply[self.supply >= 0], priority[self.demand[self.supply >= 0]])
