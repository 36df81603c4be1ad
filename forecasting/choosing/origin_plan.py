"""What is known of one origin before its models run, and what do all series share there?

The panel is cut at the origin and everything is estimated anew from what is left: starts, patterns, the holiday's and the events'
effects, the season common to all. A refit is told what is shared and reads only the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from forecasting.choosing.selection import Endings, Loan
from forecasting.demand.censoring import HALF_WINDOWS, fill_demand
from forecasting.demand.fading import habit_of
from forecasting.demand.marking import cleaned
from forecasting.demand.patterns import Patterns, demand_patterns
from forecasting.demand.seasonality import common_profile, season_doubt
from forecasting.demand.surroundings import Surroundings
from forecasting.events.effects import EventEffects, ToldEffects, estimate_effects, told_effects
from forecasting.events.moving_holidays import (
    factors_of_effect,
    holiday_effect,
    holiday_variance,
    is_overwhelmed,
    variances_of_effect,
)
from forecasting.events.occurrences import EventCalendar, last_day
from forecasting.frames import BoolArray, FloatArray, IntArray, Panel, demand_starts, season_positions

__all__ = ["Plan", "Shared", "plan_origin"]


@dataclass(frozen=True)
class Shared:
    """What all series share at an origin: the holiday effect (window,) and its variance, empty where nothing is clear, and the
    season (position,) with the doubt in own ones (`season_doubt`); `events`, `loans` (of young series) and `endings` are
    those told before, else they are read from demand."""

    holiday: FloatArray
    holiday_variance: FloatArray
    season: FloatArray
    season_doubt: float
    events: ToldEffects | None = None
    loans: Mapping[int, Loan] = field(default_factory=dict)
    endings: Endings | None = None


@dataclass(frozen=True)
class Plan:
    """What is known of one origin before its models run; `learned` only where it differs from the panel."""

    origin: int
    rows: IntArray
    starts: IntArray
    patterns: Patterns
    shared: Shared
    effects: EventEffects | None
    positions: IntArray
    holiday: FloatArray
    doubt: FloatArray
    learned: FloatArray | None
    habit: float


def plan_origin(panel: Panel, origin: int, horizon: int, beside_demand: Surroundings, shared: Shared | None) -> Plan:
    """Cut the panel after `origin` periods; `shared` holds what all series share where that was told before."""
    rows = np.flatnonzero(panel.first_columns < origin)
    values = np.ascontiguousarray(panel.values[rows, :origin])
    is_censored = np.ascontiguousarray(panel.is_censored[rows, :origin])
    starts = demand_starts(values, panel.first_columns[rows])
    values = np.where(np.arange(origin)[None, :] >= starts[:, None], values, np.nan)
    if beside_demand.is_cleaned:
        values = cleaned(panel, rows, values, starts, beside_demand.events)
    patterns = demand_patterns(values, starts, np.isfinite(values) & ~is_censored)
    indices = panel.first_index + np.arange(origin + horizon)
    positions = season_positions(indices, panel.frequency)
    holiday, common, effects, is_hidden = _shared_effects(
        panel, rows, values, starts, is_censored, indices, positions, beside_demand.events, shared
    )
    learned = values if beside_demand.is_cleaned else None
    if is_hidden.any():
        learned = _without(values, is_hidden)
    variance = variances_of_effect(common.holiday_variance, indices, panel.frequency)[None, :]
    if effects is not None:
        variance = variance + effects.variances
    doubt = (variance / (holiday * holiday))[:, origin:]
    told = common.endings
    habit = habit_of(values, np.isfinite(values) & ~is_censored) if told is None else told.habit
    return Plan(origin, rows, starts, patterns, common, effects, positions, holiday, doubt, learned, habit)


def _shared_effects(
    panel: Panel,
    rows: IntArray,
    values: FloatArray,
    starts: IntArray,
    is_censored: BoolArray,
    indices: IntArray,
    positions: IntArray,
    events: EventCalendar | None,
    told: Shared | None,
) -> tuple[FloatArray, Shared, EventEffects | None, BoolArray]:
    """Factors of holidays and events (series or 1, period + horizon) and what is shared at one origin, from all series known
    there or as it was told before; and the known periods (period,) of which a moving holiday leaves too little to learn from."""
    period_count = values.shape[1]
    known = indices[:period_count]
    flat = np.ones((1, period_count))
    filled = fill_demand(values, starts, is_censored, flat, HALF_WINDOWS[panel.frequency])
    effect = holiday_effect(filled.values, starts, known, panel.frequency) if told is None else told.holiday
    spread = holiday_variance(filled.values, starts, known, panel.frequency, effect) if told is None else told.holiday_variance
    holiday = factors_of_effect(effect, indices, panel.frequency)[None, :]
    is_hidden = is_overwhelmed(holiday[0, :period_count], panel.frequency)
    if is_hidden.any():
        values = _without(values, is_hidden)
        filled = fill_demand(values, starts, is_censored, holiday[:, :period_count], HALF_WINDOWS[panel.frequency])
    effects = None
    if events is not None:
        mine, day = events.of_rows(rows), last_day(panel.first_index + period_count - 1, panel.frequency)
        if told is None:
            plain = filled.values / holiday[:, :period_count]
            future = len(indices) - period_count
            effects = estimate_effects(mine, plain, starts, filled.is_scored, panel.first_index, future, day)
        else:
            effects = told_effects(mine, told.events or {}, panel.series_ids[rows], indices, day)
        holiday = holiday * effects.factors
    if told is not None:
        return holiday, told, effects, is_hidden
    plain = filled.values / holiday[:, :period_count]
    season = common_profile(plain, starts, positions[:period_count], panel.season_length)
    doubt = season_doubt(plain, starts, positions[:period_count], panel.season_length, season)
    return holiday, Shared(effect, spread, season, doubt), effects, is_hidden


def _without(values: FloatArray, is_hidden: BoolArray) -> FloatArray:
    """Values with the hidden periods (period,) unknown."""
    return np.where(is_hidden[None, :], np.nan, values)
