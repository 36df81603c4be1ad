"""Which problems are planted in the demo company?

One function per problem (`planted_*.py`): it picks its victim from the seed and writes into the plot where the simulation has to
bend. What really came of it is noted while the company lives (`Office.tell`) and told by `truth.py`. A problem that depends on
what the company happens to do (a component nobody waits for, a lot nobody returns) is planted again elsewhere until it is felt.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from transactional.demo import planted_buying, planted_selling, planted_stock
from transactional.demo.chance import random_for
from transactional.demo.plot import Plot
from transactional.demo.world import World

__all__ = ["PROBLEMS", "plan_problems"]

_Plan = Callable[[World, Plot, Random], None]

PROBLEMS: tuple[tuple[str, _Plan], ...] = (
    ("dead_supplier", planted_buying.dead_supplier),
    ("supplier_slips", planted_buying.supplier_slips),
    ("buyer_orders_late", planted_buying.buyer_orders_late),
    ("pays_above_reference", planted_buying.pays_above_reference),
    ("expiring_qualification", planted_buying.expiring_qualification),
    ("inspection_backlog", planted_buying.inspection_backlog),
    ("overstocked_family", planted_stock.overstocked_family),
    ("lot_expires_unsold", planted_stock.lot_expires_unsold),
    ("turnover_collapses", planted_stock.turnover_collapses),
    ("impossible_promise", planted_selling.impossible_promise),
    ("stock_taken", planted_selling.stock_taken),
    ("component_shortage", planted_buying.component_shortage),
    ("rush_order", planted_selling.rush_order),
    ("picking_behind", planted_selling.picking_behind),
    ("carrier_late", planted_selling.carrier_late),
    ("customer_moves_promise", planted_selling.customer_moves_promise),
    ("counter_miscounts", planted_stock.counter_miscounts),
    ("unscanned_issues", planted_stock.unscanned_issues),
    ("return_reason_of_one_lot", planted_stock.return_reason_of_one_lot),
    ("duplicate_item_codes", planted_stock.duplicate_item_codes),
)
"""Every planted problem, in the order they are planned; later ones keep away from the victims of earlier ones."""


def plan_problems(world: World, plot: Plot) -> None:
    """Plant all problems of a company."""
    for code, plan in PROBLEMS:
        plan(world, plot, random_for(world.seed, "problem", code))
