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
from dataclasses import dataclass, field

__all__ = ["Demand", "Peg", "Segment", "Supply", "peg", "scaled_segments"]

Segment = tuple[int, int, int]
"""(number of the top demand or -1, quantity here, quantity of the top demand's own item)."""


@dataclass(slots=True)
class Demand:
    """One requirement line; `due` is the day it is required (never before today), quantities in 10^-6 base unit."""

    demand_id: str
    kind: str
    due: int
    quantity: int
    priority: int
    original_due: int
    segments: list[Segment]


@dataclass(slots=True)
class Supply:
    """One supply piece; `need` orders its use, `available` is when it can really be used."""

    supply_id: str
    kind: str
    quantity: int
    need: int
    available: int
    rank: int = 0
    pegs: list[Peg] = field(default_factory=list)


@dataclass(slots=True)
class Peg:
    """One overlap of a supply and a demand; `supply` or `demand` is None for unmet and surplus."""

    supply: Supply | None
    demand: Demand | None
    quantity: int
    segments: list[Segment]


def peg(demands: Sequence[Demand], supplies: Sequence[Supply], *, may_reorder: bool = True) -> list[Peg]:
    """Peg the demands of one item-location to its supplies; the pegs of each supply also stand in `supply.pegs`.

    Args:
        may_reorder: False keeps date order whatever the priorities (lots that expire must be used in order).
    """
    ordered = sorted(demands, key=lambda line: (line.due, line.priority, line.original_due, line.demand_id))
    pieces = sorted(supplies, key=lambda piece: (piece.need, piece.rank, piece.supply_id))
    pairs = _by_date(ordered, pieces)
    if may_reorder and len({line.priority for line in ordered}) > 1:
        late = any(pieces[s].available > ordered[d].due for s, d, _ in pairs)
        short = sum(line.quantity for line in ordered) > sum(piece.quantity for piece in pieces)
        if late or short:
            pairs = _by_priority(ordered, pieces)
    return _with_segments(pairs, ordered, pieces)


def _by_date(ordered: Sequence[Demand], pieces: Sequence[Supply]) -> list[tuple[int, int, int]]:
    pairs: list[tuple[int, int, int]] = []
    at = 0
    left = pieces[0].quantity if pieces else 0
    for number, demand in enumerate(ordered):
        wanted = demand.quantity
        while wanted > 0 and at < len(pieces):
            if left == 0:
                at += 1
                left = pieces[at].quantity if at < len(pieces) else 0
                continue
            used = min(wanted, left)
            pairs.append((at, number, used))
            wanted -= used
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
        while wanted[number] > 0 and place < len(left):
            if left[place] == 0:
                place += 1
                continue
            used = min(wanted[number], left[place])
            left[place] -= used
            wanted[number] -= used
            pairs.append((by_arrival[place], number, used))
    return sorted(pairs, key=lambda pair: (pair[1], pair[0]))


def _with_segments(pairs: Sequence[tuple[int, int, int]], ordered: Sequence[Demand], pieces: Sequence[Supply]) -> list[Peg]:
    pegs: list[Peg] = []
    used = [0] * len(pieces)
    met = [0] * len(ordered)
    cursor: dict[int, tuple[int, int, int]] = {}
    for s, d, quantity in pairs:
        demand = ordered[d]
        segments = demand.segments
        if len(segments) == 1:
            top, here, whole = segments[0]
            done = met[d]
            share = whole if here == quantity else whole * (done + quantity) // here - whole * done // here
            part = [(top, quantity, share)]
        else:
            part, cursor[d] = _cut(segments, quantity, cursor.get(d, (0, 0, 0)))
        piece = Peg(pieces[s], demand, quantity, part)
        pieces[s].pegs.append(piece)
        pegs.append(piece)
        used[s] += quantity
        met[d] += quantity
    for d, demand in enumerate(ordered):
        if met[d] < demand.quantity:
            rest = demand.quantity - met[d]
            part, _ = _cut(demand.segments, rest, _skip(demand.segments, met[d]))
            pegs.append(Peg(None, demand, rest, part))
    for s, supply in enumerate(pieces):
        if used[s] < supply.quantity:
            rest = supply.quantity - used[s]
            surplus = Peg(supply, None, rest, [(-1, rest, 0)])
            supply.pegs.append(surplus)
            pegs.append(surplus)
    return pegs


def _skip(segments: Sequence[Segment], quantity: int) -> tuple[int, int, int]:
    return _cut(segments, quantity, (0, 0, 0))[1]


def _cut(segments: Sequence[Segment], quantity: int, cursor: tuple[int, int, int]) -> tuple[list[Segment], tuple[int, int, int]]:
    """The next `quantity` of the segments from `cursor` (segment, quantity taken of it, its top quantity taken)."""
    at, taken, top_taken = cursor
    part: list[Segment] = []
    while quantity > 0 and at < len(segments):
        top, here, whole = segments[at]
        used = min(quantity, here - taken)
        if used > 0:
            upto = whole if taken + used == here else whole * (taken + used) // here
            part.append((top, used, upto - top_taken))
            taken += used
            top_taken = upto
            quantity -= used
        if taken >= here:
            at, taken, top_taken = at + 1, 0, 0
    return part, (at, taken, top_taken)


def scaled_segments(pegs: Sequence[Peg], requirement: int) -> list[Segment]:
    """The segments of a requirement caused by a supply: the supply's own segments stretched to `requirement`."""
    merged: dict[int, list[int]] = {}
    total = 0
    for piece in pegs:
        for top, here, whole in piece.segments:
            total += here
            entry = merged.get(top)
            if entry is None:
                merged[top] = [here, whole]
            else:
                entry[0] += here
                entry[1] += whole
    if total == 0:
        return [(-1, requirement, 0)]
    found: list[Segment] = []
    reached = given = 0
    for top, (here, whole) in merged.items():
        reached += here
        upto = requirement * reached // total
        if upto > given:
            found.append((top, upto - given, whole))
            given = upto
    return found
