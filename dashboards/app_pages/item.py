"""Item page: will it run out, what is coming, what lies where, who can deliver it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import live, live_stock, reports
from dashboards import snapshot as snapshots
from dashboards.components import charts
from dashboards.components.filters import choose, segment
from dashboards.components.item_sections import SECTIONS
from dashboards.components.notes import notes
from dashboards.components.take_on import take_on
from dashboards.formats import money, number, plain, safe, short_money
from dashboards.i18n import code_text, label, language, t, unit_text
from dashboards.item_facts import order_point, planning
from dashboards.snapshot import Snapshot
from kernel.numbers import QUANTITY_SCALE


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
    section = segment("section", t("item.section"), list(SECTIONS), lambda code: t(f"item.section_{code}"))
    SECTIONS[section](row, shown)
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
    lying = [
        entry for entry in live_stock.stock(str(row["sku"]), str(row["warehouse_code"] or "")) if entry["location_kind"] == "bin"
    ]
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


show()
