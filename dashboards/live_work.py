"""What have people decided, noted, asked for and taken on since the shown snapshot?"""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboards import live

__all__ = ["action_events", "actions", "decided_since", "decisions", "done_since", "inbox_states", "notes", "run_requests"]


def decisions() -> dict[str, dict[str, Any]]:
    """Planned order id -> the decision that stands, with who took it and the document it made."""
    found = live.rows(
        "select d.planned_order_id, d.decision, d.reason, d.decided_quantity, d.document_kind, d.document_number, d.until_date, "
        "d.recorded_at, u.login, u.name, u.name_zh from suggestion_decision d join app_user u on u.user_id = d.decided_by_id "
        "where d.is_current = 1 order by d.recorded_at"
    )
    now = live.today()
    standing = {}
    for row in found:
        until = live.day(row["until_date"])
        # A snoozed suggestion is open again when its day has come.
        if row["decision"] != "snooze" or until is None or now is None or until > now:
            standing[str(row["planned_order_id"])] = row
    return standing


def notes(subject_kind: str, subject_id: str) -> list[dict[str, Any]]:
    """Notes on one thing, newest first."""
    return live.rows(
        "select n.body, n.recorded_at, u.name, u.name_zh from note n join app_user u on u.user_id = n.author_id "
        "where n.subject_kind = ? and n.subject_id = ? order by n.recorded_at desc, n.note_id desc",
        (subject_kind, subject_id),
    )


def run_requests() -> list[dict[str, Any]]:
    """The latest requests to replan, newest first."""
    return live.rows(
        "select r.run_request_id, r.kind, r.status, r.progress, r.message, r.requested_at, r.finished_at, r.run_id, "
        "r.snapshot_id, "
        "u.name, u.name_zh from run_request r join app_user u on u.user_id = r.requested_by_id order by "
        "r.run_request_id desc limit 10"
    )


def inbox_states(user_id: int) -> dict[str, dict[str, Any]]:
    """Message id -> what this person did with it (snoozed until, dismissed, done)."""
    found = live.rows("select message_id, state, until_date, reason from inbox_state where user_id = ?", (user_id,))
    return {str(row["message_id"]): row for row in found}


def actions(*, is_open: bool = True) -> list[dict[str, Any]]:
    """Actions with their owners, the earliest due first; only open ones unless told otherwise."""
    return live.rows(
        "select a.action_id, a.title, a.body, a.subject_kind, a.subject_id, a.due_date, a.status, a.expected_amount, "
        "a.opened_date, a.closed_date, u.user_id, u.login, u.name, u.name_zh, o.name as opened_by, o.name_zh as opened_by_zh "
        "from action a join app_user u on u.user_id = a.owner_id join app_user o on o.user_id = a.opened_by_id "
        + ("where a.status in ('open', 'in_progress') " if is_open else "")
        + "order by a.closed_date is not null, a.due_date is null, a.due_date, a.action_id"
    )


def action_events(action_id: int) -> list[dict[str, Any]]:
    """What happened to an action, in order."""
    return live.rows(
        "select e.event_kind, e.business_date, e.recorded_at, e.old_value, e.new_value, u.name, u.name_zh from document_event e "
        "join app_user u on u.user_id = e.actor_id where e.document_kind = 'action' and e.document_id = ? order by e.event_id",
        (action_id,),
    )


def done_since(first: date) -> list[dict[str, Any]]:
    """Command kind -> how many were accepted with a business date of `first` or later, the most frequent first."""
    return live.rows(
        "select command_kind, count(*) as times from posting where business_date >= ? group by command_kind "
        "order by count(*) desc, command_kind",
        (first.isoformat(),),
    )


def decided_since(first: date) -> list[dict[str, Any]]:
    """Decisions on suggestions since `first`, newest first, with who took them."""
    return live.rows(
        "select d.decision, d.reason, d.document_number, d.recorded_at, i.sku, i.name as item_name, i.name_zh as item_name_zh, "
        "u.name, u.name_zh from suggestion_decision d join app_user u on u.user_id = d.decided_by_id "
        "join item_location l on l.item_location_id = d.item_location_id join item i on i.item_id = l.item_id "
        "where d.business_date >= ? and d.is_current = 1 order by d.recorded_at desc, d.suggestion_decision_id desc",
        (first.isoformat(),),
    )
