"""How much do customers ask for, of what, where, on which day?

mean(item, warehouse, day) = weekly units / 5 x share of the warehouse x season x festival x campaign x life, on working days.
The planners of the company know these means (they are what they plan on); customers draw around them, week by week, so that any
week can be drawn by itself and the company can go on after its end. What collapses by itself is known to nobody.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from math import cos, exp, pi
from typing import NamedTuple

from kernel.numbers import QUANTITY_SCALE
from transactional.demo.calendars import CAMPAIGNS, SPRING_FESTIVAL
from transactional.demo.catalogue import Item
from transactional.demo.chance import random_for
from transactional.demo.world import PLANT, World

__all__ = ["Demand", "Want"]

_LINE_SIZE_ROUND = ((200, 20), (40, 10), (12, 2))


class Want(NamedTuple):
    """What one customer asks for of one item."""

    sku: str
    warehouse: str
    quantity: int


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
        worked = world.calendar
        self._worked = [worked.is_working(day) for day in range(self.length)]
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

    def week(self, week: int) -> list[list[Want]]:
        """The wants of each day of a week (7 lists); week 0 begins on the first day of the history."""
        days: list[list[Want]] = [[] for _ in range(7)]
        first = week * 7
        for item in self.sold:
            mean = self.mean[item.sku][first : first + 7]
            total = sum(mean)
            if total <= 0.0:
                continue
            random = random_for(self.world.seed, "demand", item.sku, first)
            fallen = self.collapse.get(item.sku)
            factor = fallen[1] if fallen is not None and first >= fallen[0] else 1.0
            for warehouse, share in item.markets.items():
                usual = item.weekly_lines * share
                if item.pattern in ("intermittent", "lumpy"):
                    lines = 1 if random.random() < usual * min(1.0, total / item.weekly_units) else 0
                    spread = 0.25 if item.pattern == "intermittent" else 0.95
                    size = item.weekly_units / max(item.weekly_lines, 0.05) * exp(random.gauss(-spread * spread / 2, spread))
                    quantity = size * lines
                else:
                    wanted = max(usual * min(total / item.weekly_units, 1.8), 0.12)
                    lines = int(wanted + random.random())
                    quantity = total * share / min(wanted, 1.0) * exp(random.gauss(-0.0128, 0.16))
                for _ in range(lines):
                    part = _rounded(quantity * factor / lines * exp(random.gauss(-0.03, 0.25)))
                    day = random.choices(range(7), mean)[0]
                    if part > 0:
                        days[day].append(Want(item.sku, warehouse, part * QUANTITY_SCALE))
        return days

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
            means[day] = base * season[day] * events[day] * life
        return means

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
