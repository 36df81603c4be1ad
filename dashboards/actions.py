"""What may people do from a screen? Suggestions, runs, actions, notes, users and settings, one command each.

What they may tell about the forecast is in `forecast_actions`; how a click becomes a command, once, in `posting`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboards.i18n import t
from dashboards.posting import common, filled, minor_amount, post, post_each, reason_of, six_decimals
from kernel.numbers import micro_from, quantity_from
from transactional import Answer, auth
from transactional.commands import (
    ApproveSuggestion,
    ChangeAction,
    ChangeSetting,
    DefineUser,
    OpenAction,
    RejectSuggestion,
    RequestRun,
    SetInboxState,
    UndoDecision,
    WriteNote,
)

__all__ = [
    "approve",
    "approve_all",
    "change_action",
    "change_setting",
    "define_user",
    "open_action",
    "reject",
    "reject_all",
    "request_run",
    "set_inbox",
    "undo",
    "write_note",
]


def approve(command_id: str, row: Mapping[str, Any], quantity: object, reason: str = "") -> Answer | None:
    """Approve one suggestion at `quantity` (base units); None when it was refused, the reason is then a notice."""
    return post(lambda: _approval(command_id, row, quantity, reason), command_id)


def reject(command_id: str, row: Mapping[str, Any], reason: str, until: date | None = None) -> Answer | None:
    """Reject one suggestion with its reason; with `until` only until then."""
    return post(lambda: _rejection(command_id, row, reason_of(reason), until), command_id)


def approve_all(command_id: str, rows: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], list[str]]:
    """Approve each row as suggested; what one refusal says does not stop the others."""
    return post_each(command_id, rows, lambda part_id, row: _approval(part_id, row, row["quantity"], ""))


def reject_all(command_id: str, rows: Sequence[Mapping[str, Any]], reason: str) -> tuple[list[Answer], list[str]]:
    """Reject each row with one reason."""
    return post_each(command_id, rows, lambda part_id, row: _rejection(part_id, row, reason_of(reason), None))


def undo(command_id: str, planned_order_id: str, reason: str) -> Answer | None:
    """Take a decision back while nothing has followed from it."""
    return post(
        lambda: UndoDecision(**common(command_id), planned_order_id=planned_order_id, reason=reason_of(reason)), command_id
    )


def request_run(command_id: str) -> Answer | None:
    """Ask the pipeline to replan now."""
    return post(lambda: RequestRun(**common(command_id), run_kind="replan"), command_id)


def write_note(command_id: str, subject_kind: str, subject_id: str, body: str) -> Answer | None:
    """Leave a note on something."""
    return post(
        lambda: WriteNote(
            **common(command_id), subject_kind=subject_kind, subject_id=subject_id, body=filled(body, "notes.body")
        ),
        command_id,
    )


def open_action(
    command_id: str,
    subject_kind: str,
    subject_id: str,
    title: str,
    owner: str,
    due: date | None,
    expected: str = "",
    body: str = "",
) -> Answer | None:
    """Somebody takes something on; `expected` is money as typed, empty when nobody can say."""

    def command() -> OpenAction:
        return OpenAction(
            **common(command_id),
            subject_kind=subject_kind,
            subject_id=subject_id,
            title=filled(title, "actions.what"),
            body=body.strip(),
            owner=owner,
            due_date=due,
            expected_amount=minor_amount(expected),
        )

    return post(command, command_id)


def change_action(command_id: str, action_id: int, status: str, remark: str = "") -> Answer | None:
    """An action goes on, is done, or is dropped."""
    return post(lambda: ChangeAction(**common(command_id), action_id=action_id, status=status, remark=remark.strip()), command_id)


def define_user(
    command_id: str, login: str, name: str, name_zh: str, role: str, language_code: str, password: str
) -> Answer | None:
    """Add or change a user; an empty password keeps the present one."""
    return post(
        lambda: DefineUser(
            **common(command_id),
            login=filled(login, "sign_in.login"),
            name=filled(name, "setup.name"),
            name_zh=name_zh.strip(),
            role=role,
            language=language_code,
            password_hash=auth.hash_password(password) if password else None,
        ),
        command_id,
    )


def change_setting(command_id: str, name: str, value: str, source_note: str) -> Answer | None:
    """Change a rate or target; where it comes from is part of it."""
    return post(
        lambda: ChangeSetting(
            **common(command_id),
            name=filled(name, "setup.rate"),
            value=filled(value, "column.value"),
            source_note=filled(source_note, "setup.rate_source"),
        ),
        command_id,
    )


def set_inbox(command_id: str, message_id: str, state: str, until: date | None = None) -> Answer | None:
    """Snooze or dismiss a message for the signed-in person."""
    return post(lambda: SetInboxState(**common(command_id), message_id=message_id, state=state, until_date=until), command_id)


def _approval(command_id: str, row: Mapping[str, Any], quantity: object, reason: str) -> ApproveSuggestion:
    return ApproveSuggestion(
        **common(command_id),
        **_suggested(row),
        quantity=quantity_from(six_decimals(quantity), what=t("suggestions.quantity")),
        release_date=row["release_date"],
        receipt_date=row["receipt_date"],
        need_date=row["need_date"],
        supplier=row.get("supplier_code"),
        unit_price=None if row.get("unit_price") is None else micro_from(six_decimals(row["unit_price"])),
        source_warehouse=row.get("source_warehouse_code"),
        net_requirement_quantity=None
        if row.get("net_requirement_quantity") is None
        else quantity_from(six_decimals(row["net_requirement_quantity"])),
        reason=reason.strip(),
    )


def _rejection(command_id: str, row: Mapping[str, Any], reason: str, until: date | None) -> RejectSuggestion:
    return RejectSuggestion(**common(command_id), **_suggested(row), reason=reason, until_date=until)


def _suggested(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value if isinstance(value, (int, bool, type(None))) else str(value) for name, value in row.items()}
    return {
        "planned_order_id": str(row["planned_order_id"]),
        "suggestion_kind": str(row["kind"]),
        "sku": str(row["sku"]),
        "warehouse": str(row["warehouse_code"]),
        "need_period": row["need_period"],
        "ordinal": int(row["ordinal"] or 0),
        "suggested_quantity": quantity_from(six_decimals(row["quantity"])),
        "suggestion": json.dumps(shown, ensure_ascii=False, sort_keys=True),
    }
