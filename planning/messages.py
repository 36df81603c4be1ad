"""Which order or item-location needs a person, how urgently, and what is lost if nobody acts?

One message per order and kind, the same id in every run until it is resolved. Value at stake, in 10^-6 currency:

    shortage: margin of the late quantity + penalty per day x days late, over the customer demand it is pegged to
    surplus : unit cost x quantity x carrying rate x days / 365
    cancel, decrease: the order value that can be avoided

Urgency follows from the harm, not from the date: 3 makes a customer order late (or money above the threshold is lost),
2 costs money or stops the plan, 1 harms nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import polars as pl

from kernel.ids import canonical_json, stable_id
from kernel.numbers import QUANTITY_SCALE, RATE_SCALE
from planning.frames import OUTPUT_SCHEMAS
from planning.model import Node
from planning.netting import Receipt
from planning.ordering import Draft
from planning.parameters import PlanParameters
from planning.pegging import Share
from planning.results import saturated
from planning.substitutes import Moved
from planning.suppliers import Schedule
from planning.tops import CUSTOMER, OTHER, TopDemands

__all__ = ["MESSAGE_KINDS", "Messages", "value_of_lateness"]

MESSAGE_KINDS = (
    "expedite",
    "defer",
    "cancel",
    "increase",
    "decrease",
    "past_due_receipt",
    "start_in_past",
    "release_due",
    "release_past_due",
    "release_fence",
    "fence_conflict",
    "below_safety_stock",
    "above_maximum",
    "lot_expires",
    "negative_stock",
    "use_substitute",
    "no_source",
    "no_bom",
    "no_lead_time",
    "supplier_unqualified",
    "bom_cycle",
)

_MOST_PEGGED = 50
"""Pegged demands listed in one message; the pegging frame has all of them."""


_STOPPING = ("no_source", "no_bom", "bom_cycle", "fence_conflict", "supplier_unqualified", "negative_stock")
"""Kinds that stop a plan from being carried out, whatever money they cost."""
_SURPLUS = ("defer", "cancel", "decrease", "above_maximum")
"""Kinds whose value is money tied up, not a customer kept waiting."""


def value_of_lateness(tops: TopDemands, share: Share, *, at_least_days: int = 0) -> int:
    """Margin + penalty x days over the top demands of pegs that are late; pegs in time count nothing.

    Args:
        at_least_days: counts every peg as late by at least this: what happens if the supply does not come at all.
    """
    days = np.maximum(share.days, at_least_days)
    late = days > 0
    if not late.any():
        return 0
    numbers = share.tops[late]
    rate = tops.margin(numbers) + tops.penalty(numbers) * days[late]
    return round(float(np.sum(share.top_quantities[late] * rate)) / QUANTITY_SCALE)


class Messages:
    """Collects the exceptions of one run."""

    def __init__(self, tops: TopDemands, as_of: int, parameters: PlanParameters) -> None:
        self.tops, self.as_of, self.parameters = tops, as_of, parameters
        self.horizon_end = as_of + parameters.horizon_days
        self._rows: dict[str, tuple[object, ...]] = {}

    # -- suggestions ---------------------------------------------------------------------------------------------

    def release(self, node: Node, draft: Draft, share: Callable[[], Share], value: int) -> None:
        """Release due today (or within the window), past due, or held up by the supplier's release fence."""
        schedule, offer = draft.schedule, draft.offer
        if offer is not None and offer.fence_end is not None:
            kind, from_day, to_day = "release_fence", schedule.ideal_release, offer.fence_end
        elif schedule.ideal_release < self.as_of:
            kind, from_day, to_day = "release_past_due", schedule.ideal_release, schedule.receipt
        elif schedule.release <= self.as_of + self.parameters.release_due_days:
            kind, from_day, to_day = "release_due", schedule.release, schedule.receipt
        else:
            return
        self._put(
            kind,
            draft.planned_order_id,
            planned_order_id=draft.planned_order_id,
            item_location_id=node.item_location_id,
            quantity=draft.quantity,
            from_day=from_day,
            to_day=to_day,
            value=value,
            share=share(),
        )

    def supplier_unqualified(
        self,
        item_location_id: int,
        planned_order_id: str,
        quantity: int,
        schedule: Schedule,
        share: Share,
        value: int,
    ) -> None:
        """Every supplier is shut out, at least one because its qualification ends before the receipt."""
        self._put(
            "supplier_unqualified",
            planned_order_id,
            planned_order_id=planned_order_id,
            item_location_id=item_location_id,
            quantity=quantity,
            from_day=schedule.release,
            to_day=schedule.receipt,
            value=value,
            share=share,
        )

    # -- item-locations --------------------------------------------------------------------------------------------

    def fence_conflict(self, key: int, quantity: int, first: int, fence_end: int, share: Share) -> None:
        """A shortage inside the planning fence that no open receipt cures."""
        value = value_of_lateness(self.tops, share)
        self._put(
            "fence_conflict",
            key,
            item_location_id=key,
            quantity=quantity,
            from_day=first,
            to_day=fence_end,
            value=value,
            share=share,
        )

    def below_safety_stock(self, key: int, quantity: int, first: int, until: int | None, share: Share) -> None:
        """Stock below its floor even with the plan and with open receipts rescheduled."""
        value = value_of_lateness(self.tops, share)
        self._put(
            "below_safety_stock",
            key,
            item_location_id=key,
            quantity=quantity,
            from_day=first,
            to_day=until,
            value=value,
            share=share,
        )

    def above_maximum(self, node: Node, quantity: int, first: int, until: int | None) -> None:
        """Stock above the level it is ordered up to, by more than its lot rules explain."""
        days = (self.horizon_end if until is None else until) - first
        value = node.unit_cost * quantity * self.parameters.carrying_rate_ppm * days // (QUANTITY_SCALE * RATE_SCALE * 365)
        level = node.order_up_to or 0
        is_large = quantity * RATE_SCALE > self.parameters.quantity_tolerance_ppm * level
        if is_large or value > self.parameters.message_value_threshold_micro:
            self._put(
                "above_maximum",
                node.item_location_id,
                item_location_id=node.item_location_id,
                quantity=quantity,
                from_day=first,
                to_day=until,
                value=value,
            )

    def use_substitute(self, moved: Sequence[Moved]) -> None:
        """An open order is to take another item instead of a component; suggestions say so in their components."""
        for one in moved:
            demand = one.demand
            if not demand.is_planned:
                self._put(
                    "use_substitute",
                    f"{demand.demand_id}:{one.item_location_id}",
                    supply_id=demand.parent_supply_id or demand.demand_id,
                    item_location_id=one.item_location_id,
                    quantity=math.ceil(one.exact),
                    from_day=demand.due,
                    to_day=None,
                    value=0,
                )

    def lot_expires(self, node: Node, lot: str, quantity: int, day: int, expiry: int) -> None:
        """Stock that will pass its date before anything needs it."""
        self._put(
            "lot_expires",
            f"{node.item_location_id}:{lot}",
            supply_id=lot,
            item_location_id=node.item_location_id,
            quantity=quantity,
            from_day=day,
            to_day=expiry,
            value=node.unit_cost * quantity // QUANTITY_SCALE,
        )

    def no_source(self, key: int, quantity: int, day: int, value: int, share: Share | None) -> None:
        """Something is needed and nobody is recorded to supply it; the earliest need is kept."""
        self._once("no_source", key, quantity, day, value, share)

    def no_bom(self, key: int, quantity: int, day: int) -> None:
        """An item to be made has no bill of materials on the day work starts."""
        self._once("no_bom", key, quantity, day)

    def no_lead_time(self, key: int) -> None:
        """A suggestion had to be dated without any lead time."""
        self._once("no_lead_time", key, 0, self.as_of)

    def negative_stock(self, key: int, quantity: int) -> None:
        """The books show less than nothing."""
        self._once("negative_stock", key, quantity, self.as_of)

    def on_cycle(self, key: int) -> None:
        """The item-location is part of a cycle and was not planned."""
        self._once("bom_cycle", key, 0, self.as_of)

    # -- rows ------------------------------------------------------------------------------------------------------

    def about_supply(
        self,
        kind: str,
        node: Node,
        line: Receipt,
        from_day: int,
        to_day: int | None,
        value: int,
        share: Share | None,
        *,
        quantity: int | None = None,
        planned_order_id: str | None = None,
    ) -> None:
        """A message about one open supply line."""
        self._put(
            kind,
            line.supply_id,
            supply_id=line.supply_id,
            planned_order_id=planned_order_id,
            item_location_id=node.item_location_id,
            quantity=line.quantity if quantity is None else quantity,
            from_day=from_day,
            to_day=to_day,
            value=value,
            share=share,
        )

    def _once(
        self,
        kind: str,
        key: int,
        quantity: int,
        day: int,
        value: int = 0,
        share: Share | None = None,
    ) -> None:
        if stable_id(kind, key) not in self._rows:
            self._put(
                kind,
                key,
                item_location_id=key,
                quantity=quantity,
                from_day=day,
                to_day=None,
                value=value,
                share=share,
            )

    def _put(
        self,
        kind: str,
        subject: object,
        *,
        item_location_id: int,
        quantity: int,
        from_day: int,
        to_day: int | None,
        value: int,
        share: Share | None = None,
        supply_id: str | None = None,
        planned_order_id: str | None = None,
    ) -> None:
        message_id = stable_id(kind, subject)
        late_orders = 0
        listed: list[dict[str, object]] = []
        if share is not None and len(share.tops):
            order = np.argsort(share.tops, kind="stable")
            sorted_tops = share.tops[order]
            starts = np.flatnonzero(np.diff(sorted_tops, prepend=sorted_tops[0] - 1))
            numbers = sorted_tops[starts]
            kinds = self.tops.kind(numbers)
            most = np.maximum.reduceat(share.days[order], starts)
            late_orders = int(np.sum((kinds == CUSTOMER) & (most > 0)))
            served = np.add.reduceat(share.quantities[order], starts)
            is_named = (kinds == CUSTOMER) | (kinds == OTHER)
            # Customer orders before forecast, then in the order they were met: the first ones matter most.
            named = np.flatnonzero(is_named)
            first = named[np.argsort(kinds[named], kind="stable")][:_MOST_PEGGED].tolist()
            listed = [{"demand_id": self.tops.names[int(numbers[at])], "quantity": int(served[at])} for at in first]
        self._rows[message_id] = (
            message_id,
            kind,
            supply_id,
            planned_order_id,
            item_location_id,
            quantity,
            date.fromordinal(from_day),
            None if to_day is None else date.fromordinal(to_day),
            saturated(value),
            late_orders,
            canonical_json(listed),
            self._urgency(kind, value, late_orders),
        )

    def _urgency(self, kind: str, value: int, late_orders: int) -> int:
        is_large = value > self.parameters.message_value_threshold_micro
        if kind in _SURPLUS:
            return 2 if is_large else 1
        if kind == "negative_stock" or late_orders or is_large:
            return 3
        return 2 if value or kind in _STOPPING else 1

    def frame(self) -> pl.DataFrame:
        """The `exceptions` frame: most urgent first, then most valuable, then by kind and id."""
        schema = OUTPUT_SCHEMAS["exceptions"]
        rows = list(self._rows.values())
        if not rows:
            return pl.DataFrame(schema=schema)
        columns = (list(column) for column in zip(*rows, strict=True))
        frame = pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
        return frame.sort("urgency", "value_at_stake_micro", "kind", "message_id", descending=[True, True, False, False])
