"""Purchase suggestions: what should we order, from whom, by when, and why? Approve, change or reject, one or many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.components.arithmetic import if_ignored, why
from dashboards.components.decide import bulk, decide
from dashboards.components.filters import choose, choose_many, search, segment
from dashboards.components.notes import notes
from dashboards.components.replan import replan
from dashboards.components.suggestion_detail import ranked, served, what
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.formats import money, number, plain
from dashboards.i18n import label, t, unit_text
from dashboards.inbox_supply import NEAR_DAYS
from dashboards.session import person
from dashboards.snapshot import Snapshot
from dashboards.suggestion_list import Filters, by_supplier, filtered, with_decisions

_COLUMNS = [
    Column("sku", pinned=True),
    Column("item_name", "name"),
    Column("quantity", "quantity"),
    Column("base_unit", "unit"),
    Column("supplier_name", "name"),
    Column("release_date", "date"),
    Column("receipt_date", "date"),
    Column("cost", "money"),
    Column("value_at_stake", "money"),
    Column("late_order_count", "count"),
    Column("stockout_date", "date"),
    Column("state", "code", "decision"),
    Column("document_number"),
    Column("kind", "code", "procurement", title="procurement"),
    Column("warehouse_code"),
    Column("unit_price", "price"),
    Column("reason", "code", "suggestion_reason", title="suggestion_reason"),
    Column("gross_requirement_quantity", "quantity"),
    Column("on_hand_quantity", "quantity"),
    Column("scheduled_receipts_quantity", "quantity"),
    Column("safety_stock_quantity", "quantity"),
    Column("net_requirement_quantity", "quantity"),
    Column("lot_rounding_quantity", "quantity"),
]


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(t("suggestions.title"))
        replan(shown)
    with st.skeleton():
        whole = with_decisions(reports.suggestions(shown))
    if whole.is_empty():
        st.success(t("suggestions.none", date=plain(shown.data_through)), icon=":material/check_circle:")
        return
    listed = filtered(whole, _filters(whole), shown.data_through or date.min)
    _totals(listed, shown)
    selected = table(
        listed,
        _COLUMNS,
        key="suggestion_table",
        currency=shown.currency,
        file_name=f"purchase-suggestions-{shown.data_through}",
        selection="multi-row",
        height=330,
        about=t("table.source", snapshot=shown.snapshot_id, date=plain(shown.data_through)),
    )
    bulk(listed, selected, shown.currency)
    _one(whole, listed, selected, shown)


def _filters(whole: pl.DataFrame) -> Filters:
    """Filters that live in the link."""
    who = person()
    named = whole.filter(pl.col("supplier_code").is_not_null()).unique("supplier_code", keep="any")
    suppliers = {row["supplier_code"]: row for row in named.iter_rows(named=True)}
    kinds = [kind for kind in ("buy", "make", "transfer") if kind in whole["kind"].to_list()]
    first = "make" if who is not None and who.role == "production" and "make" in kinds else kinds[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = segment(
            "supply", t("suggestions.kind"), [*kinds, "every"], lambda code: t(f"suggestions.kind_{code}"), first=first
        )
        due = segment("due", t("column.release_date"), ["soon", "all"], lambda code: t(f"suggestions.due_{code}", days=NEAR_DAYS))
        state = segment("state", t("column.state"), ["open", "decided", "all"], lambda code: t(f"suggestions.state_{code}"))
    one, two, three = st.columns([2, 2, 1])
    with one:
        words = search("suggestion_words", t("filter.search"), t("filter.search_item"))
    with two:
        chosen = choose_many(
            "supplier",
            t("column.supplier_name"),
            sorted(suppliers),
            lambda code: f"{code} {label(suppliers[code], 'supplier_name')}",
        )
    with three:
        place = choose(
            "warehouse", t("column.warehouse_code"), sorted({code for code in whole["warehouse_code"].to_list() if code})
        )
    return Filters(kind, due, state, words, tuple(chosen), place or "")


def _totals(listed: pl.DataFrame, shown: Snapshot) -> None:
    """How many, how much, and by supplier."""
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
        st.metric(t("suggestions.count"), number(listed.height, 0))
        st.metric(t("suggestions.cost"), money(listed["cost"].cast(pl.Float64).sum(), shown.currency, 0))
        st.metric(
            t("suggestions.stake"),
            money(listed["value_at_stake"].cast(pl.Float64).sum(), shown.currency, 0),
            help=t("suggestions.stake_help"),
        )
        late = int(listed["late_order_count"].cast(pl.Int64).fill_null(0).sum() or 0)
        st.metric(t("column.late_order_count"), number(late, 0), help=t("suggestions.late_help"))
    if listed.is_empty():
        return
    with st.expander(t("suggestions.by_supplier"), icon=":material/groups:"):
        table(
            by_supplier(listed),
            [
                Column("supplier_code", pinned=True),
                Column("supplier_name", "name"),
                Column("line_count", "count"),
                Column("cost", "money"),
                Column("value_at_stake", "money"),
                Column("release_date", "date"),
            ],
            key="by_supplier",
            currency=shown.currency,
            file_name="suggestions-by-supplier",
        )


def _one(whole: pl.DataFrame, listed: pl.DataFrame, selected: list[int], shown: Snapshot) -> None:
    """One suggestion with everything that explains it."""
    linked = st.query_params.get("order")
    known = set(whole["planned_order_id"].to_list())
    if linked and linked not in known:
        st.warning(t("suggestions.gone", date=plain(shown.data_through)), icon=":material/link_off:")
    if len(selected) == 1 and st.session_state.get("opened_row") != selected[0]:
        st.session_state["order"] = str(listed["planned_order_id"][selected[0]])
    st.session_state["opened_row"] = selected[0] if len(selected) == 1 else None
    ids = [str(each) for each in listed["planned_order_id"].to_list()]
    # A pasted link opens its suggestion whatever the filters say, and one just decided stays open.
    beside = [each for each in dict.fromkeys((linked, st.session_state.get("order"))) if each in known and each not in ids]
    ids = [*beside, *ids]
    every = {str(row["planned_order_id"]): row for row in listed.iter_rows(named=True)}
    for row in whole.filter(pl.col("planned_order_id").is_in(beside)).iter_rows(named=True):
        every[str(row["planned_order_id"])] = row
    if not ids:
        st.info(t("suggestions.none_here"), icon=":material/info:")
        return
    chosen = choose("order", t("suggestions.which"), ids, lambda each: _caption(every[each]), required=True, first=ids[0])
    if chosen is None:
        return
    row = every[chosen]
    ranking = reports.supplier_ranking(shown, chosen)
    demand = reports.suggestion_demand(shown, chosen)
    left, right = st.columns([1, 1], gap="large")
    with left:
        what(row, shown)
        decide(row, ranking)
    with right:
        st.markdown(f"**{t('why.title')}**")
        why(row, demand, _coming(row, shown))
        if_ignored(row, shown.currency)
    with st.expander(t("suggestions.served_count", count=demand.height), icon=":material/account_tree:"):
        served(row, demand, shown)
    if not ranking.is_empty():
        with st.expander(t("suggestions.ranking_count", count=ranking.height), icon=":material/balance:"):
            ranked(row, ranking, shown)
    with st.expander(t("notes.title"), icon=":material/comment:"):
        notes("planned_order", chosen)
    take_on("planned_order", chosen, t("suggestions.action", sku=row["sku"]), float(row["value_at_stake"] or 0))


def _caption(row: Mapping[str, Any]) -> str:
    number_ = f" · {row['document_number']}" if row["document_number"] else ""
    much = f"{number(row['quantity'])} {unit_text(row['base_unit'])}"
    return f"{row['sku']} {label(row, 'item_name')} · {much} · {plain(row['release_date'])}{number_}"


def _coming(row: Mapping[str, Any], shown: Snapshot) -> list[tuple[str, Any]]:
    """Number and date of the receipts already on their way before the need."""
    found = reports.open_orders(shown, row["item_id"], row["warehouse_id"]).filter(pl.col("document_kind") != "sales_order")
    need = row["need_date"]
    return [
        (str(each["document_number"]), each["expected_date"])
        for each in found.iter_rows(named=True)
        if need is None or each["expected_date"] is None or each["expected_date"] <= need
    ]


show()
