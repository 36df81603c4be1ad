"""Forecast accuracy: are we getting better, who and what made it so, can the intervals be trusted, and which series cost most?"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import forecast_figures as figures
from dashboards import kpi_reports, reports
from dashboards import snapshot as snapshots
from dashboards.components import charts_accuracy as charts
from dashboards.components.filters import choose_many, segment
from dashboards.components.forecast_area import forecast_area
from dashboards.components.tables import Column, printed, table
from dashboards.components.value_added import value_added
from dashboards.formats import number, percent, period, safe, short_money
from dashboards.i18n import code_text, language, name_column, t
from dashboards.snapshot import Snapshot

_VIEWS = ("trend", "steps", "horizon", "coverage", "drift", "offenders")
_CUTS = ("company", "category", "warehouse", "model")
_LINES = 7  # more lines than this cannot be told apart
_YEAR = {"week": 52, "month": 12}


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    forecast_area("forecast_accuracy", shown)
    st.title(t("accuracy.title"))
    with st.skeleton():
        every = reports.forecast_errors(shown)
    if every.is_empty():
        st.info(t("accuracy.none"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        known = [each for each in ("month", "week") if each in every["frequency"].unique().to_list()]
        frequency = segment("frequency", t("kpi.period_kind"), known, lambda code: code_text("period_kind", code))
        weight = segment("weight", t("accuracy.weight"), figures.WEIGHTS, lambda code: t(f"accuracy.weight_{code}"))
    errors = _filtered(every.filter(pl.col("frequency") == frequency))
    if errors.is_empty():
        st.info(t("accuracy.none_filtered"), icon=":material/filter_alt_off:")
        return
    _headline(errors, frequency, weight)
    view = segment("view", t("accuracy.view"), _VIEWS, lambda code: t(f"accuracy.view_{code}"))
    if view == "trend":
        _trend(errors, frequency, weight, shown)
    elif view == "steps":
        _steps(errors, frequency, weight, shown)
    elif view == "horizon":
        _horizon(frequency, weight, shown)
    elif view == "coverage":
        _coverage(errors, shown)
    elif view == "drift":
        _drift(errors, frequency, shown)
    else:
        _offenders(errors, shown)


def _filtered(errors: pl.DataFrame) -> pl.DataFrame:
    with st.container(horizontal=True):
        for column in ("category", "warehouse"):
            code = f"{column}_code"
            names = dict(errors.select(code, name_column(f"{column}_name")).unique().sort(code).iter_rows())
            chosen = choose_many(column, t(f"filter.{column}"), list(names), lambda key, names=names: str(names.get(key) or key))
            if chosen:
                errors = errors.filter(pl.col(code).is_in(chosen))
    return errors


def _headline(errors: pl.DataFrame, frequency: str, weight: str) -> None:
    """The last twelve months in four numbers, each with what it rests on."""
    periods = errors["period_start"].unique().sort().tail(_YEAR[frequency])
    year = errors.filter(pl.col("period_start").is_in(periods.implode()))
    whole = figures.by_period(year.with_columns(pl.lit(periods[0]).alias("period_start")), weight).row(0, named=True)
    added = {row["step"]: row for row in figures.steps(year, weight).iter_rows(named=True)}
    inside = {
        row["level"]: row
        for row in figures.coverage_by_pattern(year.with_columns(pl.lit("").alias("demand_pattern"))).iter_rows(named=True)
    }
    with st.container(horizontal=True):
        st.metric(t("column.wape"), percent(whole["wape"]), help=t("forecast.wape_help"))
        st.metric(t("column.bias"), _signed(whole["bias"]), help=t("forecast.bias_help"))
        model = added.get("baseline")
        st.metric(t("accuracy.added_by_model"), _points(model and model["value_added"]), help=t("accuracy.added_by_model_help"))
        override = added.get("override")
        st.metric(
            t("accuracy.added_by_override"),
            _points(override and override["value_added"]),
            help=t("accuracy.added_by_override_help"),
        )
        eighty = inside.get(0.8)
        st.metric(t("column.coverage_80"), percent(eighty and eighty["coverage"]), help=t("accuracy.coverage_help"))
    simulated = year.filter(pl.col("forecast_origin") == "simulated").height
    st.caption(
        t(
            "accuracy.basis",
            count=number(year.height),
            first=period(periods[0], frequency),
            last=period(periods[-1], frequency),
            simulated=number(simulated),
        )
    )


def _trend(errors: pl.DataFrame, frequency: str, weight: str, shown: Snapshot) -> None:
    cut = segment("cut", t("accuracy.cut"), _CUTS, lambda code: t(f"accuracy.cut_{code}"))
    names = {"category": name_column("category_name"), "warehouse": name_column("warehouse_name"), "model": "model"}
    group = names.get(cut)
    if cut == "model":
        errors = errors.with_columns(_named(errors["model"], "model"))
    dropped = 0
    if group is not None:
        # The largest first; more lines than this cannot be told apart.
        largest = (
            errors.group_by(group)
            .agg((pl.col("demand_quantity") * pl.col("unit_cost")).sum().alias("size"))
            .sort(["size", group], descending=[True, False])[group]
        )
        dropped = max(0, len(largest) - _LINES)
        drawn = errors.filter(pl.col(group).is_in(largest.head(_LINES).implode()))
    else:
        drawn = errors
    frame = figures.by_period(drawn, weight, group)
    target = _target(shown)
    st.altair_chart(charts.accuracy(frame, "wape", t("accuracy.axis_wape"), target=target), alt=t("accuracy.trend_alt"))
    st.caption(t("accuracy.trend_hint", few=figures.FEW) + (f" {t('accuracy.dropped', count=dropped)}" if dropped else ""))
    st.altair_chart(charts.accuracy(frame, "bias", t("accuracy.axis_bias"), zero=True), alt=t("accuracy.bias_alt"))
    columns = [
        Column("period_start", "date", pinned=True),
        *([Column("group", title="cut")] if group else []),
        Column("wape", "rate"),
        Column("naive_wape", "rate"),
        Column("bias", "rate"),
        Column("record_count", "count"),
        Column("is_simulated", "flag"),
    ]
    whole = figures.by_period(errors, weight, group).sort(["period_start", "group"], descending=[True, False])
    printed(whole, columns, shown.currency)
    with st.expander(t("accuracy.numbers"), icon=":material/table:"):
        table(
            whole,
            columns,
            key="accuracy_periods",
            currency=shown.currency,
            file_name=f"forecast-accuracy-{frequency}",
            height=400,
            paper=0,
        )


def _steps(errors: pl.DataFrame, frequency: str, weight: str, shown: Snapshot) -> None:
    found = figures.steps(errors, weight)
    if found.is_empty():
        st.info(t("accuracy.no_steps"), icon=":material/info:")
        return
    said = [
        "" if added is None else t("accuracy.added", gain=_points(added), count=number(count))
        for added, count in found.select("value_added", "record_count").iter_rows()
    ]
    drawn = found.with_columns(
        pl.Series("name", [t(f"accuracy.step_{step}") for step in found["step"].to_list()]), pl.Series("said", said)
    )
    st.altair_chart(charts.step_bars(drawn, t("accuracy.axis_wape")), alt=t("accuracy.steps_alt"))
    st.caption(t("accuracy.steps_hint"))
    st.subheader(t("accuracy.people"))
    value_added(shown, frequency)


def _horizon(frequency: str, weight: str, shown: Snapshot) -> None:
    rows = reports.forecast_horizon(shown).filter((pl.col("source") == "archive") & (pl.col("frequency") == frequency))
    if rows.is_empty():
        st.info(t("accuracy.none"), icon=":material/info:")
        return
    frame = figures.horizon_errors(rows, weight)
    distance = t("accuracy.axis_horizon", period=code_text("period_kind", frequency))
    st.altair_chart(charts.horizon(frame, t("accuracy.axis_wape"), distance), alt=t("accuracy.horizon_alt"))
    st.caption(t("accuracy.horizon_hint"))
    columns = [Column("horizon", "count"), Column("wape", "rate"), Column("bias", "rate"), Column("record_count", "count")]
    table(frame, columns, key="accuracy_horizon", currency=shown.currency, file_name=f"forecast-error-by-horizon-{frequency}")


def _coverage(errors: pl.DataFrame, shown: Snapshot) -> None:
    frame = figures.coverage_by_period(errors)
    if frame.is_empty():
        st.info(t("accuracy.no_coverage"), icon=":material/info:")
        return
    st.altair_chart(charts.coverage(frame, t("accuracy.axis_coverage")), alt=t("accuracy.coverage_alt"))
    st.caption(t("accuracy.coverage_hint"))
    columns = [
        Column("demand_pattern", "code", "pattern"),
        Column("level", "rate", title="promised_coverage"),
        Column("coverage", "rate"),
        Column("record_count", "count"),
    ]
    table(
        figures.coverage_by_pattern(errors),
        columns,
        key="accuracy_coverage",
        currency=shown.currency,
        file_name="forecast-coverage-by-pattern",
    )


def _drift(errors: pl.DataFrame, frequency: str, shown: Snapshot) -> None:
    """Series in alarm as of the newest cutoff, the dearest first; the same alarm selects models anew and asks for review."""
    chosen = errors["series_id"].unique().implode()
    series = reports.forecast_series(shown).filter((pl.col("frequency") == frequency) & pl.col("series_id").is_in(chosen))
    frame = series.filter(pl.col("is_drifting").cast(pl.Boolean).fill_null(False)).sort(
        ["value_at_stake", "series_id"], descending=[True, False], nulls_last=True
    )
    st.caption(t("accuracy.drift_hint"))
    if frame.is_empty():
        st.success(t("accuracy.no_drift", count=number(series.height)), icon=":material/check_circle:")
        return
    columns = [
        Column("sku", pinned=True),
        Column("item_name", "name"),
        Column("warehouse_code"),
        Column("tracking_signal", "price", title="tracking_signal"),
        Column("bias", "rate"),
        Column("value_at_stake", "money"),
        Column("model", "code", "model"),
    ]
    _opening(frame, columns, "drift", shown)


def _offenders(errors: pl.DataFrame, shown: Snapshot) -> None:
    frame = figures.offenders(errors)
    top = frame.head(10)
    total, mine = float(frame["error_value"].sum()), float(top["error_value"].sum())
    if total > 0:
        st.markdown(
            t(
                "accuracy.offenders_said",
                count=top.height,
                share=percent(mine / total, 0),
                total=safe(short_money(total, shown.currency, language())),
            )
        )
    columns = [
        Column("sku", pinned=True),
        Column("item_name", "name"),
        Column("warehouse_code"),
        Column("error_value", "money"),
        Column("wape", "rate"),
        Column("naive_wape", "rate"),
        Column("bias", "rate"),
        Column("demand_pattern", "code", "pattern"),
        Column("record_count", "count"),
    ]
    _opening(frame, columns, "offenders", shown)


def _opening(frame: pl.DataFrame, columns: list[Column], name: str, shown: Snapshot) -> None:
    """A table whose ticked row opens the review of its series."""
    selected = table(
        frame,
        columns,
        key=f"accuracy_{name}",
        currency=shown.currency,
        file_name=f"forecast-{name}",
        selection="single-row",
        height=460,
    )
    if not selected:
        st.caption(t("accuracy.open_hint"))
        return
    row = frame.row(selected[0], named=True)
    st.page_link(
        "app_pages/forecast.py",
        label=t("accuracy.open", sku=row["sku"], warehouse=row["warehouse_code"]),
        icon=":material/rate_review:",
        query_params={"series": str(row["series_id"])},
    )


def _target(shown: Snapshot) -> float | None:
    """The WAPE that the accuracy target allows: accuracy is 1 - WAPE."""
    targets = kpi_reports.kpi_periods(shown, "forecast_accuracy", "month")
    known = [] if targets.is_empty() else targets["target"].drop_nulls().to_list()
    return 1.0 - float(known[-1]) if known else None


def _named(codes: pl.Series, group: str) -> pl.Series:
    return pl.Series(codes.name, [code_text(group, code) for code in codes.to_list()], dtype=pl.String)


def _signed(value: float | None) -> str:
    return percent(value) if value is None else f"{value * 100:+.1f} %"


def _points(value: float | None) -> str:
    return percent(None) if value is None else f"{value * 100:+.1f} {t('accuracy.points')}"


show()
