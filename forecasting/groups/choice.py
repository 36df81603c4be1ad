"""Which reconciliation serves? The one that would have erred least at past origins, each judged by what other periods teach.

Candidates: `bottom_up` (groups are the sums of their series; direct forecasts are not used), `mint_variance`, `mint_shrink`
(see `hierarchy_mint`). At each past origin the errors of W come from periods that origin does not forecast. Loss of a
candidate: the mean over levels (the series are one) of the log of its mean squared error in amounts against bottom-up's.
Bottom-up serves unless another one is better by `_LEAST_GAIN`: a smaller difference is the luck of a few origins. One that costs
the series themselves more than `_MOST_LOST` never serves: orders are placed for items, not for groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.frames import BoolArray, FloatArray, IntArray
from forecasting.groups.minimum_trace import ErrorModel, mint, shrinkage_intensity

__all__ = ["BOTTOM_UP", "METHODS", "Choice", "Past", "choose_method", "reconciled", "reconciled_past"]

BOTTOM_UP = "bottom_up"
METHODS = (BOTTOM_UP, "mint_variance", "mint_shrink")
_LEAST_GAIN = 0.01  # of the mean squared error
_MOST_LOST = 0.02  # of the series' mean squared error: one per cent of its root
_FEWEST_ERRORS = 3
_LEAST_SHARE = 0.01
_UNKNOWN_VARIATION = 0.5  # error / mean assumed where no past error is known


@dataclass(frozen=True)
class Past:
    """Forecasts of past origins and what came, in amounts; nothing unknown: an unknown truth is the forecast itself.

    Args:
        series, truth: (origin, series, step). groups: (origin, group, step), direct.
        periods: (origin, step) number of the period forecast. Origins overlap; what came in a period teaches nothing about
            an origin that forecasts the same period.
    """

    series: FloatArray
    truth: FloatArray
    groups: FloatArray
    periods: IntArray

    @property
    def origin_count(self) -> int:
        return int(self.series.shape[0])


@dataclass(frozen=True)
class Choice:
    """The method that serves, and per method and level the root of its mean squared error against bottom-up's."""

    method: str
    ratios: Mapping[str, Mapping[str, float]]


def choose_method(past: Past, matrix: Any, levels: Mapping[str, Any], method: str | None = None) -> tuple[Choice, FloatArray]:
    """The method and its honest past forecasts (origin, series, step).

    Args:
        matrix: (group, series) of the groups that are forecast directly. levels: level -> (group, series) matrix to judge on.
        method: one of `METHODS`: serves whatever the past says.
    """
    if not past.origin_count or not matrix.shape[0]:
        return Choice(BOTTOM_UP, {BOTTOM_UP: {}}), past.series
    tried = {method: reconciled_past(past, matrix, method) for method in METHODS}
    losses = {method: _losses(past, found, levels) for method, found in tried.items()}
    base = losses[BOTTOM_UP]
    scores = {
        method: float(np.mean([np.log(loss[name] / base[name]) for name in base if base[name] > 0 and loss[name] > 0] or [0.0]))
        for method, loss in losses.items()
    }
    bearable = [method for method in METHODS if losses[method]["series"] <= (1 + _MOST_LOST) * base["series"]]
    best = min(bearable, key=lambda method: (scores[method], METHODS.index(method)))
    if scores[best] > np.log(1.0 - _LEAST_GAIN):
        best = BOTTOM_UP
    best = method or best
    ratios = {
        method: {name: float(np.sqrt(loss[name] / base[name])) for name in base if base[name] > 0}
        for method, loss in losses.items()
    }
    return Choice(best, ratios), tried[best]


def reconciled(series: FloatArray, groups: FloatArray, matrix: Any, past: Past, method: str) -> FloatArray:
    """(series, step) as `method` has it, with the errors of all of `past`."""
    if method == BOTTOM_UP or not matrix.shape[0]:
        return series
    everything = np.ones(past.periods.shape, dtype=bool)
    return mint(series, groups, matrix, _error_model(past, matrix, method, everything))


def reconciled_past(past: Past, matrix: Any, method: str) -> FloatArray:
    """(origin, series, step): each origin reconciled with the errors of other periods than its own."""
    if method == BOTTOM_UP:
        return past.series
    found = past.series.copy()
    for i in range(past.origin_count):
        others = ~np.isin(past.periods, past.periods[i])
        if others.sum() >= _FEWEST_ERRORS:
            found[i] = mint(past.series[i], past.groups[i], matrix, _error_model(past, matrix, method, others))
    return found


def _error_model(past: Past, matrix: Any, method: str, chosen: BoolArray) -> ErrorModel:
    own = (past.truth - past.series).transpose(1, 0, 2)[:, chosen]
    above = np.stack([matrix @ gap for gap in past.truth]) - past.groups
    above = above.transpose(1, 0, 2)[:, chosen]
    level = past.series.transpose(1, 0, 2)[:, chosen].mean(axis=1)
    variance = (own * own).mean(axis=1)
    # A series without a past error is not known to be perfect.
    variance = np.where(variance > 0, variance, (_UNKNOWN_VARIATION * level) ** 2)
    above_variance = np.maximum((above * above).mean(axis=1), 1e-300)
    if method == "mint_variance":
        return ErrorModel(variance, above_variance)
    share = max(shrinkage_intensity(np.concatenate([own, above])), _LEAST_SHARE)
    return ErrorModel(variance, above_variance, share, own, above)


def _losses(past: Past, found: FloatArray, levels: Mapping[str, Any]) -> dict[str, float]:
    gap = past.truth - found
    losses = {"series": float((gap * gap).sum())}
    for name, matrix in levels.items():
        losses[name] = float(sum(((matrix @ one) ** 2).sum() for one in gap))
    return losses
