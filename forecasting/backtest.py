"""What would we have said at earlier cutoffs, knowing only what was known then?

An origin is a number of known periods. At each origin the panel is cut, everything (starts, season,
holiday effect, smoothing) is estimated anew, and all models forecast. Origins lie on a fixed raster
counted from 1970, so that running a day or a week later compares models on the same past forecasts, and
archive cutoffs share their work. Work is split into chunks of series for `map_chunks`; whatever is shared
by all series is computed before the split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import polars as pl

from forecasting.batch_models import MODELS
from forecasting.boosting import BoostingTask, boosted_mean
from forecasting.candidates import LEVEL_MODELS, CandidateRun, run_candidates
from forecasting.censoring import HALF_WINDOWS, fill_demand
from forecasting.event_effects import EventEffects, ToldEffects, estimate_effects, told_effects
from forecasting.events import EventCalendar, last_day
from forecasting.fading import Fading, fading, with_fading
from forecasting.frames import (
    BoolArray,
    FloatArray,
    Frequency,
    IntArray,
    Panel,
    demand_starts,
    season_positions,
)
from forecasting.marking import cleaned
from forecasting.moving_holidays import factors_of_effect, holiday_effect
from forecasting.newcomers import Borrowed, attribute_codes, borrow, with_borrowed
from forecasting.patterns import Patterns, demand_patterns
from forecasting.prepared import prepare
from forecasting.regressors import regressor_values
from forecasting.seasonality import common_profile
from forecasting.surroundings import NOTHING_BESIDE, Surroundings

__all__ = ["STRIDES", "TEST_HORIZONS", "MapChunks", "OriginRun", "Shared", "backtest_origins", "run_origins"]

MapChunks = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

# Longest horizon that is scored, and the distance between origins.
TEST_HORIZONS = {"day": 28, "week": 13, "month": 6, "quarter": 8, "year": 6}
STRIDES = {"day": 14, "week": 4, "month": 2, "quarter": 2, "year": 1}
_MODEL_FIRST = ("mean", "sigma", "shock_weights")
_FEWEST_PERIODS = 4


@dataclass(frozen=True)
class Shared:
    """What all series share at an origin: the holiday effect (window,), empty where nothing is clear, and the season (position,);
    `events` are the effects told before, else they are read from demand."""

    holiday: FloatArray
    season: FloatArray
    events: ToldEffects | None = None


@dataclass(frozen=True)
class OriginRun:
    """All models at one origin; `rows` are the panel rows known there, the arrays of `run` follow them, and so do `effects` (None
    without events), `lift` (series, step), what the boosted model says relative to the level models (None without one), and what
    young series `borrowed` and which have `ended`."""

    origin: int
    rows: IntArray
    run: CandidateRun
    patterns: Patterns
    shared: Shared
    effects: EventEffects | None = None
    lift: FloatArray | None = None
    borrowed: Borrowed | None = None
    ended: Fading | None = None


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
    tasks: list[_Task] = []
    plan: list[tuple[int, IntArray, Patterns, Shared, EventEffects | None, int]] = []
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
        holiday, common, effects = _shared_effects(
            panel, rows, values, starts, is_censored, indices, positions, beside_demand.events, shared
        )
        chunks = range(0, max(len(rows), 1), chunk_size)
        plan.append((origin, rows, patterns, common, effects, len(chunks)))
        for first in chunks:
            part = slice(first, first + chunk_size)
            tasks.append(
                _Task(
                    panel.frequency,
                    panel.season_length,
                    horizon,
                    values[part],
                    starts[part],
                    is_censored[part],
                    positions,
                    holiday if len(holiday) == 1 else holiday[part],
                    common.season,
                )
            )
    done = iter(list(map_chunks(_run_task, tasks)) if map_chunks else [_run_task(task) for task in tasks])
    runs = [_joined([next(done) for _ in range(count)]) for *_, count in plan]
    lifts: list[FloatArray | None] = [None if lift is None else lift[rows] for _, rows, *_ in plan]
    if is_boosted and lift is None:
        beside = regressor_values(regressors, panel, horizon)
        pooled = [
            _boosting_task(panel, origin, rows, run, horizon, trained_horizon or horizon, attributes, beside, effects, seed)
            for (origin, rows, _, _, effects, _), run in zip(plan, runs, strict=True)
        ]
        means = list(map_chunks(boosted_mean, pooled)) if map_chunks else [boosted_mean(task) for task in pooled]
        lifts = [
            _lift_of(run, mean if effects is None else mean * effects.factors[:, origin:])
            for (origin, *_, effects, _), run, mean in zip(plan, runs, means, strict=True)
        ]
    found = {}
    for (origin, rows, patterns, common, effects, _), run, moved in zip(plan, runs, lifts, strict=True):
        borrowed = _borrowed(panel, origin, rows, run, attributes, beside_demand, shared is not None)
        whole, ended = with_borrowed(_with_boosting(run, moved), borrowed), None
        if beside_demand.is_fading:
            ended = fading(run.filled, run.is_scored, demand_starts(run.filled, panel.first_columns[rows]), panel.frequency)
            whole = with_fading(whole, ended)
        found[origin] = OriginRun(origin, rows, whole, patterns, common, effects, moved, borrowed, ended)
    return found


def _borrowed(
    panel: Panel,
    origin: int,
    rows: IntArray,
    run: CandidateRun,
    attributes: pl.DataFrame | None,
    beside_demand: Surroundings,
    is_refit: bool,
) -> Borrowed | None:
    """What young series borrow from series like them, or from the one a person named. A refit may hold few of all series, so
    there only a person's word counts."""
    attributes = None if is_refit else attributes
    if attributes is None and beside_demand.reference is None:
        return None
    starts = demand_starts(run.filled, panel.first_columns[rows])
    positions = season_positions(panel.first_index + np.arange(origin + run.mean.shape[2]), panel.frequency)
    past = run.index[:, positions[:origin]]
    names = [] if attributes is None else attribute_codes(panel.series_ids[rows], attributes)
    return borrow(run, rows, starts, past, positions, panel.frequency, names, beside_demand.reference)


def _boosting_task(
    panel: Panel,
    origin: int,
    rows: IntArray,
    run: CandidateRun,
    horizon: int,
    trained_horizon: int,
    attributes: pl.DataFrame | None,
    regressors: FloatArray | None,
    effects: EventEffects | None,
    seed: int,
) -> BoostingTask:
    first = np.argmax(run.filled > 0, axis=1)
    starts = np.where((run.filled > 0).any(axis=1), first, origin)
    factors = np.concatenate([np.ones((len(rows), origin)), run.future_factors], axis=1)
    price = None if panel.price is None else panel.price[rows, :origin]
    filled = run.filled
    planned = None if regressors is None else regressors[:, rows, : origin + horizon]
    if effects is not None:
        # The trees learn from ordinary demand and are told of events: what is beyond the shared effect is theirs to find.
        filled = filled / effects.factors[:, :origin]
        factors[:, origin:] = factors[:, origin:] / effects.factors[:, origin:]
        if effects.shares is not None:
            planned = effects.shares if planned is None else np.concatenate([planned, effects.shares])
    return BoostingTask(
        panel.frequency,
        panel.season_length,
        horizon,
        trained_horizon,
        panel.first_index,
        filled,
        run.is_scored,
        starts.astype(np.int64),
        run.levels,
        factors,
        _groups(panel.series_ids[rows], attributes),
        price,
        planned,
        seed,
    )


def _groups(series_ids: IntArray, attributes: pl.DataFrame | None) -> tuple[IntArray, ...]:
    """Codes of what the series share: all of them, then every attribute that holds several series together."""
    found = [np.zeros(len(series_ids), dtype=np.int64)]
    if attributes is None or not len(series_ids):
        return tuple(found)
    mine = pl.DataFrame({"series_id": series_ids}).join(attributes, on="series_id", how="left", maintain_order="left")
    for name in sorted(set(attributes.columns) - {"series_id"}):
        _, codes = np.unique(mine[name].cast(pl.String).fill_null("").to_numpy().astype(str), return_inverse=True)
        if 1 < codes.max(initial=0) + 1 <= len(series_ids) // 2:
            found.append(codes.astype(np.int64))
    return tuple(found)


def _lift_base(run: CandidateRun) -> FloatArray:
    """(series, step) what the boosted model is measured by: the mean of the level models, and a hundredth of a usual order lest
    it be nothing."""
    means = run.mean[[list(MODELS).index(name) for name in LEVEL_MODELS]]
    has = np.isfinite(means)
    level = np.where(has, means, 0.0).sum(axis=0) / np.maximum(has.sum(axis=0), 1)
    return np.asarray(level + 0.01 * run.size[:, None])


def _lift_of(run: CandidateRun, mean: FloatArray) -> FloatArray:
    """To six digits: a refit says the same as the fit it follows, from a text that can be read."""
    base = _lift_base(run)
    return np.where(base > 0, np.round(mean / np.where(base > 0, base, 1.0), 6), np.nan)


def _with_boosting(run: CandidateRun, lift: FloatArray | None) -> CandidateRun:
    """The boosted model as one more; it has no one-step fits, so it takes the spread of those that tell the level."""
    mean = np.full_like(run.future_factors, np.nan) if lift is None else _lift_base(run) * lift
    nothing = np.zeros((len(mean), 0))
    places = [list(MODELS).index(name) for name in LEVEL_MODELS]
    return replace(
        run,
        # Needed by the boosted model only; kept for five origins they would be the largest thing in memory.
        levels=nothing,
        filled=nothing,
        is_scored=nothing,
        mean=np.concatenate([run.mean, mean[None]]),
        sigma=np.concatenate([run.sigma, run.sigma[places].mean(axis=0)[None]]),
        shock_weights=np.concatenate([run.shock_weights, run.shock_weights[places].mean(axis=0)[None]]),
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
) -> tuple[FloatArray, Shared, EventEffects | None]:
    """Factors of holidays and events (series or 1, period + horizon) and what is shared at one origin, from all series known
    there or as it was told before."""
    period_count = values.shape[1]
    known = indices[:period_count]
    flat = np.ones((1, period_count))
    filled = fill_demand(values, starts, is_censored, flat, HALF_WINDOWS[panel.frequency])
    effect = holiday_effect(filled.values, starts, known, panel.frequency) if told is None else told.holiday
    holiday = factors_of_effect(effect, indices, panel.frequency)[None, :]
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
        return holiday, told, effects
    plain = filled.values / holiday[:, :period_count]
    return holiday, Shared(effect, common_profile(plain, starts, positions[:period_count], panel.season_length)), effects


def _run_task(task: _Task) -> CandidateRun:
    return run_candidates(
        prepare(
            task.values,
            task.starts,
            task.is_censored,
            frequency=task.frequency,
            season_length=task.season_length,
            horizon=task.horizon,
            positions=task.positions,
            holiday=task.holiday,
            common=task.common,
        )
    )


def _joined(parts: list[CandidateRun]) -> CandidateRun:
    return CandidateRun(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts], axis=1 if field.name in _MODEL_FIRST else 0)
            for field in fields(CandidateRun)
        }
    )
