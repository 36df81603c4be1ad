"""What is required of an item-location, and what is already coming to it?

Independent demand, components and transfers of open documents, net forecast, what suggestions of higher levels need,
and what substitutes have taken over from other items. Requirements of suggestions stay exact fractions until their
item-location is planned and are rounded up once on their running total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernel.numbers import RATE_SCALE
from planning.calendars import WorkingCalendar
from planning.consumption import consume_forecast, with_bucket_ends
from planning.explosion import Exact, rounded_in_order
from planning.lots import good_quantity
from planning.model import DemandRow, Model, Node
from planning.netting import Receipt
from planning.parameters import PlanParameters
from planning.pegging import Demand, Segments, Share, merged_segments, portion, scaled_segments, scaled_together
from planning.substitutes import Moved
from planning.tops import TopDemands

__all__ = ["Caused", "Requirements"]


class Caused(NamedTuple):
    """A requirement a suggestion causes, exact until its item-location is planned."""

    planned_order_id: str
    kind: str
    day: int
    exact: Exact
    priority: int
    served: Segments
    parent_item_id: int | None


class Requirements:
    """Collects what every item-location still has to provide, and reads it out once it is planned."""

    def __init__(
        self, model: Model, own: WorkingCalendar, tops: TopDemands, parameters: PlanParameters, as_of: int, horizon_end: int
    ) -> None:
        self._model, self._own, self._tops, self._parameters = model, own, tops, parameters
        self._as_of, self._horizon_end = as_of, horizon_end
        self._caused: dict[int, list[Caused]] = {}
        self._gathered: dict[int, list[Demand]] = {}
        self._by_products: dict[int, list[Receipt]] = {}
        self._share_of: dict[str, Share] = {}

    # -- what plans of higher levels leave behind ----------------------------------------------------------------

    def add(self, key: int, caused: Caused) -> None:
        """A requirement of a suggestion; beyond the horizon it is not seen."""
        if caused.day <= self._horizon_end:
            self._caused.setdefault(key, []).append(caused)

    def add_by_product(self, key: int, receipt: Receipt) -> None:
        """Something that comes in when a suggestion is received."""
        self._by_products.setdefault(key, []).append(receipt)

    def serves(self, supply_id: str, share: Share) -> None:
        """What an open supply line is for: its own components and its sending side serve the same."""
        self._share_of[supply_id] = share

    # -- one item-location ---------------------------------------------------------------------------------------

    def gather(self, keys: Sequence[int]) -> None:
        """Make ready what suggestions require of the item-locations of one level, all at once."""
        lines: list[Demand] = []
        served: list[Segments] = []
        for key in keys:
            caused = self._caused.pop(key, [])
            # Equal day and quantity are interchangeable up to whom they serve, so names never decide the rounding.
            caused.sort(key=lambda one: (one.day, one.exact, one.priority, one.planned_order_id))
            found = self._gathered.setdefault(key, [])
            for one, quantity in zip(caused, rounded_in_order([one.exact for one in caused]), strict=True):
                if quantity > 0:
                    line = Demand(one.planned_order_id, one.kind, one.day, quantity, one.priority, one.day, -1)
                    line.parent_item_id, line.is_planned = one.parent_item_id, True
                    found.append(line)
                    lines.append(line)
                    served.append(one.served)
        for line, segments in zip(lines, scaled_together(served, [line.quantity for line in lines]), strict=True):
            line.segments = segments

    def demands(self, node: Node) -> list[Demand]:
        """Everything required of an item-location within the horizon."""
        rows = self._model.demands.get(node.item_location_id, [])
        found = self._gathered.pop(node.item_location_id, [])
        forecast = [row for row in rows if row.kind == "forecast"]
        if forecast:
            by_id = {row.demand_id: row for row in reversed(forecast)}
            for piece in consume_forecast(
                with_bucket_ends((row.demand_id, row.due, row.quantity, row.period_days) for row in forecast),
                [(row.due, row.quantity) for row in rows if row.kind == "sales_order"],
                as_of=self._as_of,
                backward=self._parameters.consumption_backward_buckets,
                forward=self._parameters.consumption_forward_buckets,
                piece_days=self._parameters.forecast_piece_days,
                step=node.step,
                fence=self._as_of + node.demand_fence_days if node.demand_fence_days else None,
            ):
                if piece.day <= self._horizon_end:
                    found.append(self._direct(node, by_id[piece.demand_id], piece.day, piece.quantity))
        for row in rows:
            if row.kind != "forecast" and row.due <= self._horizon_end:
                found.append(self._direct(node, row, row.due, row.quantity))
        return found

    def receipts(self, node: Node) -> list[Receipt]:
        """Open supply of an item-location, by-products of suggestions included."""
        found = self._by_products.pop(node.item_location_id, [])
        for row in self._model.receipts.get(node.item_location_id, ()):
            expected = max(row.expected, self._as_of)
            good = good_quantity(row.quantity, node.rules.yield_ppm)
            if good <= 0:
                continue
            # What already waits for inspection carries the day it will be released, not the day it arrives.
            days = 0 if row.supply_id.startswith("QC:") else node.inspection_days
            found.append(
                Receipt(
                    supply_id=row.supply_id,
                    kind=row.kind,
                    quantity=row.quantity,
                    good=good,
                    expected=row.expected,
                    available=self._own.forward(expected, days) if days else expected,
                    is_frozen=row.is_frozen,
                    unit_price=row.unit_price,
                    is_past_due=row.expected < self._as_of,
                    supplier_id=row.supplier_id,
                    state=row.state,
                    start=row.start,
                    is_quantity_fixed=row.is_quantity_fixed,
                )
            )
        return found

    def own_demand(self, demand_id: str, kind: str, due: int, quantity: int, priority: int) -> Demand:
        """A requirement nobody outside asks for: safety stock, or the hole of negative stock."""
        return Demand(demand_id, kind, due, quantity, priority, due, self._tops.add(demand_id, kind, 0, 0))

    def _direct(self, node: Node, row: DemandRow, due: int, quantity: int) -> Demand:
        above = self._share_of.get(row.parent_supply_id or "")
        if above is None and row.kind == "transfer":
            above = self._share_of.get(row.demand_id)
        required = max(due, self._as_of)
        made = row.parent_item_id if row.kind == "component" else None
        if above is not None:
            # A component of an open work order, or the sending side of an open transfer, serves what that serves.
            priority = row.priority if above.priority is None else above.priority
            segments = scaled_segments(merged_segments(above), quantity)
            return Demand(row.demand_id, row.kind, required, quantity, priority, due, segments, made, row.parent_supply_id)
        penalty = row.penalty
        if penalty is None:
            penalty = 0
            if row.kind == "sales_order":
                penalty = (node.unit_cost + row.margin) * self._parameters.penalty_rate_ppm // RATE_SCALE
        top = self._tops.add(row.demand_id, row.kind, row.margin, penalty)
        return Demand(row.demand_id, row.kind, required, quantity, row.priority, due, top, made, row.parent_supply_id)

    # -- substitutes -----------------------------------------------------------------------------------------------

    @staticmethod
    def moved_to_substitutes(moved: Sequence[Moved], substituted_id: int) -> Mapping[int, list[Demand]]:
        """Take what substitutes serve off the primary's requirements; the substitutes' requirements by item-location.

        Rounded up once on each substitute's running total, like every other requirement.
        """
        by_place: dict[int, list[Moved]] = {}
        for one in moved:
            by_place.setdefault(one.item_location_id, []).append(one)
        whole = {id(one.demand): one.demand.quantity for one in moved}
        taken: dict[int, int] = {}
        found: dict[int, list[Demand]] = {}
        for place, pieces in sorted(by_place.items()):
            for one, quantity in zip(pieces, rounded_in_order([piece.exact for piece in pieces]), strict=True):
                taken[id(one.demand)] = taken.get(id(one.demand), 0) + one.quantity
                if quantity > 0:
                    demand = one.demand
                    found.setdefault(place, []).append(
                        Demand(
                            demand_id=demand.demand_id,
                            kind="substitute",
                            due=demand.due,
                            quantity=quantity,
                            priority=demand.priority,
                            original_due=demand.original_due,
                            segments=portion(demand.segments, one.quantity, whole[id(demand)], quantity),
                            is_planned=demand.is_planned,
                            substituted_id=substituted_id,
                            substitution_reason=one.reason,
                        )
                    )
        for demand in {id(one.demand): one.demand for one in moved}.values():
            rest = demand.quantity - taken[id(demand)]
            demand.segments = portion(demand.segments, rest, demand.quantity, rest) if rest else -1
            demand.quantity = rest
        return found
