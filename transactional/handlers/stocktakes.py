"""Does what lies there agree with the books?

The book quantity of every record in scope (item x bin x lot x status) is frozen when the count begins and never changes.
Posting moves each counted difference once, against the COUNT location: surplus at the moving average, else at standard cost,
else at no value.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import show_quantity
from transactional.commands import Count, PostStocktake, RecordCounts, StartStocktake
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.costs import known_cost
from transactional.handlers.lots import born_lot, find_lot
from transactional.handlers.support import (
    Row,
    bin_of,
    document_number,
    known,
    lines_given,
    not_before,
    optional_key,
    quantity_not_negative,
    refuse_status,
    step_of,
)

_CAUSES = ("unscanned_issue", "wrong_bin", "miscount", "damaged", "unknown")
_STATUSES = ("available", "quarantine", "blocked")
_IN_SCOPE = "location_id IN (SELECT location_id FROM location WHERE warehouse_id = ? AND kind = 'bin')"


@handles(StartStocktake)
def start_stocktake(work: UnitOfWork, command: StartStocktake) -> dict[str, Any]:
    """Freeze the books of the warehouse, or of some of its items."""
    warehouse_id = work.lookup("warehouse", command.warehouse)
    items = None if command.skus is None else {work.lookup("item", sku) for sku in command.skus}
    records = [row for row in _balances(work, warehouse_id) if items is None or row["item_id"] in items]
    if not records:
        raise Refused("command.nothing_to_count", warehouse=command.warehouse)
    stocktake = work.insert(
        "stocktake",
        stocktake_id=work.new_id(),
        number=document_number(work, "stocktake", command.number),
        warehouse_id=warehouse_id,
        kind=known(command.count_kind, ("full", "cycle"), "count_kind", command.warehouse),
        count_date=command.count_date,
    )
    ids = []
    for record in records:
        line = _add_line(work, stocktake, record, record["on_hand_quantity"])
        ids.append(line["stocktake_line_id"])
    stocktake_id = stocktake["stocktake_id"]
    work.event("stocktake", stocktake_id, "started", business_date=command.count_date)
    return {"document_id": stocktake_id, "line_ids": ids, "number": stocktake["number"]}


@handles(RecordCounts)
def record_counts(work: UnitOfWork, command: RecordCounts) -> dict[str, Any]:
    """What was counted, by whom; a second count of a record replaces the first and both stay in the events."""
    stocktake = work.document("stocktake", command.stocktake)
    number, stocktake_id = stocktake["number"], stocktake["stocktake_id"]
    if stocktake["status"] not in ("open", "counted"):
        raise refuse_status("stocktake", number, stocktake["status"], "count")
    lines_given(command.counts, number)
    lines = work.children("stocktake_line", "stocktake_id", stocktake_id)
    known_records = {_record(line): line for line in lines}
    ids = []
    for entry in command.counts:
        item = work.row("item", work.lookup("item", entry.sku))
        where = f"{number} {entry.sku}"
        counted = step_of(item, quantity_not_negative(entry.counted_quantity, where, "counted_quantity"), where)
        known(entry.status, _STATUSES, "status", where)
        if entry.cause_code is not None:
            known(entry.cause_code, _CAUSES, "cause_code", where)
        record = {
            "item_id": item["item_id"],
            "location_id": bin_of(work, stocktake["warehouse_id"], entry.location),
            "lot_id": _counted_lot(work, command, stocktake, item, entry),
            "status": entry.status,
        }
        line = known_records.get(_record(record))
        if line is None:
            line = known_records[_record(record)] = _add_line(work, stocktake, record, 0)
        before = line["counted_quantity"]
        key = line["stocktake_line_id"]
        work.change(
            "stocktake_line",
            key,
            counted_quantity=counted,
            counter_id=optional_key(work, "app_user", entry.counter) or work.actor.user_id,
            cause_code=entry.cause_code,
            is_recount=int(entry.is_recount or before is not None),
        )
        work.event(
            "stocktake",
            stocktake_id,
            "counted",
            line_id=key,
            quantity=counted,
            old=None if before is None else str(before),
            new=entry.cause_code,
        )
        ids.append(key)
    if stocktake["status"] == "open" and all(line["counted_quantity"] is not None for line in known_records.values()):
        work.change("stocktake", stocktake_id, status="counted")
    return {"document_id": stocktake_id, "line_ids": ids, "number": number}


@handles(PostStocktake)
def post_stocktake(work: UnitOfWork, command: PostStocktake) -> dict[str, Any]:
    """Bring the books to what was counted; records nobody counted stay as they are."""
    stocktake = work.document("stocktake", command.stocktake)
    number, stocktake_id = stocktake["number"], stocktake["stocktake_id"]
    if stocktake["status"] not in ("open", "counted"):
        raise refuse_status("stocktake", number, stocktake["status"], "post")
    not_before(work, command.posted_date, stocktake["count_date"], "posted_date", "count_date", number)
    lines = work.children("stocktake_line", "stocktake_id", stocktake_id)
    counted = [line for line in lines if line["counted_quantity"] is not None]
    if not counted:
        raise Refused("command.nothing_counted", number=number)
    different = [line for line in counted if line["counted_quantity"] != line["book_quantity"]]
    if different:
        movement = work.stock.movement(
            "count_adjustment", "stocktake", stocktake_id, business_date=command.posted_date, reason_code="stocktake"
        )
        for line in different:
            _post_difference(work, stocktake, movement, line)
    work.change("stocktake", stocktake_id, status="posted", posted_date=command.posted_date)
    work.event("stocktake", stocktake_id, "posted", business_date=command.posted_date)
    return {
        "document_id": stocktake_id,
        "number": number,
        "counted_count": len(counted),
        "difference_count": len(different),
    }


def _post_difference(work: UnitOfWork, stocktake: Row, movement: Row, line: Row) -> None:
    difference = line["counted_quantity"] - line["book_quantity"]
    item = work.row("item", line["item_id"])
    count = work.stock.virtual("COUNT")
    key = line["stocktake_line_id"]
    if difference > 0:
        work.stock.move(
            movement,
            line["item_id"],
            difference,
            from_location=count,
            to_location=line["location_id"],
            lot_id=line["lot_id"],
            to_status=line["status"],
            cost_amount=known_cost(work, item, stocktake["warehouse_id"], difference) or 0,
            document_line_id=key,
        )
        return
    balance = work.get("stock_balance", _record(line))
    free = 0 if balance is None else balance["on_hand_quantity"] - balance["allocated_quantity"]
    if -difference > free:
        raise Refused(
            "command.stock_moved_since_count",
            number=stocktake["number"],
            item=item["sku"],
            location=work.row("location", line["location_id"])["code"],
            counted=show_quantity(line["counted_quantity"]),
            book=show_quantity(line["book_quantity"]),
            needed=show_quantity(-difference),
            available=show_quantity(free),
        )
    work.stock.move(
        movement,
        line["item_id"],
        -difference,
        from_location=line["location_id"],
        to_location=count,
        lot_id=line["lot_id"],
        from_status=line["status"],
        document_line_id=key,
    )


def _balances(work: UnitOfWork, warehouse_id: int) -> list[Row]:
    """Everything that lies in the warehouse's bins now, this batch included, by location, item, lot and status."""
    rows = work.rows.read("stock_balance", _IN_SCOPE, (warehouse_id,))
    for row in work.rows.new_rows("stock_balance"):
        location = work.row("location", row["location_id"])
        if location["warehouse_id"] == warehouse_id and location["kind"] == "bin":
            rows.append(row)
    there = [row for row in rows if row["on_hand_quantity"] > 0]
    there.sort(key=lambda row: (work.row("location", row["location_id"])["code"], *_record(row)))
    return there


def _add_line(work: UnitOfWork, stocktake: Row, record: Row, book_quantity: int) -> Row:
    return work.insert(
        "stocktake_line",
        stocktake_line_id=work.new_id(),
        stocktake_id=stocktake["stocktake_id"],
        item_id=record["item_id"],
        location_id=record["location_id"],
        lot_id=record["lot_id"],
        status=record["status"],
        book_quantity=book_quantity,
    )


def _counted_lot(work: UnitOfWork, command: RecordCounts, stocktake: Row, item: Row, entry: Count) -> int:
    if entry.lot is None:
        if item["is_lot_tracked"]:
            raise InvalidInput("command.lot_missing", item=item["sku"])
        return 0
    lot = find_lot(work, item, entry.lot)
    if lot is not None:
        key: int = lot["lot_id"]
        return key
    return born_lot(
        work,
        item,
        entry.lot,
        received_date=stocktake["count_date"],
        expiry_date=None,
        origin_kind="found",
        origin_id=stocktake["stocktake_id"],
    )


def _record(row: Row) -> tuple[int, int, int, str]:
    return (row["item_id"], row["location_id"], row["lot_id"], row["status"])
