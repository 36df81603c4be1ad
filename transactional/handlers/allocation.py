"""Which stock is tied to which sales line?

An allocation row is a quantity in one bin, lot and status. It ends in exactly one of consumed and released; where only a part
ends, the row is split, so that the parts sum to what was allocated.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import show_quantity
from transactional.commands import AllocateSalesLine, PickSalesLine, ReleaseAllocation
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.lots import existing_lot
from transactional.handlers.support import Row, bin_of, given_text, positive_quantity, refuse_status

__all__ = ["end_part", "free_in", "give_back", "open_allocations", "pieces_for"]


@handles(AllocateSalesLine)
def allocate_sales_line(work: UnitOfWork, command: AllocateSalesLine) -> dict[str, Any]:
    """Tie what there is, up to the quantity asked for; expired lots and stock that is not available are never tied."""
    line = work.line("sales_order_line", command.line)
    order = work.row("sales_order", line["sales_order_id"])
    number = order["number"]
    if line["status"] != "open":
        raise refuse_status("sales_order_line", number, line["status"], "allocate")
    unmet = line["ordered_quantity"] - line["shipped_quantity"] - line["cancelled_quantity"] - line["allocated_quantity"]
    wanted = unmet if command.quantity is None else positive_quantity(command.quantity, number)
    if wanted > unmet:
        raise Refused("command.more_than_open", document=number, got=show_quantity(wanted), expected=show_quantity(unmet))
    item_id = line["item_id"]
    if command.location is None and command.lot is None:
        pieces = work.stock.take(item_id, line["warehouse_id"], wanted)
    else:
        pieces = free_in(work, line, wanted, command.location, command.lot)
    ids = []
    total = 0
    for location_id, lot_id, quantity in pieces:
        work.stock.allocate(item_id, location_id, lot_id, "available", quantity)
        row = work.insert(
            "allocation",
            allocation_id=work.new_id(),
            demand_kind="sales_order_line",
            demand_line_id=line["sales_order_line_id"],
            item_id=item_id,
            location_id=location_id,
            lot_id=lot_id,
            quantity=quantity,
            allocated_date=command.business_date,
        )
        ids.append(row["allocation_id"])
        total += quantity
    key = line["sales_order_line_id"]
    if total:
        work.change("sales_order_line", key, allocated_quantity=line["allocated_quantity"] + total)
        work.event("sales_order", order["sales_order_id"], "allocated", line_id=key, quantity=total)
    return {
        "document_id": order["sales_order_id"],
        "line_ids": [key],
        "allocated_quantity": total,
        "short_quantity": wanted - total,
        "allocation_ids": ids,
    }


@handles(ReleaseAllocation)
def release_allocation(work: UnitOfWork, command: ReleaseAllocation) -> dict[str, Any]:
    """Give tied stock back, the latest tied first; with `taken_by` it is on record which line got it."""
    line = work.line("sales_order_line", command.line)
    order = work.row("sales_order", line["sales_order_id"])
    reason = given_text(command.reason, "reason", order["number"])
    taken_by = None
    if command.taken_by is not None:
        taker = work.line("sales_order_line", command.taken_by)
        if taker["item_id"] != line["item_id"] or taker is line:
            raise InvalidInput("command.taken_by_other_item", where=order["number"])
        taken_by = taker["sales_order_line_id"]
    held = line["allocated_quantity"]
    quantity = held if command.quantity is None else positive_quantity(command.quantity, order["number"])
    if quantity > held or held == 0:
        raise Refused(
            "command.release_above_allocated", document=order["number"], got=show_quantity(quantity), expected=show_quantity(held)
        )
    give_back(work, line, quantity, reason, taken_by)
    return {
        "document_id": order["sales_order_id"],
        "line_ids": [line["sales_order_line_id"]],
        "released_quantity": quantity,
    }


@handles(PickSalesLine)
def pick_sales_line(work: UnitOfWork, command: PickSalesLine) -> dict[str, Any]:
    """Tied stock has been taken from its bin to the dispatch desk; it leaves the bin's balance when it is shipped."""
    line = work.line("sales_order_line", command.line)
    order = work.row("sales_order", line["sales_order_id"])
    allocations = open_allocations(work, line)
    unpicked = sum(row["quantity"] - row["picked_quantity"] for row in allocations)
    quantity = unpicked if command.quantity is None else positive_quantity(command.quantity, order["number"])
    if quantity > unpicked or unpicked == 0:
        raise Refused(
            "command.pick_above_allocated",
            document=order["number"],
            got=show_quantity(quantity),
            expected=show_quantity(unpicked),
        )
    rest = quantity
    for row in allocations:
        part = min(row["quantity"] - row["picked_quantity"], rest)
        if part:
            rest -= part
            work.change(
                "allocation",
                row["allocation_id"],
                picked_quantity=row["picked_quantity"] + part,
                picked_date=command.business_date,
            )
    work.event("sales_order", order["sales_order_id"], "picked", line_id=line["sales_order_line_id"], quantity=quantity)
    return {"document_id": order["sales_order_id"], "line_ids": [line["sales_order_line_id"]], "picked_quantity": quantity}


def open_allocations(work: UnitOfWork, line: Row) -> list[Row]:
    """Open allocations of a sales line, oldest first."""
    rows = work.children("allocation", "demand_line_id", line["sales_order_line_id"])
    return [row for row in rows if row["state"] == "open" and row["demand_kind"] == "sales_order_line"]


def free_in(work: UnitOfWork, line: Row, wanted: int, location: str | None, lot: str | None) -> list[tuple[int, int, int]]:
    """Free usable stock in a named bin, of a named lot, or both: (location, lot, quantity), first expired first out.

    Raises NotFound or InvalidInput for a bin or lot that is not one of the line's warehouse and item, Refused for an expired lot.
    """
    item = work.row("item", line["item_id"])
    location_id = None if location is None else bin_of(work, line["warehouse_id"], location)
    lot_id = None if lot is None else existing_lot(work, item, lot)
    today = work.command.business_date
    pieces = []
    for slot in work.stock.on_hand(item["item_id"], line["warehouse_id"], location_id=location_id, lot_id=lot_id):
        if slot.expiry_date is not None and slot.expiry_date < today:
            if lot_id is not None:
                raise Refused("command.lot_expired", item=item["sku"], lot=lot, got=slot.expiry_date, expected=today)
            continue
        part = min(slot.free_quantity, wanted)
        if part > 0:
            pieces.append((slot.location_id, slot.lot_id, part))
            wanted -= part
    return pieces


def pieces_for(
    work: UnitOfWork,
    place: tuple[int, int],
    quantity: int,
    named: tuple[str | None, str | None],
    refusal: str,
    **said: object,
) -> list[tuple[int, int, int]]:
    """The whole of a quantity as (location, lot, quantity): from the named bin or lot, else first expired first out.

    Args:
        place: (item id, warehouse id). named: (bin code, lot code), None where nobody named one.
        refusal: message key of Refused when less is free; `said` names the document in it.
    """
    item_id, warehouse_id = place
    location, lot = named
    if location is None and lot is None:
        pieces = work.stock.take(item_id, warehouse_id, quantity)
    else:
        pieces = free_in(work, {"item_id": item_id, "warehouse_id": warehouse_id}, quantity, location, lot)
    found = sum(part for _, _, part in pieces)
    if found < quantity:
        raise Refused(
            refusal,
            **said,
            item=work.row("item", item_id)["sku"],
            got=show_quantity(quantity),
            expected=show_quantity(found),
            warehouse=work.row("warehouse", warehouse_id)["code"],
        )
    return pieces


def give_back(work: UnitOfWork, line: Row, quantity: int, reason: str, taken_by: int | None) -> None:
    """Untie a quantity of a sales line, latest allocation first, and record why."""
    rest = quantity
    for row in reversed(open_allocations(work, line)):
        part = min(row["quantity"], rest)
        if not part:
            break
        rest -= part
        work.stock.release(row["item_id"], row["location_id"], row["lot_id"], row["status"], part)
        end_part(work, row, part, "released", reason=reason, taken_by=taken_by)
    key = line["sales_order_line_id"]
    work.change("sales_order_line", key, allocated_quantity=line["allocated_quantity"] - quantity)
    work.event(
        "sales_order",
        line["sales_order_id"],
        "released",
        line_id=key,
        quantity=quantity,
        old=None if taken_by is None else str(taken_by),
        new=reason,
    )


def end_part(
    work: UnitOfWork, row: Row, part: int, state: str, *, reason: str | None = None, taken_by: int | None = None
) -> None:
    """End a part of an open allocation; a rest stays open. Picked quantity goes with the part that is consumed."""
    closing = {
        "state": state,
        "closed_date": work.command.business_date,
        "release_reason": reason,
        "taken_by_line_id": taken_by,
    }
    if part == row["quantity"]:
        work.change("allocation", row["allocation_id"], **closing)
        return
    unpicked = row["quantity"] - row["picked_quantity"]
    picked_part = min(row["picked_quantity"], part) if state == "consumed" else max(part - unpicked, 0)
    rest = {name: value for name, value in row.items() if name not in ("allocation_id", "posting_sequence")}
    work.insert(
        "allocation",
        **{**rest, **closing, "allocation_id": work.new_id(), "quantity": part, "picked_quantity": picked_part},
    )
    work.change(
        "allocation",
        row["allocation_id"],
        quantity=row["quantity"] - part,
        picked_quantity=row["picked_quantity"] - picked_part,
    )
