"""Which components does a quantity need?

    required = parent quantity x component quantity / output quantity / (1 - scrap), rounded up to the component's step at the end
    fixed components: component quantity / (1 - scrap), whatever the order's quantity
    phantoms are exploded through to their own components

The bill effective on the planned start counts: lowest priority number first, then the newest.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from kernel.errors import Refused
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import Row

__all__ = ["effective_bom", "required_components"]

_PPM = 1_000_000


def effective_bom(work: UnitOfWork, item_id: int, when: date) -> Row | None:
    """The bill of materials of an item on a day, or None."""
    best: Row | None = None
    for bom in work.children("bill_of_materials", "item_id", item_id):
        if bom["valid_from"] > when or (bom["valid_to"] is not None and bom["valid_to"] < when):
            continue
        if best is None or (bom["priority"], -bom["valid_from"].toordinal(), -bom["bom_id"]) < (
            best["priority"],
            -best["valid_from"].toordinal(),
            -best["bom_id"],
        ):
            best = bom
    return best


def required_components(work: UnitOfWork, bom: Row, quantity: int, when: date) -> list[tuple[int, int]]:
    """(component item, required quantity) in the order of the bill; a component named twice is summed.

    Raises Refused when a phantom below has no bill on that day.
    """
    needs: dict[int, int | Fraction] = {}
    _explode(work, bom, quantity, when, needs)
    result = []
    for item_id, need in needs.items():
        step = work.row("item", item_id)["quantity_step"]
        result.append((item_id, -(-need // step) * step))
    return result


def _explode(work: UnitOfWork, bom: Row, quantity: int | Fraction, when: date, needs: dict[int, int | Fraction]) -> None:
    for line in work.children("bom_line", "bom_id", bom["bom_id"]):
        if line["valid_from"] > when or (line["valid_to"] is not None and line["valid_to"] < when):
            continue
        need: int | Fraction
        if line["is_fixed"]:
            need = Fraction(line["component_quantity"] * _PPM, _PPM - line["scrap_ppm"])
        else:
            above = quantity * line["component_quantity"] * _PPM
            below = bom["output_quantity"] * (_PPM - line["scrap_ppm"])
            # Whole numbers almost always; the exact fraction only where it matters.
            need = Fraction(above, below) if above % below else above // below
        component = work.row("item", line["component_item_id"])
        if component["item_type"] == "phantom":
            inner = effective_bom(work, component["item_id"], when)
            if inner is None:
                raise Refused("command.no_bom", item=component["sku"], got=when)
            _explode(work, inner, need, when, needs)
        else:
            needs[component["item_id"]] = needs.get(component["item_id"], 0) + need
