"""Which way of getting an item covers a shortage: bought from whom, made, or moved; and in which orders?

An item-location may have two ways (make or buy). By priority the first one is taken unless it cannot deliver (no bill
of materials, no eligible supplier, no source warehouse) or only late while the other is less late; by cost the one
with the lower expected cost is taken:

    made or moved = unit cost x ordered quantity + penalty per unit and day x required quantity x days late
    bought        = expected cost of the best supplier (see `planning.suppliers`)

What is bought comes from one supplier, except where its terms say otherwise: agreed shares (quota) divide a need that
is large enough for each supplier's smallest order; a supplier's maximum passes the rest to the next best one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from kernel.errors import InvalidInput
from kernel.numbers import QUANTITY_SCALE, show_quantity
from planning.explosion import component_requirements
from planning.lots import good_quantity, lot_sizes
from planning.model import Model, Node
from planning.netting import NetOrder
from planning.parameters import PlanParameters
from planning.pegging import Demand
from planning.scheduling import Scheduler
from planning.suppliers import Offer, Schedule, Term, choose_offer, rank_offers
from planning.tops import TopDemands

__all__ = ["Sourcing", "Way"]


class Way(NamedTuple):
    """One way of covering a shortage; `ranking` are the suppliers compared, none unless it is bought."""

    kind: str
    sizes: tuple[int, ...]
    schedule: Schedule
    offer: Offer | None
    ranking: list[Offer]
    cost: int
    is_possible: bool

    def brings(self, yield_ppm: int) -> int:
        """Good quantity of all its orders."""
        return sum(good_quantity(size, yield_ppm) for size in self.sizes)


class Sourcing:
    """Finds the way for the shortages of one item-location."""

    def __init__(
        self,
        model: Model,
        scheduler: Scheduler,
        tops: TopDemands,
        parameters: PlanParameters,
        as_of: int,
        node: Node,
        demands: list[Demand],
        requirements: Mapping[int, int],
    ) -> None:
        self._model, self._scheduler, self._tops, self._parameters = model, scheduler, tops, parameters
        self._as_of, self._node, self._demands, self._requirements = as_of, node, demands, requirements
        self.terms = _terms(model, node) if "buy" in node.ways else []
        self._penalty: int | None = None
        self._reported: set[int | None] = set()
        self._days: list[int] = []
        self._after: list[int] = []

    def earliest(self) -> int | None:
        """The first day an order placed today could be usable, by the fastest way; None: nothing can be ordered."""
        node = self._node
        if node.procurement in ("phantom", "none"):
            return None
        pace = {(way, node.lead_time(way), 0) for way in node.ways if way != "buy" or not self.terms}
        for term in self.terms:
            lead_time = node.lead_time("buy") if term.lead_time_days is None else term.lead_time_days
            pace.add(("buy", lead_time, term.release_fence_days))
        return min(
            self._scheduler.schedule(node, self._as_of, None, lead_time, way=way, fence_days=fence).available
            for way, lead_time, fence in pace
        )

    def parts(self, cover: int, wanted: NetOrder) -> list[Way]:
        """The ways that together cover `cover` (good quantity), mostly one."""
        parts = self._covering(cover, wanted)
        for part in parts:
            self._report_ignored(part)
        return parts

    def _covering(self, cover: int, wanted: NetOrder) -> list[Way]:
        if self._node.alternate is None and not self.terms:
            return [self._way(self._node.procurement, cover, wanted)]
        ways = [self._way(kind, cover, wanted) for kind in self._node.ways]
        best = ways[0]
        if len(ways) > 1 and ways[1].is_possible:
            first, second = ways
            if not first.is_possible:
                best = second
            elif self._node.alternate_by_cost:
                best = min(ways, key=lambda way: way.cost)
            elif first.schedule.available > max(wanted.need, second.schedule.available):
                best = second
        return self._shared(best, cover, wanted) if best.offer is not None else [best]

    def _report_ignored(self, way: Way) -> None:
        """A maximum that an order exceeds was taken for a slip in units: said once for each item-location and supplier."""
        node, supplier = self._node, way.offer.supplier_id if way.offer is not None else None
        said = [term.maximum for term in self.terms if term.supplier_id == supplier and term.maximum] if supplier else []
        most = min([*said, *([node.rules.maximum] if node.rules.cap is not None and node.rules.maximum else [])], default=None)
        if most is None or supplier in self._reported or max(way.sizes, default=0) <= most:
            return
        self._reported.add(supplier)
        self._model.problems.append(
            InvalidInput(
                "planning.maximum_ignored",
                row=node.item_location_id,
                sku=node.sku,
                supplier="-" if supplier is None else supplier,
                maximum=show_quantity(most),
                got=show_quantity(max(way.sizes)),
            )
        )

    # -- one way ---------------------------------------------------------------------------------------------------

    def _way(self, kind: str, cover: int, wanted: NetOrder) -> Way:
        if kind == "buy" and self.terms:
            return self._bought(cover, wanted)
        node = self._node
        sizes = tuple(lot_sizes(cover, node.rules))
        schedule = self._scheduler.schedule(node, wanted.need, None, node.lead_time(kind), way=kind)
        late = max(0, schedule.available - wanted.need)
        cost = node.unit_cost * sum(sizes) // QUANTITY_SCALE
        if node.alternate is not None:
            cost += self.penalty() * cover * late // QUANTITY_SCALE
        return Way(kind, sizes, schedule, None, [], cost, node.alternate is None or self._can(kind, schedule.release))

    def _can(self, kind: str, release: int) -> bool:
        node = self._node
        if kind == "make":
            return bool(component_requirements(self._model.bom.get(node.item_id, ()), QUANTITY_SCALE, release))
        if kind == "transfer":
            return (node.item_id, node.source_warehouse_id) in self._model.at
        return False

    def _bought(self, cover: int, wanted: NetOrder, among: Collection[int] | None = None) -> Way:
        """The offer of the best supplier, or of the best one `among` some."""
        node = self._node
        ranking = rank_offers(
            self.terms,
            shortage=cover,
            need=wanted.need,
            rules=node.rules,
            schedule_for=self._schedule_for,
            default_lead_time_days=node.lead_time("buy"),
            future_quantity=self._required_after(wanted.need),
            daily_quantity=self._required_after(-1) // self._parameters.horizon_days,
            penalty_per_unit_day=self.penalty(),
            parameters=self._parameters,
        )
        offer = choose_offer([one for one in ranking if among is None or one.supplier_id in among])
        if offer is not None:
            return Way("buy", offer.orders, offer.schedule, offer, ranking, offer.expected_cost, True)
        sizes = tuple(lot_sizes(cover, node.rules))
        schedule = self._scheduler.schedule(node, wanted.need, None, node.lead_time("buy"), way="buy")
        return Way("buy", sizes, schedule, None, ranking, 0, False)

    def _required_after(self, day: int) -> int:
        """What is required of the item-location after a day."""
        if not self._after:
            self._days = sorted(self._requirements)
            self._after = [0]
            for at in reversed(self._days):
                self._after.append(self._after[-1] + self._requirements[at])
            self._after.reverse()
        return self._after[bisect_right(self._days, day)]

    def _schedule_for(self, need: int, supplier_id: int | None, lead_time: int, fence_days: int) -> Schedule:
        return self._scheduler.schedule(self._node, need, supplier_id, lead_time, way="buy", fence_days=fence_days)

    # -- several suppliers -------------------------------------------------------------------------------------------

    def _shared(self, best: Way, cover: int, wanted: NetOrder) -> list[Way]:
        assert best.offer is not None
        eligible = {offer.supplier_id for offer in best.ranking if offer.gate is None}
        shares = self._shares(eligible, cover)
        yield_ppm = self._node.rules.yield_ppm
        parts: list[Way] = []
        rest = cover
        if shares:
            for number, (supplier, share) in enumerate(shares):
                if rest <= 0:
                    break
                part = self._bought(rest if number == len(shares) - 1 else min(rest, share), wanted, {supplier})
                parts.append(part)
                rest -= part.brings(yield_ppm)
            return parts
        offer, open_to = best.offer, set(eligible)
        while offer.limit is not None and sum(offer.orders) > offer.limit and len(open_to) > 1:
            part = self._bought(good_quantity(offer.limit, yield_ppm), wanted, {offer.supplier_id})
            parts.append(part)
            rest -= part.brings(yield_ppm)
            open_to.discard(offer.supplier_id)
            if rest <= 0:
                return parts
            following = self._bought(rest, wanted, open_to)
            if following.offer is None:
                break
            best, offer = following, following.offer
        return [*parts, best]

    def _shares(self, eligible: Collection[int], cover: int) -> list[tuple[int, int]]:
        """(supplier, good quantity) by agreed quota, the largest first; empty where fewer than two can take theirs."""
        quota: dict[int, int] = {}
        smallest: dict[int, int] = {}
        for term in self.terms:
            if term.supplier_id in eligible and term.quota_ppm:
                quota[term.supplier_id] = max(quota.get(term.supplier_id, 0), term.quota_ppm)
                least = max(term.minimum or 0, term.multiple or 0, self._node.rules.minimum)
                smallest[term.supplier_id] = max(smallest.get(term.supplier_id, 0), least)
        while len(quota) > 1:
            total = sum(quota.values())
            shares = [(supplier, -(-cover * part // total)) for supplier, part in quota.items()]
            small = [supplier for supplier, share in shares if share < smallest[supplier]]
            if not small:
                return sorted(shares, key=lambda one: (-one[1], one[0]))
            # The smallest share is left out first: the others then grow.
            del quota[min(small, key=lambda supplier: (quota[supplier], -supplier))]
        return []

    def penalty(self) -> int:
        """Mean penalty per base unit and day late of what this item-location's demands serve in the end."""
        if self._penalty is None:
            tops = self._tops
            quantity, total = 0, 0.0
            for line in self._demands:
                quantity += line.quantity
                if isinstance(line.segments, int):
                    total += float(tops.penalty(np.array([line.segments]))[0]) * line.quantity
                else:
                    total += float(np.sum(tops.penalty(line.segments.tops) * line.segments.top_quantities))
            self._penalty = int(total / quantity) if quantity else 0
        return self._penalty


def _terms(model: Model, node: Node) -> list[Term]:
    rows = model.terms.get(node.item_id, [])
    local = {term.supplier_id for warehouse, term in rows if warehouse == node.warehouse_id}
    return [
        term
        for warehouse, term in rows
        if warehouse == node.warehouse_id or (warehouse is None and term.supplier_id not in local)
    ]
