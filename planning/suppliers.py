"""Which supplier covers a requirement at the lowest expected total cost?

    expected cost = purchase + holding + lateness + quality
    purchase = unit price at the break x required quantity + order cost
    holding  = carrying cost of the lot-rule surplus until it is used; surplus nobody needs counts at its full price
    lateness = penalty per unit and day x required quantity x expected days late, the supplier's lead time taken as
               normal with its own spread
    quality  = required quantity x expected reject rate x (price of the replacement + penalty over its lead time)

Hard gates come first: on hold, terms not valid on the order date, qualification ended before the receipt date. Rates
of suppliers with few receipts are drawn towards the assumed rate: (rate x n + assumed x k) / (n + k).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kernel.numbers import QUANTITY_SCALE, RATE_SCALE
from planning.lots import LotRules, is_torn, lot_sizes, ordered_for
from planning.parameters import PlanParameters

__all__ = ["Offer", "Schedule", "Term", "choose_offer", "rank_offers"]


@dataclass(frozen=True, slots=True)
class Term:
    """One price-break line of one supplier for one item; days as ordinals."""

    supplier_id: int
    lead_time_days: int | None
    lead_time_sigma_days: float | None
    minimum: int | None
    multiple: int | None
    price_break: int
    unit_price: int
    valid_from: int | None
    valid_to: int | None
    qualified_until: int | None
    is_on_hold: bool
    preference: int
    on_time_rate: float | None
    reject_rate: float | None
    receipt_count: int
    maximum: int | None = None
    """Most the supplier delivers for one need; what is above goes to the next supplier, if there is one."""
    quota_ppm: int = 0
    """Share of the item's purchases meant for this supplier; 0: none agreed."""
    release_fence_days: int = 0
    """Days from today in which this supplier takes no new order."""


class Schedule(NamedTuple):
    """When an order is released, received, usable; `ideal_release` may lie before today."""

    release: int
    receipt: int
    available: int
    ideal_release: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One supplier's way of covering the requirement; `gate` says why it is excluded (None: it is not)."""

    supplier_id: int
    gate: str | None
    unit_price: int
    orders: tuple[int, ...]
    schedule: Schedule
    purchase: int
    holding: int
    lateness: int
    quality: int
    preference: int
    limit: int | None = None
    """Most this supplier delivers for one need, whole lots; None: any quantity."""
    fence_end: int | None = None
    """First day it takes a new order, when its release fence delays this one."""

    @property
    def expected_cost(self) -> int:
        """Sum of the four cost terms, 10^-6 of the currency."""
        return self.purchase + self.holding + self.lateness + self.quality


def rank_offers(
    terms: Sequence[Term],
    *,
    shortage: int,
    need: int,
    rules: LotRules,
    schedule_for: Callable[[int, int | None, int, int], Schedule],
    default_lead_time_days: int | None,
    future_quantity: int,
    daily_quantity: int,
    penalty_per_unit_day: int,
    parameters: PlanParameters,
) -> list[Offer]:
    """All offers, the cheapest eligible one first, gated ones last; equal cost: preference, then supplier id.

    Args:
        terms: the price-break lines of all suppliers of the item.
        shortage: good quantity required.
        need: day it is required.
        rules: the item-location's own lot rules; a supplier's multiple replaces the item's, the larger minimum and the smaller
            maximum hold.
        schedule_for: (need, supplier id, lead time days, release fence days) -> Schedule.
        default_lead_time_days: used where a term has no lead time.
        future_quantity: demand after this requirement within the horizon, which can use up surplus.
        daily_quantity: mean demand per day, the pace at which surplus is used.
        penalty_per_unit_day: micro currency per base unit and day late.
    """
    by_supplier: dict[int, list[Term]] = {}
    for term in terms:
        by_supplier.setdefault(term.supplier_id, []).append(term)
    offers = [
        _best_offer(
            sorted(lines, key=lambda term: (term.price_break, term.unit_price)),
            shortage,
            need,
            rules,
            schedule_for,
            default_lead_time_days,
            future_quantity,
            daily_quantity,
            penalty_per_unit_day,
            parameters,
        )
        for _, lines in sorted(by_supplier.items())
    ]
    return sorted(
        offers,
        key=lambda offer: (offer.gate is not None, offer.expected_cost, offer.preference, offer.supplier_id),
    )


def choose_offer(ranked: Sequence[Offer]) -> Offer | None:
    """The best eligible offer of a ranking, or None."""
    return ranked[0] if ranked and ranked[0].gate is None else None


def _best_offer(
    lines: list[Term],
    shortage: int,
    need: int,
    rules: LotRules,
    schedule_for: Callable[[int, int | None, int, int], Schedule],
    default_lead_time_days: int | None,
    future_quantity: int,
    daily_quantity: int,
    penalty_per_unit_day: int,
    parameters: PlanParameters,
) -> Offer:
    supplier_id = lines[0].supplier_id
    lead_time = next((t.lead_time_days for t in lines if t.lead_time_days is not None), default_lead_time_days) or 0
    fence_days = max(term.release_fence_days for term in lines)
    schedule = schedule_for(need, supplier_id, lead_time, fence_days)
    valid = [
        term
        for term in lines
        if (term.valid_from is None or term.valid_from <= schedule.release)
        and (term.valid_to is None or term.valid_to >= schedule.release)
    ]
    gate = None
    if any(term.is_on_hold for term in lines):
        gate = "on_hold"
    elif not valid:
        gate = "not_valid"
    elif any(term.qualified_until is not None and term.qualified_until < schedule.receipt for term in valid):
        gate = "unqualified"
    usable = valid or lines
    first = usable[0]
    minimum = max(rules.minimum, max((term.minimum or 0) for term in usable), first.price_break)
    multiple = next((term.multiple for term in usable if term.multiple), rules.multiple)
    largest = [most for most in (rules.maximum, *(term.maximum for term in usable)) if most is not None]
    own = LotRules(max(minimum, 0), max(multiple, 1), min(largest, default=None), rules.fixed, rules.yield_ppm)
    required = ordered_for(shortage, rules.yield_ppm)

    def offer(orders: list[int]) -> Offer:
        price = max(usable, key=lambda t: (t.price_break <= orders[0], t.price_break, -t.unit_price))
        if price.price_break > orders[0]:
            price = first
        total = sum(orders)
        surplus = max(0, total - required)
        purchase = price.unit_price * required // QUANTITY_SCALE + parameters.order_cost_micro * len(orders)
        late_days = _expected_late_days(price, lead_time, need - schedule.available, parameters)
        lateness = round(penalty_per_unit_day * (required / QUANTITY_SCALE) * late_days)
        reject = _shrunk(price.reject_rate, price.receipt_count, parameters.prior_reject_rate_ppm, parameters)
        quality = round((required / QUANTITY_SCALE) * reject * (price.unit_price + penalty_per_unit_day * lead_time))
        return Offer(
            supplier_id=supplier_id,
            gate=gate,
            unit_price=price.unit_price,
            orders=tuple(orders),
            schedule=schedule,
            purchase=purchase,
            holding=_holding(surplus, price.unit_price, future_quantity, daily_quantity, parameters),
            lateness=lateness,
            quality=quality,
            preference=first.preference,
            limit=None if first.maximum is None or is_torn(shortage, own) else own.cap,
            fence_end=schedule.release if schedule.ideal_release < schedule.release and fence_days else None,
        )

    candidates = [offer(lot_sizes(shortage, own))]
    if rules.fixed is None:
        for term in usable:
            if term.price_break > candidates[0].orders[0] and (own.cap is None or term.price_break <= own.cap):
                lifted = LotRules(max(own.minimum, term.price_break), own.multiple, own.maximum, None, own.yield_ppm)
                candidates.append(offer(lot_sizes(shortage, lifted)))
    return min(candidates, key=lambda one: (one.expected_cost, sum(one.orders)))


def _holding(surplus: int, price: int, future: int, daily: int, parameters: PlanParameters) -> int:
    used = min(surplus, future)
    never = surplus - used
    cost = price * never // QUANTITY_SCALE
    if used > 0 and daily > 0:
        # Used up evenly: on average half of the surplus lies for used / daily days.
        cost += price * used * parameters.carrying_rate_ppm * used // (QUANTITY_SCALE * RATE_SCALE * daily * 730)
    return cost


def _shrunk(rate: float | None, count: int, prior_ppm: int, parameters: PlanParameters) -> float:
    prior = prior_ppm / RATE_SCALE
    if rate is None or count + parameters.prior_weight_receipts <= 0:
        return prior
    weight = parameters.prior_weight_receipts
    return (rate * count + prior * weight) / (count + weight)


def _expected_late_days(term: Term, lead_time: int, slack: int, parameters: PlanParameters) -> float:
    """E[(late days)+] of a receipt planned `slack` days before (negative: after) the need."""
    sigma = term.lead_time_sigma_days
    if sigma is None and term.on_time_rate is not None:
        weight = parameters.prior_weight_receipts
        late_rate = ((1.0 - term.on_time_rate) * term.receipt_count + 0.1 * weight) / max(1, term.receipt_count + weight)
        return max(0.0, -slack) + late_rate * parameters.prior_late_days
    if sigma is None:
        sigma = lead_time * parameters.prior_sigma_ppm / RATE_SCALE
    if sigma <= 0.0:
        return float(max(0, -slack))
    z = slack / sigma
    tail = 0.5 * math.erfc(z / math.sqrt(2.0))
    return sigma * (math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) - z * tail)
