"""What would we have said at earlier cutoffs, knowing only what was known then?

An origin is a number of known periods. At each origin the panel is cut, everything (starts, season,
holiday effect, smoothing) is estimated anew, and all models forecast. Origins lie on a fixed raster
counted from 1970, so that running a day or a week later compares models on the same past forecasts, and
archive cutoffs share their work. Work is split into chunks of series for `map_chunks`; whatever is shared
by all series is computed before the split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from forecasting.choosing.loans import borrowed_at
from forecasting.choosing.origin_plan import Shared, plan_origin
from forecasting.choosing.origin_tasks import Made, Tasks, joined, run_task
from forecasting.demand.discontinued import shares_left
from forecasting.demand.fading import Fading, fading
from forecasting.demand.newcomers import Borrowed, with_borrowed
from forecasting.demand.patterns import Patterns
from forecasting.demand.regressors import regressor_values
from forecasting.demand.silence import Silence
from forecasting.demand.surroundings import NOTHING_BESIDE, Surroundings
from forecasting.events.effects import EventEffects
from forecasting.frames import FloatArray, IntArray, Panel
from forecasting.models.boosted_origin import boosting_task, lift_of, with_boosting
from forecasting.models.boosting import BoostingTask, boosted_mean
from forecasting.models.candidates import CandidateRun

__all__ = ["STRIDES", "TEST_HORIZONS", "MapChunks", "OriginRun", "backtest_origins", "run_origins"]

MapChunks = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

# Longest horizon that is scored, and the distance between origins.
TEST_HORIZONS = {"day": 28, "week": 13, "month": 6, "quarter": 8, "year": 6}
STRIDES = {"day": 14, "week": 4, "month": 2, "quarter": 2, "year": 1}
_FEWEST_PERIODS = 4


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
    plan = [plan_origin(panel, origin, horizon, beside_demand, shared) for origin in sorted(set(origins))]
    tasks = Tasks(panel, horizon, plan, chunk_size)
    done = iter(map_chunks(run_task, tasks) if map_chunks else map(run_task, tasks))
    runs, silences = [], []
    for one in plan:
        parts = [next(done) for _ in tasks.parts_of(one)]
        runs.append(joined(CandidateRun, [run for run, _ in parts]))
        silences.append(joined(Silence, [silence for _, silence in parts]))
    del done, parts
    lifts: list[FloatArray | None] = [None if lift is None else lift[one.rows] for one in plan]
    if is_boosted and lift is None:
        beside = regressor_values(regressors, panel, horizon)

        def pooled(place: int) -> BoostingTask:
            one = plan[place]
            reach = trained_horizon or horizon
            return boosting_task(panel, one.origin, one.rows, runs[place], horizon, reach, attributes, beside, one.effects, seed)

        waiting = Made(len(plan), pooled)
        means = map_chunks(boosted_mean, waiting) if map_chunks else map(boosted_mean, waiting)
        lifts = [
            lift_of(run, mean if one.effects is None else mean * one.effects.factors[:, one.origin :])
            for one, run, mean in zip(plan, runs, means, strict=True)
        ]
    found = {}
    runs.reverse()
    for one, moved, silence in zip(plan, lifts, silences, strict=True):
        origin, rows, run = one.origin, one.rows, runs.pop()  # let go of what only boosting and borrowing need, origin by origin
        borrowed = borrowed_at(panel, origin, rows, run, attributes, beside_demand, shared is not None, one.shared.loans)
        whole, ended, left = with_borrowed(with_boosting(run, moved), borrowed), None, None
        if beside_demand.is_fading:
            ended = fading(silence, panel.frequency, one.habit, one.shared.endings)
        if beside_demand.last_days is not None:
            left = shares_left(beside_demand.last_days, panel, origin, rows, horizon)
        found[origin] = OriginRun(
            origin, rows, whole, one.patterns, one.shared, one.effects, moved, borrowed, ended, left, one.doubt
        )
    return found
