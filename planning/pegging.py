"""Which supply serves which demand, and which customer order does it serve in the end?

At one item-location, demands in date order take supplies in the order they are planned to be used: two cumulative
curves laid over each other, each overlap one peg. When some of that comes late and the demands differ in priority,
supply is dealt out again, most important demand first, each taking the latest supply that is still in time (so it
leaves earlier supply to demands that need it earlier), the late ones then taking what is left. Safety stock takes
what demand has left; the rest is surplus. What nothing covers is unmet.

Every demand carries the top demands behind it as segments, and every planned supply passes the segments it serves to
the requirements it causes: so a purchase line six levels down names the customer orders it is for.

    sum of pegs of a supply = its quantity       sum of pegs of a demand = its quantity
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Demand", "Pegging", "Segments", "Share", "Supply", "merged_segments", "peg", "portion", "scaled_segments"]

_EXACT = 2**62
"""Products below this are exact in 64 bits; above, Python integers take over."""

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(slots=True)
class Segments:
    """The top demands behind a quantity, in order: number (-1: none), quantity here, quantity of the top's own item."""

    tops: Integers
    quantities: Integers
    top_quantities: Floats


@dataclass(slots=True)
class Demand:
    """One requirement line; `due` is the day it is required (never before today), quantities in 10^-6 base unit.

    `segments` is the number of its top demand when the line is that top demand itself.
    """

    demand_id: str
    kind: str
    due: int
    quantity: int
    priority: int
    original_due: int
    segments: Segments | int
    parent_item_id: int | None = None
    """Item whose order needs this component; None where it is no component."""
    parent_supply_id: str | None = None
    """Open order it is a component of."""
    is_planned: bool = False
    """Whether a suggestion causes it."""
    substituted_id: int | None = None
    """Item-location it stands in for, where it does."""
    substitution_reason: str | None = None


@dataclass(slots=True)
class Supply:
    """One supply piece; `need` orders its use, `available` is when it can really be used."""

    supply_id: str
    kind: str
    quantity: int
    need: int
    available: int
    rank: int = 0


@dataclass(slots=True)
class Share:
    """A set of pegs seen from one supply or one problem: tops, quantities, and by how many days each is late."""

    tops: Integers
    quantities: Integers
    top_quantities: Floats
    days: Integers
    priority: int | None = None
    """The most important priority among the demands served; None when it serves none."""


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
    """Peg the demands of one item-location to its supplies.

    Args:
        may_reorder: False keeps date order whatever the priorities (lots that expire must be used in order).
    """
    ordered = sorted(demands, key=lambda line: (line.due, line.priority, line.original_due, line.demand_id))
    pieces = sorted(supplies, key=lambda piece: (piece.need, piece.rank, piece.supply_id))
    pairs = _by_date([line.quantity for line in ordered], [piece.quantity for piece in pieces])
    if may_reorder and len({line.priority for line in ordered}) > 1:
        late = any(s < 0 or pieces[s].available > ordered[d].due for s, d, _ in pairs)
        if late:
            pairs = _by_priority(ordered, pieces)
    return _columns(pairs, ordered, pieces)


def _by_date(wanted: Sequence[int], offered: Sequence[int]) -> list[tuple[int, int, int]]:
    """(supply, demand, quantity) in demand order; supply -1 where nothing is left."""
    pairs: list[tuple[int, int, int]] = []
    at = 0
    left = offered[0] if offered else 0
    for number, rest in enumerate(wanted):
        while rest > 0:
            if at >= len(offered):
                pairs.append((-1, number, rest))
                break
            if left == 0:
                at += 1
                left = offered[at] if at < len(offered) else 0
                continue
            used = rest if rest < left else left
            pairs.append((at, number, used))
            rest -= used
            left -= used
    return pairs


def _by_priority(ordered: Sequence[Demand], pieces: Sequence[Supply]) -> list[tuple[int, int, int]]:
    by_arrival = sorted(range(len(pieces)), key=lambda s: (pieces[s].available, pieces[s].need, s))
    arrivals = [pieces[s].available for s in by_arrival]
    left = [pieces[s].quantity for s in by_arrival]
    # earlier[k + 1] - 1: the nearest place at or before k that may still hold something (paths are halved).
    earlier = list(range(len(left) + 1))

    def holding(place: int) -> int:
        at = place + 1
        while earlier[at] != at:
            earlier[at] = earlier[earlier[at]]
            at = earlier[at]
        return at - 1

    important = sorted(range(len(ordered)), key=lambda d: (ordered[d].priority, ordered[d].due, d))
    wanted = [demand.quantity for demand in ordered]
    pairs: list[tuple[int, int, int]] = []
    for number in important:
        place = holding(bisect_right(arrivals, ordered[number].due) - 1)
        while wanted[number] > 0 and place >= 0:
            if left[place] == 0:
                earlier[place + 1] = place
                place = holding(place)
                continue
            used = min(wanted[number], left[place])
            left[place] -= used
            wanted[number] -= used
            pairs.append((by_arrival[place], number, used))
    place = 0
    for number in important:
        while wanted[number] > 0:
            if place >= len(left):
                pairs.append((-1, number, wanted[number]))
                break
            if left[place] == 0:
                place += 1
                continue
            used = min(wanted[number], left[place])
            left[place] -= used
            wanted[number] -= used
            pairs.append((by_arrival[place], number, used))
    return sorted(pairs, key=lambda pair: (pair[1], pair[0] if pair[0] >= 0 else len(pieces)))


def _columns(pairs: list[tuple[int, int, int]], ordered: list[Demand], pieces: list[Supply]) -> Pegging:
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


def merged_segments(share: Share) -> Segments:
    """What a supply serves, one segment per top demand, its surplus (top -1) included."""
    tops, quantities, whole = share.tops, share.quantities, share.top_quantities
    if len(tops) > 1 and bool(np.any(tops[1:] <= tops[:-1])):
        tops, inverse = np.unique(tops, return_inverse=True)
        quantities = np.zeros(len(tops), dtype=np.int64)
        np.add.at(quantities, inverse, share.quantities)
        whole = np.zeros(len(tops), dtype=np.float64)
        np.add.at(whole, inverse, share.top_quantities)
    return Segments(tops, quantities, whole)


def portion(segments: Segments | int, part: int, whole: int, requirement: int) -> Segments | int:
    """The segments of a requirement that serves `part` of a `whole`, where it is another item: `requirement` of it."""
    if isinstance(segments, int):
        return segments
    scaled = scaled_segments(segments, requirement)
    return Segments(scaled.tops, scaled.quantities, scaled.top_quantities * (part / whole))


def scaled_segments(served: Segments, requirement: int) -> Segments:
    """The segments of a requirement caused by a supply: what the supply serves, stretched to `requirement`.

    The cumulative curve is stretched and rounded down, so the parts add up to the requirement exactly.
    """
    upto = np.cumsum(served.quantities)
    total = int(upto[-1]) if len(upto) else 0
    if total == 0:
        return Segments(np.array([-1]), np.array([requirement], dtype=np.int64), np.zeros(1, dtype=np.float64))
    if requirement * total < _EXACT:
        reached = upto * requirement // total
    else:
        reached = np.array([requirement * end // total for end in upto.tolist()], dtype=np.int64)
    parts = reached.copy()
    parts[1:] -= reached[:-1]
    if bool(parts.all()):
        return Segments(served.tops, parts, served.top_quantities)
    kept = parts > 0
    return Segments(served.tops[kept], parts[kept], served.top_quantities[kept])
