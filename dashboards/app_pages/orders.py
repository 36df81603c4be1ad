"""Orders: what is open, with whom, until when, and what does each line wait for?"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import live, live_orders
from dashboards.components.filters import choose, search, segment
from dashboards.components.tables import Column, table
from dashboards.formats import number, plain
from dashboards.i18n import code_text, t
from dashboards.session import person

_PARTNER = {"sales_order": "customer", "purchase_order": "supplier"}
_FIRST = {"buyer": "purchase_order", "production": "work_order", "finance": "purchase_order"}
_DRAWN = 1000
_SEARCHED = ("number", "sku", "item_name", "item_name_zh", "partner_name", "partner_name_zh")


def show() -> None:
    st.title(t("orders.title"))
    if live.ledger() is None:
        st.info(t("empty.no_ledger"), icon=":material/info:")
        return
    who = person()
    st.caption(f":material/bolt: {t('stock.live', date=plain(live.today()))}")
    first = _FIRST.get(who.role if who else "", "sales_order")
    kind = segment(
        "orders_of", t("orders.kind"), list(live_orders.KINDS), lambda code: code_text("document_kind", code), first=first
    )
    rows = live_orders.open_lines(kind)
    if not rows:
        st.success(t("orders.none", kind=code_text("document_kind", kind)), icon=":material/check_circle:")
        return
    frame = _frame(kind, rows)
    one, two, three = st.columns([3, 2, 2])
    with one:
        words = search("order_words", t("filter.search"), t("orders.search_hint")).strip().lower()
    with two:
        waits = choose("waits", t("column.waits_for"), sorted(frame["waits_for"].unique()), lambda code: code_text("waits", code))
    with three:
        late = choose("past", t("column.is_past_due"), ["yes"], lambda _: t("orders.only_late"))
    if words:
        text = pl.concat_str(
            [
                pl.col(name).fill_null("")
                for name in ("number", "sku", "item_name", "item_name_zh", "partner_name", "partner_name_zh")
            ],
            separator=" ",
        )
        frame = frame.filter(text.str.to_lowercase().str.contains(words, literal=True))
    if waits:
        frame = frame.filter(pl.col("waits_for") == waits)
    if late:
        frame = frame.filter("is_past_due")
    with st.container(horizontal=True, gap="large"):
        st.metric(t("orders.lines"), number(frame.height, 0))
        st.metric(t("orders.documents"), number(frame["number"].n_unique(), 0))
        st.metric(t("orders.late"), number(frame["is_past_due"].sum(), 0))
    if frame.is_empty():
        st.info(t("orders.nothing_found"), icon=":material/info:")
        return
    chosen = table(
        frame,
        [
            Column("number", title="order_number", pinned=True),
            *([Column("partner_name", "name")] if kind != "work_order" else []),
            Column("sku"),
            Column("item_name", "name"),
            Column("warehouse_code"),
            Column("ordered_quantity", "quantity", title="quantity"),
            Column("open_quantity", "quantity", title="quantity_open"),
            Column("requested_date", "date"),
            Column("promised_date", "date"),
            Column("is_past_due", "flag"),
            Column("waits_for", "code", "waits"),
        ],
        key=f"orders_{kind}",
        currency="",
        file_name=f"open-{kind.replace('_', '-')}-lines",
        selection="single-row",
        height=520,
        limit=_DRAWN,
    )
    if not chosen:
        st.caption(t("orders.select_hint"))
        return
    picked = str(frame["number"][chosen[0]])
    st.page_link(
        "app_pages/order.py",
        label=t("orders.open", number=picked),
        icon=":material/description:",
        query_params={"number": picked},
    )


def _frame(kind: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """One shape for all four kinds; the date that counts is the last promise, else the date asked for."""
    today = live.today()
    partner = _PARTNER.get(kind, "")
    found = []
    for row in rows:
        asked = row.get("requested_date") or row.get("required_date") or row.get("due_date") or row.get("order_date")
        promised = row.get("last_promised_date") or row.get("first_promised_date")
        counts = promised or asked
        found.append(
            {
                "number": row["number"],
                "partner_name": row.get(f"{partner}_name") or row.get("from_warehouse_code") or "",
                "partner_name_zh": row.get(f"{partner}_name_zh") or row.get("from_warehouse_code") or "",
                **{name: row[name] for name in ("sku", "item_name", "item_name_zh", "warehouse_code")},
                "ordered_quantity": float(row["ordered_quantity"]),
                "open_quantity": float(row["open_quantity"]),
                "requested_date": asked,
                "promised_date": promised,
                "is_past_due": counts is not None and today is not None and counts < today,
                "waits_for": row["waits_for"],
            }
        )
    schema = {
        **dict.fromkeys(
            ("number", "partner_name", "partner_name_zh", "sku", "item_name", "item_name_zh", "warehouse_code"), pl.String
        ),
        "ordered_quantity": pl.Float64,
        "open_quantity": pl.Float64,
        "requested_date": pl.Date,
        "promised_date": pl.Date,
        "is_past_due": pl.Boolean,
        "waits_for": pl.String,
    }
    return pl.DataFrame(found, schema=schema)


show()
