"""Sales forecast: the month's report to print or take home, and what the sales team itself expects."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import reports, sales_report
from dashboards import snapshot as snapshots
from dashboards.components import charts_forecast
from dashboards.components.expectations import entry, listed, shown_expectations
from dashboards.components.filters import choose
from dashboards.components.forecast_area import forecast_area
from dashboards.components.replan import replan
from dashboards.components.tables import Column, table
from dashboards.components.value_added import value_added
from dashboards.formats import percent, period, short_money
from dashboards.i18n import label, language, t
from dashboards.snapshot import Snapshot


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    forecast_area("sales_forecast", shown)
    st.title(t("sales_forecast.title"))
    with st.skeleton():
        rows = sales_report.months(shown)
    if rows.is_empty():
        st.info(t("sales_forecast.none"), icon=":material/info:")
    else:
        _report(shown, rows)
    st.subheader(t("sales_forecast.expect_title"))
    st.caption(t("sales_forecast.expect_hint"))
    entry()
    listed()
    replan(shown)
    st.subheader(t("sales_forecast.people_title"))
    value_added(shown, "month")


def _report(shown: Snapshot, rows: pl.DataFrame) -> None:
    groups = {str(row["group_key"]): row for row in rows.unique("group_key", maintain_order=True).iter_rows(named=True)}
    key = choose(
        "sales_group",
        t("sales_forecast.group"),
        list(groups),
        lambda each: label(groups[each], "group_label") or t("forecast_groups.unnamed"),
        required=True,
        first=sales_report.COMPANY,
    )
    mine = rows.filter(pl.col("group_key") == key)
    _figures(shown, mine, rows, str(key))
    level = "company" if key == sales_report.COMPANY else "category"
    frame = reports.group_forecast(shown, level, str(key), "month", "amount")
    title = t("forecast_groups.axis_amount", currency=shown.currency, period=t("axis.month"))
    name = label(groups[str(key)], "group_label")
    history = frame.filter(pl.col("kind") == "history").sort("period_start").tail(36)
    drawn = pl.concat([history, frame.filter(pl.col("kind") == "forecast")])
    st.altair_chart(charts_forecast.group_forecast(drawn, title), alt=t("forecast_groups.chart_alt", group=name))
    table(
        mine.with_columns(pl.Series("month_name", [period(month, "month") for month in mine["month"].to_list()])),
        [
            Column("month_name", title="month", pinned=True),
            Column("kind", "code", "sales_kind", title="sales_kind"),
            *(Column(name, "amount", title=f"sales_{name}") for name in ("demand_value", "last_year_value", "forecast_value")),
            *(Column(name, "amount", title=f"sales_{name}") for name in ("p10", "p90", "moved_value", "total_value")),
        ],
        key="sales_months",
        currency=shown.currency,
        file_name=f"sales-forecast-{shown.data_through}",
        # Past and coming months in one view: the coming ones are what the page is for.
        height=35 * (sales_report.MONTHS_BACK + sales_report.MONTHS_AHEAD + 1) + 3,
    )
    with st.container(horizontal=True, vertical_alignment="center", key="screen_only_workbook"):
        st.download_button(
            t("sales_forecast.workbook"),
            lambda: sales_report.workbook(shown, shown_expectations()),
            f"sales-forecast-{shown.data_through:%Y-%m}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(f":material/print: {t('sales_forecast.print_hint')}")


def _figures(shown: Snapshot, mine: pl.DataFrame, rows: pl.DataFrame, key: str) -> None:
    """The next months against the same ones a year ago, the season ahead, and how good it has been."""
    ahead = mine.filter(pl.col("kind") == "forecast")
    total, before = float(ahead["total_value"].sum()), float(ahead["last_year_value"].sum())
    judged = sales_report.accuracy(rows).filter(pl.col("group_key") == key)
    with st.container(horizontal=True, gap="large"):
        st.metric(
            t("sales_forecast.next", count=ahead.height),
            short_money(total, shown.currency, language()),
            delta=f"{(total / before - 1) * 100:+.1f} % {t('forecast_groups.against_last_year')}" if before else None,
        )
        st.metric(t("sales_forecast.moved"), short_money(float(ahead["moved_value"].sum()), shown.currency, language()))
        if not judged.is_empty():
            row = judged.row(0, named=True)
            st.metric(
                t("sales_forecast.wape", count=row["month_count"]), percent(row["wape"]), help=t("sales_forecast.wape_help")
            )
            st.metric(t("column.bias"), percent(row["bias"]), help=t("forecast.bias_help"))
    season = sales_report.season(shown).filter(pl.col("group_key") == key).drop_nulls("seasonal_index")
    if not season.is_empty():
        high = season.sort("seasonal_index", descending=True).row(0, named=True)
        low = season.sort("seasonal_index").row(0, named=True)
        st.caption(
            t(
                "sales_forecast.season",
                high=high["position"],
                above=percent(high["seasonal_index"] - 1, 0),
                low=low["position"],
                below=percent(1 - low["seasonal_index"], 0),
            )
        )


show()
