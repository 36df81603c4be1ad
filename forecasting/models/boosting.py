"""What do all series together teach about each one? One gradient-boosted model over all of them.

Trees (scikit-learn's histogram boosting, squared loss) learn how far, in units of its own usual movement, a series goes from
where it stands: target (y(t + h) - base) / scale, features in `boosting_features`, every horizon in one model with h among
the features. Training moments are the most recent ones before the cutoff, at most `MAXIMUM_ROWS` drawn by seed; periods
whose demand is unknown or only a lower bound are not targets. The level of intermittent and lumpy series is told half by the
trees of `boosted_rates`, which learn sums: single periods of theirs are nearly all noise. With fewer than
`FEWEST_SERIES` series there is nothing to share and the model has no answer. One thread, fixed order: the same bytes on
every machine of a kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.demand.patterns import demand_patterns
from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray
from forecasting.models.boosted_rates import boosted_rates
from forecasting.models.boosting_features import FeatureMaker, calendar_features
from forecasting.models.naive import WINDOWS

__all__ = ["FEWEST_SERIES", "MAXIMUM_ROWS", "BoostingTask", "boosted_mean"]

MAXIMUM_ROWS = 120_000
_ROWS_PER_SERIES = 150  # moments of one series overlap: more rows of it cost time and teach nothing new
FEWEST_SERIES = 40
FEWEST_ROWS = 2_000
_LONGEST = {"day": 28, "week": 16, "month": 12, "quarter": 8, "year": 6}  # horizons that are trained; beyond, the last one
_MOMENTS = {"day": 90, "week": 78, "month": 30, "quarter": 20, "year": 12}  # training moments back from the cutoff
_WARM_UP = 3  # periods a series must be known before it teaches or is answered
_BOUND = 12.0  # a move of twelve times the usual one is a one-off; it must not bend the trees
# Slow, shallow, each tree on half of the features: chosen for being steady over sets, not for one.
_TREES = {
    "learning_rate": 0.07,
    "max_iter": 90,
    "max_leaf_nodes": 20,
    "min_samples_leaf": 100,
    "l2_regularization": 10.0,
    "max_features": 0.5,
    "early_stopping": False,
}


@dataclass(frozen=True)
class BoostingTask:
    """All series at one origin, as the batch models left them."""

    frequency: Frequency
    season_length: int
    horizon: int
    trained_horizon: int
    first_index: int
    values: FloatArray
    is_scored: BoolArray
    starts: IntArray
    levels: FloatArray
    factors: FloatArray
    groups: tuple[IntArray, ...]
    price: FloatArray | None
    regressors: FloatArray | None
    seed: int


def boosted_mean(task: BoostingTask) -> FloatArray:
    """(series, step) means >= 0; all NaN where too few series or moments are known."""
    series_count, period_count = task.values.shape
    nothing = np.full((series_count, task.horizon), np.nan)
    if series_count < FEWEST_SERIES:
        return nothing
    indices = task.first_index + np.arange(period_count + task.horizon)
    maker = FeatureMaker.build(
        task.values,
        task.starts,
        task.levels,
        task.factors,
        task.groups,
        calendar_features(indices, task.frequency),
        task.price,
        task.regressors,
        task.frequency,
        task.season_length,
    )
    design, target = _training_rows(task, maker)
    if len(target) < FEWEST_ROWS:
        return nothing
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    # Small data: leaves of at most a two-hundredth of the rows, or the trees see nothing but the mean.
    leaf = int(np.clip(len(target) // 200, 20, _TREES["min_samples_leaf"]))
    trees = HistGradientBoostingRegressor(random_state=task.seed, **{**_TREES, "min_samples_leaf": leaf})
    rows = np.arange(series_count)
    longest = min(task.trained_horizon, _LONGEST[task.frequency])
    answer = np.empty((series_count, task.horizon))
    # A column that is never known, or always the same, teaches nothing (and the binning refuses it).
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(design, axis=0), np.fmax.reduce(design, axis=0)
    told = np.flatnonzero(np.isfinite(low) & (low < high))
    with threadpool_limits(limits=1):
        trees.fit(design[:, told], target)
        for step in range(1, task.horizon + 1):
            base, scale = maker.base_and_scale(rows, period_count)
            seen = maker.matrix(rows, period_count, step, told=min(step, longest))
            answer[:, step - 1] = np.maximum(base + scale * trees.predict(seen[:, told]), 0.0)
    answer = _with_rates(task, answer)
    is_young = period_count - task.starts < _WARM_UP
    return np.where(is_young[:, None], np.nan, answer)


def _with_rates(task: BoostingTask, answer: FloatArray) -> FloatArray:
    """The answer of intermittent and lumpy series, its mean over the coming window moved half the way to what `boosted_rates`
    says of it. Moved by the same amount in every period, so that what is planned for one of them keeps its effect."""
    period_count = task.values.shape[1]
    pattern = demand_patterns(task.values, task.starts, task.is_scored > 0).pattern
    is_sparse = np.isin(pattern, ["intermittent", "lumpy"])
    if not is_sparse.any():
        return answer
    rates = boosted_rates(
        task.values,
        task.is_scored > 0,
        task.starts,
        frequency=task.frequency,
        horizon=task.trained_horizon,
        moments=_MOMENTS[task.frequency],
        maximum_rows=MAXIMUM_ROWS,
        seed=task.seed,
    )
    window = min(task.trained_horizon, WINDOWS[task.frequency])
    factor = task.factors[:, period_count : period_count + window].mean(axis=1)
    gap = 0.5 * (rates * factor - answer[:, :window].mean(axis=1))
    return np.where((is_sparse & np.isfinite(rates))[:, None], np.maximum(answer + gap[:, None], 0.0), answer)


def _training_rows(task: BoostingTask, maker: FeatureMaker) -> tuple[FloatArray, FloatArray]:
    """A seeded draw of (series, moment, horizon), evenly over moments and horizons."""
    period_count = task.values.shape[1]
    longest = min(task.trained_horizon, _LONGEST[task.frequency])
    first = max(_WARM_UP + 1, period_count - _MOMENTS[task.frequency] - longest)
    pairs = [(t, h) for t in range(first, period_count) for h in range(1, longest + 1) if t + h <= period_count]
    generator = np.random.default_rng([task.seed, (task.first_index + period_count) % 2**32])  # before 1970 it is negative
    if not pairs:
        return np.empty((0, 0)), np.empty(0)
    # Evenly over moments and horizons, so that every draw holds a good part of the series.
    most = min(MAXIMUM_ROWS, _ROWS_PER_SERIES * len(task.starts))
    smallest = min(len(task.starts), FEWEST_SERIES)
    if len(pairs) * smallest > most:
        pairs = [pairs[place] for place in np.sort(generator.permutation(len(pairs))[: max(1, most // smallest)])]
    share = max(smallest, most // len(pairs))
    designs, targets = [], []
    for t, h in pairs:
        usable = np.flatnonzero((t - task.starts >= _WARM_UP) & (task.is_scored[:, t + h - 1] > 0))
        if usable.size > share:
            usable = np.sort(usable[generator.permutation(usable.size)[:share]])
        if not usable.size:
            continue
        base, scale = maker.base_and_scale(usable, t)
        designs.append(maker.matrix(usable, t, h))
        targets.append(np.clip((task.values[usable, t + h - 1] - base) / scale, -_BOUND, _BOUND))
    if not targets:
        return np.empty((0, 0)), np.empty(0)
    return np.concatenate(designs), np.concatenate(targets)
