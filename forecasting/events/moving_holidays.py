"""How much does the Spring Festival, which moves by up to a month, lift or empty a period?

Every series is brought to mean 1 and all are averaged, which leaves what they share. Around each festival
the local baseline is interpolated between the weeks well before and well after; what remains, ratio - 1,
is regressed (ridge) on the share of the period's days that fall into five windows: early and late stocking
up before, the closed days, the backlog after them, the recovery. The effect is used only where it stands out: at least two
festivals known and the mean squared effect at least four times that of the same measure at other times of
the year. Otherwise every factor is 1, as for a company outside the festival.

Two or three festivals do not tell an effect exactly, and no two are alike. What they leave unexplained, per window w,

    v_w = sum over periods of share_w residual^2 / sum of share_w * n / (n - 1) * (1 + 1 / n)     n festivals

widens the intervals of the periods around the next one (`outlook`). Weeks it moves by more than a fifth say nothing of
a series' level or season and are filled as unknown ones are (`is_overwhelmed`).
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
    "holiday_variance",
    "is_overwhelmed",
    "spring_festival_date",
    "variances_of_effect",
    "window_shares",
]

# First and last day of each window, counted from the first day of the lunar year.
WINDOWS_DAYS = ((-28, -15), (-14, -2), (-1, 7), (8, 14), (15, 28))
_RIDGE = 0.02
_CLEARNESS = 4.0
_OVERWHELMED = 0.2
_FACTORS = (0.05, 3.0)


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


def is_overwhelmed(factors: FloatArray, frequency: Frequency) -> BoolArray:
    """Weeks that the holiday moves by more than a fifth: what is left of them after dividing is the holiday's own error, and
    says nothing of a series' level or season. A month holds more than the holiday."""
    return np.asarray((np.abs(factors - 1.0) > _OVERWHELMED) & (frequency == "week"))


def holiday_effect(values: FloatArray, starts: IntArray, indices: IntArray, frequency: Frequency) -> FloatArray:
    """(window,) lift of a period that lies wholly in the window, read from all series; empty where nothing is clear. Arguments
    as in `holiday_factors`."""
    nothing = np.zeros(0)
    found = _ratios(values, starts, indices, frequency)
    if found is None:
        return nothing
    shares, near, ratio = found
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


def holiday_variance(
    values: FloatArray, starts: IntArray, indices: IntArray, frequency: Frequency, effect: FloatArray
) -> FloatArray:
    """(window,) variance of the lift of a coming period that lies wholly in the window, from what `effect` left unexplained;
    empty where there is no effect. Other arguments as in `holiday_factors`."""
    found = _ratios(values, starts, indices, frequency) if effect.size else None
    if found is None:
        return np.zeros(0)
    shares, near, ratio = found
    inside = near & np.isfinite(ratio)
    left = ratio[inside] - factors_of_effect(effect, indices[: values.shape[1]], frequency)[inside]
    weight, count = shares[inside], _runs(near)
    total = weight.sum(axis=0)
    square = np.einsum("pi,p->i", weight, left * left) / np.where(total > 0, total, 1.0)
    return np.asarray(square * count / (count - 1.0) * (1.0 + 1.0 / count))


def variances_of_effect(variance: FloatArray, indices: IntArray, frequency: Frequency) -> FloatArray:
    """Variance of the factor of each numbered period (`holiday_variance`)."""
    if not variance.size:
        return np.zeros(len(indices))
    return np.asarray(np.einsum("pi,i->p", window_shares(indices, frequency), variance))


def _ratios(
    values: FloatArray, starts: IntArray, indices: IntArray, frequency: Frequency
) -> tuple[FloatArray, BoolArray, FloatArray] | None:
    """Shares (period, window) of the known periods, which are near a festival, and shared demand / baseline; None where two
    festivals are not known."""
    period_count = values.shape[1]
    if frequency not in ("week", "month") or period_count == 0 or values.shape[0] == 0:
        return None
    shares = window_shares(indices[:period_count], frequency)
    near = shares.sum(axis=1) > 0
    if _runs(near) < 2:
        return None
    reach = 6 if frequency == "week" else 1
    return shares, near, _local_ratio(_shared_series(values, starts), near, reach)


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
