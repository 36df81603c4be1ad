"""Which part of the year sells more, and how much of that is noise?

Raw index of a position = sum of demand / sum of the centred one-year moving average over its years (classical
decomposition). Two years of weeks give two looks at each index, so indices are shrunk: towards the profile
common to all series, itself shrunk towards 1, by a James-Stein share that is zero until the season is
beyond doubt

    kept = max(0, 1 - (F* / F)^2)   F = spread / noise,  F* its 99.9 % point were there no season of its own, or a lower one (to
                                    98 %) where among all series at most a tenth of those beyond it would be there by chance
                                    spread: mean squared distance of the raw index from the target
                                    noise: mean sampling variance of the raw index

(Miller and Williams 2003 show the gain). Weekly indices are first smoothed over neighbouring weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["SeasonalIndices", "common_profile", "season_doubt", "seasonal_indices"]

_KERNEL = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0  # over five weeks
_LOWEST, _HIGHEST = 0.05, 8.0
# 99.9 %, not 95 %: the residuals of one series follow each other and the looks are few, so the plain F
# test is far too easily convinced. Monthly, weekly, quarterly and intermittent sets all forecast better
# the stricter it is, while most series have no season of their own.
_DOUBTS = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_FALSE_SHARE = 0.1
_FEWEST_FOUND = 5
_LONG_SEASON = 12
_SMOOTHED_WEEKS = 3  # neighbouring weekly indices share their kernel: about a third as many free numbers


@dataclass(frozen=True)
class SeasonalIndices:
    """`index` (series, position), mean 1; `strength` (series,): 0 no season .. 1 nothing but season."""

    index: FloatArray
    strength: FloatArray


@dataclass(frozen=True)
class _RawIndices:
    index: FloatArray  # (series, position)
    noise: FloatArray  # (series,) sampling variance of one index
    freedom: FloatArray  # (series,) degrees of freedom behind `noise`
    noise_of_ratio: FloatArray  # (series,) variance of a single period around its index
    is_usable: FloatArray  # (series,) 1.0 where a whole year of ratios stands


def seasonal_indices(
    values: FloatArray,
    starts: IntArray,
    positions: IntArray,
    season_length: int,
    common: FloatArray,
    doubt: float = _DOUBTS[-1],
) -> SeasonalIndices:
    """Shrunken indices per series; `common` (position,) is the target and the answer for short histories.

    Args:
        doubt: chance that a series without a season of its own is taken for one that has one (`season_doubt`).
    """
    series_count = values.shape[0]
    target = np.repeat(common[None, :], series_count, axis=0)
    if season_length == 1:
        return SeasonalIndices(target, np.zeros(series_count))
    raw = _raw_indices(values, starts, positions, season_length)
    distance, spread = _spread(raw, common)
    kept = _kept_share(spread, raw.noise, raw.freedom, season_length, raw.is_usable > 0, doubt)
    index = _normalised(target + kept[:, None] * distance)
    # Strength: share of the ratios' variance that the (shrunken) indices explain.
    explained = ((index - 1.0) ** 2).sum(axis=1) / season_length
    total = explained + raw.noise_of_ratio
    strength = np.where(total > 0, explained / np.where(total > 0, total, 1.0), 0.0)
    return SeasonalIndices(index, np.where(raw.is_usable > 0, strength, 0.0))


def season_doubt(values: FloatArray, starts: IntArray, positions: IntArray, season_length: int, common: FloatArray) -> float:
    """How easily a series may be taken to have a season of its own: the largest of `_DOUBTS` at which those that chance alone
    would find are few among those found (Benjamini and Hochberg 1995). Where hardly any series has one, that is the smallest;
    where most have, two years are enough to see it."""
    from scipy.special import fdtrc

    # A handful of indices is soon beyond doubt without the others (quarters forecast no better with them).
    if season_length < _LONG_SEASON or values.shape[0] == 0:
        return _DOUBTS[-1]
    raw = _raw_indices(values, starts, positions, season_length)
    _, spread = _spread(raw, common)
    is_usable = (raw.is_usable > 0) & (raw.noise > 0)
    ratio = np.where(is_usable, spread / np.where(is_usable, raw.noise, 1.0), 0.0)
    chance = np.where(is_usable, fdtrc(_free_numbers(season_length), np.maximum(raw.freedom, 1.0), ratio), 1.0)
    for doubt in _DOUBTS:
        found = float((chance <= doubt).sum())
        if found >= _FEWEST_FOUND and doubt * float(is_usable.sum()) <= _FALSE_SHARE * found:
            return doubt
    return _DOUBTS[-1]


def _spread(raw: _RawIndices, common: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distance (series, position) of the raw indices from the common ones, and its mean square."""
    distance = np.where(np.isfinite(raw.index), raw.index - common[None, :], 0.0)
    seen = np.isfinite(raw.index).sum(axis=1)
    return distance, (distance * distance).sum(axis=1) / np.maximum(seen - 3, 1)


def _free_numbers(season_length: int) -> float:
    return float(season_length // _SMOOTHED_WEEKS if season_length >= 26 else season_length - 1)


def _kept_share(
    spread: FloatArray, noise: FloatArray, freedom: FloatArray, season_length: int, is_usable: BoolArray, doubt: float
) -> FloatArray:
    from scipy.special import fdtri

    critical = fdtri(_free_numbers(season_length), np.maximum(freedom, 1.0), 1.0 - doubt)
    ratio = np.where(noise > 0, spread / np.where(noise > 0, noise, 1.0), np.inf)
    share = 1.0 - (critical / np.maximum(ratio, critical)) ** 2
    return np.asarray(np.where(is_usable & (spread > 0), share, 0.0))


def common_profile(values: FloatArray, starts: IntArray, positions: IntArray, season_length: int) -> FloatArray:
    """The season all series share (position,), every usable series counting equally, shrunk towards 1."""
    flat = np.ones(season_length)
    if season_length == 1 or values.shape[0] == 0:
        return flat
    raw = _raw_indices(values, starts, positions, season_length)
    is_usable = (raw.is_usable > 0)[:, None] & np.isfinite(raw.index)
    # Noisy (intermittent) series say little about the common season: weight by 1 / (noise + typical noise).
    weight = np.where(is_usable, 1.0 / (raw.noise[:, None] + 0.02), 0.0)
    total = weight.sum(axis=0)
    if not (total > 0).all():
        return flat
    clipped = np.clip(np.where(is_usable, raw.index, 1.0), _LOWEST, 4.0)
    mean = (weight * clipped).sum(axis=0) / total
    variance = (weight * (clipped - mean) ** 2).sum(axis=0) / total
    effective = total * total / (weight * weight).sum(axis=0)
    # Series of one company share shocks, so the count of independent looks is taken as at most 30.
    noise = float((variance / np.minimum(effective, 30.0)).mean())
    spread = float(((mean - 1.0) ** 2).mean())
    kept = max(0.0, 1.0 - noise / spread) if spread > 0 else 0.0
    return np.asarray(_normalised((1.0 + kept * (mean - 1.0))[None, :])[0])


def _raw_indices(values: FloatArray, starts: IntArray, positions: IntArray, season_length: int) -> _RawIndices:
    series_count, period_count = values.shape
    columns = np.arange(period_count)
    alive = columns[None, :] >= starts[:, None]
    amount = np.where(alive, values, 0.0)
    total = np.concatenate([np.zeros((series_count, 1)), np.cumsum(amount, axis=1)], axis=1)
    half = season_length // 2
    inside = columns[(columns >= half) & (columns < period_count - half)]
    level = np.full_like(values, np.nan)
    if inside.size:
        # An even season: half weight on both ends, so that every position counts once.
        if season_length % 2 == 0:
            whole = (total[:, inside + half] - total[:, inside - half]) + (
                total[:, inside + half + 1] - total[:, inside - half + 1]
            )
            level[:, inside] = whole / (2.0 * season_length)
        else:
            level[:, inside] = (total[:, inside + half + 1] - total[:, inside - half]) / season_length
    has_level = (columns[None, :] >= starts[:, None] + half) & np.isfinite(level) & (level > 0)
    level, has_level = _extended(np.where(has_level, level, 1.0), has_level, alive)
    demand_sum = np.zeros((series_count, season_length))
    level_sum = np.zeros((series_count, season_length))
    looks = np.zeros((series_count, season_length))
    used = np.where(has_level, amount, 0.0)
    weight = np.where(has_level, level, 0.0)
    for column in range(period_count):
        place = positions[column]
        demand_sum[:, place] += used[:, column]
        level_sum[:, place] += weight[:, column]
        looks[:, place] += has_level[:, column]
    with np.errstate(invalid="ignore", divide="ignore"):
        index = demand_sum / level_sum
    # Residual variance of single ratios around the index; one look leaves no residual, so borrow the
    # overall spread.
    safe = np.where(np.isfinite(index), index, 1.0)
    residual = np.where(has_level, amount / level - safe[:, positions], 0.0)
    freedom = has_level.sum(axis=1) - (looks > 0).sum(axis=1)
    around_one = np.where(has_level, amount / level - 1.0, 0.0)
    count = np.maximum(has_level.sum(axis=1), 1)
    variance = np.where(
        freedom >= season_length / 2,
        (residual * residual).sum(axis=1) / np.maximum(freedom, 1),
        (around_one * around_one).sum(axis=1) / count,
    )
    mean_looks = looks.sum(axis=1) / np.maximum((looks > 0).sum(axis=1), 1)
    noise = variance / np.maximum(mean_looks, 1.0)
    if season_length >= 26:
        filled = safe
        index = np.zeros_like(filled)
        for offset, share in zip(range(-2, 3), _KERNEL, strict=True):
            index = index + share * np.roll(filled, offset, axis=1)
        noise = noise * float((_KERNEL * _KERNEL).sum())
    is_usable = (looks > 0).sum(axis=1) >= season_length - 1
    return _RawIndices(index, noise, np.maximum(freedom, 1.0), variance, is_usable.astype(np.float64))


def _extended(level: FloatArray, has_level: BoolArray, alive: BoolArray) -> tuple[FloatArray, BoolArray]:
    """The half years at both ends, where no centred year fits, take the nearest level: else two years of months would
    show every month only once, and nothing could be told from noise."""
    columns = np.arange(level.shape[1])[None, :]
    has_any: BoolArray = np.asarray(has_level.any(axis=1))
    first = np.argmax(has_level, axis=1)[:, None]
    last = (level.shape[1] - 1 - np.argmax(has_level[:, ::-1], axis=1))[:, None]
    nearest = np.clip(columns, first, last)
    filled = np.take_along_axis(level, nearest, axis=1)
    reaches = alive & has_any[:, None] & (has_level | (columns < first) | (columns > last))
    return np.where(reaches, filled, 1.0), reaches


def _normalised(index: FloatArray) -> FloatArray:
    bounded = np.clip(index, _LOWEST, _HIGHEST)
    return np.asarray(bounded / (bounded.sum(axis=1) / bounded.shape[1])[:, None])
