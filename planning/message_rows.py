"""How does a message become a row: its stable id, its urgency, and the demands it endangers?

Urgency follows from the harm, not from the date: 3 makes a customer order late (or money above the threshold is lost),
2 costs money or stops the plan, 1 harms nobody.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from kernel.ids import canonical_json, stable_id
from planning.parameters import PlanParameters
from planning.pegging import Share
from planning.results import saturated
from planning.schemas import OUTPUT_SCHEMAS
from planning.tops import CUSTOMER, OTHER, TopDemands

__all__ = ["MESSAGE_KINDS", "MessageRows"]

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


class MessageRows:
    """Collects the exceptions of one run, one row per kind and subject."""

    def __init__(self, tops: TopDemands, as_of: int, parameters: PlanParameters) -> None:
        self.tops, self.as_of, self.parameters = tops, as_of, parameters
        self.horizon_end = as_of + parameters.horizon_days
        self._rows: dict[str, tuple[object, ...]] = {}

    def once(
        self,
        kind: str,
        key: int,
        quantity: int,
        day: int,
        value: int = 0,
        share: Share | None = None,
    ) -> None:
        if stable_id(kind, key) not in self._rows:
            self.put(
                kind,
                key,
                item_location_id=key,
                quantity=quantity,
                from_day=day,
                to_day=None,
                value=value,
                share=share,
            )

    def put(
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
