"""How much does the Spring Festival, which moves by up to a month, lift or empty a period?

Every series is brought to mean 1 and all are averaged, which leaves what they share. Around each festival
the local baseline is interpolated between the weeks well before and well after; what remains, ratio - 1,
is regressed (ridge) on the share of the period's days that fall into four windows: early and late stocking
up before, the closed days, the recovery. The effect is used only where it stands out: at least two
festivals known and the mean squared effect at least four times that of the same measure at other times of
the year. Otherwise every factor is 1, as for a company outside the festival.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray, period_starts

__all__ = [
    "WINDOWS_DAYS",
    "factors_of_effect",
    "holiday_effect",
    "holiday_factors",
    "spring_festival_date",
    "window_shares",
]

# First and last day of each window, counted from the first day of the lunar year.
WINDOWS_DAYS = ((-28, -15), (-14, -2), (-1, 7), (8, 21))
_RIDGE = 0.02
_CLEARNESS = 4.0


@lru_cache(maxsize=256)
def spring_festival_date(year: int) -> date:
    """First day of the lunar year, from the maintained calendar library."""
    from holidays.calendars.chinese import _ChineseLunisolar

    found, _ = _ChineseLunisolar().lunar_new_year_date(year)
    if found is None:
        raise ValueError(f"no lunar new year known for {year}")
    return date(found.year, found.month, found.day)


def window_shares(indices: IntArray, frequency: Frequency) -> FloatArray:
    """Share of each period's days inside each window: (period, window)."""
    edges = period_starts(np.append(indices, indices[-1] + 1), frequency)
    shares = np.zeros((len(indices), len(WINDOWS_DAYS)))
    for row in range(len(indices)):
        first, after = edges[row], edges[row + 1]
        for year in {first.year, after.year}:
            festival = spring_festival_date(year)
            for window, (low, high) in enumerate(WINDOWS_DAYS):
                begin = max(first, festival + timedelta(days=low))
                end = min(after, festival + timedelta(days=high + 1))
                shares[row, window] += max(0, (end - begin).days) / (after - first).days
    return np.asarray(np.minimum(shares, 1.0))


def holiday_factors(values: FloatArray, starts: IntArray, indices: IntArray, frequency: Frequency) -> FloatArray:
    """Factor of each numbered period (known columns of `values` first, then the future); 1 where nothing
    is clear.

    Args:
        values: (series, period) without gaps from each start on.
        indices: (period + horizon,) period numbers.
    """
    return factors_of_effect(holiday_effect(values, starts, indices, frequency), indices, frequency)


def factors_of_effect(effect: FloatArray, indices: IntArray, frequency: Frequency) -> FloatArray:
    """Factor of each numbered period under an effect that was told before (`holiday_effect`)."""
    if not effect.size:
        return np.ones(len(indices))
    return np.asarray(np.clip(1.0 + np.einsum("pi,i->p", window_shares(indices, frequency), effect), 0.1, 3.0))


def holiday_effect(values: FloatArray, starts: IntArray, indices: IntArray, frequency: Frequency) -> FloatArray:
    """(window,) lift of a period that lies wholly in the window, read from all series; empty where nothing is clear. Arguments
    as in `holiday_factors`."""
    nothing = np.zeros(0)
    period_count = values.shape[1]
    if frequency not in ("week", "month") or period_count == 0 or values.shape[0] == 0:
        return nothing
    shares = window_shares(indices[:period_count], frequency)
    near = shares.sum(axis=1) > 0
    if _runs(near) < 2:
        return nothing
    shared = _shared_series(values, starts)
    reach = 6 if frequency == "week" else 1
    ratio = _local_ratio(shared, near, reach)
    inside = near & np.isfinite(ratio)
    outside = ~near & np.isfinite(ratio)
    if inside.sum() < 3 or outside.sum() < 8:
        return nothing
    effect = ratio[inside] - 1.0
    quiet = ratio[outside] - 1.0
    if float((effect * effect).mean()) < _CLEARNESS * float((quiet * quiet).mean()) or abs(effect).max() < 0.05:
        return nothing
    design = shares[inside]
    gram = np.einsum("pi,pj->ij", design, design) + _RIDGE * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(gram, np.einsum("pi,p->i", design, effect)))


def _shared_series(values: FloatArray, starts: IntArray) -> FloatArray:
    """Mean over series of demand relative to each series' own mean; NaN where no series is known."""
    columns = np.arange(values.shape[1])[None, :]
    alive = columns >= starts[:, None]
    amount = np.where(alive, values, 0.0)
    mean = amount.sum(axis=1) / np.maximum(alive.sum(axis=1), 1)
    used = alive & (mean > 0)[:, None]
    relative = np.where(used, amount / np.where(mean > 0, mean, 1.0)[:, None], 0.0)
    # One giant order of one series must not look like a festival.
    relative = np.minimum(relative, 10.0)
    count = used.sum(axis=0)
    return np.where(count > 0, relative.sum(axis=0) / np.maximum(count, 1), np.nan)


def _local_ratio(shared: FloatArray, is_near: BoolArray, reach: int) -> FloatArray:
    """shared / baseline; the baseline joins the means of `reach` ordinary periods before and after
    linearly."""
    ordinary = np.flatnonzero(~is_near & np.isfinite(shared))
    ratio = np.full_like(shared, np.nan)
    for period in range(len(shared)):
        before = ordinary[ordinary < period][-reach:]
        after = ordinary[ordinary > period][:reach]
        if len(before) < reach or len(after) < reach:
            continue
        x0, x1 = float(before.mean()), float(after.mean())
        y0, y1 = float(shared[before].mean()), float(shared[after].mean())
        baseline = y0 + (y1 - y0) * (period - x0) / (x1 - x0)
        if baseline > 0 and np.isfinite(shared[period]):
            ratio[period] = shared[period] / baseline
    return ratio


def _runs(flags: BoolArray) -> int:
    return int((flags[1:] & ~flags[:-1]).sum() + flags[0])
