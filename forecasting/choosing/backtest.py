"""What would we have said at earlier cutoffs, knowing only what was known then?

An origin is a number of known periods. At each origin the panel is cut, everything (starts, season,
holiday effect, smoothing) is estimated anew, and all models forecast. Origins lie on a fixed raster
counted from 1970, so that running a day or a week later compares models on the same past forecasts, and
archive cutoffs share their work. Work is split into chunks of series for `map_chunks`; whatever is shared
by all series is computed before the split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import polars as pl

from forecasting.choosing.selection import Endings, Loan
from forecasting.demand.censoring import HALF_WINDOWS, fill_demand
from forecasting.demand.discontinued import shares_left
from forecasting.demand.fading import Fading, fading, habit_of
from forecasting.demand.marking import cleaned
from forecasting.demand.newcomers import Borrowed, attribute_codes, borrow, with_borrowed
from forecasting.demand.patterns import Patterns, demand_patterns
from forecasting.demand.prepared import prepare
from forecasting.demand.regressors import regressor_values
from forecasting.demand.seasonality import common_profile, season_doubt
from forecasting.demand.silence import Silence, read_silence
from forecasting.demand.surroundings import NOTHING_BESIDE, Surroundings
from forecasting.events.effects import EventEffects, ToldEffects, estimate_effects, told_effects
from forecasting.events.moving_holidays import (
    factors_of_effect,
    holiday_effect,
    holiday_variance,
    is_overwhelmed,
    variances_of_effect,
)
from forecasting.events.occurrences import EventCalendar, last_day
from forecasting.frames import (
    BoolArray,
    FloatArray,
    Frequency,
    IntArray,
    Panel,
    demand_starts,
    season_positions,
)
from forecasting.models.boosted_origin import boosting_task, lift_of, with_boosting
from forecasting.models.boosting import BoostingTask, boosted_mean
from forecasting.models.candidates import CandidateRun, run_candidates

__all__ = ["STRIDES", "TEST_HORIZONS", "MapChunks", "OriginRun", "Shared", "backtest_origins", "run_origins"]

MapChunks = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

# Longest horizon that is scored, and the distance between origins.
TEST_HORIZONS = {"day": 28, "week": 13, "month": 6, "quarter": 8, "year": 6}
STRIDES = {"day": 14, "week": 4, "month": 2, "quarter": 2, "year": 1}
_MODEL_FIRST = ("mean", "sigma", "shock_weights")
_FEWEST_PERIODS = 4


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
class OriginRun:
    """All models at one origin; `rows` are the panel rows known there, the arrays of `run` follow them, and so do `effects` (None
    without events), `lift` (series, step), what the boosted model says relative to the level models (None without one), and what
    young series `borrowed`, which have `ended`, and what share of each period is `left` until a series' last day. The last two
    change what is served (`outlook`), not what models are judged and weighed by: nothing of other series moves with them.
    `doubt` (series or 1, step): variance of the factor of holidays and events over its square."""

    origin: int
    rows: IntArray
    run: CandidateRun
    patterns: Patterns
    shared: Shared
    effects: EventEffects | None = None
    lift: FloatArray | None = None
    borrowed: Borrowed | None = None
    ended: Fading | None = None
    left: FloatArray | None = None
    doubt: FloatArray = field(default_factory=lambda: np.zeros((1, 1)))


@dataclass(frozen=True)
class _Task:
    frequency: Frequency
    season_length: int
    horizon: int
    values: FloatArray
    starts: IntArray
    is_censored: BoolArray
    positions: IntArray
    holiday: FloatArray
    common: FloatArray
    season_doubt: float
    habit: float


@dataclass(frozen=True)
class _Plan:
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


class _Made(Sequence[Any]):
    """Things that are made when they are asked for: a mapper holds only those that are on their way."""

    def __init__(self, count: int, make: Callable[[int], Any]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._count))]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._make(place % self._count)


class _Tasks(_Made):
    """The chunks of all origins, one origin after the other, cut from the panel one at a time."""

    def __init__(self, panel: Panel, horizon: int, plan: list[_Plan], chunk_size: int) -> None:
        self._panel, self._horizon, self._size = panel, horizon, chunk_size
        self._places = [(one, first) for one in plan for first in self.parts_of(one)]
        super().__init__(len(self._places), self._cut)

    def parts_of(self, one: _Plan) -> range:
        """First row of every chunk of an origin."""
        return range(0, max(len(one.rows), 1), self._size)

    def _cut(self, place: int) -> _Task:
        one, first = self._places[place]
        part, panel = slice(first, first + self._size), self._panel
        rows, starts = one.rows[part], one.starts[part]
        if one.learned is None:
            values = panel.values[rows, : one.origin]
            values = np.where(np.arange(one.origin)[None, :] >= starts[:, None], values, np.nan)
        else:
            values = one.learned[part]
        return _Task(
            panel.frequency,
            panel.season_length,
            self._horizon,
            values,
            starts,
            panel.is_censored[rows, : one.origin],
            one.positions,
            one.holiday if len(one.holiday) == 1 else one.holiday[part],
            one.shared.season,
            one.shared.season_doubt,
            one.habit,
        )


def backtest_origins(panel: Panel, known_count: int, horizon: int, count: int) -> list[int]:
    """The latest `count` raster origins before `known_count` with at least half of the test horizon known.

    >>> from types import SimpleNamespace
    >>> backtest_origins(SimpleNamespace(frequency="month", first_index=0), 24, 6, 3)
    [16, 18, 20]
    """
    stride = STRIDES[panel.frequency]
    test_horizon = min(horizon, TEST_HORIZONS[panel.frequency])
    latest = known_count - max(1, (test_horizon + 1) // 2)
    latest -= (panel.first_index + latest) % stride
    return [origin for origin in range(latest - stride * (count - 1), latest + 1, stride) if origin >= _FEWEST_PERIODS]


def run_origins(
    panel: Panel,
    origins: Sequence[int],
    horizon: int,
    *,
    trained_horizon: int | None = None,
    attributes: pl.DataFrame | None = None,
    regressors: pl.DataFrame | None = None,
    beside_demand: Surroundings = NOTHING_BESIDE,
    is_boosted: bool = True,
    seed: int = 0,
    map_chunks: MapChunks | None = None,
    chunk_size: int = 256,
    shared: Shared | None = None,
    lift: FloatArray | None = None,
) -> dict[int, OriginRun]:
    """Forecast `horizon` periods with every model at every origin: first series by series in chunks, then, on what these
    left, one model over all series per origin (`is_boosted` false: that one has no answer).

    Args:
        shared: what all series share where that was told before; else it is read from all series at each origin.
        lift: (series of the panel, step) of the boosted model where that was told before; takes the place of `is_boosted`.
    """
    plan: list[_Plan] = []
    for origin in sorted(set(origins)):
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
        plan.append(_Plan(origin, rows, starts, patterns, common, effects, positions, holiday, doubt, learned, habit))
    tasks = _Tasks(panel, horizon, plan, chunk_size)
    done = iter(map_chunks(_run_task, tasks) if map_chunks else map(_run_task, tasks))
    runs, silences = [], []
    for one in plan:
        parts = [next(done) for _ in tasks.parts_of(one)]
        runs.append(_joined(CandidateRun, [run for run, _ in parts]))
        silences.append(_joined(Silence, [silence for _, silence in parts]))
    del done, parts
    lifts: list[FloatArray | None] = [None if lift is None else lift[one.rows] for one in plan]
    if is_boosted and lift is None:
        beside = regressor_values(regressors, panel, horizon)

        def pooled(place: int) -> BoostingTask:
            one = plan[place]
            reach = trained_horizon or horizon
            return boosting_task(panel, one.origin, one.rows, runs[place], horizon, reach, attributes, beside, one.effects, seed)

        waiting = _Made(len(plan), pooled)
        means = map_chunks(boosted_mean, waiting) if map_chunks else map(boosted_mean, waiting)
        lifts = [
            lift_of(run, mean if one.effects is None else mean * one.effects.factors[:, one.origin :])
            for one, run, mean in zip(plan, runs, means, strict=True)
        ]
    found = {}
    runs.reverse()
    for one, moved, silence in zip(plan, lifts, silences, strict=True):
        origin, rows, run = one.origin, one.rows, runs.pop()  # let go of what only boosting and borrowing need, origin by origin
        borrowed = _borrowed(panel, origin, rows, run, attributes, beside_demand, shared)
        whole, ended, left = with_borrowed(with_boosting(run, moved), borrowed), None, None
        if beside_demand.is_fading:
            ended = fading(silence, panel.frequency, one.habit, one.shared.endings)
        if beside_demand.last_days is not None:
            left = shares_left(beside_demand.last_days, panel, origin, rows, horizon)
        found[origin] = OriginRun(
            origin, rows, whole, one.patterns, one.shared, one.effects, moved, borrowed, ended, left, one.doubt
        )
    return found


def _borrowed(
    panel: Panel,
    origin: int,
    rows: IntArray,
    run: CandidateRun,
    attributes: pl.DataFrame | None,
    beside_demand: Surroundings,
    told: Shared | None,
) -> Borrowed | None:
    """What young series borrow from series like them, or from the one a person named. A refit may hold few of all series: there
    the loans of the selection count; without any, only a person's word."""
    if told is not None and told.loans:
        return _lent(panel.series_ids[rows], told.loans, run.mean.shape[2])
    attributes = None if told is not None else attributes
    if attributes is None and beside_demand.reference is None:
        return None
    starts = demand_starts(run.filled, panel.first_columns[rows])
    positions = season_positions(panel.first_index + np.arange(origin + run.mean.shape[2]), panel.frequency)
    past = run.index[:, positions[:origin]]
    names = [] if attributes is None else attribute_codes(panel.series_ids[rows], attributes)
    return borrow(run, rows, starts, past, positions, panel.frequency, names, beside_demand.reference)


def _lent(series_ids: IntArray, loans: Mapping[int, Loan], horizon: int) -> Borrowed | None:
    """What a selection lends to the series that are here."""
    rows = np.array([row for row, series_id in enumerate(series_ids) if int(series_id) in loans], dtype=np.int64)
    if not rows.size:
        return None
    found = [loans[int(series_id)] for series_id in series_ids[rows]]
    donors = np.array([-1 if one.donor is None else one.donor for one in found], dtype=np.int64)
    return Borrowed(
        rows,
        np.array([one.mean for one in found])[:, :horizon],
        np.array([one.share for one in found]),
        np.array([one.sigma for one in found]),
        np.array([one.size for one in found]),
        np.array([one.frequency for one in found]),
        [one.attribute for one in found],
        np.where(donors < 0, -1, 0),
        np.array([one.donors for one in found], dtype=np.int64),
        np.array([one.periods for one in found], dtype=np.int64),
        donors,
    )


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


def _run_task(task: _Task) -> tuple[CandidateRun, Silence]:
    prepared = prepare(
        task.values,
        task.starts,
        task.is_censored,
        frequency=task.frequency,
        season_length=task.season_length,
        horizon=task.horizon,
        positions=task.positions,
        holiday=task.holiday,
        common=task.common,
        season_doubt=task.season_doubt,
    )
    past = prepared.factors[:, : prepared.period_count]
    silence = read_silence(prepared.values, prepared.is_scored, task.starts, past, task.frequency, task.habit)
    return run_candidates(prepared), silence


def _joined(kind: type[Any], parts: Sequence[Any]) -> Any:
    """Chunks of a dataclass of arrays as one; `kind` tells which fields lie (model, series, ...) and not (series, ...)."""
    first = _MODEL_FIRST if kind is CandidateRun else ()
    return kind(
        **{
            one.name: np.concatenate([getattr(part, one.name) for part in parts], axis=1 if one.name in first else 0)
            for one in fields(kind)
        }
    )
