"""One order of any kind: its lines, what has happened to it, and what each line waits for."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import live, live_orders
from dashboards.components.filters import search
from dashboards.components.notes import notes
from dashboards.components.order_waits import waits
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.formats import number, plain, safe
from dashboards.i18n import code_text, label, t
from kernel.messages import has_text

_QUANTITIES = {
    "sales_order": ("ordered", "allocated", "shipped", "delivered", "returned", "cancelled"),
    "purchase_order": ("ordered", "received", "accepted", "rejected", "cancelled"),
    "work_order": ("required", "issued"),
    "transfer_order": ("ordered", "shipped", "received", "cancelled"),
    "goods_receipt": ("received", "accepted", "rejected"),
    "shipment": (),
    "customer_return": (),
    "stocktake": ("book", "counted"),
}
_DATES = {
    "sales_order": ("requested_date", "first_promised_date", "last_promised_date"),
    "purchase_order": ("required_date", "first_promised_date", "last_promised_date"),
    "work_order": ("required_date", "issued_date", "available_date"),
    "transfer_order": ("shipped_date", "received_date"),
}
_FACTS = (
    "order_date",
    "planned_start_date",
    "actual_start_date",
    "due_date",
    "actual_end_date",
    "received_date",
    "inspected_date",
    "shipped_date",
    "expected_delivery_date",
    "signed_date",
    "return_date",
    "count_date",
)


def show() -> None:
    st.title(t("order.title"))
    typed = search("number", t("column.order_number"), t("order.hint")).strip()
    if not typed:
        st.info(t("order.none_chosen"), icon=":material/info:")
        st.page_link("app_pages/orders.py", label=t("order.all"), icon=":material/receipt_long:")
        return
    found = live_orders.find(typed)
    whole = live_orders.document(str(found[0]["document_kind"]), int(found[0]["document_id"])) if found else None
    if not found or whole is None:
        st.warning(t("order.gone", number=safe(typed)), icon=":material/link_off:")
        st.page_link("app_pages/orders.py", label=t("order.all"), icon=":material/receipt_long:")
        return
    kind, key = str(found[0]["document_kind"]), int(found[0]["document_id"])
    header = whole["header"]
    _header(kind, header)
    _made(kind, header)
    _lines(kind, whole["lines"])
    waits(kind, header, whole["lines"])
    _events(whole["events"])
    left, right = st.columns([3, 1])
    with left:
        notes(kind, str(key))
    with right:
        take_on(kind, str(key), t("order.action", number=header["number"]))


def _header(kind: str, header: dict[str, Any]) -> None:
    """Kind, number, partner, status and dates in two lines."""
    partner = live_orders.parties(kind, header)
    name = code_text("document_kind", kind)
    st.subheader(f"{name[:1].upper()}{name[1:]} {safe(header['number'])}")
    parts = []
    if partner:
        parts.append(f"**{safe(partner['code'])} {safe(label(partner, 'name'))}**")
        if partner.get("order_number"):
            parts.append(safe(partner["order_number"]))
    if header.get("status"):
        parts.append(code_text("document_status", header["status"]))
    if header.get("is_rush"):
        parts.append(f":orange[:material/bolt: {t('order.rush')}]")
    parts += [f"{t(f'order.fact.{name}')} {plain(header[name])}" for name in _FACTS if header.get(name)]
    st.markdown(" · ".join(parts))
    if kind in ("purchase_order", "goods_receipt") and partner:
        st.page_link(
            "app_pages/supplier.py",
            label=t("supplier.open", name=label(partner, "name")),
            icon=":material/factory:",
            query_params={"partner": str(partner["code"])},
        )


def _made(kind: str, header: dict[str, Any]) -> None:
    """What a work order makes: it has components as lines, its product stands in the header."""
    if kind != "work_order":
        return
    with st.container(horizontal=True, gap="large"):
        for name in ("ordered", "completed", "scrapped"):
            st.metric(t(f"order.quantity.{name}"), number(header[f"{name}_quantity"]))


def _lines(kind: str, lines: list[dict[str, Any]]) -> None:
    names = [f"{name}_quantity" for name in _QUANTITIES[kind]] or ["quantity"]
    dates = _DATES.get(kind, ())
    frame = pl.DataFrame(
        [
            {
                **{name: line[name] for name in ("sku", "item_name", "item_name_zh")},
                **{name: None if line[name] is None else float(line[name]) for name in names},
                **{name: line[name] for name in dates},
                "status": line.get("status"),
                "unit_price": None if line.get("unit_price") is None else float(line["unit_price"]),
            }
            for line in lines
        ],
        schema={
            **dict.fromkeys(("sku", "item_name", "item_name_zh"), pl.String),
            **dict.fromkeys(names, pl.Float64),
            **dict.fromkeys(dates, pl.Date),
            "status": pl.String,
            "unit_price": pl.Float64,
        },
    )
    has_status = frame["status"].is_not_null().any()
    priced = frame["unit_price"].is_not_null().any()
    table(
        frame,
        [
            Column("sku", pinned=True),
            Column("item_name", "name"),
            *[Column(name, "quantity", title="quantity") if name == "quantity" else _quantity(name) for name in names],
            *[Column(name, "date") for name in dates],
            *([Column("unit_price", "price")] if priced else []),
            *([Column("status", "code", "document_status" if kind != "stocktake" else "stock_status")] if has_status else []),
        ],
        key="order_lines",
        currency=str(live.company().get("currency") or ""),
        file_name=f"{kind.replace('_', '-')}-lines",
    )


def _quantity(name: str) -> Column:
    """An order line's quantity by the short name of what happened to it."""
    return Column(name, "quantity", title=f"line_{name}")


def _said(value: object) -> str:
    """A status in the reader's words, anything else as it was written."""
    return code_text("document_status", value) if has_text(f"screen.document_status.{value}") else str(value)


def _events(events: list[dict[str, Any]]) -> None:
    if not events:
        return
    frame = pl.DataFrame(
        [
            {
                "recorded_at": plain(event["recorded_at"].replace(tzinfo=None)),
                "business_date": event["business_date"],
                "event_kind": event["event_kind"],
                "event_quantity": None if event["event_quantity"] is None else float(event["event_quantity"]),
                "actor_name": event["actor_name"],
                "actor_name_zh": event["actor_name_zh"],
                "detail": " → ".join(_said(each) for each in (event["old_value"], event["new_value"]) if each),
            }
            for event in reversed(events)
        ],
        schema={
            "recorded_at": pl.String,
            "business_date": pl.Date,
            "event_kind": pl.String,
            "event_quantity": pl.Float64,
            "actor_name": pl.String,
            "actor_name_zh": pl.String,
            "detail": pl.String,
        },
    )
    with st.expander(t("order.events", count=frame.height), icon=":material/history:", expanded=True):
        table(
            frame,
            [
                Column("business_date", "date"),
                Column("event_kind", "code", "event"),
                Column("event_quantity", "quantity", title="quantity"),
                Column("actor_name", "name", title="owner"),
                Column("detail"),
                Column("recorded_at"),
            ],
            key="order_events",
            currency="",
            file_name="order-events",
        )


show()
