"""What needs this person today, by money at stake and urgency?

    urgency   3 act today: overdue, stock-out or order date within 3 days, late orders
              2 this week: within 10 days
              1 later

Sorted by urgency, then money. Each entry knows the page that settles it. What was snoozed, dismissed or already decided is
left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboards import live, reports
from dashboards.formats import number, percent, plain
from dashboards.i18n import code_text, label, t
from dashboards.session import Person
from dashboards.snapshot import Snapshot

__all__ = ["KINDS", "NEAR_DAYS", "Entry", "entries"]

KINDS = ("suggestion", "exception", "forecast", "stock", "supplier", "action")

NEAR_DAYS = 14
"""Suggestions to be ordered later than this stand on the plan page only."""

_FORECASTS = 25
_EXCEPTION_KINDS_SHOWN_AS_SUGGESTIONS = ("release_due", "release_past_due")
_ROLE_KINDS = {
    "buyer": ("suggestion", "exception", "supplier", "action"),
    "planner": ("suggestion", "exception", "forecast", "stock", "action"),
    "sales": ("exception", "forecast", "action"),
    "warehouse": ("stock", "action"),
    "production": ("exception", "action"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the inbox."""

    message_id: str
    kind: str
    urgency: int
    money: float | None
    due_date: date | None
    subject: str
    text: str
    page: str
    link: Mapping[str, str] = field(default_factory=dict)


def entries(snapshot: Snapshot, who: Person) -> list[Entry]:
    """Everything open for this person, most urgent first."""
    as_of = snapshot.data_through or live.today() or date.min
    found = [
        *_suggestions(snapshot, as_of),
        *_exceptions(snapshot, as_of),
        *_forecasts(snapshot),
        *_stock(snapshot),
        *_suppliers(snapshot),
        *_actions(snapshot, who, as_of),
    ]
    wanted = _ROLE_KINDS.get(who.role, KINDS)
    hidden = _hidden(who, as_of)
    kept = [entry for entry in found if entry.kind in wanted and entry.message_id not in hidden]
    return sorted(kept, key=lambda entry: (-entry.urgency, -(entry.money or 0.0), entry.due_date or date.max, entry.message_id))


def _hidden(who: Person, as_of: date) -> set[str]:
    hidden = set()
    for message_id, row in live.inbox_states(who.user_id).items():
        until = live.day(row["until_date"])
        if row["state"] != "snoozed" or until is None or until > as_of:
            hidden.add(message_id)
    return hidden


def _urgency(due: date | None, as_of: date) -> int:
    if due is None:
        return 1
    left = (due - as_of).days
    return 3 if left <= 3 else 2 if left <= 10 else 1


def _is_near(due: date | None, as_of: date) -> bool:
    return due is None or (due - as_of).days <= NEAR_DAYS


def _raised(urgency: int, late_order_count: int | None) -> int:
    """What is due this week is for today when customers' orders come late because of it."""
    return 3 if urgency == 2 and (late_order_count or 0) > 0 else urgency


def _of_message(row: Mapping[str, Any], as_of: date) -> int:
    """Stock below zero is for today; a supply that could come later never is."""
    if row["kind"] == "negative_stock":
        return 3
    urgency = _raised(_urgency(row["from_date"], as_of), row["late_order_count"])
    return min(urgency, 2) if row["kind"] in ("defer", "cancel") else urgency


def _subject(row: Mapping[str, Any]) -> str:
    place = row.get("warehouse_code")
    return f"{row.get('sku') or ''} {label(row, 'item_name')}".strip() + (f" @ {place}" if place else "")


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _suggestions(snapshot: Snapshot, as_of: date) -> list[Entry]:
    decided = live.decisions()
    return [
        Entry(
            message_id=f"suggestion:{row['planned_order_id']}",
            kind="suggestion",
            urgency=_raised(_urgency(row["release_date"], as_of), row["late_order_count"]),
            money=_float(row["value_at_stake"]),
            due_date=row["release_date"],
            subject=_subject(row),
            text=t(
                f"today.text.suggestion_{row['kind']}",
                source=row["source_warehouse_code"] or "–",
                quantity=number(row["quantity"]),
                unit=row["base_unit"] or "",
                supplier=label(row, "supplier_name") or t("suggestions.no_supplier"),
                date=plain(row["release_date"]),
            ),
            page="suggestions",
            link={"order": str(row["planned_order_id"])},
        )
        for row in reports.suggestions(snapshot).iter_rows(named=True)
        if str(row["planned_order_id"]) not in decided and _is_near(row["release_date"], as_of)
    ]


def _exceptions(snapshot: Snapshot, as_of: date) -> list[Entry]:
    return [
        Entry(
            message_id=str(row["message_id"]),
            kind="exception",
            urgency=_of_message(row, as_of),
            money=_float(row["value_at_stake"]),
            due_date=row["from_date"],
            subject=_subject(row),
            text=code_text("exception", row["kind"])
            + t(
                "today.text.exception",
                quantity=number(row["quantity"]),
                unit=row["base_unit"] or "",
                start=plain(row["from_date"]),
                end=plain(row["to_date"]),
                supply=row["document_number"] or row["supply_id"] or "",
            ),
            page="item",
            link={"series": str(row["item_location_id"])},
        )
        for row in reports.exceptions(snapshot).iter_rows(named=True)
        if row["kind"] not in _EXCEPTION_KINDS_SHOWN_AS_SUGGESTIONS
    ]


def _forecasts(snapshot: Snapshot) -> list[Entry]:
    # The dearest only: the review page holds them all.
    found = reports.forecast_series(snapshot).head(_FORECASTS)
    return [
        Entry(
            message_id=f"forecast:{row['series_id']}",
            kind="forecast",
            urgency=1,
            money=_float(row["value_at_stake"]),
            due_date=None,
            subject=_subject(row),
            text=t("today.text.forecast", reason=code_text("review", row["needs_review_reason"]), wape=percent(row["wape"])),
            page="forecast",
            link={"series": str(row["series_id"])},
        )
        for row in found.iter_rows(named=True)
        if row["needs_review_reason"] and (row["needs_review_score"] or 0) > 0
    ]


def _stock(snapshot: Snapshot) -> list[Entry]:
    return [
        Entry(
            message_id=f"stock:{row['problem']}:{row['series_id']}",
            kind="stock",
            urgency=3 if row["problem"] == "stockout" else 2 if row["problem"] in ("below_safety", "expiring") else 1,
            money=_float(row["problem_value"]),
            due_date=None,
            subject=_subject(row),
            text=t(
                "today.text.stock",
                problem=code_text("problem", row["problem"]),
                quantity=number(row["on_hand_quantity"]),
                unit=row["base_unit"] or "",
                cover=number(row["days_of_cover"], 0),
            ),
            page="item",
            link={"series": str(row["series_id"])},
        )
        for row in reports.problem_stock(snapshot).iter_rows(named=True)
    ]


def _suppliers(snapshot: Snapshot) -> list[Entry]:
    found = []
    for row in reports.suppliers(snapshot).iter_rows(named=True):
        left = row["qualification_days_left"]
        if left is None or left > 60 or row["status"] == "inactive":
            continue
        found.append(
            Entry(
                message_id=f"qualification:{row['supplier_id']}:{row['next_qualification_expiry_date']}",
                kind="supplier",
                urgency=3 if left <= 7 else 2 if left <= 30 else 1,
                money=_float(row["spend_12m"]) if left < 0 else None,
                due_date=row["next_qualification_expiry_date"],
                subject=f"{row['supplier_code']} {label(row, 'supplier_name')}",
                text=t("today.text.qualification", date=plain(row["next_qualification_expiry_date"]), days=left),
                page="suggestions",
                link={"supplier": str(row["supplier_code"])},
            )
        )
    return found


def _actions(snapshot: Snapshot, who: Person, as_of: date) -> list[Entry]:
    digits = int(snapshot.company.get("minor_digits") or 2)
    found = []
    for row in live.actions():
        if row["user_id"] != who.user_id:
            continue
        due = live.day(row["due_date"])
        money = None if row["expected_amount"] is None else row["expected_amount"] / 10**digits
        found.append(
            Entry(
                f"action:{row['action_id']}",
                "action",
                _urgency(due, as_of),
                money,
                due,
                str(row["title"]),
                t("today.text.action"),
                "kpis",
            )
        )
    return found
