"""How does one KPI show its value, target, direction and change without relying on colour?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.formats import MISSING, change, kpi_value, number, period, short_money
from dashboards.i18n import language, t

__all__ = ["DIRECTION", "KPI_PERIODS", "STATUS_ICON", "kpi_card", "latest", "status_line", "target_text"]

KPI_PERIODS: dict[str, tuple[str, ...]] = {
    "inventory_turnover": ("month", "quarter", "ttm", "week"),
    "on_time_delivery": ("month", "week", "quarter"),
    "purchase_savings": ("month", "quarter", "week"),
    "inventory_accuracy": ("quarter", "month", "week"),
    "stock_value": ("month", "week", "quarter"),
    "forecast_accuracy": ("month", "quarter", "week"),
}
"""The KPIs in the order of the overview, each with the periods it is shown by, the usual one first."""

DIRECTION = {"stock_value": 0}
"""+1 (default): more is better; 0: neither by itself."""

STATUS_ICON = {
    "good": ":material/check_circle:",
    "watch": ":material/error:",
    "bad": ":material/cancel:",
    "no_data": ":material/remove:",
    "not_recorded": ":material/remove:",
}
_STATUS_COLOUR = {"good": "green", "watch": "orange", "bad": "red"}


def latest(frame: pl.DataFrame) -> dict[str, Any] | None:
    """The newest complete period; the newest of all when none is complete."""
    if frame.is_empty():
        return None
    complete = frame.filter(pl.col("is_complete").cast(pl.Boolean).fill_null(True))
    valued = complete.filter(pl.col("value").is_not_null())
    return (valued if not valued.is_empty() else complete if not complete.is_empty() else frame).row(-1, named=True)


def target_text(row: Mapping[str, Any], currency: str) -> str:
    """The target as people say it: at least, at most, or a band."""
    low, high, unit = row.get("target"), row.get("target_high"), str(row.get("unit"))
    if low is None:
        return t("kpi.no_target")
    shown = kpi_value(low, unit, currency, language())
    if high is not None:
        return t("kpi.target_band", low=shown, high=kpi_value(high, unit, currency, language()))
    return t("kpi.target_least", target=shown)


def status_line(row: Mapping[str, Any], currency: str) -> str:
    """Icon and word for good or bad, and the target."""
    status = str(row.get("status") or "no_data")
    if row.get("target") is None and status in ("good", "no_data"):
        return f"{STATUS_ICON['no_data']} {t('kpi.no_target')}"
    colour = _STATUS_COLOUR.get(status)
    word = f"{STATUS_ICON.get(status, '')} {t(f'status.{status}')}"
    return (f":{colour}[{word}]" if colour else word) + f" · {target_text(row, currency)}"


def kpi_card(kpi: str, kind: str, frame: pl.DataFrame, currency: str) -> None:
    """One KPI as a card: value, change, target, last year, sparkline, numerator over denominator, and the way to its detail."""
    with st.container(border=True, height="stretch"):
        row = latest(frame)
        title = t(f"kpi.name.{kpi}")
        if row is None or row["value"] is None:
            st.metric(title, MISSING, help=t(f"kpi.definition.{kpi}"))
            status = "not_recorded" if row is None or row.get("status") == "not_recorded" else "no_data"
            st.caption(f"{STATUS_ICON[status]} {t(f'status.{status}')} · {t(f'kpi.empty.{kpi}')}")
            return
        unit = str(row["unit"])
        against = change(row["value"], row["previous_value"], unit)
        direction = DIRECTION.get(kpi, 1)
        points = [float(value) for value in frame["value"].drop_nulls().to_list()[-13:]]
        st.metric(
            title,
            kpi_value(row["value"], unit, currency, language()),
            delta=against,
            delta_color="off" if direction == 0 else "normal",
            delta_description=t(f"kpi.versus.{kind}") if against else None,
            help=t(f"kpi.definition.{kpi}"),
            chart_data=points if len(points) > 1 else None,
        )
        st.markdown(status_line(row, currency))
        fraction = _fraction(kpi, row, currency)
        lines = [period(row["period_start"], kind) + (f" · {fraction}" if fraction else "")]
        yearly = change(row["value"], row["previous_year_value"], unit)
        lines.append(t("kpi.year", change=yearly) if yearly else t("kpi.year_unknown"))
        if row["is_complete"] is False:
            lines.append(f":material/hourglass_top: {t('kpi.incomplete')}")
        count = row.get("record_count")
        if count is not None and 0 < count < 10:
            lines.append(f":material/warning: {t('kpi.small_sample', count=count)}")
        st.caption("  \n".join(line for line in lines if line))
        st.page_link(
            "app_pages/kpi_detail.py",
            label=t("kpi.who_moved_it"),
            icon=":material/query_stats:",
            query_params={"kpi": kpi, "period": kind},
        )


def _fraction(kpi: str, row: Mapping[str, Any], currency: str) -> str:
    top, bottom = row.get("numerator"), row.get("denominator")
    if kpi == "stock_value" or top is None or bottom is None:
        return ""
    is_money = kpi in ("inventory_turnover", "purchase_savings")
    shown = [short_money(part, currency, language()) if is_money else number(part, 0) for part in (top, bottom)]
    return t(f"kpi.fraction.{kpi}", numerator=shown[0].replace("$", "\\$"), denominator=shown[1].replace("$", "\\$"))
