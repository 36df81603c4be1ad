"""How much will an intermittent series need per period from now on? Trees over the coming sums of all series.

Period by period such demand is nearly all noise, and an average of its own past counts the first order, by which the series
became known at all, as if it were usual. So trees learn, from every series at every moment, how far the mean of the coming
periods (a planner's window, `naive.WINDOWS`, or the horizon where that is shorter) will lie from the mean of the past discounted
by 0.9 a period, in units of the root mean squared change from one period to the next. They see

    amounts   past means, discounted by 0.5 to 1 a period: from a fast view to one that never forgets
    how often shares of periods with demand, discounted by 0.8 to 1
    silence   periods since the last demand, also in usual intervals; periods and demands known
    sizes     the usual, the largest and the last order; the usual one beside those of the other series

Targets beyond their 1 % and 99 % quantiles are cut: a surprise of one part must not become the tree of its like. Moments whose
coming periods are not all plain observations teach nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray
from forecasting.models.naive import WINDOWS

__all__ = ["boosted_rates"]

_AMOUNT_MEMORIES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
_OFTEN_MEMORIES = (0.8, 0.9, 0.95, 1.0)
_BASE = _AMOUNT_MEMORIES.index(0.9)  # what the trees are to correct
_FEWEST_ROWS = 1_000
_FIRST_MOMENT = 6  # periods before that tell next to nothing of any series
_SHORTEST_SPAN = 3  # coming periods that make a mean
_SURPRISE = 0.99
_TREES = {
    "learning_rate": 0.05,
    "max_iter": 100,
    "max_leaf_nodes": 12,
    "l2_regularization": 10.0,
    "max_features": 0.5,
    "early_stopping": False,
}


def boosted_rates(
    values: FloatArray,
    is_scored: BoolArray,
    starts: IntArray,
    *,
    frequency: Frequency,
    horizon: int,
    moments: int,
    maximum_rows: int,
    seed: int,
) -> FloatArray:
    """(series,) mean demand per period of the coming ones, NaN where nothing can be learned or told.

    Args:
        values: (series, period) demand without gaps, 0 before `starts`. is_scored: (series, period) plain observations.
        horizon: periods ahead that are asked for. moments: as many of the latest are learned from. maximum_rows: of all of them.
        seed: of the draw where there are more.
    """
    series_count, period_count = values.shape
    span = min(horizon, WINDOWS[frequency])
    zero = np.zeros((series_count, 1))
    total = np.concatenate([zero, np.cumsum(values, axis=1)], axis=1)
    open_count = np.concatenate([zero, np.cumsum(~is_scored, axis=1)], axis=1)
    first = max(_FIRST_MOMENT, period_count // 3, period_count - moments)
    last = period_count - min(span, _SHORTEST_SPAN)
    generator = np.random.default_rng([seed, period_count])
    share = max(1, maximum_rows // max(1, last + 1 - first))
    designs, targets = [], []
    features, scale = np.zeros((series_count, 0)), np.full(series_count, np.nan)
    for moment, features, scale in _seen(values, starts):
        if not first <= moment <= last:
            continue
        reach = min(span, period_count - moment)
        is_plain = open_count[:, moment + reach] == open_count[:, moment]
        usable = np.flatnonzero(np.isfinite(scale) & is_plain)
        if usable.size > share:
            usable = np.sort(usable[generator.permutation(usable.size)[:share]])
        designs.append(features[usable])
        coming = (total[usable, moment + reach] - total[usable, moment]) / reach / scale[usable]
        targets.append(coming - features[usable, _BASE])
    target = np.concatenate(targets) if targets else np.zeros(0)
    if len(target) < _FEWEST_ROWS:
        return np.full(series_count, np.nan)
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    lowest, highest = np.quantile(target, [1.0 - _SURPRISE, _SURPRISE])
    leaf = int(np.clip(len(target) // 200, 20, 200))
    trees = HistGradientBoostingRegressor(random_state=seed, min_samples_leaf=leaf, **_TREES)
    with threadpool_limits(limits=1):
        trees.fit(np.concatenate(designs), np.clip(target, lowest, highest))
        return np.asarray(np.maximum(features[:, _BASE] + trees.predict(features), 0.0) * scale)


def _seen(values: FloatArray, starts: IntArray) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """After each period, from the first to the last: its number, features (series, feature) of what is known then, and the scale
    (series,), NaN where a series has not begun or never changed."""
    series_count, period_count = values.shape
    amounts, often = np.zeros((len(_AMOUNT_MEMORIES), series_count)), np.zeros((len(_OFTEN_MEMORIES), series_count))
    amount_weights, often_weights = np.zeros_like(amounts), np.zeros_like(often)
    fade, often_fade = np.array(_AMOUNT_MEMORIES)[:, None], np.array(_OFTEN_MEMORIES)[:, None]
    since, age, demands = np.zeros(series_count), np.zeros(series_count), np.zeros(series_count)
    total, largest, latest, changed = (np.zeros(series_count) for _ in range(4))
    for period in range(period_count):
        alive = starts <= period
        now = np.where(alive, values[:, period], 0.0)
        is_demand = now > 0
        amounts, amount_weights = fade * amounts + now, fade * amount_weights + alive
        often, often_weights = often_fade * often + is_demand, often_fade * often_weights + alive
        if period:
            changed = changed + np.where(starts < period, (values[:, period] - values[:, period - 1]) ** 2, 0.0)
        since = np.where(is_demand, 0.0, since + alive)
        age, demands, total = age + alive, demands + is_demand, total + now
        largest, latest = np.maximum(largest, now), np.where(is_demand, now, latest)
        scale = np.sqrt(changed / np.maximum(age - 1.0, 1.0))
        scale = np.where(scale > 0, scale, np.nan)
        count = np.maximum(demands, 1.0)
        columns = [
            *(amounts / np.maximum(amount_weights, 1e-9) / scale),
            *(often / np.maximum(often_weights, 1e-9)),
            since,
            since * count / np.maximum(age, 1.0),
            age,
            demands,
            total / count / scale,
            _relative_size(total / count),
            largest / scale,
            latest / scale,
        ]
        yield period + 1, np.stack(columns, axis=1), scale


def _relative_size(size: FloatArray) -> FloatArray:
    """(series,) log of the usual order against the geometric mean of all series: no unit of measure; NaN before the first one."""
    logs = np.log(np.where(size > 0, size, 1.0))
    known = size > 0
    # To six digits: what is rounding for one unit of measure must not become a border of the trees.
    return np.where(known, np.round(logs - logs.sum() / max(int(known.sum()), 1), 6), np.nan)
