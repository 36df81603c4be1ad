"""Which order or item-location needs a person, how urgently, and what is lost if nobody acts?

One message per order and kind, the same id in every run until it is resolved. Value at stake, in 10^-6 currency:

    shortage: margin of the late quantity + penalty per day x days late, over the customer demand it is pegged to
    surplus : unit cost x quantity x carrying rate x days / 365
    cancel, decrease: the order value that can be avoided
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from kernel.numbers import QUANTITY_SCALE, RATE_SCALE
from planning.message_rows import MessageRows
from planning.model import Node
from planning.netting import Receipt
from planning.ordering import Draft
from planning.pegging import Share
from planning.substitutes import Moved
from planning.suppliers import Schedule
from planning.tops import TopDemands

__all__ = ["Messages", "value_of_lateness"]


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


class Messages(MessageRows):
    """One method per kind of message about suggestions and item-locations."""

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
        self.put(
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
        self.put(
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
        self.put(
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
        self.put(
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
            self.put(
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
                self.put(
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
        self.put(
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
        self.once("no_source", key, quantity, day, value, share)

    def no_bom(self, key: int, quantity: int, day: int) -> None:
        """An item to be made has no bill of materials on the day work starts."""
        self.once("no_bom", key, quantity, day)

    def no_lead_time(self, key: int) -> None:
        """A suggestion had to be dated without any lead time."""
        self.once("no_lead_time", key, 0, self.as_of)

    def negative_stock(self, key: int, quantity: int) -> None:
        """The books show less than nothing."""
        self.once("negative_stock", key, quantity, self.as_of)

    def on_cycle(self, key: int) -> None:
        """The item-location is part of a cycle and was not planned."""
        self.once("bom_cycle", key, 0, self.as_of)

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
        self.put(
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
