"""What is a quantity worth that enters stock without a price of its own?"""

from __future__ import annotations

from kernel.numbers import QUANTITY_SCALE, divide_half_even
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import Row

__all__ = ["known_cost", "priced"]


def known_cost(work: UnitOfWork, item: Row, warehouse_id: int, quantity: int) -> int | None:
    """Minor units at the moving average of the warehouse, else at standard cost; None when neither is known."""
    value, held = work.stock.average_cost(item["item_id"], warehouse_id)
    if held > 0:
        return divide_half_even(value * quantity, held)
    if item["standard_cost"]:
        return priced(work, quantity, item["standard_cost"])
    return None


def priced(work: UnitOfWork, quantity: int, unit_cost: int) -> int:
    """quantity x unit cost, rounded once to the company's minor unit."""
    digits: int = work.company["minor_digits"]
    return divide_half_even(quantity * unit_cost, QUANTITY_SCALE * 10 ** (6 - digits))
