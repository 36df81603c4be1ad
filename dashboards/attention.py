"""What needs attention, in the order of the money it concerns?

One `Point` per thing a manager would ask about: KPIs off target, what made deliveries late, cash in stock nobody needs, lots
about to expire, the least punctual supplier. Points without an amount of their own come last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl

from dashboards import kpi_reports, reports
from dashboards.components.cards import latest
from dashboards.formats import kpi_value, number, period, safe
from dashboards.i18n import code_text, label, language, t
from dashboards.snapshot import Snapshot

__all__ = ["Point", "points"]

Periods = Mapping[str, tuple[str, pl.DataFrame]]
_STUCK = ("overstock", "slow_moving", "obsolete")


@dataclass(frozen=True)
class Point:
    """One sentence with the money it concerns and the page behind it."""

    icon: str
    text: str
    money: float | None
    page: str
    link: Mapping[str, str] = field(default_factory=dict)


def points(shown: Snapshot, found: Periods) -> list[Point]:
    """Everything that needs attention, most money first.

    Args:
        found: KPI -> (period kind, its company rows), as `kpi_reports.complete_periods` gives them.
    """
    every = [*_late(shown, found), *_cash(shown), *_expiring(shown), *_suppliers(shown), *_off_target(found, shown)]
    return sorted(every, key=lambda point: -(point.money or 0.0))


def _off_target(found: Periods, shown: Snapshot) -> list[Point]:
    """One sentence per KPI that misses its target and has no point of its own."""
    made = []
    for kpi, (kind, frame) in found.items():
        row = latest(frame)
        if row is None or row["status"] != "bad" or kpi in ("on_time_delivery", "inventory_turnover", "stock_value"):
            continue
        unit = str(row["unit"])
        text = t(
            "kpis.off_target",
            kpi=t(f"kpi.name.{kpi}"),
            value=kpi_value(row["value"], unit, shown.currency, language()),
            target=kpi_value(row["target"], unit, shown.currency, language()),
            period=period(row["period_start"], kind),
        ).replace("$", "\\$")
        # Only the saving is money itself; a count difference is summed from its records.
        loss = -float(row["numerator"]) if kpi == "purchase_savings" and row["numerator"] is not None else None
        if kpi == "inventory_accuracy":
            lines = kpi_reports.count_lines(shown, row["period_start"], row["period_end"] or row["period_start"])
            loss = None if lines.is_empty() else float(lines["difference_value"].cast(pl.Float64).abs().sum())
        icon = {"purchase_savings": "shopping_cart", "inventory_accuracy": "fact_check"}.get(kpi, "timeline")
        made.append(Point(icon, text, loss, "kpi_detail", {"kpi": kpi, "period": kind}))
    return made


def _late(shown: Snapshot, found: Periods) -> list[Point]:
    """What made deliveries late in the period of the on-time card, and the order value that came late."""
    kind, frame = found["on_time_delivery"]
    row = latest(frame)
    if row is None:
        return []
    until = row["period_end"] or row["period_start"] + timedelta(days=31)
    causes = kpi_reports.late_causes(shown, row["period_start"], until)
    lines = kpi_reports.late_lines(shown, row["period_start"], until)
    if causes.is_empty() or lines.is_empty():
        return []
    groups = causes.group_by("cause_group").agg(pl.col("days").sum()).filter(pl.col("days") > 0).sort("days", descending=True)
    if groups.is_empty():
        return []
    total = groups["days"].sum()
    parts = [f"{code_text('cause_group', group)} {days / total * 100:.0f} %" for group, days in groups.iter_rows()]
    joined = ("、" if language() == "zh" else ", ").join(parts)
    text = t("kpis.late_causes", parts=joined, days=number(causes["days"].sum()), lines=number(lines.height))
    value = float(lines["line_value"].cast(pl.Float64).sum())
    return [Point("local_shipping", text, value, "kpi_detail", {"kpi": "on_time_delivery", "period": kind})]


def _cash(shown: Snapshot) -> list[Point]:
    """How much money lies in stock nobody needs, and which items turn much slower than before."""
    made = []
    stuck = reports.problem_stock(shown).filter(pl.col("problem").is_in(_STUCK))
    if not stuck.is_empty():
        first = stuck.row(0, named=True)
        text = t("kpis.cash", count=stuck.height, item=safe(f"{first['sku']} {label(first, 'item_name')}"))
        value = float(stuck["problem_value"].cast(pl.Float64).sum())
        made.append(Point("savings", text, value, "kpi_detail", {"kpi": "inventory_turnover"}))
    places = reports.item_locations(shown)
    slower = places.filter(pl.col("is_turnover_alert").cast(pl.Boolean).fill_null(False))
    if not slower.is_empty():
        first = slower.sort(pl.col("stock_value").cast(pl.Float64), descending=True, nulls_last=True).row(0, named=True)
        text = t("kpis.slower", count=slower.height, item=safe(f"{first['sku']} {label(first, 'item_name')}"))
        value = float(slower["stock_value"].cast(pl.Float64).sum())
        made.append(Point("trending_down", text, value, "kpi_detail", {"kpi": "inventory_turnover", "by": "item"}))
    return made


def _expiring(shown: Snapshot) -> list[Point]:
    lots = reports.read(shown, "rpt_stock", "days_to_expiry between 0 and 60 and on_hand_quantity > 0", order="days_to_expiry")
    if lots.is_empty():
        return []
    first = lots.row(0, named=True)
    text = t(
        "kpis.expiring" if lots.height > 1 else "kpis.expiring_one",
        count=lots.height,
        item=safe(f"{first['sku']} {label(first, 'item_name')}"),
        days=number(first["days_to_expiry"]),
    )
    found = reports.item_locations(shown).filter(
        (pl.col("item_id") == first["item_id"]) & (pl.col("warehouse_id") == first["warehouse_id"])
    )
    link = {"series": str(found["series_id"][0]), "section": "lots"} if not found.is_empty() else {}
    return [Point("event_busy", text, float(lots["stock_value"].cast(pl.Float64).sum()), "item", link)]


def _suppliers(shown: Snapshot) -> list[Point]:
    """The least punctual supplier with enough deliveries to say so, by what we spend there."""
    rated = reports.suppliers(shown).filter(
        pl.col("on_time_rate").is_not_null() & (pl.col("on_time_denominator").cast(pl.Float64) >= 5)
    )
    if rated.is_empty():
        return []
    worst: dict[str, Any] = rated.sort("on_time_rate").row(0, named=True)
    if worst["on_time_rate"] >= 0.95:
        return []
    text = t(
        "kpis.supplier",
        supplier=safe(f"{worst['supplier_code']} {label(worst, 'supplier_name')}"),
        rate=f"{worst['on_time_rate'] * 100:.0f} %",
        numerator=number(worst["on_time_numerator"], 0),
        denominator=number(worst["on_time_denominator"], 0),
    )
    spend = None if worst["spend_12m"] is None else float(worst["spend_12m"])
    return [Point("handshake", text, spend, "supplier", {"partner": str(worst["supplier_code"])})]
