"""How do accuracy, coverage and error by distance look?

Live periods are full points on a line, simulated ones hollow points on a dashed one; few records are crosses; targets are dotted.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.components.charts import BLUE, GREEN, GREY, ORANGE, RED
from dashboards.i18n import t

__all__ = ["accuracy", "coverage", "horizon", "step_bars"]

_LEGEND = alt.Legend(orient="bottom", columns=4, labelLimit=200, symbolType="stroke", symbolStrokeWidth=3)
_RANGE = [BLUE, ORANGE, GREEN, RED, "#CC79A7", "#56B4E9", "#F0E442", GREY]


def accuracy(frame: pl.DataFrame, value: str, title: str, *, target: float | None = None, zero: bool = False) -> alt.LayerChart:
    """`value` by period, one line per `group`; a dotted target, or the zero line."""
    data = frame.with_columns(
        pl.when(pl.col("is_few"))
        .then(pl.lit(t("accuracy.few")))
        .when(pl.col("is_simulated"))
        .then(pl.lit(t("accuracy.simulated")))
        .otherwise(pl.lit(t("accuracy.live")))
        .alias("kind")
    ).drop_nulls(value)
    kinds = [name for name in (t("accuracy.live"), t("accuracy.simulated"), t("accuracy.few")) if name in data["kind"].to_list()]
    shapes = {t("accuracy.live"): "circle", t("accuracy.simulated"): "square", t("accuracy.few"): "cross"}
    has_groups = data["group"].n_unique() > 1
    colour: Any = (
        alt.Color("group:N", title=None, scale=alt.Scale(range=_RANGE), legend=None if zero else _LEGEND)
        if has_groups
        else alt.value(BLUE)
    )
    x = alt.X(
        "period_start:T", title=t("axis.period"), axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=8, labelOverlap=True)
    )
    y = alt.Y(f"{value}:Q", title=title, axis=alt.Axis(format=".0%"))
    layers: list[Any] = []
    lines = alt.Chart(data).encode(x=x, y=y, color=colour, detail="group:N")
    layers.append(lines.transform_filter("datum.is_simulated").mark_line(strokeDash=[5, 3], strokeWidth=1.5))
    layers.append(lines.transform_filter("!datum.is_simulated").mark_line(strokeWidth=2))
    layers.append(
        lines.mark_point(size=55, filled=False, strokeWidth=2).encode(
            shape=alt.Shape(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[shapes[name] for name in kinds]),
                legend=None if zero else alt.Legend(orient="bottom", labelLimit=220),
            ),
            tooltip=[
                alt.Tooltip("period_start:T", title=t("axis.period"), format="%Y-%m-%d"),
                alt.Tooltip("group:N", title=t("axis.line")),
                alt.Tooltip(f"{value}:Q", title=title, format=".1%"),
                alt.Tooltip("record_count:Q", title=t("column.record_count")),
                alt.Tooltip("kind:N", title=t("column.origin")),
            ],
        )
    )
    if target is not None:
        line = pl.DataFrame({"target": [target]})
        layers.append(
            alt.Chart(line)
            .mark_rule(strokeDash=[2, 4], color=GREEN, strokeWidth=2)
            .encode(y="target:Q", tooltip=[alt.Tooltip("target:Q", title=t("kpi.target"), format=".0%")])
        )
    if zero:
        layers.append(alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=GREY).encode(y="zero:Q"))
    return alt.layer(*layers).properties(height=240 if zero else 400 if has_groups else 320)


def horizon(frame: pl.DataFrame, title: str, distance_title: str, group: str | None = None) -> alt.LayerChart:
    """Error by distance, one line per `group`."""
    colour: Any = alt.Color(f"{group}:N", title=None, scale=alt.Scale(range=_RANGE), legend=_LEGEND) if group else alt.value(BLUE)
    dash: Any = alt.StrokeDash(f"{group}:N", legend=None) if group else alt.value([1, 0])
    base = alt.Chart(frame.drop_nulls("wape")).encode(
        x=alt.X("horizon:Q", title=distance_title, axis=alt.Axis(format="d", tickMinStep=1), scale=alt.Scale(nice=False)),
        y=alt.Y("wape:Q", title=title, axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=False)),
        color=colour,
    )
    tips = [
        alt.Tooltip("horizon:Q", title=distance_title),
        *([alt.Tooltip(f"{group}:N", title=t("axis.line"))] if group else []),
        alt.Tooltip("wape:Q", title=title, format=".1%"),
        alt.Tooltip("record_count:Q", title=t("column.record_count")),
    ]
    return alt.layer(
        base.mark_line().encode(strokeDash=dash), base.mark_point(filled=True, size=40).encode(tooltip=tips)
    ).properties(height=300)


def coverage(frame: pl.DataFrame, title: str) -> alt.LayerChart:
    """How often demand fell inside the 80 % and 95 % intervals, by period, against what they promise."""
    names = {0.8: t("accuracy.interval", level="80 %"), 0.95: t("accuracy.interval", level="95 %")}
    data = frame.with_columns(pl.col("level").replace_strict(names, return_dtype=pl.String).alias("name"))
    scale = alt.Scale(domain=list(names.values()), range=[BLUE, ORANGE])
    base = alt.Chart(data).encode(
        x=alt.X(
            "period_start:T", title=t("axis.period"), axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=8, labelOverlap=True)
        ),
        y=alt.Y("coverage:Q", title=title, axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=False, domainMax=1)),
        color=alt.Color("name:N", title=None, scale=scale, legend=alt.Legend(orient="bottom")),
    )
    tips = [
        alt.Tooltip("period_start:T", title=t("axis.period"), format="%Y-%m-%d"),
        alt.Tooltip("name:N", title=t("axis.line")),
        alt.Tooltip("coverage:Q", title=title, format=".1%"),
        alt.Tooltip("record_count:Q", title=t("column.record_count")),
    ]
    promised = pl.DataFrame({"promised": list(names), "name": list(names.values())})
    rules = (
        alt.Chart(promised)
        .mark_rule(strokeDash=[2, 4], strokeWidth=2)
        .encode(y="promised:Q", color=alt.Color("name:N", title=None, scale=scale))
    )
    points = base.mark_point(size=45, filled=True).encode(
        tooltip=tips,
        shape=alt.Shape("name:N", scale=alt.Scale(domain=list(names.values()), range=["circle", "triangle-up"]), title=None),
    )
    return alt.layer(rules, base.mark_line(), points).properties(height=300)


def step_bars(frame: pl.DataFrame, title: str) -> alt.LayerChart:
    """Error after each step, shorter is better; the value added stands beside the bar."""
    base = alt.Chart(frame).encode(y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=200)))
    bar = base.mark_bar(color=BLUE, height=18).encode(
        x=alt.X("wape:Q", title=title, axis=alt.Axis(format=".0%")),
        tooltip=[
            alt.Tooltip("name:N", title=t("column.step")),
            alt.Tooltip("wape:Q", title=title, format=".1%"),
            alt.Tooltip("record_count:Q", title=t("column.record_count")),
        ],
    )
    said = base.mark_text(align="left", dx=6, color=GREY).encode(x="wape:Q", text="said:N")
    return alt.layer(bar, said).properties(height=70 + 34 * frame.height)
