"""Which commands set how each item is planned in each warehouse?"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import Command, SetPlanning
from transactional.demo.chance import random_for
from transactional.demo.demand import Demand
from transactional.demo.items import Item
from transactional.demo.setup_base import Setup, make
from transactional.demo.world import DC_CODES, PLANT

__all__ = ["planning_commands"]


def planning_commands(setup: Setup, demand: Demand) -> Iterator[Command]:
    """Parameters as somebody keeps them: from the last year's mean, rounded."""
    random = random_for(setup.world.seed, "planning parameters")
    last = setup.world.scale.days
    for item in setup.world.items():
        for warehouse in (PLANT, *DC_CODES):
            if warehouse != PLANT and warehouse not in item.markets:
                continue
            daily = demand.expected(warehouse, item.sku, max(0, last - 365), last) / min(365, last)
            fields = _parameters(setup, item, warehouse, daily, random)
            yield make(SetPlanning, setup.base("planner"), sku=item.sku, warehouse=warehouse, **fields)


def _parameters(setup: Setup, item: Item, warehouse: str, daily: float, random: Random) -> dict[str, object]:
    """How an item that needs `daily` base units a day is planned in a warehouse."""
    if item.procurement == "phantom":
        return {"procurement": "phantom", "lead_time_days": 0}
    safety = round(daily * item.safety_days * random.uniform(0.85, 1.15))

    def stocked(days: int) -> dict[str, object]:
        return {
            "safety_stock_quantity": safety * QUANTITY_SCALE,
            "reorder_point_quantity": (safety + round(daily * days)) * QUANTITY_SCALE,
            "planner": "planner",
            "service_level_ppm": 960_000,
        }

    if warehouse != PLANT:
        return {**stocked(5), "procurement": "transfer", "source_warehouse": PLANT, "lead_time_days": 4}
    if item.procurement == "make":
        return {
            **stocked(9),
            "procurement": "make",
            "lead_time_days": 7 if item.is_sold else 6,
            "order_multiple_quantity": item.lot_multiple * QUANTITY_SCALE,
            "minimum_order_quantity": 2 * item.lot_multiple * QUANTITY_SCALE,
            "order_policy": "period",
            "period_days": 14,
            "yield_ppm": 995_000,
        }
    terms = setup.world.sources[item.sku][0]
    lead = round(terms.lead_days * 7 / 5)
    return {
        **stocked(lead + 4),
        "procurement": "buy",
        "lead_time_days": lead,
        "minimum_order_quantity": terms.minimum_quantity,
        "order_multiple_quantity": terms.multiple_quantity,
        "order_policy": "period",
        "period_days": 14,
        "inspection_days": 2 if setup.world.suppliers[terms.supplier].is_inspected else 0,
    }
