"""How does a shortage of one item-location become suggestions?

Decisions first (a planner's no is kept until its date), then the way of getting it with its lot rules, then dates and
stable ids. `planned_order_id` is a hash of item-location, kind, need period and ordinal, the ordinal starting after
the decisions already taken for that period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel.ids import stable_id
from planning.lots import good_quantity
from planning.model import Decision, Node
from planning.netting import NetOrder, Netting, Receipt
from planning.pegging import Demand, Supply
from planning.scheduling import need_period
from planning.sourcing import Sourcing
from planning.suppliers import Offer, Schedule

__all__ = ["Draft", "Ordering", "PlannedNode"]


@dataclass(slots=True)
class Draft:
    """One suggestion while its item-location is being planned."""

    planned_order_id: str
    kind: str
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
    receipts: list[Receipt]
    total: int = 0
    """Everything that may be added up for it: no running total is larger."""
    requirements: dict[int, int] = field(default_factory=dict)
    """Day -> quantity, what substitutes serve taken off."""
    outcome: Netting = field(default_factory=Netting)
    drafts: list[Draft] = field(default_factory=list)
    missing_from: int | None = None
    missing_quantity: int = 0


class Ordering:
    """Turns the shortages of one item-location into suggestions: decisions, ways, ids, dates."""

    def __init__(self, state: PlannedNode, sourcing: Sourcing, decisions: Sequence[tuple[str, Decision]], as_of: int) -> None:
        self.state, self.sourcing, self.as_of = state, sourcing, as_of
        mine = [(kind, one) for kind, one in decisions if kind in state.node.ways]
        self.suppressing = [one for _, one in mine if one.is_suppressing]
        self.budget = {id(one): one.budget for one in self.suppressing}
        self.next_ordinal: dict[tuple[str, str], int] = {}
        for kind, one in mine:
            period = (kind, one.need_period)
            self.next_ordinal[period] = max(self.next_ordinal.get(period, 0), one.ordinal + 1)
        overdue = [line.original_due for line in state.demands if line.due == self.as_of]
        self.today_period = need_period(min(overdue, default=self.as_of))

    def period_of(self, day: int) -> str:
        """The need period of a shortage on `day`: what is overdue keeps the period it was due in."""
        return self.today_period if day == self.as_of else need_period(day)

    def waive(self, day: int, short: int) -> int:
        """How much of a shortage nobody may or should cover: no procurement, or a planner said no."""
        state = self.state
        if state.node.procurement == "none":
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
        period = self.period_of(wanted.need)
        brought = 0
        for way in self.sourcing.parts(wanted.short + wanted.extra, wanted):
            for quantity in way.sizes:
                ordinal = self.next_ordinal.get((way.kind, period), 0)
                self.next_ordinal[way.kind, period] = ordinal + 1
                planned_order_id = stable_id(node.item_location_id, way.kind, period, ordinal)
                good = good_quantity(quantity, node.rules.yield_ppm)
                rank = 2 * 10**6 + len(self.state.drafts)
                supply = Supply(planned_order_id, way.kind, good, wanted.need, way.schedule.available, rank)
                self.state.drafts.append(
                    Draft(
                        planned_order_id=planned_order_id,
                        kind=way.kind,
                        ordinal=ordinal,
                        need_period=period,
                        quantity=quantity,
                        good=good,
                        schedule=way.schedule,
                        wanted=wanted,
                        on_hand=wanted.on_hand + brought,
                        offer=way.offer,
                        ranking=way.ranking,
                        supply=supply,
                    )
                )
                brought += good
        return brought
