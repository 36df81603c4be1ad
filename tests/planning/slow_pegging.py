"""The obvious way to peg: one item-location at a time, each supply by itself. What `planning.level_pegs` must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.level_pegs import Served
from planning.pegging import Demand, Floats, Integers, Pair, Segments, Share, Supply, pair
from planning.tops import CUSTOMER, OTHER, OWN_STOCK, TopDemands

__all__ = ["Pegging", "peg", "served_by", "value_of_lateness"]


@dataclass(slots=True)
class Pegging:
    """All pegs of one item-location as columns; `supply` or `demand` is -1 for unmet and surplus."""

    demands: list[Demand]
    supplies: list[Supply]
    supply: Integers
    demand: Integers
    quantity: Integers
    top: Integers
    top_quantity: Floats
    days: Integers
    """Days between due day and availability, positive when late; 1 for unmet, 0 for surplus."""
    _starts: Integers

    def share(self, supply_index: int) -> Share:
        """What one supply serves, its surplus included (top -1)."""
        rows = slice(int(self._starts[supply_index]), int(self._starts[supply_index + 1]))
        served = self.demand[rows]
        priorities = [self.demands[number].priority for number in set(served.tolist()) if number >= 0]
        return Share(
            self.top[rows],
            self.quantity[rows],
            self.top_quantity[rows],
            self.days[rows],
            min(priorities, default=None),
        )

    def late(self) -> Share:
        """What is late or unmet, safety stock aside."""
        stock = np.array([line.kind == "safety_stock" for line in self.demands] + [True])
        rows = (self.days > 0) & ~stock[self.demand]
        return Share(self.top[rows], self.quantity[rows], self.top_quantity[rows], self.days[rows])


def peg(demands: Sequence[Demand], supplies: Sequence[Supply], *, may_reorder: bool = True) -> Pegging:
    """All pegs of one item-location."""
    paired = pair(demands, supplies, may_reorder=may_reorder)
    return _columns(paired.pairs, paired.demands, paired.supplies)


def _columns(pairs: list[Pair], ordered: list[Demand], pieces: list[Supply]) -> Pegging:
    supply = np.fromiter((s for s, _, _ in pairs), np.int64, len(pairs))
    demand = np.fromiter((d for _, d, _ in pairs), np.int64, len(pairs))
    quantity = np.fromiter((q for _, _, q in pairs), np.int64, len(pairs))
    if all(isinstance(line.segments, int) for line in ordered):
        tops = np.array([line.segments for line in ordered] or [0], dtype=np.int64)
        top, top_quantity = tops[demand], quantity.astype(np.float64)
    else:
        supply, demand, quantity, top, top_quantity = _overlaid(supply, demand, quantity, ordered)
    used = np.zeros(len(pieces), np.int64)
    np.add.at(used, supply[supply >= 0], quantity[supply >= 0])
    rest = np.array([piece.quantity for piece in pieces], dtype=np.int64) - used
    surplus = np.flatnonzero(rest > 0)
    nothing = np.full(len(surplus), -1, dtype=np.int64)
    supply = np.concatenate([supply, surplus])
    demand = np.concatenate([demand, nothing])
    quantity = np.concatenate([quantity, rest[surplus]])
    top = np.concatenate([top, nothing])
    top_quantity = np.concatenate([top_quantity, np.zeros(len(surplus))])
    available = np.array([piece.available for piece in pieces] + [0], dtype=np.int64)
    due = np.array([line.due for line in ordered] + [0], dtype=np.int64)
    days = np.where(supply < 0, 1, available[supply] - due[demand])
    days[demand < 0] = 0
    # Sorted by supply (unmet last), so that what one supply serves is one slice.
    order = np.argsort(np.where(supply < 0, len(pieces), supply), kind="stable")
    starts = np.searchsorted(np.where(supply < 0, len(pieces), supply)[order], np.arange(len(pieces) + 1))
    return Pegging(
        demands=ordered,
        supplies=pieces,
        supply=supply[order],
        demand=demand[order],
        quantity=quantity[order],
        top=top[order],
        top_quantity=top_quantity[order],
        days=days[order],
        _starts=starts.astype(np.int64),
    )


def _overlaid(
    supply: Integers, demand: Integers, quantity: Integers, ordered: list[Demand]
) -> tuple[Integers, Integers, Integers, Integers, Floats]:
    """Lay the pegs over the segments of the demands: both run over the same total, demand by demand."""
    parts: list[Segments] = []
    for line in ordered:
        if isinstance(line.segments, int):
            one = np.array([line.quantity], dtype=np.int64)
            parts.append(Segments(np.array([line.segments], dtype=np.int64), one, one.astype(np.float64)))
        else:
            parts.append(line.segments)
    tops = np.concatenate([part.tops for part in parts])
    sizes = np.concatenate([part.quantities for part in parts])
    whole = np.concatenate([part.top_quantities for part in parts])
    segment_ends = np.cumsum(sizes)
    pair_ends = np.cumsum(quantity)
    ends = np.union1d(segment_ends, pair_ends)
    overlap = np.diff(ends, prepend=0)
    of_pair = np.searchsorted(pair_ends, ends, side="left")
    of_segment = np.searchsorted(segment_ends, ends, side="left")
    share = whole[of_segment] * (overlap / sizes[of_segment])
    return supply[of_pair], demand[of_pair], overlap, tops[of_segment], share


def served_by(pegging: Pegging, tops: TopDemands) -> list[Served]:
    """What each supply of an item-location serves, in the order of `pegging.supplies`."""
    count = len(pegging.supplies)
    is_planned = pegging.supply >= 0
    supply, top, demand = pegging.supply[is_planned], pegging.top[is_planned], pegging.demand[is_planned]
    # One number per (supply, top): far cheaper to make unique than rows of two columns.
    width = len(tops.names) + 1
    keys = np.unique(supply * width + top + 1)
    of_supply = keys // width
    kinds = tops.kind(keys % width - 1)

    def number_of(mask: NDArray[np.bool_]) -> list[int]:
        return [int(number) for number in np.bincount(of_supply[mask], minlength=count)]

    customers, own = number_of(kinds == CUSTOMER), number_of(kinds == OWN_STOCK)
    named, anything = number_of((kinds == CUSTOMER) | (kinds == OTHER)), number_of(kinds >= 0)
    due = np.array([2**62 if line.kind == "safety_stock" else line.due for line in pegging.demands] + [2**62])
    first = np.full(count, 2**62, dtype=np.int64)
    np.minimum.at(first, supply, due[demand])
    return [
        Served(
            reason="demand" if anything[at] > own[at] else "safety_stock" if own[at] else "lot_rule",
            first_due=None if day == 2**62 else day,
            customer_orders=customers[at],
            demands=named[at],
        )
        for at, day in enumerate(first.tolist())
    ]


def value_of_lateness(tops: TopDemands, share: Share, at_least_days: int) -> float:
    """Margin + penalty x days of late pegs in currency x 10^-6, peg by peg."""
    total = 0.0
    for top, quantity, days in zip(share.tops.tolist(), share.top_quantities.tolist(), share.days.tolist(), strict=True):
        late = max(days, at_least_days)
        if late > 0 and top >= 0:
            number = np.array([top])
            total += quantity * (float(tops.margin(number)[0]) + float(tops.penalty(number)[0]) * late)
    return total / 1_000_000
