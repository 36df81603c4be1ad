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
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Demand",
    "Floats",
    "Integers",
    "Pair",
    "Pairs",
    "Segments",
    "Share",
    "Supply",
    "merged_segments",
    "pair",
    "portion",
    "scaled_segments",
    "scaled_together",
]

_EXACT = 2**62
"""Products below this are exact in 64 bits; above, Python integers take over."""

_SAFE = 2**50
"""Quantities below this can be multiplied and divided by each other exactly, see `_part`."""

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


Pair = tuple[int, int, int]
"""(supply, demand, quantity); supply -1: unmet."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who serves whom at one item-location: demands and supplies in their order, pairs in demand order."""

    demands: list[Demand]
    supplies: list[Supply]
    pairs: list[Pair]


def pair(demands: Sequence[Demand], supplies: Sequence[Supply], *, may_reorder: bool = True) -> Pairs:
    """Pair the demands of one item-location with its supplies.

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
    return Pairs(ordered, pieces, pairs)


def _by_date(wanted: Sequence[int], offered: Sequence[int]) -> list[Pair]:
    """(supply, demand, quantity) in demand order; supply -1 where nothing is left."""
    pairs: list[Pair] = []
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


def _by_priority(ordered: Sequence[Demand], pieces: Sequence[Supply]) -> list[Pair]:
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
    pairs: list[Pair] = []
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


def scaled_together(served: Sequence[Segments], requirements: Sequence[int]) -> list[Segments]:
    """`scaled_segments` of many requirements at once."""
    counts = np.array([len(one.tops) for one in served], dtype=np.int64)
    wanted = np.array(requirements, dtype=np.int64)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    quantities = np.concatenate([one.quantities for one in served]) if served else np.zeros(0, dtype=np.int64)
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(quantities)])
    total = ends[starts[1:]] - ends[starts[:-1]]
    if not len(counts) or not total.all() or max(int(ends[-1]), int(wanted.max())) >= _SAFE:
        return [scaled_segments(one, requirement) for one, requirement in zip(served, requirements, strict=True)]
    line = np.repeat(np.arange(len(counts)), counts)
    reached = _part(ends[1:] - ends[starts[:-1]][line], wanted[line], total[line])
    parts = np.diff(reached, prepend=0)
    parts[starts[:-1]] = reached[starts[:-1]]
    tops = np.concatenate([one.tops for one in served])
    whole = np.concatenate([one.top_quantities for one in served])
    kept = parts > 0
    if not kept.all():
        tops, parts, whole = tops[kept], parts[kept], whole[kept]
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(kept)])[starts]
    bounds = starts.tolist()
    return [Segments(tops[a:b], parts[a:b], whole[a:b]) for a, b in pairwise(bounds)]


def _part(upto: Integers, wanted: Integers, total: Integers) -> Integers:
    """upto x wanted // total, exactly, although the product is beyond 64 bits.

    The quotient is first guessed in floating point (off by at most a few); what the guess leaves over is far below 2^63,
    so 64-bit arithmetic that wraps around still gives it exactly.
    """
    share = np.floor(upto.astype(np.float64) * wanted.astype(np.float64) / total.astype(np.float64))
    guess: Integers = share.astype(np.int64)
    with np.errstate(over="ignore"):
        left: Integers = upto * wanted - guess * total
    result: Integers = guess + np.floor_divide(left, total)
    return result
