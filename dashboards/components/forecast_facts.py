"""What must a planner know of one forecast: what is expected, how wrong it was, why this model, what changed, who knew better?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards.components.tables import Column, table
from dashboards.components.value_added import series_value_added
from dashboards.formats import MISSING, number, percent, period, safe
from dashboards.i18n import code_text, reason_text, t
from dashboards.snapshot import Snapshot

__all__ = ["explanation", "headline"]


def headline(row: Mapping[str, Any], frame: pl.DataFrame, frequency: str, unit: str) -> None:
    """What is expected in all against last year, and how wrong such forecasts were, beside repeating last year."""
    ahead = frame.filter(pl.col("kind") == "forecast").with_columns(
        pl.col("total_quantity", "last_year_quantity").cast(pl.Float64)
    )
    total, both = float(ahead["total_quantity"].sum()), ahead.drop_nulls(["total_quantity", "last_year_quantity"])
    before, now = float(both["last_year_quantity"].sum()), float(both["total_quantity"].sum())
    with st.container(horizontal=True):
        st.metric(
            t("forecast.ahead", count=ahead.height, period=code_text("periods", frequency)),
            f"{number(total, 0)} {unit}",
            f"{(now / before - 1) * 100:+.1f} % {t('forecast_groups.against_last_year')}" if before else None,
            delta_color="off",
            help=t("forecast.ahead_help"),
        )
        better = row["wape"] is not None and row["naive_wape"] is not None
        st.metric(
            t("column.wape"),
            percent(row["wape"]),
            t("forecast.naive_said", rate=percent(row["naive_wape"])) if better else None,
            delta_color="off",
            delta_arrow="off",
            help=f"{t('forecast.wape_help')}. {t('column.naive_wape')}: {t('forecast.naive_help')}",
        )
        st.metric(t("column.bias"), percent(row["bias"]), help=t("forecast.bias_help"))


def explanation(shown: Snapshot, row: Mapping[str, Any], frame: pl.DataFrame, frequency: str, unit: str) -> None:
    """Model and reason, what changed since the last run, what each step and person added, and past forecasts."""
    _champion(row)
    _why(shown, row)
    _changed(frame, frequency, unit)
    series_value_added(shown, row, frequency)
    _past(shown, row, frequency)


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


def _past(shown: Snapshot, row: Mapping[str, Any], frequency: str) -> None:
    """How each model did at each past cutoff."""
    past = reports.forecast_accuracy(shown, row["series_id"]).filter(pl.col("frequency") == frequency)
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
            paper=0,
        )
