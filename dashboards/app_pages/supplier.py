"""One supplier: archive, qualifications, prices, punctuality and quality month by month, open orders."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import live, live_orders, live_partners, reports
from dashboards import snapshot as snapshots
from dashboards.components import charts
from dashboards.components.filters import choose
from dashboards.components.notes import notes
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.formats import MISSING, number, percent, plain, safe, short_money
from dashboards.i18n import code_text, label, language, t
from dashboards.snapshot import Snapshot

_SOON_DAYS = 60
_MONTHS = 24


def show() -> None:
    if live.ledger() is None:
        st.info(t("empty.no_ledger"), icon=":material/info:")
        return
    every = {str(row["code"]): row for row in live.rows("select code, name, name_zh from supplier order by code")}
    if not every:
        st.title(t("nav.supplier"))
        st.info(t("partners.none"), icon=":material/info:")
        return
    linked = st.query_params.get("partner")
    if linked and linked not in every:
        st.warning(t("supplier.gone", code=safe(linked)), icon=":material/link_off:")
    code = choose(
        "partner",
        t("column.supplier_name"),
        list(every),
        lambda each: f"{each} {label(every[each], 'name')}",
        required=True,
        first=next(iter(every)),
    )
    row = live_partners.supplier(str(code))
    if row is None:
        return
    shown = snapshots.current()
    st.title(f"{safe(row['code'])} {safe(label(row, 'name'))}")
    _archive(row, shown)
    left, right = st.columns(2, gap="large")
    with left:
        _qualifications(row)
    with right:
        _history(row)
    _prices(row, shown)
    _open_orders(row)
    st.divider()
    one, two = st.columns([3, 1])
    with one:
        notes("supplier", str(row["supplier_id"]))
    with two:
        take_on("supplier", str(row["supplier_id"]), t("supplier.action", name=label(row, "name")))


def _archive(row: dict[str, Any], shown: Snapshot | None) -> None:
    """Who they are, and the last twelve months in numbers."""
    parts = [code_text("supplier_status", row["status"]), str(row["city"] or ""), str(row["contact"] or ""), str(row["currency"])]
    if row["is_preferred"]:
        parts.append(t("supplier.preferred"))
    if row["credit_rating"] is not None:
        parts.append(t("supplier.credit", rating=row["credit_rating"]))
    st.caption(" · ".join(safe(part) for part in parts if part))
    found = reports.suppliers(shown).filter(pl.col("supplier_code") == row["code"]) if shown else pl.DataFrame()
    if shown is None or found.is_empty():
        return
    year = found.row(0, named=True)
    with st.grid("auto", min_column_width=150):
        st.metric(
            t("column.on_time_rate"),
            percent(year["on_time_rate"]),
            help=t("supplier.of", part=number(year["on_time_numerator"]), whole=number(year["on_time_denominator"])),
        )
        st.metric(t("column.quality_pass_rate"), percent(year["quality_pass_rate"]))
        st.metric(t("supplier.lead_time"), t("unit.days_of", days=number(year["mean_lead_time_days"], 1)))
        st.metric(t("partners.spend"), short_money(year["spend_12m"], shown.currency, language()))
        st.metric(t("supplier.savings"), short_money(year["savings_12m"], shown.currency, language()))
        st.metric(t("column.last_order_date"), plain(year["last_order_date"]))


def _qualifications(row: dict[str, Any]) -> None:
    """Certificates with the days that are left, counted from the company's date."""
    st.subheader(t("supplier.qualifications"))
    found = live_partners.qualifications(int(row["supplier_id"]))
    if not found:
        st.caption(t("supplier.no_qualifications"))
        return
    today = live.today()
    for each in found:
        expiry = live.day(each["qualification_expiry_date"])
        left = None if expiry is None or today is None else (expiry - today).days
        name = f"**{safe(code_text('qualification', each['kind']))}** {safe(each['certificate_number'])}"
        if left is None:
            text = t("supplier.no_expiry")
        elif left < 0:
            text = f":red[:material/cancel: {t('supplier.expired', date=plain(expiry))}]"
        elif left <= _SOON_DAYS:
            text = f":orange[:material/error: {t('supplier.expires', date=plain(expiry), days=left)}]"
        else:
            text = f":green[:material/check_circle: {t('supplier.expires', date=plain(expiry), days=left)}]"
        st.markdown(f"{name} · {text}")


def _history(row: dict[str, Any]) -> None:
    """On time by the first promise and quality passed, by month of receipt."""
    st.subheader(t("supplier.history"))
    found = live_partners.history(int(row["supplier_id"]))[-_MONTHS:]
    if not found:
        st.caption(t("supplier.no_history"))
        return
    frame = pl.DataFrame(
        [
            {
                "month": each["month"],
                "on_time_rate": each["on_time_count"] / each["line_count"] if each["line_count"] else None,
                "quality_pass_rate": each["accepted_quantity"] / each["received_quantity"] if each["received_quantity"] else None,
                "line_count": each["line_count"],
            }
            for each in found
        ],
        schema={"month": pl.String, "on_time_rate": pl.Float64, "quality_pass_rate": pl.Float64, "line_count": pl.Int64},
    )
    names = {name: t(f"column.{name}") for name in ("on_time_rate", "quality_pass_rate")}
    st.altair_chart(charts.rates(frame, names), alt=t("supplier.history"))


def _prices(row: dict[str, Any], shown: Snapshot | None) -> None:
    st.subheader(t("supplier.prices"))
    found = reports.items_of_supplier(shown, int(row["supplier_id"])) if shown else pl.DataFrame()
    if shown is None or found.is_empty():
        st.caption(t("supplier.no_prices"))
        return
    table(
        found,
        [
            Column("sku", pinned=True),
            Column("item_name", "name"),
            Column("unit_price", "price"),
            Column("last_unit_price", "price"),
            Column("base_unit", "unit"),
            Column("lead_time_days", "count"),
            Column("minimum_order_quantity", "quantity"),
            Column("order_multiple_quantity", "quantity"),
            Column("is_contract", "flag"),
            Column("last_order_date", "date"),
        ],
        key="supplier_prices",
        currency=shown.currency,
        file_name=f"prices-{row['code']}",
    )


def _open_orders(row: dict[str, Any]) -> None:
    st.subheader(t("supplier.open_orders"))
    found = [line for line in live_orders.open_lines("purchase_order") if line["supplier_code"] == row["code"]]
    if not found:
        st.caption(t("supplier.no_orders"))
        return
    today = live.today()
    frame = pl.DataFrame(
        [
            {
                **{name: line[name] for name in ("number", "sku", "item_name", "item_name_zh")},
                "open_quantity": float(line["open_quantity"]),
                "promised_date": line["last_promised_date"] or line["requested_date"],
                "is_past_due": bool(today and line["last_promised_date"] and line["last_promised_date"] < today),
            }
            for line in found
        ],
        schema={
            **dict.fromkeys(("number", "sku", "item_name", "item_name_zh"), pl.String),
            "open_quantity": pl.Float64,
            "promised_date": pl.Date,
            "is_past_due": pl.Boolean,
        },
    )
    chosen = table(
        frame,
        [
            Column("number", title="order_number", pinned=True),
            Column("sku"),
            Column("item_name", "name"),
            Column("open_quantity", "quantity", title="quantity_open"),
            Column("promised_date", "date"),
            Column("is_past_due", "flag"),
        ],
        key="supplier_orders",
        currency="",
        file_name=f"open-orders-{row['code']}",
        selection="single-row",
    )
    picked = str(frame["number"][chosen[0]]) if chosen else MISSING
    if chosen:
        st.page_link(
            "app_pages/order.py",
            label=t("orders.open", number=picked),
            icon=":material/description:",
            query_params={"number": picked},
        )


show()
