"""How do forecasts look: of one series with what happened to it, of a group, and at a glance?

Meaning never rests on colour alone: forecasts are dashed, corrected days hollow, events shaded and named.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.components.charts import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, time_axis
from dashboards.i18n import t

__all__ = ["forecast", "group_forecast", "small_forecast"]


def forecast(
    frame: pl.DataFrame, unit_title: str, corrected: pl.DataFrame | None = None, happened: pl.DataFrame | None = None
) -> alt.LayerChart:
    """History, forecast as it was and is, 50 % and 90 % intervals, override, last year's same months, and what people told.

    Args:
        corrected: days people corrected, `day`, `kind`: hollow diamonds on their period.
        happened: events, `first`, `last`, `name`: shaded.
    """
    history = frame.filter(pl.col("kind") == "history")
    ahead = frame.filter(pl.col("kind") == "forecast")
    x = time_axis("period_start", t("axis.period"))
    layers: list[Any] = _events(happened, frame)
    layers += _intervals(ahead, x, unit_title)
    layers.append(_lines(history, ahead, x, unit_title))
    layers += _out_of_stock(history, x)
    layers += _corrected(corrected, history, x)
    return alt.layer(*layers).properties(height=360)


_LINES = {
    # series: (column, is it of the history, colour, dashes)
    "history": ("demand_quantity", True, BLUE, [1, 0]),
    "baseline": ("baseline_quantity", False, ORANGE, [6, 3]),
    "override": ("override_quantity", False, RED, [1, 0]),
    "last_year": ("last_year_quantity", False, GREY, [2, 3]),
    "last_forecast": ("last_forecast_quantity", False, PINK, [4, 2, 1, 2]),
    "past_forecast": ("baseline_quantity", True, GREEN, [1, 2]),
}


def _intervals(ahead: pl.DataFrame, x: Any, unit_title: str) -> list[Any]:
    """90 % and 50 % as bands."""
    layers = []
    for low, high, opacity in (("p05", "p95", 0.15), ("p25", "p75", 0.25)):
        band = ahead.select("period_start", pl.col(low, high).cast(pl.Float64)).drop_nulls()
        if not band.is_empty():
            layers.append(
                alt.Chart(band)
                .mark_area(color=SKY, opacity=opacity)
                .encode(x=x, y=alt.Y(f"{low}:Q", title=unit_title), y2=f"{high}:Q")
            )
    return layers


def _lines(history: pl.DataFrame, ahead: pl.DataFrame, x: Any, unit_title: str) -> Any:
    """One line per series that has something to show."""
    lines = pl.concat(
        (history if is_past else ahead)
        .select("period_start", pl.col(column).cast(pl.Float64).alias("quantity"), pl.lit(series).alias("series"))
        .drop_nulls("quantity")
        for series, (column, is_past, _, _) in _LINES.items()
    )
    present = [series for series in _LINES if series in lines["series"].unique().to_list()]
    names = {series: t(f"forecast.series.{series}") for series in present}
    domain = list(names.values())
    return (
        alt.Chart(lines.with_columns(pl.col("series").replace(names)))
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=x,
            y=alt.Y("quantity:Q", title=unit_title),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=domain, range=[_LINES[series][2] for series in present]),
                legend=alt.Legend(orient="bottom", columns=3, labelLimit=220, symbolType="stroke", symbolStrokeWidth=3),
            ),
            strokeDash=alt.StrokeDash(
                "series:N",
                title=None,
                legend=None,
                scale=alt.Scale(domain=domain, range=[_LINES[series][3] for series in present]),
            ),
            tooltip=[
                alt.Tooltip("period_start:T", title=t("axis.period"), format="%Y-%m-%d"),
                alt.Tooltip("series:N", title=t("axis.line")),
                alt.Tooltip("quantity:Q", title=unit_title, format=",.2f"),
            ],
        )
    )


def _out_of_stock(history: pl.DataFrame, x: Any) -> list[Any]:
    """Crosses on the periods in which demand was cut short."""
    missing = history.filter(pl.col("is_in_stock").cast(pl.Boolean).fill_null(True).not_())
    if missing.is_empty():
        return []
    return [
        alt.Chart(missing.select("period_start", pl.col("demand_quantity").cast(pl.Float64)))
        .mark_point(shape="cross", size=70, color=RED, strokeWidth=2)
        .encode(
            x=x,
            y="demand_quantity:Q",
            tooltip=[alt.Tooltip("period_start:T", title=t("forecast.out_of_stock"), format="%Y-%m-%d")],
        )
    ]


def _events(happened: pl.DataFrame | None, frame: pl.DataFrame) -> list[Any]:
    """Shaded days, those of the drawn years only."""
    if happened is None or happened.is_empty() or frame.is_empty():
        return []
    first, last = frame["period_start"].min(), frame["period_start"].max()
    seen = happened.filter(pl.col("last") >= first, pl.col("first") <= last)
    # The end of the last day, so that a single day has a width.
    seen = seen.with_columns(pl.max_horizontal("first", pl.lit(first)).alias("first"), (pl.col("last") + pl.duration(days=1)))
    if seen.is_empty():
        return []
    tips = [
        alt.Tooltip("name:N", title=t("learned.what_event")),
        alt.Tooltip("first:T", title=t("learned.first"), format="%Y-%m-%d"),
    ]
    return [alt.Chart(seen).mark_rect(color=GREEN, opacity=0.14).encode(x="first:T", x2="last:T", tooltip=tips)]


def _corrected(corrected: pl.DataFrame | None, history: pl.DataFrame, x: alt.X) -> list[Any]:
    if corrected is None or corrected.is_empty() or history.is_empty():
        return []
    periods = history.sort("period_start").select("period_start", pl.col("demand_quantity").cast(pl.Float64))
    placed = corrected.sort("day").join_asof(periods, left_on="day", right_on="period_start").drop_nulls("demand_quantity")
    if placed.is_empty():
        return []
    tips = [
        alt.Tooltip("day:T", title=t("learned.day"), format="%Y-%m-%d"),
        alt.Tooltip("kind:N", title=t("learned.kind")),
    ]
    mark = alt.Chart(placed).mark_point(shape="diamond", size=130, filled=False, stroke=ORANGE, strokeWidth=2.5)
    return [mark.encode(x=x, y="demand_quantity:Q", tooltip=tips)]


def group_forecast(frame: pl.DataFrame, unit_title: str) -> alt.LayerChart:
    """History, forecast, 80 % interval, the final forecast where people changed it, and last year's same periods."""
    ahead = frame.filter(pl.col("kind") == "forecast")
    x = time_axis("period_start", t("axis.period"))
    moved = (pl.col("total_value") - pl.col("forecast_value")).abs() > 1e-6 * (1 + pl.col("forecast_value").abs())
    drawn = {
        "demand_value": (t("forecast.series.history"), BLUE, [1, 0], frame.filter(pl.col("kind") == "history")),
        "forecast_value": (t("forecast.series.baseline"), ORANGE, [6, 3], ahead),
        "total_value": (t("forecast_groups.total_line"), RED, [1, 0], ahead.filter(moved.any().over(pl.lit(1)))),
        "last_year_value": (t("forecast.series.last_year"), GREY, [2, 3], ahead),
    }
    parts = {
        name: rows.select("period_start", pl.col(column).alias("value"), pl.lit(name).alias("series")).drop_nulls("value")
        for column, (name, _, _, rows) in drawn.items()
    }
    styles = {name: (color, dash) for name, color, dash, _ in drawn.values() if parts[name].height}
    band = ahead.select("period_start", "p10", "p90").drop_nulls()
    layers: list[Any] = [
        alt.Chart(band)
        .mark_area(color=SKY, opacity=0.25)
        .encode(x=x, y=alt.Y("p10:Q", title=unit_title, axis=alt.Axis(format="~s")), y2="p90:Q"),
        alt.Chart(pl.concat(parts.values()))
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=x,
            y=alt.Y("value:Q", title=unit_title),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=list(styles), range=[color for color, _ in styles.values()]),
                legend=alt.Legend(orient="bottom", columns=2, labelLimit=220, symbolType="stroke", symbolStrokeWidth=3),
            ),
            strokeDash=alt.StrokeDash(
                "series:N",
                title=None,
                legend=None,
                scale=alt.Scale(domain=list(styles), range=[dash for _, dash in styles.values()]),
            ),
            tooltip=[
                alt.Tooltip("period_start:T", title=t("axis.period"), format="%Y-%m-%d"),
                alt.Tooltip("series:N", title=t("axis.line")),
                alt.Tooltip("value:Q", title=unit_title, format=",.0f"),
            ],
        ),
    ]
    return alt.layer(*layers).properties(height=330)


def small_forecast(frame: pl.DataFrame) -> alt.LayerChart:
    """A series at a glance: demand solid, forecast dashed, for pictures beside each other."""
    x = alt.X("period_start:T", title=None, axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=4, labelOverlap=True))
    layers = []
    for column, colour, dash in (("demand_quantity", BLUE, [1, 0]), ("baseline_quantity", ORANGE, [6, 3])):
        line = frame.select("period_start", pl.col(column).cast(pl.Float64)).drop_nulls()
        layers.append(
            alt.Chart(line)
            .mark_line(color=colour, strokeDash=dash, strokeWidth=1.8)
            .encode(x=x, y=alt.Y(f"{column}:Q", title=None, axis=alt.Axis(tickCount=4)))
        )
    return alt.layer(*layers).properties(height=150)
