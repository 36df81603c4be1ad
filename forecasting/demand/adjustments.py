"""What did people say should be learned in place of what was recorded?

An adjustment adds a signed quantity to the demand of one period: learned = max(0, recorded + adjustment). Nothing recorded is
changed: without the row the learned demand is what it was, so every adjustment can be taken back. Several rows of one period
add up. A period somebody has judged is never marked again, and a lost sale somebody has counted is no longer a lower bound.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from forecasting.frames import MAXIMUM_QUANTITY, Panel, period_index
from kernel.errors import InvalidInput

__all__ = ["ADJUSTMENT_KINDS", "with_adjustments"]

ADJUSTMENT_KINDS = ("outlier", "one_off", "return", "lost_sale")


def with_adjustments(panel: Panel, adjustments: pl.DataFrame | None, demand: pl.DataFrame, cutoff: date) -> Panel:
    """The panel as people want it learned; the same object where nobody said anything.

    Args:
        adjustments: `series_id`, `period_start` (any day of the period), `adjustment_quantity` (signed, base units), `kind`;
            rows after the cutoff are not looked at.
        demand: as given to `forecast`; its series are the known ones.

    Raises:
        InvalidInput: a column is missing or of another type, a series that is not in demand, a period before the series' first
            row, an unknown kind, or a quantity that is no number.
    """
    if adjustments is None:
        return panel
    for name, expected in (
        ("series_id", "integer"),
        ("period_start", "date"),
        ("adjustment_quantity", "number"),
        ("kind", "text"),
    ):
        if name not in adjustments.columns:
            raise InvalidInput(
                "forecasting.table_column_missing", table="adjustments", column=name, got=", ".join(adjustments.columns)
            )
        kind = adjustments.schema[name]
        is_right = {
            "integer": kind.is_integer(),
            "date": kind == pl.Date,
            "number": kind.is_numeric(),
            "text": kind == pl.String,
        }[expected]
        if not is_right and adjustments.height:
            raise InvalidInput(
                "forecasting.table_column_type", table="adjustments", column=name, got=str(kind), expected=expected
            )
    rows = adjustments.filter(pl.col("period_start") <= cutoff).sort("series_id", "period_start", "adjustment_quantity", "kind")
    if rows.is_empty():
        return panel
    _check(rows, demand)
    place = np.searchsorted(panel.series_ids, rows["series_id"].to_numpy())
    columns = period_index(rows["period_start"], panel.frequency) - panel.first_index
    is_known = (columns < panel.period_count) & np.isin(rows["series_id"].to_numpy(), panel.series_ids)
    early = np.flatnonzero(is_known & (columns < panel.first_columns[np.minimum(place, max(panel.series_count - 1, 0))]))
    if early.size:
        row = rows.row(int(early[0]), named=True)
        raise InvalidInput("forecasting.adjustment_before_start", series_id=row["series_id"], got=row["period_start"])
    place, columns = place[is_known], columns[is_known]
    values, is_censored, touched = panel.values.copy(), panel.is_censored.copy(), np.zeros(panel.values.shape, dtype=bool)
    total = np.zeros(panel.values.shape)
    np.add.at(total, (place, columns), rows["adjustment_quantity"].cast(pl.Float64).to_numpy()[is_known])
    touched[place, columns] = True
    values = np.where(touched & np.isfinite(values), np.maximum(values + total, 0.0), values)
    is_counted = rows["kind"].to_numpy()[is_known] == "lost_sale"
    is_censored[place[is_counted], columns[is_counted]] = False
    return replace(panel, values=values, is_censored=is_censored, is_adjusted=touched)


def _check(rows: pl.DataFrame, demand: pl.DataFrame) -> None:
    unknown = rows.filter(~pl.col("series_id").is_in(demand["series_id"].unique().implode()))
    if not unknown.is_empty():
        raise InvalidInput("forecasting.table_series_unknown", table="adjustments", series_id=unknown["series_id"][0])
    other = rows.filter(~pl.col("kind").is_in(ADJUSTMENT_KINDS))
    if not other.is_empty():
        row = other.row(0, named=True)
        raise InvalidInput(
            "forecasting.adjustment_kind", series_id=row["series_id"], got=row["kind"], expected=", ".join(ADJUSTMENT_KINDS)
        )
    quantity = pl.col("adjustment_quantity").cast(pl.Float64)
    bad = rows.filter(quantity.is_null() | ~quantity.is_finite() | (quantity.abs() > MAXIMUM_QUANTITY))
    if not bad.is_empty():
        row = bad.row(0, named=True)
        raise InvalidInput(
            "forecasting.adjustment_quantity",
            series_id=row["series_id"],
            period_start=row["period_start"],
            got=row["adjustment_quantity"],
        )
