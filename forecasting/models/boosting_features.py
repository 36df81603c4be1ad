"""What does the boosted model see of a series at a moment t, looking h periods ahead?

Everything is brought to the series' own size, so that one model serves all of them: quantities as (x - base) / scale with
base the level expected one step ahead and scale the spread of first differences. Seen are the last periods, means over
several windows, the same period of earlier years against where the series stood then, zeros and age, the calendar of the
target period, how the groups the series belongs to (category, warehouse, all) moved, and its price against its usual price.
Nothing at or after t is looked at, except the calendar.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from forecasting.frames import FloatArray, Frequency, IntArray, period_starts

__all__ = ["FeatureMaker", "calendar_features"]

_LAGS = {"day": 7, "week": 6, "month": 6, "quarter": 4, "year": 3}
_WINDOWS = {"day": (7, 14, 28, 91), "week": (4, 8, 13, 26, 52), "month": (3, 6, 12, 24), "quarter": (2, 4, 8), "year": (2, 4)}
_NEAR = {"day": 7, "week": 4, "month": 3, "quarter": 2, "year": 1}


def calendar_features(indices: IntArray, frequency: Frequency) -> FloatArray:
    """(period, 3): month, days, Saturdays and Sundays of each period; for days the day of the week in place of days."""
    edges = period_starts(np.append(indices, indices[-1] + 1), frequency)
    rows = []
    for first, after in itertools.pairwise(edges):
        days = (after - first).days
        whole, rest = divmod(days, 7)
        weekend = 2 * whole + sum((first + timedelta(days=extra)).weekday() >= 5 for extra in range(rest))
        rows.append((first.month, first.weekday() if frequency == "day" else days, weekend))
    return np.array(rows, dtype=np.float64)


@dataclass(frozen=True)
class FeatureMaker:
    """Demand and its surroundings, laid out for quick looks.

    Args:
        values: (series, period), 0 before `starts`. levels: (series, period + 1) expected after so many periods.
        factors: (series, period + horizon). groups: (series,) codes, one array per grouping.
        calendar: (period + horizon, feature). price: (series, period) or None.
        regressors: (column, series, period + horizon) known in advance, or None.
    """

    values: FloatArray
    starts: IntArray
    levels: FloatArray
    factors: FloatArray
    groups: tuple[IntArray, ...]
    calendar: FloatArray
    price: FloatArray | None
    regressors: FloatArray | None
    frequency: Frequency
    season_length: int
    total: FloatArray
    moved: FloatArray
    group_total: tuple[FloatArray, ...]

    @classmethod
    def build(
        cls,
        values: FloatArray,
        starts: IntArray,
        levels: FloatArray,
        factors: FloatArray,
        groups: tuple[IntArray, ...],
        calendar: FloatArray,
        price: FloatArray | None,
        regressors: FloatArray | None,
        frequency: Frequency,
        season_length: int,
    ) -> FeatureMaker:
        """Cumulated sums once, so that any window costs two look-ups."""
        series_count = values.shape[0]
        zero = np.zeros((series_count, 1))
        total = np.concatenate([zero, np.cumsum(values, axis=1)], axis=1)
        inside = np.arange(1, values.shape[1])[None, :] > starts[:, None]
        gaps = np.where(inside, np.diff(values, axis=1), 0.0)
        moved = np.concatenate([zero, zero, np.cumsum(gaps * gaps, axis=1)], axis=1)
        sums = []
        for codes in groups:
            table = np.zeros((int(codes.max(initial=-1)) + 1, values.shape[1]))
            np.add.at(table, codes, values)
            sums.append(np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1))
        return cls(
            values,
            starts,
            levels,
            factors,
            groups,
            calendar,
            price,
            regressors,
            frequency,
            season_length,
            total,
            moved,
            tuple(sums),
        )

    def base_and_scale(self, rows: IntArray, t: int) -> tuple[FloatArray, FloatArray]:
        """Where the series stands after t periods, and how far it usually moves, both in units."""
        base = self.levels[rows, t]
        known = np.maximum(t - self.starts[rows], 1)
        mean = self._mean(rows, t - self._year, t)
        swing = self.moved[rows, t] / np.maximum(known - 1, 1)
        scale = np.sqrt(0.5 * swing + 0.02 * np.nan_to_num(mean) ** 2 + 1e-12 + (1e-3 * base) ** 2)
        return base, scale

    def matrix(self, rows: IntArray, t: int, h: int, told: int | None = None) -> FloatArray:
        """(row, feature) after t known periods for the period t + h - 1; `told` is the horizon the trees are told."""
        base, scale = self.base_and_scale(rows, t)
        starts, season = self.starts[rows], self.season_length
        columns: list[FloatArray] = []

        def size(x: FloatArray) -> FloatArray:
            return (x - base) / scale

        for lag in range(1, _LAGS[self.frequency] + 1):
            columns.append(size(self._at(rows, t - lag, t)))
        means = {window: self._mean(rows, t - window, t) for window in _WINDOWS[self.frequency]}
        columns.extend(size(mean) for mean in means.values())
        year = self._year
        columns.append(size(self._mean(rows, t - 2 * year, t - year)))
        near = _NEAR[self.frequency]
        ahead = t + h - 1
        if season > 1:
            back = season * -(-(ahead - t + 1) // season)
            last, before = ahead - back, ahead - back - season
            stood = self._mean(rows, t - back - near, t - back)
            columns += [
                size(self._at(rows, last, t)),
                size(self._at(rows, before, t)),
                (self._at(rows, last, t) - stood) / scale,
                (self._mean(rows, last - near // 2, min(last + near // 2 + 1, t)) - stood) / scale,
                (self._at(rows, last, t) - self._mean(rows, t - season, t)) / scale,
                (self._at(rows, before, t) - self._mean(rows, t - back - season - near, t - back - season)) / scale,
                (self.factors[rows, ahead] - 1.0) * base / scale,
            ]
        zeros = np.stack([self._at(rows, t - lag, t) for lag in range(1, year + 1)], axis=1)
        empty = np.where(np.isfinite(zeros), zeros == 0, np.nan)
        with np.errstate(invalid="ignore"):
            known = np.maximum(np.isfinite(empty).sum(axis=1), 1)
            columns.append(np.nansum(empty, axis=1) / known)
            columns.append(np.nansum(empty[:, :near], axis=1) / np.minimum(known, near))
            # Periods since the last demand, at most a year.
            quiet = np.where(np.nan_to_num(zeros) > 0, 1.0, 0.0)
        columns.append(np.where(quiet.any(axis=1), np.argmax(quiet, axis=1), year).astype(np.float64))
        columns.append(base / scale)
        columns.append(np.log1p(base))
        columns.append(np.minimum(t - starts, 5 * year).astype(np.float64))
        columns.append(np.full(len(rows), float(told or h)))
        columns.extend(np.full(len(rows), one) for one in self.calendar[ahead])
        columns.extend(self._group_features(rows, t, ahead, base / scale))
        if self.price is not None:
            columns.extend(self._price_features(rows, t))
        if self.regressors is not None:
            for known_ahead in self.regressors:
                # What is planned for the period, what was going on lately (its echo), and what was usual.
                recent = known_ahead[rows, max(0, t - near) : t].mean(axis=1)
                columns += [known_ahead[rows, ahead], recent, known_ahead[rows, max(0, t - year) : t].mean(axis=1)]
        return np.stack(columns, axis=1).astype(np.float32).astype(np.float64)

    @property
    def _year(self) -> int:
        return {"day": 28, "week": 52, "month": 12, "quarter": 4, "year": 2}[self.frequency]

    def _at(self, rows: IntArray, column: int, t: int) -> FloatArray:
        if not 0 <= column < t:
            return np.full(len(rows), np.nan)
        return np.where(column >= self.starts[rows], self.values[rows, column], np.nan)

    def _mean(self, rows: IntArray, first: int, after: int) -> FloatArray:
        after = max(after, 0)
        begin = np.clip(np.maximum(self.starts[rows], first), 0, after)
        count = after - begin
        amount = self.total[rows, after] - self.total[rows, begin]
        return np.where(count > 0, amount / np.maximum(count, 1), np.nan)

    def _group_features(self, rows: IntArray, t: int, ahead: int, weight: FloatArray) -> list[FloatArray]:
        """Recent against yearly mean of each group; last year's move to the target period; growth over the year."""
        near, year, season = _NEAR[self.frequency], self._year, self.season_length
        found: list[FloatArray] = []
        for codes, total in zip(self.groups, self.group_total, strict=True):

            def mean(first: int, after: int, total: FloatArray = total) -> FloatArray:
                if first < 0 or after > t:
                    return np.full(len(total), np.nan)
                return np.asarray((total[:, after] - total[:, first]) / (after - first))

            def ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
                usable = np.isfinite(top) & np.isfinite(bottom) & (bottom > 0)
                return np.where(usable, np.clip(top / np.where(usable, bottom, 1.0), 0.0, 4.0), np.nan)

            recent = mean(t - near, t)
            found.append(ratio(recent, mean(t - year, t))[codes[rows]])
            if season > 1:
                back = season * -(-(ahead - t + 1) // season)
                then = mean(t - back - near, t - back)
                found.append((ratio(mean(ahead - back, ahead - back + 1), then)[codes[rows]] - 1.0) * weight)
                found.append(ratio(recent, then)[codes[rows]])
            if 2 < len(total) <= 60:
                found.append(codes[rows].astype(np.float64))
        return found

    def _price_features(self, rows: IntArray, t: int) -> list[FloatArray]:
        assert self.price is not None
        now = self.price[rows, t - 1]
        past = self.price[rows, max(0, t - self._year) : t]
        known = np.isfinite(past)
        usual = np.where(known, past, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        before = self.price[rows, max(0, t - 1 - _NEAR[self.frequency])]
        with np.errstate(invalid="ignore", divide="ignore"):
            return [now / np.where(usual > 0, usual, np.nan), now / np.where(before > 0, before, np.nan), np.log(now)]
