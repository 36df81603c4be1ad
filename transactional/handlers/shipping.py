"""What left for which customer, at which cost, and when was it signed for?

Goods leave to the CUSTOMER location at the moving average: that is the cost of sales. The expected delivery date is shipped +
lane days (carrier, warehouse, the customer's region), frozen at dispatch; unknown lanes leave it empty.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import show_quantity
from transactional.commands import ConfirmDelivery, ShipGoods, ShipLine
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.allocation import end_part, free_in, give_back, open_allocations
from transactional.handlers.lots import existing_lot
from transactional.handlers.sales import line_status, refresh_order
from transactional.handlers.support import (
    Row,
    amount,
    bin_of,
    document_number,
    lines_given,
    not_before,
    optional_key,
    positive_quantity,
    refuse_status,
)


@handles(ShipGoods)
def ship_goods(work: UnitOfWork, command: ShipGoods) -> dict[str, Any]:
    """One shipment to one customer. What is tied goes first, the rest first expired first out or from the named place."""
    lines_given(command.lines, "shipment")
    warehouse_id = work.lookup("warehouse", command.warehouse)
    rows = [work.line("sales_order_line", line.line) for line in command.lines]
    orders = [work.row("sales_order", row["sales_order_id"]) for row in rows]
    customers = {order["customer_id"] for order in orders}
    if len(customers) > 1:
        raise InvalidInput("command.several_customers", got=len(customers), number=orders[0]["number"])
    not_before(work, command.shipped_date, command.picked_date, "shipped_date", "picked_date", orders[0]["number"])
    customer = work.row("customer", orders[0]["customer_id"])
    carrier_id = optional_key(work, "carrier", command.carrier)
    shipment = work.insert(
        "shipment",
        shipment_id=work.new_id(),
        number=document_number(work, "shipment", command.number),
        customer_id=customer["customer_id"],
        warehouse_id=warehouse_id,
        carrier_id=carrier_id,
        region=customer["region"],
        shipped_date=command.shipped_date,
        expected_delivery_date=_expected(work, carrier_id, warehouse_id, customer["region"], command.shipped_date),
        tracking_number=command.tracking_number,
        freight_amount=amount(command.freight_amount, "shipment", "freight_amount"),
        source_key=command.source_key,
    )
    shipment_id = shipment["shipment_id"]
    movement = work.stock.movement("shipment", "shipment", shipment_id, business_date=command.shipped_date)
    first_ids: list[int] = []
    all_ids: list[int] = []
    for line, row, order in zip(command.lines, rows, orders, strict=True):
        ids = _ship_line(work, command, shipment, movement, line, row, order)
        first_ids.append(ids[0])
        all_ids.extend(ids)
    for order in {order["sales_order_id"]: order for order in orders}.values():
        refresh_order(work, order)
    return {"document_id": shipment_id, "line_ids": first_ids, "shipment_line_ids": all_ids, "number": shipment["number"]}


@handles(ConfirmDelivery)
def confirm_delivery(work: UnitOfWork, command: ConfirmDelivery) -> dict[str, Any]:
    """The carrier has delivered, the customer has signed, or both; the first word sets the delivered quantities."""
    shipment = work.document("shipment", command.shipment)
    number, shipment_id = shipment["number"], shipment["shipment_id"]
    if command.carrier_delivered_date is None and command.signed_date is None:
        raise InvalidInput("command.delivery_date_missing", number=number)
    if shipment["status"] in ("signed", "lost"):
        raise refuse_status("shipment", number, shipment["status"], "confirm delivery")
    if shipment["status"] == "delivered" and command.signed_date is None:
        raise refuse_status("shipment", number, "delivered", "confirm delivery")
    for what, day in (("carrier_delivered_date", command.carrier_delivered_date), ("signed_date", command.signed_date)):
        not_before(work, day, shipment["shipped_date"], what, "shipped_date", number)
    first_word = shipment["status"] == "shipped"
    columns: dict[str, Any] = {"status": "delivered" if command.signed_date is None else "signed"}
    if command.carrier_delivered_date is not None and shipment["carrier_delivered_date"] is None:
        columns["carrier_delivered_date"] = command.carrier_delivered_date
        work.event("shipment", shipment_id, "delivered", business_date=command.carrier_delivered_date)
    if command.signed_date is not None:
        columns["signed_date"], columns["signed_by"] = command.signed_date, command.signed_by
        work.event("shipment", shipment_id, "signed", business_date=command.signed_date, new=command.signed_by)
    work.change("shipment", shipment_id, **columns)
    if first_word:
        _deliver_lines(work, shipment_id, command.signed_date or command.carrier_delivered_date)
    return {"document_id": shipment_id, "number": number}


def _ship_line(
    work: UnitOfWork, command: ShipGoods, shipment: Row, movement: Row, line: ShipLine, row: Row, order: Row
) -> list[int]:
    quantity = _quantity_to_ship(work, command, shipment, line, row, order)
    item_id, key = row["item_id"], row["sales_order_line_id"]
    ids: list[int] = []
    rest = quantity
    for allocation in _in_place(work, row, line):
        part = min(allocation["quantity"], rest)
        if not part:
            break
        _refuse_expired(work, item_id, allocation["lot_id"], command.shipped_date)
        place, picked = (allocation["location_id"], allocation["lot_id"]), command.picked_date or allocation["picked_date"]
        ids.append(_send(work, shipment, movement, row, place, part, picked, is_allocated=True))
        end_part(work, allocation, part, "consumed")
        rest -= part
    consumed = quantity - rest
    for location_id, lot_id, part in _free_pieces(work, command, order, line, row, rest, quantity):
        ids.append(_send(work, shipment, movement, row, (location_id, lot_id), part, command.picked_date, is_allocated=False))
    shipped = row["shipped_quantity"] + quantity
    allocated = row["allocated_quantity"] - consumed
    unshipped = row["ordered_quantity"] - shipped - row["cancelled_quantity"]
    work.change(
        "sales_order_line",
        key,
        shipped_quantity=shipped,
        allocated_quantity=allocated,
        status=line_status({**row, "shipped_quantity": shipped}),
    )
    work.event(
        "sales_order",
        order["sales_order_id"],
        "shipped",
        line_id=key,
        quantity=quantity,
        business_date=command.shipped_date,
        new=shipment["number"],
    )
    if allocated > unshipped:
        # Shipped from another place than the tied one: what stays tied would be held for nobody.
        give_back(work, row, allocated - unshipped, "shipped_elsewhere", None)
    return ids


def _quantity_to_ship(work: UnitOfWork, command: ShipGoods, shipment: Row, line: ShipLine, row: Row, order: Row) -> int:
    """The line's quantity, once everything else about it allows shipping."""
    number = order["number"]
    if row["status"] != "open":
        raise refuse_status("sales_order_line", number, row["status"], "ship")
    if row["warehouse_id"] != shipment["warehouse_id"]:
        expected = work.row("warehouse", row["warehouse_id"])["code"]
        raise InvalidInput("command.other_warehouse", where=number, got=command.warehouse, expected=expected)
    quantity = positive_quantity(line.quantity, number)
    still_open = row["ordered_quantity"] - row["shipped_quantity"] - row["cancelled_quantity"]
    if quantity > still_open:
        raise Refused("command.more_than_open", document=number, got=show_quantity(quantity), expected=show_quantity(still_open))
    not_before(work, command.shipped_date, order["order_date"], "shipped_date", "order_date", number)
    return quantity


def _free_pieces(
    work: UnitOfWork, command: ShipGoods, order: Row, line: ShipLine, row: Row, rest: int, quantity: int
) -> list[tuple[int, int, int]]:
    """(location, lot, quantity) of free stock for what is tied to nothing; refused where there is less than `rest`."""
    if not rest:
        return []
    if line.location is None and line.lot is None:
        pieces = work.stock.take(row["item_id"], row["warehouse_id"], rest)
    else:
        pieces = free_in(work, row, rest, line.location, line.lot)
    missing = rest - sum(part for _, _, part in pieces)
    if missing > 0:
        raise Refused(
            "command.not_enough_to_ship",
            document=order["number"],
            item=work.row("item", row["item_id"])["sku"],
            got=show_quantity(quantity),
            expected=show_quantity(quantity - missing),
            warehouse=command.warehouse,
        )
    return pieces


def _send(
    work: UnitOfWork,
    shipment: Row,
    movement: Row,
    row: Row,
    place: tuple[int, int],
    part: int,
    picked: date | None,
    *,
    is_allocated: bool,
) -> int:
    """One shipment line from a (location, lot) to the customer; its id."""
    location_id, lot_id = place
    added = work.insert(
        "shipment_line",
        shipment_line_id=work.new_id(),
        shipment_id=shipment["shipment_id"],
        sales_order_line_id=row["sales_order_line_id"],
        item_id=row["item_id"],
        lot_id=lot_id,
        location_id=location_id,
        quantity=part,
        picked_date=picked,
    )
    key: int = added["shipment_line_id"]
    work.stock.move(
        movement,
        row["item_id"],
        part,
        from_location=location_id,
        to_location=work.stock.virtual("CUSTOMER"),
        lot_id=lot_id,
        document_line_id=key,
        consume_allocated=is_allocated,
    )
    return key


def _in_place(work: UnitOfWork, row: Row, line: ShipLine) -> list[Row]:
    allocations = open_allocations(work, row)
    if line.location is not None:
        location_id = bin_of(work, row["warehouse_id"], line.location)
        allocations = [entry for entry in allocations if entry["location_id"] == location_id]
    if line.lot is not None:
        lot_id = existing_lot(work, work.row("item", row["item_id"]), line.lot)
        allocations = [entry for entry in allocations if entry["lot_id"] == lot_id]
    return allocations


def _refuse_expired(work: UnitOfWork, item_id: int, lot_id: int, when: date) -> None:
    if lot_id:
        lot = work.row("lot", lot_id)
        if lot["expiry_date"] is not None and lot["expiry_date"] < when:
            raise Refused(
                "command.lot_expired",
                item=work.row("item", item_id)["sku"],
                lot=lot["code"],
                got=lot["expiry_date"],
                expected=when,
            )


def _deliver_lines(work: UnitOfWork, shipment_id: int, when: date | None) -> None:
    delivered: dict[int, int] = {}
    for line in work.children("shipment_line", "shipment_id", shipment_id):
        delivered[line["sales_order_line_id"]] = delivered.get(line["sales_order_line_id"], 0) + line["quantity"]
    orders: dict[int, Row] = {}
    for key, quantity in delivered.items():
        row = work.row("sales_order_line", key)
        # A reversed shipment line has come back and is not delivered.
        total = min(row["delivered_quantity"] + quantity, row["shipped_quantity"])
        work.change("sales_order_line", key, delivered_quantity=total, status=line_status({**row, "delivered_quantity": total}))
        work.event("sales_order", row["sales_order_id"], "delivered", line_id=key, quantity=quantity, business_date=when)
        orders[row["sales_order_id"]] = work.row("sales_order", row["sales_order_id"])
    for order in orders.values():
        refresh_order(work, order)


def _expected(work: UnitOfWork, carrier_id: int | None, warehouse_id: int, region: str, shipped: date) -> date | None:
    if carrier_id is None:
        return None
    for lane in work.children("carrier_lane", "warehouse_id", warehouse_id):
        is_valid = lane["valid_from"] <= shipped and (lane["valid_to"] is None or lane["valid_to"] >= shipped)
        if is_valid and lane["carrier_id"] == carrier_id and lane["region"] == region:
            return shipped + timedelta(days=lane["transit_days"])
    return None
