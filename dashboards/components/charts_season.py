"""How does a year look: the index of each month with its range, and year by year beside each other?"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.components.charts import BLUE, GREY
from dashboards.i18n import t

__all__ = ["heatmap", "profile"]

_MONTHS = list(range(1, 13))


def profile(frame: pl.DataFrame) -> alt.LayerChart:
    """Index by month against 1; full bars are beyond doubt, pale ones may be chance; whiskers are the 99 % range."""
    data = frame.select("position", "seasonal_index", "low", "high", "is_clear").with_columns(
        pl.when(pl.col("is_clear")).then(pl.lit(t("season.clear"))).otherwise(pl.lit(t("season.unclear"))).alias("kind"),
        (pl.col("seasonal_index") - 1.0).alias("distance"),
        pl.lit(1.0).alias("one"),
    )
    names = [t("season.clear"), t("season.unclear")]
    x = alt.X("position:O", title=t("axis.month"), sort=_MONTHS, axis=alt.Axis(labelAngle=0))
    y = alt.Y("seasonal_index:Q", title=t("season.axis_index"), axis=alt.Axis(format=".2f"), scale=alt.Scale(zero=False))
    tips = [
        alt.Tooltip("position:O", title=t("axis.month")),
        alt.Tooltip("seasonal_index:Q", title=t("season.axis_index"), format=".2f"),
        alt.Tooltip("low:Q", title=t("season.low"), format=".2f"),
        alt.Tooltip("high:Q", title=t("season.high"), format=".2f"),
        alt.Tooltip("kind:N", title=t("season.sureness")),
    ]
    base = alt.Chart(data).encode(x=x)
    bars = base.mark_bar(color=BLUE, stroke=BLUE, strokeWidth=1).encode(
        y=y,
        y2="one:Q",
        fillOpacity=alt.FillOpacity(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=names, range=[0.9, 0.15]),
            legend=alt.Legend(orient="bottom", labelLimit=300),
        ),
        tooltip=tips,
    )
    whiskers = base.mark_rule(color=GREY, strokeWidth=1.5).encode(y="low:Q", y2="high:Q")
    one = alt.Chart(pl.DataFrame({"one": [1.0]})).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="one:Q")
    return alt.layer(one, bars, whiskers).properties(height=340)


def heatmap(frame: pl.DataFrame) -> alt.LayerChart:
    """Each month of each year against the level of its year; the number stands in the cell."""
    data = frame.select("position", "year", "seasonal_index").with_columns(pl.col("year").cast(pl.String))
    reach = max(0.2, float((data["seasonal_index"] - 1.0).abs().max() or 0.0))  # type: ignore[arg-type]
    base = alt.Chart(data).encode(
        x=alt.X("position:O", title=t("axis.month"), sort=_MONTHS, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("year:O", title=t("season.year"), sort="descending"),
    )
    tips: list[Any] = [
        alt.Tooltip("year:O", title=t("season.year")),
        alt.Tooltip("position:O", title=t("axis.month")),
        alt.Tooltip("seasonal_index:Q", title=t("season.axis_index"), format=".2f"),
    ]
    cells = base.mark_rect().encode(
        color=alt.Color(
            "seasonal_index:Q",
            title=t("season.axis_index"),
            scale=alt.Scale(scheme="blueorange", domain=[1 - reach, 1 + reach], domainMid=1, clamp=True),
            legend=None,
        ),
        tooltip=tips,
    )
    # Dark letters on the pale middle, white ones on the strong ends.
    strong = f"abs(datum.seasonal_index - 1) > {reach * 0.6:.3f}"
    said = base.mark_text(fontSize=11).encode(
        text=alt.Text("seasonal_index:Q", format=".2f"), color=alt.condition(strong, alt.value("white"), alt.value("#222222"))
    )
    return alt.layer(cells, said).properties(height=90 + 38 * data["year"].n_unique())
