"""How does a shortage of one item-location become suggestions?

Decisions first (a planner's no is kept until its date), then the supplier with its lot rules, then sizes, dates and
stable ids. `planned_order_id` is a hash of item-location, kind, need period and ordinal, the ordinal starting after
the decisions already taken for that period.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kernel.ids import stable_id
from planning.lots import good_quantity, lot_sizes
from planning.model import Model, Node
from planning.netting import NetOrder
from planning.parameters import PlanParameters
from planning.pegging import Demand, Supply
from planning.scheduling import Scheduler, need_period
from planning.suppliers import Offer, Schedule, Term, choose_offer, rank_offers
from planning.tops import TopDemands

__all__ = ["Draft", "Ordering", "PlannedNode"]


@dataclass(slots=True)
class Draft:
    """One suggestion while its item-location is being planned."""

    planned_order_id: str
    ordinal: int
    need_period: str
    quantity: int
    good: int
    schedule: Schedule
    wanted: NetOrder
    on_hand: int
    offer: Offer | None
    ranking: list[Offer]
    supply: Supply


@dataclass(slots=True)
class PlannedNode:
    """What the planning of one item-location needs and leaves behind."""

    node: Node
    level: int
    demands: list[Demand]
    drafts: list[Draft] = field(default_factory=list)
    missing_from: int | None = None
    missing_quantity: int = 0


class Ordering:
    """Turns the shortages of one item-location into suggestions: decisions, supplier, lot sizes, ids, dates."""

    def __init__(
        self,
        model: Model,
        scheduler: Scheduler,
        tops: TopDemands,
        parameters: PlanParameters,
        as_of: int,
        state: PlannedNode,
        requirements: dict[int, int],
    ) -> None:
        self.model, self.scheduler, self.tops, self.parameters, self.as_of = model, scheduler, tops, parameters, as_of
        self.state = state
        node = state.node
        self.kind = node.procurement
        self.terms = self._terms(node)
        decisions = self.model.decisions.get((node.item_location_id, node.procurement), [])
        self.suppressing = [one for one in decisions if one.is_suppressing]
        self.budget = {id(one): one.budget for one in self.suppressing}
        self.next_ordinal: dict[str, int] = {}
        for one in decisions:
            self.next_ordinal[one.need_period] = max(self.next_ordinal.get(one.need_period, 0), one.ordinal + 1)
        self.total = sum(requirements.values())
        self.requirements = requirements
        overdue = [line.original_due for line in state.demands if line.due == self.as_of]
        self.today_period = need_period(min(overdue, default=self.as_of))
        self.penalty: int | None = None

    def _terms(self, node: Node) -> list[Term]:
        if node.procurement != "buy":
            return []
        rows = self.model.terms.get(node.item_id, [])
        local = {term.supplier_id for warehouse, term in rows if warehouse == node.warehouse_id}
        return [
            term
            for warehouse, term in rows
            if warehouse == node.warehouse_id or (warehouse is None and term.supplier_id not in local)
        ]

    def earliest(self) -> int | None:
        """The first day an order released today could be usable, from the fastest supplier."""
        node = self.state.node
        if self.kind in ("phantom", "none"):
            return None
        usual = node.lead_time_days or 0
        fastest = min((usual if term.lead_time_days is None else term.lead_time_days for term in self.terms), default=usual)
        return self.scheduler.schedule(node, self.as_of, None, fastest).available

    def period_of(self, day: int) -> str:
        return self.today_period if day == self.as_of else need_period(day)

    def waive(self, day: int, short: int) -> int:
        """How much of a shortage nobody may or should cover: no procurement, or a planner said no."""
        state = self.state
        if self.kind == "none":
            if state.missing_from is None:
                state.missing_from = day
            state.missing_quantity += short
            return short
        if not self.suppressing:
            return 0
        period, now = self.period_of(day), need_period(self.as_of)
        waived = 0
        for one in self.suppressing:
            # A need put off until a date is still the same need when it has become due meanwhile, not a new one of this
            # week. A no for ever holds for its own week only: it must not silence whatever runs short later.
            if one.need_period == period or (one.is_dated and day == self.as_of and one.need_period <= now):
                budget = self.budget[id(one)]
                if budget is None:
                    return short
                used = min(budget, short - waived)
                self.budget[id(one)] = budget - used
                waived += used
        return waived

    def order(self, wanted: NetOrder) -> int:
        """Suggest what covers one consolidated shortage; returns the good quantity it brings."""
        node = self.state.node
        cover = wanted.short + wanted.extra
        ranking = self._ranking(cover, wanted) if self.terms else []
        offer = choose_offer(ranking)
        if offer is not None:
            sizes, schedule = list(offer.orders), offer.schedule
        else:
            sizes = lot_sizes(cover, node.rules)
            schedule = self.scheduler.schedule(node, wanted.need, None, node.lead_time_days or 0)
        period = self.period_of(wanted.need)
        brought = 0
        for quantity in sizes:
            ordinal = self.next_ordinal.get(period, 0)
            self.next_ordinal[period] = ordinal + 1
            planned_order_id = stable_id(node.item_location_id, self.kind, period, ordinal)
            good = good_quantity(quantity, node.rules.yield_ppm)
            supply = Supply(
                planned_order_id,
                self.kind,
                good,
                wanted.need,
                schedule.available,
                2 * 10**6 + len(self.state.drafts),
            )
            self.state.drafts.append(
                Draft(
                    planned_order_id=planned_order_id,
                    ordinal=ordinal,
                    need_period=period,
                    quantity=quantity,
                    good=good,
                    schedule=schedule,
                    wanted=wanted,
                    on_hand=wanted.on_hand + brought,
                    offer=offer,
                    ranking=ranking,
                    supply=supply,
                )
            )
            brought += good
        return brought

    def _ranking(self, cover: int, wanted: NetOrder) -> list[Offer]:
        node = self.state.node
        return rank_offers(
            self.terms,
            shortage=cover,
            need=wanted.need,
            rules=node.rules,
            schedule_for=lambda need, supplier, lead: self.scheduler.schedule(node, need, supplier, lead),
            default_lead_time_days=node.lead_time_days,
            future_quantity=sum(quantity for day, quantity in self.requirements.items() if day > wanted.need),
            daily_quantity=self.total // self.parameters.horizon_days,
            penalty_per_unit_day=self._penalty(),
            parameters=self.parameters,
        )

    def _penalty(self) -> int:
        """Mean penalty per base unit and day of what this item-location's demands serve in the end."""
        if self.penalty is None:
            tops = self.tops
            quantity, total = 0, 0.0
            for line in self.state.demands:
                quantity += line.quantity
                if isinstance(line.segments, int):
                    total += float(tops.penalty(np.array([line.segments]))[0]) * line.quantity
                else:
                    total += float(np.sum(tops.penalty(line.segments.tops) * line.segments.top_quantities))
            self.penalty = int(total / quantity) if quantity else 0
        return self.penalty
