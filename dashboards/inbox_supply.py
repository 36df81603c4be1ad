"""What does supply ask of a person: suggestions to order, the plan's messages, stock that is short, too much or too old?

Each as lines of the inbox, and what happens if nobody does anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashboards import live_work, reports
from dashboards.formats import number, plain
from dashboards.i18n import code_text, label, t, unit_text
from dashboards.inbox import Entry
from dashboards.inbox_words import float_of, late_orders_text, much, raised, subject_of, urgency_of
from dashboards.snapshot import Snapshot

__all__ = ["NEAR_DAYS", "SHORTAGES", "exceptions", "problem_stock", "suggestions"]

NEAR_DAYS = 14
"""Suggestions to be ordered later than this stand on the plan page only."""
SHORTAGES = ("below_safety_stock", "negative_stock")
"""Messages of the plan that a suggestion may already answer."""

_SHOWN_AS_SUGGESTIONS = ("release_due", "release_past_due")
_DESKS = {"buy": ("buyer", "planner"), "make": ("production", "planner"), "transfer": ("planner",)}
_SUPPLY_DESKS = {"PO": "buyer", "QC": "warehouse", "WO": "production", "TO": "warehouse"}


def suggestions(snapshot: Snapshot, as_of: date) -> list[Entry]:
    """What to order, make or move within `NEAR_DAYS` of `as_of` and nobody has decided; its link names the series it supplies."""
    decided = live_work.decisions()
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


def exceptions(snapshot: Snapshot, as_of: date, answered: set[str]) -> list[Entry]:
    """The plan's messages, without the shortages of the series in `answered`."""
    made = []
    for row in reports.exceptions(snapshot).iter_rows(named=True):
        kind, series = str(row["kind"]), str(row["item_location_id"])
        if kind in _SHOWN_AS_SUGGESTIONS or (kind in SHORTAGES and series in answered):
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


def problem_stock(snapshot: Snapshot, answered: set[str]) -> list[Entry]:
    """Stock that is short, too much or too old, without the shortages of the series in `answered`."""
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
