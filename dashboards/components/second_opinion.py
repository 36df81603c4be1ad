"""What would a model fitted by hand say about the series a planner has open, and would it have been nearer than the champion?

statsmodels fits five models to this one series, each judged on the same past cutoffs as the champion. Nothing changes until the
planner takes a forecast over as override, which is a command with its reason like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

from dashboards import forecast_actions, posting
from dashboards.components.charts import BLUE, GREY, ORANGE, RED
from dashboards.components.tables import Column, table
from dashboards.formats import percent, safe
from dashboards.i18n import code_text, language, t
from dashboards.session import notice
from dashboards.snapshot import Snapshot
from forecasting import SeriesFit, tune
from kernel.errors import ThroughlineError
from kernel.messages import text

__all__ = ["second_opinion"]


@st.fragment
def second_opinion(shown: Snapshot, frame: pl.DataFrame, row: Mapping[str, Any], frequency: str) -> None:
    """Offer to fit, then compare and offer to take over.

    Args:
        frame: the series' rows of `rpt_forecast`. row: its row of `rpt_forecast_series`.
    """
    st.subheader(t("opinion.title"))
    st.caption(t("opinion.about"))
    asked = f"opinion:{row['series_id']}:{frequency}"
    if st.button(t("opinion.ask"), key=f"{asked}:ask", icon=":material/psychology:"):
        st.session_state[asked] = shown.snapshot_id
    if st.session_state.get(asked) != shown.snapshot_id:
        return
    try:
        with st.spinner(t("opinion.fitting")):
            fits = _fits(shown.snapshot_id, int(row["series_id"]), frequency, _demand(frame), _cutoff(frame), _horizon(frame))
    except ThroughlineError as problem:
        st.info(problem.text(language()), icon=":material/info:")
        return
    _verdict(fits, row)
    _comparison(fits, shown.currency, str(row["sku"]))
    names = [fit.model for fit in fits if not fit.is_fallback]
    if not names:
        st.info(t("opinion.none_fitted"), icon=":material/info:")
        return
    chosen = st.segmented_control(
        t("opinion.look"),
        names,
        format_func=lambda code: code_text("opinion_model", code),
        default=names[0],
        key=f"{asked}:look",
        required=True,
    )
    fit = next(each for each in fits if each.model == (chosen or names[0]))
    left, right = st.columns(2, gap="large")
    with left:
        st.altair_chart(_lines(frame, fit, row, frequency), alt=t("opinion.chart_alt", item=row["sku"]))
    with right:
        st.altair_chart(_parts(fit), alt=t("opinion.parts_alt", item=row["sku"]))
    _take_over(fit, frame, row, frequency)


# The frames only carry what the key already names, so they are not hashed.
@st.cache_data(max_entries=16, show_spinner=False)
def _fits(
    snapshot_id: str, series_id: int, frequency: str, _history: pl.DataFrame, _last_day: date, _periods: int
) -> list[SeriesFit]:
    return tune(_history, series_id, frequency=frequency, horizon=_periods, cutoff=_last_day)  # type: ignore[arg-type]


def _demand(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter((pl.col("kind") == "history") & pl.col("demand_quantity").is_not_null()).select(
        pl.col("series_id").cast(pl.Int64),
        "period_start",
        pl.col("demand_quantity").cast(pl.Float64).alias("quantity"),
        pl.col("is_in_stock").cast(pl.Boolean),
    )


def _ahead(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("kind") == "forecast").sort("period_start")


def _cutoff(frame: pl.DataFrame) -> date:
    first: date = _ahead(frame)["period_start"].to_list()[0]
    return first - timedelta(days=1)


def _horizon(frame: pl.DataFrame) -> int:
    return _ahead(frame).height


def _score(fit: SeriesFit, model: str, measure: str) -> float | None:
    found = fit.comparison.filter(pl.col("model") == model)[measure].to_list()
    return found[0] if found else None


def _verdict(fits: list[SeriesFit], row: Mapping[str, Any]) -> None:
    """One sentence: is any of them nearer than the champion, and by how much?"""
    best = fits[0]
    champion, own = _score(best, "champion", "wape"), _score(best, best.model, "wape")
    if champion is None or own is None:
        return
    facts = {
        "model": safe(code_text("opinion_model", best.model)),
        "wape": percent(own),
        "champion": safe(code_text("model", row["model"])),
        "champion_wape": percent(champion),
    }
    if own < champion and not best.is_fallback:
        st.success(t("opinion.nearer", **facts), icon=":material/check_circle:")
    else:
        st.info(t("opinion.champion_stays", **facts), icon=":material/info:")


def _comparison(fits: list[SeriesFit], currency: str, sku: str) -> None:
    rows = []
    for fit in fits:
        for each in fit.comparison.filter(pl.col("model") == fit.model).iter_rows(named=True):
            reason = text(fit.reason_key, language(), **fit.reason_values) if fit.is_fallback else ""
            rows.append({**each, "remark": reason})
    for each in fits[0].comparison.filter(pl.col("model").is_in(["champion", "seasonal_naive"])).iter_rows(named=True):
        rows.append({**each, "remark": t("opinion.anchor")})
    schema = dict.fromkeys(("wape", "bias", "mase", "rmsse"), pl.Float64)
    frame = pl.DataFrame(rows, schema_overrides={**schema, "remark": pl.String}, infer_schema_length=None)
    table(
        frame.sort("rmsse", nulls_last=True),
        [
            Column("model", "code", "opinion_model", pinned=True),
            Column("wape", "rate"),
            Column("bias", "rate"),
            Column("mase", "quantity"),
            Column("rmsse", "quantity"),
            Column("origin_count", "count", title="cutoffs"),
            Column("remark"),
        ],
        key="opinion_table",
        currency=currency,
        file_name=f"forecast-models-{sku}",
    )


def _lines(frame: pl.DataFrame, fit: SeriesFit, row: Mapping[str, Any], frequency: str) -> alt.LayerChart:
    names = {"demand": t("forecast.series.history"), "champion": t("forecast.series.baseline"), "own": t("opinion.series")}
    measures = fit.forecasts.pivot(on="measure", index="period_start", values="quantity").sort("period_start")
    history = frame.filter(pl.col("kind") == "history").select("period_start", pl.col("demand_quantity").cast(pl.Float64))
    champion = _ahead(frame).select("period_start", pl.col("baseline_quantity").cast(pl.Float64))
    lines = pl.concat(
        [
            part.rename({column: "quantity"}).select("period_start", "quantity", pl.lit(names[name]).alias("series"))
            for part, column, name in (
                (history, "demand_quantity", "demand"),
                (champion, "baseline_quantity", "champion"),
                (measures.select("period_start", "mean"), "mean", "own"),
            )
        ]
    )
    axis = t("forecast.axis", unit=row["base_unit"] or t("unit.base"), period=code_text("period_kind", frequency))
    x = alt.X("period_start:T", title=t("axis.period"), axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=6))
    colours = alt.Scale(domain=list(names.values()), range=[BLUE, ORANGE, RED])
    dashes = alt.Scale(domain=list(names.values()), range=[[1, 0], [6, 3], [2, 2]])
    drawn = (
        alt.Chart(lines)
        .mark_line()
        .encode(
            x=x,
            y=alt.Y("quantity:Q", title=axis),
            color=alt.Color("series:N", title=None, scale=colours, legend=alt.Legend(orient="bottom", columns=1, labelLimit=260)),
            strokeDash=alt.StrokeDash("series:N", legend=None, scale=dashes),
            tooltip=[
                alt.Tooltip("period_start:T", title=t("axis.period"), format="%Y-%m-%d"),
                alt.Tooltip("series:N", title=t("axis.line")),
                alt.Tooltip("quantity:Q", title=axis, format=",.1f"),
            ],
        )
    )
    band = alt.Chart(measures).mark_area(color=RED, opacity=0.12).encode(x=x, y=alt.Y("p10:Q", title=axis), y2="p90:Q")
    return alt.layer(band, drawn).properties(height=300)


def _parts(fit: SeriesFit) -> alt.Chart:
    """Trend, season and remainder of the history, one above the other."""
    order = ["trend", "season", "remainder"]
    parts = fit.components.filter(pl.col("component").is_in(order)).with_columns(
        pl.col("component").replace_strict({code: code_text("component", code) for code in order}).alias("part")
    )
    return (
        alt.Chart(parts)
        .mark_line(color=GREY)
        .encode(
            x=alt.X("period_start:T", title=t("axis.period"), axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=6)),
            y=alt.Y("quantity:Q", title=None, scale=alt.Scale(zero=False)),
            row=alt.Row("part:N", title=None, sort=[code_text("component", code) for code in order]),
            tooltip=[alt.Tooltip("period_start:T", format="%Y-%m-%d"), alt.Tooltip("quantity:Q", format=",.1f")],
        )
        .properties(height=80)
        .resolve_scale(y="independent")
    )


def _take_over(fit: SeriesFit, frame: pl.DataFrame, row: Mapping[str, Any], frequency: str) -> None:
    command_id = posting.drawn_id(f"opinion:{row['series_id']}:{frequency}:{fit.model}")
    st.button(
        t("opinion.take_over", count=_horizon(frame)),
        key=f"opinion:{row['series_id']}:{frequency}:take",
        icon=":material/south_west:",
        on_click=_taken,
        args=(command_id, fit, frame, dict(row), frequency),
    )


def _taken(command_id: str, fit: SeriesFit, frame: pl.DataFrame, row: dict[str, Any], frequency: str) -> None:
    means = dict(fit.forecasts.filter(pl.col("measure") == "mean").select("period_start", "quantity").iter_rows())
    baselines = dict(_ahead(frame).select("period_start", "baseline_quantity").iter_rows())
    changes = {start: (round(means[start], 3), baseline) for start, baseline in baselines.items() if start in means}
    reason = t("opinion.reason", model=code_text("opinion_model", fit.model))
    saved = forecast_actions.override(command_id, row, frequency, changes, reason)
    if saved:
        notice("success", t("forecast.saved", count=saved))
