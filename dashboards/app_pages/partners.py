"""Partners: which suppliers serve us well, which certificates run out, and whom should we speak to?"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.components.filters import search, segment
from dashboards.components.tables import Column, table
from dashboards.formats import number, percent, safe, short_money
from dashboards.i18n import label, language, t

_SOON_DAYS = 60


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    st.title(t("partners.title"))
    whole = reports.suppliers(shown)
    if whole.is_empty():
        st.info(t("partners.none"), icon=":material/info:")
        return
    which = segment(
        "suppliers", t("partners.which"), ["all", "late", "expiring", "stale"], lambda code: t(f"partners.which_{code}")
    )
    words = search("partner_words", t("filter.search"), t("partners.search_hint")).strip().lower()
    frame = whole
    if which == "late":
        frame = frame.filter(pl.col("on_time_rate") < 0.95).sort("on_time_rate")
    elif which == "expiring":
        frame = frame.filter(pl.col("qualification_days_left") <= _SOON_DAYS).sort("qualification_days_left")
    elif which == "stale":
        frame = frame.filter(pl.col("is_stale").cast(pl.Boolean).fill_null(False))
    if words:
        text = pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in ("supplier_code", "supplier_name", "supplier_name_zh")],
            separator=" ",
        )
        frame = frame.filter(text.str.to_lowercase().str.contains(words, literal=True))
    rated = frame.filter(pl.col("on_time_denominator").cast(pl.Float64) > 0)
    with st.container(horizontal=True, gap="large"):
        st.metric(t("partners.count"), number(frame.height, 0))
        st.metric(t("partners.spend"), short_money(frame["spend_12m"].cast(pl.Float64).sum(), shown.currency, language()))
        if not rated.is_empty():
            share = rated["on_time_numerator"].cast(pl.Float64).sum() / rated["on_time_denominator"].cast(pl.Float64).sum()
            st.metric(t("column.on_time_rate"), percent(share), help=t("partners.on_time_help"))
    if frame.is_empty():
        st.info(t("partners.nothing_found"), icon=":material/info:")
        return
    chosen = table(
        frame,
        [
            Column("supplier_code", pinned=True),
            Column("supplier_name", "name"),
            Column("status", "code", "supplier_status"),
            Column("on_time_rate", "rate"),
            Column("on_time_denominator", "count", title="line_count"),
            Column("quality_pass_rate", "rate"),
            Column("mean_lead_time_days", "days"),
            Column("spend_12m", "money"),
            Column("savings_12m", "money"),
            Column("next_qualification_expiry_date", "date"),
            Column("qualification_days_left", "count"),
            Column("last_order_date", "date"),
        ],
        key="partners_table",
        currency=shown.currency,
        file_name="suppliers",
        selection="single-row",
        height=560,
    )
    if not chosen:
        st.caption(t("partners.select_hint"))
        return
    row = frame.row(chosen[0], named=True)
    st.page_link(
        "app_pages/supplier.py",
        label=t("supplier.open", name=safe(label(row, "supplier_name"))),
        icon=":material/factory:",
        query_params={"partner": str(row["supplier_code"])},
    )


show()
