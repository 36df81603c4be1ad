"""Commands by which people decide: suggestions, overrides, runs, actions, notes, inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class ApproveSuggestion(Command):
    """Turn a suggestion into a purchase order, work order or transfer. Approving twice is refused (Conflict)."""

    planned_order_id: str
    suggestion_kind: str  # buy, make, transfer
    sku: str
    warehouse: str
    need_period: date
    ordinal: int
    suggested_quantity: int
    quantity: int  # after editing
    release_date: date
    receipt_date: date
    need_date: date
    supplier: str | None = None
    unit_price: int | None = None
    source_warehouse: str | None = None
    net_requirement_quantity: int | None = None
    reason: str = ""
    suggestion: str = "{}"  # the whole row as shown, JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectSuggestion(Command):
    """Do not propose it again for its period; with `until_date` only until then (snooze)."""

    planned_order_id: str
    suggestion_kind: str
    sku: str
    warehouse: str
    need_period: date
    ordinal: int
    suggested_quantity: int
    reason: str
    until_date: date | None = None
    suggestion: str = "{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoDecision(Command):
    """Take a decision back while nothing has followed from it: the order is cancelled, the suggestion may come again."""

    planned_order_id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideForecast(Command):
    sku: str
    warehouse: str
    frequency: str
    period_start: date
    override_quantity: int | None
    baseline_quantity: int | None = None
    reason: str
    until_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestRun(Command):
    run_kind: str = "replan"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRun(Command):
    """The pipeline tells how far it is."""

    run_request_id: int
    status: str
    progress: str = ""
    run_id: str | None = None
    snapshot_id: str | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAction(Command):
    subject_kind: str
    subject_id: str
    title: str
    body: str = ""
    owner: str
    due_date: date | None = None
    expected_amount: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeAction(Command):
    action_id: int
    status: str
    remark: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteNote(Command):
    subject_kind: str
    subject_id: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SetInboxState(Command):
    message_id: str
    state: str  # snoozed, dismissed, done
    until_date: date | None = None
    reason: str = ""
