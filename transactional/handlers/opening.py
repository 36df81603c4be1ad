"""With what does the ledger begin?"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput
from kernel.numbers import QUANTITY_SCALE, divide_half_even
from transactional.commands import PostOpening
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.lots import born_lot
from transactional.handlers.support import lines_given, positive_quantity, price, step_of


@handles(PostOpening)
def post_opening(work: UnitOfWork, command: PostOpening) -> dict[str, Any]:
    """Stock found at the start, from the OPENING location at the stated unit cost, each line rounded once to the minor unit."""
    lines_given(command.lines, "opening")
    document_id = work.new_id()
    movement = work.stock.movement("opening", "opening", document_id, business_date=command.opening_date)
    opening = work.stock.virtual("OPENING")
    scale = QUANTITY_SCALE * 10 ** (6 - work.company["minor_digits"])
    ids = []
    for line in command.lines:
        item = work.row("item", work.lookup("item", line.sku))
        quantity = step_of(item, positive_quantity(line.quantity, line.sku), line.sku)
        location_id = work.lookup("location", line.location)
        if work.row("location", location_id)["kind"] not in ("bin", "in_transit"):
            raise InvalidInput("command.not_a_bin", where=line.sku, got=line.location)
        key = work.new_id()
        lot_id = born_lot(
            work,
            item,
            line.lot,
            received_date=line.received_date or command.opening_date,
            expiry_date=line.expiry_date,
            origin_kind="opening",
            origin_id=key,
        )
        work.stock.move(
            movement,
            item["item_id"],
            quantity,
            from_location=opening,
            to_location=location_id,
            lot_id=lot_id,
            cost_amount=divide_half_even(quantity * price(line.unit_cost, line.sku, "unit_cost"), scale),
            document_line_id=key,
        )
        ids.append(key)
    work.event("opening", document_id, "opened", business_date=command.opening_date)
    return {"document_id": document_id, "line_ids": ids, "movement_id": movement["movement_id"]}
