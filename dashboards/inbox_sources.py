"""What needs this person, from which report does it come, and what happens if nobody does anything?

What was snoozed, dismissed or already decided is left out. One function per kind. A shortage is said once per item and
warehouse: by the suggestion that ends it, else by the plan's message, else by the stock problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from dashboards import kpi_reports, live, reports
from dashboards.attention import points
from dashboards.components.cards import KPI_PERIODS
from dashboards.formats import number, percent, plain, short_money
from dashboards.i18n import code_text, label, language, t, unit_text
from dashboards.inbox import Entry, sort_key
from dashboards.inbox_handling import deliveries, handling
from dashboards.inbox_words import float_of, late_orders_text, much, raised, subject_of, urgency_of
from dashboards.session import Person
from dashboards.snapshot import Snapshot

__all__ = ["NEAR_DAYS", "entries"]

NEAR_DAYS = 14
"""Suggestions to be ordered later than this stand on the plan page only."""

_SHOWN_AS_SUGGESTIONS = ("release_due", "release_past_due")
_SHORTAGES = ("below_safety_stock", "negative_stock")
_DESKS = {"buy": ("buyer", "planner"), "make": ("production", "planner"), "transfer": ("planner",)}
_SUPPLY_DESKS = {"PO": "buyer", "QC": "warehouse", "WO": "production", "TO": "warehouse"}
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
    for message_id, row in live.inbox_states(who.user_id).items():
        until = live.day(row["until_date"])
        if row["state"] != "snoozed" or until is None or until > as_of:
            hidden.add(message_id)
    return hidden


def _every(snapshot: Snapshot, who: Person, as_of: date) -> list[Entry]:
    """Every line there is, for every role."""
    suggested = _suggestions(snapshot, as_of)
    answered = {entry.link["series"] for entry in suggested}
    told = _exceptions(snapshot, as_of, answered)
    answered |= {entry.link["series"] for entry in told if entry.family.endswith(_SHORTAGES) and "series" in entry.link}
    return [
        *deliveries(snapshot),
        *handling(snapshot, as_of),
        *(_kpis(snapshot) if who.role in ("manager", "admin", "finance", "viewer") else []),
        *suggested,
        *told,
        *_forecasts(snapshot),
        *_stock(snapshot, answered),
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


def _suggestions(snapshot: Snapshot, as_of: date) -> list[Entry]:
    decided = live.decisions()
    made = []
    for row in reports.suggestions(snapshot).iter_rows(named=True):
        due = row["release_date"]
        if str(row["planned_order_id"]) in decided or (due is not None and (due - as_of).days > NEAR_DAYS):
            continue
        late = row["late_order_count"] or 0
        if row["stockout_date"] is not None and late:
            consequence = t("today.ignored.stockout", date=plain(row["stockout_date"]), late=late_orders_text(late))
        else:
            consequence = late_orders_text(late) if late else t("today.ignored.safety")
        made.append(
            Entry(
                message_id=f"suggestion:{row['planned_order_id']}",
                kind="suggestion",
                family=f"suggestion:{row['kind']}",
                urgency=raised(urgency_of(due, as_of), late),
                money=float_of(row["value_at_stake"]),
                due_date=due,
                subject=subject_of(row),
                text=t(
                    f"today.text.suggestion_{row['kind']}",
                    source=row["source_warehouse_code"] or "–",
                    quantity=number(row["quantity"]),
                    unit=unit_text(row["base_unit"]),
                    supplier=label(row, "supplier_name") or t("suggestions.no_supplier"),
                    date=plain(due),
                ),
                consequence=consequence,
                page="suggestions",
                link={
                    "order": str(row["planned_order_id"]),
                    "supply": str(row["kind"]),
                    "series": str(row["item_location_id"]),
                },
                desks=_DESKS.get(str(row["kind"]), ()),
                late_orders=int(late),
            )
        )
    return made


def _exceptions(snapshot: Snapshot, as_of: date, answered: set[str]) -> list[Entry]:
    made = []
    for row in reports.exceptions(snapshot).iter_rows(named=True):
        kind, series = str(row["kind"]), str(row["item_location_id"])
        if kind in _SHOWN_AS_SUGGESTIONS or (kind in _SHORTAGES and series in answered):
            continue
        late, money = row["late_order_count"] or 0, float_of(row["value_at_stake"])
        urgency = 3 if kind == "negative_stock" else raised(urgency_of(row["from_date"], as_of), late)
        desk = _SUPPLY_DESKS.get(str(row["supply_id"] or "").split(":")[0])
        supply = row["document_number"] or row["supply_id"] or ""
        made.append(
            Entry(
                message_id=str(row["message_id"]),
                kind="exception",
                family=f"exception:{kind}",
                # A supply that could come later is never for today.
                urgency=min(urgency, 2) if kind == "defer" else urgency,
                money=money,
                due_date=row["from_date"],
                subject=subject_of(row),
                text=_message(kind, row, str(supply)),
                consequence=_ignored(kind, row, late),
                # What has an order is settled at its order.
                page="order" if row["document_number"] else "item",
                link={"number": str(row["document_number"])} if row["document_number"] else {"series": series},
                desks=("planner", desk) if desk else ("planner",),
                late_orders=int(late),
                is_harmless=not late and not money and kind not in ("negative_stock", "no_source", "no_bom", "bom_cycle"),
            )
        )
    return made


def _message(kind: str, row: Mapping[str, Any], supply: str) -> str:
    """What to do or know, in words; dates only where there are two."""
    parts = [code_text("exception", kind), much(row) if row["quantity"] is not None else "", supply]
    start, end = row["from_date"], row["to_date"]
    if start is not None:
        parts.append(f"{plain(start)} → {plain(end)}" if end is not None and end != start else plain(start))
    return " · ".join(part for part in parts if part)


def _ignored(kind: str, row: Mapping[str, Any], late: int) -> str:
    if late:
        return late_orders_text(late)
    known = ("expedite", "defer", "cancel", "past_due_receipt", "below_safety_stock", "lot_expires", "negative_stock")
    return t(f"today.ignored.{kind if kind in known else 'plan'}", start=plain(row["from_date"]), end=plain(row["to_date"]))


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


def _stock(snapshot: Snapshot, answered: set[str]) -> list[Entry]:
    levels = {"stockout": 3, "expired": 3, "below_safety": 2, "expiring": 2}
    made = []
    for row in reports.problem_stock(snapshot).iter_rows(named=True):
        problem = str(row["problem"])
        if problem in ("stockout", "below_safety") and str(row["series_id"]) in answered:
            continue
        cover = "" if row["days_of_cover"] is None else t("today.text.cover", cover=number(row["days_of_cover"], 0))
        money = float_of(row["problem_value"])
        owed = float(row["backorder_quantity"] or 0) > 0
        made.append(
            Entry(
                message_id=f"stock:{problem}:{row['series_id']}",
                kind="stock",
                family=f"stock:{problem}",
                urgency=levels.get(problem, 1),
                money=money,
                due_date=None,
                subject=subject_of(row),
                text=" · ".join(
                    part
                    for part in (
                        code_text("problem", problem),
                        t("today.text.on_hand", quantity=much(row, "on_hand_quantity")),
                        cover,
                    )
                    if part
                ),
                consequence=t(f"today.ignored.stock_{problem}")
                if problem in ("stockout", "below_safety", "overstock", "slow_moving", "obsolete", "expiring", "expired")
                else t("today.ignored.plan", start="", end=""),
                page="item",
                link={"series": str(row["series_id"])},
                desks=("planner", "warehouse"),
                is_harmless=not owed and not money,
            )
        )
    return made


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
    for row in live.actions():
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
