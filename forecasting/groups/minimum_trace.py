"""How do forecasts made at two levels become one that adds up, with the least error?

Minimum trace reconciliation (Wickramasuriya, Athanasopoulos and Hyndman 2019). With base forecasts y of all nodes, errors of
variance W and the constraints C y = 0 (every upper node less the sum of its series),

    y~ = y - W C' (C W C')^-1 C y

which is their G = J - J W U (U'WU)^-1 U' in other letters; only the series' part is kept and the groups are summed from it.
W is diagonal (`mint_variance`) or shrunk towards its diagonal (`mint_shrink`): W = l D + (1 - l) E E' / n with the past
errors E, l by Schaefer and Strimmer (2005). Nothing larger than (group, group) or (series, past error) is ever held.

Forecasts stay non-negative: a series that would fall below zero is held at zero and the rest solved again (an active set, as
in Wickramasuriya, Turlach and Hyndman 2020). A series forecast to be zero is left there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.frames import BoolArray, FloatArray

__all__ = ["ErrorModel", "mint", "shrinkage_intensity"]

_ROUNDS = 12
_RIDGE = 1e-10


@dataclass(frozen=True)
class ErrorModel:
    """Variance of base forecast errors: `share * diag + (1 - share) * errors errors' / n`.

    Args:
        series_variance: (series,). group_variance: (group,). share: l, 1 for a diagonal W.
        series_errors, group_errors: (node, past error), needed where share < 1.
    """

    series_variance: FloatArray
    group_variance: FloatArray
    share: float = 1.0
    series_errors: FloatArray | None = None
    group_errors: FloatArray | None = None


def mint(series: FloatArray, groups: FloatArray, matrix: Any, errors: ErrorModel) -> FloatArray:
    """(series, step): reconciled series; `matrix @` them are the reconciled groups.

    Args:
        series: (series, step) >= 0. groups: (group, step), forecast directly. matrix: (group, series) of ones, sparse.
    """
    result = np.empty_like(series)
    gap = groups - matrix @ series
    # Steps in which the same series are zero share one solution.
    free = series > 0
    for pattern in np.unique(free, axis=1).T if series.size else []:
        steps = np.flatnonzero((free == pattern[:, None]).all(axis=0))
        result[:, steps] = series[:, steps] + _moves(matrix, errors, pattern, gap[:, steps])
    for step in np.flatnonzero((result < 0).any(axis=0)):
        result[:, step] = _held_at_zero(series[:, step], groups[:, step], matrix, errors, free[:, step], result[:, step])
    return result


def _held_at_zero(
    series: FloatArray, groups: FloatArray, matrix: Any, errors: ErrorModel, free: BoolArray, first: FloatArray
) -> FloatArray:
    found, free = first, free.copy()
    for _ in range(_ROUNDS):
        below = found < 0
        if not below.any():
            return found
        free &= ~below
        start = np.where(free, series, 0.0)
        found = start + _moves(matrix, errors, free, (groups - matrix @ start)[:, None])[:, 0]
    return np.maximum(found, 0.0)


def _moves(matrix: Any, errors: ErrorModel, free: BoolArray, gap: FloatArray) -> FloatArray:
    """What is added to each series: W_series A' (C W C')^-1 gap, nothing where not `free`."""
    from scipy.linalg import cho_factor, cho_solve
    from scipy.sparse import diags

    spread = np.where(free, errors.series_variance, 0.0) * errors.share
    middle = (matrix @ diags(spread) @ matrix.T).toarray() + np.diag(errors.share * errors.group_variance)
    low = None
    if errors.share < 1.0 and errors.series_errors is not None and errors.group_errors is not None:
        count = max(errors.series_errors.shape[1], 1)
        own = np.where(free[:, None], errors.series_errors, 0.0) * np.sqrt((1.0 - errors.share) / count)
        incoherent = errors.group_errors * np.sqrt((1.0 - errors.share) / count) - matrix @ own
        middle = middle + incoherent @ incoherent.T
        low = own, incoherent
    middle[np.diag_indices_from(middle)] += _RIDGE * max(float(np.trace(middle)) / max(len(middle), 1), 1e-300)
    solved = cho_solve(cho_factor(middle), gap)
    moved = spread[:, None] * (matrix.T @ solved)
    if low is not None:
        moved = moved - low[0] @ (low[1].T @ solved)
    return np.asarray(moved)


def shrinkage_intensity(errors: FloatArray) -> float:
    """l of Schaefer and Strimmer (2005) for the correlations of the rows of `errors` (node, past error), mean taken as zero.

        l = sum over i != j of var(r_ij) / sum over i != j of r_ij^2, between 0 and 1

    Worked out from the (past error, past error) products alone, so 30,000 nodes cost no more than their errors.
    """
    count = errors.shape[1]
    size = np.sqrt((errors * errors).mean(axis=1)) if count else np.zeros(len(errors))
    kept = size > 0
    if count < 3 or kept.sum() < 2:
        return 1.0
    z = errors[kept] / size[kept, None]
    product = z.T @ z / count
    squares = float((product * product).sum())  # sum over i, j of r_ij^2
    fourth = float(((z * z).sum(axis=0) ** 2).sum())  # sum over i, j, t of (z_it z_jt)^2
    own_fourth = float((z**4).sum())
    rows = float(kept.sum())
    off = squares - rows
    spread = (fourth - own_fourth) - count * off
    variance = spread * count / (count - 1) ** 3
    return float(np.clip(variance / off, 0.0, 1.0)) if off > 0 else 1.0
