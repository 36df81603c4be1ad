"""The frame `event_effects`: what each event did so far, and whether the forecast uses it."""

from __future__ import annotations

import polars as pl

from forecasting.events.effects import EventEffects
from forecasting.frames import IntArray

__all__ = ["EFFECTS_SCHEMA", "effects_frame"]

EFFECTS_SCHEMA = {
    "series_id": pl.Int64,
    "frequency": pl.String,
    "event": pl.String,
    "occurrences": pl.Int64,
    "effect": pl.Float64,
    "lift_quantity": pl.Float64,
    "pull_forward_quantity": pl.Float64,
    "is_used": pl.Boolean,
}


def effects_frame(series_ids: IntArray, frequency: str, effects: EventEffects | None) -> pl.DataFrame:
    """One row per event (series_id null: all series it is for), and one per series whose own effect differs.

    `effect` is the factor on a day inside the event, `lift_quantity` and `pull_forward_quantity` what one occurrence added, and
    took from the weeks around it, in base units; 0 where the effect is not used.
    """
    rows = [] if effects is None else effects.rows
    found = [
        (
            None if row.row < 0 else int(series_ids[row.row]),
            frequency,
            row.event,
            row.occurrences,
            row.effect,
            row.lift_quantity,
            row.pull_forward_quantity,
            row.is_used,
        )
        for row in rows
    ]
    return pl.DataFrame(found, schema=EFFECTS_SCHEMA, orient="row").sort("event", "series_id", nulls_last=False)
