"""What is to be made, when is it made, and what do its operations take?

The components of an order are fixed by the bill effective on its planned start. Operations record what they cost; it is not part
of the stock value. Issuing components is in `issuing`, taking what was made into stock in `completing`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from kernel.errors import Refused
from transactional.commands import (
    CancelWorkOrder,
    PlaceWorkOrder,
    RecordOperations,
    ReleaseWorkOrder,
    StartWorkOrder,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.components import effective_bom, required_components
from transactional.handlers.masters import update_row
from transactional.handlers.support import (
    Row,
    document_number,
    given_text,
    lines_given,
    named_once,
    not_before,
    origin_is_free,
    positive_quantity,
    price,
    refuse_status,
    step_of,
    whole,
)

__all__ = ["OPEN", "add_component", "begin", "place_work_order"]

OPEN = ("released", "in_progress")
"""Statuses in which an order takes components and gives goods."""


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
            ids.append(add_component(work, order, component_id, required)["work_order_component_id"])
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
    begin(work, order, command.start_date)
    return {"document_id": order["work_order_id"], "number": order["number"]}


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


@handles(CancelWorkOrder)
def cancel_work_order(work: UnitOfWork, command: CancelWorkOrder) -> dict[str, Any]:
    """Give up an order from which nothing has been made and for which nothing is issued."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    reason = given_text(command.reason, "reason", number)
    if order["status"] not in ("planned", *OPEN) or order["completed_quantity"] or order["scrapped_quantity"]:
        raise refuse_status("work_order", number, order["status"], "cancel")
    issued = any(row["issued_quantity"] for row in work.children("work_order_component", "work_order_id", order_id))
    if issued or order["wip_amount"]:
        raise Refused("command.component_rest_open", number=number, got=order["wip_amount"])
    work.change("work_order", order_id, status="cancelled")
    work.event("work_order", order_id, "cancelled", quantity=order["ordered_quantity"], new=reason)
    return {"document_id": order_id, "number": number}


def begin(work: UnitOfWork, order: Row, when: date) -> None:
    """The order is in progress from this day."""
    work.change("work_order", order["work_order_id"], status="in_progress", actual_start_date=when)
    work.event("work_order", order["work_order_id"], "started", business_date=when)


def add_component(work: UnitOfWork, order: Row, item_id: int, required: int) -> Row:
    """One more component of an order, required on its planned start."""
    return work.insert(
        "work_order_component",
        work_order_component_id=work.new_id(),
        work_order_id=order["work_order_id"],
        item_id=item_id,
        required_quantity=required,
        required_date=order["planned_start_date"],
    )
