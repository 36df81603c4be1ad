"""What is made, from what, and what does it cost?

Components go, first expired first out, to the warehouse's production location and their cost to the order's `wip_amount`. A
completion takes wip x made / what was still to be made, the last one all that is left, so the cost of scrapped units stays with
the good ones. If nothing good was made the cost follows the scrap, or, without any, goes to VARIANCE. Operations record what
they cost; it is not part of the stock value.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import divide_half_even, show_quantity
from transactional.commands import (
    CancelWorkOrder,
    CompleteWorkOrder,
    IssueComponents,
    IssueLine,
    PlaceWorkOrder,
    RecordOperations,
    ReleaseWorkOrder,
    StartWorkOrder,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.allocation import free_in
from transactional.handlers.components import effective_bom, required_components
from transactional.handlers.lots import born_lot
from transactional.handlers.masters import update_row
from transactional.handlers.support import (
    Row,
    bin_of,
    document_number,
    given_text,
    lines_given,
    named_once,
    not_before,
    optional_key,
    origin_is_free,
    positive_quantity,
    price,
    quantity_not_negative,
    refuse_status,
    step_of,
    whole,
)

_OPEN = ("released", "in_progress")


@handles(PlaceWorkOrder)
def place_work_order(work: UnitOfWork, command: PlaceWorkOrder) -> dict[str, Any]:
    """An order to make a quantity; its components are fixed by the bill effective on the planned start."""
    item = work.row("item", work.lookup("item", command.sku))
    where = command.sku
    quantity = step_of(item, positive_quantity(command.quantity, where), where)
    not_before(work, command.due_date, command.planned_start_date, "due_date", "planned_start_date", where)
    origin_is_free(work, "work_order", command.origin_planned_order_id)
    bom = None
    if not command.without_components:
        bom = effective_bom(work, item["item_id"], command.planned_start_date)
        if bom is None:
            raise Refused("command.no_bom", item=where, got=command.planned_start_date)
    order = work.insert(
        "work_order",
        work_order_id=work.new_id(),
        number=document_number(work, "work_order", command.number),
        item_id=item["item_id"],
        warehouse_id=work.lookup("warehouse", command.warehouse),
        bom_id=None if bom is None else bom["bom_id"],
        ordered_quantity=quantity,
        order_date=command.order_date,
        planned_start_date=command.planned_start_date,
        due_date=command.due_date,
        released_date=None if command.is_firm_planned else command.order_date,
        status="planned" if command.is_firm_planned else "released",
        is_rush=int(command.is_rush),
        origin_planned_order_id=command.origin_planned_order_id,
        source_key=command.source_key,
    )
    order_id = order["work_order_id"]
    ids = []
    if bom is not None:
        for component_id, required in required_components(work, bom, quantity, command.planned_start_date):
            ids.append(_add_component(work, order, component_id, required)["work_order_component_id"])
    work.event("work_order", order_id, "ordered", quantity=quantity, business_date=command.order_date)
    return {"document_id": order_id, "line_ids": ids, "number": order["number"]}


@handles(ReleaseWorkOrder)
def release_work_order(work: UnitOfWork, command: ReleaseWorkOrder) -> dict[str, Any]:
    """A firm planned order goes to the workshop."""
    order = work.document("work_order", command.work_order)
    if order["status"] != "planned":
        raise refuse_status("work_order", order["number"], order["status"], "release")
    not_before(work, command.release_date, order["order_date"], "release_date", "order_date", order["number"])
    work.change("work_order", order["work_order_id"], status="released", released_date=command.release_date)
    work.event("work_order", order["work_order_id"], "released", business_date=command.release_date)
    return {"document_id": order["work_order_id"], "number": order["number"]}


@handles(StartWorkOrder)
def start_work_order(work: UnitOfWork, command: StartWorkOrder) -> dict[str, Any]:
    """Work has begun."""
    order = work.document("work_order", command.work_order)
    if order["status"] not in ("planned", "released"):
        raise refuse_status("work_order", order["number"], order["status"], "start")
    _start(work, order, command.start_date)
    return {"document_id": order["work_order_id"], "number": order["number"]}


@handles(IssueComponents)
def issue_components(work: UnitOfWork, command: IssueComponents) -> dict[str, Any]:
    """Take components from the bins: everything still required, or the named lines. Short of anything, nothing is issued."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    if order["status"] not in _OPEN:
        raise refuse_status("work_order", number, order["status"], "issue")
    components = work.children("work_order_component", "work_order_id", order_id)
    wanted: list[tuple[Row, int, IssueLine | None]]
    if command.lines is None:
        wanted = [
            (row, row["required_quantity"] - row["issued_quantity"], None)
            for row in components
            if row["required_quantity"] > row["issued_quantity"]
        ]
        if not wanted:
            raise Refused("command.nothing_to_issue", number=number)
    else:
        lines_given(command.lines, number)
        wanted = [(_component_of(work, order, line), line.quantity, line) for line in command.lines]
    if order["status"] == "released":
        _start(work, order, command.issue_date)
    movement = work.stock.movement("production_issue", "work_order", order_id, business_date=command.issue_date)
    production = work.stock.place(order["warehouse_id"], "production")
    cost = 0
    for component, quantity, line in wanted:
        for location_id, lot_id, part in _pieces(work, order, component, quantity, line):
            moved = work.stock.move(
                movement,
                component["item_id"],
                part,
                from_location=location_id,
                to_location=production,
                lot_id=lot_id,
                document_line_id=component["work_order_component_id"],
            )
            cost += moved["cost_amount"]
        _book_issue(work, order, component, quantity, command.issue_date)
    work.change("work_order", order_id, wip_amount=order["wip_amount"] + cost)
    work.event("work_order", order_id, "issued", business_date=command.issue_date, new=str(cost))
    return {
        "document_id": order_id,
        "line_ids": [row["work_order_component_id"] for row, _, _ in wanted],
        "movement_id": movement["movement_id"],
        "cost_amount": cost,
    }


@handles(RecordOperations)
def record_operations(work: UnitOfWork, command: RecordOperations) -> dict[str, Any]:
    """Scheduled and actual dates, minutes and cost of operations; the same sequence again corrects it."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    if order["status"] == "cancelled":
        raise refuse_status("work_order", number, "cancelled", "record operations")
    lines_given(command.operations, number)
    named_once([entry.operation_sequence for entry in command.operations], "operation_sequence", number)
    present = {row["operation_sequence"]: row for row in work.children("work_order_operation", "work_order_id", order_id)}
    ids = []
    for entry in command.operations:
        where = f"{number} {entry.operation_sequence}"
        not_before(
            work, entry.scheduled_end_date, entry.scheduled_start_date, "scheduled_end_date", "scheduled_start_date", where
        )
        not_before(work, entry.actual_end_date, entry.actual_start_date, "actual_end_date", "actual_start_date", where)
        if entry.actual_minutes is not None:
            whole(entry.actual_minutes, "actual_minutes", where, 0, 10**8)
        for name in ("planned_cost", "actual_cost"):
            if getattr(entry, name) is not None:
                price(getattr(entry, name), where, name)
        columns = {
            "work_center_id": work.lookup("work_center", entry.work_center),
            "scheduled_start_date": entry.scheduled_start_date,
            "scheduled_end_date": entry.scheduled_end_date,
            "actual_start_date": entry.actual_start_date,
            "actual_end_date": entry.actual_end_date,
            "actual_minutes": entry.actual_minutes,
            "planned_cost": entry.planned_cost,
            "actual_cost": entry.actual_cost,
        }
        row = present.get(whole(entry.operation_sequence, "operation_sequence", where, 0, 10**6))
        if row is None:
            row = work.insert(
                "work_order_operation",
                work_order_operation_id=work.new_id(),
                work_order_id=order_id,
                operation_sequence=entry.operation_sequence,
                **columns,
            )
        else:
            update_row(work, "work_order_operation", row["work_order_operation_id"], columns)
        ids.append(row["work_order_operation_id"])
    return {"document_id": order_id, "line_ids": ids}


@handles(CompleteWorkOrder)
def complete_work_order(work: UnitOfWork, command: CompleteWorkOrder) -> dict[str, Any]:
    """Good quantity into stock, scrapped quantity to SCRAP, cost out of the order."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    item = work.row("item", order["item_id"])
    if order["status"] not in _OPEN:
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


@handles(CancelWorkOrder)
def cancel_work_order(work: UnitOfWork, command: CancelWorkOrder) -> dict[str, Any]:
    """Give up an order from which nothing has been made and for which nothing is issued."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    reason = given_text(command.reason, "reason", number)
    if order["status"] not in ("planned", *_OPEN) or order["completed_quantity"] or order["scrapped_quantity"]:
        raise refuse_status("work_order", number, order["status"], "cancel")
    issued = any(row["issued_quantity"] for row in work.children("work_order_component", "work_order_id", order_id))
    if issued or order["wip_amount"]:
        raise Refused("command.component_rest_open", number=number, got=order["wip_amount"])
    work.change("work_order", order_id, status="cancelled")
    work.event("work_order", order_id, "cancelled", quantity=order["ordered_quantity"], new=reason)
    return {"document_id": order_id, "number": number}


def _start(work: UnitOfWork, order: Row, when: date) -> None:
    work.change("work_order", order["work_order_id"], status="in_progress", actual_start_date=when)
    work.event("work_order", order["work_order_id"], "started", business_date=when)


def _add_component(work: UnitOfWork, order: Row, item_id: int, required: int) -> Row:
    return work.insert(
        "work_order_component",
        work_order_component_id=work.new_id(),
        work_order_id=order["work_order_id"],
        item_id=item_id,
        required_quantity=required,
        required_date=order["planned_start_date"],
    )


def _component_of(work: UnitOfWork, order: Row, line: IssueLine) -> Row:
    """The component row a named line issues to; an order placed without components takes what is issued as its components."""
    item = work.row("item", work.lookup("item", line.sku))
    step_of(item, positive_quantity(line.quantity, order["number"]), order["number"])
    rows = work.children("work_order_component", "work_order_id", order["work_order_id"])
    found = next((row for row in rows if row["item_id"] == item["item_id"]), None)
    if found is None:
        if order["bom_id"] is not None:
            raise InvalidInput("command.not_a_component", number=order["number"], got=line.sku)
        found = _add_component(work, order, item["item_id"], line.quantity)
    return found


def _pieces(work: UnitOfWork, order: Row, component: Row, quantity: int, line: IssueLine | None) -> list[tuple[int, int, int]]:
    item_id, warehouse_id = component["item_id"], order["warehouse_id"]
    if line is None or (line.location is None and line.lot is None):
        pieces = work.stock.take(item_id, warehouse_id, quantity)
    else:
        pieces = free_in(work, {"item_id": item_id, "warehouse_id": warehouse_id}, quantity, line.location, line.lot)
    found = sum(part for _, _, part in pieces)
    if found < quantity:
        raise Refused(
            "command.short_component",
            number=order["number"],
            item=work.row("item", item_id)["sku"],
            got=show_quantity(quantity),
            expected=show_quantity(found),
            warehouse=work.row("warehouse", warehouse_id)["code"],
        )
    return pieces


def _book_issue(work: UnitOfWork, order: Row, component: Row, quantity: int, when: date) -> None:
    columns: dict[str, Any] = {"issued_quantity": component["issued_quantity"] + quantity, "issued_date": when}
    if when > component["required_date"] and component["available_date"] is None:
        columns["available_date"] = _available_date(work, order, component, when)
    work.change("work_order_component", component["work_order_component_id"], **columns)


_CLOSING = (
    "SELECT d.business_date, SUM(d.quantity_delta) FROM balance_daily d JOIN location l ON l.location_id = d.location_id "
    "WHERE d.item_id = ? AND l.warehouse_id = ? AND l.kind = 'bin' AND d.status = 'available' AND d.business_date < ? "
    "GROUP BY d.business_date ORDER BY d.business_date"
)


def _available_date(work: UnitOfWork, order: Row, component: Row, issued: date) -> date | None:
    """First day from the required date on whose closing stock covers the whole requirement; None when it was not short.

    Days whose movements are posted in this very batch are not seen; the issue date stands for them.
    """
    text = issued.isoformat() if work.session.dialect == "sqlite" else issued
    balance = 0
    days = []
    for day, delta in work.session.rows(_CLOSING, (component["item_id"], order["warehouse_id"], text)):
        balance += int(delta)
        days.append((date.fromisoformat(day) if isinstance(day, str) else day, balance))
    needed, required_date = component["required_quantity"], component["required_date"]
    at_need = [closing for day, closing in days if day <= required_date]
    if at_need and at_need[-1] >= needed:
        return None
    for day, closing in days:
        if day > required_date and closing >= needed:
            return day
    return issued


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
