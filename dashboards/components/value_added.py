"""Did each step, and each person, bring the forecast nearer? One table, the same wherever it is asked."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import forecast_figures as figures
from dashboards import reports
from dashboards.components.tables import Column, table
from dashboards.formats import safe
from dashboards.i18n import label, t
from dashboards.snapshot import Snapshot

__all__ = ["value_added"]


def value_added(shown: Snapshot, frequency: str) -> None:
    """Model, sales and overrides of the whole company, by person; who rests on few periods is flagged."""
    frame = figures.people(reports.value_added(shown, frequency))
    if frame.is_empty():
        st.caption(t("value_added.none"))
        return
    names = [safe(label(row, "author_name")) or t("value_added.nobody") for row in frame.iter_rows(named=True)]
    st.caption(t("value_added.hint"))
    table(
        frame.with_columns(pl.Series("who", names)),
        [
            Column("step", "code", "sales_step", pinned=True),
            Column("who"),
            Column("period_count", "count"),
            Column("better_rate", "rate"),
            Column("wape_before", "rate"),
            Column("wape_after", "rate"),
            Column("gain", "points"),
        ],
        key="value_added",
        currency=shown.currency,
        file_name="forecast-value-added",
    )
    few = [
        f"{name} (n = {count})" for name, count in zip(names, frame["period_count"].to_list(), strict=True) if count < figures.FEW
    ]
    if few:
        st.caption(f":material/warning: {t('accuracy.few_people', names=', '.join(few))}")
