"""KPI detail: how did it move, who moved it, which rows, and why?"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import kpi_reports, live, live_work
from dashboards import snapshot as snapshots
from dashboards.components import charts
from dashboards.components.cards import DIRECTION, KPI_PERIODS, fraction, latest, status_line
from dashboards.components.filters import choose, segment
from dashboards.components.offenders import ROWS, draw
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.effect import kpi_subject
from dashboards.formats import before, change, kpi_value, period, safe
from dashboards.i18n import code_text, label, language, t
from dashboards.snapshot import Snapshot


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    linked = st.query_params.get("kpi")
    if linked and linked not in KPI_PERIODS:
        st.warning(t("kpi.gone", name=safe(linked)), icon=":material/link_off:")
    kpi = segment("kpi", t("kpi.which"), list(KPI_PERIODS), lambda code: t(f"kpi.name.{code}"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(t(f"kpi.name.{kpi}"), width="stretch")
        take_on("kpi", kpi_subject(kpi), t("kpi.action", kpi=t(f"kpi.name.{kpi}")))
    st.caption(f"{t(f'kpi.definition.{kpi}')} {t(f'kpi.parts.{kpi}')}")
    kinds = [kind for kind in KPI_PERIODS[kpi] if not kpi_reports.kpi_periods(shown, kpi, kind).is_empty()]
    if not kinds:
        st.info(f"{t('status.not_recorded')} · {t(f'kpi.empty.{kpi}')}", icon=":material/info:")
        return
    kind = segment("period", t("kpi.period_kind"), kinds, lambda code: code_text("period_kind", code))
    frame = kpi_reports.kpi_periods(shown, kpi, kind)
    row = _chosen_period(frame, kind)
    if row is None:
        return
    unit = str(row["unit"])
    _headline(row, kind, unit, shown)
    marks = [live.day(each["opened_date"]) for each in live_work.actions(is_open=False) if each["subject_id"] == kpi_subject(kpi)]
    st.altair_chart(
        charts.trend(frame, unit, _axis(kpi, unit, shown), t("kpi.target"), marks=marks),
        alt=t("kpi.trend_alt", kpi=t(f"kpi.name.{kpi}")),
    )
    st.caption(t("kpi.trend_hint"))
    _readings(kpi, kind, row, unit, shown)
    _who_moved_it(kpi, kind, row, unit, shown)
    st.subheader(t(f"kpi.rows.{ROWS[kpi]}"))
    draw(kpi, shown, row)


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
            delta=change(row["value"], row["previous_value"], unit, language()),
            delta_color=colour,
            delta_description=t(f"kpi.versus.{kind}"),
        )
        st.metric(
            t("kpi.last_year"),
            kpi_value(row["previous_year_value"], unit, shown.currency, language()),
            delta=change(row["value"], row["previous_year_value"], unit, language()),
            delta_color=colour,
            delta_description=t("kpi.versus.year"),
        )
    parts = fraction(str(row["kpi"]), row, shown.currency)
    st.markdown(status_line(row, shown.currency) + (f" · {parts}" if parts else ""))
    st.markdown(_comment(row, kind))
    if row["is_complete"] is False:
        st.warning(t("kpi.incomplete"), icon=":material/hourglass_top:")
    elif row["note_key"]:
        st.caption(f":material/info: {code_text('note', str(row['note_key']).split('.')[-1])}")


def _comment(row: dict[str, Any], kind: str) -> str:
    """One sentence: better or worse than before and than a year ago."""
    said = []
    for name, key in (("previous_value", "before"), ("previous_year_value", "year")):
        if row[name] is None or row["value"] is None:
            continue
        step = float(row["value"]) - float(row[name])
        way = "same" if abs(step) < 1e-9 else "up" if step > 0 else "down"
        direction = DIRECTION.get(str(row["kpi"]), 1)
        if direction and way != "same":
            way = "better" if step * direction > 0 else "worse"
        other = before(row["period_start"], kind, years=1 if key == "year" else 0)
        said.append(t(f"kpi.comment.{way}", period=period(other, kind)))
    return t("kpi.comment.joined", parts=t("kpi.comment.and").join(said)) if said else t("kpi.year_unknown")


def _readings(kpi: str, kind: str, row: dict[str, Any], unit: str, shown: Snapshot) -> None:
    """The same KPI read differently, beside the headline."""
    others = kpi_reports.readings(shown, kpi, kind, row["period_start"]).filter(pl.col("reading") != "headline")
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


def _change(kind: str) -> Column:
    return Column("value_change", kind)


def _who_moved_it(kpi: str, kind: str, row: dict[str, Any], unit: str, shown: Snapshot) -> None:
    """The KPI cut by one dimension, with the change against the period before."""
    available = kpi_reports.dimensions(shown, kpi, kind)
    if not available:
        return
    st.subheader(t("kpi.who_moved_it"))
    dimension = segment("by", t("kpi.by"), available, lambda code: code_text("dimension", code))
    frame = kpi_reports.contribution(shown, kpi, kind, row["period_start"], dimension)
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
            # Rates lie close together: bars from zero would all look alike, dots beside the target do not.
            draw_values = charts.dots if unit == "rate" else charts.bars
            st.altair_chart(
                draw_values(
                    valued.select("shown_label", pl.col("value", "target").cast(pl.Float64)),
                    "shown_label",
                    "value",
                    _axis(kpi, unit, shown),
                    code_text("dimension", dimension),
                    pattern,
                ),
                alt=t("kpi.who_moved_it"),
            )
    part_kind = "money" if kpi in ("inventory_turnover", "purchase_savings", "stock_value") else "quantity"
    value_kind = "rate" if unit == "rate" else "money" if unit == "currency" else "price"
    with right:
        chosen = table(
            frame,
            [
                Column("shown_label", pinned=True),
                Column("value", value_kind),
                Column("value_change", "points", title="value_change_points") if unit == "rate" else _change(value_kind),
                Column("numerator", part_kind),
                Column("denominator", part_kind),
                Column("record_count", "count"),
                Column("status", "code", "status"),
            ],
            key=f"by_{kpi}_{dimension}",
            currency=shown.currency,
            file_name=f"{kpi}-{dimension}-{row['period_start']}",
            selection="single-row",
            height=330,
        )
        if chosen:
            picked = frame.row(chosen[0], named=True)
            subject = kpi_subject(kpi, dimension, str(picked["dimension_key"]))
            take_on("kpi", subject, t("kpi.action_at", kpi=t(f"kpi.name.{kpi}"), where=picked["shown_label"]))
        else:
            st.caption(t("kpi.select_hint"))


show()
