"""How much weight does each model deserve, judged by the past forecasts of many series?

Per demand pattern and period ahead the weights minimise the squared scaled error of the weighted mean over all past forecasts,

    w = argmin  w' G w + penalty * |w - prior|^2     w >= 0, sum w = 1     G_mn = mean(e_m e_n / scale^2)

pulled towards weights by inverse error, prior_m ~ 1 / G_mm^8: nearly equal where the models are nearly equally good (Bates and
Granger 1969; equal weights are hard to beat, Clemen 1989), and next to nothing for a model that does not fit the kind of
series at all. The penalty is the spread of the models' errors around their common one, times a fixed part and a part that
fades with the number of forecasts. G of a pattern is pulled towards that of all series while it has few, and G of a period ahead
towards that of all periods ahead: models that follow fast are good near by, those that know the season and other series further
on. Few numbers from many series: no series is fitted on its own luck.
"""

from __future__ import annotations

import itertools

import numpy as np

from forecasting.frames import BoolArray, FloatArray, StrArray

__all__ = ["busyness_borders", "combination_weights", "combine", "pattern_ratios", "weight_segments"]

# Half: sets whose best model changes from origin to origin (weekly stores, dying parts) did as well or better near equal weights.
_FIXED_PULL = 0.5
_SHARPNESS = 8.0  # a model with a tenth more squared error gets half the weight
_ENOUGH_FORECASTS = 300.0  # past forecasts at which a pattern's own errors count half
_ENOUGH_AHEAD = 1000.0  # the same for one period ahead against all: neighbouring periods are more alike than patterns
_LARGEST_MOVE = 5.0  # errors beyond five usual moves, and beyond 99 of 100 errors, are one-offs
_STEPS = 400
_SHRUNKEN = ("intermittent", "lumpy")
_RATIO_SHARE = 0.75  # of the way: part of any excess is the luck of the last year


def combination_weights(
    actual: FloatArray,
    forecasts: FloatArray,
    scale_squared: FloatArray,
    pattern: StrArray,
    names: list[str],
) -> dict[str, FloatArray]:
    """Weights (model, step) by pattern name.

    Args:
        actual: (origin, series, step), NaN where unknown. forecasts: (origin, model, series, step).
        scale_squared: (series,) size of a usual squared error. pattern: (series,). names: patterns to answer for.
    """
    model_count, step_count = forecasts.shape[1], forecasts.shape[3]
    scale = np.sqrt(np.where(scale_squared > 0, scale_squared, np.nan))
    error = np.moveaxis((forecasts - actual[:, None]) / scale[None, None, :, None], 1, 3)
    flat = error.reshape(-1, model_count)
    mine, codes = np.unique(pattern, return_inverse=True)
    cell = np.broadcast_to(codes[None, :, None] * step_count + np.arange(step_count), error.shape[:3]).reshape(-1)
    known = np.isfinite(flat).any(axis=1)
    flat, cell = flat[known], cell[known]
    limit = max(_LARGEST_MOVE, float(np.nanquantile(np.abs(flat), 0.99))) if flat.size else _LARGEST_MOVE
    flat = np.clip(flat, -limit, limit)
    # A model without an answer counts as the mean of the others there.
    has = np.isfinite(flat)
    centre = np.where(has, flat, 0.0).sum(axis=1) / np.maximum(has.sum(axis=1), 1)
    flat = np.where(has, flat, centre[:, None])
    ever: BoolArray = np.asarray(has.any(axis=0))
    if not ever.any():
        ever = np.ones(model_count, dtype=np.bool_)
    order = np.argsort(cell, kind="stable")
    edges = np.searchsorted(cell[order], np.arange(len(mine) * step_count + 1))
    sums = np.zeros((len(mine) + 1, step_count, model_count, model_count))  # the last row: nothing is known of the pattern
    counts = np.zeros((len(mine) + 1, step_count))
    for place, (first, after) in enumerate(itertools.pairwise(edges)):
        part = flat[order[first:after]]
        sums[divmod(place, step_count)] = np.einsum("ij,ik->jk", part, part)
        counts[divmod(place, step_count)] = after - first
    row = {str(name): place for place, name in enumerate(mine)}
    found = [row.get(name, len(mine)) for name in names]
    count = counts.sum(axis=1)
    whole = _pulled(sums.sum(axis=(0, 1)), count.sum(), np.zeros((model_count, model_count)), 0.0)
    of_pattern = _pulled(sums.sum(axis=1), count, whole, _ENOUGH_FORECASTS)
    grams = _pulled(sums, counts, of_pattern[:, None], _ENOUGH_AHEAD)[found]
    solved = _solve(grams.reshape(-1, model_count, model_count), np.repeat(count[found] + 1.0, step_count), ever)
    return dict(zip(names, np.moveaxis(solved.reshape(len(names), step_count, model_count), 1, 2), strict=True))


def busyness_borders(pattern: StrArray, mean_demand: FloatArray) -> dict[str, FloatArray]:
    """Per pattern the mean demand above which a series belongs to the upper half, and to the busiest tenth."""
    return {
        str(name): np.array([np.quantile(mean_demand[pattern == name], share) for share in (0.5, 0.9)])
        for name in np.unique(pattern)
    }


def weight_segments(pattern: StrArray, mean_demand: FloatArray, borders: dict[str, FloatArray] | None = None) -> StrArray:
    """Pattern and how busy a series is among those of its pattern (`busyness_borders`): the busiest tenth, the rest of the upper
    half, the lower half.

    Busy series carry less noise and deserve models that follow faster.
    """
    tier = np.zeros(len(pattern), dtype=np.int64)
    for name, edges in (busyness_borders(pattern, mean_demand) if borders is None else borders).items():
        mine = pattern == name
        for edge in edges:
            tier[mine] += mean_demand[mine] > edge
    return np.char.add(np.char.add(pattern.astype(str), "|"), tier.astype(str))


def combine(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted sum over the first axis of `values` (model, series, ...) and `weights` (the same, or without the last axes).

    Models without an answer leave their share to the others.
    """
    weights = weights.reshape((*weights.shape, *([1] * (values.ndim - weights.ndim))))
    total = np.zeros(values.shape[1:])
    share = np.zeros(values.shape[1:])
    for one, weight in zip(values, weights, strict=True):
        has = np.isfinite(one)
        total = total + np.where(has, one, 0.0) * weight
        share = share + has * weight
    return np.where(share > 0, weights.sum(axis=0) * total / np.where(share > 0, share, 1.0), np.nan)


def pattern_ratios(
    actual: FloatArray, forecasts: FloatArray, scale_squared: FloatArray, pattern: StrArray, names: list[str]
) -> dict[str, FloatArray]:
    """(model,) factors by pattern that take most of each model's total excess or lack away: sum of truth / sum of forecast, both
    scaled.

    Only for intermittent patterns, where slow averages are the steadiest and always too high while parts die. Arguments as in
    `combination_weights`.
    """
    size = np.where(scale_squared > 0, 1.0 / np.sqrt(np.where(scale_squared > 0, scale_squared, 1.0)), 0.0)
    model_count = forecasts.shape[1]
    ratios = {}
    for name in names:
        ratios[name] = np.ones(model_count)
        if name not in _SHRUNKEN:
            continue
        mine = pattern == name
        for model in range(model_count):
            truth, guess = actual[:, mine], forecasts[:, model][:, mine]
            known = np.isfinite(truth) & np.isfinite(guess)
            count = float(known.sum())
            total = (np.where(known, guess, 0.0) * size[mine][None, :, None]).sum()
            came = (np.where(known, truth, 0.0) * size[mine][None, :, None]).sum()
            if total > 0:
                share = count / (count + _ENOUGH_FORECASTS)
                ratios[name][model] = 1.0 + _RATIO_SHARE * share * (np.clip(came / total, 0.4, 1.6) - 1.0)
    return ratios


def _pulled(sums: FloatArray, counts: FloatArray, towards: FloatArray, enough: float) -> FloatArray:
    """(..., model, model) means from sums and counts (...,), pulled towards others as if these had `enough` forecasts."""
    size = np.asarray(counts)[..., None, None]
    return np.asarray((sums + enough * towards) / np.maximum(size + enough, 1e-300))


def _solve(grams: FloatArray, counts: FloatArray, usable: BoolArray) -> FloatArray:
    """(problem, model) by projected gradient on the simplex: few models, a fixed number of steps, the same answer every time.

    Problems are solved side by side and no sum runs across them: each answer is the one it gets alone.
    """
    places = np.flatnonzero(usable)
    size = len(places)
    part = np.ascontiguousarray(grams[:, places][:, :, places])
    error = np.maximum(np.diagonal(part, axis1=1, axis2=2), 1e-12)
    prior = (error.min(axis=1, keepdims=True) / error) ** _SHARPNESS
    prior = prior / prior.sum(axis=1, keepdims=True)

    def times(matrix: FloatArray, point: FloatArray) -> FloatArray:
        return np.asarray((matrix * point[:, None, :]).sum(axis=2))

    # Mean squared distance of the models' errors from their mean: what there is to win by choosing.
    spread = (prior * np.diagonal(part, axis1=1, axis2=2)).sum(axis=1) - (prior * times(part, prior)).sum(axis=1)
    penalty = np.maximum(spread, 0.0) * (_FIXED_PULL + _ENOUGH_FORECASTS / counts)
    hessian = part + penalty[:, None, None] * np.eye(size)
    step = (1.0 / np.maximum(np.abs(hessian).sum(axis=2).max(axis=1), 1e-300))[:, None]
    pull = penalty[:, None] * prior
    weights = prior.copy()
    ahead, pace = weights.copy(), 1.0
    for _ in range(_STEPS):
        moved = _onto_simplex(ahead - step * (times(hessian, ahead) - pull))
        faster = (1.0 + np.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead = moved + (pace - 1.0) / faster * (moved - weights)
        weights, pace = moved, faster
    answer = np.zeros((len(grams), len(usable)))
    answer[:, places] = weights
    return answer


def _onto_simplex(points: FloatArray) -> FloatArray:
    """(point, model) the nearest weights that are not negative and sum to one (Duchi and others 2008)."""
    ordered = -np.sort(-points, axis=1)
    excess = (np.cumsum(ordered, axis=1) - 1.0) / np.arange(1, points.shape[1] + 1)
    # Where the largest stay above their common excess: a run from the first on, never empty.
    last = (ordered > excess).sum(axis=1) - 1
    return np.asarray(np.maximum(points - excess[np.arange(len(points)), last][:, None], 0.0))
