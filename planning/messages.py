"""Which open or suggested order needs a person, how urgently, and what is lost if nobody acts?

One message per order and kind, the same id in every run until it is resolved. Value at stake, in 10^-6 currency:

    shortage: margin of the late quantity + penalty per day x days late, over the customer demand it is pegged to
    surplus : unit cost x quantity x carrying rate x days / 365
    cancel  : the order value that can be avoided

A reschedule message appears when the shift exceeds the tolerance or the value exceeds the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import numpy as np
import polars as pl

from kernel.ids import canonical_json, stable_id
from kernel.numbers import QUANTITY_SCALE, RATE_SCALE
from planning.frames import OUTPUT_SCHEMAS
from planning.model import Node
from planning.netting import Netting, Receipt
from planning.parameters import PlanParameters
from planning.pegging import Share
from planning.results import saturated
from planning.suppliers import Schedule
from planning.tops import CUSTOMER, OTHER, TopDemands

__all__ = ["Messages", "value_of_lateness"]

_MOST_PEGGED = 50
"""Pegged demands listed in one message; the pegging frame has all of them."""


class _Dock(Protocol):
    def before(self, need: int) -> int: ...


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
        self._tops = tops
        self._as_of = as_of
        self._parameters = parameters
        self._rows: dict[str, tuple[object, ...]] = {}

    # -- open supply ---------------------------------------------------------------------------------------------

    def receipts(
        self,
        node: Node,
        outcome: Netting,
        receipts: Sequence[Receipt],
        share_of: Mapping[str, Share],
        horizon_end: int,
        dock: _Dock,
    ) -> None:
        """Expedite, defer, cancel and past-due messages of one item-location's open supply."""
        parameters = self._parameters
        for line in receipts:
            if line.kind == "by_product":
                continue
            late = share_of.get(line.supply_id)
            value = 0 if late is None else value_of_lateness(self._tops, late)
            if line.is_past_due:
                self._add("past_due_receipt", node, line, line.expected, self._as_of, value, late)
            if line.is_frozen:
                continue
            expected = max(line.expected, self._as_of)
            need = outcome.receipt_need.get(line.supply_id)
            price = line.unit_price if line.unit_price is not None else node.unit_cost
            worth = price * line.quantity // QUANTITY_SCALE
            if need is None:
                if expected <= horizon_end and worth >= parameters.cancel_value_threshold_micro:
                    self._add("cancel", node, line, line.expected, None, worth, late)
                continue
            if line.available > need:
                wanted = max(self._as_of, dock.before(need))
                shift = expected - wanted
                if shift <= 0:
                    # Already due today: no earlier date can be asked for, the shortage has its own message.
                    continue
                if shift > parameters.expedite_tolerance_days or value > parameters.message_value_threshold_micro:
                    self._add("expedite", node, line, line.expected, wanted, value, late)
            elif not line.is_past_due:
                shift = dock.before(need) - expected
                surplus = node.unit_cost or price
                held = surplus * line.quantity * parameters.carrying_rate_ppm * max(0, shift)
                held //= QUANTITY_SCALE * RATE_SCALE * 365
                # Orders joined on purpose within one grouping window are not too early.
                tolerance = parameters.defer_tolerance_days + node.period_days - 1
                if shift > 0 and (shift > tolerance or held > parameters.message_value_threshold_micro):
                    self._add("defer", node, line, line.expected, dock.before(need), held, late)

    # -- suggestions ---------------------------------------------------------------------------------------------

    def release(
        self,
        node: Node,
        planned_order_id: str,
        quantity: int,
        schedule: Schedule,
        share: Share,
        value: int,
    ) -> None:
        """Release due today (or within the window), or past due."""
        if schedule.ideal_release < self._as_of:
            kind, from_day = "release_past_due", schedule.ideal_release
        elif schedule.release <= self._as_of + self._parameters.release_due_days:
            kind, from_day = "release_due", schedule.release
        else:
            return
        self._put(
            kind,
            planned_order_id,
            planned_order_id=planned_order_id,
            item_location_id=node.item_location_id,
            quantity=quantity,
            from_day=from_day,
            to_day=schedule.receipt,
            value=value,
            share=share,
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
        value = value_of_lateness(self._tops, share)
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
        value = value_of_lateness(self._tops, share)
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
        self._once("no_lead_time", key, 0, self._as_of)

    def negative_stock(self, key: int, quantity: int) -> None:
        """The books show less than nothing."""
        self._once("negative_stock", key, quantity, self._as_of)

    def on_cycle(self, key: int) -> None:
        """The item-location is part of a cycle and was not planned."""
        self._once("bom_cycle", key, 0, self._as_of)

    # -- rows ------------------------------------------------------------------------------------------------------

    def _add(
        self,
        kind: str,
        node: Node,
        line: Receipt,
        from_day: int,
        to_day: int | None,
        value: int,
        share: Share | None,
    ) -> None:
        self._put(
            kind,
            line.supply_id,
            supply_id=line.supply_id,
            item_location_id=node.item_location_id,
            quantity=line.quantity,
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
            numbers, inverse = np.unique(share.tops, return_inverse=True)
            kinds = self._tops.kind(numbers)
            most = np.full(len(numbers), -(2**31), dtype=np.int64)
            np.maximum.at(most, inverse, share.days)
            late_orders = int(np.sum((kinds == CUSTOMER) & (most > 0)))
            served = np.zeros(len(numbers), dtype=np.int64)
            np.add.at(served, inverse, share.quantities)
            is_named = (kinds == CUSTOMER) | (kinds == OTHER)
            # Customer orders before forecast, then in the order they were met: the first ones matter most.
            named = np.flatnonzero(is_named)
            first = named[np.argsort(kinds[named], kind="stable")][:_MOST_PEGGED].tolist()
            listed = [{"demand_id": self._tops.names[int(numbers[at])], "quantity": int(served[at])} for at in first]
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
        )

    def frame(self) -> pl.DataFrame:
        """The `exceptions` frame: most valuable first, then by kind and id."""
        schema = OUTPUT_SCHEMAS["exceptions"]
        rows = list(self._rows.values())
        if not rows:
            return pl.DataFrame(schema=schema)
        columns = (list(column) for column in zip(*rows, strict=True))
        frame = pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
        return frame.sort("value_at_stake_micro", "kind", "message_id", descending=[True, False, False])
