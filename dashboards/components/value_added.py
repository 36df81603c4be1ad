"""Did each step, and each person, bring the forecast nearer? One table, the same wherever it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import forecast_figures as figures
from dashboards import reports
from dashboards.components.tables import Column, table
from dashboards.formats import safe
from dashboards.i18n import label, t
from dashboards.snapshot import Snapshot

__all__ = ["series_value_added", "value_added"]


def value_added(shown: Snapshot, frequency: str) -> None:
    """Model, sales and overrides of the whole company, by person; who rests on few periods is flagged."""
    frame = figures.people(reports.value_added(shown, frequency))
    if frame.is_empty():
        st.caption(t("value_added.none"))
        return
    st.caption(t("value_added.hint"))
    _by_person(frame, "value_added", shown.currency, "forecast-value-added")


def series_value_added(shown: Snapshot, row: Mapping[str, Any], frequency: str) -> None:
    """The same for one series: a sentence on the overrides of people, then every step and person with what it rests on."""
    st.markdown(f"**{t('value_added.series_title')}**")
    frame = figures.people(reports.series_value_added(shown, int(row["series_id"]), frequency))
    if frame.is_empty():
        st.caption(t("value_added.series_none"))
        return
    touched = frame.filter(pl.col("step") == "override")
    if touched.is_empty():
        st.caption(t("forecast.fva_none"))
    else:
        whole = figures.people(
            touched.with_columns(
                pl.lit(0).cast(pl.Int64).alias("author_id"), pl.lit("").alias("author_name"), pl.lit("").alias("author_name_zh")
            )
        ).row(0, named=True)
        verdict = "better" if whole["gain"] > 0 else "worse" if whole["gain"] < 0 else "same"
        said = t(
            f"value_added.series_{verdict}",
            count=whole["period_count"],
            better=whole["better_count"],
            before=f"{whole['wape_before'] * 100:.1f} %",
            after=f"{whole['wape_after'] * 100:.1f} %",
        )
        icon = {"better": ":material/thumb_up:", "worse": ":material/thumb_down:", "same": ":material/drag_handle:"}[verdict]
        st.markdown(f"{icon} {said}")
    _by_person(frame, "series_value_added", shown.currency, f"forecast-value-added-{row['sku']}")


def _by_person(frame: pl.DataFrame, key: str, currency: str, file_name: str) -> None:
    names = [safe(label(row, "author_name")) or t("value_added.nobody") for row in frame.iter_rows(named=True)]
    table(
        frame.with_columns(pl.Series("who", names)),
        [
            Column("step", "code", "sales_step", pinned=True),
            Column("who"),
            Column("period_count", "count"),
            Column("gain", "points"),
            Column("better_rate", "rate"),
            Column("wape_before", "rate"),
            Column("wape_after", "rate"),
        ],
        key=key,
        currency=currency,
        file_name=file_name,
    )
    few = [
        f"{name} (n = {count})" for name, count in zip(names, frame["period_count"].to_list(), strict=True) if count < figures.FEW
    ]
    if few:
        st.caption(f":material/warning: {t('accuracy.few_people', names=', '.join(dict.fromkeys(few)))}")
