"""Forecasts of groups: what is expected of items, categories, warehouses and the company, and what do people know better?"""

from __future__ import annotations

import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.components.filters import choose, segment
from dashboards.components.forecast_area import forecast_area
from dashboards.components.group_forecast import group_forecast
from dashboards.components.tables import Column, table
from dashboards.i18n import label, t

LEVELS = ("company", "category", "warehouse", "category_warehouse", "item")


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    forecast_area("forecast_groups", shown)
    st.title(t("forecast_groups.title"))
    level = segment("level", t("forecast_groups.level"), LEVELS, lambda code: t(f"forecast_groups.level_{code}"))
    with st.skeleton():
        groups = reports.forecast_groups(shown, level)
    if groups.is_empty():
        st.info(t("forecast_groups.none"), icon=":material/info:")
        return
    rows = {str(row["group_key"]): row for row in groups.iter_rows(named=True)}
    key = next(iter(rows))
    if len(rows) > 1:
        selected = table(
            groups,
            [
                Column("group_label", "name", pinned=True),
                Column("total_value", "money"),
                Column("last_year_value", "money"),
                Column("wape", "rate"),
                Column("is_overridden", "flag"),
            ],
            key=f"groups_{level}",
            currency=shown.currency,
            file_name=f"forecast-{level}",
            selection="single-row",
            height=230,
            limit=500,
        )
        mark = (level, selected[0]) if selected else None
        if selected and st.session_state.get("opened_group") != mark:
            st.session_state["group"] = list(rows)[selected[0]]
        st.session_state["opened_group"] = mark
        key = (
            choose(
                "group",
                t("forecast_groups.group"),
                list(rows),
                lambda each: label(rows[each], "group_label") or t("forecast_groups.unnamed"),
                required=True,
                first=key,
            )
            or key
        )
    group_forecast(shown, {**rows[key], "level": level})


show()
