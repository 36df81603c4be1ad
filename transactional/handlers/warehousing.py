"""How does stock move between bins, appear or disappear with a reason, and how is a movement undone?

Found stock comes from COUNT, lost stock goes there; damaged, expired, scrapped and sampled stock goes to SCRAP. A movement is
undone by its mirror image at the original cost, once; movements a document counts (receipts, shipments, returns, transfers) are
undone by that document's own command.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict, InvalidInput, Refused
from transactional.commands import AdjustStock, MoveStock, ReverseMovement
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.costs import known_cost, priced
from transactional.handlers.lots import born_lot, existing_lot
from transactional.handlers.support import Row, bin_of, given_text, known, positive_quantity, price, step_of, whole

STATUSES = ("available", "quarantine", "blocked")
_REASONS = ("found", "damaged", "expired", "scrapped", "lost", "sample", "other")
_TO_SCRAP = ("damaged", "expired", "scrapped", "sample")
_INSTEAD = {
    "receipt": "ReturnToSupplier",
    "shipment": "ReturnGoods",
    "customer_return": "ShipGoods",
    "supplier_return": "ReceiveGoods",
    "transfer": "PlaceTransfer",
    "status_change": "MoveStock",
}
_PLAIN_DOCUMENTS = ("move", "adjustment", "opening", "stocktake")


@handles(MoveStock)
def move_stock(work: UnitOfWork, command: MoveStock) -> dict[str, Any]:
    """Bin to bin, or a change of status on the spot, within one warehouse; expired stock never becomes available again."""
    item = work.row("item", work.lookup("item", command.sku))
    quantity = step_of(item, positive_quantity(command.quantity, command.sku), command.sku)
    known(command.from_status, STATUSES, "from_status", command.sku)
    known(command.to_status, STATUSES, "to_status", command.sku)
    from_location = work.lookup("location", command.from_location)
    warehouse_id = work.row("location", from_location)["warehouse_id"]
    if warehouse_id is None:
        raise InvalidInput("command.not_a_bin", where=command.sku, got=command.from_location)
    bin_of(work, warehouse_id, command.from_location)
    to_location = bin_of(work, warehouse_id, command.to_location)
    if from_location == to_location and command.from_status == command.to_status:
        raise InvalidInput("command.same_place", item=command.sku)
    kind = "transfer"
    if from_location == to_location:
        kind = "status_change"
    elif command.reason == "put_away":
        kind = "put_away"
    document_id = work.new_id()
    movement = work.stock.movement(
        kind, "move", document_id, business_date=command.business_date, reason_code=command.reason or None
    )
    work.stock.move(
        movement,
        item["item_id"],
        quantity,
        from_location=from_location,
        to_location=to_location,
        lot_id=existing_lot(work, item, command.lot),
        from_status=command.from_status,
        to_status=command.to_status,
    )
    work.event("move", document_id, "moved", quantity=quantity)
    return {"document_id": document_id, "movement_id": movement["movement_id"]}


@handles(AdjustStock)
def adjust_stock(work: UnitOfWork, command: AdjustStock) -> dict[str, Any]:
    """One-step receipt of found stock, or removal of lost, damaged, expired stock, with its reason."""
    item = work.row("item", work.lookup("item", command.sku))
    where = command.sku
    known(command.reason, _REASONS, "reason", where)
    known(command.status, STATUSES, "status", where)
    whole(command.quantity, "quantity", where, -(10**18), 10**18)
    location_id = work.lookup("location", command.location)
    location = work.row("location", location_id)
    if location["kind"] != "bin":
        raise InvalidInput("command.not_a_bin", where=where, got=command.location)
    quantity = step_of(item, positive_quantity(abs(command.quantity), where), where)
    document_id = work.new_id()
    movement = work.stock.movement(
        "adjustment", "adjustment", document_id, business_date=command.business_date, reason_code=command.reason
    )
    if command.quantity > 0:
        known(command.reason, ("found", "other"), "reason", where)
        if command.unit_cost is not None:
            cost: int | None = priced(work, quantity, price(command.unit_cost, where, "unit_cost"))
        else:
            cost = known_cost(work, item, location["warehouse_id"], quantity)
        if cost is None:
            raise InvalidInput("command.unit_cost_missing", item=where)
        lot_id = born_lot(
            work,
            item,
            command.lot,
            received_date=command.business_date,
            expiry_date=None,
            origin_kind="found",
            origin_id=document_id,
        )
        work.stock.move(
            movement,
            item["item_id"],
            quantity,
            from_location=work.stock.virtual("COUNT"),
            to_location=location_id,
            lot_id=lot_id,
            to_status=command.status,
            cost_amount=cost,
        )
    else:
        known(command.reason, _REASONS[1:], "reason", where)
        work.stock.move(
            movement,
            item["item_id"],
            quantity,
            from_location=location_id,
            to_location=work.stock.virtual("SCRAP" if command.reason in _TO_SCRAP else "COUNT"),
            lot_id=existing_lot(work, item, command.lot),
            from_status=command.status,
        )
    work.event("adjustment", document_id, "adjusted", quantity=command.quantity, new=command.reason)
    return {"document_id": document_id, "movement_id": movement["movement_id"]}


@handles(ReverseMovement)
def reverse_movement(work: UnitOfWork, command: ReverseMovement) -> dict[str, Any]:
    """The mirror image of a movement, dated now, at the original cost; a movement is reversed once."""
    movement_id = command.movement_id
    movement = work.row("movement", movement_id)
    reason = given_text(command.reason, "reason", movement_id)
    if movement["reversal_of_movement_id"] is not None:
        raise Refused("command.reversal_of_reversal", got=movement_id)
    done = work.children("movement", "reversal_of_movement_id", movement_id)
    if done:
        raise Conflict("command.already_reversed", got=movement_id, expected=done[0]["movement_id"])
    is_production = movement["movement_type"] in ("production_issue", "production_receipt", "production_scrap")
    if movement["document_kind"] not in _PLAIN_DOCUMENTS and not is_production:
        kind = movement["movement_type"]
        raise Refused("command.not_reversible", got=movement_id, kind=kind, next_step=_INSTEAD.get(kind, "AdjustStock"))
    lines = list(work.children("movement_line", "movement_id", movement_id))
    mirror = work.stock.movement(
        movement["movement_type"],
        movement["document_kind"],
        movement["document_id"],
        business_date=command.business_date,
        reason_code=reason,
        reversal_of=movement_id,
    )
    cost = 0
    for line in lines:
        moved = work.stock.move(
            mirror,
            line["item_id"],
            line["quantity"],
            from_location=line["to_location_id"],
            from_status=line["to_status"],
            to_location=line["from_location_id"],
            to_status=line["from_status"],
            lot_id=line["lot_id"],
            cost_amount=line["cost_amount"],
            document_line_id=line["document_line_id"],
        )
        cost += moved["cost_amount"]
    if is_production:
        _undo_production(work, movement, lines, cost)
    work.event(movement["document_kind"], movement["document_id"], "reversed", old=str(movement_id), new=reason)
    return {"document_id": mirror["movement_id"], "movement_id": mirror["movement_id"]}


def _undo_production(work: UnitOfWork, movement: Row, lines: list[Row], cost: int) -> None:
    """Bring a work order's running quantities and cost back to what its remaining movements say."""
    order = work.row("work_order", movement["document_id"])
    quantity = sum(line["quantity"] for line in lines)
    columns: dict[str, Any]
    if movement["movement_type"] == "production_issue":
        if order["status"] != "in_progress" or cost > order["wip_amount"]:
            raise Refused(
                "command.not_reversible", got=movement["movement_id"], kind="production_issue", next_step="CompleteWorkOrder"
            )
        for line in lines:
            component = work.row("work_order_component", line["document_line_id"])
            work.change(
                "work_order_component",
                component["work_order_component_id"],
                issued_quantity=component["issued_quantity"] - line["quantity"],
            )
        columns = {"wip_amount": order["wip_amount"] - cost}
    else:
        column = "completed_quantity" if movement["movement_type"] == "production_receipt" else "scrapped_quantity"
        columns = {
            column: order[column] - quantity,
            "wip_amount": order["wip_amount"] + cost,
            "status": "in_progress",
            "actual_end_date": None,
        }
    work.change("work_order", order["work_order_id"], **columns)
