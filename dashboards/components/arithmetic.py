"""Why this quantity? The six numbers of a suggestion as a sum anybody can check, and what happens without it.

gross requirement - on hand - scheduled receipts + safety stock = net requirement;  net requirement + lot rounding = suggested
quantity
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards import live
from dashboards.formats import money, number, percent, period, plain, safe
from dashboards.i18n import code_text, t, unit_text

__all__ = ["if_ignored", "why"]

_LINES = (
    ("", "gross_requirement_quantity"),
    ("−", "on_hand_quantity"),
    ("−", "scheduled_receipts_quantity"),
    ("+", "safety_stock_quantity"),
    ("=", "net_requirement_quantity"),
    ("+", "lot_rounding_quantity"),
)
_NAMED = 2


def why(row: Mapping[str, Any], demand: pl.DataFrame | None = None, coming: Sequence[tuple[str, Any]] = ()) -> None:
    """The arithmetic as a small table, each line with what it rests on.

    Args:
        demand: what the suggestion serves, `rpt_suggestion_demand`.
        coming: number and date of the receipts on their way.
    """
    unit = safe(unit_text(row.get("base_unit")))
    lines = [f"| | {t('why.what')} | {t('why.quantity', unit=unit)} |", "|:-:|:--|--:|"]
    for sign, column in _LINES:
        shown = number(row.get(column))
        bold = "**" if sign == "=" else ""
        remark = _remark(column, row, coming)
        lines.append(f"| {sign} | {bold}{t(f'column.{column}')}{bold}{remark} | {bold}{shown}{bold} |")
    lines.append(f"| **=** | **{t('why.suggested')}**{_served(demand)} | **{number(row.get('quantity'))}** |")
    st.markdown("\n".join(lines))


def if_ignored(row: Mapping[str, Any], currency: str) -> None:
    """When stock runs out and which orders come late if nobody buys."""
    late = row.get("late_order_count") or 0
    stake = float(row.get("value_at_stake") or 0)
    parts = []
    if row.get("stockout_date") is not None:
        parts.append(t("why.ignored_stockout", date=plain(row["stockout_date"])))
    if late:
        parts.append(t("today.ignored.late_one" if late == 1 else "today.ignored.late", count=late))
    if not parts:
        parts.append(t("today.ignored.safety"))
    text = ", ".join(parts) + (f" ({money(stake, currency, 0)})".replace("$", "\\$") if stake >= 0.5 else "")
    st.markdown(f":material/report: **{t('why.ignored')}** {text}")


def _remark(column: str, row: Mapping[str, Any], coming: Sequence[tuple[str, Any]]) -> str:
    if column == "gross_requirement_quantity":
        week = period(row.get("need_period"), "week")
        return f" · {t('why.need', date=plain(row.get('need_date')), week=week)}"
    if column == "scheduled_receipts_quantity" and coming:
        named = ", ".join(f"{safe(name)} {plain(day)}" for name, day in coming[:_NAMED])
        return f" · {named}" + (" …" if len(coming) > _NAMED else "")
    if column == "safety_stock_quantity" and row.get(column):
        levels = [each["value"] for each in live.settings() if each["name"] == "service_level" and not each["scope"]]
        return f" · {t('why.service', level=percent(float(levels[0]), 0))}" if levels else ""
    if column == "lot_rounding_quantity":
        minimum, multiple = row.get("minimum_order_quantity"), row.get("order_multiple_quantity")
        if minimum or multiple:
            return f" · {t('why.lot_rule', minimum=number(minimum or 0), multiple=number(multiple or 0))}"
    return ""


def _served(demand: pl.DataFrame | None) -> str:
    """What the quantity is for, by kind of demand: "sales order 90, forecast 220"."""
    if demand is None or demand.is_empty():
        return ""
    summed = demand.group_by("demand_kind").agg(pl.col("quantity").cast(pl.Float64).sum()).sort("quantity", descending=True)
    parts = [f"{code_text('demand_kind', kind)} {number(round(quantity, 1))}" for kind, quantity in summed.iter_rows()]
    return f" · {t('why.serves', parts=', '.join(parts))}"
