"""What did people decide, ask for, write and set?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from transactional.ledger import Ledger
from transactional.queries.people_units import rows
from transactional.settings_catalogue import SETTINGS

__all__ = [
    "actions",
    "company",
    "decisions",
    "inbox_states",
    "notes",
    "overrides",
    "run_requests",
    "setting_value",
    "settings",
    "suppliers",
    "users",
]

_GROUP = 500


def company(ledger: Ledger) -> dict[str, Any] | None:
    """The company, its clock and where its data come from; None before it is founded."""
    found = rows(ledger, "SELECT * FROM company")
    return found[0] if found else None


def decisions(ledger: Ledger, planned_order_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Standing decisions on suggestions by `planned_order_id` (all of them when None), to join with a snapshot's suggestions.

    Returns: `planned_order_id`, `kind`, `decision`, `reason`, quantities, `until_date`, `document_kind`, `document_id`,
    `document_number`, who and when, and the suggestion as it was shown.
    """
    statement = (
        "SELECT d.suggestion_decision_id, d.planned_order_id, d.item_location_id, d.kind, d.need_period, d.ordinal, d.decision, "
        "d.reason, d.suggested_quantity, d.decided_quantity, d.until_date, d.document_kind, d.document_id, d.document_number, "
        "d.suggestion, d.business_date, d.recorded_at, u.login AS decided_by, u.name AS decided_by_name, "
        "u.name_zh AS decided_by_name_zh FROM suggestion_decision d JOIN app_user u ON u.user_id = d.decided_by_id "
        "WHERE d.is_current = 1"
    )
    if planned_order_ids is None:
        return rows(ledger, f"{statement} ORDER BY d.suggestion_decision_id")
    found: list[dict[str, Any]] = []
    for start in range(0, len(planned_order_ids), _GROUP):
        group = planned_order_ids[start : start + _GROUP]
        places = ", ".join("?" * len(group))
        found += rows(ledger, f"{statement} AND d.planned_order_id IN ({places}) ORDER BY d.suggestion_decision_id", group)
    return found


def run_requests(ledger: Ledger, status: str | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """Requested runs, newest first, with status, progress and message; `status` narrows it down."""
    return rows(
        ledger,
        "SELECT r.run_request_id, r.kind, r.requested_at, r.status, r.progress, r.run_id, r.snapshot_id, r.message, "
        "r.finished_at, "
        "u.login AS requested_by, u.name AS requested_by_name FROM run_request r JOIN app_user u ON u.user_id = "
        "r.requested_by_id "
        "WHERE CAST(? AS TEXT) IS NULL OR r.status = ? ORDER BY r.run_request_id DESC LIMIT ?",
        [status, status, limit],
    )


def overrides(ledger: Ledger, sku: str | None = None, warehouse: str | None = None) -> list[dict[str, Any]]:
    """Forecast overrides, newest first; the first row of a series, frequency and period is the one that counts (null:
    withdrawn)."""
    return rows(
        ledger,
        "SELECT f.forecast_override_id, f.item_location_id, i.sku, w.code AS warehouse_code, f.frequency, f.period_start, "
        "f.override_quantity, f.baseline_quantity, f.reason, f.until_date, f.business_date, f.recorded_at, u.login AS "
        "author_login, "
        "u.name AS author_name FROM forecast_override f JOIN item_location s ON s.item_location_id = f.item_location_id "
        "JOIN item i ON i.item_id = s.item_id JOIN warehouse w ON w.warehouse_id = s.warehouse_id "
        "JOIN app_user u ON u.user_id = f.author_id WHERE (CAST(? AS TEXT) IS NULL OR i.sku = ?) "
        "AND (CAST(? AS TEXT) IS NULL OR w.code = ?) ORDER BY f.forecast_override_id DESC",
        [sku, sku, warehouse, warehouse],
    )


def notes(ledger: Ledger, subject_kind: str, subject_id: str) -> list[dict[str, Any]]:
    """Remarks on one subject, newest first."""
    return rows(
        ledger,
        "SELECT n.note_id, n.body, n.recorded_at, u.login AS author_login, u.name AS author_name, u.name_zh AS author_name_zh "
        "FROM note n JOIN app_user u ON u.user_id = n.author_id WHERE n.subject_kind = ? AND n.subject_id = ? "
        "ORDER BY n.note_id DESC",
        [subject_kind, subject_id],
    )


def actions(ledger: Ledger, status: str | None = None) -> list[dict[str, Any]]:
    """Actions with owner, due date and expected money; the soonest due first."""
    return rows(
        ledger,
        "SELECT a.action_id, a.subject_kind, a.subject_id, a.title, a.body, a.due_date, a.status, a.expected_amount, "
        "a.opened_date, "
        "a.closed_date, o.login AS owner_login, o.name AS owner_name, b.login AS opened_by FROM action a "
        "JOIN app_user o ON o.user_id = a.owner_id JOIN app_user b ON b.user_id = a.opened_by_id "
        "WHERE CAST(? AS TEXT) IS NULL OR a.status = ? ORDER BY a.due_date IS NULL, a.due_date, a.action_id",
        [status, status],
    )


def inbox_states(ledger: Ledger, login: str) -> list[dict[str, Any]]:
    """What one person snoozed, dismissed or did: `message_id`, `state`, `until_date`, `reason`."""
    return rows(
        ledger,
        "SELECT s.message_id, s.state, s.until_date, s.reason FROM inbox_state s JOIN app_user u ON u.user_id = s.user_id "
        "WHERE u.login = ? ORDER BY s.message_id",
        [login],
    )


def users(ledger: Ledger) -> list[dict[str, Any]]:
    """Everybody who may act, without password hashes."""
    return rows(
        ledger,
        "SELECT user_id, login, name, name_zh, role, language, is_active FROM app_user WHERE role <> 'system' ORDER BY login",
    )


def settings(ledger: Ledger) -> list[dict[str, Any]]:
    """Every setting with its value, scope, bounds and where it comes from."""
    found = rows(ledger, "SELECT setting_id, name, scope, value, source_note FROM setting ORDER BY name, scope")
    for row in found:
        known = SETTINGS.get(row["name"])
        row["low"], row["high"] = (known.low, known.high) if known else (None, None)
        row["default"] = known.default if known else None
    return found


def setting_value(ledger: Ledger, name: str, scope: str = "") -> Decimal:
    """A setting's value: its scope's own, else the company's, else the default. Raises KeyError for an unknown name."""
    found = dict(ledger.rows("SELECT scope, value FROM setting WHERE name = ? AND scope IN ('', ?)", (name, scope)))
    value: str = found.get(scope) or found.get("") or SETTINGS[name].default
    return Decimal(value)


def suppliers(ledger: Ledger) -> list[dict[str, Any]]:
    """Suppliers with status and the first mandatory qualification to expire."""
    return rows(
        ledger,
        "SELECT s.supplier_id, s.code AS supplier_code, s.name AS supplier_name, s.name_zh AS supplier_name_zh, s.status, "
        "s.credit_rating, s.is_preferred, s.city, s.currency, (SELECT MIN(q.qualification_expiry_date) "
        "FROM supplier_qualification q WHERE q.supplier_id = s.supplier_id AND q.is_mandatory = 1) AS "
        "next_qualification_expiry_date "
        "FROM supplier s ORDER BY s.code",
    )
