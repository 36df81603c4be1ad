"""Forecast review: which items need me, what does the model say and why, and do I know better?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import actions, live, reports
from dashboards import snapshot as snapshots
from dashboards.components import charts
from dashboards.components.filters import choose, search, segment
from dashboards.components.notes import notes
from dashboards.components.second_opinion import second_opinion
from dashboards.components.tables import Column, table
from dashboards.formats import MISSING, number, percent, period, plain, safe
from dashboards.i18n import code_text, label, reason_text, t
from dashboards.session import notice
from dashboards.snapshot import Snapshot
from kernel.numbers import QUANTITY_SCALE


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
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
    st.header(f"{safe(row['sku'])} {safe(label(row, 'item_name'))} · {safe(row['warehouse_code'])}")
    frequency = _frequency(shown, row)
    if frequency is None:
        st.info(t("forecast.no_periods"), icon=":material/info:")
        return
    frame = _with_live_overrides(reports.series_forecast(shown, row["series_id"], frequency), int(row["series_id"]), frequency)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.altair_chart(
            charts.forecast(
                frame, t("forecast.axis", unit=row["base_unit"] or t("unit.base"), period=code_text("period_kind", frequency))
            ),
            alt=t("forecast.chart_alt", item=row["sku"]),
        )
        st.caption(t("forecast.chart_hint"))
    with right:
        _champion(row)
        _accuracy(shown, row)
    _overrides(frame, row, frequency)
    _log(row, frequency)
    second_opinion(shown, frame, row, frequency)
    notes("series", str(row["series_id"]))


def _inbox(series: pl.DataFrame, shown: Snapshot) -> str | None:
    """The series that need a human; any other by search."""
    which = segment("which", t("forecast.which"), ["review", "all"], lambda code: t(f"forecast.which_{code}"))
    review = series.filter(pl.col("needs_review_score").cast(pl.Float64).fill_null(0) > 0)
    frame = review if which == "review" else series
    if which == "review" and review.is_empty():
        st.success(t("forecast.none_to_review", count=number(series.height)), icon=":material/check_circle:")
        frame = series
    words = search("q", t("filter.search"), t("filter.search_item")).strip().lower()
    if words:
        text = pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in ("sku", "item_name", "item_name_zh")], separator=" "
        )
        frame = frame.filter(text.str.to_lowercase().str.contains(words, literal=True))
    selected = table(
        frame,
        [
            Column("sku", pinned=True),
            Column("item_name", "name"),
            Column("warehouse_code"),
            Column("needs_review_reason", "code", "review"),
            Column("value_at_stake", "money"),
            Column("wape", "rate"),
            Column("bias", "rate"),
            Column("model", "code", "model"),
            Column("demand_pattern", "code", "pattern"),
        ],
        key="series_table",
        currency=shown.currency,
        file_name="forecast-review",
        selection="single-row",
        height=250,
        limit=500,
    )
    if frame.is_empty():
        return None
    every = {str(each["series_id"]): each for each in series.iter_rows(named=True)}
    ids = [str(each) for each in frame["series_id"].to_list()]
    if selected and st.session_state.get("opened_series") != selected[0]:
        st.session_state["series"] = ids[selected[0]]
    st.session_state["opened_series"] = selected[0] if selected else None
    for wanted in (st.query_params.get("series"), st.session_state.get("series")):
        if wanted in every and wanted not in ids:
            ids = [str(wanted), *ids]
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


def _with_live_overrides(frame: pl.DataFrame, series_id: int, frequency: str) -> pl.DataFrame:
    """What people overrode since the snapshot counts at once."""
    newest: dict[date, float | None] = {}
    for entry in reversed(live.overrides(series_id)):
        start = live.day(entry["period_start"])
        if entry["frequency"] == frequency and start is not None:
            value = entry["override_quantity"]
            newest[start] = None if value is None else value / QUANTITY_SCALE
    starts, kept = frame["period_start"].to_list(), frame["override_quantity"].cast(pl.Float64).to_list()
    merged = [newest.get(start, before) for start, before in zip(starts, kept, strict=True)]
    return frame.with_columns(pl.Series("override_quantity", merged, dtype=pl.Float64)).with_columns(
        pl.coalesce("override_quantity", pl.col("baseline_quantity").cast(pl.Float64)).alias("total_quantity")
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


def _accuracy(shown: Snapshot, row: Mapping[str, Any]) -> None:
    """How wrong it was, beside seasonal naive, and how it did at each past cutoff."""
    with st.container(horizontal=True):
        st.metric(t("column.wape"), percent(row["wape"]), help=t("forecast.wape_help"))
        st.metric(t("column.naive_wape"), percent(row["naive_wape"]), help=t("forecast.naive_help"))
        st.metric(t("column.bias"), percent(row["bias"]), help=t("forecast.bias_help"))
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


def _overrides(frame: pl.DataFrame, row: Mapping[str, Any], frequency: str) -> None:
    """Future periods as an editable table; an empty cell means the machine's forecast stands."""
    st.subheader(t("forecast.override_title"))
    ahead = frame.filter(pl.col("kind") == "forecast").sort("period_start")
    if ahead.is_empty():
        st.caption(t("forecast.no_periods"))
        return
    starts: list[date] = ahead["period_start"].to_list()
    names = {
        "period": t("axis.period"),
        "baseline": t("forecast.series.baseline"),
        "interval": t("forecast.interval"),
        "override": t("forecast.override"),
        "last_year": t("forecast.series.last_year"),
        "total": t("forecast.total"),
    }
    shown_frame = pl.DataFrame(
        {
            names["period"]: [period(start, frequency) for start in starts],
            names["baseline"]: ahead["baseline_quantity"].cast(pl.Float64).round(2),
            names["interval"]: [
                f"{number(low, 1)} – {number(high, 1)}"
                for low, high in zip(ahead["p10"].to_list(), ahead["p90"].to_list(), strict=True)
            ],
            names["override"]: ahead["override_quantity"].cast(pl.Float64),
            names["last_year"]: ahead["last_year_quantity"].cast(pl.Float64).round(2),
            names["total"]: ahead["total_quantity"].cast(pl.Float64).round(2),
        }
    )
    series = str(row["series_id"])
    command_id = actions.drawn_id(f"override:{series}:{frequency}")
    # A new key for each drawn form: cells typed into a saved table must not come back.
    editor = f"override_{series}_{frequency}_{command_id[:8]}"
    with st.form(f"override_form_{series}", border=False):
        st.data_editor(
            shown_frame,
            key=editor,
            hide_index=True,
            disabled=[name for key, name in names.items() if key != "override"],
            column_config={
                names["override"]: st.column_config.NumberColumn(
                    min_value=0.0, format="localized", help=t("forecast.override_help")
                ),
                **{names[key]: st.column_config.NumberColumn(format="localized") for key in ("baseline", "last_year", "total")},
            },
            height=280,
            placeholder=MISSING,
            alt=t("forecast.override_title"),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(t("reason"), key=f"{editor}_reason", placeholder=t("forecast.reason_hint"))
            st.form_submit_button(
                t("forecast.save"),
                type="primary",
                icon=":material/save:",
                on_click=_save,
                args=(command_id, dict(row), frequency, editor, names["override"], starts, ahead["baseline_quantity"].to_list()),
            )


def _log(row: Mapping[str, Any], frequency: str) -> None:
    """Who overrode what, when and why."""
    written = [entry for entry in live.overrides(int(row["series_id"])) if entry["frequency"] == frequency]
    if not written:
        return
    with st.expander(t("forecast.log", count=len(written)), icon=":material/edit_note:"):
        for entry in written[:50]:
            value = entry["override_quantity"]
            st.markdown(
                t(
                    "forecast.log_line",
                    period=period(live.day(entry["period_start"]), frequency),
                    value=t("forecast.withdrawn") if value is None else number(value / QUANTITY_SCALE),
                    baseline=plain(None)
                    if entry["baseline_quantity"] is None
                    else number(entry["baseline_quantity"] / QUANTITY_SCALE),
                    reason=safe(entry["reason"]),
                    name=safe(label(entry, "name")),
                    at=live.moment(entry["recorded_at"]),
                )
            )


def _save(
    command_id: str,
    row: dict[str, Any],
    frequency: str,
    editor: str,
    column: str,
    starts: list[date],
    baselines: list[float | None],
) -> None:
    edited: dict[int, dict[str, Any]] = st.session_state[editor]["edited_rows"]
    changes = {starts[int(place)]: (cells[column], baselines[int(place)]) for place, cells in edited.items() if column in cells}
    if not changes:
        notice("warning", t("forecast.nothing_changed"))
        return
    saved = actions.override(command_id, row, frequency, changes, st.session_state[f"{editor}_reason"])
    if saved:
        notice("success", t("forecast.saved", count=saved))


show()
