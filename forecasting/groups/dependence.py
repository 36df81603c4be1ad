"""How much do the errors of different series and periods go together?

A Gaussian copula with few parameters, since few past origins are known: the draw of a series is made of what it shares with each
of its groups and what is its own, and each of these of a part that stays over all periods and one that is new in each:

    z_ih = sum over levels l of sqrt(r_l) F_lgh + sqrt(1 - sum r_l) e_ih
    F_lgh = sqrt(p_l) F_lg + sqrt(1 - p_l) F'_lgh       e likewise with p_0

The shares r >= 0 are fitted so that the groups' squared errors at past origins are what the paths will have: with s_i the
deviation of a series and a_i its covariance with z_i (Hermite's first coefficient, which is what of a dependence survives
a skewed marginal),

    E (sum over i in g of error_i)^2 = sum s_i^2 + sum over l of r_l sum over i != j in one group of l of a_i a_j

one equation per level, relative least squares. The left side of a level with few groups rests on few errors and is widened
as Student's distribution is. The persistences p follow in the same way from products of
errors of two periods. Draws come from counters keyed by seed and series or group: the same for any chunk, order and company.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from forecasting.frames import FloatArray, IntArray
from forecasting.groups.hierarchy import Hierarchy
from forecasting.groups.paths import arranged, even_levels

__all__ = ["Dependence", "Factor", "PastErrors", "draws_of", "factor_draws", "fit_dependence", "moments_of"]

_LARGEST_SHARE = 0.9
_ASSUMED_PERSISTENCE = 0.3  # of one series, where no past origin is known


@dataclass(frozen=True)
class Dependence:
    """`share` r and `persistence` p by level name; `own_persistence` p_0."""

    share: dict[str, float]
    persistence: dict[str, float]
    own_persistence: float


@dataclass(frozen=True)
class PastErrors:
    """(origin, series, step): errors, what the marginals say of their deviation, and their covariance with a normal score.

    `window_count`: past windows that do not overlap; errors of one window are one observation of what a group shares.
    """

    error: FloatArray
    deviation: FloatArray
    covariance: FloatArray
    window_count: float


def moments_of(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Deviation and covariance with the normal score of ascending values (..., path)."""
    score = _scores(values.shape[-1])
    centred = values - values.mean(axis=-1, keepdims=True)
    return np.sqrt((centred * centred).mean(axis=-1)), np.asarray((centred * score).mean(axis=-1))


def fit_dependence(past: PastErrors, hierarchy: Hierarchy) -> Dependence:
    """Shares and persistences from past errors; none known: series are independent."""
    names = [level.name for level in hierarchy.levels]
    codes = [level.codes for level in hierarchy.levels]
    if not past.error.size or not (past.deviation > 0).any():
        return Dependence(dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0), _ASSUMED_PERSISTENCE)
    shares = _shares(past, codes)
    kept, own = _persistences(past, codes, shares)
    return Dependence(
        {name: float(share) for name, share in zip(names, shares, strict=True)},
        {name: float(value) for name, value in zip(names, kept, strict=True)},
        own,
    )


def _shares(past: PastErrors, codes: list[IntArray]) -> FloatArray:
    from scipy.optimize import nnls

    if not codes:
        return np.zeros(0)
    count = len(codes)
    joint = _joint(codes)
    design, squares, alone = np.zeros((count, count)), np.zeros(count), 0.0
    for origin in range(past.error.shape[0]):
        for step in range(past.error.shape[2]):
            error, a = past.error[origin, :, step], past.covariance[origin, :, step]
            alone += float((past.deviation[origin, :, step] ** 2).sum())
            for row, code in enumerate(codes):
                squares[row] += float((np.bincount(code, error) ** 2).sum())
                for column in range(count):
                    design[row, column] += _cross(a, a, joint[row][column])
    doubt = np.array([_doubt(past.window_count * (int(code.max()) + 1)) for code in codes])
    # Marginals wider than need be make up for dependence that is not there: no share is negative.
    excess = np.maximum(squares * doubt - alone, 0.0)
    weight = np.where(squares > 0, 1.0 / np.where(squares > 0, squares, 1.0), 0.0)
    found, _ = nnls(design * weight[:, None], excess * weight)
    total = found.sum()
    return np.asarray(found * min(1.0, _LARGEST_SHARE / total) if total > 0 else found)


def _doubt(observations: float) -> float:
    """How much wider a variance must be that is known from few errors, for an 80 % interval of a normal to hold: the square of
    Student's quantile over the normal's.

    >>> round(_doubt(2.0), 2), round(_doubt(100.0), 2)
    (2.16, 1.01)
    """
    from scipy.special import ndtri, stdtrit

    return float((stdtrit(max(observations, 1.0), 0.9) / ndtri(0.9)) ** 2)


def _persistences(past: PastErrors, codes: list[IntArray], shares: FloatArray) -> tuple[FloatArray, float]:
    from scipy.optimize import lsq_linear

    count = len(codes)
    joint = _joint(codes)
    design, target = np.zeros((count + 1, count + 1)), np.zeros(count + 1)
    for origin in range(past.error.shape[0]):
        for step in range(past.error.shape[2] - 1):
            # Neighbouring periods are enough: persistence is the same for any distance.
            e, f = past.error[origin, :, step], past.error[origin, :, step + 1]
            a, b = past.covariance[origin, :, step], past.covariance[origin, :, step + 1]
            own = float((a * b).sum())
            design[:, count] += own
            target[count] += float((e * f).sum())
            for row, code in enumerate(codes):
                target[row] += float((np.bincount(code, e) * np.bincount(code, f)).sum())
                for column in range(count):
                    design[row, column] += _cross(a, b, joint[row][column])
    # A level whose groups have one member each says nothing beyond its series.
    size = np.abs(design).max(axis=1)
    weight = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
    upper = np.append(np.maximum(shares, 1e-9), 1.0)
    found = lsq_linear(design * weight[:, None], target * weight, bounds=(np.zeros(count + 1), upper)).x
    kept = np.where(shares > 1e-9, np.clip(found[:count] / np.maximum(shares, 1e-9), 0.0, 1.0), 0.0)
    rest = 1.0 - float(shares.sum())
    own_persistence = float(np.clip((found[count] - float((kept * shares).sum())) / rest, 0.0, 1.0))
    return kept, own_persistence


def _joint(codes: list[IntArray]) -> list[list[IntArray]]:
    """For every two levels, numbers of the groups that lie in both."""
    return [[np.unique(one * (int(two.max()) + 1) + two, return_inverse=True)[1] for two in codes] for one in codes]


def _cross(a: FloatArray, b: FloatArray, joint: IntArray) -> float:
    """Sum over pairs i != j of one joint group of a_i b_j."""
    return float((np.bincount(joint, a) * np.bincount(joint, b)).sum() - (a * b).sum())


@dataclass(frozen=True)
class Factor:
    """What the members of each group of one level share: `values` (group, step, path), group of each series in `codes`."""

    root: float
    codes: IntArray
    values: FloatArray


def factor_draws(dependence: Dependence, hierarchy: Hierarchy, steps: int, count: int, seed: int) -> list[Factor]:
    """The factors of every level that has a share."""
    found = []
    for level in hierarchy.levels:
        share, kept = dependence.share.get(level.name, 0.0), dependence.persistence.get(level.name, 0.0)
        if share <= 0:
            continue
        drawn = np.stack([_normals(seed, _number(level.name, key), steps + 1, count) for key in level.keys])
        mixed = np.sqrt(kept) * drawn[:, :1] + np.sqrt(1.0 - kept) * drawn[:, 1:]
        # Exactly normal over the paths: few paths must not make a group's interval narrow by chance.
        scores = np.broadcast_to(_scores(count), mixed.shape)
        found.append(Factor(float(np.sqrt(share)), level.codes, arranged(scores, mixed)))
    return found


def draws_of(
    dependence: Dependence, factors: list[Factor], series_ids: IntArray, rows: slice, steps: int, count: int, seed: int
) -> FloatArray:
    """z (series, step, path) of the series in `rows`."""
    own = np.stack([_normals(seed, int(series_id), steps + 1, count) for series_id in series_ids[rows]])
    kept = dependence.own_persistence
    rest = np.sqrt(max(0.0, 1.0 - sum(factor.root**2 for factor in factors)))
    z = rest * (np.sqrt(kept) * own[:, :1] + np.sqrt(1.0 - kept) * own[:, 1:])
    for factor in factors:
        z = z + factor.root * factor.values[factor.codes[rows]]
    return np.asarray(z)


def _normals(seed: int, number: int, rows: int, count: int) -> FloatArray:
    """Standard normal (row, path) that depend on nothing but seed and number."""
    key = np.array([seed % 2**64, number % 2**64], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).standard_normal((rows, count))


def _number(level: str, key: str) -> int:
    # The highest bit keeps groups apart from series.
    return int.from_bytes(blake2b(f"{level}|{key}".encode(), digest_size=8).digest(), "big") | 2**63


def _scores(count: int) -> FloatArray:
    """Normal scores of `count` even levels, of deviation 1."""
    from scipy.special import ndtri

    found = ndtri(even_levels(count))
    return np.asarray(found / np.sqrt((found * found).mean()))
