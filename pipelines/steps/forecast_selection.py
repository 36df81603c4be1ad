"""Is the last selection still good, or is it time to compare the models again? And why?

    first             there is none yet for this frequency, or only ones that know more than this cutoff
    changed_settings  horizon, boosting, seed, a specification or the length of protection moved beyond what it was made for
    requested         somebody asked: `throughline run --reselect`
    drift             forecasts err to one side (`forecast_drift`) and nothing was selected since that was known
    weekly, monthly   it is `selection_days` old (weeks); a month has passed (months)

Every selection is a row of `forecast.selections` with its whole content; old ones keep the row, not the content.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from forecasting import Selection
from kernel.errors import InvalidInput
from pipelines.settings import Settings
from pipelines.steps.forecast_inputs import ForecastInputs

__all__ = ["Decision", "decide", "keep_selection"]

_WEEK = 7.0


@dataclass(frozen=True)
class Decision:
    """The selection to go on with, or None and the reason to select."""

    selection: Selection | None
    selection_id: str | None
    reason: str


def decide(
    warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, settings: Settings, *, is_drifting: bool, is_asked: bool
) -> Decision:
    """Look at the newest selection that knows nothing beyond the cutoff."""
    known = warehouse.execute(
        "SELECT selection_id, cutoff, specification, content, reason FROM forecast.selections "
        "WHERE frequency = ? AND cutoff <= ? ORDER BY cutoff DESC, number DESC LIMIT 1",
        [inputs.frequency, inputs.cutoff],
    ).fetchall()
    if not known:
        return Decision(None, None, "first")
    selection_id, cutoff, specification, content, reason = known[0]
    selection = _read(content)
    is_other = selection is None or specification != inputs.specification or not _serves(selection, inputs)
    if is_other:
        return Decision(None, None, "changed_settings")
    if is_asked:
        return Decision(None, None, "requested")
    if is_drifting and (cutoff < inputs.cutoff or not _was_drifting(warehouse, inputs)):
        return Decision(None, None, "drift")
    if inputs.frequency == "month" and cutoff < inputs.cutoff:
        return Decision(None, None, "monthly")
    if inputs.frequency == "week" and (inputs.cutoff - cutoff).days >= settings.selection_days:
        return Decision(None, None, "weekly")
    return Decision(selection, selection_id, reason)


def keep_selection(
    warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, selection: Selection, reason: str, kept: int
) -> None:
    """Add a row, unless nobody asked and the newest one says the same; the content of all but the newest `kept` goes."""
    newest = warehouse.execute(
        "SELECT selection_id, cutoff FROM forecast.selections WHERE frequency = ? ORDER BY number DESC LIMIT 1",
        [inputs.frequency],
    ).fetchall()
    if reason != "requested" and newest == [(selection.selection_id, inputs.cutoff)]:
        return
    warehouse.execute(
        "INSERT INTO forecast.selections BY NAME SELECT ? AS frequency, ?::DATE AS cutoff, ? AS selection_id, ? AS reason, "
        "? AS specification, coalesce(max(number), 0) + 1 AS number, ? AS content FROM forecast.selections",
        [inputs.frequency, inputs.cutoff, selection.selection_id, reason, inputs.specification, selection.to_json()],
    )
    warehouse.execute(
        "UPDATE forecast.selections SET content = NULL WHERE frequency = ? AND content IS NOT NULL AND number NOT IN "
        "(SELECT number FROM forecast.selections WHERE frequency = ? ORDER BY number DESC LIMIT ?)",
        [inputs.frequency, inputs.frequency, max(kept, 1)],
    )


def _read(content: str | None) -> Selection | None:
    """None where an older version wrote it."""
    try:
        return None if content is None else Selection.from_json(content)
    except InvalidInput:
        return None


def _serves(selection: Selection, inputs: ForecastInputs) -> bool:
    if inputs.lead_times is None or inputs.lead_times.is_empty():
        return True
    longest = inputs.lead_times.select(pl.col("protection_days").max()).item()
    return selection.lead_time_spread is not None and bool(np.ceil(longest / _WEEK) <= selection.reach)


def _was_drifting(warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs) -> bool:
    """Whether the alarm was up when this cutoff was last forecast."""
    return bool(
        warehouse.execute(
            "SELECT 1 FROM forecast.drift WHERE frequency = ? AND cutoff = ? AND series_id IS NULL AND segment = 'all' "
            "AND is_alarm",
            [inputs.frequency, inputs.cutoff],
        ).fetchall()
    )
