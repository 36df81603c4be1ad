"""What stands below an item's curve: open orders, lots, movements, suppliers, where it is used, demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards.components import charts_forecast
from dashboards.components.tables import Column, table
from dashboards.i18n import t, unit_text
from dashboards.item_facts import used_in
from dashboards.snapshot import Snapshot
from kernel.numbers import QUANTITY_SCALE

__all__ = ["SECTIONS"]


def _orders(row: Mapping[str, Any], shown: Snapshot) -> None:
    frame = reports.open_orders(shown, row["item_id"], row["warehouse_id"])
    if frame.is_empty():
        st.info(t("item.no_orders"), icon=":material/info:")
        return
    chosen = table(
        frame,
        [
            Column("document_kind", "code", "document_kind"),
            Column("document_number", pinned=True),
            Column("partner_name", "name"),
            Column("quantity_open", "quantity"),
            Column("due_date", "date"),
            Column("promised_date", "date"),
            Column("expected_date", "date"),
            Column("is_past_due", "flag"),
            Column("status", "code", "document_status"),
        ],
        key="orders",
        currency=shown.currency,
        file_name=f"open-orders-{row['sku']}",
        selection="single-row",
    )
    if chosen:
        picked = str(frame["document_number"][chosen[0]])
        st.page_link(
            "app_pages/order.py",
            label=t("orders.open", number=picked),
            icon=":material/description:",
            query_params={"number": picked},
        )


def _lots(row: Mapping[str, Any], shown: Snapshot) -> None:
    frame = reports.stock_lots(shown, row["item_id"], row["warehouse_id"])
    if frame.is_empty():
        st.info(t("item.no_lots"), icon=":material/info:")
        return
    soon = frame.filter(pl.col("days_to_expiry").cast(pl.Int64) <= 30)
    if not soon.is_empty():
        st.warning(t("item.expires_soon", count=soon.height), icon=":material/event_busy:")
    table(
        frame,
        [
            Column("lot_code", pinned=True),
            Column("expiry_date", "date"),
            Column("days_to_expiry", "count"),
            Column("status", "code", "stock_status"),
            Column("on_hand_quantity", "quantity"),
            Column("allocated_quantity", "quantity"),
            Column("unit_cost", "price"),
            Column("stock_value", "money"),
        ],
        key="lots",
        currency=shown.currency,
        file_name=f"lots-{row['sku']}",
    )


def _movements(row: Mapping[str, Any], shown: Snapshot) -> None:
    frame = reports.movements(shown, row["item_id"], row["warehouse_id"])
    if frame.is_empty():
        st.info(t("item.no_movements"), icon=":material/info:")
        return
    table(
        frame,
        [
            Column("business_date", "date"),
            Column("movement_type", "code", "movement_type"),
            Column("document_kind", "code", "document_kind"),
            Column("document_number"),
            Column("quantity_change", "quantity"),
            Column("from_location"),
            Column("to_location"),
            Column("lot_code"),
        ],
        key="movements",
        currency=shown.currency,
        file_name=f"movements-{row['sku']}",
    )


def _suppliers(row: Mapping[str, Any], shown: Snapshot) -> None:
    """Price, lead time, punctuality and quality side by side."""
    frame = reports.item_suppliers(shown, row["item_id"])
    if frame.is_empty():
        st.info(t("item.no_suppliers"), icon=":material/info:")
        return
    table(
        frame,
        [
            Column("supplier_code", pinned=True),
            Column("supplier_name", "name"),
            Column("unit_price", "price"),
            Column("last_unit_price", "price"),
            Column("lead_time_days", "count"),
            Column("minimum_order_quantity", "quantity"),
            Column("order_multiple_quantity", "quantity"),
            Column("on_time_rate", "rate"),
            Column("quality_pass_rate", "rate"),
            Column("last_order_date", "date"),
            Column("is_contract", "flag"),
        ],
        key="item_suppliers",
        currency=shown.currency,
        file_name=f"suppliers-{row['sku']}",
    )


def _used(row: Mapping[str, Any], shown: Snapshot) -> None:
    """The products this item goes into, and how much of it each takes."""
    found = used_in(int(row["item_id"]), shown.data_through or date.max)
    if not found:
        st.info(t("item.not_used"), icon=":material/info:")
        return
    frame = pl.DataFrame(
        [{**each, "per_parent": each["per_parent"] / QUANTITY_SCALE, "scrap_rate": each["scrap_ppm"] / 1e6} for each in found],
        schema={
            "item_id": pl.Int64,
            **dict.fromkeys(("sku", "item_name", "item_name_zh"), pl.String),
            "per_parent": pl.Float64,
            "scrap_rate": pl.Float64,
            "priority": pl.Int64,
        },
    )
    chosen = table(
        frame,
        [
            Column("sku", pinned=True),
            Column("item_name", "name"),
            Column("per_parent", "quantity"),
            Column("scrap_rate", "rate"),
            Column("priority", "count"),
        ],
        key="used_in",
        currency=shown.currency,
        file_name=f"where-used-{row['sku']}",
        selection="single-row",
    )
    if chosen:
        parent = reports.item_locations(shown).filter(pl.col("item_id") == frame["item_id"][chosen[0]])
        if not parent.is_empty():
            st.page_link(
                "app_pages/item.py",
                label=t("stock.open_item", sku=frame["sku"][chosen[0]]),
                icon=":material/deployed_code:",
                query_params={"series": str(parent["series_id"][0])},
            )


def _demand(row: Mapping[str, Any], shown: Snapshot) -> None:
    frame = next(
        (found for each in ("month", "week") if not (found := reports.series_forecast(shown, row["series_id"], each)).is_empty()),
        None,
    )
    if frame is None:
        st.info(t("forecast.no_periods"), icon=":material/info:")
        return
    st.altair_chart(
        charts_forecast.forecast(frame, t("item.axis", unit=unit_text(row["base_unit"]) or t("unit.base"))),
        alt=t("item.section_demand"),
    )
    st.page_link(
        "app_pages/forecast.py",
        label=t("item.review_forecast"),
        icon=":material/timeline:",
        query_params={"series": str(row["series_id"]), "which": "all"},
    )


SECTIONS: dict[str, Callable[[Mapping[str, Any], Snapshot], None]] = {
    "orders": _orders,
    "lots": _lots,
    "movements": _movements,
    "suppliers": _suppliers,
    "used": _used,
    "demand": _demand,
}
"""Section -> what draws it for one item in one warehouse."""
