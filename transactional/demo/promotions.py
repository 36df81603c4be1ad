"""Which items does the demo company sell at a lower price for two weeks, and what does that do to demand?

A promotion lifts what is asked for on its days, and takes part of it from the two weeks after: people bought ahead. Planners know
the promotions of the coming year, so stock is there. Items, days and sizes come from generators of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from transactional.demo.calendars import SPRING_FESTIVAL
from transactional.demo.chance import random_for

if TYPE_CHECKING:
    from transactional.demo.world import World

__all__ = ["AFTER_DAYS", "AFTER_FACTOR", "Promotion", "national_day_factors", "price_promotions", "stocking_up"]

AFTER_DAYS, AFTER_FACTOR = 14, 0.7
"""How long demand stays lower after a promotion, and how far."""

_SEASONS = (
    # name, name_zh, month it begins in
    ("Spring price promotion", "春季特价", 3),
    ("Autumn price promotion", "秋季特价", 9),
    ("Year-end price promotion", "年末特价", 12),
)
_RHYTHMS = ((0, 1), (0, 2), (1,), (0, 1))
_AHEAD = 14


@dataclass(frozen=True, slots=True)
class Promotion:
    """One item at a lower price.

    Attributes:
        first, last: day numbers, both included.
        discount_ppm: what comes off the usual price.
        lift: factor on what is asked for.
    """

    sku: str
    name: str
    name_zh: str
    first: int
    last: int
    discount_ppm: int
    lift: float


def price_promotions(world: World) -> dict[str, list[Promotion]]:
    """The promotions of each promoted item, past and to come."""
    smooth = [item for item in world.items() if item.pattern == "smooth"]
    random = random_for(world.seed, "price promotions")
    count = min(6 if world.scale.days > 365 else 1, len(smooth))
    found: dict[str, list[Promotion]] = {}
    for place, item in enumerate(random.sample(sorted(smooth, key=lambda item: item.sku), count)):
        own = random_for(world.seed, "price promotions", item.sku)
        discount, lift = own.choice((120_000, 150_000, 180_000)), own.uniform(1.6, 2.2)
        found[item.sku] = [
            _promotion(world, item.sku, year, season, own.randrange(3), discount, lift)
            for year in range(world.scale.start_date.year, world.scale.end_date.year + 2)
            for season in _RHYTHMS[place % len(_RHYTHMS)]
        ]
    return found


def _promotion(world: World, sku: str, year: int, season: int, week: int, discount: int, lift: float) -> Promotion:
    name, name_zh, month = _SEASONS[season]
    monday = date(year, month, 1) + timedelta(days=(7 - date(year, month, 1).weekday()) % 7 + 7 * week)
    feast = SPRING_FESTIVAL[year]
    if monday < feast + timedelta(days=28) and month < 6:  # not while the trade still wakes
        monday = feast + timedelta(days=35 - feast.weekday())
    first = world.day(monday)
    return Promotion(sku, name, name_zh, first, first + 13, discount, lift)


def stocking_up(year: int) -> tuple[date, date]:
    """The days before National Day in which shops order gifts."""
    return date(year, 9, 30) - timedelta(days=_AHEAD - 1), date(year, 9, 30)


def national_day_factors(world: World, length: int) -> list[float]:
    """What National Day does to the demand for gifts, day by day: more before it, less after."""
    factors = [1.0] * length
    for year in range(world.scale.start_date.year, world.scale.end_date.year + 3):
        first, last = (world.day(day) for day in stocking_up(year))
        for day in range(max(first, 0), min(last + 1, length)):
            factors[day] = 1.35
        for day in range(max(last + 8, 0), min(last + 18, length)):
            factors[day] = 0.8
    return factors
