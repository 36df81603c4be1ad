"""Seasonality report: which months does each group live by, how sure is that, and is it moving?"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards import snapshot as snapshots
from dashboards.components import charts_season as charts
from dashboards.components.filters import choose, segment
from dashboards.components.forecast_area import forecast_area
from dashboards.components.tables import Column, printed, table
from dashboards.formats import number, percent, safe
from dashboards.i18n import label, t
from dashboards.season_words import season_words
from dashboards.snapshot import Snapshot

_LEVELS = ("category", "warehouse", "company")


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    forecast_area("seasonality", shown)
    st.title(t("season.title"))
    with st.skeleton():
        every = reports.seasonality(shown)
    if every.is_empty():
        st.info(t("season.none"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        levels = [each for each in _LEVELS if each in every["level"].unique().to_list()]
        level = segment("level", t("season.level"), levels, lambda code: t(f"season.level_{code}"))
        unit = segment("unit", t("season.unit"), ("amount", "quantity"), lambda code: t(f"season.unit_{code}"))
    mine = every.filter((pl.col("level") == level) & (pl.col("unit") == unit))
    if mine.is_empty():
        st.info(t("season.units_differ"), icon=":material/info:")
        return
    heads = _heads(mine)
    _overview(heads, level, unit, shown)
    by_code = {str(row["group_code"]): row for row in heads.iter_rows(named=True)}
    code = choose(
        "group",
        t(f"season.level_{level}"),
        list(by_code),
        lambda each: label(by_code[each], "group_name"),
        required=True,
        first=next(iter(by_code)),
    )
    if code is None:
        return
    _group(mine.filter(pl.col("group_code") == code), by_code[code], shown)


def _heads(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per group, those with a season first, strongest first, with its peak and low month."""
    profile = rows.filter(pl.col("year") == 0).sort("group_key", "position")
    return (
        profile.group_by("group_key", maintain_order=True)
        .agg(
            pl.all().exclude("position", "seasonal_index", "year", "low", "high", "is_clear").first(),
            pl.col("position").sort_by("seasonal_index").last().alias("peak_month"),
            pl.col("seasonal_index").max().alias("peak_index"),
            pl.col("position").sort_by("seasonal_index").first().alias("low_month"),
            pl.col("seasonal_index").min().alias("low_index"),
        )
        .sort(["is_significant", "strength", "group_code"], descending=[True, True, False])
    )


def _overview(heads: pl.DataFrame, level: str, unit: str, shown: Snapshot) -> None:
    sure = heads.filter(pl.col("is_significant")).height
    st.markdown(t("season.overview", sure=number(sure), count=number(heads.height), level=t(f"season.level_{level}").lower()))
    # A peak of noise is no peak.
    is_sure = pl.col("is_significant")
    drawn = heads.with_columns(
        pl.when(is_sure).then(pl.col(name)).alias(name)
        for name in ("strength", "peak_month", "peak_index", "low_month", "low_index")
    )
    columns = [
        Column("group_code", pinned=True),
        Column("group_name", "name", title="group"),
        Column("is_significant", "flag", title="is_seasonal"),
        Column("strength", "rate", title="season_strength"),
        Column("peak_month", "count"),
        Column("peak_index", "price"),
        Column("low_month", "count"),
        Column("low_index", "price"),
        Column("agreeing_count", "count"),
        Column("series_count", "count"),
        Column("year_count", "count"),
    ]
    table(
        drawn,
        columns,
        key="season_overview",
        currency=shown.currency,
        file_name=f"seasonality-{level}-{unit}",
        about=t("season.method"),
        height=320,
    )


def _group(rows: pl.DataFrame, head: dict[str, Any], shown: Snapshot) -> None:
    st.subheader(safe(label(head, "group_name")))
    profile = rows.filter(pl.col("year") == 0).sort("position")
    years = rows.filter(pl.col("year") > 0).sort("year", "position")
    with st.container(horizontal=True):
        st.metric(
            t("column.season_strength"),
            percent(head["strength"] if head["is_significant"] else None, 0),
            help=t("season.strength_help"),
        )
        st.metric(
            t("season.agree"), f"{number(head['agreeing_count'])} / {number(head['series_count'])}", help=t("season.agree_help")
        )
        st.metric(t("column.year_count"), number(head["year_count"]))
    for sentence in season_words(head, profile):
        st.markdown(f"- {sentence}")
    if head["is_significant"]:
        st.altair_chart(charts.profile(profile), alt=t("season.profile_alt", group=safe(label(head, "group_name"))))
        st.caption(t("season.profile_hint"))
    st.markdown(f"**{t('season.heatmap')}**")
    st.altair_chart(charts.heatmap(years), alt=t("season.heatmap_alt", group=safe(label(head, "group_name"))))
    st.caption(t("season.heatmap_hint"))
    wide = years.select("year", pl.col("position").cast(pl.String), "seasonal_index").pivot(
        on="position", index="year", values="seasonal_index"
    )
    columns = [
        Column("position", "count", title="month"),
        Column("seasonal_index", "price"),
        Column("low", "price", title="index_low"),
        Column("high", "price", title="index_high"),
        Column("is_clear", "flag"),
    ]
    printed(profile, columns, shown.currency)
    with st.expander(t("accuracy.numbers"), icon=":material/table:"):
        table(
            profile,
            columns,
            key="season_profile",
            currency=shown.currency,
            file_name=f"seasonality-{head['group_code']}",
            about=t("season.method"),
            paper=0,
        )
        st.dataframe(wide, hide_index=True, column_config={"year": st.column_config.NumberColumn(t("season.year"), format="%d")})
    with st.container(key="screen_only_print"):
        st.caption(f":material/print: {t('season.print_hint')}")


show()
