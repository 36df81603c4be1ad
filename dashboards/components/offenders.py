"""Which rows are behind a KPI of a period, worst first, with the money or days each of them cost?

One function per kind of row: late lines with their causes, purchase lines with their saving, count differences, stock positions,
forecast series. `draw` picks the one of the KPI.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import kpi_reports, reports
from dashboards.components import charts
from dashboards.components.late_lines import late_lines
from dashboards.components.tables import Column, table
from dashboards.formats import number, percent, safe, short_money
from dashboards.i18n import code_text, label, language, name_column, t
from dashboards.snapshot import Snapshot

__all__ = ["ROWS", "draw"]

ROWS = {
    "on_time_delivery": "late",
    "purchase_savings": "savings",
    "inventory_accuracy": "counts",
    "inventory_turnover": "turnover",
    "stock_value": "turnover",
    "forecast_accuracy": "forecast",
}
"""KPI -> the kind of rows behind it."""


def draw(kpi: str, shown: Snapshot, row: Mapping[str, Any]) -> None:
    """The rows behind one period of a KPI; `row` is its company row."""
    {"late": late_lines, "savings": _savings, "counts": _counts, "turnover": _turnover, "forecast": _forecast}[ROWS[kpi]](
        shown, row
    )


def _until(row: Mapping[str, Any]) -> Any:
    return row["period_end"] or row["period_start"]


def _go(page: str, text: str, icon: str, **link: str) -> None:
    st.page_link(f"app_pages/{page}.py", label=text, icon=f":material/{icon}:", query_params=link)


def _savings(shown: Snapshot, row: Mapping[str, Any]) -> None:
    lines = kpi_reports.savings_lines(shown, row["period_start"], _until(row))
    if lines.is_empty():
        st.info(t("kpi.no_rows"), icon=":material/info:")
        return
    no_reference = lines.filter(pl.col("reference_source") == "none").height
    st.caption(t("kpi.savings_hint", count=number(lines.height), no_reference=number(no_reference)))
    chosen = table(
        lines,
        [
            Column("order_number", pinned=True),
            Column("supplier_name", "name"),
            Column("buyer"),
            Column("strategy", "code", "strategy"),
            Column("sku"),
            Column("quantity", "quantity"),
            Column("reference_unit_price", "price"),
            Column("reference_source", "code", "reference_source"),
            Column("actual_unit_price", "price"),
            Column("planned_cost", "money"),
            Column("actual_cost", "money"),
            Column("saving", "money"),
            Column("moq_excess_quantity", "quantity"),
            Column("best_quote_unit_price", "price"),
        ],
        key="savings_lines",
        currency=shown.currency,
        file_name=f"savings-{row['period_start']}",
        selection="single-row",
        height=420,
    )
    if chosen:
        picked = lines.row(chosen[0], named=True)
        with st.container(horizontal=True):
            _go("order", t("orders.open", number=picked["order_number"]), "description", number=str(picked["order_number"]))
            if picked["supplier_code"]:
                name = t("supplier.open", name=safe(label(picked, "supplier_name")))
                _go("supplier", name, "factory", partner=str(picked["supplier_code"]))


def _counts(shown: Snapshot, row: Mapping[str, Any]) -> None:
    lines = kpi_reports.count_lines(shown, row["period_start"], _until(row))
    if lines.is_empty():
        st.success(t("kpi.no_differences"), icon=":material/check_circle:")
        return
    by_cause = (
        lines.with_columns(
            pl.Series("cause_name", [code_text("count_cause", code or "unknown") for code in lines["cause_code"].to_list()])
        )
        .group_by("cause_name")
        .agg(pl.col("difference_value").cast(pl.Float64).abs().sum().alias("money"))
        .sort("money", descending=True)
    )
    st.altair_chart(
        charts.bars(
            by_cause, "cause_name", "money", t("axis.difference_value", currency=shown.currency), t("column.cause"), ",.0f"
        ),
        alt=t("kpi.rows.counts"),
    )
    table(
        lines,
        [
            Column("stocktake_number", pinned=True),
            Column("count_date", "date"),
            Column("warehouse_code"),
            Column("location_code"),
            Column("sku"),
            Column("item_name", "name"),
            Column("lot_code"),
            Column("book_quantity", "quantity"),
            Column("counted_quantity", "quantity"),
            Column("difference", "quantity"),
            Column("difference_value", "money"),
            Column("counter"),
            Column("cause_code", "code", "count_cause", title="cause"),
        ],
        key="count_lines",
        currency=shown.currency,
        file_name=f"count-differences-{row['period_start']}",
        height=420,
    )


def _turnover(shown: Snapshot, _row: Mapping[str, Any]) -> None:
    """Where the money lies and what stopped moving."""
    rows = reports.item_locations(shown).sort(pl.col("stock_value").cast(pl.Float64), descending=True, nulls_last=True)
    if rows.is_empty():
        st.info(t("kpi.no_rows"), icon=":material/info:")
        return
    alerts = rows.filter(pl.col("is_turnover_alert").cast(pl.Boolean).fill_null(False))
    if not alerts.is_empty():
        names = ", ".join(f"{each['sku']}" for each in alerts.head(5).iter_rows(named=True))
        st.warning(t("kpi.turnover_alert", count=alerts.height, items=names), icon=":material/trending_down:")
    stuck = rows.filter(pl.col("problem").is_in(["overstock", "slow_moving", "obsolete"]))
    if not stuck.is_empty():
        st.caption(
            t(
                "kpi.turnover_hint",
                money=short_money(stuck["problem_value"].cast(pl.Float64).sum(), shown.currency, language()).replace("$", "\\$"),
                count=stuck.height,
            )
        )
    chosen = table(
        rows,
        [
            Column("sku", pinned=True),
            Column("item_name", "name"),
            Column("warehouse_code"),
            Column("stock_value", "money"),
            Column("days_of_cover", "days"),
            Column("usage_turnover", "price"),
            Column("previous_usage_turnover", "price"),
            Column("abc_class"),
            Column("last_movement_date", "date"),
            Column("problem", "code", "problem"),
            Column("problem_value", "money"),
        ],
        key="turnover_rows",
        currency=shown.currency,
        file_name="stock-value",
        selection="single-row",
        height=420,
        limit=200,
    )
    if chosen:
        picked = rows.row(chosen[0], named=True)
        _go("item", t("stock.open_item", sku=picked["sku"]), "deployed_code", series=str(picked["series_id"]))


def _forecast(shown: Snapshot, _row: Mapping[str, Any]) -> None:
    series = reports.forecast_series(shown)
    if series.is_empty():
        st.info(t("kpi.no_rows"), icon=":material/info:")
        return
    better = series.filter(pl.col("wape") < pl.col("naive_wape")).height
    compared = series.filter(pl.col("wape").is_not_null() & pl.col("naive_wape").is_not_null()).height
    if compared:
        st.caption(t("kpi.forecast_hint", better=number(better), count=number(compared), share=percent(better / compared, 0)))
    ordered = series.sort(pl.col("wape").cast(pl.Float64), descending=True, nulls_last=True)
    chosen = table(
        ordered,
        [
            Column("sku", pinned=True),
            Column(name_column("item_name"), title="item_name"),
            Column("warehouse_code"),
            Column("model", "code", "model"),
            Column("wape", "rate"),
            Column("naive_wape", "rate"),
            Column("bias", "rate"),
            Column("demand_pattern", "code", "pattern"),
            Column("value_at_stake", "money"),
        ],
        key="forecast_rows",
        currency=shown.currency,
        file_name="forecast-accuracy",
        selection="single-row",
        height=420,
        limit=200,
    )
    if chosen:
        picked = ordered.row(chosen[0], named=True)
        _go("forecast", t("item.review_forecast"), "timeline", series=str(picked["series_id"]))
