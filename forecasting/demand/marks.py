"""Which recorded periods should perhaps not be learned from: outliers, one-off projects, returns?

Regular series: x the demand without holidays and events, b the median of the periods nearby (itself included),

    z = 2 (sqrt(x + c) - sqrt(b + c)),  score = (z - shared) / max(1.4826 median |z|, floor)

the square root makes the noise of counts equally wide at any level (Anscombe 1948); `shared` is the median score of all series
in the period. Nothing is marked in a period of a known event or one in which a twentieth of all series would be marked (something
moved them together), in a run of more than two such periods (the level moved), where another year shows at least half of the same
at the same time of the year (a season), or in a series that does it more than twice and in more than one of fifty periods (a
habit). A lack is marked below half of what is expected, once later periods show it has passed; an excess from half as much again.

Intermittent series: only sizes can be odd. score = (log x - median) / max(1.4826 MAD, floor) over the positive quantities.

A one-off is a high period more than half of which is its largest single order line, and that line several times the usual one.
A return is a period of which a fifth or more came back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.demand.patterns import ADI_BORDER
from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["KINDS", "Marks", "find_marks"]

KINDS = ("", "outlier", "one_off", "return")
_HALF_WINDOWS = {"day": 14, "week": 8, "month": 5, "quarter": 3, "year": 3}
_SCORE = 6.0  # of a regular series; a normal error gets there once in a billion, errors of real demand far more often
_LOW_SCORE = 8.0  # a customer who orders a week later leaves a zero behind
_FEWEST = 8  # known periods, or sizes, below which nothing is odd
_LONGEST_RUN = 2
_TOGETHER = 0.05  # share of the series, and at least four of them
_HABIT = 0.02
_HIGH, _LOW = 1.5, 0.5  # of what is expected: less is not worth anybody's look
_ONE_OFF_SCORE = 3.0
_ONE_OFF_SHARE = 0.5
_ONE_OFF_RATIO = 3.0
_RETURN_SHARE = 0.2
_BLOCK = 512


@dataclass(frozen=True)
class Marks:
    """(series, period): `kind` index into `KINDS` (0: nothing), `suggested` what would be learned instead, `score`."""

    kind: IntArray
    suggested: FloatArray
    score: FloatArray


def find_marks(
    values: FloatArray,
    starts: IntArray,
    is_usable: BoolArray,
    factors: FloatArray,
    is_event: BoolArray,
    *,
    frequency: str,
    season_length: int,
    largest_order: FloatArray | None = None,
    returned: FloatArray | None = None,
) -> Marks:
    """Look at every known period.

    Args:
        values: (series, period), NaN where unknown. starts: (series,). is_usable: (series, period) a plain observation that
            nobody has judged yet.
        factors: (series or 1, period) of holidays and events. is_event: (series or 1, period) inside one.
    """
    shape = values.shape
    usable = is_usable & np.isfinite(values) & (np.arange(shape[1])[None, :] >= starts[:, None])
    x = np.where(usable, values, np.nan) / factors
    known = usable.sum(axis=1)
    positive = usable & (np.nan_to_num(values) > 0)
    is_regular = (positive.sum(axis=1) * ADI_BORDER >= known) & (known >= _FEWEST)
    score, expected = np.zeros(shape), np.zeros(shape)
    rows = np.flatnonzero(is_regular)
    if rows.size:
        score[rows], expected[rows] = _regular(x[rows], frequency)
    others = np.flatnonzero(~is_regular & (positive.sum(axis=1) >= _FEWEST))
    if others.size:
        score[others], expected[others] = _sizes(x[others], positive[others])
    expected = expected * factors
    excused = _is_seasonal(score, season_length) | is_event
    amount = np.nan_to_num(values)
    high = usable & ~excused & (score > _SCORE) & (amount >= _HIGH * expected) & (expected > 0)
    low = usable & ~excused & (score < -_LOW_SCORE) & is_regular[:, None] & (amount <= _LOW * expected)
    for flags in (high, low):
        together = flags.sum(axis=0) >= np.maximum(4.0, _TOGETHER * usable.sum(axis=0))
        is_habit = flags.sum(axis=1) > np.maximum(2.0, _HABIT * known)
        flags &= ~together[None, :] & ~is_habit[:, None]
    later: IntArray = np.cumsum(usable[:, ::-1], axis=1)[:, ::-1] - usable
    high &= (score > 1.5 * _SCORE) | (later > 0)
    low &= later >= _LONGEST_RUN
    is_long = _in_long_run(score > _SCORE / 2) | _in_long_run(score < -_SCORE / 2)
    outlier = (high | low) & ~(is_long & is_regular[:, None])
    kind = outlier.astype(np.int64)
    suggested = np.where(outlier, expected, amount)
    if largest_order is not None:
        usual = _usual_largest(largest_order, positive)
        is_one_off = (
            usable
            & ~excused
            & (score > _ONE_OFF_SCORE)
            & (largest_order > _ONE_OFF_SHARE * amount)
            & (largest_order > _ONE_OFF_RATIO * usual)
        )
        kind = np.where(is_one_off, 2, kind)
        rest = amount - largest_order + usual
        suggested = np.where(is_one_off, np.minimum(np.maximum(rest, np.minimum(expected, amount)), amount), suggested)
    if returned is not None:
        is_return = usable & (kind == 0) & (amount > 0) & (returned >= _RETURN_SHARE * amount)
        kind = np.where(is_return, 3, kind)
        suggested = np.where(is_return, np.maximum(amount - returned, 0.0), suggested)
        score = np.where(is_return, np.minimum(returned / np.where(amount > 0, amount, 1.0), 1.0), score)
    return Marks(kind, suggested, score)


def _regular(x: FloatArray, frequency: str) -> tuple[FloatArray, FloatArray]:
    base = np.concatenate([_rolling_median(x[i : i + _BLOCK], _HALF_WINDOWS[frequency]) for i in range(0, len(x), _BLOCK)])
    mean = np.nanmean(x, axis=1, keepdims=True)
    is_count = (np.nan_to_num(x) % 1.0 == 0).all(axis=1, keepdims=True)
    offset = np.where(is_count, 0.375, 0.01 * mean)
    # One per cent of noise at least; a count is never steadier than Poisson's.
    floor = np.maximum(np.where(is_count, 1.0, 0.0), 0.05 * np.sqrt(mean))
    z = 2.0 * (np.sqrt(x + offset) - np.sqrt(base + offset))
    spread = np.maximum(1.4826 * np.nanmedian(np.abs(z), axis=1, keepdims=True), np.maximum(floor, 1e-12))
    score = z / spread
    if len(x) >= _FEWEST:
        enough = np.isfinite(score).sum(axis=0) >= _FEWEST
        shared = np.zeros(score.shape[1])
        shared[enough] = np.nanmedian(score[:, enough], axis=0)
        score = score - shared[None, :]
    return np.nan_to_num(score), np.nan_to_num(base)


def _rolling_median(x: FloatArray, half: int) -> FloatArray:
    """Median of the known values within `half` periods; at the edges of what is known fewer."""
    padded = np.pad(x, ((0, 0), (half, half)), constant_values=np.nan)
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1), axis=2)  # NaN last
    count = np.isfinite(ordered).sum(axis=2)
    low = np.maximum(count - 1, 0) // 2
    high = np.maximum(count // 2, 0)
    pick = [np.take_along_axis(ordered, place[:, :, None], axis=2)[:, :, 0] for place in (low, np.minimum(high, 2 * half))]
    return np.asarray((pick[0] + pick[1]) / 2.0)


def _sizes(x: FloatArray, positive: BoolArray) -> tuple[FloatArray, FloatArray]:
    size = np.where(positive, np.log(np.where(positive, x, 1.0)), np.nan)
    middle = np.nanmedian(size, axis=1, keepdims=True)
    # Sizes of one or two are common: a step of one must not look like a jump.
    floor = 0.35 + 0.35 / np.maximum(np.exp(middle), 1.0)
    spread = np.maximum(1.4826 * np.nanmedian(np.abs(size - middle), axis=1, keepdims=True), floor)
    return np.nan_to_num((size - middle) / spread), np.exp(middle) * np.ones_like(x)


def _is_seasonal(score: FloatArray, season_length: int) -> BoolArray:
    """At least half of the same at the same time of another year (of weeks: give or take one)."""
    found = np.zeros(score.shape, dtype=bool)
    if season_length < 4:
        return found
    slack = range(-1, 2) if season_length > 12 else range(1)
    for year in range(1, score.shape[1] // season_length + 1):
        for extra in slack:
            lag = year * season_length + extra
            if not 0 < lag < score.shape[1]:
                continue
            found[:, lag:] |= (score[:, :-lag] >= 0.5 * score[:, lag:]) & (score[:, lag:] > 0)
            found[:, :-lag] |= (score[:, lag:] >= 0.5 * score[:, :-lag]) & (score[:, :-lag] > 0)
            found[:, lag:] |= (score[:, :-lag] <= 0.5 * score[:, lag:]) & (score[:, lag:] < 0)
            found[:, :-lag] |= (score[:, lag:] <= 0.5 * score[:, :-lag]) & (score[:, :-lag] < 0)
    return found


def _in_long_run(flags: BoolArray) -> BoolArray:
    """Member of a run of more than `_LONGEST_RUN`."""
    ahead = np.zeros(flags.shape, dtype=np.int64)
    back = np.zeros(flags.shape, dtype=np.int64)
    count = np.zeros(len(flags), dtype=np.int64)
    for column in range(flags.shape[1]):
        count = np.where(flags[:, column], count + 1, 0)
        back[:, column] = count
    count = np.zeros(len(flags), dtype=np.int64)
    for column in range(flags.shape[1] - 1, -1, -1):
        count = np.where(flags[:, column], count + 1, 0)
        ahead[:, column] = count
    return np.asarray(flags & (ahead + back - 1 > _LONGEST_RUN))


def _usual_largest(largest_order: FloatArray, positive: BoolArray) -> FloatArray:
    """Median of the series' largest order lines over the periods with demand."""
    sizes = np.where(positive & (largest_order > 0), largest_order, np.nan)
    has: BoolArray = np.asarray(np.isfinite(sizes).any(axis=1))
    usual = np.zeros(len(sizes))
    if has.any():
        usual[has] = np.nanmedian(sizes[has], axis=1)
    return np.repeat(usual[:, None], sizes.shape[1], axis=1)
