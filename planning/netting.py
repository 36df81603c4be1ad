"""When does one item-location run short, and by how much, if open orders are rescheduled before anything is bought?

    projected(d) = projected(d-) + receipts(d) + planned(d) - requirements(d)
    shortage(d)  = floor - projected(d), when positive

Days are walked in order, receipts before requirements. A frozen receipt arrives when it arrives. Every other open
receipt waits in a queue (earliest first) and is taken at the first shortage: that day is its need date, so the
comparison with its own date says expedite, keep or defer, and a receipt never taken can be cancelled. Then substitutes
stand in, where there are any. Only what is still missing becomes an order; its lot sizes come from `order`, and
whatever they bring above the shortage stays in the projection, credited to the next requirement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Cover", "Lot", "NetOrder", "Netting", "NettingRules", "Receipt", "net"]


@dataclass(slots=True)
class Lot:
    """Usable stock of one lot; `expiry` is the last day it may be used (None: never expires)."""

    lot_id: int | None
    expiry: int | None
    quantity: int


@dataclass(slots=True)
class Receipt:
    """One open supply line: `good` is what it is expected to bring, `available` the day it can be used."""

    supply_id: str
    kind: str
    quantity: int
    good: int
    expected: int
    available: int
    is_frozen: bool
    unit_price: int | None
    is_past_due: bool = False
    supplier_id: int | None = None
    state: str = "released"
    start: int | None = None
    is_quantity_fixed: bool = True


class Cover(Protocol):
    """What may serve requirements of a day instead of the item itself."""

    def cover(self, day: int, short: int) -> int:
        """Take up to `short` of the day's requirements away; returns how much."""

    def preview(self) -> Cover:
        """The same without consequences."""


@dataclass(frozen=True, slots=True)
class NettingRules:
    """What the walk must know about the item-location."""

    floor: int = 0
    """Stock never planned to fall below: safety stock, for min_max the larger of it and the reorder point."""
    order_up_to: int | None = None
    """min_max only: a trigger refills to this."""
    window_days: int = 1
    """Shortages of this many days from the first are ordered together."""
    earliest: int | None = None
    """First day a new order could be usable: whatever runs short before it is ordered together, once."""
    fence_end: int | None = None
    """First day a suggestion may arrive; earlier shortages are conflicts."""


@dataclass(slots=True)
class NetOrder:
    """One consolidated shortage and the six numbers' base: net = gross - on_hand - scheduled + floor."""

    need: int
    short: int
    extra: int
    gross: int
    on_hand: int
    scheduled: int


@dataclass(slots=True)
class Netting:
    """The outcome of one walk."""

    orders: list[NetOrder] = field(default_factory=list)
    receipt_need: dict[str, int] = field(default_factory=dict)
    """Need date of every open receipt that is needed (frozen ones: the day they arrive)."""
    expired: list[tuple[int, Lot, int]] = field(default_factory=list)
    """(first day unusable, lot, quantity lost)."""
    conflict: tuple[int, int] | None = None
    """First day and largest quantity short inside the planning fence."""
    waived: list[tuple[int, int]] = field(default_factory=list)
    """Shortages a planner has decided not to cover: (day, quantity)."""
    substituted: dict[int, int] = field(default_factory=dict)
    """Day -> requirements that substitutes serve."""


def net(
    *,
    as_of: int,
    horizon_end: int,
    rules: NettingRules,
    opening: int,
    lots: Sequence[Lot],
    requirements: dict[int, int],
    receipts: Sequence[Receipt],
    order: Callable[[NetOrder], int],
    waive: Callable[[int, int], int],
    substitutes: Cover | None = None,
) -> Netting:
    """Walk one item-location from `as_of` to `horizon_end`.

    Args:
        opening: usable stock, negative when the books are; the sum of `lots` when they are given.
        lots: only needed when some lot expires; used first expired first out.
        requirements: day -> quantity, days not before `as_of`.
        receipts: open supply in any order.
        order: called once per consolidated shortage; returns the good quantity it brings (at least the shortage).
        waive: called with (day, quantity) before ordering; returns how much of it is decided not to be covered.
        substitutes: what may stand in for the item before anything is ordered.
    """
    result = Netting()
    frozen_good, queue = _incoming(receipts, result)
    perishing = sorted(
        (lot for lot in lots if lot.expiry is not None and lot.quantity > 0),
        key=lambda lot: (lot.expiry or 0, lot.lot_id or 0),
    )
    left = [lot.quantity for lot in perishing]
    days = set(requirements) | set(frozen_good) | {as_of}
    days.update(max(as_of, lot.expiry + 1) for lot in perishing if lot.expiry is not None)
    if rules.fence_end is not None and rules.fence_end > as_of:
        days.add(rules.fence_end)
    walk = sorted(day for day in days if as_of <= day <= horizon_end)

    floor = rules.floor
    projected = base = opening
    gross = scheduled = taken = first_lot = 0
    reset_at = -1
    for position, day in enumerate(walk):
        arriving = frozen_good.get(day, 0)
        if arriving:
            projected += arriving
            scheduled += arriving
        while first_lot < len(perishing):
            expiry = perishing[first_lot].expiry
            if expiry is None or expiry >= day:
                break
            lost = left[first_lot]
            if lost > 0:
                result.expired.append((max(as_of, expiry + 1), perishing[first_lot], lost))
                projected -= lost
                base -= lost
            first_lot += 1
        required = requirements.get(day, 0)
        if required:
            projected -= required
            gross += required
            at = first_lot
            while required > 0 and at < len(perishing):
                used = min(required, left[at])
                left[at] -= used
                required -= used
                at += 1
        while projected < floor and taken < len(queue):
            projected, scheduled = projected + queue[taken].good, scheduled + queue[taken].good
            result.receipt_need[queue[taken].supply_id] = day
            taken += 1
            if projected >= floor and rules.order_up_to is not None:
                # A refill in several orders is one refill: the ones already there are not "too early".
                while projected < rules.order_up_to and taken < len(queue) and queue[taken].available <= day:
                    projected, scheduled = projected + queue[taken].good, scheduled + queue[taken].good
                    result.receipt_need[queue[taken].supply_id] = day
                    taken += 1
        if projected < floor and substitutes is not None:
            served = substitutes.cover(day, floor - projected)
            if served:
                result.substituted[day] = served
                projected += served
                gross -= served
        if projected < floor:
            short = floor - projected
            if rules.fence_end is not None and day < rules.fence_end:
                first, most = result.conflict or (day, 0)
                result.conflict = (first, max(most, short))
            else:
                pardoned = min(short, waive(day, short))
                if pardoned > 0:
                    result.waived.append((day, pardoned))
                    projected += pardoned
                    base += pardoned
                    short -= pardoned
                if short > 0:
                    last = max(day + rules.window_days - 1, rules.earliest or day)
                    window_gross, window_scheduled, short, until = _window(
                        walk,
                        position,
                        last,
                        projected,
                        floor,
                        requirements,
                        frozen_good,
                        short,
                        None if substitutes is None else substitutes.preview(),
                    )
                    wanted = NetOrder(
                        need=day,
                        short=short,
                        extra=0 if rules.order_up_to is None else max(0, rules.order_up_to - floor),
                        gross=gross + window_gross,
                        on_hand=base,
                        scheduled=scheduled + window_scheduled,
                    )
                    brought = order(wanted)
                    result.orders.append(wanted)
                    projected += brought
                    base += brought
                    reset_at = until
        if position == reset_at:
            base, gross, scheduled = projected, 0, 0
    return result


def _incoming(receipts: Sequence[Receipt], result: Netting) -> tuple[dict[int, int], list[Receipt]]:
    """Good quantity by day of the receipts that cannot move, which are needed as they stand, and the queue of those that can."""
    frozen_good: dict[int, int] = {}
    queue: list[Receipt] = []
    # At equal dates the smaller first: a large new order then never makes a small old one look superfluous.
    for receipt in sorted(receipts, key=lambda line: (line.available, line.good, line.expected, line.supply_id)):
        if receipt.is_frozen:
            frozen_good[receipt.available] = frozen_good.get(receipt.available, 0) + receipt.good
            result.receipt_need[receipt.supply_id] = receipt.available
        else:
            queue.append(receipt)
    return frozen_good, queue


def _window(
    walk: Sequence[int],
    position: int,
    last: int,
    projected: int,
    floor: int,
    requirements: dict[int, int],
    frozen_good: dict[int, int],
    short: int,
    substitutes: Cover | None,
) -> tuple[int, int, int, int]:
    """Look ahead over the grouping window, up to day `last`.

    Returns:
        Requirements and receipts up to the deepest shortage, that shortage, and the position in the walk where it is.
    """
    gross = scheduled = at_gross = at_scheduled = 0
    until = position
    ahead = position + 1
    while ahead < len(walk) and walk[ahead] <= last:
        arriving, required = frozen_good.get(walk[ahead], 0), requirements.get(walk[ahead], 0)
        scheduled += arriving
        gross += required
        projected += arriving - required
        if substitutes is not None and projected < floor:
            served = substitutes.cover(walk[ahead], floor - projected)
            projected += served
            gross -= served
        if floor - projected > short:
            short, until, at_gross, at_scheduled = floor - projected, ahead, gross, scheduled
        ahead += 1
    return at_gross, at_scheduled, short, until
