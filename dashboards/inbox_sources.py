"""What needs this person, from which report does it come, and what happens if nobody does anything?

What was snoozed, dismissed or already decided is left out. One function per kind; those of supply stand in `inbox_supply`.
A shortage is said once per item and warehouse: by the suggestion that ends it, else by the plan's message, else by the
stock problem.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from dashboards import kpi_reports, live, live_work, reports
from dashboards.attention import points
from dashboards.components.cards import KPI_PERIODS
from dashboards.formats import percent, plain, short_money
from dashboards.i18n import code_text, label, language, t
from dashboards.inbox import Entry, sort_key
from dashboards.inbox_handling import deliveries, handling
from dashboards.inbox_supply import SHORTAGES, exceptions, problem_stock, suggestions
from dashboards.inbox_words import float_of, subject_of, urgency_of
from dashboards.session import Person
from dashboards.snapshot import Snapshot

__all__ = ["entries"]

_FORECASTS = 200
_OVERSEERS = ("admin", "manager", "finance", "viewer")


def entries(snapshot: Snapshot, who: Person) -> list[Entry]:
    """Everything open for this person, most urgent first."""
    as_of = snapshot.data_through or live.today() or date.min
    hidden = _hidden(who, as_of)
    kept = [entry for entry in _every(snapshot, who, as_of) if _is_for(entry, who.role) and entry.message_id not in hidden]
    return sorted(kept, key=sort_key)


def _is_for(entry: Entry, role: str) -> bool:
    """Those who oversee see what costs money, whoever settles it; everybody else what their desk settles."""
    if role in _OVERSEERS:
        return not entry.is_harmless and entry.kind != "handling"
    return not entry.desks or role in entry.desks


def _hidden(who: Person, as_of: date) -> set[str]:
    hidden = set()
    for message_id, row in live_work.inbox_states(who.user_id).items():
        until = live.day(row["until_date"])
        if row["state"] != "snoozed" or until is None or until > as_of:
            hidden.add(message_id)
    return hidden


def _every(snapshot: Snapshot, who: Person, as_of: date) -> list[Entry]:
    """Every line there is, for every role."""
    suggested = suggestions(snapshot, as_of)
    answered = {entry.link["series"] for entry in suggested}
    told = exceptions(snapshot, as_of, answered)
    answered |= {entry.link["series"] for entry in told if entry.family.endswith(SHORTAGES) and "series" in entry.link}
    return [
        *deliveries(snapshot),
        *handling(snapshot, as_of),
        *(_kpis(snapshot) if who.role in ("manager", "admin", "finance", "viewer") else []),
        *suggested,
        *told,
        *_forecasts(snapshot),
        *problem_stock(snapshot, answered),
        *_suppliers(snapshot),
        *_actions(snapshot, who, as_of),
    ]


def _kpis(snapshot: Snapshot) -> list[Entry]:
    found = {kpi: kpi_reports.complete_periods(snapshot, kpi, kinds) for kpi, kinds in KPI_PERIODS.items()}
    return [
        Entry(
            message_id=f"kpi:{snapshot.data_through}:{point.icon}",
            kind="kpi",
            family="kpi",
            urgency=1,
            money=point.money,
            due_date=None,
            subject=t("today.kpi_subject", money=short_money(point.money, snapshot.currency, language())),
            text=point.text,
            consequence="",
            page=point.page,
            link=point.link,
        )
        for point in points(snapshot, found)
        if point.money
    ]


def _forecasts(snapshot: Snapshot) -> list[Entry]:
    # A series is one line, whether its weeks or its months ask for a look.
    found = reports.forecast_series(snapshot).unique("series_id", keep="first", maintain_order=True).head(_FORECASTS)
    return [
        Entry(
            message_id=f"forecast:{row['series_id']}",
            kind="forecast",
            family="forecast",
            urgency=1,
            money=float_of(row["value_at_stake"]),
            due_date=None,
            subject=subject_of(row),
            text=t(
                "today.text.forecast",
                reason=code_text("review", row["needs_review_reason"]),
                wape=percent(row["wape"]),
                money=short_money(row["value_at_stake"], snapshot.currency, language()),
            ),
            consequence=t("today.ignored.forecast"),
            page="forecast",
            link={"series": str(row["series_id"]), "frequency": str(row["frequency"])},
            desks=("planner", "sales"),
        )
        for row in found.iter_rows(named=True)
        if row["needs_review_reason"] and (row["needs_review_score"] or 0) > 0
    ]


def _suppliers(snapshot: Snapshot) -> list[Entry]:
    found = []
    for row in reports.suppliers(snapshot).filter(pl.col("qualification_days_left").is_not_null()).iter_rows(named=True):
        left = row["qualification_days_left"]
        if left > 60 or row["status"] == "inactive":
            continue
        found.append(
            Entry(
                message_id=f"qualification:{row['supplier_id']}:{row['next_qualification_expiry_date']}",
                kind="supplier",
                family="supplier",
                urgency=3 if left <= 7 else 2 if left <= 30 else 1,
                # Until it has expired no money is lost; what is bought there in a year says how much depends on it.
                money=float_of(row["spend_12m"]) if left < 0 else None,
                due_date=row["next_qualification_expiry_date"],
                subject=f"{row['supplier_code']} {label(row, 'supplier_name')}",
                text=t("today.text.qualification", date=plain(row["next_qualification_expiry_date"]), days=left),
                consequence=t("today.ignored.qualification", money=short_money(row["spend_12m"], snapshot.currency, language())),
                page="supplier",
                link={"partner": str(row["supplier_code"])},
                desks=("buyer",),
            )
        )
    return found


def _actions(snapshot: Snapshot, who: Person, as_of: date) -> list[Entry]:
    digits = int(snapshot.company.get("minor_digits") or 2)
    found = []
    for row in live_work.actions():
        if row["user_id"] != who.user_id:
            continue
        due = live.day(row["due_date"])
        found.append(
            Entry(
                message_id=f"action:{row['action_id']}",
                kind="action",
                family="action",
                urgency=urgency_of(due, as_of),
                money=None if row["expected_amount"] is None else row["expected_amount"] / 10**digits,
                due_date=due,
                subject=str(row["title"]),
                text=t("today.text.action", date=plain(due), status=code_text("action_status", row["status"])),
                consequence=t("today.ignored.action") if due is not None and due < as_of else "",
                page="actions",
                link={"action": str(row["action_id"])},
                desks=(who.role,),
            )
        )
    return found
