"""KPI overview: are we good, are we better than before, and what needs attention? One screen of a desk without scrolling."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import kpi_reports
from dashboards import snapshot as snapshots
from dashboards.attention import Point, points
from dashboards.components.cards import KPI_PERIODS, kpi_card, latest
from dashboards.components.tables import Column, export_buttons, shown, to_csv
from dashboards.formats import short_money
from dashboards.i18n import language, t
from dashboards.snapshot import Snapshot

_COLUMNS = [
    Column("kpi", "code", "kpi.name"),
    Column("period_kind", "code", "period_kind"),
    Column("period_start", "date"),
    Column("value", "price"),
    Column("numerator", "price"),
    Column("denominator", "price"),
    Column("target", "price"),
    Column("previous_value", "price"),
    Column("previous_year_value", "price"),
    Column("status", "code", "status"),
]
_POINTS = 8


def show() -> None:
    snapshot = snapshots.current()
    if snapshot is None:
        return
    st.title(t("kpis.title"))
    found = {kpi: kpi_reports.complete_periods(snapshot, kpi, kinds) for kpi, kinds in KPI_PERIODS.items()}
    cards, beside = st.columns([7, 3], gap="small")
    with cards, st.grid(3, min_column_width=205):
        for kpi, (kind, frame) in found.items():
            export = None if frame.is_empty() else to_csv(shown(_numbers(kind, frame), _COLUMNS, snapshot.currency))
            kpi_card(kpi, kind or KPI_PERIODS[kpi][0], frame, snapshot.currency, _beside(snapshot, kpi, kind, frame), export)
    with beside, st.container(border=True, height="stretch", key="card_attention"):
        st.markdown(f"**{t('kpis.attention')}**")
        every = points(snapshot, found)
        if not every:
            st.success(t("kpis.all_good"), icon=":material/check_circle:")
        for place, point in enumerate(every[:_POINTS]):
            _point(place, point, snapshot)
        _pack(snapshot, found)


def _beside(snapshot: Snapshot, kpi: str, kind: str, frame: pl.DataFrame) -> dict[str, float | None]:
    """WAPE and bias of the card's period beside the accuracy."""
    row = latest(frame)
    if kpi != "forecast_accuracy" or row is None:
        return {}
    others = kpi_reports.readings(snapshot, kpi, kind, row["period_start"])
    values = dict(zip(others["reading"].to_list(), others["value"].to_list(), strict=True))
    return {name: values[name] for name in ("wape", "bias") if name in values}


def _point(place: int, point: Point, snapshot: Snapshot) -> None:
    """Money first, then the sentence; the whole of it leads to the page behind it."""
    stake = f"**{short_money(point.money, snapshot.currency, language())}** ".replace("$", "\\$") if point.money else ""
    with st.container(key=f"point_{place}"):
        st.page_link(
            f"app_pages/{point.page}.py",
            label=stake + point.text,
            icon=f":material/{point.icon}:",
            query_params=dict(point.link),
        )


def _numbers(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(kind).alias("period_kind")).select(column.name for column in _COLUMNS)


def _pack(snapshot: Snapshot, found: dict[str, tuple[str, pl.DataFrame]]) -> None:
    """The numbers behind all cards as one file."""
    parts = [_numbers(kind, frame) for kind, frame in found.values() if not frame.is_empty()]
    if not parts:
        return
    whole = pl.concat(parts, how="vertical_relaxed")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("kpis.pack"))
        export_buttons(whole, _COLUMNS, key="kpi_pack", currency=snapshot.currency, file_name=f"kpi-{snapshot.data_through}")


show()
