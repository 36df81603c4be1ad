"""Models: does the choice beat repeating last year on our segments, is it stable, where does it lose, and what does it cost?"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import forecast_figures, model_figures, reports
from dashboards import snapshot as snapshots
from dashboards.components import charts_accuracy as charts
from dashboards.components.charts_forecast import small_forecast
from dashboards.components.filters import choose_many, segment
from dashboards.components.forecast_area import forecast_area
from dashboards.components.tables import Column, table
from dashboards.formats import number, percent, safe
from dashboards.i18n import code_text, label, t
from dashboards.snapshot import Snapshot

_VIEWS = ("board", "horizon", "serving", "gallery")
_HISTORY = {"week": 52, "month": 24}


def show() -> None:
    shown = snapshots.current()
    if shown is None:
        return
    forecast_area("forecast_models", shown)
    st.title(t("models.title"))
    with st.skeleton():
        every = reports.forecast_horizon(shown).filter(pl.col("source") == "backtest")
    if every.is_empty():
        st.info(t("models.none"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        known = [each for each in ("month", "week") if each in every["frequency"].unique().to_list()]
        frequency = segment("frequency", t("kpi.period_kind"), known, lambda code: code_text("period_kind", code))
        weight = segment("weight", t("accuracy.weight"), forecast_figures.WEIGHTS, lambda code: t(f"accuracy.weight_{code}"))
    backtest = every.filter(pl.col("frequency") == frequency)
    scores = reports.forecast_scores(shown, frequency)
    patterns = sorted(backtest["demand_pattern"].unique().to_list())
    chosen = choose_many("pattern", t("models.segment"), patterns, lambda code: code_text("pattern", code))
    if chosen:
        backtest = backtest.filter(pl.col("demand_pattern").is_in(chosen))
        if not scores.is_empty():
            scores = scores.filter(pl.col("demand_pattern").is_in(chosen))
    board = model_figures.leaderboard(backtest, _typed(scores), weight)
    _verdict(board, shown)
    view = segment("view_models", t("accuracy.view"), _VIEWS, lambda code: t(f"models.view_{code}"))
    if view == "board":
        _board(board, frequency, shown)
    elif view == "horizon":
        _horizon(backtest, board, frequency, weight)
    elif view == "serving":
        _serving(_typed(scores), shown)
    else:
        _gallery(frequency, chosen, shown)


def _typed(scores: pl.DataFrame) -> pl.DataFrame:
    """A snapshot without scores per series still has a leaderboard."""
    if scores.is_empty():
        names = {
            "series_id": pl.Int64,
            "model": pl.String,
            "demand_pattern": pl.String,
            "champion": pl.String,
            "mase": pl.Float64,
        }
        return pl.DataFrame(schema=names)
    return scores


def _verdict(board: pl.DataFrame, shown: Snapshot) -> None:
    """One sentence on who leads, and what the last run took."""
    best = board.row(0, named=True)
    if best["model"] == model_figures.BASELINE:
        other = board.row(min(1, board.height - 1), named=True)
        said = t("models.naive_leads", model=safe(code_text("model", other["model"])), wins=percent(other["win_rate"], 0))
        st.warning(said, icon=":material/warning:")
    elif best["relative"] is not None:
        st.markdown(
            t(
                "models.leads",
                model=safe(code_text("model", best["model"])),
                gain=percent(1 - best["relative"]),
                best=best["best_count"],
                origins=best["origin_count"],
                wins=percent(best["win_rate"], 0),
            )
        )
    timings = shown.manifest.get("timings")
    seconds = timings.get("forecast") if isinstance(timings, dict) else None
    if isinstance(seconds, (int, float)):
        whole = sum(each for each in timings.values() if isinstance(each, (int, float)))
        st.caption(":material/timer: " + t("models.runtime", seconds=number(round(seconds, 1)), total=number(round(whole, 1))))


def _board(board: pl.DataFrame, frequency: str, shown: Snapshot) -> None:
    drawn = board.with_columns(
        pl.Series(
            "stable",
            [f"{number(low, 2)} – {number(high, 2)}" for low, high in board.select("origin_low", "origin_high").iter_rows()],
        ),
        pl.Series(
            "firsts",
            [f"{number(best)} / {number(count)}" for best, count in board.select("best_count", "origin_count").iter_rows()],
        ),
        pl.Series(
            "duels", [f"{number(won)} : {number(lost)}" for won, lost in board.select("win_count", "loss_count").iter_rows()]
        ),
        (pl.col("model") == model_figures.BASELINE).alias("is_baseline"),
    )
    columns = [
        Column("model", "code", "model", pinned=True),
        Column("is_baseline", "flag"),
        Column("wape", "rate"),
        Column("relative", "price"),
        Column("bias", "rate"),
        Column("duels"),
        Column("win_rate", "rate"),
        Column("firsts"),
        Column("stable"),
        Column("serving_count", "count"),
    ]
    about = t("models.board_hint")
    table(drawn, columns, key="model_board", currency=shown.currency, file_name=f"forecast-models-{frequency}", about=about)
    st.caption(about)


def _horizon(backtest: pl.DataFrame, board: pl.DataFrame, frequency: str, weight: str) -> None:
    frame = model_figures.shown_horizons(backtest, board, weight)
    named = frame.with_columns(
        pl.Series("model", [code_text("model", code) for code in frame["model"].to_list()], dtype=pl.String)
    )
    distance = t("accuracy.axis_horizon", period=code_text("period_kind", frequency))
    st.altair_chart(charts.horizon(named, t("accuracy.axis_wape"), distance, "model"), alt=t("accuracy.horizon_alt"))
    st.caption(t("models.horizon_hint"))


def _serving(scores: pl.DataFrame, shown: Snapshot) -> None:
    frame = model_figures.serving(scores)
    if frame.is_empty():
        st.info(t("models.none"), icon=":material/info:")
        return
    columns = [
        Column("model", "code", "model"),
        Column("demand_pattern", "code", "pattern"),
        Column("serving_count", "count"),
    ]
    table(frame, columns, key="model_serving", currency=shown.currency, file_name="forecast-models-in-use")
    st.caption(t("models.serving_hint"))


def _gallery(frequency: str, patterns: list[str], shown: Snapshot) -> None:
    """Small pictures of the series where the chosen model loses most money against repeating last year."""
    series = reports.forecast_series(shown).filter(pl.col("frequency") == frequency)
    if patterns:
        series = series.filter(pl.col("demand_pattern").is_in(patterns))
    worst = model_figures.gallery(series)
    if worst.is_empty():
        st.success(t("models.gallery_none"), icon=":material/check_circle:")
        return
    st.caption(t("models.gallery_hint"))
    places = st.columns(2, gap="large")
    for place, row in enumerate(worst.iter_rows(named=True)):
        with places[place % 2], st.container(border=True):
            st.page_link(
                "app_pages/forecast.py",
                label=f"{safe(row['sku'])} {safe(label(row, 'item_name'))} · {safe(row['warehouse_code'])}",
                icon=":material/rate_review:",
                query_params={"series": str(row["series_id"]), "frequency": frequency},
            )
            st.caption(
                t(
                    "models.gallery_line",
                    model=safe(code_text("model", row["model"])),
                    wape=percent(row["wape"], 0),
                    naive=percent(row["naive_wape"], 0),
                    pattern=code_text("pattern", row["demand_pattern"]),
                )
            )
            frame = reports.series_forecast(shown, row["series_id"], frequency)
            history = frame.filter(pl.col("kind") == "history").tail(_HISTORY[frequency])
            drawn = pl.concat([history, frame.filter(pl.col("kind") == "forecast")])
            st.altair_chart(small_forecast(drawn), alt=t("forecast.chart_alt", item=row["sku"]))


show()
