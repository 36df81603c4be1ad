"""What could happen in all periods of all series at once? Sample paths, so that any sum has its own distribution.

The values of one series and period are laid out first, without chance: at `count` even levels (j + 1/2) / count, read from
the published quantiles, linear in between and exponential beyond the last. Each of these is met at its level. What quantiles
leave open is where values lie between two of them; it is used to meet the published mean as well: all values move the same
share of the way to the lower or upper edge of their bin, what is still missing goes beyond the highest quantile, and only
a mean below the lower edges shrinks the values themselves. So the mean of the paths is the mean of the forecast.

`dependence` says in which order the values come: draws z (series, step, path) are ranked, and the path with the k-th
smallest draw gets the k-th smallest value (Schaake shuffle, Clark et al. 2004). Marginals stay as they are, to the bit.
"""

from __future__ import annotations

import numpy as np

from forecasting.frames import FloatArray

__all__ = ["arranged", "even_levels", "marginal_values"]


def even_levels(count: int) -> FloatArray:
    """Levels of `count` equally likely values.

    >>> even_levels(2).tolist()
    [0.25, 0.75]
    """
    return np.asarray((np.arange(count) + 0.5) / count)


def marginal_values(mean: FloatArray, quantiles: FloatArray, levels: FloatArray, count: int) -> FloatArray:
    """(series, step, path) ascending along paths: `count` values whose quantiles and mean are those given.

    Args:
        mean: (series, step) >= 0. quantiles: (series, step, level), never falling. levels: ascending, at least two.

    >>> marginal_values(np.array([[2.5]]), np.array([[[1.0, 3.0]]]), np.array([0.25, 0.75]), 4).mean()
    2.5
    """
    at = even_levels(count)
    place = np.searchsorted(levels, at)  # bin of each value; 0 below the first level, len(levels) beyond the last
    lowest = np.maximum(quantiles[..., 0] - (quantiles[..., 1] - quantiles[..., 0]), 0.0)
    edges = np.concatenate([lowest[..., None], quantiles, quantiles[..., -1:]], axis=-1)
    lower, upper = edges[..., place], edges[..., place + 1]
    starts = np.concatenate([[0.0], levels, [1.0]])
    inside = (at - starts[place]) / (starts[place + 1] - starts[place])
    tail = place == len(levels)
    values = lower + (upper - lower) * inside
    # Beyond the last quantile: as if the last two lay on an exponential tail.
    slope = (quantiles[..., -1] - quantiles[..., -2]) / np.log((1.0 - levels[-2]) / (1.0 - levels[-1]))
    values[..., tail] += slope[..., None] * np.log((1.0 - levels[-1]) / (1.0 - at[tail]))
    upper = np.where(tail, values, upper)
    return _with_mean(values, lower, upper, np.maximum(mean, 0.0), tail)


def _with_mean(values: FloatArray, lower: FloatArray, upper: FloatArray, mean: FloatArray, tail: FloatArray) -> FloatArray:
    now = values.mean(axis=-1)
    for edge, is_towards in ((upper, mean > now), (lower, mean < now)):
        room = edge.mean(axis=-1) - now
        share = np.where(is_towards & (room != 0), (mean - now) / np.where(room != 0, room, 1.0), 0.0)
        values = values + np.clip(share, 0.0, 1.0)[..., None] * (edge - values)
    count = values.shape[-1]
    beyond = tail if tail.any() else np.arange(count) == count - 1
    missing = np.maximum(mean - values.mean(axis=-1), 0.0) * count
    # Growing along the tail, so that the values go on rising.
    weight = np.cumsum(beyond) * beyond
    values = values + missing[..., None] * (weight / weight.sum())
    now = values.mean(axis=-1)
    return np.asarray(values * np.where(now > 0, mean / np.where(now > 0, now, 1.0), 0.0)[..., None])


def arranged(values: FloatArray, draws: FloatArray) -> FloatArray:
    """Values (series, step, path) in the order of `draws`.

    >>> arranged(np.array([[[1.0, 2.0, 3.0]]]), np.array([[[0.3, -1.0, 0.0]]])).tolist()
    [[[3.0, 1.0, 2.0]]]
    """
    order = np.argsort(draws, axis=-1, kind="stable")
    result = np.empty_like(values)
    np.put_along_axis(result, order, values, axis=-1)
    return result
