"""What was known of each customer x item pair on a given day, as numbers?

`features_at(history, day)` looks at purchases on or before `day` only: the pair's own rhythm, the customer's visits (with the
item and without it), the item's buyers, the category, what the renewal model expects. Training moments and the moment
of the forecast are made by this one function, so that what is learned is what is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.frames import FloatArray, IntArray
from forecasting.repurchase.history import History
from forecasting.repurchase.renewal import Renewal, fit_renewal

__all__ = ["FEATURES", "Moment", "features_at"]

FEATURES = (
    "count", "silent", "age", "log_mean", "silent_per_interval", "silent_z", "alive", "last_interval_ratio", "spread",
    "last_quantity_ratio", "customer_visits", "customer_silent", "customer_age", "customer_interval",
    "customer_basket", "visits_30", "visits_90", "visits_since", "share_of_visits", "share_recent",
    "item_buyers", "item_silent", "item_repeat", "item_30", "item_90", "group_silent", "group_count", "amount",
)  # fmt: skip
_BIG = 2**32


@dataclass(frozen=True)
class Moment:
    """All pairs bought on or before `day`, ascending by customer and item.

    Attributes:
        values: (pair, FEATURES). `renewal`: the rhythm behind them.
        last: place in the history of the pair's last purchase; `counts` purchases up to then.
        next_days: days until the pair's next purchase in the history, a large number where none is known.
    """

    day: int
    customers: IntArray
    items: IntArray
    values: FloatArray
    renewal: Renewal
    last: IntArray
    counts: IntArray
    next_days: FloatArray


def features_at(history: History, day: int) -> Moment:
    """What `history` told at the end of `day`; at least one purchase must be known by then."""
    seen = history.days <= day
    place = np.flatnonzero(seen)
    customers, items, days = history.customers[place], history.items[place], history.days[place]
    quantities = history.quantities[place]
    is_first = np.concatenate([[True], (customers[1:] != customers[:-1]) | (items[1:] != items[:-1])])
    first = np.flatnonzero(is_first)
    last = np.concatenate([first[1:], [len(place)]]) - 1
    counts = last - first + 1
    pair = np.cumsum(is_first) - 1
    gaps = np.diff(days, prepend=0).astype(float)
    c, i = customers[first], items[first]
    silent = (day - days[last]).astype(float)
    age = (day - days[first]).astype(float)
    renewal = fit_renewal(gaps[~is_first], pair[~is_first], counts, silent, c, i)
    interval = np.exp(renewal.log_mean)
    last_gap = np.where(counts > 1, gaps[last], np.nan)
    mean_quantity = np.add.reduceat(quantities, first) / counts

    # The customer's visits: distinct days on which anything was bought.
    visit_keys = np.unique(customers * _BIG + days)
    visit_customer, visit_day = visit_keys // _BIG, visit_keys % _BIG
    visits, start, visit_last = _runs(visit_customer, len(history.customer_ids))
    has = visits > 0
    v_age = np.where(has, day - visit_day[np.where(has, start, 0)], 0).astype(float)
    v_silent = np.where(has, day - visit_day[np.where(has, visit_last, 0)], 0).astype(float)
    v_interval = (v_age - v_silent + 30.0) / np.maximum(visits, 1)  # drawn towards a month
    v30 = np.bincount(visit_customer[visit_day > day - 30], minlength=len(visits))
    v90 = np.bincount(visit_customer[visit_day > day - 90], minlength=len(visits))
    lines = np.bincount(customers, minlength=len(visits))
    basket = lines / np.maximum(visits, 1)
    after_last = visits[c] - (np.searchsorted(visit_keys, c * _BIG + days[last], side="right") - start[c])
    since_first = visits[c] - (np.searchsorted(visit_keys, c * _BIG + days[first], side="left") - start[c])
    recent = days > day - 90
    recent_pair = np.bincount(pair[recent], minlength=len(first))

    size = len(history.item_ids)
    buyers = np.bincount(i, minlength=size).astype(float)
    again = np.bincount(i, weights=(counts > 1).astype(float), minlength=size)
    item_last = np.zeros(size, np.int64)
    np.maximum.at(item_last, items, days)
    i30 = np.bincount(items[days > day - 30], minlength=size)
    i90 = np.bincount(items[recent], minlength=size)
    scale = max(float(buyers.sum()), 1.0)
    group_silent, group_count = _group(history, customers, items, days, c, i, day)
    amount = _amounts(history, place, first)
    values = np.column_stack([
        counts, silent, age, renewal.log_mean, silent / interval,
        (np.log(np.maximum(silent, 0.5)) - renewal.log_mean) / renewal.log_spread,
        renewal.alive, last_gap / interval, renewal.log_spread, quantities[last] / mean_quantity,
        visits[c], v_silent[c], v_age[c], v_interval[c], basket[c], v30[c], v90[c],
        after_last, counts / np.maximum(since_first, 1), recent_pair / np.maximum(v90[c], 1),
        np.log1p(buyers[i]), (day - item_last[i]).astype(float),
        ((again + 2.0 * again.sum() / scale) / (buyers + 2.0))[i],
        i30[i] / np.maximum(buyers[i], 1), i90[i] / np.maximum(buyers[i], 1),
        group_silent, group_count, amount,
    ]).astype(np.float64)  # fmt: skip
    following = np.minimum(place[last] + 1, len(history.days) - 1)
    is_next = (history.customers[following] == c) & (history.items[following] == i) & (history.days[following] > days[last])
    next_days = np.where(is_next, history.days[following] - day, 10**6).astype(float)
    return Moment(day, c, i, values, renewal, place[last], counts, next_days)


def _runs(sorted_groups: IntArray, size: int) -> tuple[IntArray, IntArray, IntArray]:
    """How many rows each group has, its first and its last row (0 and -1 where none)."""
    count = np.bincount(sorted_groups, minlength=size)
    end = np.cumsum(count)
    return count, end - count, end - 1


def _group(
    history: History, customers: IntArray, items: IntArray, days: IntArray, c: IntArray, i: IntArray, day: int
) -> tuple[FloatArray, FloatArray]:
    """Days since the customer last bought anything of the item's category, and how often he did; NaN without categories."""
    if not len(history.groups):
        nothing = np.full(len(c), np.nan)
        return nothing, nothing
    size = int(history.groups.max()) + 1
    keys = customers * size + history.groups[items]
    known, place = np.unique(keys, return_inverse=True)
    latest = np.zeros(len(known), np.int64)
    np.maximum.at(latest, place, days)
    count = np.bincount(place, minlength=len(known))
    mine = np.searchsorted(known, c * size + history.groups[i])
    return (day - latest[mine]).astype(float), count[mine].astype(float)


def _amounts(history: History, place: IntArray, first: IntArray) -> FloatArray:
    """Mean money of a purchase of the pair, as a logarithm; NaN where no amount is known."""
    money = history.amounts[place]
    known = np.isfinite(money)
    total, count = np.add.reduceat(np.where(known, money, 0.0), first), np.add.reduceat(known.astype(float), first)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log1p(np.maximum(total / count, 0.0))
