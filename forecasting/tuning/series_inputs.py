"""What does a model of one series learn from: which history, and which figures known beside and ahead of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from forecasting.demand.censoring import HALF_WINDOWS, fill_demand
from forecasting.demand.regressors import regressor_values
from forecasting.events.moving_holidays import window_shares
from forecasting.frames import FloatArray, Panel, demand_starts, period_starts
from kernel.errors import InvalidInput

__all__ = ["holiday_columns", "known_values", "regressor_matrix", "regressor_names"]

_BESIDE = ("sarimax", "unobserved_components")


def known_values(panel: Panel, known_count: int, row: int = 0) -> tuple[FloatArray, int]:
    """Filled history of one row of the panel up to `known_count`, and the column it starts at."""
    values, censored = panel.values[[row], :known_count], panel.is_censored[[row], :known_count]
    starts = demand_starts(values, panel.first_columns[[row]])
    flat = np.ones((1, known_count))
    filled = fill_demand(values, starts, censored, flat, HALF_WINDOWS[panel.frequency]).values
    return filled[0, starts[0] :], int(starts[0])


def regressor_names(regressors: pl.DataFrame | None, model: str, parameters: Mapping[str, Any]) -> list[str]:
    """The columns a model takes: those its parameters name, or all that are given where they name none.

    Raises:
        InvalidInput: a column that is named but not given.
    """
    if model not in _BESIDE:
        return []
    given = [] if regressors is None else sorted(set(regressors.columns) - {"period_start", "series_id"})
    asked = parameters["regressors"]
    if asked is None:
        return given
    missing = [name for name in asked if name not in given]
    if missing:
        raise InvalidInput(
            "forecasting.regressor_missing", column=", ".join(missing), got=", ".join(given) or "none", expected=", ".join(asked)
        )
    return list(asked)


def holiday_columns(panel: Panel, start: int, horizon: int) -> FloatArray:
    """(period + horizon, window): share of each period's days in the windows around the Spring Festival that are ever touched."""
    indices = panel.first_index + np.arange(start, panel.period_count + horizon)
    return window_shares(indices, panel.frequency)


def regressor_matrix(
    regressors: pl.DataFrame | None,
    panel: Panel,
    start: int,
    horizon: int,
    names: Sequence[str],
    *,
    has_spring_festival: bool = False,
    row: int = 0,
) -> FloatArray | None:
    """(period + horizon, column) from column `start` of the panel on; None without any column.

    A frame with `series_id` may leave periods out (0, as for the boosted model); one without must be whole.

    Raises:
        InvalidInput: a whole frame with gaps.
    """
    parts: list[FloatArray] = []
    if regressors is not None and names:
        if "series_id" in regressors.columns:
            found = regressor_values(regressors.select("series_id", "period_start", *names), panel, horizon)
            assert found is not None
            order = sorted(names)
            parts.append(np.stack([found[order.index(name), row, start:] for name in names], axis=1))
        else:
            parts.append(_whole_matrix(regressors, panel, start, horizon, names))
    if has_spring_festival:
        parts.append(holiday_columns(panel, start, horizon))
    return np.column_stack(parts) if parts else None


def _whole_matrix(regressors: pl.DataFrame, panel: Panel, start: int, horizon: int, names: Sequence[str]) -> FloatArray:
    indices = panel.first_index + np.arange(start, panel.period_count + horizon)
    wanted = pl.DataFrame({"period_start": period_starts(indices, panel.frequency)})
    joined = wanted.join(regressors, on="period_start", how="left", maintain_order="left").select(names)
    matrix = joined.cast(pl.Float64).to_numpy()
    if joined.height != len(indices) or not np.isfinite(matrix).all():
        raise InvalidInput(
            "forecasting.bad_argument",
            argument="regressors",
            got=f"{int((~np.isfinite(matrix)).any(axis=1).sum())} periods without a value",
            expected="one row with numbers for every period of history and horizon",
        )
    return matrix
