"""Repurchase: whom should we call, about what, and was the last list any good?"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import snapshot as snapshots
from dashboards.components.filters import choose, search, segment
from dashboards.components.forecast_area import forecast_area
from dashboards.components.repurchase_detail import repurchase_detail
from dashboards.components.tables import Column, table
from dashboards.formats import number, percent, plain, short_money
from dashboards.i18n import code_text, label, language, reason_text, t
from dashboards.repurchase_list import VIEWS, call_list, past_lists, view_of
from dashboards.snapshot import Snapshot

_SOON_DAYS = 14
_JUDGED = "50"


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    forecast_area("repurchase", shown)
    st.title(t("repurchase.title"))
    with st.skeleton():
        whole = call_list(shown)
    if whole.is_empty():
        st.info(t("repurchase.none"), icon=":material/info:")
        return
    past = past_lists(shown)
    _summary(shown, whole, past)
    frame = _filtered(whole)
    if frame.is_empty():
        st.info(t("repurchase.nothing_found"), icon=":material/info:")
    else:
        row = _chosen(shown, whole, frame)
        if row is not None:
            of_customer = whole.filter(pl.col("customer_id") == row["customer_id"])
            repurchase_detail(shown, row, of_customer)
    _judged(shown, past)


def _summary(shown: Snapshot, whole: pl.DataFrame, past: pl.DataFrame) -> None:
    """What the next thirty days should bring, what is late, what may be lost, and how the last list did."""
    day = whole["as_of"][0]
    st.caption(t("repurchase.about", date=plain(day), count=number(whole.height)))
    lapsing = view_of(whole, "at_risk")
    with st.grid("auto", min_column_width=170):
        st.metric(
            t("repurchase.expected"),
            short_money(whole["rank_score"].sum(), shown.currency, language()),
            help=t("repurchase.expected_help"),
        )
        st.metric(t("repurchase.overdue"), number(view_of(whole, "overdue").height), help=t("repurchase.overdue_help"))
        st.metric(
            t("repurchase.at_risk"),
            short_money(lapsing["amount_at_risk"].sum(), shown.currency, language()),
            help=t("repurchase.at_risk_help", count=number(lapsing.height)),
        )
        last = past.filter(pl.col("list_length") == _JUDGED).head(1)
        if last.is_empty():
            st.metric(t("repurchase.hits_none"), "–", help=t("repurchase.hits_none_help"))
        else:
            one = last.row(0, named=True)
            st.metric(
                t("repurchase.hits", length=number(one["pair_count"]), date=plain(one["as_of"])),
                percent(one["hit_rate"], 0),
                help=t("repurchase.hits_help", expected=percent(one["expected_rate"], 0)),
            )


def _filtered(whole: pl.DataFrame) -> pl.DataFrame:
    view = segment("repurchase_view", t("repurchase.view"), list(VIEWS), lambda code: t(f"repurchase.view_{code}"))
    frame = view_of(whole, view)
    customers = {str(row["customer_code"]): row for row in whole.sort("customer_code").iter_rows(named=True)}
    categories = {str(row["category_code"]): row for row in whole.sort("category_code", nulls_last=True).iter_rows(named=True)}
    one, two, three = st.columns(3)
    with one:
        customer = choose(
            "repurchase_customer",
            t("column.customer_name"),
            list(customers),
            lambda code: f"{code} {label(customers[code], 'customer_name')}",
        )
    with two:
        category = choose(
            "repurchase_category",
            t("repurchase.category"),
            [code for code in categories if code != "None"],
            lambda code: label(categories[code], "category_name") or code,
        )
    with three:
        words = search("repurchase_words", t("filter.search"), t("repurchase.search_hint")).strip().lower()
    if customer:
        frame = frame.filter(pl.col("customer_code") == customer)
    if category:
        frame = frame.filter(pl.col("category_code") == category)
    if words:
        names = ("customer_code", "customer_name", "customer_name_zh", "sku", "item_name", "item_name_zh")
        text = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in names], separator=" ")
        frame = frame.filter(text.str.to_lowercase().str.contains(words, literal=True))
    return frame


def _chosen(shown: Snapshot, whole: pl.DataFrame, frame: pl.DataFrame) -> dict[str, Any] | None:
    """The table, and the row somebody opened in it or by a link."""
    why = [reason_text(key, values) for key, values in frame.select("reason_key", "reason_values").iter_rows()]
    told = frame.with_columns(pl.Series("why", why, dtype=pl.String))
    selected = table(
        told,
        [
            Column("rank", "count", pinned=True),
            Column("customer_name", "name", pinned=True),
            Column("sku"),
            Column("item_name", "name"),
            Column("expected_date", "date", title="repurchase_date"),
            Column("probability_30", "rate", title="repurchase_probability"),
            Column("expected_quantity", "quantity", title="repurchase_quantity"),
            Column("base_unit", "unit"),
            Column("expected_amount", "money", title="repurchase_amount"),
            Column("why", title="repurchase_why"),
            Column("outcome", "code", "repurchase_outcome", title="repurchase_outcome"),
            Column("last_purchase_date", "date", title="repurchase_last"),
            Column("usual_interval_days", "days", title="repurchase_interval", printed=False),
            Column("is_overdue", "flag", title="repurchase_overdue", printed=False),
            Column("lapsed_probability", "rate", title="repurchase_lapsed", printed=False),
            Column("amount_at_risk", "money", title="repurchase_at_risk", printed=False),
            Column("open_order_date", "date", title="repurchase_open_order"),
            Column("customer_code", title="repurchase_customer_code", printed=False),
            Column("region", title="repurchase_region", printed=False),
        ],
        key="repurchase_table",
        currency=shown.currency,
        file_name="repurchase",
        selection="single-row",
        height=380,
        limit=500,
        paper=500,
        about=t("repurchase.about", date=plain(whole["as_of"][0]), count=number(whole.height)),
    )
    keys = frame["subject_id"].to_list()
    if selected:
        st.query_params["pair"] = keys[selected[0]]
        return frame.row(selected[0], named=True)
    linked = st.query_params.get("pair")
    found = whole.filter(pl.col("subject_id") == linked) if linked else whole.clear()
    if not found.is_empty():
        return found.row(0, named=True)
    if linked:
        st.warning(t("repurchase.gone"), icon=":material/link_off:")
    st.caption(t("repurchase.select_hint"))
    return None


def _judged(shown: Snapshot, past: pl.DataFrame) -> None:
    """Past lists against what then came."""
    st.subheader(t("repurchase.judged"))
    if past.is_empty():
        st.caption(t("repurchase.hits_none_help"))
        return
    st.caption(t("repurchase.judged_help"))
    named = past.with_columns(
        pl.Series(
            "list_length",
            [code_text("repurchase_length", code) if code == "all" else code for code in past["list_length"].to_list()],
            dtype=pl.String,
        )
    )
    table(
        named,
        [
            Column("as_of", "date", title="repurchase_as_of"),
            Column("list_length", title="repurchase_length"),
            Column("pair_count", "count", title="repurchase_pairs"),
            Column("hit_count", "count", title="repurchase_hits"),
            Column("hit_rate", "rate", title="repurchase_hit_rate"),
            Column("expected_rate", "rate", title="repurchase_expected_rate"),
            Column("bought_amount", "money", title="repurchase_bought"),
            Column("origin", "code", "origin"),
        ],
        key="repurchase_past",
        currency=shown.currency,
        file_name="repurchase-lists",
    )


show()
