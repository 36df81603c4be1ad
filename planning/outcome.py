"""What follows from the plan of one level: pegs, rows of the results, messages, and requirements of the next levels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kernel.errors import InvalidInput
from kernel.numbers import QUANTITY_SCALE
from planning.explosion import Exact, component_requirements
from planning.level_pegs import LevelPegs, PlacePegs, Served
from planning.messages import Messages, value_of_lateness
from planning.model import Model, Node
from planning.netting import Receipt
from planning.ordering import Draft, PlannedNode
from planning.pegging import Pairs, Segments, Supply, pair
from planning.projection import ProjectionRows
from planning.requirements import Caused, Requirements
from planning.results import ResultRows
from planning.scheduling import Scheduler
from planning.supply_messages import supply_messages
from planning.tops import TopDemands

__all__ = ["Outcome"]

_LARGEST_TOTAL = 2**62


class Outcome:
    """Records planned levels one after the other."""

    def __init__(
        self,
        model: Model,
        scheduler: Scheduler,
        tops: TopDemands,
        requirements: Requirements,
        rows: ResultRows,
        projection: ProjectionRows,
        messages: Messages,
    ) -> None:
        self.model, self.scheduler, self.tops, self.requirements = model, scheduler, tops, requirements
        self.rows, self.projection, self.messages = rows, projection, messages
        self.as_of, self.horizon_end = messages.as_of, messages.horizon_end
        self.harmless_days = messages.parameters.harmless_tolerance_days
        self._reported: set[tuple[int, int]] = set()

    def record(self, states: Sequence[PlannedNode], level: int) -> None:
        """Everything that follows from the item-locations of one level."""
        chunk: list[PlannedNode] = []
        total = 0
        for state in states:
            # Running totals over many item-locations must stay exact in 64 bits.
            if chunk and total + state.total > _LARGEST_TOTAL:
                self._record(chunk, level)
                chunk, total = [], 0
            chunk.append(state)
            total += state.total
        if chunk:
            self._record(chunk, level)

    def _record(self, states: Sequence[PlannedNode], level: int) -> None:
        pegs = LevelPegs([self._paired(state) for state in states], self.tops)
        self.rows.add_pegs(level, [state.node.item_location_id for state in states], pegs)
        values, urgent_values, served = pegs.values(0), pegs.values(1), pegs.served()
        for place, state in enumerate(states):
            mine = PlacePegs(pegs, place, values, urgent_values)
            for receipt in state.receipts:
                self.requirements.serves(receipt.supply_id, mine.share(receipt.supply_id))
            for draft in state.drafts:
                at = mine.number[draft.planned_order_id]
                if state.node.procurement != "phantom":
                    self._record_order(state, draft, pegs, at, urgent_values[at], served[at])
                self._explode(state.node, draft, pegs, at)
            supply_messages(self.messages, self.model, state, mine, self.scheduler)
            self._report(state, pegs, place)

    def _paired(self, state: PlannedNode) -> Pairs:
        node, key = state.node, state.node.item_location_id
        lots = self.model.lots.get(key, [])
        for line in state.demands:
            if line.is_planned:
                self.rows.add_dependent(key, line)
        negative = -sum(lot.quantity for lot in lots if lot.quantity < 0)
        if negative:
            hole = self.requirements.own_demand(f"NEG:{key}", "negative_stock", self.as_of, negative, 0)
            state.demands.append(hole)
            self.messages.negative_stock(key, negative)
        if node.floor > 0:
            last = max((line.priority for line in state.demands), default=0)
            floor = self.requirements.own_demand(f"SS:{key}", "safety_stock", self.horizon_end + 1, node.floor, last)
            state.demands.append(floor)
        return pair(state.demands, self._supplies(state), may_reorder=all(lot.expiry is None for lot in lots))

    def _supplies(self, state: PlannedNode) -> list[Supply]:
        key = state.node.item_location_id
        lost = {id(lot): quantity for _, lot, quantity in state.outcome.expired}
        found: list[Supply] = []
        lots = sorted(self.model.lots.get(key, ()), key=lambda lot: (lot.expiry is None, lot.expiry or 0, lot.lot_id or 0))
        for rank, lot in enumerate(lots):
            usable = lot.quantity - lost.get(id(lot), 0)
            if usable > 0:
                name = f"OH:{key}" if lot.lot_id is None else f"OH:{key}:{lot.lot_id}"
                found.append(Supply(name, "on_hand", usable, self.as_of, self.as_of, rank))
        for line in state.receipts:
            need = state.outcome.receipt_need.get(line.supply_id, self.horizon_end + 1)
            found.append(Supply(line.supply_id, line.kind, line.good, need, line.available, 10**6))
        found.extend(draft.supply for draft in state.drafts)
        return found

    # -- requirements of the next levels -----------------------------------------------------------------------------

    def _explode(self, node: Node, draft: Draft, pegs: LevelPegs, number: int) -> None:
        """Hand the requirements of one suggestion to what it is made of or shipped from."""
        day = draft.schedule.release
        if draft.kind == "buy":
            return
        served, found = pegs.segments(number), pegs.priority(number)
        priority = 10 if found is None else found
        if draft.kind == "transfer":
            source = self._source_of(node)
            if source is not None:
                self._require(source, draft, served, priority, draft.quantity, "transfer", None)
            return
        needed = component_requirements(self.model.bom.get(node.item_id, ()), draft.quantity, day)
        if not needed:
            self.messages.no_bom(node.item_location_id, draft.quantity, day)
        for item_id, quantity in sorted(needed.items()):
            component = self.model.at.get((item_id, node.warehouse_id))
            if component is None:
                self._report_unknown(node, item_id, quantity, day)
            elif quantity > 0:
                self._require(component, draft, served, priority, quantity, "component", node.item_id)
            elif math.floor(-quantity) > 0:
                self.requirements.add_by_product(component, _by_product(draft, item_id, math.floor(-quantity)))

    def _require(
        self, key: int, draft: Draft, served: Segments, priority: int, exact: Exact, kind: str, parent_item_id: int | None
    ) -> None:
        day = draft.schedule.release
        self.requirements.add(key, Caused(draft.planned_order_id, kind, day, exact, priority, served, parent_item_id))

    def _report_unknown(self, node: Node, item_id: int, quantity: Exact, day: int) -> None:
        if (node.item_location_id, item_id) in self._reported:
            return
        self._reported.add((node.item_location_id, item_id))
        self.model.problems.append(
            InvalidInput(
                "planning.unknown_item_location",
                frame="bom_lines",
                row=f"parent {node.sku}, component_item_id {item_id}",
                got=f"{item_id} @ {node.warehouse_id}",
            )
        )
        self.messages.no_source(node.item_location_id, math.ceil(quantity), day, 0, None)

    # -- rows and messages -------------------------------------------------------------------------------------------

    def _report(self, state: PlannedNode, pegs: LevelPegs, place: int) -> None:
        node, key, outcome = state.node, state.node.item_location_id, state.outcome
        if outcome.conflict is not None:
            first, most = outcome.conflict
            self.messages.fence_conflict(key, most, first, self.as_of + node.planning_fence_days, pegs.late(place))
        for day, lot, quantity in outcome.expired:
            name = str(lot.lot_id) if lot.lot_id is not None else f"OH:{key}"
            self.messages.lot_expires(node, name, quantity, day, lot.expiry or day)
        if state.missing_from is not None:
            late = pegs.late(place)
            value = value_of_lateness(self.tops, late)
            self.messages.no_source(key, state.missing_quantity, state.missing_from, value, late)
        expired: dict[int, int] = {}
        for day, _, quantity in outcome.expired:
            expired[day] = expired.get(day, 0) + quantity
        shortage, excess = self.projection.add(
            key,
            as_of=self.as_of,
            opening=sum(lot.quantity for lot in self.model.lots.get(key, ())),
            floor=node.floor,
            requirements=state.requirements,
            receipts=[(line.available, line.good, self._curable(state, line)) for line in state.receipts],
            planned=[(draft.schedule.available, draft.good) for draft in state.drafts],
            expired=expired,
            ceiling=_ceiling(node),
        )
        if shortage is not None:
            late = pegs.late(place)
            is_short = shortage.until is not None and shortage.until - shortage.first <= self.harmless_days
            if len(late.tops) or not is_short:
                self.messages.below_safety_stock(key, shortage.depth, shortage.first, shortage.until, late)
        if excess is not None:
            self.messages.above_maximum(node, excess.height, excess.first, excess.until)

    def _curable(self, state: PlannedNode, line: Receipt) -> int | None:
        """The day an open receipt is needed, but no earlier than rescheduling can bring it."""
        need = state.outcome.receipt_need.get(line.supply_id)
        if need is None or line.is_frozen:
            return None
        days = state.node.inspection_days
        return max(need, self.scheduler.own.forward(self.as_of, days)) if days else need

    def _record_order(self, state: PlannedNode, draft: Draft, pegs: LevelPegs, number: int, value: int, served: Served) -> None:
        node, schedule, offer, key = state.node, draft.schedule, draft.offer, state.node.item_location_id
        price = offer.unit_price if offer is not None else None
        self.rows.add_order(
            node=node,
            level=state.level,
            draft=draft,
            unit_price=price,
            cost=(price if price is not None else node.unit_cost) * draft.quantity // QUANTITY_SCALE,
            value_at_stake=value,
            served=served,
        )
        self.rows.add_ranking(draft.planned_order_id, draft.ranking)
        self.messages.release(node, draft, lambda: pegs.share(number), value)
        if offer is None and not node.lead_time(draft.kind) and node.lead_time_days is None:
            self.messages.no_lead_time(key)
        if draft.kind == "buy" and offer is None:
            if any(one.gate == "unqualified" for one in draft.ranking):
                self.messages.supplier_unqualified(
                    key, draft.planned_order_id, draft.quantity, schedule, pegs.share(number), value
                )
            else:
                self.messages.no_source(key, draft.quantity, draft.wanted.need, value, pegs.share(number))
        if draft.kind == "transfer" and self._source_of(node) is None:
            self.messages.no_source(key, draft.quantity, draft.wanted.need, value, pegs.share(number))

    def _source_of(self, node: Node) -> int | None:
        if node.source_warehouse_id is None:
            return None
        return self.model.at.get((node.item_id, node.source_warehouse_id))


def _by_product(draft: Draft, item_id: int, gained: int) -> Receipt:
    available = draft.schedule.available
    return Receipt(
        supply_id=f"BY:{draft.planned_order_id}:{item_id}",
        kind="by_product",
        quantity=gained,
        good=gained,
        expected=available,
        available=available,
        is_frozen=True,
        unit_price=None,
    )


def _ceiling(node: Node) -> int | None:
    """The level an item is ordered up to, and what one order's minimum and multiple may add; None: no such level."""
    if node.order_up_to is None:
        return None
    return node.order_up_to + max(node.rules.minimum, node.rules.multiple)
