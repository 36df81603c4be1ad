"""Why this quantity? The six numbers of a suggestion as a sum anybody can check, and what happens without it.

gross requirement - on hand - scheduled receipts + safety stock = net requirement;  net requirement + lot rounding = suggested
quantity
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.formats import money, number, plain, safe
from dashboards.i18n import t

__all__ = ["if_ignored", "why"]

_LINES = (
    ("", "gross_requirement_quantity"),
    ("−", "on_hand_quantity"),
    ("−", "scheduled_receipts_quantity"),
    ("+", "safety_stock_quantity"),
    ("=", "net_requirement_quantity"),
    ("+", "lot_rounding_quantity"),
)


def why(row: Mapping[str, Any]) -> None:
    """The arithmetic as a small table."""
    unit = safe(row.get("base_unit") or "")
    lines = [f"| | {t('why.what')} | {t('why.quantity', unit=unit)} |", "|:-:|:--|--:|"]
    for sign, column in _LINES:
        shown = number(row.get(column))
        bold = "**" if sign == "=" else ""
        lines.append(f"| {sign} | {bold}{t(f'column.{column}')}{bold}{_remark(column, row)} | {bold}{shown}{bold} |")
    lines.append(f"| **=** | **{t('why.suggested')}** | **{number(row.get('quantity'))}** |")
    st.markdown("\n".join(lines))


def if_ignored(row: Mapping[str, Any], currency: str) -> None:
    """When stock runs out and which orders come late if nobody buys."""
    stake = money(row.get("value_at_stake"), currency).replace("$", "\\$")
    late = row.get("late_order_count") or 0
    if row.get("stockout_date") is not None:
        text = t("why.ignored_stockout", date=plain(row["stockout_date"]), count=late, money=stake)
    elif late:
        text = t("why.ignored_late", count=late, money=stake)
    else:
        text = t("why.ignored_safety", money=stake)
    st.markdown(f":material/report: **{t('why.ignored')}** {text}")


def _remark(column: str, row: Mapping[str, Any]) -> str:
    if column == "gross_requirement_quantity":
        return f" · {t('why.need', date=plain(row.get('need_date')))}"
    if column == "lot_rounding_quantity":
        minimum, multiple = row.get("minimum_order_quantity"), row.get("order_multiple_quantity")
        if minimum or multiple:
            return f" · {t('why.lot_rule', minimum=number(minimum or 0), multiple=number(multiple or 0))}"
    return ""
