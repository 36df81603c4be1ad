"""KPI detail: how did it move, who moved it, which rows, and why?"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.components import charts
from dashboards.components.cards import DIRECTION, KPI_PERIODS, latest, status_line
from dashboards.components.filters import choose, segment
from dashboards.components.tables import Column, table
from dashboards.formats import change, kpi_value, number, percent, period, short_money
from dashboards.i18n import code_text, label, language, name_column, t
from dashboards.snapshot import Snapshot

_LINES = {
    "on_time_delivery": "late",
    "purchase_savings": "savings",
    "inventory_accuracy": "counts",
    "inventory_turnover": "turnover",
    "stock_value": "turnover",
    "forecast_accuracy": "forecast",
}


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    kpi = segment("kpi", t("kpi.which"), list(KPI_PERIODS), lambda code: t(f"kpi.name.{code}"))
    st.title(t(f"kpi.name.{kpi}"))
    st.caption(t(f"kpi.definition.{kpi}"))
    kinds = [kind for kind in KPI_PERIODS[kpi] if not reports.kpi_periods(shown, kpi, kind).is_empty()]
    if not kinds:
        st.info(f"{t('status.not_recorded')} · {t(f'kpi.empty.{kpi}')}", icon=":material/info:")
        return
    kind = segment("period", t("kpi.period_kind"), kinds, lambda code: code_text("period_kind", code))
    frame = reports.kpi_periods(shown, kpi, kind)
    row = _chosen_period(frame, kind)
    if row is None:
        return
    unit = str(row["unit"])
    _headline(row, kind, unit, shown)
    st.altair_chart(
        charts.trend(frame, unit, _axis(kpi, unit, shown), t("kpi.target")), alt=t("kpi.trend_alt", kpi=t(f"kpi.name.{kpi}"))
    )
    st.caption(t("kpi.trend_hint"))
    _readings(kpi, kind, row, unit, shown)
    _who_moved_it(kpi, kind, row, unit, shown)
    st.subheader(t(f"kpi.rows.{_LINES[kpi]}"))
    _OFFENDERS[_LINES[kpi]](shown, row)


def _chosen_period(frame: pl.DataFrame, kind: str) -> dict[str, Any] | None:
    starts = [str(start) for start in frame["period_start"].to_list()][::-1]
    usual = latest(frame)
    if usual is None:
        return None
    names = {str(start): period(start, kind) for start in frame["period_start"].to_list()}
    chosen = choose(
        "at", t("kpi.at"), starts, lambda text: names.get(text, text), required=True, first=str(usual["period_start"])
    )
    return frame.filter(pl.col("period_start").cast(pl.String) == chosen).row(0, named=True)


def _axis(kpi: str, unit: str, shown: Snapshot) -> str:
    return f"{t(f'kpi.name.{kpi}')} ({t(f'unit.{unit}', currency=shown.currency)})"


def _headline(row: dict[str, Any], kind: str, unit: str, shown: Snapshot) -> None:
    direction = DIRECTION.get(str(row["kpi"]), 1)
    colour = "off" if direction == 0 else "normal"
    with st.container(horizontal=True, gap="large"):
        st.metric(
            period(row["period_start"], kind),
            kpi_value(row["value"], unit, shown.currency, language()),
            delta=change(row["value"], row["previous_value"], unit),
            delta_color=colour,
            delta_description=t(f"kpi.versus.{kind}"),
        )
        st.metric(
            t("kpi.last_year"),
            kpi_value(row["previous_year_value"], unit, shown.currency, language()),
            delta=change(row["value"], row["previous_year_value"], unit),
            delta_color=colour,
            delta_description=t("kpi.versus.year"),
        )
        st.metric(t("kpi.numerator"), number(row["numerator"]), help=t(f"kpi.parts.{row['kpi']}"))
        st.metric(t("kpi.denominator"), number(row["denominator"]), help=t(f"kpi.parts.{row['kpi']}"))
    st.markdown(status_line(row, shown.currency))
    if row["is_complete"] is False:
        st.warning(t("kpi.incomplete"), icon=":material/hourglass_top:")
    elif row["note_key"]:
        st.caption(f":material/info: {code_text('note', str(row['note_key']).split('.')[-1])}")


def _readings(kpi: str, kind: str, row: dict[str, Any], unit: str, shown: Snapshot) -> None:
    """The same KPI read differently, beside the headline."""
    others = reports.readings(shown, kpi, kind, row["period_start"]).filter(pl.col("reading") != "headline")
    if others.is_empty():
        return
    with st.expander(t("kpi.other_readings", count=others.height), icon=":material/balance:"):
        st.dataframe(
            pl.DataFrame(
                {
                    t("column.reading"): [code_text("reading", reading) for reading in others["reading"].to_list()],
                    t("column.value"): [
                        kpi_value(value, str(each), shown.currency, language())
                        for value, each in zip(others["value"].to_list(), others["unit"].to_list(), strict=True)
                    ],
                    t("column.numerator"): others["numerator"].cast(pl.Float64),
                    t("column.denominator"): others["denominator"].cast(pl.Float64),
                    t("column.record_count"): others["record_count"],
                }
            ),
            hide_index=True,
        )


def _who_moved_it(kpi: str, kind: str, row: dict[str, Any], unit: str, shown: Snapshot) -> None:
    """The KPI cut by one dimension, with the change against the period before."""
    available = reports.dimensions(shown, kpi, kind)
    if not available:
        return
    st.subheader(t("kpi.who_moved_it"))
    dimension = segment("by", t("kpi.by"), available, lambda code: code_text("dimension", code))
    frame = reports.contribution(shown, kpi, kind, row["period_start"], dimension)
    if frame.is_empty():
        st.caption(t("kpi.no_rows"))
        return
    # One reading per grain: the headline where it holds there, else the one made for this grain.
    there = frame["reading"].to_list()
    reading = next((each for each in ("headline", "line", "usage", "by_order") if each in there), there[0])
    frame = frame.filter(pl.col("reading") == reading)
    names = [label(each, "dimension_label") or each["dimension_key"] for each in frame.iter_rows(named=True)]
    frame = frame.with_columns(
        pl.Series("shown_label", names, dtype=pl.String),
        (pl.col("value").cast(pl.Float64) - pl.col("previous_value").cast(pl.Float64)).alias("value_change"),
    ).sort(pl.coalesce("denominator", "numerator").cast(pl.Float64).abs(), descending=True, nulls_last=True)
    if reading != "headline":
        st.caption(t("kpi.reading_used", reading=code_text("reading", reading)))
    valued = frame.filter(pl.col("value").is_not_null()).head(12)
    pattern = {"rate": ".1%", "currency": ",.0f"}.get(unit, ".2f")
    left, right = st.columns([2, 3])
    with left:
        if valued.is_empty():
            st.caption(t("status.no_data"))
        else:
            st.altair_chart(
                charts.bars(
                    valued.select("shown_label", pl.col("value").cast(pl.Float64)),
                    "shown_label",
                    "value",
                    _axis(kpi, unit, shown),
                    code_text("dimension", dimension),
                    pattern,
                )
            )
    value_kind = "rate" if unit == "rate" else "money" if unit == "currency" else "price"
    with right:
        table(
            frame,
            [
                Column("shown_label", pinned=True),
                Column("value", value_kind),
                Column("value_change", value_kind),
                Column("numerator", "quantity"),
                Column("denominator", "quantity"),
                Column("record_count", "count"),
                Column("status", "code", "status"),
            ],
            key=f"by_{kpi}_{dimension}",
            currency=shown.currency,
            file_name=f"{kpi}-{dimension}-{row['period_start']}",
            height=330,
        )


def _until(row: dict[str, Any]) -> Any:
    return row["period_end"] or row["period_start"]


def _late(shown: Snapshot, row: dict[str, Any]) -> None:
    """Late lines, and the signed days by cause."""
    lines = reports.late_lines(shown, row["period_start"], _until(row))
    causes = reports.late_causes(shown, row["period_start"], _until(row))
    if lines.is_empty():
        st.success(t("kpi.no_late"), icon=":material/check_circle:")
        return
    if not causes.is_empty():
        summed = causes.group_by("cause_group", "cause").agg(pl.col("days").sum()).sort("days", descending=True)
        st.altair_chart(charts.split_bars(summed, t("axis.late_days")))
        st.caption(t("kpi.causes_hint", days=number(causes["days"].sum()), lines=number(lines.height)))
        _evidence(lines, causes, shown, row)
    table(
        lines,
        [
            Column("order_number", pinned=True),
            Column("customer_name", "name"),
            Column("sku"),
            Column("item_name", "name"),
            Column("first_promised_date", "date"),
            Column("delivered_date", "date"),
            Column("late_days", "count"),
            Column("line_value", "money"),
            Column("main_cause", "code", "cause", title="cause"),
            Column("is_open", "flag"),
        ],
        key="late_lines",
        currency=shown.currency,
        file_name=f"late-lines-{row['period_start']}",
    )


def _evidence(lines: pl.DataFrame, causes: pl.DataFrame, shown: Snapshot, row: dict[str, Any]) -> None:
    """Line by line: how many days which record cost."""
    named = lines.select("sales_order_line_id", "order_number", "sku")
    joined = causes.join(named, on="sales_order_line_id", how="left").with_columns(
        pl.col("evidence_key").cast(pl.String).str.replace("cause.", "", literal=True)
    )
    with st.expander(t("kpi.evidence", count=number(joined.height)), icon=":material/fact_check:"):
        table(
            joined,
            [
                Column("order_number", pinned=True),
                Column("sku"),
                Column("cause", "code", "cause"),
                Column("cause_group", "code", "cause_group"),
                Column("days", "count"),
                Column("evidence_key", "code", "evidence"),
                Column("document_kind", "code", "document_kind"),
                Column("document_number", title="record_number"),
                Column("supplier_name", "name"),
            ],
            key="evidence",
            currency=shown.currency,
            file_name=f"late-causes-{row['period_start']}",
        )


def _savings(shown: Snapshot, row: dict[str, Any]) -> None:
    lines = reports.savings_lines(shown, row["period_start"], _until(row))
    if lines.is_empty():
        st.info(t("kpi.no_rows"), icon=":material/info:")
        return
    no_reference = lines.filter(pl.col("reference_source") == "none").height
    st.caption(t("kpi.savings_hint", count=number(lines.height), no_reference=number(no_reference)))
    table(
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
    )


def _counts(shown: Snapshot, row: dict[str, Any]) -> None:
    lines = reports.count_lines(shown, row["period_start"], _until(row))
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
        )
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
    )


def _turnover(shown: Snapshot, row: dict[str, Any]) -> None:
    """Where the money lies and what stopped moving."""
    rows = reports.item_locations(shown).sort(pl.col("stock_value").cast(pl.Float64), descending=True, nulls_last=True)
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
    table(
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
        limit=200,
    )


def _forecast(shown: Snapshot, row: dict[str, Any]) -> None:
    series = reports.forecast_series(shown)
    if series.is_empty():
        st.info(t("kpi.no_rows"), icon=":material/info:")
        return
    better = series.filter(pl.col("wape") < pl.col("naive_wape")).height
    compared = series.filter(pl.col("wape").is_not_null() & pl.col("naive_wape").is_not_null()).height
    if compared:
        st.caption(t("kpi.forecast_hint", better=number(better), count=number(compared), share=percent(better / compared, 0)))
    table(
        series.sort(pl.col("wape").cast(pl.Float64), descending=True, nulls_last=True),
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
        limit=200,
    )


_OFFENDERS = {"late": _late, "savings": _savings, "counts": _counts, "turnover": _turnover, "forecast": _forecast}

show()
