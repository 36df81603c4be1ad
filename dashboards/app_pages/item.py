"""Item page: will it run out, what is coming, what lies where, who can deliver it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import live, reports
from dashboards import snapshot as snapshots
from dashboards.components import charts
from dashboards.components.filters import choose, segment
from dashboards.components.notes import notes
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.formats import money, number, plain, safe, short_money
from dashboards.i18n import code_text, label, language, t, unit_text
from dashboards.item_facts import order_point, planning, used_in
from dashboards.snapshot import Snapshot
from kernel.numbers import QUANTITY_SCALE

_SECTIONS = ("orders", "lots", "movements", "suppliers", "used", "demand")


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    with st.skeleton():
        places = reports.item_locations(shown)
    if places.is_empty():
        st.title(t("nav.item"))
        st.info(t("item.none"), icon=":material/info:")
        return
    every = {str(row["series_id"]): row for row in places.iter_rows(named=True)}
    linked = st.query_params.get("series")
    if linked and linked not in every:
        st.warning(t("item.gone"), icon=":material/link_off:")
    chosen = choose(
        "series",
        t("item.which"),
        list(every),
        lambda each: f"{every[each]['sku']} {label(every[each], 'item_name')} · {every[each]['warehouse_code']}",
        required=True,
        first=next(iter(every)),
    )
    if chosen is None:
        return
    row = every[chosen]
    st.title(f"{safe(row['sku'])} {safe(label(row, 'item_name'))}")
    st.caption(
        t(
            "item.caption",
            warehouse=safe(f"{row['warehouse_code']} {label(row, 'warehouse_name')}"),
            category=safe(label(row, "category_name") or "–"),
            procurement=code_text("procurement", row["procurement"]),
            abc=row["abc_class"] or "–",
            xyz=row["xyz_class"] or "–",
        )
    )
    _others(row, places)
    _numbers(row, shown)
    _problem(row, shown)
    _projection(row, shown)
    section = segment("section", t("item.section"), list(_SECTIONS), lambda code: t(f"item.section_{code}"))
    {"orders": _orders, "lots": _lots, "movements": _movements, "suppliers": _suppliers, "used": _used, "demand": _demand}[
        section
    ](row, shown)
    left, right = st.columns([3, 1])
    with left:
        notes("item", str(row["item_id"]))
    with right:
        take_on("item", str(row["item_id"]), t("item.action", sku=row["sku"]), float(row["problem_value"] or 0))


def _others(row: Mapping[str, Any], places: pl.DataFrame) -> None:
    """The same item in other warehouses."""
    others = places.filter((pl.col("item_id") == row["item_id"]) & (pl.col("series_id") != row["series_id"]))
    if others.is_empty():
        return
    with st.container(horizontal=True):
        for other in others.head(6).iter_rows(named=True):
            st.page_link(
                "app_pages/item.py",
                label=f"{safe(other['warehouse_code'])}: {number(other['on_hand_quantity'])}",
                icon=":material/warehouse:",
                query_params={"series": str(other["series_id"])},
            )


def _numbers(row: Mapping[str, Any], shown: Snapshot) -> None:
    """On hand, available, on order, owed, safety stock, cover and value; each with its unit."""
    unit = unit_text(row["base_unit"])
    with st.grid("auto", min_column_width=130):
        for name in (
            "on_hand_quantity",
            "available_quantity",
            "on_order_quantity",
            "backorder_quantity",
            "safety_stock_quantity",
        ):
            st.metric(t(f"column.{name}"), f"{number(row[name])} {unit}", help=t(f"item.help_{name}"))
        st.metric(
            t("column.days_of_cover"), t("unit.days_of", days=number(row["days_of_cover"], 0)), help=t("item.help_days_of_cover")
        )
        st.metric(t("item.stock_value"), short_money(row["stock_value"], shown.currency, language()))
    # In transit and in production is not on hand here.
    lying = [entry for entry in live.stock(str(row["sku"]), str(row["warehouse_code"] or "")) if entry["location_kind"] == "bin"]
    now = sum(entry["on_hand_quantity"] for entry in lying if entry["sku"] == row["sku"])
    held = float(row["on_hand_quantity"] or 0)
    if live.ledger() is not None and abs(now / QUANTITY_SCALE - held) > 1e-6:
        shown_now = t("item.live_now", quantity=number(now / QUANTITY_SCALE), unit=safe(unit), date=plain(shown.data_through))
        st.caption(f":material/bolt: {shown_now}")


def _problem(row: Mapping[str, Any], shown: Snapshot) -> None:
    """What is wrong with it, in words and money."""
    if row["problem"] and row["problem"] != "none":
        st.warning(
            t(
                "item.problem",
                problem=code_text("problem", row["problem"]),
                money=money(row["problem_value"], shown.currency, 0).replace("$", "\\$"),
            ),
            icon=":material/report:",
        )
    for message in reports.exceptions(shown, row["series_id"]).head(5).iter_rows(named=True):
        st.markdown(
            ":material/notification_important: "
            + t(
                "item.message",
                kind=code_text("exception", message["kind"]),
                quantity=number(message["quantity"]),
                unit=safe(unit_text(row["base_unit"])),
                start=plain(message["from_date"]),
                end=plain(message["to_date"]),
                money=money(message["value_at_stake"], shown.currency, 0).replace("$", "\\$"),
            )
        )


def _projection(row: Mapping[str, Any], shown: Snapshot) -> None:
    """Projected stock with open orders only and with the plan, above the safety stock."""
    st.subheader(t("item.projection"))
    curve = reports.projection(shown, row["series_id"])
    if curve.is_empty():
        st.caption(t("item.no_projection"))
        return
    point = _order_point(row, curve, shown)
    title = t("item.axis", unit=unit_text(row["base_unit"]) or t("unit.base"))
    st.altair_chart(charts.projection(curve, title, point, _coming(row, shown)), alt=t("item.projection"))
    if point is not None:
        st.caption(t("item.order_point", quantity=number(round(point)), unit=safe(unit_text(row["base_unit"]))))
    below = curve.filter(pl.col("projected_quantity").cast(pl.Float64) < 0)
    if not below.is_empty():
        st.markdown(f":material/error: {t('item.runs_out', date=plain(below['date'][0]))}")
    else:
        st.caption(t("item.lasts", date=plain(curve["date"][-1])))


def _order_point(row: Mapping[str, Any], curve: pl.DataFrame, shown: Snapshot) -> float | None:
    """Stock at which one must order, by the lead time of the preferred supplier, else of the item itself."""
    known = planning(int(row["series_id"]))
    lead = int(known.get("lead_time_days") or 0)
    if row["procurement"] == "buy":
        offered = reports.item_suppliers(shown, row["item_id"])["lead_time_days"].drop_nulls().to_list()
        lead = int(offered[0]) if offered else lead
    return order_point(curve, lead, float(known.get("reorder_point_quantity") or 0) / QUANTITY_SCALE)


def _coming(row: Mapping[str, Any], shown: Snapshot) -> pl.DataFrame:
    """Open supply as points on the curve: number, date, quantity."""
    found = reports.open_orders(shown, row["item_id"], row["warehouse_id"]).filter(pl.col("document_kind") != "sales_order")
    return found.select("document_number", "expected_date", pl.col("quantity_open").cast(pl.Float64)).drop_nulls("expected_date")


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


def _demand(row: Mapping[str, Any], shown: Snapshot) -> None:
    frame = next(
        (found for each in ("month", "week") if not (found := reports.series_forecast(shown, row["series_id"], each)).is_empty()),
        None,
    )
    if frame is None:
        st.info(t("forecast.no_periods"), icon=":material/info:")
        return
    st.altair_chart(
        charts.forecast(frame, t("item.axis", unit=unit_text(row["base_unit"]) or t("unit.base"))), alt=t("item.section_demand")
    )
    st.page_link(
        "app_pages/forecast.py",
        label=t("item.review_forecast"),
        icon=":material/timeline:",
        query_params={"series": str(row["series_id"]), "which": "all"},
    )


show()
