"""Which series need me, most urgent and dearest first, and which one is open?"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import reports
from dashboards.components.filters import choose, choose_many, search, segment
from dashboards.components.tables import Column, table
from dashboards.formats import number, safe, short_money
from dashboards.i18n import code_text, label, language, name_column, t
from dashboards.snapshot import Snapshot

__all__ = ["filtered", "forecast_inbox", "urgency_words"]


def filtered(series: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """The series left by search, warehouse and category, one row each with its most urgent reason, and which list is wanted."""
    one, two, three, four = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    with one:
        which = segment("which", t("forecast.which"), ["review", "changed", "all"], lambda code: t(f"forecast.which_{code}"))
    with two:
        words = search("forecast_words", t("filter.search"), t("forecast.search_hint")).strip().lower()
    frame = series.unique("series_id", keep="first", maintain_order=True)
    for place, column in ((three, "category"), (four, "warehouse")):
        code = f"{column}_code"
        names = dict(frame.select(code, name_column(f"{column}_name")).drop_nulls(code).unique().sort(code).iter_rows())
        with place:
            chosen = choose_many(column, t(f"filter.{column}"), list(names), lambda key, names=names: str(names.get(key) or key))
        if chosen:
            frame = frame.filter(pl.col(code).is_in(chosen))
    if words:
        text = pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in ("sku", "item_name", "item_name_zh")], separator=" "
        )
        frame = frame.filter(text.str.to_lowercase().str.contains(words, literal=True))
    return frame, which


def forecast_inbox(series: pl.DataFrame, frame: pl.DataFrame, which: str, shown: Snapshot) -> str | None:
    """The list and the chosen series; a ticked row opens the period kind its reason speaks of.

    Args:
        series: every series x frequency. frame: those left by the filters, one row each.
    """
    columns = [
        Column("urgency", "code", "review_urgency", title="review_urgency"),
        Column("sku", pinned=True),
        Column("warehouse_code", title="warehouse_short"),
        Column("value_at_stake", "amount"),
        Column("needs_review_reason", "code", "review"),
        Column("item_name", "name"),
        Column("frequency", "code", "period_kind", title="review_frequency"),
        Column("wape", "rate"),
        Column("bias", "rate"),
        Column("model", "code", "model"),
        Column("demand_pattern", "code", "pattern"),
    ]
    frame = frame.with_columns(pl.col("needs_review_urgency").fill_null(0).cast(pl.Int64).cast(pl.String).alias("urgency"))
    if which == "review":
        asked = frame.filter(pl.col("needs_review_score").cast(pl.Float64).fill_null(0) > 0)
        _said(asked, frame.height, shown)
        frame = frame if asked.is_empty() else asked
    elif which == "changed":
        moved = reports.changed_forecasts(shown).unique("series_id", keep="first", maintain_order=True).drop("frequency")
        if moved.is_empty():
            st.info(t("forecast.none_changed"), icon=":material/info:")
        else:
            frame = moved.join(frame, on="series_id", how="inner", maintain_order="left")
            columns[4:5] = [
                Column("change_rate", "rate"),
                Column("last_total", "quantity"),
                Column("total", "quantity"),
                Column("base_unit", "unit"),
            ]
    selected = table(
        frame,
        columns,
        key=f"series_table_{which}",
        currency=shown.currency,
        file_name="forecast-review",
        selection="single-row",
        height=353,
        limit=500,
        paper=25,
    )
    return _opened(series, frame, which, selected)


def _said(asked: pl.DataFrame, total: int, shown: Snapshot) -> None:
    """How many ask for a human, how urgent, and the money at stake; or why nobody is needed."""
    if asked.is_empty():
        st.success(t("forecast.none_to_review", count=number(total)), icon=":material/check_circle:")
        return
    parts = {level: asked.filter(pl.col("needs_review_urgency") == level) for level in (3, 2, 1)}
    money = {
        level: safe(short_money(float(part["value_at_stake"].cast(pl.Float64).sum()), shown.currency, language()))
        for level, part in parts.items()
    }
    key = "forecast.asked" if parts[3].height else "forecast.asked_nothing_urgent"
    st.caption(
        t(
            key,
            urgent=parts[3].height,
            urgent_money=money[3],
            habit=parts[2].height,
            habit_money=money[2],
            look=parts[1].height,
            look_money=money[1],
            total=number(total),
        )
    )


def _opened(series: pl.DataFrame, frame: pl.DataFrame, which: str, selected: list[int]) -> str | None:
    every = {str(each["series_id"]): each for each in series.iter_rows(named=True)}
    linked = st.query_params.get("series")
    if linked and linked not in every:
        st.warning(t("item.gone"), icon=":material/link_off:")
    ids = [str(each) for each in frame["series_id"].to_list()]
    mark = (which, selected[0]) if selected else None
    if selected and st.session_state.get("opened_series") != mark:
        st.session_state["series"] = ids[selected[0]]
        st.session_state["frequency"] = str(frame["frequency"][selected[0]] or "")
    st.session_state["opened_series"] = mark
    for wanted in (linked, st.session_state.get("series")):
        if wanted in every and wanted not in ids:
            ids = [str(wanted), *ids]
    if not ids:
        st.info(t("forecast.none_found"), icon=":material/filter_alt_off:")
        return None
    return choose(
        "series",
        t("forecast.series_label"),
        ids,
        lambda each: f"{every[each]['sku']} {label(every[each], 'item_name')} · {every[each]['warehouse_code']}",
        required=True,
        first=ids[0],
    )


def urgency_words(row: dict[str, object]) -> str:
    """The urgency and the reason of one row for a heading; nothing where nobody is asked for."""
    level = int(str(row["needs_review_urgency"] or 0))
    if level == 0:
        return ""
    return f"{code_text('review_urgency', str(level))} · {code_text('review', row['needs_review_reason'])}"
