"""Forecast review: which items need me, what does the model say and why, what changed, and do I know better?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.calendar_marks import marked_days
from dashboards.components import charts_forecast
from dashboards.components.filters import segment
from dashboards.components.forecast_area import forecast_area
from dashboards.components.forecast_facts import explanation, headline
from dashboards.components.forecast_inbox import filtered, forecast_inbox, urgency_words
from dashboards.components.learned import learned, told_events, told_marks
from dashboards.components.notes import notes
from dashboards.components.odd_demand import odd_demand
from dashboards.components.override import override_log, override_table, with_live_overrides
from dashboards.components.override_upload import override_upload
from dashboards.components.second_opinion import second_opinion
from dashboards.components.take_on import take_on
from dashboards.formats import safe, short_money
from dashboards.i18n import code_text, label, language, name_column, t, unit_text
from dashboards.snapshot import Snapshot

# History periods drawn, two seasons at most: more would hide the last one, and the names of holidays.
_SHOWN = {"week": 78, "month": 24}


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
    left_over, which = filtered(series)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        chosen = forecast_inbox(series, left_over, which, shown)
    if chosen is None:
        return
    rows = series.filter(pl.col("series_id").cast(pl.String) == chosen)
    with right:
        frequency = _heading(shown, rows)
        if frequency is None:
            st.info(t("forecast.no_periods"), icon=":material/info:")
            return
        # The figures beside the chart are those of the periods it draws.
        of_kind = rows.filter(pl.col("frequency") == frequency)
        row = (rows if of_kind.is_empty() else of_kind).row(0, named=True)
        series_id = int(row["series_id"])
        frame = with_live_overrides(reports.series_forecast(shown, series_id, frequency), series_id, frequency)
        unit = unit_text(row["base_unit"]) or t("unit.base")
        _chart(shown, row, frame, frequency, unit)
        headline(row, frame, frequency, unit)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        override_table(frame, row, frequency)
        override_upload(frame, row, frequency)
        override_log(row, frequency)
    with right:
        odd_demand(shown, row, frequency)
        explanation(shown, row, frame, frequency, unit)
    learned(row, series)
    with st.container(key="screen_only_opinion"):
        second_opinion(shown, frame, row, frequency)
    one, two = st.columns([3, 1])
    with one:
        notes("series", str(series_id))
    with two:
        take_on("series", str(series_id), t("forecast.action", sku=row["sku"]))


def _heading(shown: Snapshot, rows: pl.DataFrame) -> str | None:
    """Name, why somebody should look, money at stake, and the switch between weeks and months."""
    row = rows.row(0, named=True)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(f"{safe(row['sku'])} {safe(label(row, 'item_name'))} · {safe(row['warehouse_code'])}", width="stretch")
        known = [each for each in ("month", "week") if not reports.series_forecast(shown, row["series_id"], each).is_empty()]
        frequency = None
        if known:
            frequency = segment(
                "frequency",
                t("kpi.period_kind"),
                known,
                lambda code: code_text("period_kind", code),
                first=str(row["frequency"] or ""),
            )
        st.page_link(
            "app_pages/item.py",
            label=t("suggestions.open_item"),
            icon=":material/deployed_code:",
            query_params={"series": str(row["series_id"])},
        )
    why = urgency_words(row)
    if why:
        at_stake = safe(short_money(row["value_at_stake"], shown.currency, language()))
        st.markdown(
            t("forecast.why_review", why=safe(why), period=code_text("periods", row["frequency"]), money=at_stake),
            help=t("forecast.stake_help"),
        )
    return frequency


def _chart(shown: Snapshot, row: Mapping[str, Any], frame: pl.DataFrame, frequency: str, unit: str) -> None:
    drawn = _recent(frame, frequency)
    category = row["category_id"]
    events = told_events(int(row["item_id"]), None if category is None else int(category))
    # Cast: a snapshot of before the calendar has columns of nothing.
    calendar = reports.calendar(shown).select(
        pl.col("start_date").cast(pl.Date).alias("first"),
        pl.col("end_date").cast(pl.Date).alias("last"),
        pl.col(name_column("event_name")).cast(pl.String).alias("name"),
        pl.col("event_name").cast(pl.String).alias("stem"),
    )
    title = t("forecast.axis", unit=unit, period=code_text("period_kind", frequency))
    chart = charts_forecast.forecast(drawn, title, told_marks(int(row["series_id"])), marked_days(events, calendar, drawn))
    st.altair_chart(chart, alt=t("forecast.chart_alt", item=row["sku"]))
    st.caption(t("forecast.chart_key"), help=t("forecast.chart_hint"))


def _recent(frame: pl.DataFrame, frequency: str) -> pl.DataFrame:
    history = frame.filter(pl.col("kind") == "history").sort("period_start").tail(_SHOWN[frequency])
    return pl.concat([history, frame.filter(pl.col("kind") == "forecast")])


show()
