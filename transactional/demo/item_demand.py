"""Which pattern of demand has each sold item, how large is it, and where is it sold?"""

from __future__ import annotations

from math import exp
from random import Random

from kernel.numbers import PRICE_SCALE
from transactional.demo.items import PATTERNS, Item
from transactional.demo.scale import Scale

__all__ = ["give_demand"]

_MARKETS = {"PL": 0.28, "DN": 0.32, "DS": 0.40}


def give_demand(items: dict[str, Item], scale: Scale, random: Random) -> None:
    """Pattern, weekly units and weekly lines of every sold item; every pattern occurs."""
    sold = [item for item in items.values() if item.is_sold]
    order = list(sold)
    random.shuffle(order)
    sure = list(PATTERNS)
    for position, item in enumerate(order):
        if position < len(sure) and len(order) >= len(sure):
            item.pattern = sure[position]
        else:
            item.pattern = random.choices(PATTERNS, (36, 24, 20, 9, 3, 4, 4))[0]
        if item.pattern == "seasonal" and item.season in ("flat", "gift"):
            item.season = random.choice(("summer", "winter"))
        if item.pattern in ("smooth", "promoted") and item.season in ("summer", "winter"):
            item.season = "flat"
        places = sorted(_MARKETS)
        random.shuffle(places)
        item.markets = dict.fromkeys(places, 0.0)
        value = exp(random.gauss(8.55, 0.55))
        thin = {"intermittent": 0.16, "lumpy": 0.22}.get(item.pattern, 1.0)
        item.weekly_units = max(2.0, value * thin / (item.standard_cost / PRICE_SCALE))
        item.weekly_lines = {"intermittent": 0.55, "lumpy": 0.5}.get(item.pattern, 1.0) * random.uniform(0.8, 1.3)
        if item.pattern == "new":
            item.start_share = random.uniform(0.55, 0.8)
    _choose_markets(scale, order, random)
    young = [item for item in sold if item.pattern == "new"]
    if young and scale.days > 365:
        # One of them came so late that it has no season of its own yet.
        max(young, key=lambda item: (item.start_share, item.sku)).start_share = 0.9


def _choose_markets(scale: Scale, order: list[Item], random: Random) -> None:
    """Where each item is sold, so that about as many item-warehouses sell every week as there are to be lines a week."""
    regular = [item for item in order if item.pattern not in ("intermittent", "lumpy")]
    counts = {item.sku: 1 for item in order}
    wanted = round(scale.lines_per_week) - len(regular)
    for _ in range(2):
        for item in random.sample(regular, len(regular)):
            if wanted > 0:
                counts[item.sku] += 1
                wanted -= 1
    for item in order:
        # Products made to order are sold where they are made.
        if item.pattern in ("intermittent", "lumpy"):
            counts[item.sku] = random.choice((1, 2))
        chosen = sorted(list(item.markets)[: counts[item.sku]])
        total = sum(_MARKETS[code] for code in chosen)
        item.markets = {code: _MARKETS[code] / total for code in chosen}
