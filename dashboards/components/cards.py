"""How does one KPI show its value, target, direction and change without relying on colour?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.formats import MISSING, before, change, kpi_range, kpi_value, number, percent, period, short_money
from dashboards.i18n import language, t

__all__ = ["DIRECTION", "KPI_PERIODS", "STATUS_ICON", "changes", "fraction", "kpi_card", "latest", "status_line", "target_text"]

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
_POINTS = 12


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
    if high is not None:
        return t("kpi.target_band", band=kpi_range(low, high, unit, currency, language()))
    return t("kpi.target_least", target=kpi_value(low, unit, currency, language()))


def status_line(row: Mapping[str, Any], currency: str) -> str:
    """Icon and word for good or bad, and the target."""
    status = str(row.get("status") or "no_data")
    if row.get("target") is None and status in ("good", "no_data"):
        return f"{STATUS_ICON['no_data']} {t('kpi.no_target')}"
    colour = _STATUS_COLOUR.get(status)
    word = f"{STATUS_ICON.get(status, '')} {t(f'status.{status}')}"
    return (f":{colour}[{word}]" if colour else word) + f" · {target_text(row, currency)}"


def changes(row: Mapping[str, Any], kind: str) -> str:
    """The change against the period before and the same period last year, each with arrow, sign and what it is against."""
    start, unit, direction = row["period_start"], str(row["unit"]), DIRECTION.get(str(row["kpi"]), 1)
    parts = []
    compared = (("previous_value", before(start, kind)), ("previous_year_value", before(start, kind, years=1)))
    for name, other in compared:
        value = row[name]
        shown = change(row["value"], value, unit, language())
        if shown is None:
            continue
        difference = float(row["value"]) - float(value)
        arrow = "▲" if difference > 0 else "▼" if difference < 0 else "▬"
        colour = "" if not direction or not difference else "green" if difference * direction > 0 else "red"
        text = f"{arrow} {shown}"
        parts.append((f":{colour}[{text}]" if colour else text) + " " + t("kpi.versus_period", period=period(other, kind)))
    return "  \n".join(parts) or t("kpi.year_unknown")


def kpi_card(
    kpi: str, kind: str, frame: pl.DataFrame, currency: str, beside: Mapping[str, float | None], export: bytes | None
) -> None:
    """One KPI as a card: value, parts, target, changes, sparkline, definition, and the ways to its detail and its numbers.

    Args:
        beside: other readings of the same period shown with the parts (WAPE and bias).
        export: the card's periods as a CSV file; None hides the button.
    """
    with st.container(border=True, height="stretch", key=f"card_{kpi}"):
        row = latest(frame)
        title = t(f"kpi.name.{kpi}")
        if row is None or row["value"] is None:
            st.metric(title, MISSING, help=t(f"kpi.definition.{kpi}"))
            status = "not_recorded" if row is None or row.get("status") == "not_recorded" else "no_data"
            st.caption(f"{STATUS_ICON[status]} {t(f'status.{status}')} · {t(f'kpi.empty.{kpi}')}")
            return
        points = [float(value) for value in frame["value"].drop_nulls().to_list()[-_POINTS:]]
        st.metric(
            title,
            kpi_value(row["value"], str(row["unit"]), currency, language()),
            help=f"{t(f'kpi.definition.{kpi}')}\n\n{t(f'kpi.parts.{kpi}')}",
            chart_data=points if len(points) > 1 else None,
        )
        st.markdown(status_line(row, currency))
        st.markdown(changes(row, kind))
        st.caption("  \n".join(_remarks(kpi, kind, row, currency, beside, len(points))))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                "app_pages/kpi_detail.py",
                label=t("kpi.who_moved_it"),
                icon=":material/query_stats:",
                query_params={"kpi": kpi, "period": kind},
                width="stretch",
            )
            if export is not None:
                st.download_button(
                    t("table.csv"),
                    export,
                    f"{kpi}.csv",
                    "text/csv",
                    key=f"export_{kpi}",
                    icon=":material/download:",
                    on_click="ignore",
                    type="tertiary",
                )


def _remarks(
    kpi: str, kind: str, row: Mapping[str, Any], currency: str, beside: Mapping[str, float | None], points: int
) -> list[str]:
    """What it was divided by, which period it is, and what to keep in mind."""
    lines = [fraction(kpi, row, currency)]
    if beside:
        lines.append(" · ".join(f"{t(f'reading.{name}')} {percent(value)}" for name, value in beside.items()))
    name = period(row["period_start"], kind)
    whole = t("kpi.period_complete", period=name) if row["is_complete"] is not False else t("kpi.period_incomplete", period=name)
    lines.append(whole + " · " + t(f"kpi.spark.{kind}", count=points))
    count = row.get("record_count")
    if count is not None and 0 < count < 10:
        lines.append(f":material/warning: {t('kpi.small_sample', count=count)}")
    return [line for line in lines if line]


def fraction(kpi: str, row: Mapping[str, Any], currency: str) -> str:
    """Numerator and denominator in words: "209 of 236 orders"; empty where there is none."""
    top, bottom = row.get("numerator"), row.get("denominator")
    if kpi == "stock_value" or top is None or bottom is None:
        return ""
    key = "kpi.fraction.overspent" if kpi == "purchase_savings" and top < 0 else f"kpi.fraction.{kpi}"
    if kpi in ("inventory_turnover", "purchase_savings"):
        shown = [short_money(abs(part), currency, language()) for part in (top, bottom)]
    else:
        shown = [number(part, 0) for part in (top, bottom)]
    return t(key, numerator=shown[0].replace("$", "\\$"), denominator=shown[1].replace("$", "\\$"))
