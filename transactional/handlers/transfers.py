"""What goes from one warehouse to another, and where is it meanwhile?

Shipped goods lie in the destination's in-transit location, with their lot, valued in the destination's area at the cost they
left with. A transfer is shipped when every line is, received when everything shipped has arrived.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import show_quantity
from transactional.commands import PlaceTransfer, ReceiveTransfer, ShipTransfer, TransferQuantity
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.allocation import pieces_for
from transactional.handlers.lots import existing_lot
from transactional.handlers.support import (
    Row,
    bin_of,
    document_number,
    lines_given,
    not_before,
    origin_is_free,
    positive_quantity,
    refuse_status,
    step_of,
)


@handles(PlaceTransfer)
def place_transfer(work: UnitOfWork, command: PlaceTransfer) -> dict[str, Any]:
    """An order to move goods between two warehouses."""
    where = f"transfer {command.from_warehouse} > {command.to_warehouse}"
    lines_given(command.lines, where)
    if command.from_warehouse == command.to_warehouse:
        raise InvalidInput("command.same_warehouse", got=command.to_warehouse)
    not_before(work, command.due_date, command.order_date, "due_date", "order_date", where)
    origin_is_free(work, "transfer_order", command.origin_planned_order_id)
    order = work.insert(
        "transfer_order",
        transfer_order_id=work.new_id(),
        number=document_number(work, "transfer_order", command.number),
        from_warehouse_id=work.lookup("warehouse", command.from_warehouse),
        to_warehouse_id=work.lookup("warehouse", command.to_warehouse),
        order_date=command.order_date,
        due_date=command.due_date,
        origin_planned_order_id=command.origin_planned_order_id,
    )
    ids = []
    for line in command.lines:
        item = work.row("item", work.lookup("item", line.sku))
        row = work.insert(
            "transfer_order_line",
            transfer_order_line_id=work.new_id(),
            transfer_order_id=order["transfer_order_id"],
            item_id=item["item_id"],
            ordered_quantity=step_of(item, positive_quantity(line.quantity, line.sku), line.sku),
        )
        ids.append(row["transfer_order_line_id"])
    work.event("transfer_order", order["transfer_order_id"], "ordered", business_date=command.order_date)
    return {"document_id": order["transfer_order_id"], "line_ids": ids, "number": order["number"]}


@handles(ShipTransfer)
def ship_transfer(work: UnitOfWork, command: ShipTransfer) -> dict[str, Any]:
    """Goods leave: named quantities, or everything open; short of anything, nothing leaves."""
    order = work.document("transfer_order", command.transfer_order)
    number, order_id = order["number"], order["transfer_order_id"]
    if order["status"] != "open":
        raise refuse_status("transfer_order", number, order["status"], "ship")
    not_before(work, command.shipped_date, order["order_date"], "shipped_date", "order_date", number)
    wanted = _wanted(work, order, command.lines, "ship")
    movement = work.stock.movement("transfer", "transfer_order", order_id, business_date=command.shipped_date)
    transit = work.stock.place(order["to_warehouse_id"], "in_transit")
    for row, quantity, named in wanted:
        still_open = row["ordered_quantity"] - row["shipped_quantity"] - row["cancelled_quantity"]
        if quantity > still_open:
            raise Refused(
                "command.more_than_open", document=number, got=show_quantity(quantity), expected=show_quantity(still_open)
            )
        place = (row["item_id"], order["from_warehouse_id"])
        wanted_from = (None, None) if named is None else (named.location, named.lot)
        for location_id, lot_id, part in pieces_for(
            work, place, quantity, wanted_from, "command.not_enough_to_ship", document=order["number"]
        ):
            work.stock.move(
                movement,
                row["item_id"],
                part,
                from_location=location_id,
                to_location=transit,
                lot_id=lot_id,
                document_line_id=row["transfer_order_line_id"],
            )
        key = row["transfer_order_line_id"]
        work.change(
            "transfer_order_line", key, shipped_quantity=row["shipped_quantity"] + quantity, shipped_date=command.shipped_date
        )
        work.event("transfer_order", order_id, "shipped", line_id=key, quantity=quantity, business_date=command.shipped_date)
    _refresh(work, order)
    return {"document_id": order_id, "number": number, "movement_id": movement["movement_id"]}


@handles(ReceiveTransfer)
def receive_transfer(work: UnitOfWork, command: ReceiveTransfer) -> dict[str, Any]:
    """Goods arrive: named quantities, or everything on its way, into the named bin or by automatic put-away."""
    order = work.document("transfer_order", command.transfer_order)
    number, order_id = order["number"], order["transfer_order_id"]
    if order["status"] not in ("open", "shipped"):
        raise refuse_status("transfer_order", number, order["status"], "receive")
    wanted = _wanted(work, order, command.lines, "receive")
    transit = work.stock.place(order["to_warehouse_id"], "in_transit")
    for row, _, _ in wanted:
        not_before(work, command.received_date, row["shipped_date"], "received_date", "shipped_date", number)
    movement = work.stock.movement("transfer", "transfer_order", order_id, business_date=command.received_date)
    for row, quantity, named in wanted:
        item = work.row("item", row["item_id"])
        on_the_way = _on_the_way(work, order, row, transit)
        if named is not None and named.lot is not None:
            lot_id = existing_lot(work, item, named.lot)
            on_the_way = {lot_id: on_the_way.get(lot_id, 0)}
        if quantity > sum(on_the_way.values()):
            raise Refused(
                "command.transit_above_shipped",
                number=number,
                got=show_quantity(quantity),
                expected=show_quantity(sum(on_the_way.values())),
            )
        if named is not None and named.location is not None:
            target = bin_of(work, order["to_warehouse_id"], named.location)
        else:
            target = work.stock.default_bin(order["to_warehouse_id"], item["item_id"])
        key = row["transfer_order_line_id"]
        rest = quantity
        for lot_id, there in on_the_way.items():
            part = min(there, rest)
            if part:
                rest -= part
                work.stock.move(
                    movement,
                    item["item_id"],
                    part,
                    from_location=transit,
                    to_location=target,
                    lot_id=lot_id,
                    document_line_id=key,
                )
        work.change(
            "transfer_order_line",
            key,
            received_quantity=row["received_quantity"] + quantity,
            received_date=command.received_date,
        )
        work.event("transfer_order", order_id, "received", line_id=key, quantity=quantity, business_date=command.received_date)
    _refresh(work, order)
    return {"document_id": order_id, "number": number, "movement_id": movement["movement_id"]}


def _wanted(
    work: UnitOfWork, order: Row, lines: tuple[TransferQuantity, ...] | None, action: str
) -> list[tuple[Row, int, TransferQuantity | None]]:
    number = order["number"]
    wanted: list[tuple[Row, int, TransferQuantity | None]] = []
    if lines is None:
        for row in work.children("transfer_order_line", "transfer_order_id", order["transfer_order_id"]):
            if action == "ship":
                rest = row["ordered_quantity"] - row["shipped_quantity"] - row["cancelled_quantity"]
            else:
                rest = row["shipped_quantity"] - row["received_quantity"]
            if rest > 0:
                wanted.append((row, rest, None))
        if not wanted:
            raise Refused("command.nothing_on_the_way", number=number, action=action)
        return wanted
    lines_given(lines, number)
    for line in lines:
        row = work.line("transfer_order_line", line.line)
        if row["transfer_order_id"] != order["transfer_order_id"]:
            raise InvalidInput("command.line_of_other_document", where=number, got=row["transfer_order_line_id"])
        item = work.row("item", row["item_id"])
        wanted.append((row, step_of(item, positive_quantity(line.quantity, number), number), line))
    return wanted


def _on_the_way(work: UnitOfWork, order: Row, row: Row, transit: int) -> dict[int, int]:
    """What of a line lies in transit, by lot, in the order it was shipped; other transfers share the place."""
    there: dict[int, int] = {}
    for movement in work.children("movement", "document_id", order["transfer_order_id"]):
        for line in work.children("movement_line", "movement_id", movement["movement_id"]):
            if line["document_line_id"] == row["transfer_order_line_id"]:
                sign = 1 if line["to_location_id"] == transit else -1
                there[line["lot_id"]] = there.get(line["lot_id"], 0) + sign * line["quantity"]
    return {lot_id: quantity for lot_id, quantity in there.items() if quantity > 0}


def _refresh(work: UnitOfWork, order: Row) -> None:
    lines = work.children("transfer_order_line", "transfer_order_id", order["transfer_order_id"])
    is_shipped = all(row["shipped_quantity"] + row["cancelled_quantity"] >= row["ordered_quantity"] for row in lines)
    is_received = is_shipped and all(row["received_quantity"] >= row["shipped_quantity"] for row in lines)
    status = "received" if is_received else "shipped" if is_shipped else "open"
    if status != order["status"]:
        work.event("transfer_order", order["transfer_order_id"], "changed", old=order["status"], new=status)
        work.change("transfer_order", order["transfer_order_id"], status=status)
