"""Forecast review: which items need me, what does the model say and why, what changed, and do I know better?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.components import charts_forecast
from dashboards.components.filters import choose, search, segment
from dashboards.components.forecast_area import forecast_area
from dashboards.components.learned import learned, told_marks
from dashboards.components.notes import notes
from dashboards.components.odd_demand import odd_demand
from dashboards.components.override import override_log, override_table, with_live_overrides
from dashboards.components.second_opinion import second_opinion
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.formats import MISSING, number, percent, period, safe
from dashboards.i18n import code_text, label, language, reason_text, t, unit_text
from dashboards.override_cells import value_added
from dashboards.snapshot import Snapshot

# History periods drawn: more would hide the season.
_SHOWN = {"week": 78, "month": 36}


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    forecast_area("forecast", shown)
    st.title(t("forecast.title"))
    with st.skeleton():
        series = reports.forecast_series(shown)
    if series.is_empty():
        st.info(t("forecast.none"), icon=":material/info:")
        return
    chosen = _inbox(series, shown)
    if chosen is None:
        return
    row = series.filter(pl.col("series_id").cast(pl.String) == chosen).row(0, named=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{safe(row['sku'])} {safe(label(row, 'item_name'))} · {safe(row['warehouse_code'])}")
        frequency = _frequency(shown, row)
        st.page_link(
            "app_pages/item.py",
            label=t("suggestions.open_item"),
            icon=":material/deployed_code:",
            query_params={"series": str(row["series_id"])},
        )
    if frequency is None:
        st.info(t("forecast.no_periods"), icon=":material/info:")
        return
    frame = with_live_overrides(reports.series_forecast(shown, row["series_id"], frequency), int(row["series_id"]), frequency)
    left, right = st.columns([3, 2], gap="large")
    with left:
        unit = unit_text(row["base_unit"]) or t("unit.base")
        title = t("forecast.axis", unit=unit, period=code_text("period_kind", frequency))
        category = row["category_id"]
        corrected, happened = told_marks(int(row["series_id"]), int(row["item_id"]), None if category is None else int(category))
        drawn = charts_forecast.forecast(_recent(frame, frequency), title, corrected, happened)
        st.altair_chart(drawn, alt=t("forecast.chart_alt", item=row["sku"]))
        st.caption(t("forecast.chart_hint"))
    with right:
        _champion(row)
        _why(shown, row)
        _changed(frame, frequency, unit)
        _accuracy(shown, row, frame)
    odd_demand(shown, row, frequency)
    override_table(frame, row, frequency)
    override_log(row, frequency)
    learned(row, series)
    second_opinion(shown, frame, row, frequency)
    one, two = st.columns([3, 1])
    with one:
        notes("series", str(row["series_id"]))
    with two:
        take_on("series", str(row["series_id"]), t("forecast.action", sku=row["sku"]))


def _recent(frame: pl.DataFrame, frequency: str) -> pl.DataFrame:
    history = frame.filter(pl.col("kind") == "history").sort("period_start").tail(_SHOWN[frequency])
    return pl.concat([history, frame.filter(pl.col("kind") == "forecast")])


def _inbox(series: pl.DataFrame, shown: Snapshot) -> str | None:
    """The series that need a human; those whose forecast changed; any other by search."""
    which = segment("which", t("forecast.which"), ["review", "changed", "all"], lambda code: t(f"forecast.which_{code}"))
    frame = series
    columns = [
        Column("sku", pinned=True),
        Column("item_name", "name"),
        Column("warehouse_code"),
        Column("needs_review_reason", "code", "review"),
        Column("value_at_stake", "money"),
        Column("wape", "rate"),
        Column("bias", "rate"),
        Column("model", "code", "model"),
        Column("demand_pattern", "code", "pattern"),
    ]
    if which == "review":
        frame = series.filter(pl.col("needs_review_score").cast(pl.Float64).fill_null(0) > 0)
        if frame.is_empty():
            st.success(t("forecast.none_to_review", count=number(series.height)), icon=":material/check_circle:")
            frame = series
    elif which == "changed":
        moved = reports.changed_forecasts(shown)
        if moved.is_empty():
            st.info(t("forecast.none_changed"), icon=":material/info:")
        else:
            frame = moved.join(series, on="series_id", how="inner", maintain_order="left")
            columns[3:5] = [
                Column("last_total", "quantity"),
                Column("total", "quantity"),
                Column("change_rate", "rate"),
                Column("base_unit", "unit"),
            ]
    words = search("forecast_words", t("filter.search"), t("forecast.search_hint")).strip().lower()
    if words:
        text = pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in ("sku", "item_name", "item_name_zh")], separator=" "
        )
        frame = frame.filter(text.str.to_lowercase().str.contains(words, literal=True))
    selected = table(
        frame,
        columns,
        key=f"series_table_{which}",
        currency=shown.currency,
        file_name="forecast-review",
        selection="single-row",
        height=230,
        limit=500,
    )
    every = {str(each["series_id"]): each for each in series.iter_rows(named=True)}
    linked = st.query_params.get("series")
    if linked and linked not in every:
        st.warning(t("item.gone"), icon=":material/link_off:")
    ids = [str(each) for each in frame["series_id"].to_list()]
    mark = (which, selected[0]) if selected else None
    if selected and st.session_state.get("opened_series") != mark:
        st.session_state["series"] = ids[selected[0]]
    st.session_state["opened_series"] = mark
    for wanted in (linked, st.session_state.get("series")):
        if wanted in every and wanted not in ids:
            ids = [str(wanted), *ids]
    if not ids:
        return None
    return choose(
        "series",
        t("forecast.series_label"),
        ids,
        lambda each: f"{every[each]['sku']} {label(every[each], 'item_name')} · {every[each]['warehouse_code']}",
        required=True,
        first=ids[0],
    )


def _frequency(shown: Snapshot, row: Mapping[str, Any]) -> str | None:
    known = [each for each in ("month", "week") if not reports.series_forecast(shown, row["series_id"], each).is_empty()]
    if not known:
        return None
    return segment(
        "frequency", t("kpi.period_kind"), known, lambda code: code_text("period_kind", code), first=str(row["frequency"] or "")
    )


def _champion(row: Mapping[str, Any]) -> None:
    """Which model, why, and what the demand looks like."""
    with st.container(border=True):
        st.markdown(f"**{t('forecast.champion', model=safe(code_text('model', row['model'])))}**")
        why = reason_text(row["reason_key"], row["reason_values"])
        st.markdown(safe(why) if why else t("forecast.no_reason"))
        if row["is_fallback"]:
            st.warning(t("forecast.fallback"), icon=":material/warning:")
        st.caption(
            t(
                "forecast.shape",
                pattern=code_text("pattern", row["demand_pattern"]),
                adi=number(row["adi"], 2),
                cv2=number(row["cv2"], 2),
                trend=number(row["trend_per_period"], 2),
                season=percent(row["seasonal_strength"], 0),
            )
        )


def _why(shown: Snapshot, row: Mapping[str, Any]) -> None:
    """What else the engine says of the series: trend, season, events, what was borrowed or left out."""
    said = reports.read(
        shown,
        "rpt_forecast_explanation",
        "series_id = ? and frequency = ? and position > 0",
        (row["series_id"], row["frequency"]),
        order="position",
    )
    if said.is_empty():
        return
    with st.expander(t("forecast.why_title"), icon=":material/psychology:"):
        for each in said.iter_rows(named=True):
            st.markdown(f"- {safe(reason_text(each['sentence_key'], each['sentence_values']))}")


def _changed(frame: pl.DataFrame, frequency: str, unit: str) -> None:
    """What the newest run says differently from the one before."""
    both = frame.filter(pl.col("kind") == "forecast").select(
        "period_start",
        pl.col("baseline_quantity").cast(pl.Float64).alias("now"),
        pl.col("last_forecast_quantity").cast(pl.Float64).alias("then"),
    )
    both = both.drop_nulls(["now", "then"])
    if both.is_empty():
        st.caption(f":material/compare_arrows: {t('forecast.changed_none')}")
        return
    now, then = float(both["now"].sum()), float(both["then"].sum())
    most = (
        both.with_columns((pl.col("now") - pl.col("then")).alias("step"))
        .sort(pl.col("step").abs(), descending=True)
        .row(0, named=True)
    )
    st.markdown(
        ":material/compare_arrows: "
        + t(
            "forecast.changed",
            count=both.height,
            then=number(then, 0),
            now=number(now, 0),
            unit=safe(unit),
            change=f"{(now - then) / then * 100:+.1f} %" if then else MISSING,
            period=period(most["period_start"], frequency),
            step=f"{most['step']:+,.1f}",
        )
    )


def _accuracy(shown: Snapshot, row: Mapping[str, Any], frame: pl.DataFrame) -> None:
    """How wrong it was, beside seasonal naive; what the model and what people added; how it did at each past cutoff."""
    with st.container(horizontal=True):
        st.metric(t("column.wape"), percent(row["wape"]), help=t("forecast.wape_help"))
        st.metric(t("column.naive_wape"), percent(row["naive_wape"]), help=t("forecast.naive_help"))
        st.metric(t("column.bias"), percent(row["bias"]), help=t("forecast.bias_help"))
    points = "个百分点" if language() == "zh" else "pp"
    if row["wape"] is not None and row["naive_wape"] is not None:
        st.caption(t("forecast.fva_model", gain=f"{(row['naive_wape'] - row['wape']) * 100:+.1f} {points}"))
    judged = value_added(frame.filter(pl.col("kind") == "history").to_dicts())
    if judged is None:
        st.caption(t("forecast.fva_none"))
    else:
        st.caption(t("forecast.fva_override", count=judged[0], gain=f"{judged[1] * 100:+.1f} {points}"))
    past = reports.forecast_accuracy(shown, row["series_id"])
    if past.is_empty():
        return
    with st.expander(t("forecast.past", count=past.height), icon=":material/history:"):
        table(
            past.sort("cutoff", descending=True),
            [
                Column("cutoff", "date"),
                Column("model", "code", "model"),
                Column("wape", "rate"),
                Column("bias", "rate"),
                Column("coverage_80", "rate"),
                Column("origin", "code", "origin"),
            ],
            key="past_accuracy",
            currency=shown.currency,
            file_name=f"forecast-accuracy-{row['sku']}",
        )


show()
