"""How do forecasts look: of one series with what happened to it, of a group, and at a glance?

Meaning never rests on colour alone: each line has its own dash, overrides are thick, corrected days hollow, shaded days named. A
click on a name in the legend lets the other lines fade.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.components.charts import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, time_axis
from dashboards.i18n import t

__all__ = ["forecast", "group_forecast", "small_forecast"]


def forecast(
    frame: pl.DataFrame, unit_title: str, corrected: pl.DataFrame | None = None, marked: pl.DataFrame | None = None
) -> alt.LayerChart:
    """History, forecast as it was and is, 50 % and 90 % intervals, override, last year's same months, and what people told.

    Args:
        corrected: days people corrected, `day`, `kind`: hollow diamonds on their period.
        marked: events and holidays as `marked_days` gives them: shaded and named, recorded events with an outline.
    """
    history = frame.filter(pl.col("kind") == "history").with_columns(pl.col("baseline_quantity").alias("past_forecast"))
    ahead = frame.filter(pl.col("kind") == "forecast")
    x = time_axis("period_start", t("axis.period"))
    drawn = (
        ("demand_quantity", "history", history, BLUE, [1, 0], 2.0),
        ("baseline_quantity", "baseline", ahead, ORANGE, [7, 3], 2.2),
        ("override_quantity", "override", ahead, RED, [1, 0], 4.0),
        ("last_year_quantity", "last_year", ahead, GREY, [2, 3], 1.5),
        ("last_year_forecast_quantity", "last_year_forecast", ahead, GREEN, [6, 2, 1, 2], 1.5),
        ("last_forecast_quantity", "last_forecast", ahead, PINK, [4, 4], 1.5),
        ("past_forecast", "past_forecast", history, GREEN, [1, 2], 1.5),
    )
    parts, styles = [], {}
    for column, key, part, colour, dash, width in drawn:
        name = t(f"forecast.series.{key}")
        rows = part.select(
            "period_start", pl.col(column).cast(pl.Float64).alias("quantity"), pl.lit(name).alias("series")
        ).drop_nulls("quantity")
        if rows.height:
            parts.append(rows)
            styles[name] = (colour, dash, width)
    layers: list[Any] = _shades(marked)
    for low, high, opacity in (("p05", "p95", 0.15), ("p25", "p75", 0.25)):
        band = ahead.select("period_start", pl.col(low, high).cast(pl.Float64)).drop_nulls()
        if not band.is_empty():
            layers.append(
                alt.Chart(band)
                .mark_area(color=SKY, opacity=opacity)
                .encode(x=x, y=alt.Y(f"{low}:Q", title=unit_title), y2=f"{high}:Q")
            )
    layers.append(_lines(parts, styles, "quantity", unit_title, x, ",.2f"))
    own = ahead.select("period_start", pl.col("override_quantity").cast(pl.Float64)).drop_nulls()
    if not own.is_empty():
        # A single period has no line.
        layers.append(alt.Chart(own).mark_square(size=70, color=RED, opacity=1).encode(x=x, y="override_quantity:Q"))
    missing = history.filter(pl.col("is_in_stock").cast(pl.Boolean).fill_null(True).not_())
    if not missing.is_empty():
        layers.append(
            alt.Chart(missing.select("period_start", pl.col("demand_quantity").cast(pl.Float64)))
            .mark_point(shape="cross", size=70, color=RED, strokeWidth=2)
            .encode(
                x=x,
                y="demand_quantity:Q",
                tooltip=[alt.Tooltip("period_start:T", title=t("forecast.out_of_stock"), format="%Y-%m-%d")],
            )
        )
    layers += _corrected(corrected, history, x)
    return alt.layer(*layers).properties(height=370)


def _lines(
    parts: list[pl.DataFrame],
    styles: dict[str, tuple[str, list[int], float]],
    value: str,
    unit_title: str,
    x: alt.X,
    pattern: str,
) -> alt.Chart:
    """One line per name, told apart by colour, dash and width; the legend shows the dash and picks a line."""
    legend = alt.Legend(
        orient="bottom", columns=2, labelLimit=220, symbolType="stroke", symbolStrokeWidth=2.5, columnPadding=8, symbolSize=220
    )
    domain = list(styles)
    picked = alt.selection_point(fields=["series"], bind="legend")
    return (
        alt.Chart(
            pl.concat(parts) if parts else pl.DataFrame(schema={"period_start": pl.Date, value: pl.Float64, "series": pl.String})
        )
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=x,
            y=alt.Y(f"{value}:Q", title=unit_title),
            color=alt.Color(
                "series:N", title=None, legend=legend, scale=alt.Scale(domain=domain, range=[styles[name][0] for name in domain])
            ),
            strokeDash=alt.StrokeDash(
                "series:N", title=None, legend=legend, scale=alt.Scale(domain=domain, range=[styles[name][1] for name in domain])
            ),
            strokeWidth=alt.StrokeWidth(
                "series:N", title=None, legend=None, scale=alt.Scale(domain=domain, range=[styles[name][2] for name in domain])
            ),
            opacity=alt.condition(picked, alt.value(1.0), alt.value(0.12)),
            tooltip=[
                alt.Tooltip("period_start:T", title=t("axis.period"), format="%Y-%m-%d"),
                alt.Tooltip("series:N", title=t("axis.line")),
                alt.Tooltip(f"{value}:Q", title=unit_title, format=pattern),
            ],
        )
        .add_params(picked)
    )


def _shades(marked: pl.DataFrame | None) -> list[Any]:
    """Shaded days with their names upright at the top where there is room; an outline is a recorded event."""
    if marked is None or marked.is_empty():
        return []
    tips = [
        alt.Tooltip("name:N", title=t("learned.what_event")),
        alt.Tooltip("first:T", title=t("learned.first"), format="%Y-%m-%d"),
        alt.Tooltip("last:T", title=t("learned.last"), format="%Y-%m-%d"),
    ]
    # The end of the last day, so that a single day has a width.
    seen = marked.with_columns(
        (pl.col("last") + pl.duration(days=1)).alias("end"),
        (pl.col("first").cast(pl.Datetime) + (pl.col("last") - pl.col("first")) / 2).alias("middle"),
    )
    layers: list[Any] = []
    for is_recorded, colour, stroke, fill in ((False, GREY, 0.0, 0.28), (True, GREEN, 0.8, 0.14)):
        part = seen.filter(pl.col("is_recorded") == is_recorded)
        if not part.is_empty():
            layers.append(
                alt.Chart(part)
                .mark_rect(color=colour, opacity=1, fillOpacity=fill, stroke=colour, strokeWidth=stroke, strokeDash=[3, 2])
                .encode(x="first:T", x2="end:T", tooltip=tips)
            )
    named = seen.filter("has_label")
    if not named.is_empty():
        layers.append(
            alt.Chart(named)
            .mark_text(angle=270, align="right", baseline="middle", fontSize=9, color=GREY, limit=110)
            .encode(x="middle:T", y=alt.value(3), text="name:N", tooltip=tips)
        )
    return layers


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
    parts, styles = [], {}
    for column, (name, colour, dash, rows) in drawn.items():
        part = rows.select("period_start", pl.col(column).alias("value"), pl.lit(name).alias("series")).drop_nulls("value")
        if part.height:
            parts.append(part)
            styles[name] = (colour, dash, 3.5 if column == "total_value" else 2.0)
    band = ahead.select("period_start", "p10", "p90").drop_nulls()
    layers: list[Any] = [
        alt.Chart(band)
        .mark_area(color=SKY, opacity=0.25)
        .encode(x=x, y=alt.Y("p10:Q", title=unit_title, axis=alt.Axis(format="~s")), y2="p90:Q"),
        _lines(parts, styles, "value", unit_title, x, ",.0f"),
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
