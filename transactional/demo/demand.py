"""How much do customers ask for, of what, where, on which day?

mean(item, warehouse, day) = weekly units / 5 x share of the warehouse x season x festival x campaign x price promotion x life,
on working days.
The planners of the company know these means (they are what they plan on); customers draw around them, calendar week by calendar
week, so that any week can be drawn by itself and the company can go on after its end. Customers have rhythm: each has a weekday
on which it orders, an item is carried by a few of a warehouse's customers who order it in turn, and what is ordered in a week
lies close to its mean. Only intermittent and lumpy items come when they come. What collapses by itself is known to nobody.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from math import cos, exp, pi
from random import Random
from typing import NamedTuple

from kernel.numbers import QUANTITY_SCALE
from transactional.demo.calendars import CAMPAIGNS, SPRING_FESTIVAL
from transactional.demo.chance import random_for
from transactional.demo.items import Item
from transactional.demo.promotions import (
    AFTER_DAYS,
    AFTER_FACTOR,
    Promotion,
    national_day_factors,
    price_promotions,
)
from transactional.demo.world import PLANT, Customer, World

__all__ = ["Demand", "Want"]

_LINE_SIZE_ROUND = ((400, 20), (100, 10), (40, 4), (12, 2))
_SPREAD = 0.2
"""How far a week's order lies from its mean, as the deviation of its logarithm."""


class Want(NamedTuple):
    """What one customer asks for of one item."""

    sku: str
    warehouse: str
    quantity: int
    customer: str = ""


class Demand:
    """Means known to planners and the draws around them.

    `collapse` holds items whose real demand falls to a share of its mean from a day on: {sku: (day, share)}.
    """

    def __init__(self, world: World, collapse: dict[str, tuple[int, float]]) -> None:
        self.world = world
        self.collapse = collapse
        self.length = world.scale.days + 600
        self._season = {name: self._seasonal(name) for name in ("flat", "summer", "winter", "gift")}
        self._events = {is_promoted: self._event_factors(is_promoted) for is_promoted in (False, True)}
        self._national_day = national_day_factors(world, self.length)
        self.promotions = price_promotions(world)
        worked = world.calendar
        self._worked = [worked.is_working(day) for day in range(self.length)]
        self._offset = world.scale.start_date.weekday()
        self._carriers: dict[tuple[str, str], list[Customer]] = {}
        self._effort = self._short_weeks()
        self.sold = [item for item in world.items() if item.is_sold]
        self.mean: dict[str, list[float]] = {item.sku: self._daily(item) for item in self.sold}
        self.known: dict[tuple[str, str], list[float]] = {}
        self._prepare_known()

    def expected(self, warehouse: str, sku: str, first: int, last: int) -> float:
        """Units the planners expect to leave `warehouse` in [first, last); sales, transfers and use in production."""
        known = self.known.get((warehouse, sku))
        if known is None:
            return 0.0
        top = len(known) - 1
        return known[min(max(last, 0), top)] - known[min(max(first, 0), top)]

    def week_of(self, day: int) -> tuple[int, int]:
        """The calendar week of a day (0: the one the history begins in) and its weekday (0 Monday)."""
        return divmod(day + self._offset, 7)

    def week(self, week: int) -> list[list[Want]]:
        """The wants of each day of a calendar week (7 lists, Monday first)."""
        days: list[list[Want]] = [[] for _ in range(7)]
        monday = week * 7 - self._offset
        worked = [offset for offset in range(7) if 0 <= monday + offset < self.length and self._worked[monday + offset]]
        first = max(monday, 0)
        if not worked:
            return days
        for item in self.sold:
            total = sum(self.mean[item.sku][first : monday + 7])
            if total <= 0.0:
                continue
            random = random_for(self.world.seed, "demand", item.sku, first)
            fallen = self.collapse.get(item.sku)
            factor = fallen[1] if fallen is not None and first >= fallen[0] else 1.0
            is_sparse = item.pattern in ("intermittent", "lumpy")
            for warehouse, share in item.markets.items():
                if is_sparse:
                    likely = item.weekly_lines * share * min(1.0, total / item.weekly_units)
                    spread = 0.25 if item.pattern == "intermittent" else 0.95
                    mean = item.weekly_units / max(item.weekly_lines, 0.05)
                else:
                    # Where little is wanted, an order comes less often rather than by the piece.
                    likely = min(1.0, total / (0.4 * item.weekly_units))
                    spread = _SPREAD
                    mean = total * share / likely
                chance, size = random.random(), random.gauss(-spread * spread / 2, spread)
                if chance >= likely:
                    continue
                quantity = _rounded(mean * factor * exp(size))
                if quantity > 0:
                    code, weekday = self._who(item.sku, warehouse, week, random if is_sparse else None)
                    day = next((offset for offset in worked if offset >= weekday), worked[-1])
                    days[day].append(Want(item.sku, warehouse, quantity * QUANTITY_SCALE, code))
        return days

    def _who(self, sku: str, warehouse: str, week: int, random: Random | None) -> tuple[str, int]:
        """The customer whose turn it is, and the weekday it orders on; a sparse item's order comes on any day."""
        carriers = self._carriers.get((sku, warehouse))
        if carriers is None:
            carriers = self._carriers[sku, warehouse] = self._carried_by(sku, warehouse)
        customer = carriers[week % len(carriers)]
        return customer.code, random.randrange(5) if random is not None else customer.weekday

    def _carried_by(self, sku: str, warehouse: str) -> list[Customer]:
        """Three customers of a warehouse that want the week's goods in the same week, so that their turns do not pile up."""
        customers = [customer for customer in self.world.customers if customer.warehouse == warehouse]
        random = random_for(self.world.seed, "carried by", sku, warehouse)
        first = random.choices(customers, [c.weight for c in customers])[0]
        alike = [c for c in customers if self._weeks_ahead(c) == self._weeks_ahead(first)]
        return [first, *random.choices(alike, [c.weight for c in alike], k=2)]

    def _weeks_ahead(self, customer: Customer) -> int:
        lane = self.world.lanes[customer.warehouse, customer.region]
        # What is wanted on a weekend is wanted on Monday.
        return (customer.weekday + customer.wish_days + lane.transit_days + 2) // 7

    # means

    def _daily(self, item: Item) -> list[float]:
        season = self._season[item.season]
        events = self._events[item.pattern == "promoted"]
        span = self.world.scale.days
        start = int(item.start_share * span)
        is_dying = item.pattern == "dying"
        base = item.weekly_units / 5.0
        means = [0.0] * self.length
        for day in range(start, self.length):
            if not self._worked[day]:
                continue
            life = 1.0
            if item.pattern == "new":
                life = 1.5 * (1.0 - exp(-(day - start) / 90.0)) + 0.1
            elif is_dying:
                # Falls from the second year on to a few per cent at the end of the history.
                life = max(0.03, 1.15 - 1.1 * day / span) if day < span else 0.03
            means[day] = base * season[day] * events[day] * life * self._effort[day]
        if item.season == "gift":
            means = [mean * factor for mean, factor in zip(means, self._national_day, strict=True)]
        for promotion in self.promotions.get(item.sku, ()):
            for day in range(max(promotion.first, 0), min(promotion.last + 1 + AFTER_DAYS, self.length)):
                means[day] *= promotion.lift if day <= promotion.last else AFTER_FACTOR
        return means

    def promotion(self, sku: str, day: int) -> Promotion | None:
        """The price promotion an item is in, if any."""
        return next((one for one in self.promotions.get(sku, ()) if one.first <= day <= one.last), None)

    def _short_weeks(self) -> list[float]:
        """A week of few working days is made up for in part: its days hold more than a fifth of a week each."""
        factors = [0.0] * self.length
        for monday in range(-self._offset, self.length, 7):
            days = [day for day in range(max(monday, 0), min(monday + 7, self.length)) if self._worked[day]]
            whole = 5 if monday >= 0 else min(5, len(days))
            for day in days:
                factors[day] = whole * (0.5 + 0.5 * min(len(days), whole) / whole) / len(days)
        return factors

    def _seasonal(self, name: str) -> list[float]:
        peak, depth = {"flat": (0, 0.0), "summer": (190, 0.6), "winter": (355, 0.5), "gift": (330, 0.2)}[name]
        found = []
        for day in range(self.length):
            of_year = (self.world.scale.start_date + timedelta(days=day)).timetuple().tm_yday
            found.append(1.0 + depth * cos(2 * pi * (of_year - peak) / 365.25))
        return found

    def _event_factors(self, is_promoted: bool) -> list[float]:
        factors = [1.0] * self.length
        for first, last, _, _ in CAMPAIGNS:
            start, end = self.world.day(first), self.world.day(last)
            for day in range(max(start, 0), min(end + 1, self.length)):
                factors[day] *= 2.1 if is_promoted else 1.15
            for day in range(max(end + 1, 0), min(end + 15, self.length)):
                factors[day] *= 0.75 if is_promoted else 0.95
        for festival in SPRING_FESTIVAL.values():
            new_year = self.world.day(festival)
            for offset in range(-28, 22):
                day = new_year + offset
                if 0 <= day < self.length:
                    # Shops stock up for the feast, then nothing moves, then the trade wakes slowly.
                    if offset < -7:
                        factors[day] *= 1.45
                    elif offset < -3:
                        factors[day] *= 0.9
                    elif offset < 11:
                        factors[day] *= 0.04
                    else:
                        factors[day] *= 0.65
        return factors

    # what planners know, and what follows from it for components

    def _prepare_known(self) -> None:
        length = self.length
        flows: dict[str, list[float]] = {}
        for item in self.sold:
            mean = self.mean[item.sku]
            for warehouse, share in item.markets.items():
                if warehouse != PLANT:
                    self.known[warehouse, item.sku] = _cumulate(mean, share * item.bias)
            flows[item.sku] = [value * item.bias for value in mean]
        # Components are used some days before the product leaves; level by level, highest first.
        by_level = sorted(self.world.items(), key=lambda item: -item.level)
        lead = 7
        for item in by_level:
            flow = flows.get(item.sku)
            if flow is None:
                continue
            self.known[PLANT, item.sku] = _cumulate(flow, 1.0)
            if item.procurement != "make":
                continue
            for line in self.world.catalogue.explode(item.sku):
                per = line.quantity / QUANTITY_SCALE * (1 + line.scrap_ppm / 1_000_000)
                target = flows.get(line.sku)
                if target is None:
                    target = flows[line.sku] = [0.0] * length
                for day, value in enumerate(flow[lead:]):
                    if value:
                        target[day] += value * per


def _cumulate(values: list[float], factor: float) -> list[float]:
    total = list(accumulate(values, initial=0.0))
    return [value * factor for value in total] if factor != 1.0 else total


def _rounded(quantity: float) -> int:
    for least, step in _LINE_SIZE_ROUND:
        if quantity >= least:
            return round(quantity / step) * step
    return max(1, round(quantity)) if quantity > 0.25 else 0
