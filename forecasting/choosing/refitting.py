"""May this selection serve this fit, and on which grid?

A refit lays every series on the grid of its selection, so that sums run over the same columns and end in the same last digit
whatever other series are in the frame. What was recorded for periods before that grid is not looked at until the next selection.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from forecasting.choosing.selection import Selection
from forecasting.frames import Frequency, Panel, period_index
from kernel.errors import InvalidInput

__all__ = ["aligned", "checked_reach", "checked_refit", "elapsed"]


def checked_refit(selection: Selection, frequency: Frequency, horizon: int, cutoff: date) -> None:
    """Raise InvalidInput unless the selection was made for this kind of fit, with nothing known beyond the cutoff."""
    told = {
        "frequency": (frequency, selection.frequency, selection.frequency == frequency),
        "horizon": (horizon, selection.horizon, selection.horizon == horizon),
        "cutoff": (cutoff, f">= {selection.cutoff}", cutoff >= selection.cutoff),
    }
    for argument, (got, expected, is_right) in told.items():
        if not is_right:
            raise InvalidInput("forecasting.selection_unfit", argument=argument, got=got, expected=expected)


def checked_reach(selection: Selection, reach: int) -> None:
    """Raise InvalidInput where a time to protect goes beyond what the models of the selection were run for."""
    if reach > selection.reach:
        raise InvalidInput(
            "forecasting.selection_unfit", argument="protection periods", got=reach, expected=f"<= {selection.reach}"
        )


def elapsed(selection: Selection, panel: Panel) -> int:
    """Periods from the cutoff of the selection to the end of the panel."""
    after = int(period_index(pl.Series([selection.cutoff + timedelta(days=1)]), panel.frequency)[0])
    return panel.first_index + panel.period_count - after


def aligned(panel: Panel, first_period: date) -> Panel:
    """The same series with the column of `first_period` as the first one."""
    first_index = int(period_index(pl.Series([first_period]), panel.frequency)[0])
    shift = panel.first_index - first_index
    if shift == 0 or panel.series_count == 0:
        return panel
    moved: dict[str, Any] = {"first_index": first_index, "first_columns": np.maximum(panel.first_columns + shift, 0)}
    for field in fields(panel):
        values = getattr(panel, field.name)
        if not (isinstance(values, np.ndarray) and values.ndim == 2):
            continue
        if shift < 0:
            moved[field.name] = np.ascontiguousarray(values[:, -shift:])
            continue
        unknown = np.nan if field.name in ("values", "price") else 0
        before = np.full((panel.series_count, shift), unknown, dtype=values.dtype)
        moved[field.name] = np.concatenate([before, values], axis=1)
    return replace(panel, **moved)
