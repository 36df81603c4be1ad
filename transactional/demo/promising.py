"""What can the sales desk promise on stock that is not there yet, and on what does that rest?

The desk walks through the open supply of the customer's warehouse in the order of its days, after what was promised before; a
distribution warehouse then looks at what is on the way into the plant. Where nothing is ordered, the usual lead time stands.
"""

from __future__ import annotations

from transactional.commands import Peg
from transactional.demo.desk import Office
from transactional.demo.state import Cell
from transactional.demo.world import PLANT

__all__ = ["rest_on_supply"]

_FROM_PLANT_DAYS = 3
"""Calendar days a transfer takes; before them a working day to place it and one to load it."""


def rest_on_supply(office: Office, cell: Cell, short: int, pegs: list[Peg]) -> tuple[int, int]:
    """Rest `short` on open supply, adding to `pegs`.

    Returns: the day the last of it is expected to be usable in the cell's warehouse, and the working day it can leave.
    """
    left, last = _walk(office, cell, short, pegs, 0)
    if left and cell.warehouse != PLANT:
        plant = office.cell(PLANT, cell.sku)
        there, coming = _walk(office, plant, left, pegs, 1)
        if coming:
            last = max(last, coming)
        if there < left and not coming:
            there = left
        left = there
    if left:
        last = max(last, office.calendar.add(office.day, _usual_days(office, cell)))
        pegs.append(Peg("planned", left, office.world.date(last)))
    return last, office.calendar.add(last, 1)


def _walk(office: Office, cell: Cell, short: int, pegs: list[Peg], hops: int) -> tuple[int, int]:
    """What stays unmet, and the day the last part is expected where the customer is served."""
    calendar, world = office.calendar, office.world
    taken = max(-cell.unpromised, 0)
    left, last = short, 0
    for supply in sorted(cell.supplies, key=lambda s: s.day):
        room = supply.quantity - taken
        taken = max(0, taken - supply.quantity)
        if room <= 0:
            continue
        part = min(room, left)
        expected = max(supply.day, office.day + 2)
        if hops:
            expected = calendar.on_or_after(calendar.add(expected, 2) + _FROM_PLANT_DAYS)
        pegs.append(Peg(supply.kind, part, world.date(expected), supply.ref))
        last = max(last, expected)
        left -= part
        if left == 0:
            break
    return left, last


def _usual_days(office: Office, cell: Cell) -> int:
    """Working days until something not ordered yet can be expected."""
    if cell.warehouse != PLANT:
        if office.cell(PLANT, cell.sku).unpromised > 0:
            return 7
        return 14
    item = office.world.catalogue.items[cell.sku]
    if item.procurement == "make":
        return 12
    return office.world.sources[cell.sku][0].lead_days + 6 if cell.sku in office.world.sources else 15
