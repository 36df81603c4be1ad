"""Which series borrows from which, because a person said so?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from forecasting.frames import FloatArray, IntArray, Panel
from kernel.errors import InvalidInput

__all__ = ["Reference", "checked_references"]


@dataclass(frozen=True)
class Reference:
    """Panel rows that borrow by a person's word, from which row, and how many times its demand."""

    row: IntArray
    donor: IntArray
    factor: FloatArray


def checked_references(references: pl.DataFrame | None, panel: Panel, demand: pl.DataFrame) -> Reference | None:
    """The table by panel row; None where there is none.

    Args:
        references: `series_id`, `reference_series_id`, `factor` (optional, 1). One row per series.

    Raises:
        InvalidInput: a missing column, a series that is not in demand, twice the same, its own reference, a factor not above 0.
    """
    if references is None or references.is_empty():
        return None
    for name in ("series_id", "reference_series_id"):
        if name not in references.columns:
            raise InvalidInput(
                "forecasting.table_column_missing", table="references", column=name, got=", ".join(references.columns)
            )
    factor = pl.col("factor").cast(pl.Float64) if "factor" in references.columns else pl.lit(1.0)
    rows = references.select("series_id", "reference_series_id", factor.fill_null(1.0).alias("factor")).sort("series_id")
    known = demand["series_id"].unique()
    for name in ("series_id", "reference_series_id"):
        unknown = rows.filter(~pl.col(name).is_in(known.implode()))
        if not unknown.is_empty():
            raise InvalidInput("forecasting.table_series_unknown", table="references", series_id=unknown[name][0])
    bad = [
        ("reference_twice", pl.col("series_id").is_duplicated()),
        ("reference_itself", pl.col("series_id") == pl.col("reference_series_id")),
        ("reference_factor", ~(pl.col("factor").is_finite() & (pl.col("factor") > 0) & (pl.col("factor") <= 1e6))),
    ]
    for key, condition in bad:
        found = rows.filter(condition)
        if not found.is_empty():
            raise InvalidInput(f"forecasting.{key}", **found.row(0, named=True))
    ids = panel.series_ids
    kept = rows.filter(pl.col("series_id").is_in(ids.tolist()) & pl.col("reference_series_id").is_in(ids.tolist()))
    places = [np.searchsorted(ids, kept[name].to_numpy()).astype(np.int64) for name in ("series_id", "reference_series_id")]
    return Reference(places[0], places[1], kept["factor"].to_numpy().astype(np.float64)) if kept.height else None
