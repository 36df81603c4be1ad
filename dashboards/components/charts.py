"""How do trends, shares and projected stock look? Forecasts are in `charts_forecast`.

Altair charts with a title and unit on every axis. Meaning never rests on colour alone: forecasts are dashed, targets dotted,
simulated
or incomplete periods hollow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from dashboards.i18n import code_text, t

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PINK",
    "RED",
    "SKY",
    "bars",
    "dots",
    "projection",
    "rates",
    "split_bars",
    "time_axis",
    "trend",
]

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
GREY, SKY, PINK = "#888888", "#56B4E9", "#CC79A7"


def trend(
    frame: pl.DataFrame, unit: str, value_title: str, target_title: str, marks: Sequence[date | None] = ()
) -> alt.LayerChart:
    """A KPI by period with its target line or band; incomplete periods are hollow, `marks` are upright lines."""
    data = frame.select("period_start", "value", "target", "target_high", "is_complete", "numerator", "denominator").with_columns(
        pl.col("target", "target_high", "value").cast(pl.Float64), pl.col("is_complete").cast(pl.Boolean).fill_null(True)
    )
    pattern = {"rate": ".1%", "currency": ",.0f", "turns_per_year": ".2f"}.get(unit, ".1f")
    base = alt.Chart(data).encode(x=time_axis("period_start", t("axis.period")))
    value = alt.Y("value:Q", title=value_title, axis=alt.Axis(format=pattern), scale=alt.Scale(zero=False))
    tips = [
        alt.Tooltip("period_start:T", title=t("axis.period"), format="%Y-%m-%d"),
        alt.Tooltip("value:Q", title=value_title, format=pattern),
        alt.Tooltip("numerator:Q", title=t("kpi.numerator"), format=",.2f"),
        alt.Tooltip("denominator:Q", title=t("kpi.denominator"), format=",.2f"),
    ]
    layers: list[Any] = []
    if data["target_high"].is_not_null().any():
        layers.append(
            base.mark_area(opacity=0.12, color=GREEN).encode(y=alt.Y("target:Q", title=value_title), y2="target_high:Q")
        )
    if data["target"].is_not_null().any():
        layers.append(
            base.mark_line(strokeDash=[2, 4], color=GREEN, strokeWidth=2).encode(
                y=alt.Y("target:Q", title=value_title), tooltip=[alt.Tooltip("target:Q", title=target_title, format=pattern)]
            )
        )
    layers.append(base.mark_line(color=BLUE, strokeWidth=2).encode(y=value))
    layers.append(
        base.mark_point(size=60, color=BLUE, stroke=BLUE, strokeWidth=1.5, filled=True, opacity=1).encode(
            y=value,
            fillOpacity=alt.condition("datum.is_complete", alt.value(1), alt.value(0)),
            tooltip=tips,
        )
    )
    days = pl.DataFrame({"day": [mark for mark in marks if mark is not None]}, schema={"day": pl.Date})
    if not days.is_empty():
        layers.append(
            alt.Chart(days)
            .mark_rule(color=ORANGE, strokeWidth=2, strokeDash=[6, 3])
            .encode(x="day:T", tooltip=[alt.Tooltip("day:T", title=t("actions.opened_on"), format="%Y-%m-%d")])
        )
    return alt.layer(*layers).properties(height=260)


def bars(frame: pl.DataFrame, label: str, value: str, value_title: str, label_title: str, pattern: str = ",.2f") -> alt.Chart:
    """Horizontal bars, largest first."""
    return (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X(f"{value}:Q", title=value_title, axis=alt.Axis(format=pattern)),
            y=alt.Y(f"{label}:N", title=label_title, sort="-x", axis=alt.Axis(labelLimit=180)),
            tooltip=[alt.Tooltip(f"{label}:N", title=label_title), alt.Tooltip(f"{value}:Q", title=value_title, format=pattern)],
        )
        .properties(height=80 + 28 * min(frame.height, 15))
    )


def dots(frame: pl.DataFrame, label: str, value: str, value_title: str, label_title: str, pattern: str = ".1%") -> alt.LayerChart:
    """One dot per name on a scale that shows the differences, with a tick at its target."""
    base = alt.Chart(frame).encode(y=alt.Y(f"{label}:N", title=label_title, sort=None, axis=alt.Axis(labelLimit=180)))
    tips = [
        alt.Tooltip(f"{label}:N", title=label_title),
        alt.Tooltip(f"{value}:Q", title=value_title, format=pattern),
        alt.Tooltip("target:Q", title=t("kpi.target"), format=pattern),
    ]
    place = alt.X(f"{value}:Q", title=value_title, axis=alt.Axis(format=pattern), scale=alt.Scale(zero=False, padding=12))
    layers: list[Any] = [base.mark_point(filled=True, size=90, color=BLUE).encode(x=place, tooltip=tips)]
    if frame["target"].is_not_null().any():
        layers.append(base.mark_tick(color=GREEN, thickness=3, size=18).encode(x=alt.X("target:Q", title=value_title)))
    return alt.layer(*layers).properties(height=80 + 28 * min(frame.height, 15))


def split_bars(frame: pl.DataFrame, days_title: str) -> alt.Chart:
    """Days of lateness by cause, coloured and grouped by cause group; days won back point left."""
    order = ["purchase", "production", "logistics", "other"]
    data = frame.with_columns(
        pl.Series("cause_name", [code_text("cause", code) for code in frame["cause"].to_list()]),
        pl.Series("group_name", [code_text("cause_group", code) for code in frame["cause_group"].to_list()]),
    )
    return (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("days:Q", title=days_title),
            y=alt.Y("cause_name:N", title=t("column.cause"), sort="-x", axis=alt.Axis(labelLimit=180)),
            color=alt.Color(
                "group_name:N",
                title=t("column.cause_group"),
                scale=alt.Scale(domain=[code_text("cause_group", code) for code in order], range=[BLUE, ORANGE, GREEN, GREY]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip("cause_name:N", title=t("column.cause")),
                alt.Tooltip("group_name:N", title=t("column.cause_group")),
                alt.Tooltip("days:Q", title=days_title),
            ],
        )
        .properties(height=130 + 30 * frame.height)
    )


def rates(frame: pl.DataFrame, names: Mapping[str, str]) -> alt.Chart:
    """Shares by month, one line per column of `names`; the points say how many lines they rest on."""
    data = pl.concat(
        [
            frame.select(
                pl.col("month").str.to_date("%Y-%m").alias("start"),
                pl.col(column).alias("share"),
                pl.lit(name).alias("series"),
                "line_count",
            ).drop_nulls("share")
            for column, name in names.items()
        ]
    )
    domain = list(names.values())
    return (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=30))
        .encode(
            x=time_axis("start", t("axis.month")),
            y=alt.Y("share:Q", title=t("axis.share"), axis=alt.Axis(format=".0%"), scale=alt.Scale(domainMax=1, zero=False)),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=domain, range=[BLUE, ORANGE]),
                legend=alt.Legend(orient="bottom", labelLimit=220, symbolType="stroke", symbolStrokeWidth=3),
            ),
            strokeDash=alt.StrokeDash("series:N", legend=None, scale=alt.Scale(domain=domain, range=[[1, 0], [6, 3]])),
            tooltip=[
                alt.Tooltip("start:T", title=t("axis.month"), format="%Y-%m"),
                alt.Tooltip("series:N", title=t("axis.line")),
                alt.Tooltip("share:Q", title=t("axis.share"), format=".1%"),
                alt.Tooltip("line_count:Q", title=t("column.line_count")),
            ],
        )
        .properties(height=220)
    )


def projection(
    frame: pl.DataFrame, unit_title: str, order_point: float | None = None, coming: pl.DataFrame | None = None
) -> alt.LayerChart:
    """Projected stock as steps, with open supply only and with the plan, above safety stock and order point.

    Args:
        order_point: stock at which one must order; None draws no line.
        coming: open supply as `document_number`, `expected_date`, `quantity_open`, drawn as points on the curve of open orders.
    """
    names = {
        "projected_quantity": t("item.projected"),
        "projected_with_plan_quantity": t("item.projected_with_plan"),
        "safety_stock_quantity": t("column.safety_stock_quantity"),
    }
    drawn = frame.select("date", *(pl.col(column).cast(pl.Float64) for column in names))
    if order_point is not None:
        drawn = drawn.with_columns(pl.lit(order_point).alias("order_point"))
        names["order_point"] = t("item.order_point_line")
    data = pl.concat(
        [drawn.select("date", pl.col(column).alias("quantity"), pl.lit(name).alias("series")) for column, name in names.items()]
    ).drop_nulls("quantity")
    domain = list(names.values())
    lines = (
        alt.Chart(data)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=time_axis("date", t("axis.date"), "%m-%d"),
            y=alt.Y("quantity:Q", title=unit_title),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=domain, range=[ORANGE, BLUE, RED, PINK][: len(domain)]),
                legend=alt.Legend(orient="bottom", columns=4, labelLimit=260, symbolType="stroke", symbolStrokeWidth=3),
            ),
            strokeDash=alt.StrokeDash(
                "series:N",
                legend=None,
                scale=alt.Scale(domain=domain, range=[[6, 3], [1, 0], [2, 3], [8, 2, 2, 2]][: len(domain)]),
            ),
            tooltip=[
                alt.Tooltip("date:T", title=t("axis.date"), format="%Y-%m-%d"),
                alt.Tooltip("series:N", title=t("axis.line")),
                alt.Tooltip("quantity:Q", title=unit_title, format=",.2f"),
            ],
        )
    )
    zero = alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=GREY).encode(y="zero:Q")
    layers: list[Any] = [zero, lines]
    if coming is not None and not coming.is_empty() and not frame.is_empty():
        curve = frame.select(pl.col("date"), pl.col("projected_quantity").cast(pl.Float64).alias("height")).sort("date")
        first = curve["date"][0]
        points = coming.with_columns(pl.max_horizontal(pl.col("expected_date"), pl.lit(first)).alias("date")).sort("date")
        layers.append(
            alt.Chart(points.join_asof(curve, on="date"))
            .mark_point(shape="triangle-up", size=90, filled=True, color=GREEN, opacity=1)
            .encode(
                x="date:T",
                y="height:Q",
                tooltip=[
                    alt.Tooltip("document_number:N", title=t("column.document_number")),
                    alt.Tooltip("expected_date:T", title=t("column.expected_date"), format="%Y-%m-%d"),
                    alt.Tooltip("quantity_open:Q", title=t("column.quantity_open"), format=",.2f"),
                ],
            )
        )
    return alt.layer(*layers).properties(height=300)


def time_axis(column: str, title: str, pattern: str = "%Y-%m") -> alt.X:
    """An axis of dates whose labels read the same in both languages."""
    return alt.X(f"{column}:T", title=title, axis=alt.Axis(format=pattern, labelAngle=0, tickCount=8, labelOverlap=True))
