"""How likely is a purchase within so many days? One classifier for all pairs and horizons, taught by earlier cutoffs only.

Rows are (pair, earlier moment, horizon) whose window had closed by the cutoff: the features of the moment
(`repurchase_features`), the horizon, and what the renewal model makes of it. scikit-learn's histogram trees may only rise
with the horizon, so that a longer window is never less likely. Trees fitted to one half of the customers judge the other half,
and the log odds are then stretched and moved (`a + b x log odds`, drawn towards 0 and 1) to what really came: too little data
to be so sure shows there. With too few rows the renewal model answers alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from forecasting.frames import BoolArray, FloatArray, IntArray
from forecasting.repurchase.features import FEATURES, Moment, features_at
from forecasting.repurchase.history import History

__all__ = ["HORIZONS", "MAXIMUM_ROWS", "probabilities"]

HORIZONS = (7, 14, 30, 60, 90)
MAXIMUM_ROWS = 200_000
_ROWS_PER_PAIR = 16  # moments of one pair overlap: more rows of it cost time and teach nothing new
_SPACING = 14  # days between training moments
_MOMENTS = 26  # a year of them, so that every season taught once
_FEWEST_ROWS, _FEWEST_OF_EACH = 400, 40
_PRIOR_ROWS = 200.0  # how many rows "no correction needed" weighs
_MANY_ROWS = 50_000
_EDGE = 1e-5
_TREES = {
    "learning_rate": 0.07,
    "max_iter": 120,
    "max_leaf_nodes": 20,
    "min_samples_leaf": 100,
    "l2_regularization": 10.0,
    "max_features": 0.5,
    "early_stopping": False,
}
_NAMES = (*FEATURES, "horizon", "renewal")  # the last two may only raise the chance

Predictor = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Rows:
    """Training rows: what was seen, whether a purchase came, and the half of the customers it belongs to."""

    seen: FloatArray
    came: BoolArray
    half: IntArray


def probabilities(
    history: History, moment: Moment, *, seed: int, is_calibrated: bool = True, without: frozenset[str] = frozenset()
) -> tuple[FloatArray, bool]:
    """(pair, HORIZONS) chances of a purchase after the cutoff, and whether the trees had enough to learn from.

    Args:
        history: purchases up to the cutoff. `moment`: its features at the cutoff.
        seed: draws the training rows.
        is_calibrated: False leaves the second look out; `without`: features the trees may not see (both for comparison).
    """
    renewal = np.column_stack([moment.renewal.within(float(horizon)) for horizon in HORIZONS])
    rows, longest = _training_rows(history, moment, seed)
    if rows is None:
        return renewal, False
    rows.seen[:, [column for column, name in enumerate(_NAMES) if name in without]] = np.nan
    predict = _fit(rows.seen, rows.came, seed)
    shift, stretch = _correction(rows, seed) if is_calibrated else (0.0, 1.0)
    answer = np.empty_like(renewal)
    every = np.arange(len(moment.counts))
    for column, horizon in enumerate(HORIZONS):
        if horizon <= longest:
            answer[:, column] = expit(shift + stretch * logit(predict(_seen(moment, every, horizon))))
            continue
        # No window of this length has closed yet: go on from the longest that has, as the renewal model would.
        before, known = answer[:, column - 1], renewal[:, column - 1]
        later = (renewal[:, column] - known) / np.maximum(1.0 - known, _EDGE)
        answer[:, column] = before + (1.0 - before) * np.clip(later, 0.0, 1.0)
    return np.clip(np.maximum.accumulate(answer, axis=1), _EDGE, 1.0 - _EDGE), True


def _training_rows(history: History, moment: Moment, seed: int) -> tuple[Rows | None, int]:
    """A seeded draw, even over moments and horizons; None if it teaches too little. And the longest horizon it holds."""
    cutoff = history.cutoff
    if not len(history.days):
        return None, 0
    start = int(history.days.min())
    warm = start + max(14, (cutoff - start) // 4)
    moments = [cutoff - HORIZONS[0] - _SPACING * step for step in range(_MOMENTS)]
    moments = [day for day in moments if day >= warm]
    cells = [(day, horizon) for day in moments for horizon in HORIZONS if day + horizon <= cutoff]
    if not cells:
        return None, 0
    pairs = int(np.unique(history.customers * 2**32 + history.items).size)
    share = max(50, min(MAXIMUM_ROWS, _ROWS_PER_PAIR * pairs) // len(cells))
    seen, came, half = [], [], []
    for day in moments:
        at = features_at(history, day)
        for horizon in (h for h in HORIZONS if day + h <= cutoff):
            chosen = np.arange(len(at.counts))
            if len(chosen) > share:
                generator = np.random.default_rng([seed, day % 2**32, horizon])
                chosen = np.sort(generator.choice(len(chosen), size=share, replace=False))
            seen.append(_seen(at, chosen, horizon))
            came.append(at.next_days[chosen] <= horizon)
            half.append(_half(at.customers[chosen]))
    rows = Rows(np.concatenate(seen), np.concatenate(came), np.concatenate(half))
    rarer = min(int(rows.came.sum()), int((~rows.came).sum()))
    if len(rows.came) < _FEWEST_ROWS or rarer < _FEWEST_OF_EACH:
        return None, 0
    return rows, max(horizon for _, horizon in cells)


def _half(customers: IntArray) -> IntArray:
    """0 or 1 per customer, mixed so that neighbours part."""
    return ((customers * 2654435761) >> 7) & 1


def _seen(moment: Moment, chosen: IntArray, horizon: int) -> FloatArray:
    """Features of the chosen pairs, then the two that rise with the horizon."""
    renewal = moment.renewal.rows(chosen).within(float(horizon))
    rising = [np.full(len(chosen), np.log(horizon)), logit(np.clip(renewal, _EDGE, 1 - _EDGE))]
    return np.column_stack([moment.values[chosen], *rising])


def _fit(seen: FloatArray, came: BoolArray, seed: int) -> Predictor:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    # A column that is never known, or always the same, teaches nothing (and the binning refuses it).
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(seen, axis=0), np.fmax.reduce(seen, axis=0)
    told = np.flatnonzero(np.isfinite(low) & (low < high))
    directions = (told >= len(FEATURES)).astype(int)
    size = {"min_samples_leaf": int(np.clip(len(came) // 200, 20, 100)), "max_leaf_nodes": int(np.clip(len(came) // 1000, 6, 20))}
    pace = {} if len(came) >= _MANY_ROWS else {"max_iter": 40, "learning_rate": 0.15}  # a quick run matters more there
    trees = HistGradientBoostingClassifier(random_state=seed, monotonic_cst=directions, **{**_TREES, **size, **pace})
    with threadpool_limits(limits=1):
        trees.fit(seen[:, told], came)

    def predict(rows: FloatArray) -> FloatArray:
        with threadpool_limits(limits=1):
            return np.clip(np.asarray(trees.predict_proba(rows[:, told])[:, 1], dtype=np.float64), _EDGE, 1.0 - _EDGE)

    return predict


def _correction(rows: Rows, seed: int) -> tuple[float, float]:
    """Shift and stretch of the log odds, from trees that had not seen the customer."""
    odds = np.zeros(len(rows.came))
    for half in (0, 1):
        taught, judged = rows.half != half, rows.half == half
        if not judged.any() or len(np.unique(rows.came[taught])) < 2:
            return 0.0, 1.0
        odds[judged] = logit(_fit(rows.seen[taught], rows.came[taught], seed)(rows.seen[judged]))
    came = rows.came.astype(float)

    def loss(told: FloatArray) -> float:
        x = told[0] + told[1] * odds
        return float((np.logaddexp(0.0, x) - came * x).sum() + _PRIOR_ROWS * 0.25 * (told[0] ** 2 + (told[1] - 1.0) ** 2))

    best = minimize(loss, np.array([0.0, 1.0]), method="L-BFGS-B", bounds=[(-2.0, 2.0), (0.2, 2.0)])
    return float(best.x[0]), float(best.x[1])
