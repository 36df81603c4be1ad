"""What has been made, what of it is scrap, and what did it cost?

A completion takes wip x made / what was still to be made, the last one all that is left, so the cost of scrapped units stays with
the good ones. If nothing good was made the cost follows the scrap, or, without any, goes to VARIANCE.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import divide_half_even, show_quantity
from transactional.commands import (
    CompleteWorkOrder,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.lots import born_lot
from transactional.handlers.production import OPEN
from transactional.handlers.support import (
    Row,
    bin_of,
    not_before,
    optional_key,
    quantity_not_negative,
    refuse_status,
    step_of,
)


@handles(CompleteWorkOrder)
def complete_work_order(work: UnitOfWork, command: CompleteWorkOrder) -> dict[str, Any]:
    """Good quantity into stock, scrapped quantity to SCRAP, cost out of the order."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    item = work.row("item", order["item_id"])
    if order["status"] not in OPEN:
        raise refuse_status("work_order", number, order["status"], "complete")
    good = step_of(item, quantity_not_negative(command.quantity, number), number)
    scrap = step_of(item, quantity_not_negative(command.scrapped_quantity, number, "scrapped_quantity"), number)
    if not (good or scrap or command.is_final):
        raise InvalidInput("command.nothing_completed", number=number)
    before = order["completed_quantity"] + order["scrapped_quantity"]
    total = before + good + scrap
    if total > order["ordered_quantity"]:
        raise Refused(
            "command.completed_above_ordered",
            number=number,
            got=show_quantity(total),
            expected=show_quantity(order["ordered_quantity"]),
        )
    not_before(work, command.completion_date, order["actual_start_date"], "completion_date", "actual_start_date", number)
    closes = command.is_final or total == order["ordered_quantity"]
    wip = order["wip_amount"]
    to_good = 0
    if good:
        to_good = wip if closes else divide_half_even(wip * (good + scrap), order["ordered_quantity"] - before)
    # Nothing good at all: the cost is lost with the scrap.
    to_scrap = wip if closes and scrap and not good and not order["completed_quantity"] else 0
    production = work.stock.place(order["warehouse_id"], "production")
    lot_id = order["lot_id"]
    if good:
        lot_id = _put_away(work, command, order, item, good, to_good, production)
    if scrap:
        _scrap(work, command, order, scrap, to_scrap, production)
    left = wip - to_good - to_scrap
    if closes and left:
        work.stock.value_entry(
            "production_variance",
            left,
            from_location=production,
            to_location=work.stock.virtual("VARIANCE"),
            document_kind="work_order",
            document_id=order_id,
            business_date=command.completion_date,
        )
        left = 0
    work.change(
        "work_order",
        order_id,
        completed_quantity=order["completed_quantity"] + good,
        scrapped_quantity=order["scrapped_quantity"] + scrap,
        scrap_reason_id=optional_key(work, "scrap_reason", command.scrap_reason) or order["scrap_reason_id"],
        lot_id=lot_id or None,
        wip_amount=left,
        status="completed" if closes else "in_progress",
        actual_end_date=command.completion_date if closes else None,
    )
    if good or closes:
        work.event("work_order", order_id, "completed", quantity=good, business_date=command.completion_date)
    return {"document_id": order_id, "number": number, "lot_id": lot_id or 0, "cost_amount": to_good}


def _put_away(work: UnitOfWork, command: CompleteWorkOrder, order: Row, item: Row, good: int, cost: int, production: int) -> int:
    warehouse_id = order["warehouse_id"]
    if command.location is None:
        location_id = work.stock.default_bin(warehouse_id, item["item_id"])
    else:
        location_id = bin_of(work, warehouse_id, command.location)
    lot_id = born_lot(
        work,
        item,
        command.lot,
        received_date=command.completion_date,
        expiry_date=command.expiry_date,
        origin_kind="work_order",
        origin_id=order["work_order_id"],
    )
    movement = work.stock.movement(
        "production_receipt", "work_order", order["work_order_id"], business_date=command.completion_date
    )
    work.stock.move(
        movement,
        item["item_id"],
        good,
        from_location=production,
        to_location=location_id,
        lot_id=lot_id,
        cost_amount=cost,
    )
    return lot_id


def _scrap(work: UnitOfWork, command: CompleteWorkOrder, order: Row, scrap: int, cost: int, production: int) -> None:
    order_id = order["work_order_id"]
    movement = work.stock.movement(
        "production_scrap", "work_order", order_id, business_date=command.completion_date, reason_code=command.scrap_reason
    )
    work.stock.move(
        movement,
        order["item_id"],
        scrap,
        from_location=production,
        to_location=work.stock.virtual("SCRAP"),
        cost_amount=cost,
    )
    work.event(
        "work_order",
        order_id,
        "scrapped",
        quantity=scrap,
        business_date=command.completion_date,
        new=command.scrap_reason,
    )
