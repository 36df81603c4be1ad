"""Purchase suggestions: what should we order, from whom, by when, and why? Approve, change or reject, one or many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import actions, live, reports
from dashboards import snapshot as snapshots
from dashboards.components.arithmetic import if_ignored, why
from dashboards.components.filters import choose, choose_many, search, segment
from dashboards.components.notes import notes
from dashboards.components.replan import replan
from dashboards.components.tables import Column, table
from dashboards.formats import money, number, plain, safe
from dashboards.i18n import label, t
from dashboards.inbox_sources import NEAR_DAYS
from dashboards.session import notice
from dashboards.snapshot import Snapshot

_COLUMNS = [
    Column("sku", pinned=True),
    Column("state", "code", "decision"),
    Column("kind", "code", "procurement", title="procurement"),
    Column("document_number"),
    Column("item_name", "name"),
    Column("warehouse_code"),
    Column("supplier_name", "name"),
    Column("quantity", "quantity"),
    Column("base_unit", "unit"),
    Column("release_date", "date"),
    Column("receipt_date", "date"),
    Column("unit_price", "price"),
    Column("cost", "money"),
    Column("value_at_stake", "money"),
    Column("late_order_count", "count"),
    Column("stockout_date", "date"),
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
    st.title(t("suggestions.title"))
    with st.skeleton():
        whole = with_decisions(reports.suggestions(shown))
    if whole.is_empty():
        st.success(t("suggestions.none", date=plain(shown.data_through)), icon=":material/check_circle:")
        replan(shown)
        return
    listed = _filtered(whole, shown.data_through or date.min)
    _totals(listed, shown)
    replan(shown)
    selected = _list(listed, shown)
    _bulk(listed, selected)
    _one(whole, listed, selected, shown)


def with_decisions(frame: pl.DataFrame) -> pl.DataFrame:
    """The snapshot's suggestions beside what people have decided since."""
    decided = live.decisions()
    ids = [str(value) for value in frame["planned_order_id"].to_list()]
    return frame.with_columns(
        pl.Series("state", [decided[each]["decision"] if each in decided else "open" for each in ids], dtype=pl.String),
        pl.Series("document_number", [decided.get(each, {}).get("document_number") for each in ids], dtype=pl.String),
    )


def _filtered(whole: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Filters that live in the link."""
    suppliers = {row["supplier_code"]: row for row in whole.filter(pl.col("supplier_code").is_not_null()).iter_rows(named=True)}
    kinds = [kind for kind in ("buy", "make", "transfer") if kind in whole["kind"].to_list()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = segment("supply", t("suggestions.kind"), [*kinds, "every"], lambda code: t(f"suggestions.kind_{code}"))
        due = segment("due", t("column.release_date"), ["soon", "all"], lambda code: t(f"suggestions.due_{code}", days=NEAR_DAYS))
        state = segment("state", t("column.state"), ["open", "decided", "all"], lambda code: t(f"suggestions.state_{code}"))
    one, two, three = st.columns([2, 2, 1])
    with one:
        words = search("q", t("filter.search"), t("filter.search_item"))
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
    frame = whole if kind == "every" else whole.filter(pl.col("kind") == kind)
    if due == "soon":
        frame = frame.filter(pl.col("release_date").is_null() | (pl.col("release_date") <= as_of + timedelta(days=NEAR_DAYS)))
    if state != "all":
        frame = frame.filter(pl.col("state") == "open" if state == "open" else pl.col("state") != "open")
    if chosen:
        frame = frame.filter(pl.col("supplier_code").is_in(chosen))
    if place:
        frame = frame.filter(pl.col("warehouse_code") == place)
    if words.strip():
        wanted = words.strip().lower()
        text = pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in ("sku", "item_name", "item_name_zh", "document_number")],
            separator=" ",
        )
        frame = frame.filter(text.str.to_lowercase().str.contains(wanted, literal=True))
    return frame


def _totals(listed: pl.DataFrame, shown: Snapshot) -> None:
    """How many, how much, and by supplier."""
    with st.container(horizontal=True, gap="large"):
        st.metric(t("suggestions.count"), number(listed.height, 0))
        st.metric(t("suggestions.cost"), money(listed["cost"].cast(pl.Float64).sum(), shown.currency, 0))
        st.metric(
            t("suggestions.stake"),
            money(listed["value_at_stake"].cast(pl.Float64).sum(), shown.currency, 0),
            help=t("suggestions.stake_help"),
        )
    with st.expander(t("suggestions.by_supplier"), icon=":material/groups:"):
        grouped = (
            listed.group_by("supplier_code")
            .agg(
                pl.col("supplier_name").first(),
                pl.col("supplier_name_zh").first(),
                pl.len().alias("line_count"),
                pl.col("cost").cast(pl.Float64).sum(),
                pl.col("value_at_stake").cast(pl.Float64).sum(),
                pl.col("release_date").min(),
            )
            .sort("cost", descending=True, nulls_last=True)
        )
        table(
            grouped,
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


def _list(listed: pl.DataFrame, shown: Snapshot) -> list[int]:
    return table(
        listed,
        _COLUMNS,
        key="suggestion_table",
        currency=shown.currency,
        file_name=f"purchase-suggestions-{shown.data_through}",
        selection="multi-row",
        height=330,
        about=t("table.source", snapshot=shown.snapshot_id, date=plain(shown.data_through)),
    )


def _bulk(listed: pl.DataFrame, selected: list[int]) -> None:
    """Approve or reject the ticked rows that are still open."""
    rows = [row for row in (listed.row(position, named=True) for position in selected) if row["state"] == "open"]
    if len(rows) < 2:
        st.caption(t("suggestions.select_hint"))
        return
    command_id = actions.drawn_id("bulk")
    with st.container(horizontal=True, vertical_alignment="bottom", border=True):
        total = sum(float(row["cost"] or 0) for row in rows)
        st.markdown(t("suggestions.selected", count=len(rows), cost=number(total, 0)))
        st.button(
            t("suggestions.approve_all", count=len(rows)),
            type="primary",
            icon=":material/done_all:",
            key="approve_all",
            on_click=_approve_all,
            args=(command_id, rows),
        )
        with st.popover(t("suggestions.reject_all", count=len(rows)), icon=":material/block:"):
            st.text_input(t("reason"), key="bulk_reason")
            st.button(t("suggestions.reject"), key="reject_all", on_click=_reject_all, args=(command_id, rows))


def _one(whole: pl.DataFrame, listed: pl.DataFrame, selected: list[int], shown: Snapshot) -> None:
    """One suggestion with everything that explains it."""
    if listed.is_empty():
        st.info(t("suggestions.none_here"), icon=":material/info:")
        return
    if len(selected) == 1 and st.session_state.get("opened_row") != selected[0]:
        st.session_state["order"] = str(listed["planned_order_id"][selected[0]])
    st.session_state["opened_row"] = selected[0] if len(selected) == 1 else None
    ids = [str(each) for each in listed["planned_order_id"].to_list()]
    linked = st.query_params.get("order")
    every = {str(row["planned_order_id"]): row for row in whole.iter_rows(named=True)}
    if linked in every and linked not in ids:
        # A pasted link opens its suggestion whatever the filters say.
        ids = [str(linked), *ids]
    kept = st.session_state.get("order")
    if kept in every and kept not in ids:
        ids = [kept, *ids]
    st.subheader(t("suggestions.one"))
    chosen = choose("order", t("suggestions.which"), ids, lambda each: _caption(every[each]), required=True, first=ids[0])
    if chosen is None:
        return
    row = every[chosen]
    left, right = st.columns([1, 1], gap="large")
    with left:
        _what(row, shown)
        _decide(row)
    with right:
        st.markdown(f"**{t('why.title')}**")
        why(row)
        if_ignored(row, shown.currency)
    _served(row, shown)
    _ranking(row, shown)
    with st.expander(t("notes.title"), icon=":material/comment:"):
        notes("planned_order", chosen)


def _caption(row: Mapping[str, Any]) -> str:
    number_ = f" · {row['document_number']}" if row["document_number"] else ""
    much = f"{number(row['quantity'])} {row['base_unit'] or ''}"
    return f"{row['sku']} {label(row, 'item_name')} · {much} · {plain(row['release_date'])}{number_}"


def _what(row: Mapping[str, Any], shown: Snapshot) -> None:
    """Item, supplier, dates and money in a few lines."""
    unit = safe(row["base_unit"] or "")
    st.markdown(f"#### {safe(row['sku'])} {safe(label(row, 'item_name'))}")
    supplier = label(row, "supplier_name")
    lines = [
        t("suggestions.line_quantity", quantity=number(row["quantity"]), unit=unit, warehouse=safe(row["warehouse_code"])),
        _from(row, supplier),
        t(
            "suggestions.line_dates",
            release=plain(row["release_date"]),
            receipt=plain(row["receipt_date"]),
            days=number(row["lead_time_days"]),
        ),
        t(
            "suggestions.line_money",
            cost=money(row["cost"], shown.currency).replace("$", "\\$"),
            price=money(row["unit_price"], shown.currency, 4).replace("$", "\\$"),
            unit=unit,
        ),
    ]
    if row["late_days"]:
        lines.append(t("suggestions.line_late", days=row["late_days"], date=plain(row["need_date"])))
    st.markdown("  \n".join(lines))
    st.page_link(
        "app_pages/item.py",
        label=t("suggestions.open_item"),
        icon=":material/deployed_code:",
        query_params={"series": str(row["item_location_id"])},
    )


def _from(row: Mapping[str, Any], supplier: str) -> str:
    """Where it comes from: a supplier, our own production, another warehouse."""
    if row["kind"] == "make":
        return t("suggestions.line_made")
    if row["kind"] == "transfer":
        return t("suggestions.line_moved", source=safe(row["source_warehouse_code"] or "–"))
    if not row["supplier_code"]:
        return t("suggestions.no_supplier")
    return t("suggestions.line_supplier", supplier=safe(f"{row['supplier_code']} {supplier}"))


def _decide(row: Mapping[str, Any]) -> None:
    """Approve, change the quantity or reject; or the decision that stands and the way back."""
    order = str(row["planned_order_id"])
    decision = live.decisions().get(order)
    command_id = actions.drawn_id(f"decide:{order}")
    if decision is not None:
        by = safe(label(decision, "name"))
        at = live.moment(decision["recorded_at"])
        if decision["decision"] == "approve":
            st.success(
                t("suggestions.was_approved", number=safe(decision["document_number"] or ""), name=by, at=at),
                icon=":material/check_circle:",
            )
        else:
            st.warning(t("suggestions.was_rejected", reason=safe(decision["reason"]), name=by, at=at), icon=":material/block:")
        with st.form(f"undo_{order}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(t("suggestions.undo_reason"), key=f"undo_reason_{order}")
            st.form_submit_button(t("suggestions.undo"), icon=":material/undo:", on_click=_undo, args=(command_id, order))
        return
    if row["kind"] == "buy" and not row["supplier_code"]:
        st.warning(t("suggestions.needs_supplier"), icon=":material/warning:")
    with st.form(f"decide_{order}"):
        st.number_input(
            t("suggestions.quantity_in", unit=row["base_unit"] or ""),
            value=float(row["quantity"]),
            min_value=0.0,
            step=float(row["order_multiple_quantity"] or 1) or 1.0,
            format="%.6g" if float(row["quantity"]) < 100_000 else "%.0f",
            key=f"quantity_{order}",
        )
        st.text_input(t("suggestions.reason_hint"), key=f"reason_{order}")
        with st.container(horizontal=True):
            st.form_submit_button(
                t("suggestions.approve"), type="primary", icon=":material/check:", on_click=_approve, args=(command_id, dict(row))
            )
            st.form_submit_button(
                t("suggestions.reject"), icon=":material/block:", on_click=_reject, args=(command_id, dict(row))
            )


def _served(row: Mapping[str, Any], shown: Snapshot) -> None:
    """Which orders and forecasts this quantity is for."""
    st.markdown(f"**{t('suggestions.served')}**")
    demand = reports.suggestion_demand(shown, str(row["planned_order_id"]))
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


def _ranking(row: Mapping[str, Any], shown: Snapshot) -> None:
    """Suppliers compared for this suggestion."""
    ranking = reports.supplier_ranking(shown, str(row["planned_order_id"]))
    if ranking.is_empty():
        return
    st.markdown(f"**{t('suggestions.ranking')}**")
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


# --- what a click does --------------------------------------------------------------------------------------------------


def _approve(command_id: str, row: dict[str, Any]) -> None:
    order = str(row["planned_order_id"])
    answer = actions.approve(command_id, row, st.session_state[f"quantity_{order}"], st.session_state[f"reason_{order}"])
    if answer is not None:
        notice("success", t("suggestions.approved", sku=safe(row["sku"]), number=safe(answer.ids.get("number") or "")))


def _reject(command_id: str, row: dict[str, Any]) -> None:
    order = str(row["planned_order_id"])
    if actions.reject(command_id, row, st.session_state[f"reason_{order}"]) is not None:
        notice("success", t("suggestions.rejected", sku=safe(row["sku"])))


def _undo(command_id: str, order: str) -> None:
    if actions.undo(command_id, order, st.session_state[f"undo_reason_{order}"]) is not None:
        notice("success", t("suggestions.undone"))


def _approve_all(command_id: str, rows: list[dict[str, Any]]) -> None:
    answers, refusals = actions.approve_all(command_id, rows)
    if answers:
        numbers = ", ".join(str(answer.ids.get("number") or "") for answer in answers)
        notice("success", t("suggestions.approved_all", count=len(answers), numbers=safe(numbers)))
    _tell(refusals)


def _reject_all(command_id: str, rows: list[dict[str, Any]]) -> None:
    answers, refusals = actions.reject_all(command_id, rows, st.session_state["bulk_reason"])
    if answers:
        notice("success", t("suggestions.rejected_all", count=len(answers)))
    _tell(refusals)


def _tell(refusals: list[str]) -> None:
    if refusals:
        notice(
            "error",
            t("suggestions.refused_all", count=len(refusals)) + "  \n" + "  \n".join(safe(each) for each in refusals[:10]),
        )


show()
