"""What is known beside demand, and ahead of it: promotions, events, anything planned."""

from __future__ import annotations

import numpy as np
import polars as pl

from forecasting.frames import FloatArray, Panel, period_index
from kernel.errors import InvalidInput

__all__ = ["regressor_values"]


def regressor_values(regressors: pl.DataFrame | None, panel: Panel, horizon: int) -> FloatArray | None:
    """What was and will be known beside demand (promotions, events): (column, series, period + horizon).

    Columns in the order of their names; several rows of one period (the days of a promotion in a month) are averaged, a period
    without a row is 0. Without `series_id` a row counts for every series.

    Raises:
        InvalidInput: no period, a period that is no date, or a column that is no number.
    """
    if regressors is None:
        return None
    if "period_start" not in regressors.columns:
        raise InvalidInput("forecasting.column_missing", column="period_start", got=", ".join(regressors.columns))
    names = sorted(set(regressors.columns) - {"series_id", "period_start"})
    for name, expected, is_right in [
        ("period_start", "date", regressors.schema["period_start"] == pl.Date),
        *((name, "number", regressors.schema[name].is_numeric() or regressors.schema[name] == pl.Boolean) for name in names),
    ]:
        if not is_right:
            raise InvalidInput("forecasting.column_type", column=name, got=str(regressors.schema[name]), expected=expected)
    keys = ["series_id"] if "series_id" in regressors.columns else []
    index = period_index(regressors["period_start"], panel.frequency) - panel.first_index
    last = panel.period_count + horizon
    rows = (
        regressors.with_columns(pl.Series("column", index))
        .filter(pl.col("column").is_between(0, last - 1))
        .group_by([*keys, "column"])
        .agg(pl.col(names).cast(pl.Float64).fill_nan(None).mean().fill_null(0.0))
        .sort([*keys, "column"])
    )
    values = np.zeros((len(names), panel.series_count, last))
    columns = rows["column"].to_numpy()
    if not keys:
        values[:, :, columns] = rows.select(names).to_numpy().T[:, None, :]
        return values
    place = np.searchsorted(panel.series_ids, rows["series_id"].to_numpy())
    is_ours = (place < panel.series_count) & (
        panel.series_ids[np.minimum(place, panel.series_count - 1)] == rows["series_id"].to_numpy()
    )
    values[:, place[is_ours], columns[is_ours]] = rows.select(names).to_numpy().T[:, is_ours]
    return values
