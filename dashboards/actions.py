"""How does a click become a command, once?

Every command carries the signed-in login and the company's date. Its id is made when the form is drawn (`drawn_id`) and kept
until the ledger has
answered, so that a double click, a reload or a retry after a lost connection is one effect. A refusal is shown in the reader's
language.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import streamlit as st

from dashboards import live
from dashboards.i18n import language, t
from dashboards.session import notice, person
from kernel.errors import InvalidInput, ThroughlineError
from kernel.ids import new_command_id
from kernel.numbers import amount_of, decimal_from, micro_from, quantity_from
from transactional import Answer, auth
from transactional.commands import (
    AdjustDemand,
    ApproveSuggestion,
    BorrowHistory,
    ChangeAction,
    ChangeSetting,
    Command,
    DefineUser,
    EndBorrowing,
    OpenAction,
    OverrideForecast,
    OverrideGroupForecast,
    RecordBusinessEvent,
    RecordSalesExpectation,
    RejectSuggestion,
    RequestRun,
    SetInboxState,
    UndoDecision,
    UndoDemandAdjustment,
    WithdrawSalesExpectation,
    WriteNote,
)

__all__ = [
    "adjust_demand",
    "approve",
    "approve_all",
    "borrow_history",
    "change_action",
    "change_setting",
    "define_user",
    "drawn_id",
    "end_borrowing",
    "expect_sales",
    "open_action",
    "override",
    "override_group",
    "record_event",
    "reject",
    "reject_all",
    "request_run",
    "set_inbox",
    "undo",
    "undo_adjustment",
    "withdraw_expectation",
    "write_note",
]


def drawn_id(form: str) -> str:
    """The command id of a form, made when it is first drawn; it stays the same until the ledger has answered."""
    drawn: dict[str, str] = st.session_state.setdefault("drawn", {})
    return drawn.setdefault(form, new_command_id())


def approve(command_id: str, row: Mapping[str, Any], quantity: object, reason: str = "") -> Answer | None:
    """Approve one suggestion at `quantity` (base units); None when it was refused, the reason is then a notice."""
    return _post(lambda: _approval(command_id, row, quantity, reason), command_id)


def reject(command_id: str, row: Mapping[str, Any], reason: str, until: date | None = None) -> Answer | None:
    """Reject one suggestion with its reason; with `until` only until then."""
    return _post(lambda: _rejection(command_id, row, _reason(reason), until), command_id)


def approve_all(command_id: str, rows: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], list[str]]:
    """Approve each row as suggested; what one refusal says does not stop the others."""
    return _each(command_id, rows, lambda part_id, row: _approval(part_id, row, row["quantity"], ""))


def reject_all(command_id: str, rows: Sequence[Mapping[str, Any]], reason: str) -> tuple[list[Answer], list[str]]:
    """Reject each row with one reason."""
    return _each(command_id, rows, lambda part_id, row: _rejection(part_id, row, _reason(reason), None))


def undo(command_id: str, planned_order_id: str, reason: str) -> Answer | None:
    """Take a decision back while nothing has followed from it."""
    return _post(
        lambda: UndoDecision(**_common(command_id), planned_order_id=planned_order_id, reason=_reason(reason)), command_id
    )


def override(
    command_id: str,
    row: Mapping[str, Any],
    frequency: str,
    changes: Mapping[date, tuple[object, object]],
    reason: str,
    until: date | None = None,
) -> int:
    """Write overrides of several periods in one posting; returns how many, 0 when refused.

    Args:
        changes: period -> (override or None to withdraw it, baseline), base units.
        until: last company day on which it counts; None for as long as the period is ahead.
    """

    def commands() -> list[Command]:
        stated = _reason(reason)
        return [
            OverrideForecast(
                **_common(_part(command_id, start.isoformat())),
                sku=str(row["sku"]),
                warehouse=str(row["warehouse_code"]),
                frequency=frequency,
                period_start=start,
                override_quantity=None if value is None else quantity_from(_six(value), what=t("forecast.override")),
                baseline_quantity=None if baseline is None else quantity_from(_six(baseline)),
                reason=stated,
                until_date=until,
            )
            for start, (value, baseline) in sorted(changes.items())
        ]

    answers = _post_many(command_id, commands)
    return len(answers)


def override_group(
    command_id: str,
    group: Mapping[str, Any],
    frequency: str,
    changes: Mapping[date, Mapping[str, int | None]],
    reason: str,
    until: date | None = None,
) -> int:
    """Write overrides of one group for several periods in one posting; returns how many, 0 when refused.

    Args:
        group: `level`, and the codes `sku`, `category_code`, `warehouse_code` that name it.
        changes: period -> `override_quantity`, `override_amount` (minor unit) or `change_ppm` (none: withdraw), and
            `baseline_amount`.
    """
    level = str(group["level"])

    def commands() -> list[Command]:
        stated = _reason(reason)
        return [
            OverrideGroupForecast(
                **_common(_part(command_id, start.isoformat())),
                level=level,
                sku=group["sku"] if level == "item" else None,
                category=group["category_code"] if level.startswith("category") else None,
                warehouse=group["warehouse_code"] if level.endswith("warehouse") else None,
                frequency=frequency,
                period_start=start,
                reason=stated,
                until_date=until,
                **change,  # type: ignore[arg-type]
            )
            for start, change in sorted(changes.items())
        ]

    return len(_post_many(command_id, commands))


def expect_sales(
    command_id: str,
    kind: str,
    scope: Mapping[str, str | None],
    size: str,
    first: date,
    last: date,
    chance: int,
    reason: str,
) -> Answer | None:
    """Sales expects a deal or a driver.

    Args:
        scope: `customer`, `category`, `sku`; None is all.
        size: as typed. Of a deal: a quantity where an item is named, else money; of a driver: a change in per cent ("+10 %").
        chance: per cent.
    """

    def command() -> RecordSalesExpectation:
        typed = _filled(size, f"sales_forecast.size_{kind}").replace("％", "%").rstrip("% ")
        sizes: dict[str, int | None]
        if kind == "driver":
            sizes = {"change_ppm": micro_from(typed, what=t("sales_forecast.size_driver")) // 100}
        elif scope["sku"] is not None:
            sizes = {"quantity": quantity_from(typed, what=t("sales_forecast.size_deal"))}
        else:
            sizes = {"amount": _minor(typed)}
        return RecordSalesExpectation(
            **_common(command_id),
            expectation_kind=kind,
            **scope,
            first_period=first,
            last_period=last,
            probability_ppm=chance * 10_000,
            reason=_reason(reason),
            **sizes,
        )

    return _post(command, command_id)


def withdraw_expectation(command_id: str, sales_expectation_id: int, reason: str) -> Answer | None:
    """Sales no longer expects it."""
    return _post(
        lambda: WithdrawSalesExpectation(
            **_common(command_id), sales_expectation_id=sales_expectation_id, reason=_reason(reason)
        ),
        command_id,
    )


def adjust_demand(command_id: str, row: Mapping[str, Any], day: date, more: object, kind: str, reason: str) -> Answer | None:
    """Let forecasts learn from more (plus) or less (minus) than was recorded on one day, in base units."""
    return _post(
        lambda: AdjustDemand(
            **_common(command_id),
            sku=str(row["sku"]),
            warehouse=str(row["warehouse_code"]),
            demand_date=day,
            adjustment_quantity=quantity_from(_six(more), what=t("learned.more")),
            adjustment_kind=kind,
            reason=_reason(reason),
        ),
        command_id,
    )


def undo_adjustment(command_id: str, demand_adjustment_id: int, reason: str) -> Answer | None:
    """Learn from what was recorded again."""
    return _post(
        lambda: UndoDemandAdjustment(**_common(command_id), demand_adjustment_id=demand_adjustment_id, reason=_reason(reason)),
        command_id,
    )


def record_event(
    command_id: str, kind: str, name: str, first: date, last: date, scope: Mapping[str, str], discount: float | None
) -> Answer | None:
    """Tell a cause of demand; `scope` names a `sku` or a `category` or nothing, `discount` is a share of the price."""
    return _post(
        lambda: RecordBusinessEvent(
            **_common(command_id),
            event_kind=kind,
            name=_filled(name, "learned.event_name"),
            start_date=first,
            end_date=last,
            sku=scope.get("sku"),
            category=scope.get("category"),
            discount_ppm=None if discount is None else round(discount * 1_000_000),
        ),
        command_id,
    )


def borrow_history(
    command_id: str, row: Mapping[str, Any], source: Mapping[str, Any], factor: float, reason: str, until: date | None
) -> Answer | None:
    """Forecast a young series with the history of another, times `factor`."""
    return _post(
        lambda: BorrowHistory(
            **_common(command_id),
            sku=str(row["sku"]),
            warehouse=str(row["warehouse_code"]),
            from_sku=str(source["sku"]),
            from_warehouse=str(source["warehouse_code"]),
            factor_ppm=round(factor * 1_000_000),
            reason=_reason(reason),
            until_date=until,
        ),
        command_id,
    )


def end_borrowing(command_id: str, demand_reference_id: int, reason: str) -> Answer | None:
    """The series stands on its own history again."""
    return _post(
        lambda: EndBorrowing(**_common(command_id), demand_reference_id=demand_reference_id, reason=_reason(reason)), command_id
    )


def request_run(command_id: str) -> Answer | None:
    """Ask the pipeline to replan now."""
    return _post(lambda: RequestRun(**_common(command_id), run_kind="replan"), command_id)


def write_note(command_id: str, subject_kind: str, subject_id: str, body: str) -> Answer | None:
    """Leave a note on something."""
    return _post(
        lambda: WriteNote(
            **_common(command_id), subject_kind=subject_kind, subject_id=subject_id, body=_filled(body, "notes.body")
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
            **_common(command_id),
            subject_kind=subject_kind,
            subject_id=subject_id,
            title=_filled(title, "actions.what"),
            body=body.strip(),
            owner=owner,
            due_date=due,
            expected_amount=_minor(expected),
        )

    return _post(command, command_id)


def change_action(command_id: str, action_id: int, status: str, remark: str = "") -> Answer | None:
    """An action goes on, is done, or is dropped."""
    return _post(
        lambda: ChangeAction(**_common(command_id), action_id=action_id, status=status, remark=remark.strip()), command_id
    )


def define_user(
    command_id: str, login: str, name: str, name_zh: str, role: str, language_code: str, password: str
) -> Answer | None:
    """Add or change a user; an empty password keeps the present one."""
    return _post(
        lambda: DefineUser(
            **_common(command_id),
            login=_filled(login, "sign_in.login"),
            name=_filled(name, "setup.name"),
            name_zh=name_zh.strip(),
            role=role,
            language=language_code,
            password_hash=auth.hash_password(password) if password else None,
        ),
        command_id,
    )


def change_setting(command_id: str, name: str, value: str, source_note: str) -> Answer | None:
    """Change a rate or target; where it comes from is part of it."""
    return _post(
        lambda: ChangeSetting(
            **_common(command_id),
            name=_filled(name, "setup.rate"),
            value=_filled(value, "column.value"),
            source_note=_filled(source_note, "setup.rate_source"),
        ),
        command_id,
    )


def set_inbox(command_id: str, message_id: str, state: str, until: date | None = None) -> Answer | None:
    """Snooze or dismiss a message for the signed-in person."""
    return _post(lambda: SetInboxState(**_common(command_id), message_id=message_id, state=state, until_date=until), command_id)


# --- building ---------------------------------------------------------------------------------------------------------


def _common(command_id: str) -> dict[str, Any]:
    who = person()
    return {
        "command_id": command_id,
        "actor": who.login if who else "",
        "source": "screen",
        "business_date": live.today() or date.min,
    }


def _approval(command_id: str, row: Mapping[str, Any], quantity: object, reason: str) -> ApproveSuggestion:
    return ApproveSuggestion(
        **_common(command_id),
        **_suggested(row),
        quantity=quantity_from(_six(quantity), what=t("suggestions.quantity")),
        release_date=row["release_date"],
        receipt_date=row["receipt_date"],
        need_date=row["need_date"],
        supplier=row.get("supplier_code"),
        unit_price=None if row.get("unit_price") is None else micro_from(_six(row["unit_price"])),
        source_warehouse=row.get("source_warehouse_code"),
        net_requirement_quantity=None
        if row.get("net_requirement_quantity") is None
        else quantity_from(_six(row["net_requirement_quantity"])),
        reason=reason.strip(),
    )


def _rejection(command_id: str, row: Mapping[str, Any], reason: str, until: date | None) -> RejectSuggestion:
    return RejectSuggestion(**_common(command_id), **_suggested(row), reason=reason, until_date=until)


def _suggested(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value if isinstance(value, (int, bool, type(None))) else str(value) for name, value in row.items()}
    return {
        "planned_order_id": str(row["planned_order_id"]),
        "suggestion_kind": str(row["kind"]),
        "sku": str(row["sku"]),
        "warehouse": str(row["warehouse_code"]),
        "need_period": row["need_period"],
        "ordinal": int(row["ordinal"] or 0),
        "suggested_quantity": quantity_from(_six(row["quantity"])),
        "suggestion": json.dumps(shown, ensure_ascii=False, sort_keys=True),
    }


def _six(value: object) -> Decimal:
    """The ledger's six decimals: a report may carry a float, a person types three digits."""
    if isinstance(value, (Decimal, float)):
        return Decimal(str(value)).quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
    return decimal_from(value)


def _minor(expected: str) -> int | None:
    """Typed money in the company's minor unit; None for nothing typed."""
    if not expected.strip():
        return None
    return amount_of(micro_from(expected, what=t("actions.expected")), int(live.company().get("minor_digits") or 2))


def _reason(text: str) -> str:
    return _filled(text, "reason")


def _filled(text: str, what: str) -> str:
    if not text.strip():
        raise InvalidInput("screen.error.required", what=t(what))
    return text.strip()


def _part(command_id: str, name: str) -> str:
    """One id per row of a batch, always the same for the same form and row."""
    return str(uuid.uuid5(uuid.UUID(command_id), name))


# --- posting ----------------------------------------------------------------------------------------------------------


def _post(build: Callable[[], Command], command_id: str = "") -> Answer | None:
    answers = _post_many(command_id, lambda: [build()])
    return answers[0] if answers else None


def _post_many(command_id: str, build: Callable[[], list[Command]]) -> list[Answer]:
    ledger = live.ledger()
    if ledger is None:
        notice("error", t("error.no_ledger"))
        return []
    try:
        commands = build()
        answers = list(ledger.post(commands))
    except ThroughlineError as refusal:
        notice("error", refusal.text(language()))
        answers = []
    _answered(command_id)
    return answers


def _each(
    command_id: str, rows: Sequence[Mapping[str, Any]], build: Callable[[str, Mapping[str, Any]], Command]
) -> tuple[list[Answer], list[str]]:
    ledger = live.ledger()
    if ledger is None:
        return [], [t("error.no_ledger")]
    answers: list[Answer] = []
    refusals: list[str] = []
    for row in rows:
        try:
            answers.extend(ledger.post([build(_part(command_id, str(row["planned_order_id"])), row)]))
        except ThroughlineError as refusal:
            refusals.append(f"{row['sku']}: {refusal.text(language())}")
    _answered(command_id)
    return answers, refusals


def _answered(command_id: str) -> None:
    """One way or the other: the next drawing of the form is a new intention."""
    drawn: dict[str, str] = st.session_state.get("drawn", {})
    for form in [form for form, kept in drawn.items() if kept == command_id]:
        del drawn[form]
