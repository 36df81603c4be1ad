"""How long does a customer usually take to buy an item again, and is he still waiting or gone?

Log intervals between purchases are normal. A pair's own mean is drawn towards what its item and its customer usually take, and
those towards all pairs, each by how much such means really differ:

    mean   = (n x own mean + k x expected) / (n + k)        n own intervals, k = variance within / variance between
    spread^2 = (v x spread of all^2 + own squares) / (v + n - 1)     v = 5

After its n-th purchase a pair buys again at all with probability q(n), learned from pairs whose n-th purchase is long enough ago,
times what its item and customer say. Silent for s days, it is still a buyer with

    alive = q S(s) / (q S(s) + 1 - q),    P(buys within h) = alive (1 - S(s + h) / S(s)),    S the survival of the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtri

from forecasting.frames import FloatArray, IntArray

__all__ = ["Renewal", "fit_renewal"]

_SPREAD_ROWS = 5.0  # intervals that the common spread weighs against a pair's own
_LEAST_SPREAD = 0.08  # a weekly order that slips by half a day
_DEPTH = 12  # purchases after which q(n) is taken as equal
_WEIGHT = 4.0  # pairs that the common repeat rate weighs against an item's or a customer's own


@dataclass(frozen=True)
class Renewal:
    """One row per pair: mean and spread of its log interval, whether it is still a buyer, days since its last purchase."""

    log_mean: FloatArray
    log_spread: FloatArray
    alive: FloatArray
    silent: FloatArray

    def rows(self, chosen: IntArray) -> Renewal:
        """The same for some of the pairs."""
        return Renewal(self.log_mean[chosen], self.log_spread[chosen], self.alive[chosen], self.silent[chosen])

    def within(self, days: FloatArray | float) -> FloatArray:
        """P(buys within `days` after the cutoff)."""
        return np.asarray(self.alive * self.conditional(days))

    def conditional(self, days: FloatArray | float) -> FloatArray:
        """P(buys within `days` | still a buyer)."""
        return np.asarray(1.0 - np.exp(self._log_survival(self.silent + days) - self._log_survival(self.silent)))

    def still_alive(self, days: float) -> FloatArray:
        """P(still a buyer | nothing bought within `days` after the cutoff)."""
        waiting = self.alive * (1.0 - self.conditional(days))
        return np.asarray(waiting / np.maximum(waiting + 1.0 - self.alive, 1e-12))

    def day_of(self, share: FloatArray) -> FloatArray:
        """The day after the cutoff by which `share` of those still buying has bought; the inverse of `conditional`."""
        below = np.exp(self._log_survival(self.silent))
        wanted = np.clip((1.0 - share) * below, 1e-300, 1.0 - 1e-12)
        moment = np.exp(self.log_mean - self.log_spread * ndtri(wanted))
        return np.asarray(np.maximum(moment - self.silent, 0.0))

    def _log_survival(self, days: FloatArray) -> FloatArray:
        return np.asarray(log_ndtr(-(np.log(np.maximum(days, 0.5)) - self.log_mean) / self.log_spread))


def fit_renewal(
    intervals: FloatArray, interval_pairs: IntArray, counts: IntArray, silent: FloatArray, customers: IntArray, items: IntArray
) -> Renewal:
    """The renewal model of pairs from their purchases so far.

    Args:
        intervals: days between one purchase and the next, > 0; `interval_pairs` their pair.
        counts: purchases per pair, >= 1.
        silent: days from the last purchase to the cutoff.
        customers, items: place of each pair's.
    """
    pairs = len(counts)
    logs = np.log(intervals)
    known = np.bincount(interval_pairs, minlength=pairs).astype(float)
    total = np.bincount(interval_pairs, weights=logs, minlength=pairs)
    overall = float(logs.mean()) if len(logs) else float(np.log(max(30.0, 2.0 * float(silent.mean()) if pairs else 30.0)))
    own = np.where(known > 0, total / np.maximum(known, 1.0), overall)
    squares = np.bincount(interval_pairs, weights=(logs - own[interval_pairs]) ** 2, minlength=pairs)
    freedom = float(np.maximum(known - 1.0, 0.0).sum())
    within = max(float(squares.sum()) / freedom if freedom > 0 else 0.5, _LEAST_SPREAD**2)
    by_item = _effect(own - overall, known, items, within)
    by_customer = _effect(own - overall - by_item[items], known, customers, within)
    expected = overall + by_item[items] + by_customer[customers]
    between = _between(own - expected, known, within)
    weight = within / between
    log_mean = (known * own + weight * expected) / (known + weight)
    variance = (_SPREAD_ROWS * within + squares) / (_SPREAD_ROWS + np.maximum(known - 1.0, 0.0))
    # What is not known of the mean is spread too.
    log_spread = np.sqrt(np.maximum(variance, _LEAST_SPREAD**2) + within / (known + weight))
    repeats = _repeats(counts, silent, log_mean, customers, items)
    renewal = Renewal(log_mean, log_spread, np.ones(pairs), silent)
    # A holiday or a full shelf is no farewell: who is gone is judged with twice the spread.
    survival = np.exp(Renewal(log_mean, 2.0 * log_spread, renewal.alive, silent)._log_survival(silent))
    alive = repeats * survival / np.maximum(repeats * survival + 1.0 - repeats, 1e-12)
    return Renewal(log_mean, log_spread, alive, silent)


def _effect(values: FloatArray, weights: FloatArray, groups: IntArray, within: float) -> FloatArray:
    """Mean deviation per group, drawn towards 0 by how much groups really differ."""
    size = int(groups.max()) + 1 if len(groups) else 0
    count = np.bincount(groups, weights=weights, minlength=size).astype(np.float64)
    mean = np.bincount(groups, weights=weights * values, minlength=size) / np.maximum(count, 1e-12)
    mean = np.where(count > 0, mean, 0.0)
    return np.asarray(mean * count / (count + within / _between(mean, count, within)))


def _between(means: FloatArray, counts: FloatArray, within: float) -> float:
    """Variance of true means by moments: that of the means seen, less what few observations add."""
    seen = counts > 0
    if not seen.any():
        return within
    weights = counts[seen]
    raw = float(np.dot(weights, means[seen] ** 2) / weights.sum()) - within * float(seen.sum()) / float(weights.sum())
    return float(np.clip(raw, within / 50.0, within * 50.0))


def _repeats(counts: IntArray, silent: FloatArray, log_mean: FloatArray, customers: IntArray, items: IntArray) -> FloatArray:
    """q(n): the chance that a pair buys again after its last purchase, before the silence since is looked at."""
    depth = np.minimum(counts, _DEPTH)
    # Judged: whoever went on, and whoever has been silent for longer than he usually takes.
    is_over = np.log(np.maximum(silent, 0.5)) > log_mean
    went_on = np.array(
        [(counts > n).sum() if n < _DEPTH else np.maximum(counts - n, 0).sum() for n in range(1, _DEPTH + 1)], float
    )
    stopped = np.array([(is_over & (depth == n)).sum() for n in range(1, _DEPTH + 1)], float)
    rate = (went_on + 1.0) / (went_on + stopped + 2.0)
    base = np.log(rate / (1.0 - rate))[depth - 1]
    again = (counts - 1).astype(float)
    tried = again + is_over
    expected = 1.0 / (1.0 + np.exp(-base))
    odds = base.copy()
    for groups in (items, customers):
        size = int(groups.max()) + 1 if len(groups) else 0
        seen = np.bincount(groups, weights=np.minimum(again, 3.0), minlength=size)
        hoped = np.bincount(groups, weights=np.minimum(tried, 3.0) * expected, minlength=size)
        odds += 0.5 * np.log((seen + _WEIGHT) / (hoped + _WEIGHT))[groups]
    return np.asarray(np.clip(1.0 / (1.0 + np.exp(-odds)), 0.01, 0.995))
