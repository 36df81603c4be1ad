"""What is one suggestion about: what to do, whom it serves, which suppliers were compared?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.tables import Column, table
from dashboards.formats import money, number, plain, safe
from dashboards.i18n import label, t, unit_text
from dashboards.snapshot import Snapshot

__all__ = ["ranked", "served", "what"]


def what(row: Mapping[str, Any], shown: Snapshot) -> None:
    """What to do, with whom and by when in one line; arrival, lead time and money in the next."""
    unit = safe(unit_text(row["base_unit"]))
    st.markdown(
        "#### "
        + t(
            f"suggestions.head_{row['kind']}",
            quantity=number(row["quantity"]),
            unit=unit,
            item=safe(f"{row['sku']} {label(row, 'item_name')}"),
        )
    )
    lines = [
        f"{_from(row)} · {t('suggestions.to_warehouse', warehouse=safe(row['warehouse_code']))} · "
        + t("suggestions.order_by", release=plain(row["release_date"])),
        t("suggestions.arrives", receipt=plain(row["receipt_date"]), days=number(row["lead_time_days"]))
        + (f" · **{money(row['cost'], shown.currency, 0)}**".replace("$", "\\$") if row["cost"] else "")
        + (
            " · " + t("suggestions.per_unit", price=money(row["unit_price"], shown.currency, 4).replace("$", "\\$"), unit=unit)
            if row["unit_price"]
            else ""
        ),
    ]
    late = (row["receipt_date"] - row["need_date"]).days if row["receipt_date"] and row["need_date"] else 0
    if late > 0:
        lines.append(t("suggestions.line_late", days=late, date=plain(row["need_date"])))
    st.markdown("  \n".join(lines))
    with st.container(horizontal=True):
        st.page_link(
            "app_pages/item.py",
            label=t("suggestions.open_item"),
            icon=":material/deployed_code:",
            query_params={"series": str(row["item_location_id"])},
        )
        if row["supplier_code"]:
            st.page_link(
                "app_pages/supplier.py",
                label=t("suggestions.open_supplier"),
                icon=":material/factory:",
                query_params={"partner": str(row["supplier_code"])},
            )


def _from(row: Mapping[str, Any]) -> str:
    """Where it comes from: a supplier, our own production, another warehouse."""
    if row["kind"] == "make":
        return t("suggestions.line_made")
    if row["kind"] == "transfer":
        return t("suggestions.line_moved", source=safe(row["source_warehouse_code"] or "–"))
    if not row["supplier_code"]:
        return t("suggestions.no_supplier")
    return t("suggestions.line_supplier", supplier=safe(f"{row['supplier_code']} {label(row, 'supplier_name')}"))


def served(row: Mapping[str, Any], demand: pl.DataFrame, shown: Snapshot) -> None:
    """Which orders and forecasts this quantity is for."""
    if demand.is_empty():
        st.caption(t("suggestions.served_none"))
        return
    table(
        demand,
        [
            Column("demand_kind", "code", "demand_kind"),
            Column("demand_number"),
            Column("customer_name", "name"),
            Column("quantity", "quantity"),
            Column("due_date", "date"),
            Column("level", "count"),
        ],
        key="served",
        currency=shown.currency,
        file_name=f"demand-served-{row['sku']}",
    )


def ranked(row: Mapping[str, Any], ranking: pl.DataFrame, shown: Snapshot) -> None:
    """Suppliers compared for this suggestion."""
    table(
        ranking,
        [
            Column("rank", "count"),
            Column("supplier_code"),
            Column("supplier_name", "name"),
            Column("unit_price", "price"),
            Column("expected_cost", "money"),
            Column("purchase_cost", "money"),
            Column("holding_cost", "money"),
            Column("lateness_cost", "money"),
            Column("quality_cost", "money"),
            Column("gate", "code", "gate"),
        ],
        key="ranking",
        currency=shown.currency,
        file_name=f"suppliers-{row['sku']}",
    )
