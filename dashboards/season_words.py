"""What does a seasonal profile say in words, and what does it not say?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.formats import number, percent
from dashboards.i18n import t

__all__ = ["season_words"]


def season_words(head: Mapping[str, Any], profile: pl.DataFrame) -> list[str]:
    """Sentences about one group, only those that are beyond doubt.

    Args:
        head: what is true of the group: `is_significant`, `strength`, `p_value`, counts, shift and festival.
        profile: twelve rows `position`, `seasonal_index`, `is_clear`.
    """
    said = []
    if head["is_significant"]:
        said.append(t("season.yes", strength=percent(head["strength"], 0), years=number(head["year_count"])))
        for way, key in ((True, "season.high_months"), (False, "season.low_months")):
            months = profile.filter(pl.col("is_clear"), (pl.col("seasonal_index") > 1.0) == way)
            if not months.is_empty():
                said.append(t(key, months=_months(months, is_high=way)))
    else:
        said.append(t("season.no", years=number(head["year_count"])))
    if head["series_count"]:
        said.append(t("season.followers", agreeing=number(head["agreeing_count"]), count=number(head["series_count"])))
    if head["is_festival_clear"]:
        said.append(t("season.festival", change=f"{head['festival_effect'] * 100:+.0f} %"))
    else:
        said.append(t("season.festival_unclear"))
    if head["is_shifting"]:
        key = "season.later" if head["shift_per_year"] > 0 else "season.earlier"
        said.append(t(key, months=number(abs(round(head["shift_per_year"], 1)))))
    elif head["is_significant"]:
        said.append(t("season.steady" if head["shift_per_year"] is not None else "season.shift_unknown"))
    return said


def _months(months: pl.DataFrame, *, is_high: bool) -> str:
    ordered = months.sort("seasonal_index", descending=is_high)
    return t("season.separator").join(
        t("season.month_line", month=t(f"season.month.m{position}"), change=f"{(index - 1) * 100:+.0f} %")
        for position, index in ordered.select("position", "seasonal_index").iter_rows()
    )
