"""KPI overview: are we good, are we better than before, and what needs attention?"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.components.cards import KPI_PERIODS, STATUS_ICON, kpi_card, latest
from dashboards.components.tables import Column, export_buttons
from dashboards.formats import kpi_value, number, period, safe, short_money
from dashboards.i18n import code_text, label, language, t
from dashboards.snapshot import Snapshot


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    st.title(t("kpis.title"))
    found = {kpi: reports.complete_periods(shown, kpi, kinds) for kpi, kinds in KPI_PERIODS.items()}
    with st.grid(3, min_column_width=280):
        for kpi, (kind, frame) in found.items():
            kpi_card(kpi, kind or KPI_PERIODS[kpi][0], frame, shown.currency)
    st.subheader(t("kpis.attention"))
    sentences = [*_off_target(found, shown), *_causes(shown, found), *_cash(shown), *_expiring(shown), *_suppliers(shown)]
    if sentences:
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
    else:
        st.success(t("kpis.all_good"), icon=":material/check_circle:")
    _pack(shown, found)


def _off_target(found: dict[str, tuple[str, pl.DataFrame]], shown: Snapshot) -> list[str]:
    """One sentence per KPI that misses its target."""
    sentences = []
    for kpi, (kind, frame) in found.items():
        row = latest(frame)
        if row is None or row["status"] not in ("bad", "watch"):
            continue
        value = kpi_value(row["value"], str(row["unit"]), shown.currency, language())
        target = kpi_value(row["target"], str(row["unit"]), shown.currency, language())
        sentences.append(
            f"{STATUS_ICON[row['status']]} "
            + t(
                "kpis.off_target", kpi=t(f"kpi.name.{kpi}"), value=value, target=target, period=period(row["period_start"], kind)
            ).replace("$", "\\$")
        )
    return sentences


def _causes(shown: Snapshot, found: dict[str, tuple[str, pl.DataFrame]]) -> list[str]:
    """What made deliveries late in the period of the on-time card."""
    _, frame = found["on_time_delivery"]
    row = latest(frame)
    if row is None:
        return []
    causes = reports.late_causes(shown, row["period_start"], row["period_end"] or row["period_start"] + timedelta(days=31))
    if causes.is_empty():
        return []
    groups = causes.group_by("cause_group").agg(pl.col("days").sum()).filter(pl.col("days") > 0).sort("days", descending=True)
    if groups.is_empty():
        return []
    total = groups["days"].sum()
    parts = [f"{code_text('cause_group', group)} {days / total * 100:.0f} %" for group, days in groups.iter_rows()]
    joined = ("、" if language() == "zh" else ", ").join(parts)
    return [f":material/local_shipping: {t('kpis.late_causes', parts=joined, days=total)}"]


def _cash(shown: Snapshot) -> list[str]:
    """How much money lies in stock nobody needs."""
    stuck = reports.problem_stock(shown).filter(pl.col("problem").is_in(["overstock", "slow_moving", "obsolete"]))
    if stuck.is_empty():
        return []
    first = stuck.row(0, named=True)
    return [
        ":material/savings: "
        + t(
            "kpis.cash",
            money=short_money(stuck["problem_value"].cast(pl.Float64).sum(), shown.currency, language()).replace("$", "\\$"),
            count=stuck.height,
            item=safe(f"{first['sku']} {label(first, 'item_name')}"),
        )
    ]


def _expiring(shown: Snapshot) -> list[str]:
    lots = reports.read(shown, "rpt_stock", "days_to_expiry between 0 and 60 and on_hand_quantity > 0", order="days_to_expiry")
    if lots.is_empty():
        return []
    value = short_money(lots["stock_value"].cast(pl.Float64).sum(), shown.currency, language()).replace("$", "\\$")
    return [f":material/event_busy: {t('kpis.expiring', count=lots.height, money=value)}"]


def _suppliers(shown: Snapshot) -> list[str]:
    """The least punctual supplier with enough deliveries to say so."""
    rated = reports.suppliers(shown).filter(
        pl.col("on_time_rate").is_not_null() & (pl.col("on_time_denominator").cast(pl.Float64) >= 5)
    )
    if rated.is_empty():
        return []
    worst = rated.sort("on_time_rate").row(0, named=True)
    if worst["on_time_rate"] >= 0.95:
        return []
    return [
        ":material/handshake: "
        + t(
            "kpis.supplier",
            supplier=safe(f"{worst['supplier_code']} {label(worst, 'supplier_name')}"),
            rate=f"{worst['on_time_rate'] * 100:.0f} %",
            numerator=number(worst["on_time_numerator"], 0),
            denominator=number(worst["on_time_denominator"], 0),
        )
    ]


def _pack(shown: Snapshot, found: dict[str, tuple[str, pl.DataFrame]]) -> None:
    """The numbers behind the cards as one file."""
    parts = [frame.with_columns(pl.lit(kind).alias("period_kind")) for kind, frame in found.values() if not frame.is_empty()]
    if not parts:
        return
    columns = [
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
    names = [column.name for column in columns]
    whole = pl.concat([part.select(names) for part in parts], how="vertical_relaxed")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("kpis.pack"))
        export_buttons(whole, columns, key="kpi_pack", currency=shown.currency, file_name=f"kpi-{shown.data_through}")


show()
