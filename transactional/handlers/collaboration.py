"""How do people override forecasts, ask for a run, open actions, leave notes and clear their inbox?"""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict, InvalidInput
from kernel.numbers import MAX_AMOUNT
from transactional.commands import (
    ChangeAction,
    OpenAction,
    OverrideForecast,
    ReportRun,
    RequestRun,
    SetInboxState,
    WriteNote,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import given_text, known, period_of, quantity_not_negative, refuse_status, series_of, whole

_RUN_STEPS = {"requested": ("running", "succeeded", "failed"), "running": ("running", "succeeded", "failed")}
_ACTION_STATUS = ("open", "in_progress", "done", "dropped")


@handles(OverrideForecast)
def override_forecast(work: UnitOfWork, command: OverrideForecast) -> dict[str, Any]:
    """A planner's own quantity for a period, with the reason; quantity None withdraws it. The newest row of a period counts."""
    where = f"{command.sku} @ {command.warehouse}"
    start = period_of(command.frequency, command.period_start, where)
    if command.override_quantity is not None:
        quantity_not_negative(command.override_quantity, where, "override_quantity")
    if command.baseline_quantity is not None:
        quantity_not_negative(command.baseline_quantity, where, "baseline_quantity")
    series = series_of(work, command.sku, command.warehouse)
    row = work.insert(
        "forecast_override",
        forecast_override_id=work.new_id(),
        item_location_id=series["item_location_id"],
        frequency=command.frequency,
        period_start=start,
        override_quantity=command.override_quantity,
        baseline_quantity=command.baseline_quantity,
        reason=given_text(command.reason, "reason", where),
        until_date=command.until_date,
        author_id=work.actor.user_id,
        recorded_at=work.recorded_at,
        business_date=command.business_date,
    )
    return {"document_id": row["forecast_override_id"], "forecast_override_id": row["forecast_override_id"]}


@handles(RequestRun)
def request_run(work: UnitOfWork, command: RequestRun) -> dict[str, Any]:
    """Ask the pipeline to run; while one is asked for or running, a second one is refused naming the first."""
    kind = given_text(command.run_kind, "run_kind", "run")
    for row in work.children("run_request", "kind", kind):
        if row["status"] in _RUN_STEPS:
            raise Conflict("command.run_already_asked", run_request_id=row["run_request_id"], status=row["status"])
    row = work.insert(
        "run_request",
        run_request_id=work.new_id(),
        kind=kind,
        requested_by_id=work.actor.user_id,
        requested_at=work.recorded_at,
    )
    work.event("run_request", row["run_request_id"], "requested", new=kind)
    return {"document_id": row["run_request_id"], "run_request_id": row["run_request_id"]}


@handles(ReportRun)
def report_run(work: UnitOfWork, command: ReportRun) -> dict[str, Any]:
    """Progress and outcome of an asked run; what has finished stays finished."""
    key = command.run_request_id
    row = work.row("run_request", key)
    known(command.status, ("running", "succeeded", "failed"), "status", key)
    if command.status not in _RUN_STEPS.get(row["status"], ()):
        raise refuse_status("run_request", key, row["status"], command.status)
    columns: dict[str, Any] = {"status": command.status, "progress": command.progress, "message": command.message}
    if command.run_id is not None:
        columns["run_id"] = command.run_id
    if command.snapshot_id is not None:
        columns["snapshot_id"] = command.snapshot_id
    if command.status != "running":
        columns["finished_at"] = work.recorded_at
    if command.status != row["status"]:
        work.event("run_request", key, command.status, old=row["status"], new=command.message or None)
    work.change("run_request", key, **columns)
    return {"document_id": key, "run_request_id": key}


@handles(OpenAction)
def open_action(work: UnitOfWork, command: OpenAction) -> dict[str, Any]:
    """Somebody takes something on: what, who, until when, worth how much."""
    title = given_text(command.title, "title", command.subject_id)
    if command.expected_amount is not None:
        whole(command.expected_amount, "expected_amount", title, -MAX_AMOUNT, MAX_AMOUNT)
    row = work.insert(
        "action",
        action_id=work.new_id(),
        subject_kind=given_text(command.subject_kind, "subject_kind", title),
        subject_id=given_text(command.subject_id, "subject_id", title),
        title=title,
        body=command.body,
        owner_id=work.lookup("app_user", command.owner),
        due_date=command.due_date,
        expected_amount=command.expected_amount,
        opened_by_id=work.actor.user_id,
        opened_date=command.business_date,
    )
    work.event("action", row["action_id"], "opened", new=title)
    return {"document_id": row["action_id"], "action_id": row["action_id"]}


@handles(ChangeAction)
def change_action(work: UnitOfWork, command: ChangeAction) -> dict[str, Any]:
    """An action goes on, is done, or is dropped; a closed one may be opened again."""
    row = work.row("action", command.action_id)
    status = known(command.status, _ACTION_STATUS, "status", row["title"])
    is_closed = status in ("done", "dropped")
    work.event("action", command.action_id, "closed" if is_closed else "changed", old=row["status"], new=command.remark or status)
    work.change("action", command.action_id, status=status, closed_date=command.business_date if is_closed else None)
    return {"document_id": command.action_id, "action_id": command.action_id}


@handles(WriteNote)
def write_note(work: UnitOfWork, command: WriteNote) -> dict[str, Any]:
    """A remark on anything."""
    subject = given_text(command.subject_id, "subject_id", command.subject_kind)
    body = command.body.strip()
    if not body:
        raise InvalidInput("command.text_missing", what="body", where=subject, got=repr(command.body))
    row = work.insert(
        "note",
        note_id=work.new_id(),
        subject_kind=given_text(command.subject_kind, "subject_kind", subject),
        subject_id=subject,
        body=body,
        author_id=work.actor.user_id,
        recorded_at=work.recorded_at,
    )
    return {"document_id": row["note_id"], "note_id": row["note_id"]}


@handles(SetInboxState)
def set_inbox_state(work: UnitOfWork, command: SetInboxState) -> dict[str, Any]:
    """One person's own view of a message: snoozed until a day, dismissed, or done."""
    message = given_text(command.message_id, "message_id", "inbox")
    known(command.state, ("snoozed", "dismissed", "done"), "state", message)
    if command.state == "snoozed" and command.until_date is None:
        raise InvalidInput("command.until_date_missing", message_id=message)
    columns = {"state": command.state, "until_date": command.until_date, "reason": command.reason}
    user_id = work.actor.user_id
    row = next((row for row in work.children("inbox_state", "user_id", user_id) if row["message_id"] == message), None)
    if row is None:
        row = work.insert("inbox_state", inbox_state_id=work.new_id(), message_id=message, user_id=user_id, **columns)
    else:
        work.change("inbox_state", row["inbox_state_id"], **columns)
    return {"document_id": row["inbox_state_id"], "inbox_state_id": row["inbox_state_id"]}
