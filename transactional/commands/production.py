"""Commands of making: work orders, component issue, operations, completion, scrap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command, DocumentRef


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceWorkOrder(Command):
    """Components come from the BOM effective on `planned_start_date` unless `without_components`.
    `is_firm_planned`: counted on, but not released to the workshop yet."""

    sku: str
    warehouse: str
    quantity: int
    order_date: date
    planned_start_date: date
    due_date: date
    is_rush: bool = False
    is_firm_planned: bool = False
    without_components: bool = False
    origin_planned_order_id: str | None = None
    number: str | None = None
    source_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseWorkOrder(Command):
    """A firm planned order goes to the workshop."""

    work_order: DocumentRef
    release_date: date


@dataclass(frozen=True, kw_only=True, slots=True)
class SubstituteComponent(Command):
    """Let a recorded substitute do the work of `quantity` of a component of an order that is not issued yet."""

    work_order: DocumentRef
    component_sku: str
    substitute_sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StartWorkOrder(Command):
    work_order: DocumentRef
    start_date: date


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueLine:
    sku: str
    quantity: int
    location: str | None = None
    lot: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueComponents(Command):
    """`lines` None: everything still required, first-expired-first-out over the warehouse's bins."""

    work_order: DocumentRef
    issue_date: date
    lines: tuple[IssueLine, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationDone:
    operation_sequence: int
    work_center: str
    scheduled_start_date: date
    scheduled_end_date: date
    actual_start_date: date | None = None
    actual_end_date: date | None = None
    actual_minutes: int | None = None
    planned_cost: int | None = None
    actual_cost: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordOperations(Command):
    work_order: DocumentRef
    operations: tuple[OperationDone, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CompleteWorkOrder(Command):
    """Good quantity goes to `location` (automatic put-away when None), scrapped quantity to the scrap location.
    `is_final` closes the order and moves what is left of its cost to production variance."""

    work_order: DocumentRef
    completion_date: date
    quantity: int
    scrapped_quantity: int = 0
    scrap_reason: str | None = None
    location: str | None = None
    lot: str | None = None
    expiry_date: date | None = None
    is_final: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelWorkOrder(Command):
    work_order: DocumentRef
    reason: str
