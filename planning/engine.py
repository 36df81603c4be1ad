"""What must be bought, made or moved, when, why, and for whom?

Item-locations are planned by ascending low-level code, so each is netted once, after everything that needs it:

    demand of a level -> forecast consumption -> netting (open receipts first) -> lot sizes and supplier -> pegging
    -> requirements of the next level (components on the release date, the source warehouse on the shipping date)

Everything is exact integer arithmetic on days and 10^-6 units. The same inputs, in any row order, give the same
frames byte for byte.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from kernel.errors import InvalidInput
from kernel.numbers import QUANTITY_SCALE, RATE_SCALE
from planning.consumption import consume_forecast, with_bucket_ends
from planning.explosion import Exact, component_requirements, rounded_in_order
from planning.frames import PlanInputs, PlanResult
from planning.lots import good_quantity
from planning.messages import Messages, value_of_lateness
from planning.model import DemandRow, Model, Node, read_model
from planning.netting import Netting, NettingRules, Receipt, net
from planning.network import low_level_codes
from planning.ordering import Draft, Ordering, PlannedNode
from planning.parameters import PlanParameters
from planning.pegging import Demand, Pegging, Segments, Share, Supply, merged_segments, peg, scaled_segments
from planning.projection import ProjectionRows
from planning.results import ResultRows, Served, served_by
from planning.scheduling import Scheduler
from planning.tops import TopDemands

__all__ = ["plan"]

_LARGEST_TOTAL = 2**62


@dataclass(frozen=True, slots=True)
class _Caused:
    """A requirement a suggestion causes, exact until its item-location is planned."""

    planned_order_id: str
    kind: str
    day: int
    exact: Exact
    priority: int
    served: Segments


def plan(inputs: PlanInputs, *, as_of: date, parameters: PlanParameters | None = None) -> PlanResult:
    """Plan every item-location of `inputs` as of a day.

    Args:
        inputs: frames of docs/contracts.md, section planning.
        as_of: today of the plan; nothing is released before it.
        parameters: rules of the run; defaults where omitted.

    Returns:
        Suggestions, pegging, messages, projection, supplier ranking, dependent demands, and the records that had to
        be left out.

    Raises:
        InvalidInput: an input frame lacks a mandatory column or has one of the wrong type.
    """
    rules = parameters or PlanParameters()
    model = read_model(inputs, as_of=as_of, parameters=rules)
    return _Run(model, as_of.toordinal(), rules).plan()


class _Run:
    def __init__(self, model: Model, as_of: int, parameters: PlanParameters) -> None:
        self.model = model
        self.as_of = as_of
        self.parameters = parameters
        self.horizon_end = as_of + parameters.horizon_days
        self.scheduler = Scheduler(model.calendars, as_of)
        self.own = self.scheduler.own
        self.tops = TopDemands()
        self.caused: dict[int, list[_Caused]] = {}
        self.by_products: dict[int, list[Receipt]] = {}
        self.share_of_receipt: dict[str, Share] = {}
        self.rows = ResultRows(self.tops)
        self.projection = ProjectionRows()
        self.messages = Messages(self.tops, as_of, parameters)
        self.reported: set[tuple[int, int]] = set()

    # -- the whole network ------------------------------------------------------------------------------------

    def plan(self) -> PlanResult:
        codes, cycles, on_cycle = low_level_codes(self.model.nodes, self._edges())
        for cycle in cycles:
            names = [self.model.nodes[key].sku for key in cycle]
            self.model.problems.append(InvalidInput("planning.bom_cycle", cycle=" > ".join([*names, names[0]])))
        for key in sorted(on_cycle):
            self.messages.on_cycle(key)
        for key in sorted(codes, key=lambda node: (codes[node], node)):
            self._plan_node(self.model.nodes[key], codes[key])
        return PlanResult(
            planned_orders=self.rows.planned_orders(),
            pegging=self.rows.pegging(),
            exceptions=self.messages.frame(),
            projection=self.projection.frame(),
            supplier_ranking=self.rows.supplier_ranking(),
            dependent_demands=self.rows.dependent_demands(),
            problems=tuple(sorted(self.model.problems, key=str)),
        )

    def _edges(self) -> dict[int, set[int]]:
        edges: dict[int, set[int]] = {}
        for key, node in self.model.nodes.items():
            if node.procurement in ("make", "phantom"):
                for line in self.model.bom.get(node.item_id, ()):
                    child = self.model.at.get((line.component_item_id, node.warehouse_id))
                    if child is not None:
                        edges.setdefault(key, set()).add(child)
            elif node.procurement == "transfer":
                source = self._source_of(node)
                if source is not None:
                    edges.setdefault(key, set()).add(source)
        return edges

    def _source_of(self, node: Node) -> int | None:
        if node.source_warehouse_id is None:
            return None
        return self.model.at.get((node.item_id, node.source_warehouse_id))

    # -- one item-location ------------------------------------------------------------------------------------

    def _plan_node(self, node: Node, level: int) -> None:
        key = node.item_location_id
        demands = self._demands(node)
        lots = self.model.lots.get(key, [])
        receipts = self._receipts(node)
        total = sum(line.quantity for line in demands) + sum(abs(lot.quantity) for lot in lots)
        total += sum(line.quantity for line in receipts) + node.floor + (node.order_up_to or 0)
        if total > _LARGEST_TOTAL:
            self.model.problems.append(
                InvalidInput(
                    "planning.value_range",
                    frame="demands",
                    row=f"item_location_id {key} ({node.sku})",
                    column="quantity",
                    got=total,
                    expected=f"{_LARGEST_TOTAL} in total",
                )
            )
            return
        opening = sum(lot.quantity for lot in lots)
        state = PlannedNode(node, level, demands)
        requirements: dict[int, int] = {}
        for line in demands:
            requirements[line.due] = requirements.get(line.due, 0) + line.quantity
        has_expiry = any(lot.expiry is not None for lot in lots)
        ordering = Ordering(self.model, self.scheduler, self.tops, self.parameters, self.as_of, state, requirements)
        fence = self.as_of + node.planning_fence_days if node.planning_fence_days else None
        outcome = net(
            as_of=self.as_of,
            horizon_end=self.horizon_end,
            rules=NettingRules(
                floor=node.floor,
                order_up_to=node.order_up_to,
                window_days=node.period_days,
                earliest=ordering.earliest(),
                fence_end=fence,
            ),
            opening=opening,
            lots=lots if has_expiry else (),
            requirements=requirements,
            receipts=receipts,
            order=ordering.order,
            waive=ordering.waive,
        )
        supplies = self._supplies(state, outcome, receipts)
        if opening < 0 or any(lot.quantity < 0 for lot in lots):
            negative = -sum(lot.quantity for lot in lots if lot.quantity < 0)
            demands.append(self._own_demand(f"NEG:{key}", "negative_stock", self.as_of, negative, 0))
            self.messages.negative_stock(key, negative)
        floor = node.floor
        if floor > 0:
            last = max((line.priority for line in demands), default=0)
            demands.append(self._own_demand(f"SS:{key}", "safety_stock", self.horizon_end + 1, floor, last))
        pegging = peg(demands, supplies, may_reorder=not has_expiry)
        self.rows.add_pegs(key, level, pegging)
        wanted = {line.supply_id for line in receipts} | {draft.planned_order_id for draft in state.drafts}
        shares = {piece.supply_id: pegging.share(at) for at, piece in enumerate(pegging.supplies) if piece.supply_id in wanted}
        self.share_of_receipt.update((line.supply_id, shares[line.supply_id]) for line in receipts)
        self._record(state, outcome, receipts, opening, requirements, pegging, shares)
        for draft in state.drafts:
            self._explode(node, draft, shares[draft.planned_order_id])

    def _demands(self, node: Node) -> list[Demand]:
        key = node.item_location_id
        rows = self.model.demands.get(key, [])
        found = self._caused_demands(key)
        forecast = [row for row in rows if row.kind == "forecast"]
        orders = [(row.due, row.quantity) for row in rows if row.kind == "sales_order"]
        if forecast:
            by_id = {row.demand_id: row for row in reversed(forecast)}
            for piece in consume_forecast(
                with_bucket_ends((row.demand_id, row.due, row.quantity, row.period_days) for row in forecast),
                orders,
                as_of=self.as_of,
                backward=self.parameters.consumption_backward_buckets,
                forward=self.parameters.consumption_forward_buckets,
                piece_days=self.parameters.forecast_piece_days,
                step=node.step,
                fence=self.as_of + node.demand_fence_days if node.demand_fence_days else None,
            ):
                if piece.day <= self.horizon_end:
                    found.append(self._direct(node, by_id[piece.demand_id], piece.day, piece.quantity))
        for row in rows:
            if row.kind != "forecast" and row.due <= self.horizon_end:
                found.append(self._direct(node, row, row.due, row.quantity))
        return found

    def _caused_demands(self, key: int) -> list[Demand]:
        """The requirements suggestions cause here, rounded once on their running total in date order."""
        caused = self.caused.pop(key, [])
        # Equal day and quantity are interchangeable up to whom they serve, so names never decide the rounding.
        caused.sort(key=lambda one: (one.day, one.exact, one.priority, one.planned_order_id))
        found: list[Demand] = []
        for one, quantity in zip(caused, rounded_in_order([one.exact for one in caused]), strict=True):
            if quantity > 0:
                segments = scaled_segments(one.served, quantity)
                found.append(Demand(one.planned_order_id, one.kind, one.day, quantity, one.priority, one.day, segments))
                self.rows.add_dependent(one.planned_order_id, key, quantity, one.day, one.kind)
        return found

    def _direct(self, node: Node, row: DemandRow, due: int, quantity: int) -> Demand:
        above = self.share_of_receipt.get(row.parent_supply_id or "")
        if above is None and row.kind == "transfer":
            above = self.share_of_receipt.get(row.demand_id)
        required = max(due, self.as_of)
        if above is not None:
            # A component of an open work order, or the sending side of an open transfer, serves what that serves.
            priority = row.priority if above.priority is None else above.priority
            segments = scaled_segments(merged_segments(above), quantity)
            return Demand(row.demand_id, row.kind, required, quantity, priority, due, segments)
        penalty = row.penalty
        if penalty is None:
            penalty = 0
            if row.kind == "sales_order":
                penalty = (node.unit_cost + row.margin) * self.parameters.penalty_rate_ppm // RATE_SCALE
        top = self.tops.add(row.demand_id, row.kind, row.margin, penalty)
        return Demand(row.demand_id, row.kind, required, quantity, row.priority, due, top)

    def _own_demand(self, demand_id: str, kind: str, due: int, quantity: int, priority: int) -> Demand:
        return Demand(demand_id, kind, due, quantity, priority, due, self.tops.add(demand_id, kind, 0, 0))

    def _receipts(self, node: Node) -> list[Receipt]:
        found = self.by_products.pop(node.item_location_id, [])
        for row in self.model.receipts.get(node.item_location_id, ()):
            expected = max(row.expected, self.as_of)
            good = good_quantity(row.quantity, node.rules.yield_ppm)
            if good <= 0:
                continue
            # What already waits for inspection carries the day it will be released, not the day it arrives.
            days = 0 if row.supply_id.startswith("QC:") else node.inspection_days
            available = self.own.forward(expected, days) if days else expected
            found.append(
                Receipt(
                    supply_id=row.supply_id,
                    kind=row.kind,
                    quantity=row.quantity,
                    good=good,
                    expected=row.expected,
                    available=available,
                    is_frozen=row.is_frozen,
                    unit_price=row.unit_price,
                    is_past_due=row.expected < self.as_of,
                    supplier_id=row.supplier_id,
                )
            )
        return found

    def _supplies(self, state: PlannedNode, outcome: Netting, receipts: list[Receipt]) -> list[Supply]:
        key = state.node.item_location_id
        lost: dict[int, int] = {}
        for _, lot, quantity in outcome.expired:
            lost[id(lot)] = quantity
        found: list[Supply] = []
        lots = sorted(
            self.model.lots.get(key, ()),
            key=lambda lot: (lot.expiry is None, lot.expiry or 0, lot.lot_id or 0),
        )
        for rank, lot in enumerate(lots):
            usable = lot.quantity - lost.get(id(lot), 0)
            if usable > 0:
                name = f"OH:{key}" if lot.lot_id is None else f"OH:{key}:{lot.lot_id}"
                found.append(Supply(name, "on_hand", usable, self.as_of, self.as_of, rank))
        for line in receipts:
            need = outcome.receipt_need.get(line.supply_id, self.horizon_end + 1)
            found.append(Supply(line.supply_id, line.kind, line.good, need, line.available, 10**6))
        found.extend(draft.supply for draft in state.drafts)
        return found

    # -- what follows from the plan of one item-location ---------------------------------------------------------

    def _explode(self, node: Node, draft: Draft, share: Share) -> None:
        """Hand the requirements of one suggestion to what it is made of or shipped from."""
        day = draft.schedule.release
        if node.procurement == "buy":
            return
        served = merged_segments(share)
        priority = 10 if share.priority is None else share.priority
        if node.procurement == "transfer":
            source = self._source_of(node)
            if source is not None:
                self._require(source, draft, served, priority, draft.quantity, day, "transfer")
            return
        needed = component_requirements(self.model.bom.get(node.item_id, ()), draft.quantity, day)
        if not needed:
            self.messages.no_bom(node.item_location_id, draft.quantity, day)
        for item_id, quantity in sorted(needed.items()):
            component = self.model.at.get((item_id, node.warehouse_id))
            if component is None:
                if (node.item_location_id, item_id) not in self.reported:
                    self.reported.add((node.item_location_id, item_id))
                    self.model.problems.append(
                        InvalidInput(
                            "planning.unknown_item_location",
                            frame="bom_lines",
                            row=f"parent {node.sku}, component_item_id {item_id}",
                            got=f"{item_id} @ {node.warehouse_id}",
                        )
                    )
                    self.messages.no_source(node.item_location_id, math.ceil(quantity), day, 0, None)
            elif quantity > 0:
                self._require(component, draft, served, priority, quantity, day, "component")
            elif math.floor(-quantity) > 0:
                gained = math.floor(-quantity)
                available = draft.schedule.available
                self.by_products.setdefault(component, []).append(
                    Receipt(
                        supply_id=f"BY:{draft.planned_order_id}:{item_id}",
                        kind="by_product",
                        quantity=gained,
                        good=gained,
                        expected=available,
                        available=available,
                        is_frozen=True,
                        unit_price=None,
                    )
                )

    def _require(self, key: int, draft: Draft, served: Segments, priority: int, exact: Exact, day: int, kind: str) -> None:
        if day <= self.horizon_end:
            self.caused.setdefault(key, []).append(_Caused(draft.planned_order_id, kind, day, exact, priority, served))

    def _record(
        self,
        state: PlannedNode,
        outcome: Netting,
        receipts: list[Receipt],
        opening: int,
        requirements: dict[int, int],
        pegging: Pegging,
        shares: dict[str, Share],
    ) -> None:
        node, key = state.node, state.node.item_location_id
        is_phantom = node.procurement == "phantom"
        if state.drafts and not is_phantom:
            served = served_by(pegging, self.tops)
            number = {piece.supply_id: at for at, piece in enumerate(pegging.supplies)}
            for draft in state.drafts:
                name = draft.planned_order_id
                self._record_order(state, draft, shares[name], served[number[name]])
        late = pegging.late()
        self.messages.receipts(node, outcome, receipts, shares, self.horizon_end, self.scheduler.dock_day(node))
        if outcome.conflict is not None:
            first, most = outcome.conflict
            self.messages.fence_conflict(key, most, first, self.as_of + node.planning_fence_days, late)
        for day, lot, quantity in outcome.expired:
            name = str(lot.lot_id) if lot.lot_id is not None else f"OH:{key}"
            self.messages.lot_expires(node, name, quantity, day, lot.expiry or day)
        if state.missing_from is not None:
            value = value_of_lateness(self.tops, late)
            self.messages.no_source(key, state.missing_quantity, state.missing_from, value, late)
        expired: dict[int, int] = {}
        for day, _, quantity in outcome.expired:
            expired[day] = expired.get(day, 0) + quantity
        shortage = self.projection.add(
            key,
            as_of=self.as_of,
            opening=opening,
            floor=node.floor,
            requirements=requirements,
            receipts=[(line.available, line.good, self._curable(node, outcome, line)) for line in receipts],
            planned=[(draft.schedule.available, draft.good) for draft in state.drafts],
            expired=expired,
        )
        if shortage is not None:
            first, until, deepest = shortage
            self.messages.below_safety_stock(key, deepest, first, until, late)

    def _curable(self, node: Node, outcome: Netting, line: Receipt) -> int | None:
        """The day an open receipt is needed, but no earlier than rescheduling can bring it."""
        need = outcome.receipt_need.get(line.supply_id)
        if need is None or line.is_frozen:
            return None
        return max(need, self.own.forward(self.as_of, node.inspection_days)) if node.inspection_days else need

    def _record_order(self, state: PlannedNode, draft: Draft, share: Share, served: Served) -> None:
        node, schedule, offer = state.node, draft.schedule, draft.offer
        late = max(0, schedule.available - draft.wanted.need)
        price = offer.unit_price if offer is not None else None
        cost = (price if price is not None else node.unit_cost) * draft.quantity // QUANTITY_SCALE
        value = value_of_lateness(self.tops, share, at_least_days=1)
        self.rows.add_order(
            node=node,
            level=state.level,
            planned_order_id=draft.planned_order_id,
            supplier_id=offer.supplier_id if offer is not None else None,
            quantity=draft.quantity,
            good=draft.good,
            release=schedule.release,
            receipt=schedule.receipt,
            need=draft.wanted.need,
            late_days=late,
            unit_price=price,
            cost=cost,
            value_at_stake=value,
            wanted=draft.wanted,
            on_hand=draft.on_hand,
            served=served,
            need_period=draft.need_period,
            ordinal=draft.ordinal,
        )
        self.rows.add_ranking(draft.planned_order_id, draft.ranking)
        self.messages.release(node, draft.planned_order_id, draft.quantity, schedule, share, value)
        if node.lead_time_days is None and offer is None:
            self.messages.no_lead_time(node.item_location_id)
        if node.procurement == "buy" and offer is None:
            if any(one.gate == "unqualified" for one in draft.ranking):
                self.messages.supplier_unqualified(
                    node.item_location_id, draft.planned_order_id, draft.quantity, schedule, share, value
                )
            else:
                self.messages.no_source(node.item_location_id, draft.quantity, draft.wanted.need, value, share)
        if node.procurement == "transfer" and self._source_of(node) is None:
            self.messages.no_source(node.item_location_id, draft.quantity, draft.wanted.need, value, share)
