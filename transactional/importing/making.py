"""Which commands tell what happened to a work order: placed, components issued, completed, its operations?"""

from __future__ import annotations

from typing import Any

from kernel.ids import stable_id
from kernel.numbers import divide_half_even
from transactional.commands import (
    CompleteWorkOrder,
    IssueComponents,
    IssueLine,
    OperationDone,
    PlaceWorkOrder,
    RecordOperations,
)
from transactional.importing.bills import Bills
from transactional.importing.desk import Desk, Made, Row, day
from transactional.importing.poster import There
from transactional.importing.timeline import Step

__all__ = ["Making"]

_OPERATIONS = (
    "SELECT sequence, work_center, scheduled_start_date, scheduled_end_date, actual_start_date, actual_end_date, hours, "
    'planned_cost, actual_cost FROM t_operations WHERE bad = 0 AND "order" = ? ORDER BY sequence'
)


class Making:
    """Steps of work orders as commands."""

    def __init__(self, desk: Desk, bills: Bills) -> None:
        self._desk = desk
        self._bills = bills
        self._has_operations = desk.stage.has("operations")

    def place(self, step: Step) -> Made:
        """The order; one whose product has no bill at all is placed without components."""
        desk, row = self._desk, step.rows[0]
        if desk.id("work_order", step.document) in desk.known:
            yield There("PlaceWorkOrder", "work_orders", 1)
        else:
            command = PlaceWorkOrder(
                **desk.common("work_order", step.document, step.date),
                sku=row["sku"],
                warehouse=row["warehouse"],
                quantity=row["quantity"],
                order_date=day(step.date),
                planned_start_date=day(row["start_date"]),
                due_date=day(row["due_date"]),
                without_components=not self._bills.has(row["sku"]),
                number=step.document,
                source_key=step.document,
            )
            yield desk.item(command, 8, "work_orders", step.rows)
        if self._has_operations and (row["end_date"] is None or row["end_date"] > desk.as_of):
            yield from self._operations(step, row)

    def issue(self, step: Step) -> Made:
        """All components on the start date."""
        desk = self._desk
        common = desk.common("component_issue", step.document, step.date)
        if common["command_id"] in desk.known:
            yield There("IssueComponents")
            return
        order = desk.id("work_order", step.document)
        lines = tuple(IssueLine(sku=sku, quantity=-change, location=desk.opening.home(sku)) for sku, change in step.flows)
        command = IssueComponents(**common, work_order=order, issue_date=day(step.date), lines=lines)
        yield desk.item(command, len(lines), "work_orders", step.rows, order)

    def complete(self, step: Step) -> Made:
        """Good and scrapped quantity on the end date, with the operations before."""
        desk, row = self._desk, step.rows[0]
        order = desk.id("work_order", step.document)
        if self._has_operations:
            yield from self._operations(step, row)
        common = desk.common("completion", step.document, step.date)
        if common["command_id"] in desk.known:
            yield There("CompleteWorkOrder")
            return
        command = CompleteWorkOrder(
            **common,
            work_order=order,
            completion_date=day(step.date),
            quantity=row["quantity"] - row["scrapped_quantity"],
            scrapped_quantity=row["scrapped_quantity"],
            scrap_reason=row["scrap_reason"] if row["scrapped_quantity"] else None,
            location=desk.opening.home(row["sku"]),
        )
        yield desk.item(command, 2, "work_orders", step.rows, order)

    def _operations(self, step: Step, row: Row) -> Made:
        """The operations as they stand now; what they say is part of the key, so progress is recorded and a repeat is known."""
        desk = self._desk
        cells = desk.stage.database.execute(_OPERATIONS, (step.document,)).fetchall()
        if not cells:
            return
        operations = tuple(self._operation(each) for each in cells)
        common = desk.common("operations", f"{step.document}/{stable_id(*operations)}", step.date)
        if common["command_id"] in desk.known:
            yield There("RecordOperations", "operations", len(operations))
            return
        order = desk.id("work_order", step.document)
        command = RecordOperations(**common, work_order=order, operations=operations)
        yield desk.item(command, len(operations), "operations", [row], order)

    def _operation(self, cells: tuple[Any, ...]) -> OperationDone:
        sequence, work_center, planned_start, planned_end, start, end, hours, planned_cost, actual_cost = cells
        started = start is not None and start <= self._desk.as_of
        ended = end is not None and end <= self._desk.as_of
        return OperationDone(
            operation_sequence=sequence,
            work_center=work_center,
            scheduled_start_date=day(planned_start),
            scheduled_end_date=day(planned_end),
            actual_start_date=day(start) if started else None,
            actual_end_date=day(end) if ended else None,
            actual_minutes=divide_half_even(hours * 60, 1_000_000) if ended and hours is not None else None,
            planned_cost=planned_cost,
            actual_cost=actual_cost if ended else None,
        )
